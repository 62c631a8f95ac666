"""Kernels over what a window holds beyond its second moment: order, place, spread of its values.

Each value is computed from its own window alone; NaN cells are skipped.
"""

from __future__ import annotations

import numba as nb
import numpy as np

from kuznia.core.typing import Float

_ROW = "f8[:, ::1](f8[:, ::1], i8)"
_ROW_AND_NUMBER = "f8[:, ::1](f8[:, ::1], i8, i8)"
NAN = np.nan


@nb.njit(_ROW_AND_NUMBER, cache=True, nogil=True)
def central_moment(x: Float, d: int, power: int) -> Float:
    """Mean of the distances from the mean, each to a power (ddof 0)."""
    n, t = x.shape
    out = np.full((n, t), NAN)
    for i in range(n):
        for j in range(t):
            first = max(j - d + 1, 0)
            count, mean, about = 0.0, 0.0, NAN
            for k in range(j, first - 1, -1):
                v = x[i, k]
                if v == v:
                    about = v if count == 0.0 else about
                    count += 1.0
                    mean += v - about
            if count == 0.0:
                continue
            total = 0.0
            for k in range(j, first - 1, -1):
                v = x[i, k]
                if v == v:
                    total += ((v - about) - mean / count) ** power
            out[i, j] = total / count
    return out


@nb.njit(_ROW_AND_NUMBER, cache=True, nogil=True)
def entropy(x: Float, d: int, bins: int) -> Float:
    """Entropy in nats of the window's histogram of equal bins between its extremes; 0 when all are equal."""
    n, t = x.shape
    out = np.full((n, t), NAN)
    held = np.empty(bins)
    for i in range(n):
        for j in range(t):
            window = x[i, max(j - d + 1, 0) : j + 1]
            low, high, count = np.inf, -np.inf, 0
            for v in window:
                if v == v:
                    low, high = min(low, v), max(high, v)
                    count += 1
            if count == 0:
                continue
            held[:] = 0.0
            for v in window:
                if v == v:
                    place = int((v - low) / (high - low) * bins) if high > low else 0
                    held[min(place, bins - 1)] += 1.0
            total = 0.0
            for share in held:
                if share > 0.0:
                    total -= share / count * np.log(share / count)
            out[i, j] = total
    return out


@nb.njit(_ROW_AND_NUMBER, cache=True, nogil=True)
def kth_newest(x: Float, d: int, k: int) -> Float:
    """The kth known cell of the window, counted from the newest."""
    n, t = x.shape
    out = np.full((n, t), NAN)
    for i in range(n):
        for j in range(t):
            seen = 0
            for at in range(j, max(j - d + 1, 0) - 1, -1):
                if x[i, at] == x[i, at]:
                    seen += 1
                    if seen == k:
                        out[i, j] = x[i, at]
                        break
    return out


@nb.njit(_ROW, cache=True, nogil=True)
def last_different(x: Float, d: int) -> Float:
    """The newest of the last `d` cells before the current one that differs from it."""
    n, t = x.shape
    out = np.full((n, t), NAN)
    for i in range(n):
        for j in range(t):
            for at in range(j - 1, max(j - d, 0) - 1, -1):
                v = x[i, at]
                if v == v and x[i, j] == x[i, j] and v != x[i, j]:
                    out[i, j] = v
                    break
    return out


@nb.njit(_ROW, cache=True, nogil=True)
def max_drawdown(x: Float, d: int) -> Float:
    """Greatest fall inside the window from a peak of it, as a fraction of the peak."""
    n, t = x.shape
    out = np.full((n, t), NAN)
    for i in range(n):
        for j in range(t):
            peak, worst = NAN, NAN
            for at in range(max(j - d + 1, 0), j + 1):
                v = x[i, at]
                if v != v:
                    continue
                peak = v if peak != peak or v > peak else peak
                fall = 1.0 - v / peak if peak > 0.0 else NAN
                worst = fall if worst != worst or fall > worst else worst
            out[i, j] = worst
    return out


@nb.njit("f8[:, ::1](f8[:, ::1], f8[::1])", cache=True, nogil=True)
def weighted_sum(x: Float, weights: Float) -> Float:
    """Sum weighted by age, newest first; NaN unless the whole window is known."""
    n, t = x.shape
    out = np.full((n, t), NAN)
    d = len(weights)
    for i in range(n):
        for j in range(d - 1, t):
            total = 0.0
            for k in range(d):
                total += weights[k] * x[i, j - k]
            out[i, j] = total
    return out
