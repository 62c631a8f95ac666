"""Compiled windows that sizing and slippage look back on. Arrays are (T, N), contiguous."""

from __future__ import annotations

import numpy as np
from numba import njit

from kuznia.core.typing import Float


@njit(
    "UniTuple(float64[:, ::1], 2)(float64[:, ::1], int64)",
    cache=True,
    nogil=True,
)
def return_moments(close: Float, window: int) -> tuple[Float, Float]:
    """Mean and standard deviation (ddof 1) of the last `window` returns up to each row, NaN before that."""
    length, count = close.shape
    mean = np.full((length, count), np.nan)
    deviation = np.full((length, count), np.nan)
    for n in range(count):
        for t in range(window, length):
            total = 0.0
            for k in range(t - window + 1, t + 1):
                total += close[k, n] / close[k - 1, n] - 1.0
            average = total / window
            squares = 0.0
            for k in range(t - window + 1, t + 1):
                away = close[k, n] / close[k - 1, n] - 1.0 - average
                squares += away * away
            mean[t, n] = average
            deviation[t, n] = np.sqrt(squares / (window - 1))
    return mean, deviation
