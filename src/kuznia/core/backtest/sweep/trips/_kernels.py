"""Compiled loop of sweeps that go from flat to one weight and back, the case of every plain rule.

Whatever an entry or an exit adds depends on its row alone, up to the worth at that time, so it is
worked out once for each row (`entries`); a combination multiplies its worth from trip to trip.
"""

from __future__ import annotations

import numpy as np
from numba import float64, njit
from numpy.typing import NDArray

from kuznia.core.backtest.sweep._kernels import TRIPLE, beside_cash, between, deepest
from kuznia.core.backtest.sweep.bits._kernels import changes
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
    CASH,
    CLOSE,
    COST,
    EXIT_STEP,
    EXIT_TRADED,
    FILL,
    IN_BASE,
    IN_CASH,
    IN_EXPOSURE,
    IN_HELD,
    IN_STEP,
    IN_TRADED,
    LEVEL,
    NEAR,
    ON,
    PAID,
    SERIES,
    TERMS,
    TOTAL,
    WORTH_AT,
)

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]
Rows = NDArray[np.int64]
Words = NDArray[np.uint64]

ROUNDING = 1e-12
"""Cash below this share of the position is rounding: the account is fully invested."""


@njit("void(float64[:, ::1], float64[::1], float64[:, ::1])", cache=True, nogil=True)
def entries(path: Matrix, account: Vector, found: Matrix) -> None:
    """For each row, what an entry decided there does to an account worth 1. O(T)."""
    weight, cost = account[ON], account[COST]
    for d in range(path.shape[1] - 1):
        price, close, paid = path[FILL, d + 1], path[CLOSE, d + 1], path[PAID, d + 1]
        held = weight / price if account[AT_FILL] > 0.0 else weight / path[CLOSE, d]
        if held > 0.0:
            held *= min(1.0, 1.0 / (held * price * (1.0 + cost)))
        cash = 1.0 - held * price - abs(held) * price * cost
        if abs(cash) <= ROUNDING:
            cash = 0.0
        after = cash + held * close
        found[d, IN_CASH] = cash
        found[d, IN_BASE] = cash - held * paid
        found[d, IN_HELD] = held
        found[d, IN_STEP] = after - 1.0
        found[d, IN_TRADED] = abs(held) * price
        found[d, IN_EXPOSURE] = abs(held) * close / after


@njit("float64[:, ::1](float64[::1])", cache=True, nogil=True)
def series_of(close: Vector) -> Matrix:
    """Running sums of ``return ** j * (scale / price before) ** k`` and ``(scale / price) ** k``. O(T)."""
    found = np.zeros((close.shape[0], SERIES))
    for t in range(1, close.shape[0]):
        step = close[t] / close[t - 1] - 1.0
        before, now = close[0] / close[t - 1], close[0] / close[t]
        power = 1.0
        for order in range(4):
            power *= step
            value = power
            for term in range(TERMS):
                at = order * TERMS + term
                found[t, at] = found[t - 1, at] + value
                value *= before
        value = 1.0
        for term in range(1, TERMS):
            value *= now
            found[t, 4 * TERMS + term - 1] = found[t - 1, 4 * TERMS + term - 1] + value
    return found


@njit("float64(float64[:, ::1], float64, int64, int64, float64[::1])", cache=True, nogil=True)
def by_series(series: Matrix, share: float, lo: int, hi: int, powers: Vector) -> float:
    """What `beside_cash` sums, by the binomial series of ``(1 + share * scale / price) ** -power``.

    `share` is the cash a share over the scale of `series`, `NEAR` the price at most. O(1).
    """
    for power in range(4):
        at = power * TERMS
        total = series[hi, at] - series[lo - 1, at]
        factor = 1.0
        for term in range(1, TERMS):
            factor *= -share * (power + term) / term
            total += factor * (series[hi, at + term] - series[lo - 1, at + term])
        powers[power] = total
    exposure = float(hi - lo + 1)
    factor = 1.0
    for term in range(1, TERMS):
        factor *= -share
        at = 4 * TERMS + term - 1
        exposure += factor * (series[hi, at] - series[lo - 1, at])
    return exposure


@njit(
    "int64(float64[::1], int64[::1], int64, int64, float64, float64, float64[::1])",
    cache=True,
    nogil=True,
)
def noted(total: Vector, marks: Rows, mark: int, until: int, base: float, held: float, worths: Vector) -> int:
    """Write the worth at the marks up to row `until`; returns the mark that comes next."""
    while mark < marks.shape[0] and marks[mark] <= until:
        worths[mark] = base + held * total[marks[mark]]
        mark += 1
    return mark


@njit(
    "void(float64[:, ::1], float64[:, ::1], int64[::1], int64[::1], int64, int64, boolean, float64, float64,"
    " float64[::1], float64[::1], float64[:, ::1], float64[::1])",
    cache=True,
    nogil=True,
)
def cash_bars(
    path: Matrix,
    series: Matrix,
    bounds: Rows,
    block_of: Rows,
    at: int,
    last: int,
    near: bool,
    share: float,
    beside: float,
    room: Vector,
    powers: Vector,
    blocks: Matrix,
    tail: Vector,
) -> None:
    """Returns of the rows `at` to `last` by block, where cash lies beside the position.

    By series if it is little (`near`), else bar by bar; `tail` gathers third and fourth powers and exposure.
    """
    while at <= last:
        block = block_of[at]
        end = min(last, bounds[block + 1] - 1)
        if near:
            tail[2] += by_series(series, share, at, end, powers)
        else:
            tail[2] += beside_cash(path[TOTAL], path[CLOSE], beside, at, end, room, powers)
        blocks[0, block] += powers[0]
        blocks[1, block] += powers[1]
        tail[0] += powers[2]
        tail[1] += powers[3]
        at = end + 1


@njit(TRIPLE(*[float64] * 6), cache=True, nogil=True)
def left_with(
    base: float, held: float, price: float, paid: float, before: float, cost: float
) -> tuple[float, float, float]:
    """Worth after a position is closed, that bar's return, and what was traded over the worth before."""
    value = abs(held) * price
    worth = base + held * paid + held * price - value * cost
    return worth, worth / before - 1.0, value / before


@njit(
    "void(uint64[:, ::1], float64[:, ::1], float64[:, ::1], float64[:, ::1], float64[:, :, ::1],"
    " float64[:, ::1], int64[::1], int64[::1], int64[::1], float64[::1], float64[:, ::1], float64[:, :, ::1],"
    " float64[:, ::1])",
    cache=True,
    nogil=True,
)
def trips(
    words: Words,
    path: Matrix,
    inside: Matrix,
    running: Matrix,
    falls: NDArray[np.float64],
    series: Matrix,
    bounds: Rows,
    block_of: Rows,
    marks: Rows,
    account: Vector,
    sums: Matrix,
    blocks: NDArray[np.float64],
    worths: Matrix,
) -> None:
    """The accounts of some combinations, from their bits; writes what `accounts` writes.

    O(trips + marks) for each besides the scan of the bits, and O(bars) where cash lies beside a position.
    """
    length = path.shape[1]
    total, scale = path[TOTAL], path[CLOSE, 0]
    rows = np.empty(length + 1, dtype=np.int64)
    powers, tail, room = np.empty(4), np.empty(3), np.empty(length + 1)
    for k in range(words.shape[0]):
        own, parts, kept_worths = sums[k], blocks[k], worths[k]
        count = changes(words[k], length, rows)
        worth = peak = account[CASH]
        kept = 1.0  # what the deepest fall left
        since = mark = 0
        traded = costs = summed = 0.0
        tail[:] = 0.0
        for i in range(0, count, 2):
            d = rows[i]
            last = rows[i + 1] if i + 1 < count else length - 1
            mark = noted(total, marks, mark, d, worth, 0.0, kept_worths)
            summed += worth * (d - since + 1)
            step = inside[d, IN_STEP]
            base, held = worth * inside[d, IN_BASE], worth * inside[d, IN_HELD]
            traded += inside[d, IN_TRADED]
            costs += inside[d, IN_TRADED] * worth
            block = block_of[d + 1]
            parts[0, block] += step
            parts[1, block] += step * step
            tail[0], tail[1], tail[2] = tail[0] + step**3, tail[1] + step**4, tail[2] + inside[d, IN_EXPOSURE]
            paid, steady = path[PAID, last], path[PAID, last] == path[PAID, d + 1]
            high, low, inside_kept = between(path, falls, d + 1, last, paid)
            invested = inside[d, IN_CASH] == 0.0 and steady
            if invested and last > d + 1:  # written out: a call here would count references for each trip
                block, before = block_of[d + 2], d + 1
                while bounds[block + 1] <= last:
                    end = bounds[block + 1] - 1
                    parts[0, block] += running[end, 0] - running[before, 0]
                    parts[1, block] += running[end, 1] - running[before, 1]
                    block, before = block + 1, end
                parts[0, block] += running[last, 0] - running[before, 0]
                parts[1, block] += running[last, 1] - running[before, 1]
                tail[0] += running[last, 2] - running[d + 1, 2]
                tail[1] += running[last, 3] - running[d + 1, 3]
                tail[2] += last - d - 1
            elif last > d + 1:
                share = inside[d, IN_CASH] / inside[d, IN_HELD]
                cash_bars(
                    path,
                    series,
                    bounds,
                    block_of,
                    d + 2,
                    last,
                    steady and held > 0.0 and share <= NEAR * (low - paid),
                    share / scale,
                    base / held,
                    room,
                    powers,
                    parts,
                    tail,
                )
            summed += base * (last - d) + held * (running[last, LEVEL] - running[d, LEVEL])
            top, bottom = base + held * high, base + held * low
            if held < 0.0:
                top, bottom = bottom, top
                if bottom <= 0.0:
                    own[REFUSED] = 1.0
            if invested:
                kept = min(kept, min(inside_kept, bottom / peak))
            elif top <= peak:
                kept = min(kept, bottom / peak)
            elif bottom < kept * top and not (
                steady and held > 0.0 and kept <= min(inside_kept, bottom / peak)
            ):
                kept = 1.0 - deepest(total, base, held, d + 1, last, peak, 1.0 - kept)
            peak = max(peak, top)
            mark = noted(total, marks, mark, last, base, held, kept_worths)
            worth, since = base + held * running[last, WORTH_AT], last + 1
            if i + 1 == count:
                break
            left, step, part = worth, running[last, EXIT_STEP], running[last, EXIT_TRADED]
            if base != 0.0 or path[PAID, last + 1] != 0.0:
                price, paid = path[FILL, last + 1], path[PAID, last + 1]
                if held < 0.0 and -held * (price * (1.0 + account[COST]) + paid) > base:
                    own[REFUSED] = 1.0
                worth, step, part = left_with(base, held, price, paid, left, account[COST])
            else:
                worth = left * (1.0 + step)
            traded += part
            costs += part * left
            block = block_of[last + 1]
            parts[0, block] += step
            parts[1, block] += step * step
            tail[0], tail[1] = tail[0] + step**3, tail[1] + step**4
            peak = max(peak, worth)
            kept = min(kept, worth / peak)
        summed += worth * (length - since)
        mark = noted(total, marks, mark, length - 1, worth, 0.0, kept_worths)
        own[GROWTH], own[FALL], own[TRADES] = worth / account[CASH], 1.0 - kept, (count + 1) // 2
        own[FIRST], own[SECOND], own[THIRD], own[FOURTH] = parts[0].sum(), parts[1].sum(), tail[0], tail[1]
        own[EXPOSURE], own[TRADED], own[COSTS], own[WORTH] = tail[2], traded, costs * account[COST], summed
