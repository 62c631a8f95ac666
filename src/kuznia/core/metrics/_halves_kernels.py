"""Compiled loop over all ways to split blocks of returns into two halves.

Law of the arrays: C-contiguous float64, blocks outside and configurations inside; `fastmath` is off, so
that equal configurations have equal ratios, bit for bit, and a half without a trade has exactly none.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

SMALLEST = 1e-30

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]
Whole = NDArray[np.int64]


@njit("float64[:, ::1](float64[:, ::1], int64, int64)", cache=True, nogil=True)
def subset_sums(rows: Matrix, begin: int, end: int) -> Matrix:
    """Sums of every subset of the rows from `begin` to `end`; bit ``i`` of a number is row ``begin + i``."""
    found = np.zeros((1 << (end - begin), rows.shape[1]))
    for row in range(begin, end):
        bit = 1 << (row - begin)
        for number in range(bit):
            for k in range(rows.shape[1]):
                found[bit + number, k] = found[number, k] + rows[row, k]
    return found


@njit(
    "void(float64[::1], float64[::1], float64[::1], float64[::1], float64[::1], float64)",
    cache=True,
    nogil=True,
    error_model="numpy",
)
def ratios(found: Vector, sums: Vector, more: Vector, squares: Vector, other: Vector, length: float) -> None:
    """Mean over deviation of each configuration, from sums that come in two parts."""
    for k in range(len(found)):
        mean = (sums[k] + more[k]) / length
        variance = (squares[k] + other[k]) / length - mean * mean
        found[k] = mean / np.sqrt(max(variance, SMALLEST)) if variance > SMALLEST else 0.0


@njit("void(float64[::1], float64[::1], float64[::1])", cache=True, nogil=True)
def chosen(found: Vector, mine: Vector, theirs: Vector) -> None:
    """The best ratio of one half, its ratio in the other, and how many are below it there (ties half)."""
    at = 0
    best = mine[0]
    for k in range(1, len(mine)):
        if mine[k] > best:
            best = mine[k]
            at = k
    outside = theirs[at]
    below, same = 0, 0
    for k in range(len(theirs)):
        below += theirs[k] < outside
        same += theirs[k] == outside
    found[0] = best
    found[1] = outside
    found[2] = below + 0.5 * (same - 1)


@njit(
    "float64[:, ::1](float64[:, ::1], float64[:, ::1], int64[::1], int64[::1])",
    cache=True,
    nogil=True,
)
def compare_halves(sums: Matrix, squares: Matrix, counts: Whole, places: Whole) -> Matrix:
    """What `chosen` finds in each split of ``B`` blocks (rows of `sums` and `squares`).

    ``places[number]`` is the split's row in the result, or -1 if the number has not half of the bits.
    The blocks fall into three groups: sums of subsets of the last two are tabled, one vector for each
    subset, those of the first are made as they are needed, so memory grows with configurations alone.
    """
    blocks, count = sums.shape
    late = min(4, blocks // 2)
    middle = min(4, blocks - late)
    early = blocks - late - middle
    tables = subset_sums(sums, early, early + middle), subset_sums(squares, early, early + middle)
    ends = subset_sums(sums, blocks - late, blocks), subset_sums(squares, blocks - late, blocks)
    found = np.zeros((int(places.max()) + 1, 3))
    begun = np.empty((4, count))
    joined = np.empty((4, count))
    one, two = np.empty(count), np.empty(count)
    whole = (1 << blocks) - 1
    for first in range(1 << early):
        begun[:] = 0.0
        for row in range(early):
            side = 0 if first >> row & 1 else 2
            for k in range(count):
                begun[side, k] += sums[row, k]
                begun[side + 1, k] += squares[row, k]
        for second in range(1 << middle):
            rest = (1 << middle) - 1 - second
            for k in range(count):
                joined[0, k] = begun[0, k] + tables[0][second, k]
                joined[1, k] = begun[1, k] + tables[1][second, k]
                joined[2, k] = begun[2, k] + tables[0][rest, k]
                joined[3, k] = begun[3, k] + tables[1][rest, k]
            for third in range(1 << late):
                number = first | second << early | third << (early + middle)
                if places[number] < 0 or number & 1 == 0:
                    continue
                length = 0.0
                for row in range(blocks):
                    length += counts[row] if number >> row & 1 else 0.0
                last = (1 << late) - 1 - third
                ratios(one, joined[0], ends[0][third], joined[1], ends[1][third], length)
                ratios(two, joined[2], ends[0][last], joined[3], ends[1][last], counts.sum() - length)
                chosen(found[places[number]], one, two)
                chosen(found[places[whole - number]], two, one)
    return found
