"""Kernels along time on contiguous ``(N, T)`` float64; NaN cells are skipped.

Each value is computed from its own window alone, newest cell first, never carried over from the
neighbouring window. So a value depends on nothing but the content of its window, and the prefix law
and the increment law hold to the bit. The loops run over the lag outside and over time inside, on
slices that start at zero, which the compiler vectorises: no index can be negative.

Moments are taken about the newest known cell of the window, so a constant window has variance
exactly zero.
"""

from __future__ import annotations

import numba as nb
import numpy as np

from kuznia.core.typing import Float

_ROW = "f8[:, ::1](f8[:, ::1], i8)"
_PAIR = "f8[:, ::1](f8[:, ::1], f8[:, ::1], i8)"
NAN = np.nan
_TILE = 512


@nb.njit(cache=True, nogil=True)
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


@nb.njit(cache=True, nogil=True)
def _add_distances(row: Float, pivot: Float, d: int, shift: Float) -> None:
    """Add each window's distances from its pivot, newest first, on a row without gaps.

    Tiles keep the sums near the processor; four lags at a time save reading them. The order of the
    additions, and so each bit, is that of the plain loop.
    """
    t = row.shape[0]
    for begin in range(0, t, _TILE):
        stop = min(begin + _TILE, t)
        about, moved = pivot[begin:stop], shift[begin:stop]
        fours = min(d, begin + 1) // 4 * 4
        for k in range(0, fours, 4):
            one, two = row[begin - k : stop - k], row[begin - k - 1 : stop - k - 1]
            three, four = row[begin - k - 2 : stop - k - 2], row[begin - k - 3 : stop - k - 3]
            for j in range(stop - begin):
                a = about[j]
                moved[j] = (((moved[j] + (one[j] - a)) + (two[j] - a)) + (three[j] - a)) + (four[j] - a)
        for k in range(fours, min(d, stop)):
            first = max(begin, k)
            past, about, moved = row[first - k : stop - k], pivot[first:stop], shift[first:stop]
            for j in range(stop - first):
                moved[j] += past[j] - about[j]


@nb.njit(cache=True, nogil=True)
def _mean_parts(row: Float, pivot: Float, d: int, count: Float, shift: Float) -> None:
    """Number of known cells and mean distance from the pivot, for each window."""
    t = row.shape[0]
    gaps = 0
    for j in range(t):
        count[j] = min(j + 1, d)
        shift[j] = 0.0
        gaps += 1 if row[j] != row[j] else 0
    if gaps == 0:
        _add_distances(row, pivot, d, shift)
    else:
        count[:] = 0.0
        for k in range(min(d, t)):
            past, about, counted, moved = row[: t - k], pivot[k:], count[k:], shift[k:]
            for j in range(t - k):
                v = past[j]
                known = v == v
                counted[j] += 1.0 if known else 0.0
                moved[j] += v - about[j] if known else 0.0
    for j in range(t):
        shift[j] = shift[j] / count[j] if count[j] > 0 else NAN


@nb.njit(_ROW, cache=True, nogil=True)
def delay(x: Float, d: int) -> Float:
    """Value `d` bars ago; ahead when `d` is negative."""
    n, t = x.shape
    out = np.full((n, t), NAN)
    for i in range(n):
        for j in range(max(d, 0), min(t, t + d)):
            out[i, j] = x[i, j - d]
    return out


@nb.njit(_ROW, cache=True, nogil=True)
def count_known(x: Float, d: int) -> Float:
    """Number of known cells in the window."""
    n, t = x.shape
    out = np.zeros((n, t))
    for i in range(n):
        for k in range(min(d, t)):
            past, counted = x[i, : t - k], out[i, k:]
            for j in range(t - k):
                counted[j] += 1.0 if past[j] == past[j] else 0.0
    return out


@nb.njit(_ROW, cache=True, nogil=True)
def window_sum(x: Float, d: int) -> Float:
    """Sum of the known cells; NaN when there is none."""
    n, t = x.shape
    out = np.zeros((n, t))
    count = np.zeros(t)
    for i in range(n):
        count[:] = 0.0
        for k in range(min(d, t)):
            past, total, counted = x[i, : t - k], out[i, k:], count[k:]
            for j in range(t - k):
                v = past[j]
                known = v == v
                total[j] += v if known else 0.0
                counted[j] += 1.0 if known else 0.0
        for j in range(t):
            if count[j] == 0.0:
                out[i, j] = NAN
    return out


@nb.njit(_ROW, cache=True, nogil=True)
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


@nb.njit(_ROW, cache=True, nogil=True)
def window_mean(x: Float, d: int) -> Float:
    """Mean of the known cells."""
    n, t = x.shape
    out = np.empty((n, t))
    count = np.empty(t)
    shift = np.empty(t)
    for i in range(n):
        pivot = _pivots(x[i], d)
        _mean_parts(x[i], pivot, d, count, shift)
        for j in range(t):
            out[i, j] = pivot[j] + shift[j]
    return out


@nb.njit(cache=True, nogil=True)
def _add_powers(past: Float, about: Float, centre: Float, squares: Float, power: Float, which: int) -> None:
    """Add squares, and absolute values (1), cubes (3) or fourth powers (4), of distances from the mean."""
    for j in range(past.shape[0]):
        v = past[j]
        e = (v - about[j]) - centre[j]
        e = e if v == v else 0.0
        squares[j] += e * e
    if which == 2:
        return
    for j in range(past.shape[0]):
        v = past[j]
        e = (v - about[j]) - centre[j]
        e = e if v == v else 0.0
        raised = abs(e) if which == 1 else e * e * e
        power[j] += raised * e if which == 4 else raised


@nb.njit("f8[:, ::1](f8[:, ::1], i8, i8)", cache=True, nogil=True)
def window_moment(x: Float, d: int, which: int) -> Float:
    """Spread and shape: 2 variance (ddof 1), 3 skewness, 4 excess kurtosis, 1 mean absolute deviation.

    Skewness and kurtosis are the sample's, corrected for bias as pandas and Qlib do.
    """
    n, t = x.shape
    out = np.full((n, t), NAN)
    count = np.empty(t)
    shift = np.empty(t)
    second = np.empty(t)
    power = np.empty(t)
    for i in range(n):
        pivot = _pivots(x[i], d)
        _mean_parts(x[i], pivot, d, count, shift)
        second[:] = 0.0
        power[:] = 0.0
        for k in range(min(d, t)):
            past, about, centre, squares = x[i, : t - k], pivot[k:], shift[k:], second[k:]
            _add_powers(past, about, centre, squares, power[k:], which)
        for j in range(t):
            c = count[j]
            if which == 1:
                out[i, j] = power[j] / c if c > 0 else NAN
            elif which == 2:
                out[i, j] = second[j] / (c - 1.0) if c > 1 else NAN
            elif which == 3:
                if c > 2 and second[j] > 0:
                    out[i, j] = (c * (c - 1.0) ** 0.5 / (c - 2.0)) * power[j] / second[j] ** 1.5
            elif c > 3 and second[j] > 0:
                ratio = c * (c + 1.0) * (c - 1.0) * power[j] / ((c - 2.0) * (c - 3.0) * second[j] ** 2)
                out[i, j] = ratio - 3.0 * (c - 1.0) ** 2 / ((c - 2.0) * (c - 3.0))
    return out


@nb.njit("f8[:, ::1](f8[:, ::1], i8, f8)", cache=True, nogil=True)
def window_extreme(x: Float, d: int, sign: float) -> Float:
    """Largest known cell times `sign`: maximum for 1, minimum for −1."""
    n, t = x.shape
    out = np.full((n, t), NAN)
    for i in range(n):
        for k in range(min(d, t)):
            past, best = x[i, : t - k], out[i, k:]
            for j in range(t - k):
                v, b = past[j], best[j]
                better = (v == v) & ((b != b) | (v * sign > b * sign))
                best[j] = v if better else b
    return out


@nb.njit("f8[:, ::1](f8[:, ::1], i8, f8, b1)", cache=True, nogil=True)
def window_extreme_age(x: Float, d: int, sign: float, oldest: bool) -> Float:
    """Bars since the extreme of the window; of equals the newest, or the oldest."""
    n, t = x.shape
    out = np.full((n, t), NAN)
    best = np.empty(t)
    for i in range(n):
        best[:] = NAN
        for k in range(min(d, t)):
            for j in range(k, t):
                v = x[i, j - k]
                better = best[j] != best[j] or v * sign > best[j] * sign or (oldest and v == best[j])
                if v == v and better:
                    best[j] = v
                    out[i, j] = k
    return out


@nb.njit("f8[:, ::1](f8[:, ::1], i8, i8)", cache=True, nogil=True)
def window_rank(x: Float, d: int, pandas_style: int) -> Float:
    """Average rank of the newest cell among the known: in [0, 1], or rank/count in pandas' style."""
    n, t = x.shape
    out = np.full((n, t), NAN)
    count = np.empty(t)
    less = np.empty(t)
    same = np.empty(t)
    for i in range(n):
        count[:] = 0.0
        less[:] = 0.0
        same[:] = 0.0
        for k in range(min(d, t)):
            past, now, counted, below, equal = x[i, : t - k], x[i, k:], count[k:], less[k:], same[k:]
            for j in range(t - k):
                v, newest = past[j], now[j]
                counted[j] += 1.0 if v == v else 0.0
                below[j] += 1.0 if v < newest else 0.0
                equal[j] += 1.0 if v == newest else 0.0
        for j in range(t):
            if x[i, j] != x[i, j]:
                continue
            zero_based = less[j] + (same[j] - 1.0) / 2.0
            if pandas_style:
                out[i, j] = (zero_based + 1.0) / count[j]
            else:
                out[i, j] = zero_based / (count[j] - 1.0) if count[j] > 1 else 0.5
    return out


@nb.njit("f8[:, ::1](f8[:, ::1], i8, f8)", cache=True, nogil=True)
def window_percentile(x: Float, d: int, fraction: float) -> Float:
    """Linearly interpolated quantile of the known cells."""
    n, t = x.shape
    out = np.full((n, t), NAN)
    held = np.empty(min(d, t) + 1)
    for i in range(n):
        size = 0
        for j in range(t):
            if j >= d and x[i, j - d] == x[i, j - d]:
                at = np.searchsorted(held[:size], x[i, j - d])
                for m in range(at, size - 1):
                    held[m] = held[m + 1]
                size -= 1
            v = x[i, j]
            if v == v:
                at = np.searchsorted(held[:size], v)
                for m in range(size, at, -1):
                    held[m] = held[m - 1]
                held[at] = v
                size += 1
            if size > 0:
                place = fraction * (size - 1)
                low = int(np.floor(place))
                high = min(low + 1, size - 1)
                out[i, j] = held[low] + (held[high] - held[low]) * (place - low)
    return out


@nb.njit("f8[:, ::1](f8[:, ::1], f8[:, ::1], i8, i8)", cache=True, nogil=True)
def window_regression(y: Float, x: Float, d: int, which: int) -> Float:
    """Least squares of y on x over the pairs known in the window.

    0 residual of the newest pair, 1 intercept, 2 slope, 3 fitted value, 4 correlation,
    5 covariance (ddof 1), 6 R².
    """
    n, t = y.shape
    out = np.full((n, t), NAN)
    count = np.empty(t)
    mean_x = np.empty(t)
    mean_y = np.empty(t)
    sxx = np.empty(t)
    sxy = np.empty(t)
    syy = np.empty(t)
    pair_x = np.empty(t)
    pair_y = np.empty(t)
    for i in range(n):
        for j in range(t):
            known = x[i, j] == x[i, j] and y[i, j] == y[i, j]
            pair_x[j] = x[i, j] if known else NAN
            pair_y[j] = y[i, j] if known else NAN
        pivot_x = _pivots(pair_x, d)
        pivot_y = _pivots(pair_y, d)
        _mean_parts(pair_x, pivot_x, d, count, mean_x)
        _mean_parts(pair_y, pivot_y, d, count, mean_y)
        sxx[:] = 0.0
        sxy[:] = 0.0
        syy[:] = 0.0
        for k in range(min(d, t)):
            past_x, about_x, centre_x = pair_x[: t - k], pivot_x[k:], mean_x[k:]
            past_y, about_y, centre_y = pair_y[: t - k], pivot_y[k:], mean_y[k:]
            xx, xy, yy = sxx[k:], sxy[k:], syy[k:]
            for j in range(t - k):
                v = past_x[j]
                known = v == v
                a = (v - about_x[j]) - centre_x[j] if known else 0.0
                b = (past_y[j] - about_y[j]) - centre_y[j] if known else 0.0
                xx[j] += a * a
                xy[j] += a * b
                yy[j] += b * b
        for j in range(t):
            if count[j] < 2:
                continue
            if which == 5:
                out[i, j] = sxy[j] / (count[j] - 1.0)
                continue
            if sxx[j] <= 0.0 or (which in (4, 6) and syy[j] <= 0.0):
                continue
            slope = sxy[j] / sxx[j]
            if which == 2:
                out[i, j] = slope
            elif which == 4:
                out[i, j] = min(1.0, max(-1.0, sxy[j] / (sxx[j] ** 0.5 * syy[j] ** 0.5)))
            elif which == 6:
                out[i, j] = min(1.0, sxy[j] ** 2 / (sxx[j] * syy[j]))
            elif which == 1:
                out[i, j] = (pivot_y[j] + mean_y[j]) - slope * (pivot_x[j] + mean_x[j])
            else:
                fitted = (pivot_y[j] + mean_y[j]) + slope * ((x[i, j] - pivot_x[j]) - mean_x[j])
                out[i, j] = fitted if which == 3 else y[i, j] - fitted
    return out


@nb.njit("f8[:, ::1](f8[:, ::1], f8[::1])", cache=True, nogil=True)
def weighted_mean(x: Float, weights: Float) -> Float:
    """Mean of the known cells, weighted by age; `weights` starts with the newest."""
    n, t = x.shape
    out = np.zeros((n, t))
    total = np.empty(t)
    for i in range(n):
        total[:] = 0.0
        for k in range(min(len(weights), t)):
            w = weights[k]
            past, held, weighed = x[i, : t - k], out[i, k:], total[k:]
            for j in range(t - k):
                v = past[j]
                known = v == v
                held[j] += w * v if known else 0.0
                weighed[j] += w if known else 0.0
        for j in range(t):
            out[i, j] = out[i, j] / total[j] if total[j] > 0 else NAN
    return out


@nb.njit(_ROW, cache=True, nogil=True)
def backfill(x: Float, d: int) -> Float:
    """Newest known cell of the last `d` bars."""
    n = x.shape[0]
    out = np.empty_like(x)
    for i in range(n):
        out[i] = _pivots(x[i], d)
    return out


@nb.njit(_ROW, cache=True, nogil=True)
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


@nb.njit("f8[:, ::1](f8[:, ::1], f8, i8)", cache=True, nogil=True)
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


@nb.njit("f8[:, ::1](f8[:, ::1], f8[:, ::1], f8[:, ::1], i8)", cache=True, nogil=True)
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


@nb.njit(_PAIR, cache=True, nogil=True)
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
