"""Windows merged from blocks, row by row; not a number is not known.

A window of `d` cells ends at its newest one. It is made by doubling: a window of ``2m`` is the window of
``m`` that ends at the same cell, joined with the window of ``m`` that ends `m` cells earlier; a digit 1 of
`d` joins one more cell. All windows of a row are made at once, so a value costs ``log d`` joins, which the
compiler vectorises over time. The joins of a window follow from `d` alone and read its own cells alone:
no running sum carries the past along, and the prefix law and the increment law hold to the bit.

Blocks are joined by Chan's update: means move by ``δ n₂ / n``, sums of products of distances from the
means grow by ``δₓ δᵧ n₁ n₂ / n``. Nothing cancels, and a constant window has variance exactly zero. Where
both blocks are complete the counts are numbers and not arrays; the operations and so the bits are the same.

Windows of d, 2d, 4d, … are rungs of one ladder and cost one doubling each.

Every loop writes one array: the compiler gives up on telling more of them apart.

References
----------
Chan, Golub & LeVeque (1983), Algorithms for computing the sample variance.
"""

from __future__ import annotations

from functools import partial

import numba as nb
import numpy as np

from kuznia.core.typing import Float, Int

NAN = np.nan
_WORTHWHILE = 128
"""Complete columns in a row for which it pays to leave the general way of joining."""
# Division by zero gives what IEEE says: Python's exception would keep the compiler from vectorising.
compiled = partial(nb.njit, cache=True, nogil=True, error_model="numpy")
COUNT, MEAN, SQUARES, MEAN_Y, SQUARES_Y, PRODUCTS = range(6)


@compiled()
def highest(d: int) -> int:
    """Largest power of two that is at most `d`."""
    place = 1
    while place * 2 <= d:
        place *= 2
    return place


@compiled()
def copy(values: Float, out: Float) -> None:
    """Copy a row; assigning to a slice costs three times as much."""
    for j in range(out.shape[0]):
        out[j] = values[j]


@compiled()
def fill(row: Float, value: float, out: Float) -> None:
    """The row with `value` where it is not known."""
    for j in range(row.shape[0]):
        out[j] = row[j] if row[j] == row[j] else value


@compiled()
def mark_known(row: Float, known: Float) -> Int:
    """Write 1 where a cell is known, else 0; return where the others are."""
    unknown = 0
    for j in range(row.shape[0]):
        known[j] = 1.0 if row[j] == row[j] else 0.0
    for j in range(row.shape[0]):
        unknown += 0 if row[j] == row[j] else 1
    gaps = np.empty(unknown, np.int64)
    at = 0
    for j in range(row.shape[0] if unknown else 0):
        if known[j] == 0.0:
            gaps[at] = j
            at += 1
    return gaps


@compiled()
def count_windows(gaps: Int, d: int, count: Float) -> None:
    """Number of known cells of each window."""
    t = count.shape[0]
    for j in range(min(t, d)):
        count[j] = j + 1
    for j in range(d, t):
        count[j] = d
    for gap in gaps:
        for j in range(gap, min(t, gap + d)):
            count[j] -= 1.0


@compiled()
def _plus(newer: Float, older: Float, factor: float, out: Float) -> None:
    for j in range(out.shape[0]):
        out[j] = newer[j] + older[j] * factor


@compiled()
def _plus_earlier(newer: Float, older: Float, m: int, factor: float, out: Float) -> None:
    """Join with `factor` times what ended `m` cells earlier."""
    copy(newer[:m], out[:m])
    _plus(newer[m:], older[: len(out) - m], factor, out[m:])


@compiled()
def add_windows(cells: Float, d: int, kept: float, work: Float) -> int:
    """Weighted sum of each window of a row without NaN; a cell weighs ``kept`` times the one after it.

    Parameters
    ----------
    cells : float64 (T,)
        Values; 0 where not known.
    work : float64 (2, T)
        Overwritten.

    Returns
    -------
    int
        The row of `work` that holds the result.
    """
    t = cells.shape[0]
    now = 0
    copy(cells, work[0])
    m, place, reach = 1, highest(d), kept
    while place > 1 and m < t:
        place //= 2
        _plus_earlier(work[now], work[now], m, reach, work[1 - now])
        m, reach, now = 2 * m, reach * reach, 1 - now
        if d & place and m < t:
            _plus_earlier(work[now], cells, m, reach, work[1 - now])
            m, reach, now = m + 1, reach * kept, 1 - now
    return now


@compiled()
def double_sums(work: Float, now: int, m: int) -> int:
    """Sums of ``2m`` cells from those of `m`; returns the row of `work` that holds them."""
    if m >= work.shape[1]:
        return now
    _plus_earlier(work[now], work[now], m, 1.0, work[1 - now])
    return 1 - now


@compiled()
def _add_ramp(newer: Float, newer_sum: Float, older: Float, m: float, out: Float) -> None:
    for j in range(out.shape[0]):
        out[j] = (newer[j] + newer_sum[j] * m) + older[j]


@compiled()
def ramp_windows(cells: Float, d: int, work: Float) -> int:
    """Sum of each window with weights d, d − 1, …, 1 from the newest; returns the row of `work` (4, T).

    Joined with a block of b older cells, the weights of the newer cells grow by b.
    """
    t = cells.shape[0]
    now = 0
    copy(cells, work[0])
    copy(cells, work[1])
    m, place = 1, highest(d)
    # While the window is longer than what there is, the missing cells raise the weights all the same.
    while place > 1:
        place //= 2
        for digit in range(2 if d & place else 1):
            total, ramp = work[2 * now], work[2 * now + 1]
            next_total, next_ramp = work[2 - 2 * now], work[3 - 2 * now]
            older, older_ramp, b = (total, ramp, m) if digit == 0 else (cells, cells, 1)
            cut = min(m, t)
            for j in range(cut):
                next_ramp[j] = ramp[j] + total[j] * b
            _add_ramp(ramp[cut:], total[cut:], older_ramp[: t - cut], b, next_ramp[cut:])
            _plus_earlier(total, older, cut, 1.0, next_total)
            m, now = m + b, 1 - now
    return 2 * now + 1


@compiled()
def _shares(newer: Float, older: Float, out: Float) -> None:
    """Share of the older block's cells in both."""
    for j in range(out.shape[0]):
        out[j] = older[j] / max(newer[j] + older[j], 1.0)


@compiled()
def _weights(newer: Float, share: Float, out: Float) -> None:
    for j in range(out.shape[0]):
        out[j] = newer[j] * share[j]


@compiled()
def _means(newer: Float, older: Float, lead: float, share: Float, out: Float) -> None:
    for j in range(out.shape[0]):
        out[j] = newer[j] + ((older[j] + lead) - newer[j]) * share[j]


@compiled()
def _complete_means(newer: Float, older: Float, lead: float, share: float, out: Float) -> None:
    for j in range(out.shape[0]):
        out[j] = newer[j] + ((older[j] + lead) - newer[j]) * share


@compiled()
def _products(
    sums: tuple[Float, Float], x: tuple[Float, Float], lead: float, y: tuple[Float, Float], along: float,
    weight: Float, out: Float,
) -> None:  # fmt: skip
    """Join sums of products; each pair is newer and older, `lead` and `along` are added to older means."""
    newer, older = sums
    x_newer, x_older = x
    y_newer, y_older = y
    for j in range(out.shape[0]):
        apart = ((x_older[j] + lead) - x_newer[j]) * ((y_older[j] + along) - y_newer[j])
        out[j] = (newer[j] + older[j]) + apart * weight[j]


@compiled()
def _complete_products(
    sums: tuple[Float, Float], x: tuple[Float, Float], lead: float, y: tuple[Float, Float], along: float,
    weight: float, out: Float,
) -> None:  # fmt: skip
    newer, older = sums
    x_newer, x_older = x
    y_newer, y_older = y
    for j in range(out.shape[0]):
        apart = ((x_older[j] + lead) - x_newer[j]) * ((y_older[j] + along) - y_newer[j])
        out[j] = (newer[j] + older[j]) + apart * weight


@compiled()
def _join_some(
    newer: Float, older: Float, m: int, start: int, stop: int, lead: float, out: Float, work: Float
) -> None:
    """Join blocks that end from `start` to `stop`, whatever is known in them."""
    parts, behind, until = newer.shape[0], start - m, stop - m
    share, weight = work[0][start:stop], work[1][start:stop]
    _shares(newer[COUNT][start:stop], older[COUNT][behind:until], share)
    _weights(newer[COUNT][start:stop], share, weight)
    x_new, x_old = newer[MEAN][start:stop], older[MEAN][behind:until]
    y_new, y_old, ahead = x_new, x_old, lead
    _means(x_new, x_old, lead, share, out[MEAN][start:stop])
    if parts > MEAN_Y:
        y_new, y_old, ahead = newer[MEAN_Y][start:stop], older[MEAN_Y][behind:until], 0.0
        _means(y_new, y_old, ahead, share, out[MEAN_Y][start:stop])
        sums = newer[SQUARES_Y][start:stop], older[SQUARES_Y][behind:until]
        _products(sums, (y_new, y_old), ahead, (y_new, y_old), ahead, weight, out[SQUARES_Y][start:stop])
        sums = newer[PRODUCTS][start:stop], older[PRODUCTS][behind:until]
        _products(sums, (x_new, x_old), lead, (y_new, y_old), ahead, weight, out[PRODUCTS][start:stop])
    sums = newer[SQUARES][start:stop], older[SQUARES][behind:until]
    _products(sums, (x_new, x_old), lead, (x_new, x_old), lead, weight, out[SQUARES][start:stop])


@compiled()
def _join_complete(
    newer: Float, older: Float, m: int, b: int, start: int, stop: int, lead: float, out: Float
) -> None:
    """Join blocks of `m` and `b` cells, all known, that end from `start` to `stop`."""
    parts, behind, until = newer.shape[0], start - m, stop - m
    share = b / (m + b)
    weight = m * share
    x_new, x_old = newer[MEAN][start:stop], older[MEAN][behind:until]
    _complete_means(x_new, x_old, lead, share, out[MEAN][start:stop])
    if parts > MEAN_Y:
        y_new, y_old = newer[MEAN_Y][start:stop], older[MEAN_Y][behind:until]
        _complete_means(y_new, y_old, 0.0, share, out[MEAN_Y][start:stop])
        sums = newer[SQUARES_Y][start:stop], older[SQUARES_Y][behind:until]
        _complete_products(sums, (y_new, y_old), 0.0, (y_new, y_old), 0.0, weight, out[SQUARES_Y][start:stop])
        sums = newer[PRODUCTS][start:stop], older[PRODUCTS][behind:until]
        _complete_products(sums, (x_new, x_old), lead, (y_new, y_old), 0.0, weight, out[PRODUCTS][start:stop])
    sums = newer[SQUARES][start:stop], older[SQUARES][behind:until]
    _complete_products(sums, (x_new, x_old), lead, (x_new, x_old), lead, weight, out[SQUARES][start:stop])


@compiled()
def _join(
    newer: Float, older: Float, m: int, b: int, gaps: Int, lead: float, out: Float, work: Float
) -> None:
    """Join blocks of `m` cells with blocks of `b` that ended `m` cells earlier, all their moments."""
    parts, t = newer.shape
    for part in range(parts):
        copy(newer[part][:m], out[part][:m])
    _plus(newer[COUNT][m:], older[COUNT][: t - m], 1.0, out[COUNT][m:])
    start, stop = m, min(t, m + b - 1)  # before `stop` the older block begins before the row
    for gap in gaps:
        if gap > stop + _WORTHWHILE:
            _join_some(newer, older, m, start, stop, lead, out, work)
            _join_complete(newer, older, m, b, stop, gap, lead, out)
            start = gap
        stop = max(stop, min(t, gap + m + b))
    _join_some(newer, older, m, start, stop, lead, out, work)
    _join_complete(newer, older, m, b, stop, t, lead, out)


@compiled()
def join_windows(cells: Float, d: int, gaps: Int, step: float, states: Float, work: Float) -> int:
    """Moments of each window of a row.

    Parameters
    ----------
    cells : float64 (parts, T)
        Moments of single cells: count (1 where known), mean (0 where not known), 0 as sums of squares;
        with six parts those of y and the sum of products too.
    gaps : int64
        Columns of the cells that are not known, in order.
    step : float
        Added to x for each cell back: −1 makes x the time of a cell, counted from the newest; else 0.
    states : float64 (2, parts, T)
        Overwritten.
    work : float64 (2, T)
        Overwritten.

    Returns
    -------
    int
        Which of `states` holds the result.
    """
    parts, t = cells.shape
    now = 0
    for part in range(parts):
        copy(cells[part], states[0][part])
    m, place = 1, highest(d)
    while place > 1 and m < t:
        place //= 2
        _join(states[now], states[now], m, m, gaps, step * m, states[1 - now], work)
        m, now = 2 * m, 1 - now
        if d & place and m < t:
            _join(states[now], cells, m, 1, gaps, step * m, states[1 - now], work)
            m, now = m + 1, 1 - now
    return now


@compiled()
def double_moments(states: Float, now: int, m: int, gaps: Int, step: float, work: Float) -> int:
    """Moments of ``2m`` cells from those of `m`; returns which of `states` holds them."""
    if m >= states.shape[2]:
        return now
    _join(states[now], states[now], m, m, gaps, step * m, states[1 - now], work)
    return 1 - now


@compiled()
def _greater(newer: Float, older: Float, out: Float) -> None:
    for j in range(out.shape[0]):
        out[j] = older[j] if older[j] > newer[j] else newer[j]


@compiled()
def greatest_windows(cells: Float, d: int, work: Float) -> int:
    """Greatest cell of each window; −∞ stands for not known. Returns the row of `work` (2, T).

    Blocks may overlap here, so the last join reaches back just as far as is missing.
    """
    t = cells.shape[0]
    now, m = 0, 1
    copy(cells, work[0])
    while m < min(d, t):
        step = min(m, d - m)
        newer, out = work[now], work[1 - now]
        copy(newer[:step], out[:step])
        _greater(newer[step:], newer[: t - step], out[step:])
        m, now = m + step, 1 - now
    return now


@compiled()
def _older_age(newer: Float, older: Float, newer_age: Float, older_age: Float, m: float, out: Float) -> None:
    for j in range(out.shape[0]):
        then, since = older_age[j] + m, newer_age[j]
        out[j] = then if older[j] > newer[j] else since


@compiled()
def _oldest_age(newer: Float, older: Float, newer_age: Float, older_age: Float, m: float, out: Float) -> None:
    for j in range(out.shape[0]):
        then, since = older_age[j] + m, newer_age[j]
        out[j] = then if older[j] >= newer[j] else since


@compiled()
def greatest_ages(cells: Float, d: int, oldest: bool, work: Float) -> int:
    """Cells since the greatest of each window, of equals the newest or oldest; the row of `work` (4, T)."""
    t = cells.shape[0]
    now, m = 0, 1
    copy(cells, work[0])
    for j in range(t):
        work[1][j] = 0.0
    while m < min(d, t):
        step = min(m, d - m)
        newer, age = work[2 * now], work[2 * now + 1]
        out, out_age = work[2 - 2 * now], work[3 - 2 * now]
        copy(newer[:step], out[:step])
        copy(age[:step], out_age[:step])
        _greater(newer[step:], newer[: t - step], out[step:])
        if oldest:
            _oldest_age(newer[step:], newer[: t - step], age[step:], age[: t - step], step, out_age[step:])
        else:
            _older_age(newer[step:], newer[: t - step], age[step:], age[: t - step], step, out_age[step:])
        m, now = m + step, 1 - now
    return 2 * now + 1
