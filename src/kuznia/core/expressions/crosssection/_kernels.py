"""Kernels across instruments on contiguous ``(T, N)`` arrays; NaN cells are no members.

Every kernel takes group codes; the whole cross-section is one group of code 0, and code −1 belongs
to none. Sums run in the order of the instruments, about the group's first known cell.
"""

from __future__ import annotations

import numba as nb
import numpy as np

from kuznia.core.typing import Float, Int

NAN = np.nan


@nb.njit("f8[:, ::1](f8[:, ::1], i8[:, ::1], i8)", cache=True, nogil=True)
def group_statistic(x: Float, groups: Int, which: int) -> Float:
    """One number for each group, given to its members: 0 count, 1 sum, 2 mean, 3 standard deviation,
    4 minimum, 5 maximum. A member whose own value is not known gets the number too."""
    t, n = x.shape
    size = max(groups.max() + 1, 1) if groups.size else 1
    out = np.full((t, n), NAN)
    count = np.empty(size)
    pivot = np.empty(size)
    first = np.empty(size)
    second = np.empty(size)
    low = np.empty(size)
    high = np.empty(size)
    for j in range(t):
        count[:] = 0.0
        first[:] = 0.0
        second[:] = 0.0
        for i in range(n):
            g, v = groups[j, i], x[j, i]
            if g < 0 or v != v:
                continue
            if count[g] == 0.0:
                pivot[g] = v
                low[g] = v
                high[g] = v
            count[g] += 1.0
            first[g] += v if which == 1 else v - pivot[g]
            low[g] = min(low[g], v)
            high[g] = max(high[g], v)
        if which == 3:
            for i in range(n):
                g, v = groups[j, i], x[j, i]
                if g >= 0 and v == v:
                    second[g] += ((v - pivot[g]) - first[g] / count[g]) ** 2
        for i in range(n):
            g = groups[j, i]
            if g < 0:
                continue
            if which == 0:
                out[j, i] = count[g]
            elif count[g] == 0.0:
                continue
            elif which == 1:
                out[j, i] = first[g]
            elif which == 2:
                out[j, i] = pivot[g] + first[g] / count[g]
            elif which == 3:
                out[j, i] = (second[g] / (count[g] - 1.0)) ** 0.5 if count[g] > 1 else NAN
            elif which == 4:
                out[j, i] = low[g]
            else:
                out[j, i] = high[g]
    return out


@nb.njit("f8[:, ::1](f8[:, ::1], i8[:, ::1])", cache=True, nogil=True)
def group_rank(x: Float, groups: Int) -> Float:
    """Average rank inside the group, from 0 to 1; 0.5 for a group of one."""
    t, n = x.shape
    size = max(groups.max() + 1, 1) if groups.size else 1
    out = np.full((t, n), NAN)
    count = np.empty(size)
    edge = np.empty(size)
    value = np.empty(size)
    seen = np.empty(size)
    for j in range(t):
        order = np.argsort(x[j], kind="mergesort")
        count[:] = 0.0
        edge[:] = 0.0
        for i in order:
            g, v = groups[j, i], x[j, i]
            if g < 0 or v != v:
                continue
            if count[g] > 0.0 and v != value[g]:
                edge[g] = count[g]
            value[g] = v
            count[g] += 1.0
            out[j, i] = edge[g]
        seen[:] = 0.0
        edge[:] = 0.0
        for i in order[::-1]:
            g, v = groups[j, i], x[j, i]
            if g < 0 or v != v:
                continue
            if seen[g] > 0.0 and v != value[g]:
                edge[g] = seen[g]
            value[g] = v
            seen[g] += 1.0
            between = out[j, i] + count[g] - 1.0 - edge[g]
            out[j, i] = between / 2.0 / (count[g] - 1.0) if count[g] > 1.0 else 0.5
    return out


@nb.njit("f8[:, ::1](f8[:, ::1], i8[:, ::1])", cache=True, nogil=True)
def group_median(x: Float, groups: Int) -> Float:
    """Median of each group, given to its members."""
    t, n = x.shape
    size = max(groups.max() + 1, 1) if groups.size else 1
    out = np.full((t, n), NAN)
    held = np.empty(n)
    for j in range(t):
        for g in range(size):
            m = 0
            for i in range(n):
                if groups[j, i] == g and x[j, i] == x[j, i]:
                    held[m] = x[j, i]
                    m += 1
            if m == 0:
                continue
            ordered = np.sort(held[:m])
            middle = (ordered[(m - 1) // 2] + ordered[m // 2]) / 2.0
            for i in range(n):
                if groups[j, i] == g:
                    out[j, i] = middle
    return out


@nb.njit("f8[:, ::1](f8[:, ::1], f8[:, ::1], b1)", cache=True, nogil=True)
def residual(y: Float, x: Float, intercept: bool) -> Float:
    """What is left of y at each time after least squares on x across instruments."""
    t, n = y.shape
    out = np.full((t, n), NAN)
    for j in range(t):
        count = 0.0
        sum_x = 0.0
        sum_y = 0.0
        for i in range(n):
            if x[j, i] == x[j, i] and y[j, i] == y[j, i]:
                count += 1.0
                sum_x += x[j, i]
                sum_y += y[j, i]
        if count == 0.0:
            continue
        mean_x = sum_x / count if intercept else 0.0
        mean_y = sum_y / count if intercept else 0.0
        sxx = 0.0
        sxy = 0.0
        for i in range(n):
            if x[j, i] == x[j, i] and y[j, i] == y[j, i]:
                sxx += (x[j, i] - mean_x) ** 2
                sxy += (x[j, i] - mean_x) * (y[j, i] - mean_y)
        slope = sxy / sxx if sxx > 0.0 else 0.0
        for i in range(n):
            if x[j, i] == x[j, i] and y[j, i] == y[j, i]:
                out[j, i] = (y[j, i] - mean_y) - slope * (x[j, i] - mean_x)
    return out
