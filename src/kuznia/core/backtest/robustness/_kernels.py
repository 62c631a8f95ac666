"""Compiled walks over resampled returns."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Rows = NDArray[np.int64]


@njit(
    "void(float64[::1], int64[:, ::1], int64, int64[::1], float64[:, ::1], float64[::1])",
    cache=True,
    nogil=True,
)
def walk_blocks(
    growth: Vector, starts: Rows, length: int, at: Rows, curves: NDArray[np.float64], depths: Vector
) -> None:
    """Compound each path's blocks of `growth` (one plus the return, wrapped around).

    `curves` gets the worth after the bars `at`, of 1 at the start; `depths` the deepest drawdown.
    """
    rows = growth.shape[0]
    for path in range(starts.shape[0]):
        worth = 1.0
        peak = 1.0
        lowest = 1.0
        place = 0
        t = 0
        for block in range(starts.shape[1]):
            row = starts[path, block]
            for _ in range(min(length, rows - t)):
                worth *= growth[row]
                row += 1
                if row == rows:
                    row = 0
                if worth > peak:
                    peak = worth
                elif worth < lowest * peak:
                    lowest = worth / peak
                if place < at.shape[0] and at[place] == t:
                    curves[path, place] = worth
                    place += 1
                t += 1
        depths[path] = 1.0 - lowest


@njit("float64(float64[::1], int64[::1])", cache=True, nogil=True)
def depth_in_order(growth: Vector, order: Rows) -> float:
    """Deepest drawdown when the factors of `growth` come in that order."""
    worth = 1.0
    peak = 1.0
    lowest = 1.0
    for k in range(order.shape[0]):
        worth *= growth[order[k]]
        if worth > peak:
            peak = worth
        elif worth < lowest * peak:
            lowest = worth / peak
    return 1.0 - lowest
