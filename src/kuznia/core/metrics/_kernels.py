"""Compiled loops over one return series or equity curve.

Law of the arrays: contiguous float64, one value for each bar. Each loop passes once over the bars;
`fastmath` is off, so that the same input gives the same bits everywhere.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

# Places in the vector that `account_sums` returns.
(
    BARS,
    MEAN,
    SQUARES,  # mean of the squares, cubes and fourth powers about the mean
    CUBES,
    FOURTHS,
    BELOW_SQUARES,
    GAINS,
    LOSSES,
    UP,
    BEST,
    WORST,
    GROWTH,
    DEPTH,
    DEEP_PEAK,
    DEEP_END,
    LONGEST,
    UNDER,
    ULCER,
    WORTH,
) = range(19)
SUMS = 19

Vector = NDArray[np.float64]


@njit("void(float64[::1], float64, float64, float64, float64, float64)", cache=True, nogil=True)
def central(found: Vector, shift: float, a: float, b: float, c: float, d: float) -> None:
    """Mean and central moments from the mean powers `a` to `d` of what lies above `shift`."""
    found[MEAN] = shift + a
    found[SQUARES] = max(b - a * a, 0.0)
    found[CUBES] = c - 3.0 * a * b + 2.0 * a**3
    found[FOURTHS] = d - 4.0 * a * c + 6.0 * a * a * b - 3.0 * a**4


@njit(
    "float64[::1](float64[::1], float64[::1], int64[::1], float64)",
    cache=True,
    nogil=True,
)
def account_sums(equity: Vector, deposits: Vector, ts: NDArray[np.int64], start: float) -> Vector:
    """Everything that one pass over an account's bars can count, from the bar after the first decision.

    `deposits` may be empty. Returns are on the worth before the bar and the bar's deposit;
    drawdowns are of the index that those returns compound to. Central moments come from sums of powers
    about the geometric mean, which lies so near the mean that nothing cancels.
    """
    found = np.zeros(SUMS)
    length = equity.shape[0]
    paid = deposits.shape[0] > 0
    before = start + (deposits[0] if paid else 0.0)
    shift = 0.0
    if not paid and length > 1 and equity[length - 1] > 0.0:
        shift = (equity[length - 1] / before) ** (1.0 / (length - 1)) - 1.0
    units = 1.0
    peak = before
    index = before
    depth = s1 = s2 = s3 = s4 = below = gains = losses = ulcer = worth = 0.0
    best = -np.inf
    worst = np.inf
    up = under = longest = peak_row = deep_peak = 0
    deep_end = -1
    is_under = False
    for t in range(1, length):
        if paid and deposits[t] != 0.0 and before > 0.0:
            units *= (before + deposits[t]) / before
            before += deposits[t]
        value = 0.0
        if before > 0.0:
            value = equity[t] / before - 1.0
        x = value - shift
        square = x * x
        s1 += x
        s2 += square
        s3 += square * x
        s4 += square * square
        gain = value if value > 0.0 else 0.0
        loss = value - gain
        gains += gain
        losses -= loss
        below += loss * loss
        up += value > 0.0
        best = value if value > best else best
        worst = value if value < worst else worst
        before = equity[t]
        worth += before
        index = before / units if paid else before
        if index >= peak:
            if is_under:
                longest = max(longest, ts[t] - ts[peak_row])
                deep_end = t if deep_end < 0 else deep_end
                is_under = False
            peak = index
            peak_row = t
            continue
        is_under = True
        under += 1
        fall = 1.0 - index / peak
        ulcer += fall * fall
        if fall > depth:
            depth = fall
            deep_peak = peak_row
            deep_end = -1
    if is_under:
        longest = max(longest, ts[length - 1] - ts[peak_row])
    bars = length - 1.0
    found[BARS] = bars
    found[GROWTH] = index / (start + (deposits[0] if paid else 0.0))
    found[GAINS], found[LOSSES], found[BELOW_SQUARES] = gains, losses, below
    found[UP], found[UNDER], found[BEST], found[WORST] = up, under, best, worst
    found[DEPTH], found[DEEP_PEAK], found[DEEP_END] = depth, deep_peak, deep_end
    found[LONGEST], found[ULCER] = longest, ulcer
    found[WORTH] = worth
    if bars > 0.0:
        central(found, shift, s1 / bars, s2 / bars, s3 / bars, s4 / bars)
    return found


@njit("float64[::1](float64[::1], int64[::1])", cache=True, nogil=True)
def expanding_share(values: Vector, ranks: NDArray[np.int64]) -> Vector:
    """Share of the values up to each that lie before it in order; `ranks` are the places of all.

    Counts are kept in a binary indexed tree (Fenwick 1994), so that a long series is no square.
    """
    length = values.shape[0]
    tree = np.zeros(length + 1, dtype=np.int64)
    found = np.empty(length)
    for t in range(length):
        below = 0
        k = ranks[t]
        while k > 0:
            below += tree[k]
            k -= k & -k
        found[t] = below / (t + 1.0)
        k = ranks[t] + 1
        while k <= length:
            tree[k] += 1
            k += k & -k
    return found


@njit("void(float64[::1], int64[:, ::1], int64, int64, float64[::1])", cache=True, nogil=True)
def block_sums(running: Vector, starts: NDArray[np.int64], length: int, last: int, found: Vector) -> None:
    """Sum of each row's blocks from running sums that begin with 0; the last block has `last` values."""
    blocks = starts.shape[1]
    for row in range(starts.shape[0]):
        total = 0.0
        for k in range(blocks - 1):
            start = starts[row, k]
            total += running[start + length] - running[start]
        start = starts[row, blocks - 1]
        found[row] = total + running[start + last] - running[start]
