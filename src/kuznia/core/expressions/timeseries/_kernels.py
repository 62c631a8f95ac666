"""Kernels along time on contiguous ``(N, T)`` float64; NaN cells are skipped.

Each value depends on nothing but the content of its own window, so the prefix law and the increment law
hold to the bit: sums, moments and extremes are merged from blocks (`_block_kernels.py`), ranks are counted,
the rest is looked up. Kernels with `rungs` write the windows d, 2d, 4d, … one after another into `out`, where
what is infinite is not known.
"""

from __future__ import annotations

import numpy as np

from kuznia.core.expressions.timeseries import _block_kernels as block
from kuznia.core.expressions.timeseries._block_kernels import compiled
from kuznia.core.typing import Float, Int

_ROW = "f8[:, ::1](f8[:, ::1], i8)"
_PAIR = "f8[:, ::1](f8[:, ::1], f8[:, ::1], i8)"
_LADDER = "void(f8[:, ::1], i8, i8, f8[:, :, ::1])"
NAN = np.nan


@compiled()
def _finite(v: float) -> float:
    return v if v - v == 0.0 else NAN


@compiled()
def _pivots(row: Float, d: int) -> Float:
    """Newest known cell of each window; NaN when there is none."""
    t = row.shape[0]
    out = np.empty(t)
    last = -1
    for j in range(t):
        if row[j] == row[j]:
            last = j
        out[j] = row[last] if last >= 0 and j - last < d else NAN
    return out


@compiled(_ROW)
def delay(x: Float, d: int) -> Float:
    """Value `d` bars ago; ahead when `d` is negative."""
    n, t = x.shape
    out = np.full((n, t), NAN)
    for i in range(n):
        for j in range(max(d, 0), min(t, t + d)):
            out[i, j] = x[i, j - d]
    return out


@compiled(_ROW)
def count_known(x: Float, d: int) -> Float:
    """Number of known cells in the window."""
    n, t = x.shape
    out = np.empty((n, t))
    known = np.empty(t)
    for i in range(n):
        block.count_windows(block.mark_known(x[i], known), d, out[i])
    return out


@compiled()
def _where_any(values: Float, count: Float, out: Float) -> None:
    for j in range(out.shape[0]):
        out[j] = _finite(values[j]) if count[j] > 0.0 else NAN


@compiled(_LADDER)
def window_sum(x: Float, d: int, rungs: int, out: Float) -> None:
    """Sum of the known cells; NaN when there is none."""
    n, t = x.shape
    cells, known, count = np.empty((3, t))
    work = np.empty((2, t))
    for i in range(n):
        gaps = block.mark_known(x[i], known)
        block.fill(x[i], 0.0, cells)
        now = block.add_windows(cells, d, 1.0, work)
        for rung in range(rungs):
            if rung > 0:
                now = block.double_sums(work, now, d << (rung - 1))
            block.count_windows(gaps, d << rung, count)
            _where_any(work[now], count, out[rung][i])


@compiled()
def _equal_cells(row: Float, newest: Float, run: Float) -> None:
    """Newest known cell up to each column, and how many known cells up to it are equal to it."""
    value, length = NAN, 0
    for j in range(row.shape[0]):
        v = row[j]
        known = v == v
        longer = length + 1 if v == value else 1
        length = longer if known else length
        value = v if known else value
        newest[j] = value
        run[j] = length


@compiled()
def _means(total: Float, count: Float, newest: Float, run: Float, out: Float) -> None:
    for j in range(out.shape[0]):
        mean = newest[j] if run[j] >= count[j] else total[j] / count[j]
        out[j] = _finite(mean) if count[j] > 0.0 else NAN


@compiled(_LADDER)
def window_mean(x: Float, d: int, rungs: int, out: Float) -> None:
    """Mean of the known cells; of equal cells exactly their value."""
    n, t = x.shape
    cells, known, count, newest, run = np.empty((5, t))
    work = np.empty((2, t))
    for i in range(n):
        gaps = block.mark_known(x[i], known)
        block.fill(x[i], 0.0, cells)
        _equal_cells(x[i], newest, run)
        now = block.add_windows(cells, d, 1.0, work)
        for rung in range(rungs):
            if rung > 0:
                now = block.double_sums(work, now, d << (rung - 1))
            block.count_windows(gaps, d << rung, count)
            _means(work[now], count, newest, run, out[rung][i])


@compiled()
def _ratios(total: Float, weight: Float, out: Float) -> None:
    for j in range(out.shape[0]):
        out[j] = total[j] / weight[j] if weight[j] > 0.0 else NAN


@compiled("f8[:, ::1](f8[:, ::1], i8, f8)")
def fading_mean(x: Float, d: int, kept: float) -> Float:
    """Mean of the known cells, each weighing `kept` times the one after it."""
    n, t = x.shape
    out = np.empty((n, t))
    cells, known, count = np.empty((3, t))
    work, weighing = np.empty((2, t)), np.empty((2, t))
    for i in range(n):
        block.count_windows(block.mark_known(x[i], known), d, count)
        block.fill(x[i], 0.0, cells)
        total = work[block.add_windows(cells, d, kept, work)]
        _ratios(total, weighing[block.add_windows(known, d, kept, weighing)], out[i])
    return out


@compiled(_ROW)
def ramp_mean(x: Float, d: int) -> Float:
    """Mean of the known cells with weights d, d − 1, …, 1 from the newest cell of the window."""
    n, t = x.shape
    out = np.empty((n, t))
    cells, known = np.empty((2, t))
    work, weighing = np.empty((4, t)), np.empty((4, t))
    for i in range(n):
        block.mark_known(x[i], known)
        block.fill(x[i], 0.0, cells)
        total = work[block.ramp_windows(cells, d, work)]
        _ratios(total, weighing[block.ramp_windows(known, d, weighing)], out[i])
    return out


@compiled(_ROW)
def window_product(x: Float, d: int) -> Float:
    """Product of the known cells; NaN when there is none."""
    n, t = x.shape
    out = np.ones((n, t))
    count = np.zeros(t)
    for i in range(n):
        count[:] = 0.0
        for k in range(min(d, t)):
            past, total, counted = x[i, : t - k], out[i, k:], count[k:]
            for j in range(t - k):
                v = past[j]
                known = v == v
                total[j] *= v if known else 1.0
                counted[j] += 1.0 if known else 0.0
        for j in range(t):
            if count[j] == 0.0:
                out[i, j] = NAN
    return out


@compiled()
def _single(row: Float, cells: Float) -> Int:
    """Single cells as blocks; returns where gaps are."""
    block.fill(row, 0.0, cells[block.MEAN])
    return block.mark_known(row, cells[block.COUNT])


@compiled()
def _variances(found: Float, out: Float) -> None:
    count, squares = found[block.COUNT], found[block.SQUARES]
    for j in range(out.shape[0]):
        out[j] = _finite(squares[j] / (count[j] - 1.0)) if count[j] > 1.0 else NAN


@compiled(_LADDER)
def window_variance(x: Float, d: int, rungs: int, out: Float) -> None:
    """Variance (ddof 1) of the known cells."""
    n, t = x.shape
    cells, states, work = np.zeros((3, t)), np.empty((2, 3, t)), np.empty((2, t))
    for i in range(n):
        gaps = _single(x[i], cells)
        now = block.join_windows(cells, d, gaps, 0.0, states, work)
        for rung in range(rungs):
            if rung > 0:
                now = block.double_moments(states, now, d << (rung - 1), gaps, 0.0, work)
            _variances(states[now], out[rung][i])


@compiled()
def _add_powers(past: Float, centre: Float, which: int, out: Float) -> None:
    """Add absolute values (1), cubes (3) or fourth powers (4) of distances from the mean."""
    for j in range(past.shape[0]):
        v = past[j]
        e = v - centre[j] if v == v else 0.0
        out[j] += abs(e) if which == 1 else e * e * e if which == 3 else (e * e) * (e * e)


@compiled("f8[:, ::1](f8[:, ::1], i8, i8)")
def window_shape(x: Float, d: int, which: int) -> Float:
    """Mean absolute deviation (1), skewness (3) or excess kurtosis (4) of the known cells.

    Skewness and kurtosis are the sample's, corrected for bias as pandas and Qlib do.
    """
    n, t = x.shape
    out = np.full((n, t), NAN)
    cells, states, work, power = np.zeros((3, t)), np.empty((2, 3, t)), np.empty((2, t)), np.empty(t)
    for i in range(n):
        gaps = _single(x[i], cells)
        found = states[block.join_windows(cells, d, gaps, 0.0, states, work)]
        power[:] = 0.0
        for k in range(min(d, t)):
            _add_powers(x[i][: t - k], found[block.MEAN][k:], which, power[k:])
        for j in range(t):
            c, second = found[block.COUNT][j], found[block.SQUARES][j]
            if which == 1:
                out[i, j] = power[j] / c if c > 0 else NAN
            elif which == 3:
                if c > 2 and second > 0:
                    out[i, j] = (c * (c - 1.0) ** 0.5 / (c - 2.0)) * power[j] / second**1.5
            elif c > 3 and second > 0:
                ratio = c * (c + 1.0) * (c - 1.0) * power[j] / ((c - 2.0) * (c - 3.0) * second**2)
                out[i, j] = ratio - 3.0 * (c - 1.0) ** 2 / ((c - 2.0) * (c - 3.0))
    return out


@compiled()
def _signed(row: Float, sign: float, out: Float) -> None:
    for j in range(row.shape[0]):
        out[j] = row[j] * sign if row[j] == row[j] else -np.inf


@compiled("f8[:, ::1](f8[:, ::1], i8, f8)")
def window_extreme(x: Float, d: int, sign: float) -> Float:
    """Largest known cell times `sign`: maximum for 1, minimum for −1."""
    n, t = x.shape
    out = np.empty((n, t))
    cells, work = np.empty(t), np.empty((2, t))
    for i in range(n):
        _signed(x[i], sign, cells)
        found, result = work[block.greatest_windows(cells, d, work)], out[i]
        for j in range(t):
            result[j] = found[j] * sign if found[j] > -np.inf else NAN
    return out


@compiled("f8[:, ::1](f8[:, ::1], i8, f8, b1)")
def window_extreme_age(x: Float, d: int, sign: float, oldest: bool) -> Float:
    """Bars since the extreme of the window; of equals the newest, or the oldest."""
    n, t = x.shape
    out = np.empty((n, t))
    cells, known, count = np.empty((3, t))
    work = np.empty((4, t))
    for i in range(n):
        block.count_windows(block.mark_known(x[i], known), d, count)
        _signed(x[i], sign, cells)
        _where_any(work[block.greatest_ages(cells, d, oldest, work)], count, out[i])
    return out


@compiled()
def _pairs(y: Float, x: Float, cells: Float) -> Int:
    """Single pairs as blocks; a pair is known where both sides are. Returns where gaps are."""
    both = cells[block.PRODUCTS]
    for j in range(y.shape[0]):
        both[j] = x[j] + y[j]
    gaps = block.mark_known(both, cells[block.COUNT])
    count, mean_x, mean_y = cells[block.COUNT], cells[block.MEAN], cells[block.MEAN_Y]
    for j in range(y.shape[0]):
        mean_x[j] = x[j] if count[j] > 0.0 else 0.0
    for j in range(y.shape[0]):
        mean_y[j] = y[j] if count[j] > 0.0 else 0.0
    for part in (block.SQUARES, block.SQUARES_Y, block.PRODUCTS):
        cells[part][:] = 0.0
    return gaps


@compiled()
def _fitted(found: Float, y: Float, x: Float, which: int, out: Float) -> None:
    """What was asked of the moments of the pairs in each window."""
    count, mean_x, mean_y = found[block.COUNT], found[block.MEAN], found[block.MEAN_Y]
    xx, yy, xy = found[block.SQUARES], found[block.SQUARES_Y], found[block.PRODUCTS]
    if which == 5:
        for j in range(out.shape[0]):
            out[j] = _finite(xy[j] / (count[j] - 1.0)) if count[j] > 1.0 else NAN
    elif which == 4:
        for j in range(out.shape[0]):
            r = xy[j] / (np.sqrt(xx[j]) * np.sqrt(yy[j]))
            r = min(1.0, max(-1.0, r))
            out[j] = _finite(r) if (count[j] > 1.0) & (xx[j] > 0.0) & (yy[j] > 0.0) else NAN
    elif which == 6:
        for j in range(out.shape[0]):
            r = min(1.0, (xy[j] / xx[j]) * (xy[j] / yy[j]))
            out[j] = _finite(r) if (count[j] > 1.0) & (xx[j] > 0.0) & (yy[j] > 0.0) else NAN
    elif which == 2:
        for j in range(out.shape[0]):
            out[j] = _finite(xy[j] / xx[j]) if (count[j] > 1.0) & (xx[j] > 0.0) else NAN
    else:
        for j in range(out.shape[0]):
            slope = xy[j] / xx[j]
            at = 0.0 if which == 1 else x[j]
            value = mean_y[j] + slope * (at - mean_x[j])
            value = y[j] - value if which == 0 else value
            out[j] = _finite(value) if (count[j] > 1.0) & (xx[j] > 0.0) else NAN


@compiled("f8[:, ::1](f8[:, ::1], f8[:, ::1], i8, i8)")
def window_regression(y: Float, x: Float, d: int, which: int) -> Float:
    """Least squares of y on x over the pairs known in the window.

    0 residual of the newest pair, 1 intercept, 2 slope, 3 fitted value, 5 covariance (ddof 1), 6 R².
    """
    n, t = y.shape
    out = np.empty((n, t))
    cells, states, work = np.empty((6, t)), np.empty((2, 6, t)), np.empty((2, t))
    for i in range(n):
        gaps = _pairs(y[i], x[i], cells)
        now = block.join_windows(cells, d, gaps, 0.0, states, work)
        _fitted(states[now], y[i], x[i], which, out[i])
    return out


@compiled("void(f8[:, ::1], f8[:, ::1], i8, i8, f8[:, :, ::1])")
def window_correlation(x: Float, y: Float, d: int, rungs: int, out: Float) -> None:
    """Correlation of the pairs known in the window."""
    n, t = y.shape
    cells, states, work = np.empty((6, t)), np.empty((2, 6, t)), np.empty((2, t))
    for i in range(n):
        gaps = _pairs(y[i], x[i], cells)
        now = block.join_windows(cells, d, gaps, 0.0, states, work)
        for rung in range(rungs):
            if rung > 0:
                now = block.double_moments(states, now, d << (rung - 1), gaps, 0.0, work)
            _fitted(states[now], y[i], x[i], 4, out[rung][i])


@compiled(_LADDER)
def window_line(y: Float, d: int, rungs: int, out: Float) -> None:
    """Least squares over time: slope, R² and residual of the newest cell, for each rung."""
    n, t = y.shape
    now_is_zero = np.zeros(t)
    cells, states, work = np.empty((6, t)), np.empty((2, 6, t)), np.empty((2, t))
    for i in range(n):
        gaps = _pairs(y[i], now_is_zero, cells)
        now = block.join_windows(cells, d, gaps, -1.0, states, work)
        for rung in range(rungs):
            if rung > 0:
                now = block.double_moments(states, now, d << (rung - 1), gaps, -1.0, work)
            for place, which in enumerate((2, 6, 0)):
                _fitted(states[now], y[i], now_is_zero, which, out[3 * rung + place][i])


@compiled(_ROW)
def backfill(x: Float, d: int) -> Float:
    """Newest known cell of the last `d` bars."""
    n = x.shape[0]
    out = np.empty_like(x)
    for i in range(n):
        out[i] = _pivots(x[i], d)
    return out


@compiled(_ROW)
def bars_since_change(x: Float, d: int) -> Float:
    """Bars since the value last differed from the one known before it, within the last `d` bars."""
    n, t = x.shape
    out = np.full((n, t), NAN)
    for i in range(n):
        value = NAN
        value_at = -1
        changed_at = -1
        for j in range(t):
            v = x[i, j]
            if v == v:
                if value_at >= 0 and j - value_at < d and v != value:
                    changed_at = j
                value = v
                value_at = j
            if changed_at >= 0 and j - changed_at < d - 1:
                out[i, j] = j - changed_at
    return out


@compiled("f8[:, ::1](f8[:, ::1], f8, i8)")
def hump(x: Float, least: float, d: int) -> Float:
    """Hold the value until it has moved by more than `least`; the hold starts afresh `d` bars ago."""
    n, t = x.shape
    out = np.full((n, t), NAN)
    for i in range(n):
        for j in range(t):
            held = NAN
            for k in range(max(j - d + 1, 0), j + 1):
                v = x[i, k]
                if v == v and (held != held or abs(v - held) > least):
                    held = v
            out[i, j] = held
    return out


@compiled("f8[:, ::1](f8[:, ::1], f8[:, ::1], f8[:, ::1], i8)")
def trade_when(trigger: Float, value: Float, leave: Float, d: int) -> Float:
    """The value at the last trigger, NaN after the last exit, whichever was later within `d` bars."""
    n, t = value.shape
    out = np.full((n, t), NAN)
    for i in range(n):
        at = -1
        for j in range(t):
            if leave[i, j] > 0.0:
                at = -1
            elif trigger[i, j] > 0.0:
                at = j
            if at >= 0 and j - at < d:
                out[i, j] = value[i, at]
    return out


@compiled(_PAIR)
def keep(x: Float, f: Float, d: int) -> Float:
    """x while f has changed within the last `d` bars, else NaN."""
    n, t = x.shape
    out = np.full((n, t), NAN)
    for i in range(n):
        changed_at = -1
        for j in range(t):
            if j > 0 and f[i, j] == f[i, j] and f[i, j - 1] == f[i, j - 1] and f[i, j] != f[i, j - 1]:
                changed_at = j
            if changed_at >= 0 and j - changed_at < d:
                out[i, j] = x[i, j]
    return out
