"""Compiled loops of strategies. Sums run in one fixed order, so equal windows give equal bits."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]


@njit("float64[:, ::1](float64[:, ::1])", cache=True, nogil=True)
def covariance(moves: Matrix) -> Matrix:
    """Sample covariance (ddof 1) of the columns. (N, N)"""
    length, count = moves.shape
    mean = np.zeros(count)
    for t in range(length):
        for n in range(count):
            mean[n] += moves[t, n]
    mean /= length
    found = np.zeros((count, count))
    row = np.empty(count)
    for t in range(length):
        for n in range(count):
            row[n] = moves[t, n] - mean[n]
        for i in range(count):
            for j in range(count):
                found[i, j] += row[i] * row[j]
    found /= length - 1
    return found


@njit("float64[::1](float64[:, ::1], float64, int64)", cache=True, nogil=True)
def equal_risk(covariances: Matrix, tolerance: float, most: int) -> Vector:
    """Long-only weights of equal risk contribution that sum to 1, by cyclical coordinate descent.

    Each step solves one coordinate of ``min ½ x'Σx − Σ ln(x) / N`` exactly (Griveau-Billion, Richard
    and Roncalli 2013).
    """
    count = covariances.shape[0]
    weights = np.empty(count)
    for n in range(count):
        weights[n] = 1.0 / np.sqrt(covariances[n, n] * count)
    for _ in range(most):
        change = 0.0
        for i in range(count):
            rest = 0.0
            for j in range(count):
                if j != i:
                    rest += covariances[i, j] * weights[j]
            own = covariances[i, i]
            new = (-rest + np.sqrt(rest * rest + 4.0 * own / count)) / (2.0 * own)
            change = max(change, abs(new - weights[i]) / new)
            weights[i] = new
        if change < tolerance:
            break
    weights /= weights.sum()
    return weights


@njit("Tuple((float64[::1], float64[::1]))(float64[::1], float64[::1], int64)", cache=True, nogil=True)
def spread(first: Vector, second: Vector, window: int) -> tuple[Vector, Vector]:
    """z-score of the last residual, and the slope, of a regression over each window of bars.

    NaN where a value of the window is missing or one of both does not move.
    """
    length = first.shape[0]
    scores = np.full(length, np.nan)
    slopes = np.full(length, np.nan)
    for t in range(window - 1, length):
        mean_x = 0.0
        mean_y = 0.0
        for s in range(t - window + 1, t + 1):
            mean_x += second[s]
            mean_y += first[s]
        mean_x /= window
        mean_y /= window
        xx = 0.0
        xy = 0.0
        yy = 0.0
        for s in range(t - window + 1, t + 1):
            x = second[s] - mean_x
            y = first[s] - mean_y
            xx += x * x
            xy += x * y
            yy += y * y
        if np.isnan(xx) or np.isnan(yy) or xx <= 0.0 or yy <= 0.0:
            continue
        slope = xy / xx
        squares = yy - slope * xy
        if squares <= 1e-12 * yy:
            continue
        last = first[t] - mean_y - slope * (second[t] - mean_x)
        scores[t] = last / np.sqrt(squares / (window - 1))
        slopes[t] = slope
    return scores, slopes
