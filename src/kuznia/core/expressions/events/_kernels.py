"""Kernels over events: each value comes from the events of its own window alone, oldest first.

The window of ``d`` bars at column ``t`` holds the events known after ``decision[t − d]`` and by
``decision[t]``; before column ``d`` it begins at the first decision. Column 0 has no window: what was
known before the panel begins belongs to no bar of it.
"""

from __future__ import annotations

import numba as nb
import numpy as np

from kuznia.core.typing import Float, Int

_PLACED = "i8[:, ::1], f8[::1], i8"
NAN = np.nan


@nb.njit(cache=True, nogil=True)
def _weight(age: int, halflife: float) -> float:
    return 0.5 ** (age / halflife) if halflife > 0.0 else 1.0


@nb.njit("f8[:, ::1](i8[:, ::1], i8[::1], f8[::1], i8, f8, i8)", cache=True, nogil=True)
def weighted(edges: Int, column: Int, values: Float, d: int, halflife: float, which: int) -> Float:
    """Sums with weights by age: 0 count, 1 sum, 2 mean, 3 standard deviation.

    The deviation is that of weights which say how sure a value is: its square is
    ``Σ w (v − m)² / (W − Σ w² / W)``, ddof 1 when all weights are 1.
    """
    n, t = edges.shape
    out = np.full((n, t), NAN)
    for i in range(n):
        for j in range(1, t):
            total, squares, held = 0.0, 0.0, 0.0
            pivot = NAN
            first, stop = edges[i, max(j - d, 0)], edges[i, j]
            for e in range(first, stop):
                v = values[e]
                if v != v:
                    continue
                pivot = v if pivot != pivot else pivot
                w = _weight(j - column[e], halflife)
                total += w
                squares += w * w
                held += w * (v if which == 1 else v - pivot)
            if which == 0:
                out[i, j] = total
            elif total > 0.0 and which == 1:
                out[i, j] = held
            elif total > 0.0 and which == 2:
                out[i, j] = pivot + held / total
            elif total > 0.0 and which == 3:
                spread = 0.0
                for e in range(first, stop):
                    v = values[e]
                    if v == v:
                        spread += _weight(j - column[e], halflife) * ((v - pivot) - held / total) ** 2
                freedom = total - squares / total
                out[i, j] = (spread / freedom) ** 0.5 if freedom > 1e-12 * total else NAN
    return out


@nb.njit(f"f8[:, ::1]({_PLACED}, i8)", cache=True, nogil=True)
def shape(edges: Int, values: Float, d: int, which: int) -> Float:
    """3 sample skewness, 4 sample excess kurtosis, as for windows over bars."""
    n, t = edges.shape
    out = np.full((n, t), NAN)
    for i in range(n):
        for j in range(1, t):
            c, moved = 0.0, 0.0
            pivot = NAN
            first, stop = edges[i, max(j - d, 0)], edges[i, j]
            for e in range(first, stop):
                v = values[e]
                if v == v:
                    pivot = v if pivot != pivot else pivot
                    c += 1.0
                    moved += v - pivot
            second, power = 0.0, 0.0
            for e in range(first, stop):
                v = values[e]
                if v == v:
                    distance = (v - pivot) - moved / c
                    second += distance**2
                    power += distance**which
            if which == 3 and c > 2.0 and second > 0.0:
                out[i, j] = (c * (c - 1.0) ** 0.5 / (c - 2.0)) * power / second**1.5
            elif which == 4 and c > 3.0 and second > 0.0:
                ratio = c * (c + 1.0) * (c - 1.0) * power / ((c - 2.0) * (c - 3.0) * second**2)
                out[i, j] = ratio - 3.0 * (c - 1.0) ** 2 / ((c - 2.0) * (c - 3.0))
    return out


@nb.njit(f"f8[:, ::1]({_PLACED}, f8)", cache=True, nogil=True)
def percentile(edges: Int, values: Float, d: int, fraction: float) -> Float:
    """Linearly interpolated quantile."""
    n, t = edges.shape
    out = np.full((n, t), NAN)
    for i in range(n):
        for j in range(1, t):
            window = values[edges[i, max(j - d, 0)] : edges[i, j]]
            held = np.sort(window[~np.isnan(window)])
            if len(held):
                place = fraction * (len(held) - 1)
                low = int(np.floor(place))
                high = min(low + 1, len(held) - 1)
                out[i, j] = held[low] + (held[high] - held[low]) * (place - low)
    return out


@nb.njit(f"f8[:, ::1]({_PLACED}, i8)", cache=True, nogil=True)
def choose(edges: Int, values: Float, d: int, nth: int) -> Float:
    """The nth value, from the oldest, or back from the newest when negative."""
    n, t = edges.shape
    out = np.full((n, t), NAN)
    for i in range(n):
        for j in range(1, t):
            window = values[edges[i, max(j - d, 0)] : edges[i, j]]
            held = window[~np.isnan(window)]
            place = nth if nth >= 0 else len(held) + nth
            if 0 <= place < len(held):
                out[i, j] = held[place]
    return out


@nb.njit(f"f8[:, ::1]({_PLACED}, f8, b1)", cache=True, nogil=True)
def power_sum(edges: Int, values: Float, d: int, power: float, absolute: bool) -> Float:
    """Sum of powers of the values, or of their absolute values."""
    n, t = edges.shape
    out = np.full((n, t), NAN)
    for i in range(n):
        for j in range(1, t):
            count, held = 0, 0.0
            for e in range(edges[i, max(j - d, 0)], edges[i, j]):
                v = values[e]
                if v == v:
                    count += 1
                    held += abs(v) ** power if absolute else v**power
            if count:
                out[i, j] = held
    return out
