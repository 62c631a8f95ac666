"""Windows merged from blocks, row by row; not a number is not known.

A window of `d` cells ends at its newest one. It is made by doubling: a window of ``2m`` is the window of
``m`` that ends at the same cell, joined with the window of ``m`` that ends `m` cells earlier; a digit 1 of
`d` joins one more cell. All windows of a row are made at once, so a value costs ``log d`` joins, which the
compiler vectorises over time. The joins of a window follow from `d` alone and read its own cells alone:
no running sum carries the past along, and the prefix law and the increment law hold to the bit.

Blocks are joined by Chan's update: means move by ``δ n₂ / n``, sums of products of distances from the
means grow by ``δₓ δᵧ n₁ n₂ / n``. Nothing cancels, and a constant window has variance exactly zero. Where
both blocks are complete the counts are numbers and not arrays; the operations and so the bits are the same.

Every loop writes one array: the compiler gives up on telling more of them apart.

References
----------
Chan, Golub & LeVeque (1983), Algorithms for computing the sample variance.
"""

from __future__ import annotations

from functools import partial

import numba as nb
import numpy as np

from kuznia.core.typing import Float

NAN = np.nan
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
def mark_known(row: Float, known: Float) -> int:
    """1 where a cell is known, else 0; returns the first column from which on all are."""
    for j in range(row.shape[0]):
        known[j] = 1.0 if row[j] == row[j] else 0.0
    sure = row.shape[0]
    while sure > 0 and known[sure - 1] == 1.0:
        sure -= 1
    return sure


@compiled()
def count_windows(known: Float, sure: int, d: int, count: Float) -> None:
    """Number of known cells of each window."""
    t = known.shape[0]
    held = 0.0
    for j in range(min(t, sure + d)):
        held += known[j] - (known[j - d] if j >= d else 0.0)
        count[j] = held
    for j in range(min(t, sure + d), t):
        count[j] = d


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
def add_windows(cells: Float, d: int, kept: float, work: Float) -> Float:
    """Weighted sum of each window of a row without NaN; a cell weighs ``kept`` times the one after it.

    Parameters
    ----------
    cells : float64 (T,)
        Values; 0 where not known.
    work : float64 (2, T)
        Overwritten; the result is one of its rows.
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
    return work[now]


@compiled()
def _add_ramp(newer: Float, newer_sum: Float, older: Float, m: float, out: Float) -> None:
    for j in range(out.shape[0]):
        out[j] = (newer[j] + newer_sum[j] * m) + older[j]


@compiled()
def ramp_windows(cells: Float, d: int, work: Float) -> Float:
    """Sum of each window with weights d, d − 1, …, 1 from the newest; the result is a row of `work` (4, T).

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
    return work[2 * now + 1]


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
def _join(
    newer: Float, older: Float, m: int, b: int, sure: int, lead: float, out: Float, work: Float
) -> None:
    """Join blocks of `m` cells with blocks of `b` that ended `m` cells earlier, all their moments.

    `sure` is the first column from which on every cell is known; `lead` is added to the older x.
    """
    parts, t = newer.shape
    cut = max(m, min(t, sure + m + b - 1))
    for part in range(parts):
        copy(newer[part][:m], out[part][:m])
    _plus(newer[COUNT][m:], older[COUNT][: t - m], 1.0, out[COUNT][m:])
    share, weight = work[0][m:cut], work[1][m:cut]
    _shares(newer[COUNT][m:cut], older[COUNT][: cut - m], share)
    _weights(newer[COUNT][m:cut], share, weight)
    fixed_share = b / (m + b)
    fixed_weight = m * fixed_share
    for part, first, second in ((MEAN, MEAN, MEAN), (SQUARES, MEAN, MEAN), (MEAN_Y, MEAN_Y, MEAN_Y),
                                (SQUARES_Y, MEAN_Y, MEAN_Y), (PRODUCTS, MEAN, MEAN_Y)):  # fmt: skip
        if part >= parts:
            continue
        one, two = lead if first == MEAN else 0.0, lead if second == MEAN else 0.0
        new, old, result = newer[part], older[part], out[part]
        if part in (MEAN, MEAN_Y):
            _means(new[m:cut], old[: cut - m], one, share, result[m:cut])
            _complete_means(new[cut:], old[cut - m : t - m], one, fixed_share, result[cut:])
            continue
        x_new, x_old, y_new, y_old = newer[first], older[first], newer[second], older[second]
        _products(
            (new[m:cut], old[: cut - m]), (x_new[m:cut], x_old[: cut - m]), one,
            (y_new[m:cut], y_old[: cut - m]), two, weight, result[m:cut],
        )  # fmt: skip
        _complete_products(
            (new[cut:], old[cut - m : t - m]), (x_new[cut:], x_old[cut - m : t - m]), one,
            (y_new[cut:], y_old[cut - m : t - m]), two, fixed_weight, result[cut:],
        )  # fmt: skip


@compiled()
def join_windows(cells: Float, d: int, sure: int, step: float, states: Float, work: Float) -> Float:
    """Moments of each window of a row.

    Parameters
    ----------
    cells : float64 (parts, T)
        Moments of single cells: count (1 where known), mean (0 where not known), 0 as sums of squares;
        with six parts those of y and the sum of products too.
    step : float
        Added to x for each cell back: −1 makes x the time of a cell, counted from the newest; else 0.
    states : float64 (2, parts, T)
        Overwritten; the result is one of them.
    work : float64 (2, T)
        Overwritten.
    """
    parts, t = cells.shape
    now = 0
    for part in range(parts):
        copy(cells[part], states[0][part])
    m, place = 1, highest(d)
    while place > 1 and m < t:
        place //= 2
        _join(states[now], states[now], m, m, sure, step * m, states[1 - now], work)
        m, now = 2 * m, 1 - now
        if d & place and m < t:
            _join(states[now], cells, m, 1, sure, step * m, states[1 - now], work)
            m, now = m + 1, 1 - now
    return states[now]


@compiled()
def _greater(newer: Float, older: Float, out: Float) -> None:
    for j in range(out.shape[0]):
        out[j] = older[j] if older[j] > newer[j] else newer[j]


@compiled()
def greatest_windows(cells: Float, d: int, work: Float) -> Float:
    """Greatest cell of each window; −∞ stands for not known. The result is a row of `work` (2, T).

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
    return work[now]


@compiled()
def _older_age(newer: Float, older: Float, newer_age: Float, older_age: Float, m: float, out: Float) -> None:
    for j in range(out.shape[0]):
        out[j] = older_age[j] + m if older[j] > newer[j] else newer_age[j]


@compiled()
def _oldest_age(newer: Float, older: Float, newer_age: Float, older_age: Float, m: float, out: Float) -> None:
    for j in range(out.shape[0]):
        out[j] = older_age[j] + m if older[j] >= newer[j] else newer_age[j]


@compiled()
def greatest_ages(cells: Float, d: int, oldest: bool, work: Float) -> Float:
    """Cells since the greatest of each window, of equals the newest or the oldest; a row of `work` (4, T)."""
    t = cells.shape[0]
    now, m = 0, 1
    copy(cells, work[0])
    work[1][:] = 0.0
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
    return work[2 * now + 1]
