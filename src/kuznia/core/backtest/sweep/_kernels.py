"""Compiled loops over the segments of an account, in which cash and quantity are fixed.

Law of the arrays: one instrument without gaps, row 0 is the first decision, everything C-contiguous.
Between two changes every sum over bars comes from running sums, or from one plain loop where cash
lies idle beside the position. `flips` holds any two weights; `kuznia.core.backtest.sweep.trips` the
common case. Both agree with the event engine, which the tests see to.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import float64, int64, njit, types
from numpy.typing import NDArray

from kuznia.core.backtest.sweep.bits._kernels import bit_width, changes
from kuznia.core.backtest.sweep.columns import (
    COSTS,
    EXPOSURE,
    FALL,
    FIRST,
    FOURTH,
    GROWTH,
    REFUSED,
    SECOND,
    THIRD,
    TRADED,
    TRADES,
    WORTH,
)
from kuznia.core.backtest.sweep.places import (
    AT_FILL,
    BASE,
    BLOCK,
    CASH,
    CLOSE,
    COST,
    FILL,
    HELD,
    HIGH,
    KEPT,
    LEVEL,
    LOW,
    MARK,
    OFF,
    ON,
    PAID,
    PEAK,
    TOTAL,
)

Cube = NDArray[np.float64]
Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]
Rows = NDArray[np.int64]
Words = NDArray[np.uint64]

TRIPLE: Any = types.UniTuple(float64, 3)  # type: ignore[no-untyped-call]
FEW = 8
"""Rows of which a long path keeps the extremes together."""
DUST = 1e-12
"""An order worth less than this share of the equity is none; so is cash beside a position."""


@njit(TRIPLE(float64[::1], float64[::1], int64, int64), cache=True, nogil=True)
def run_of(values: Vector, close: Vector, lo: int, hi: int) -> tuple[float, float, float]:
    """Highest and lowest of `values` in some rows, and what the deepest fall of `close` left. O(hi - lo)."""
    high, low, kept, most = -np.inf, np.inf, 1.0, 0.0
    for t in range(lo, hi + 1):
        high, low, most = max(high, values[t]), min(low, values[t]), max(most, close[t])
        kept = min(kept, close[t] / most)
    return high, low, kept


@njit(TRIPLE(TRIPLE, TRIPLE, float64), cache=True, nogil=True)
def joined(
    one: tuple[float, float, float], after: tuple[float, float, float], paid: float
) -> tuple[float, float, float]:
    """Two runs, one after the other, as one; a run without rows has a lowest value of infinity."""
    if one[LOW] == np.inf:
        return after
    if after[LOW] == np.inf:
        return one
    across = (after[LOW] - paid) / (one[HIGH] - paid)
    return max(one[HIGH], after[HIGH]), min(one[LOW], after[LOW]), min(min(one[KEPT], after[KEPT]), across)


@njit(TRIPLE(float64[:, ::1], float64[:, :, ::1], int64, int64, float64), cache=True, nogil=True)
def between_blocks(path: Matrix, falls: Cube, lo: int, hi: int, paid: float) -> tuple[float, float, float]:
    """What `between` returns, where runs begin and end with `FEW` rows: the rows at both ends one by one."""
    values, close = path[TOTAL], path[CLOSE]
    first, last = (lo + FEW - 1) // FEW, (hi + 1) // FEW - 1
    if first > last:
        whole: tuple[float, float, float] = run_of(values, close, lo, hi)
        return whole
    level = bit_width(first ^ last)
    found = (falls[level, first, HIGH], falls[level, first, LOW], falls[level, first, KEPT])
    if first < last:
        end = (falls[level, last, HIGH], falls[level, last, LOW], falls[level, last, KEPT])
        found = joined(found, end, paid)
    found = joined(run_of(values, close, lo, first * FEW - 1), found, paid)
    told: tuple[float, float, float] = joined(found, run_of(values, close, last * FEW + FEW, hi), paid)
    return told


@njit("float64[:, :, ::1](float64[::1], float64[::1], int64)", cache=True, nogil=True)
def falls_of(values: Vector, close: Vector, few: int) -> Cube:
    """What `between` reads: on level ``k`` each row's run to or from the middle of its ``2 ** k`` rows.

    Of each run the highest and lowest of `values`, and what the deepest fall of `close` inside it left. This
    is a disjoint sparse table: two runs make any span, with no row in both. With `few` above 1 (a power of 2)
    runs begin and end with so many rows, which take the place of one. O(T log T).
    """
    length = values.shape[0]
    count = (length + few - 1) // few
    found = np.zeros((bit_width(count - 1) + 1, count, 3))
    for block in range(count):
        high, low, kept = run_of(values, close, block * few, min(block * few + few, length) - 1)
        found[0, block, HIGH], found[0, block, LOW], found[0, block, KEPT] = high, low, kept
    for level in range(1, found.shape[0]):
        half = few << (level - 1)
        for middle in range(half, length, 2 * half):
            high, low, kept, least = -np.inf, np.inf, 1.0, np.inf
            for t in range(middle - 1, middle - half - 1, -1):
                high, low = max(high, values[t]), min(low, values[t])
                kept, least = min(kept, least / close[t]), min(least, close[t])
                if t % few == 0:
                    row = found[level, t // few]
                    row[HIGH], row[LOW], row[KEPT] = high, low, kept
            high, low, kept, most = -np.inf, np.inf, 1.0, 0.0
            for t in range(middle, min(middle + half, length)):
                high, low, most = max(high, values[t]), min(low, values[t]), max(most, close[t])
                kept = min(kept, close[t] / most)
                row = found[level, t // few]
                row[HIGH], row[LOW], row[KEPT] = high, low, kept
    return found


@njit(TRIPLE(float64[:, ::1], float64[:, :, ::1], int64, int64, float64), cache=True, nogil=True)
def between(path: Matrix, falls: Cube, lo: int, hi: int, paid: float) -> tuple[float, float, float]:
    """Highest and lowest value of the rows `lo` to `hi`, and what the deepest fall of their closes left.

    The last holds where `paid` is the same on all of them. O(1).
    """
    if falls.shape[1] != path.shape[1]:
        high, low, kept = between_blocks(path, falls, lo, hi, paid)
        return high, low, kept
    level = bit_width(lo ^ hi)
    high, low = falls[level, lo, HIGH], falls[level, hi, LOW]
    kept = min(min(falls[level, lo, KEPT], falls[level, hi, KEPT]), (low - paid) / (high - paid))
    return max(high, falls[level, hi, HIGH]), min(low, falls[level, lo, LOW]), kept


@njit(
    "void(float64[:, ::1], int64[::1], int64[::1], float64, float64[:, ::1], float32[:, ::1])",
    cache=True,
    nogil=True,
)
def keep_growth(
    worths: Matrix, ends: Rows, block_ends: Rows, cash: float, growth: Matrix, monthly: NDArray[np.float32]
) -> None:
    """Growth up to each block's end, and returns by month, from the worth at the marks."""
    for k in range(worths.shape[0]):
        before = cash
        for m in range(ends.shape[0]):
            monthly[k, m] = worths[k, ends[m]] / before - 1.0
            before = worths[k, ends[m]]
        for b in range(block_ends.shape[0]):
            growth[k, b] = worths[k, block_ends[b]] / cash


@njit(
    "float64(float64[::1], float64[::1], float64, int64, int64, float64[::1], float64[::1])",
    cache=True,
    nogil=True,
)
def beside_cash(
    total: Vector, close: Vector, beside: float, lo: int, hi: int, room: Vector, powers: Vector
) -> float:
    """Sums of powers of the returns of a position with `beside` cash a share, rows `lo` to `hi`.

    Returns the sum of the gross exposures. The divisions go first, many at a time, into `room`. O(hi - lo).
    """
    count = hi - lo + 1
    start = total[lo - 1 : hi + 1]
    for i in range(count + 1):
        room[i] = 1.0 / (beside + start[i])
    first = second = third = fourth = exposure = 0.0
    first_odd = second_odd = third_odd = fourth_odd = exposure_odd = 0.0
    even = count - count % 2
    for i in range(0, even, 2):
        step = (start[i + 1] - start[i]) * room[i]
        square = step * step
        first += step
        second += square
        third += square * step
        fourth += square * square
        exposure += close[lo + i] * room[i + 1]
        step = (start[i + 2] - start[i + 1]) * room[i + 1]
        square = step * step
        first_odd += step
        second_odd += square
        third_odd += square * step
        fourth_odd += square * square
        exposure_odd += close[lo + i + 1] * room[i + 2]
    if even < count:
        step = (start[count] - start[count - 1]) * room[count - 1]
        square = step * step
        first += step
        second += square
        third += square * step
        fourth += square * square
        exposure += close[hi] * room[count]
    powers[0] = first + first_odd
    powers[1] = second + second_odd
    powers[2] = third + third_odd
    powers[3] = fourth + fourth_odd
    return abs(exposure + exposure_odd)


@njit("float64(float64[::1], float64, float64, int64, int64, float64, float64)", cache=True, nogil=True)
def deepest(total: Vector, cash: float, held: float, lo: int, hi: int, peak: float, fall: float) -> float:
    """The deepest fall, `fall` or one inside the rows `lo` to `hi`. O(hi - lo)."""
    for t in range(lo, hi + 1):
        worth = cash + held * total[t]
        if worth > peak:
            peak = worth
        elif 1.0 - worth / peak > fall:
            fall = 1.0 - worth / peak
    return fall


@njit(
    "void(float64[:, ::1], int64[::1], int64, float64[::1], int64[::1], float64[::1])",
    cache=True,
    nogil=True,
)
def keep_marks(path: Matrix, marks: Rows, until: int, state: Vector, cursor: Rows, worths: Vector) -> None:
    """Write the worth at the marks up to row `until`."""
    mark = cursor[MARK]
    while mark < marks.shape[0] and marks[mark] <= until:
        worths[mark] = state[BASE] + state[HELD] * path[TOTAL, marks[mark]]
        mark += 1
    cursor[MARK] = mark


@njit(
    "void(float64[:, ::1], float64[:, ::1], float64[:, :, ::1], int64[::1], int64, int64, float64[::1],"
    " int64[::1], float64[::1], float64[:, ::1], float64[::1], float64[::1])",
    cache=True,
    nogil=True,
)
def hold(
    path: Matrix,
    running: Matrix,
    falls: Cube,
    bounds: Rows,
    lo: int,
    hi: int,
    state: Vector,
    cursor: Rows,
    sums: Vector,
    blocks: Matrix,
    room: Vector,
    powers: Vector,
) -> None:
    """Everything that the rows `lo` to `hi` add while nothing is traded. O(blocks), or O(hi - lo) where
    cash lies beside the position."""
    base, held = state[BASE], state[HELD]
    if held == 0.0:
        sums[WORTH] += base * (hi - lo + 1)
        return
    sums[WORTH] += base * (hi - lo + 1) + held * (running[hi, LEVEL] - running[lo - 1, LEVEL])
    beside = base + held * path[PAID, lo - 1]
    invested = held > 0.0 and abs(beside) <= DUST * held * path[CLOSE, lo]
    invested = invested and path[PAID, hi] == path[PAID, lo - 1]
    block = cursor[BLOCK]
    at = lo
    while at <= hi:
        while at >= bounds[block + 1]:
            block += 1
        end = min(hi, bounds[block + 1] - 1)
        if invested:
            sums[EXPOSURE] += end - at + 1
            for power in range(4):
                powers[power] = running[end, power] - running[at - 1, power]
        else:
            sums[EXPOSURE] += beside_cash(path[TOTAL], path[CLOSE], base / held, at, end, room, powers)
        blocks[0, block] += powers[0]
        blocks[1, block] += powers[1]
        sums[THIRD] += powers[2]
        sums[FOURTH] += powers[3]
        at = end + 1
    cursor[BLOCK] = block
    high, low, kept = between(path, falls, lo, hi, path[PAID, lo])
    top, bottom = base + held * high, base + held * low
    if held < 0.0:
        top, bottom = bottom, top
    if bottom <= 0.0:
        sums[REFUSED] = 1.0
    peak = state[PEAK]
    if invested:
        sums[FALL] = max(sums[FALL], 1.0 - min(kept, bottom / peak))
    elif 1.0 - bottom / max(peak, top) > sums[FALL]:
        sums[FALL] = deepest(path[TOTAL], base, held, lo, hi, peak, sums[FALL])
    state[PEAK] = max(peak, top)


@njit(
    "void(float64[:, ::1], int64[::1], int64, float64, float64[::1], float64[::1], int64[::1], float64[::1],"
    " float64[:, ::1])",
    cache=True,
    nogil=True,
)
def trade(
    path: Matrix,
    bounds: Rows,
    d: int,
    weight: float,
    account: Vector,
    state: Vector,
    cursor: Rows,
    sums: Vector,
    blocks: Matrix,
) -> None:
    """Move to `weight`, decided at row `d` and filled in the next one, with that whole bar's return."""
    e = d + 1
    held = state[HELD]
    worth = state[BASE] + held * path[TOTAL, d]
    cash = state[BASE] + held * path[PAID, e]
    price = path[FILL, e]
    target = weight * worth / path[CLOSE, d]
    if account[AT_FILL] > 0.0:
        target = weight * (cash + held * price) / price
    done = target - held
    if worth <= 0.0 or (account[AT_FILL] > 0.0 and cash + held * price <= 0.0):
        sums[REFUSED] = 1.0
        return
    if done > 0.0:
        needed = done * price * (1.0 + account[COST])
        if needed > cash:
            target = held + done * max(0.0, cash / needed)
            done = target - held
            if held * target > 0.0:
                sums[REFUSED] = 1.0
    value = abs(done) * price
    if value <= DUST * worth:
        sums[REFUSED] = 1.0
        return
    if held == 0.0 or (held * target < 0.0):
        sums[TRADES] += 1.0
    cash -= done * price + value * account[COST]
    sums[TRADED] += value / worth
    sums[COSTS] += value * account[COST]
    state[HELD] = target
    state[BASE] = cash - target * path[PAID, e]
    after = cash + target * path[CLOSE, e]
    if after <= 0.0:
        sums[REFUSED] = 1.0
    step = after / worth - 1.0
    square = step * step
    block = cursor[BLOCK]
    while e >= bounds[block + 1]:
        block += 1
    cursor[BLOCK] = block
    blocks[0, block] += step
    blocks[1, block] += square
    sums[THIRD] += square * step
    sums[FOURTH] += square * square
    sums[EXPOSURE] += abs(target) * path[CLOSE, e] / after
    sums[WORTH] += after
    state[PEAK] = max(state[PEAK], after)
    sums[FALL] = max(sums[FALL], 1.0 - after / state[PEAK])


@njit(
    "void(uint64[:, ::1], float64[:, ::1], float64[:, ::1], float64[:, :, ::1], int64[::1], int64[::1],"
    " float64[::1], float64[:, ::1], float64[:, :, ::1], float64[:, ::1])",
    cache=True,
    nogil=True,
)
def flips(
    words: Words,
    path: Matrix,
    running: Matrix,
    falls: Cube,
    bounds: Rows,
    marks: Rows,
    account: Vector,
    sums: Matrix,
    blocks: Cube,
    worths: Matrix,
) -> None:
    """The accounts of some combinations that change between two weights, from their bits.

    Writes `sums` (K, COLUMNS), `blocks` (K, 2, B) with sums and squares, and `worths` (K, marks) with the
    worth at the rows of `marks`. O(trades + blocks + marks) for each besides the scan of the bits, and
    O(bars) where cash lies beside a position.
    """
    length = path.shape[1]
    rows = np.empty(length + 2, dtype=np.int64)
    state = np.empty(3)
    cursor = np.empty(2, dtype=np.int64)
    powers, room = np.empty(4), np.empty(length + 1)
    for k in range(words.shape[0]):
        own, parts = sums[k], blocks[k]
        state[BASE] = state[PEAK] = account[CASH]
        state[HELD] = 0.0
        cursor[:] = 0
        own[WORTH] = account[CASH]
        rows[0] = 0
        late = np.int64(words[k, 0] & np.uint64(1) == 0)
        count = late + changes(words[k], length, rows[late:])
        since = 1
        for i in range(count):
            d = rows[i]
            weight = account[ON] if (i + late) % 2 == 0 else account[OFF]
            if i == 0 and weight == 0.0:
                continue
            keep_marks(path, marks, d, state, cursor, worths[k])
            if d >= since:
                hold(path, running, falls, bounds, since, d, state, cursor, own, parts, room, powers)
            trade(path, bounds, d, weight, account, state, cursor, own, parts)
            since = d + 2
        keep_marks(path, marks, length - 1, state, cursor, worths[k])
        if since < length:
            hold(path, running, falls, bounds, since, length - 1, state, cursor, own, parts, room, powers)
        own[GROWTH] = (state[BASE] + state[HELD] * path[TOTAL, length - 1]) / account[CASH]
        own[FIRST], own[SECOND] = parts[0].sum(), parts[1].sum()
