"""Compiled loops of the signal sweep.

Law of the arrays: one instrument without gaps, row 0 is the first decision, everything C-contiguous. A
combination is a row of bits, one for each bar: what it wants to hold after that bar's close. The
account changes only where bits change, so between two changes ("a segment") cash and quantity are
fixed and every sum over bars comes from running sums, or from one plain loop where cash lies idle
beside the position. Each kernel agrees with the event engine, which the tests see to.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

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

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]
Rows = NDArray[np.int64]
Words = NDArray[np.uint64]
Bytes = NDArray[np.uint8]

# Comparisons of an atom; what is not known compares false.
GREATER, GREATER_EQUAL, EQUAL, DIFFERENT = range(4)
# Steps of a program besides the numbers of atoms.
AND, OR = -1, -2
# Places in the vector of the account.
CASH, COST, ON, OFF, AT_FILL = range(5)
# Rows of a path.
FILL, CLOSE, PAID, TOTAL = range(4)
# Columns of the running sums of a path besides the four powers of its returns.
LEVEL = 4
# Places in the state of an account: worth is BASE + HELD * total between two changes.
BASE, HELD, PEAK = range(3)
# Places in the cursor: the block and the mark that come next.
BLOCK, MARK = range(2)

TILE = 4096
"""Bars that are compared at a time, so that what is compared stays near the processor."""
TILE_WORDS = TILE // 64
DUST = 1e-12
"""An order worth less than this share of the equity is none."""
SPREAD_BITS = np.uint64(0x0102040810204080)
SEQUENCE = np.uint64(0x03F79D71B4CB0A89)
PLACES = np.zeros(64, dtype=np.int64)
PLACES[[(0x03F79D71B4CB0A89 << bit & 0xFFFF_FFFF_FFFF_FFFF) >> 58 for bit in range(64)]] = np.arange(64)


@njit("void(float64[::1], float64[::1], int64, int64, int64, uint8[::1])", cache=True, nogil=True)
def compare(x: Vector, y: Vector, at: int, count: int, sign: int, found: Bytes) -> None:
    """Compare `count` values from `at` on, one byte each."""
    a = x[at : at + count]
    b = y[at : at + count]
    if sign == GREATER:
        for i in range(count):
            found[i] = a[i] > b[i]
    elif sign == GREATER_EQUAL:
        for i in range(count):
            found[i] = a[i] >= b[i]
    elif sign == EQUAL:
        for i in range(count):
            found[i] = a[i] == b[i]
    else:
        for i in range(count):
            found[i] = (a[i] < b[i]) | (a[i] > b[i])


@njit("void(uint64[::1], uint64[::1])", cache=True, nogil=True)
def pack(eights: Words, words: Words) -> None:
    """Bytes of 0 and 1, eight in each of `eights`, into bits."""
    for w in range(words.shape[0]):
        word = np.uint64(0)
        for k in range(8):
            word |= ((eights[8 * w + k] * SPREAD_BITS) >> np.uint64(56)) << np.uint64(8 * k)
        words[w] = word


@njit("uint64(uint64, uint64, uint64)", cache=True, nogil=True)
def latched(entry: np.uint64, exit_: np.uint64, carried: np.uint64) -> np.uint64:
    """Bits that are on from an entry to an exit, an exit winning; `carried` is 1 if on before."""
    on = entry & ~exit_
    if carried:
        on |= np.uint64(1) & ~exit_
    stays = ~exit_
    for step in (1, 2, 4, 8, 16, 32):
        on |= stays & (on << np.uint64(step))
        stays &= stays << np.uint64(step)
    return on


@njit(
    "void(float64[:, ::1], int64[:, ::1], int64[:, ::1], int64, int64, int64[::1], int64[::1], int64, int64,"
    " uint8[::1], uint64[::1], uint64[:, ::1])",
    cache=True,
    nogil=True,
)
def conditions(
    rows: Matrix,
    left: Rows,
    right: Rows,
    k: int,
    known: int,
    signs: Rows,
    program: Rows,
    at: int,
    count: int,
    found: Bytes,
    eights: Words,
    stack: Words,
) -> None:
    """One tile of one combination's condition, left in ``stack[0]``; bars before `known` are off."""
    top = -1
    for step in program:
        if step >= 0:
            top += 1
            compare(rows[left[k, step]], rows[right[k, step]], at, count, signs[step], found)
            if known > at:
                found[: min(known - at, count)] = 0
            pack(eights, stack[top])
        elif step == AND:
            top -= 1
            for w in range(TILE_WORDS):
                stack[top, w] &= stack[top + 1, w]
        else:
            top -= 1
            for w in range(TILE_WORDS):
                stack[top, w] |= stack[top + 1, w]


@njit(
    "void(float64[:, ::1], int64[:, ::1], int64[:, ::1], int64[::1], int64[::1], int64[::1], int64[::1],"
    " int64[::1], int64, int64, uint64[:, ::1])",
    cache=True,
    nogil=True,
)
def rule_words(
    rows: Matrix,
    left: Rows,
    right: Rows,
    signs: Rows,
    entry: Rows,
    exit_: Rows,
    known_entry: Rows,
    known_exit: Rows,
    origin: int,
    length: int,
    words: Words,
) -> None:
    """Bits of some combinations from bar `origin` on, tile by tile. Without exits, entries are it.

    `rows` (U, T) are operands; `left` and `right` (K, atoms) tell which of them an atom compares. Bars
    before `known_entry` and `known_exit` (K,) hold for nothing. O(K * T).
    """
    found = np.zeros(TILE, dtype=np.uint8)
    eights = found.view(np.uint64)
    depth = entry.shape[0] + exit_.shape[0] + 1
    one = np.empty((depth, TILE_WORDS), dtype=np.uint64)
    two = np.empty((depth, TILE_WORDS), dtype=np.uint64)
    carried = np.zeros(left.shape[0], dtype=np.uint64)
    for begin in range(0, length, TILE):
        count = min(TILE, length - begin)
        found[:] = 0
        first = begin // 64
        used = (count + 63) // 64
        for k in range(left.shape[0]):
            at = origin + begin
            conditions(rows, left, right, k, known_entry[k], signs, entry, at, count, found, eights, one)
            if exit_.shape[0] > 0:
                conditions(rows, left, right, k, known_exit[k], signs, exit_, at, count, found, eights, two)
                before = carried[k]
                for w in range(used):
                    one[0, w] = latched(one[0, w], two[0, w], before)
                    before = one[0, w] >> np.uint64(63)
                carried[k] = before
            words[k, first : first + used] = one[0, :used]


@njit("void(uint64[:, ::1], int64, int64)", cache=True, nogil=True)
def shifted(words: Words, by: int, length: int) -> None:
    """Drop the first `by` bits of each row; bits from `length` on become zero."""
    skip = by // 64
    right = np.uint64(by % 64)
    count = words.shape[1]
    for k in range(words.shape[0]):
        row = words[k]
        for w in range(count):
            low = row[w + skip] if w + skip < count else np.uint64(0)
            high = row[w + skip + 1] if w + skip + 1 < count else np.uint64(0)
            row[w] = (low >> right) | (high << (np.uint64(64) - right)) if right else low
        for w in range(length // 64, count):
            keep = length - 64 * w
            row[w] = row[w] & ((np.uint64(1) << np.uint64(keep)) - np.uint64(1)) if keep > 0 else np.uint64(0)


@njit("Tuple((float64[:, ::1], float64[:, ::1]))(float64[::1])", cache=True, nogil=True)
def extremes(values: Vector) -> tuple[Matrix, Matrix]:
    """Highest and lowest of every run of ``2 ** level`` values, by its first row. O(T log T)."""
    length = values.shape[0]
    levels = 1
    while (1 << levels) <= length:
        levels += 1
    high = np.empty((levels, length))
    low = np.empty((levels, length))
    high[0] = values
    low[0] = values
    for level in range(1, levels):
        half = 1 << (level - 1)
        for t in range(length - 2 * half + 1):
            high[level, t] = max(high[level - 1, t], high[level - 1, t + half])
            low[level, t] = min(low[level - 1, t], low[level - 1, t + half])
    return high, low


@njit("float64(float64[::1], float64[::1], float64, int64, int64, float64[::1])", cache=True, nogil=True)
def beside_cash(total: Vector, close: Vector, beside: float, lo: int, hi: int, powers: Vector) -> float:
    """Sums of powers of the returns of a position with `beside` cash a share, rows `lo` to `hi`.

    Returns the sum of the gross exposures. O(hi - lo).
    """
    first = second = third = fourth = exposure = 0.0
    inverse = 1.0 / (beside + total[lo - 1])
    for t in range(lo, hi + 1):
        step = (total[t] - total[t - 1]) * inverse
        inverse = 1.0 / (beside + total[t])
        square = step * step
        first += step
        second += square
        third += square * step
        fourth += square * square
        exposure += close[t] * inverse
    powers[0] = first
    powers[1] = second
    powers[2] = third
    powers[3] = fourth
    return abs(exposure)


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


@njit("int64(uint64)", cache=True, nogil=True, inline="always")
def lowest_bit(word: np.uint64) -> int:
    """Place of the lowest bit of a word that is not zero, by a de Bruijn sequence."""
    return int(PLACES[((word & (~word + np.uint64(1))) * SEQUENCE) >> np.uint64(58)])


@njit("int64(int64)", cache=True, nogil=True, inline="always")
def level_of(count: int) -> int:
    """The largest level whose ``2 ** level`` is not above `count`, without a branch."""
    level = 0
    for half in (16, 8, 4, 2, 1):
        more = (count >> half) > 0
        level += half * more
        count = count >> (half * more)
    return level


@njit(
    "void(float64[:, ::1], int64[::1], int64, float64[::1], int64[::1], float64[::1])",
    cache=True,
    nogil=True,
    inline="always",
)
def keep_marks(path: Matrix, marks: Rows, until: int, state: Vector, cursor: Rows, worths: Vector) -> None:
    """Write the worth at the marks up to row `until`."""
    mark = cursor[MARK]
    while mark < marks.shape[0] and marks[mark] <= until:
        worths[mark] = state[BASE] + state[HELD] * path[TOTAL, marks[mark]]
        mark += 1
    cursor[MARK] = mark


@njit(
    "void(float64[:, ::1], float64[:, ::1], float64[:, ::1], float64[:, ::1], int64[::1], int64, int64,"
    " float64[::1], int64[::1], float64[::1], float64[:, ::1], float64[::1])",
    cache=True,
    nogil=True,
    inline="always",
)
def hold(
    path: Matrix,
    running: Matrix,
    high: Matrix,
    low: Matrix,
    bounds: Rows,
    lo: int,
    hi: int,
    state: Vector,
    cursor: Rows,
    sums: Vector,
    blocks: Matrix,
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
            sums[EXPOSURE] += beside_cash(path[TOTAL], path[CLOSE], base / held, at, end, powers)
        blocks[0, block] += powers[0]
        blocks[1, block] += powers[1]
        sums[THIRD] += powers[2]
        sums[FOURTH] += powers[3]
        at = end + 1
    cursor[BLOCK] = block
    level = level_of(hi - lo + 1)
    last = hi + 1 - (1 << level)
    top = base + held * max(high[level, lo], high[level, last])
    bottom = base + held * min(low[level, lo], low[level, last])
    if held < 0.0:
        top, bottom = (
            base + held * min(low[level, lo], low[level, last]),
            base + held * max(high[level, lo], high[level, last]),
        )
    if bottom <= 0.0:
        sums[REFUSED] = 1.0
    peak = state[PEAK]
    if 1.0 - bottom / max(peak, top) > sums[FALL]:
        sums[FALL] = deepest(path[TOTAL], base, held, lo, hi, peak, sums[FALL])
    state[PEAK] = max(peak, top)


@njit(
    "void(float64[:, ::1], int64[::1], int64, float64, float64[::1], float64[::1], int64[::1], float64[::1],"
    " float64[:, ::1])",
    cache=True,
    nogil=True,
    inline="always",
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
            if held != 0.0:
                sums[REFUSED] = 1.0
            target = held + done * max(0.0, cash / needed)
            done = target - held
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
    "void(uint64[:, ::1], float64[:, ::1], float64[:, ::1], float64[:, ::1], float64[:, ::1], int64[::1],"
    " int64[::1], float64[::1], float64[:, ::1], float64[:, :, ::1], float64[:, ::1])",
    cache=True,
    nogil=True,
)
def accounts(
    words: Words,
    path: Matrix,
    running: Matrix,
    high: Matrix,
    low: Matrix,
    bounds: Rows,
    marks: Rows,
    account: Vector,
    sums: Matrix,
    blocks: NDArray[np.float64],
    worths: Matrix,
) -> None:
    """The accounts of some combinations, from their bits.

    Writes `sums` (K, COLUMNS), `blocks` (K, 2, B) with sums and squares, and `worths` (K, marks) with the
    worth at the rows of `marks`. O(trades + blocks + marks) for each besides the scan of the bits.
    """
    length = path.shape[1]
    state = np.empty(3)
    cursor = np.empty(2, dtype=np.int64)
    powers = np.empty(4)
    for k in range(words.shape[0]):
        own, parts = sums[k], blocks[k]
        state[BASE] = state[PEAK] = account[CASH]
        state[HELD] = 0.0
        cursor[:] = 0
        sums[k, WORTH] = account[CASH]
        weight = 0.0
        since = 1
        carried = np.uint64(0)
        for w in range(words.shape[1]):
            word = words[k, w]
            changed = word ^ ((word << np.uint64(1)) | carried)
            if w == 0:
                changed |= np.uint64(1)
            carried = word >> np.uint64(63)
            while changed:
                bit = lowest_bit(changed)
                changed &= changed - np.uint64(1)
                d = 64 * w + bit
                wanted = account[ON] if (word >> np.uint64(bit)) & np.uint64(1) else account[OFF]
                if d >= length - 1 or wanted == weight:
                    continue
                weight = wanted
                keep_marks(path, marks, d, state, cursor, worths[k])
                if d >= since:
                    hold(path, running, high, low, bounds, since, d, state, cursor, own, parts, powers)
                trade(path, bounds, d, weight, account, state, cursor, own, parts)
                since = d + 2
        if since < length:
            hold(path, running, high, low, bounds, since, length - 1, state, cursor, own, parts, powers)
        keep_marks(path, marks, length - 1, state, cursor, worths[k])
        sums[k, GROWTH] = (state[BASE] + state[HELD] * path[TOTAL, length - 1]) / account[CASH]
        for block in range(blocks.shape[2]):
            sums[k, FIRST] += blocks[k, 0, block]
            sums[k, SECOND] += blocks[k, 1, block]
