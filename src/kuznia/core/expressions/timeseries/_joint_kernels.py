"""Kernels over the joint moments of two or three values in a window; pairs known on both sides count.

Each value is computed from its own window alone, newest cell first, about the newest known pair.
"""

from __future__ import annotations

import numba as nb
import numpy as np

from kuznia.core.typing import Float

NAN = np.nan


@nb.njit("f8[:, ::1](f8[:, ::1], f8[:, ::1], i8, i8)", cache=True, nogil=True)
def co_moment(y: Float, x: Float, d: int, power: int) -> Float:
    """Standardised ``E[(y − ȳ)(x − x̄)^power]`` of the window: 2 co-skewness, 3 co-kurtosis (ddof 0)."""
    n, t = y.shape
    out = np.full((n, t), NAN)
    for i in range(n):
        for j in range(t):
            first = max(j - d + 1, 0)
            count, mean_y, mean_x = 0.0, 0.0, 0.0
            about_y, about_x = NAN, NAN
            for k in range(j, first - 1, -1):
                a, b = y[i, k], x[i, k]
                if a != a or b != b:
                    continue
                if count == 0.0:
                    about_y, about_x = a, b
                count += 1.0
                mean_y += a - about_y
                mean_x += b - about_x
            if count < 2.0:
                continue
            mean_y, mean_x = mean_y / count, mean_x / count
            syy, sxx, joint = 0.0, 0.0, 0.0
            for k in range(j, first - 1, -1):
                a, b = y[i, k], x[i, k]
                if a == a and b == b:
                    dy, dx = (a - about_y) - mean_y, (b - about_x) - mean_x
                    syy += dy * dy
                    sxx += dx * dx
                    joint += dy * dx**power
            if syy > 0.0 and sxx > 0.0:
                scale = (syy / count) ** 0.5 * (sxx / count) ** (power / 2.0)
                out[i, j] = joint / count / scale
    return out


@nb.njit("f8[:, ::1](f8[:, ::1], f8[:, ::1], f8[:, ::1], i8)", cache=True, nogil=True)
def partial_correlation(x: Float, y: Float, z: Float, d: int) -> Float:
    """Correlation of x and y after both are freed of z, over the triples known in the window."""
    n, t = x.shape
    out = np.full((n, t), NAN)
    about, mean = np.empty(3), np.empty(3)
    cell, sums = np.empty(3), np.empty((3, 3))
    for i in range(n):
        for j in range(t):
            first = max(j - d + 1, 0)
            count = 0.0
            mean[:] = 0.0
            for k in range(j, first - 1, -1):
                cell[0], cell[1], cell[2] = x[i, k], y[i, k], z[i, k]
                if cell[0] == cell[0] and cell[1] == cell[1] and cell[2] == cell[2]:
                    if count == 0.0:
                        about[:] = cell
                    count += 1.0
                    mean += cell - about
            if count < 3.0:
                continue
            mean /= count
            sums[:] = 0.0
            for k in range(j, first - 1, -1):
                cell[0], cell[1], cell[2] = x[i, k], y[i, k], z[i, k]
                if cell[0] == cell[0] and cell[1] == cell[1] and cell[2] == cell[2]:
                    for a in range(3):
                        for b in range(3):
                            sums[a, b] += ((cell[a] - about[a]) - mean[a]) * ((cell[b] - about[b]) - mean[b])
            if sums[2, 2] <= 0.0:
                continue
            sxx = sums[0, 0] - sums[0, 2] ** 2 / sums[2, 2]
            syy = sums[1, 1] - sums[1, 2] ** 2 / sums[2, 2]
            sxy = sums[0, 1] - sums[0, 2] * sums[1, 2] / sums[2, 2]
            if sxx > 1e-12 * sums[0, 0] and syy > 1e-12 * sums[1, 1]:
                out[i, j] = min(1.0, max(-1.0, sxy / (sxx * syy) ** 0.5))
    return out
