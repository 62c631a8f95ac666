"""Compiled loops over one return series or equity curve.

Law of the arrays: contiguous float64, one value for each bar. Where `SUMMED` is set the processor may add
several bars at a time, so that the same input gives the same bits on the same kind of machine; elsewhere
`fastmath` is off and it does so everywhere.
"""

from __future__ import annotations

import numpy as np
from numba import float64, njit
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
SUMMED = {"reassoc", "nnan", "nsz"}
"""Sums in any order; the values are numbers, which those who simulate have seen to."""
TILE, FEW = 2048, 64
"""Bars that stay near the processor while all is counted of them, and bars that one peak may be above."""


@njit("void(float64[::1], float64[::1])", cache=True, nogil=True)
def range_of(values: Vector, ends: Vector) -> None:
    """Write the lowest and the highest of positive values, whose bits have the same order as they have."""
    bits, found = values.view(np.int64), ends.view(np.int64)
    low = high = bits[0]
    for k in range(bits.shape[0]):
        low = bits[k] if bits[k] < low else low
        high = bits[k] if bits[k] > high else high
    found[0], found[1] = low, high


@njit(
    "void(float64[::1], float64[::1], float64[::1], float64, float64[::1])",
    cache=True,
    nogil=True,
    error_model="numpy",
    fastmath=SUMMED,
)
def add_returns(worths: Vector, ratios: Vector, ends: Vector, shift: float, found: Vector) -> None:
    """Add what the returns from each worth to the next say; powers are of what lies above `shift`.

    `ratios` is room for as many as there are returns, `ends` for two numbers.
    """
    s1 = s2 = s3 = s4 = worth = gains = losses = below = up = 0.0
    after = worths[1:]
    for i in range(ratios.shape[0]):
        ratios[i] = after[i] / worths[i]
        worth += after[i]
    for i in range(ratios.shape[0]):
        value = ratios[i] - 1.0
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
        up += 1.0 if value > 0.0 else 0.0
    found[MEAN] += s1
    found[SQUARES] += s2
    found[CUBES] += s3
    found[FOURTHS] += s4
    found[GAINS] += gains
    found[LOSSES] += losses
    found[BELOW_SQUARES] += below
    found[UP] += up
    found[WORTH] += worth
    range_of(ratios, ends)
    found[BEST], found[WORST] = max(found[BEST], ends[1] - 1.0), min(found[WORST], ends[0] - 1.0)


@njit(float64(float64[::1], float64), cache=True, nogil=True, error_model="numpy", fastmath=SUMMED)
def squared_falls(values: Vector, peak: float) -> float:
    """Sum of the squared falls from one peak above them all."""
    total = 0.0
    for i in range(values.shape[0]):
        fall = peak - values[i]
        total += fall * fall
    return total / (peak * peak)


@njit("void(float64[::1], float64, float64, float64, float64, float64)", cache=True, nogil=True)
def central(found: Vector, shift: float, a: float, b: float, c: float, d: float) -> None:
    """Mean and central moments from the mean powers `a` to `d` of what lies above `shift`."""
    found[MEAN] = shift + a
    found[SQUARES] = max(b - a * a, 0.0)
    found[CUBES] = c - 3.0 * a * b + 2.0 * a**3
    found[FOURTHS] = d - 4.0 * a * c + 6.0 * a * a * b - 3.0 * a**4


@njit(
    "void(float64[::1], int64[::1], int64, int64, float64[::1], float64[::1], float64[::1])",
    cache=True,
    nogil=True,
)
def add_falls(
    equity: Vector, ts: NDArray[np.int64], t: int, last: int, peak: Vector, ends: Vector, found: Vector
) -> None:
    """Add what the bars `t` to `last` say about falls, many at a time where none reaches the peak.

    `peak` holds its height and its row, and whether the account is below it.
    """
    while t <= last:
        end = min(t + FEW, last + 1)
        range_of(equity[t:end], ends)
        low = ends[0]
        if ends[1] < peak[0]:
            found[ULCER] += squared_falls(equity[t:end], peak[0])
            found[UNDER] += end - t
            peak[2] = 1.0
            if 1.0 - low / peak[0] > found[DEPTH]:
                found[DEPTH], found[DEEP_PEAK], found[DEEP_END] = 1.0 - low / peak[0], peak[1], -1.0
            t = end
            continue
        for row in range(t, end):
            if equity[row] >= peak[0]:
                if peak[2] > 0.0:
                    found[LONGEST] = max(found[LONGEST], float(ts[row] - ts[int(peak[1])]))
                    found[DEEP_END] = row if found[DEEP_END] < 0.0 else found[DEEP_END]
                peak[0], peak[1], peak[2] = equity[row], row, 0.0
                continue
            fall = 1.0 - equity[row] / peak[0]
            found[ULCER] += fall * fall
            found[UNDER] += 1.0
            peak[2] = 1.0
            if fall > found[DEPTH]:
                found[DEPTH], found[DEEP_PEAK], found[DEEP_END] = fall, peak[1], -1.0
        t = end


@njit("float64[::1](float64[::1], int64[::1], float64)", cache=True, nogil=True)
def equity_sums(equity: Vector, ts: NDArray[np.int64], start: float) -> Vector:
    """What `account_sums` returns for an account without deposits that is worth something at each bar."""
    found, peak, last = np.zeros(SUMS), np.array([start, 0.0, 0.0]), equity.shape[0] - 1
    found[BEST], found[WORST], found[DEEP_END] = -np.inf, np.inf, -1.0
    shift = (equity[last] / start) ** (1.0 / last) - 1.0
    ratios, ends = np.empty(TILE), np.empty(2)
    add_returns(np.array([start, equity[1]]), ratios[:1], ends, shift, found)
    for t in range(1, last + 1, TILE):
        end = min(t + TILE - 1, last)
        add_falls(equity, ts, t, end, peak, ends, found)
        add_returns(equity[t : end + 2], ratios[: min(end + 1, last) - t], ends, shift, found)
    if peak[2] > 0.0:
        found[LONGEST] = max(found[LONGEST], float(ts[last] - ts[int(peak[1])]))
    found[BARS], found[GROWTH] = last, equity[last] / start
    powers = found[MEAN : FOURTHS + 1] / last
    central(found, shift, powers[0], powers[1], powers[2], powers[3])
    return found


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
