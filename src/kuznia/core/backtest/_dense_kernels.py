"""The compiled simulation of many instruments that trade at most bars, with commission and spread alone.

The account of `_plain_kernels.spans` to the last bit. Prices of a few bars are turned to lie side by side,
amounts are computed for all instruments at once, and the log has one narrow row for each order, from which
`widen` makes the rows of other logs when they are asked for.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import boolean, float64, int64, njit, types, void

from kuznia.core.backtest._account_kernels import BORROWED, INTEGERS, MATRIX, VECTOR, write_order
from kuznia.core.backtest._input_kernels import LARGEST
from kuznia.core.backtest._parts_kernels import DUST, plain_fee
from kuznia.core.backtest.places import (
    BPS,
    CASH,
    CODE,
    COMPLETE,
    FLOW_COMMISSION,
    FLOW_SPREAD,
    FLOW_TRADED,
    HALF_SPREAD,
    MARGIN,
    MAXIMUM,
    MINIMUM,
    NARROW_ASKED,
    NARROW_DONE,
    NARROW_HELD,
    NO_CASH,
    NO_PRICE,
    PER_ORDER,
    PER_SHARE,
    SCALED,
    SIZE_AT_FILL,
    STATUS_COUNT,
)
from kuznia.core.typing import Bool, Float, Int

# The account: cash, rows of the log; commission, spread and value traded of a bar.
MONEY, ROWS, PAID, SPREADS, TRADED = range(5)
ACCOUNT = 5
BARS = 32
"""Bars that are turned at once: some lines of memory of each instrument, all of them near the processor."""
COUNTED: Any = types.UniTuple(int64, 2)  # type: ignore[no-untyped-call]
SHARED: Any = types.Tuple((float64, int64))  # type: ignore[no-untyped-call]
# Rows of the room to work in, one number for each instrument; then the opens and closes of the bars.
HELD, TARGET, ASKED, VALUE, FEE, TOTAL, FIRST_BAR = range(7)
ROOM = FIRST_BAR + 2 * BARS


@njit(boolean(MATRIX, int64, int64, MATRIX), **BORROWED)
def turn(prices: Float, first: int, count: int, found: Float) -> bool:
    """Copy some bars of all instruments, bars outside; whether each price is positive and finite."""
    outside = 0
    bits = prices.view(np.int64)
    for n in range(prices.shape[0]):
        for j in range(count):
            found[j, n] = prices[n, first + j]
            outside |= (bits[n, first + j] - 1) | (LARGEST - bits[n, first + j])
    return outside >= 0


@njit(void(VECTOR, VECTOR, float64, VECTOR), **BORROWED)
def shares_of_all(weights: Float, prices: Float, worth: float, targets: Float) -> None:
    """Turn weights into shares at a bar's prices; a ruined account wants nothing."""
    if not worth > 0.0:
        targets[:] = 0.0
        return
    for n in range(targets.shape[0]):
        targets[n] = 0.0 if weights[n] == 0.0 else weights[n] * worth / prices[n]


@njit(void(MATRIX, VECTOR, VECTOR), **BORROWED)
def amounts(room: Float, prices: Float, settings: Float) -> None:
    """Shares that each order asks for, their value, commission, and cash with all costs."""
    asked, value, fee, total = room[ASKED], room[VALUE], room[FEE], room[TOTAL]
    held, target = room[HELD], room[TARGET]
    bps, per_share, per_order = settings[BPS], settings[PER_SHARE], settings[PER_ORDER]
    least, most, half = settings[MINIMUM], settings[MAXIMUM], settings[HALF_SPREAD]
    for n in range(asked.shape[0]):
        asked[n] = target[n] - held[n]
    for n in range(asked.shape[0]):
        value[n] = asked[n] * prices[n]
    if per_share == 0.0 and per_order == 0.0 and least == 0.0 and most == np.inf:
        for n in range(asked.shape[0]):
            fee[n] = abs(value[n]) * bps
    else:
        for n in range(asked.shape[0]):
            size = abs(value[n])
            cost = size * bps + abs(asked[n]) * per_share + per_order
            cost = cost if cost > least else least
            fee[n] = cost if cost < size * most else size * most
    for n in range(asked.shape[0]):
        total[n] = value[n] + (fee[n] + abs(value[n]) * half)


@njit(int64(MATRIX, int64, int64, int64, float64, float64, float64), **BORROWED, inline="always")
def note(rows: Float, k: int, code: int, status: int, asked: float, done: float, held: float) -> int:
    """Write a narrow row of the log, when there is room for it; returns the next row."""
    if k < rows.shape[0]:
        rows[k, CODE] = code + status
        rows[k, NARROW_ASKED], rows[k, NARROW_DONE], rows[k, NARROW_HELD] = asked, done, held
    return k + 1


@njit(COUNTED(VECTOR, float64, INTEGERS), **BORROWED)
def sort_sides(value: Float, dust: float, order: Int) -> tuple[int, int]:
    """List what is sold, then what is bought; returns their numbers. No branch that nobody can foresee."""
    size = value.shape[0]
    selling, waiting = 0, 0
    for n in range(size):
        order[selling], order[size + waiting] = n, n
        sells = value[n] < -dust
        selling += 1 if sells else 0
        waiting += 1 if (not sells) & (not value[n] <= dust) else 0
    for j in range(waiting):
        order[selling + j] = order[size + j]
    return selling, waiting


@njit(
    void(int64, int64, INTEGERS, VECTOR, MATRIX, VECTOR, INTEGERS, MATRIX),
    **BORROWED,
)
def settle(
    why: int,
    code: int,
    chosen: Int,
    settings: Float,
    room: Float,
    account: Float,
    statuses: Int,
    rows: Float,
) -> None:
    """Fill the chosen orders as they were asked for."""
    held, target, asked = room[HELD], room[TARGET], room[ASKED]
    value, fee, total = room[VALUE], room[FEE], room[TOTAL]
    half, cash, k = settings[HALF_SPREAD], account[MONEY], int(account[ROWS])
    paid, spreads, traded = account[PAID], account[SPREADS], account[TRADED]
    for n in chosen:
        cash -= total[n]
        held[n] = target[n]
        paid += fee[n]
        spreads += abs(value[n]) * half
        traded += abs(value[n])
        k = note(rows, k, code + n * STATUS_COUNT, why, asked[n], asked[n], target[n])
    statuses[why] += chosen.shape[0]
    account[MONEY], account[ROWS] = cash, k
    account[PAID], account[SPREADS], account[TRADED] = paid, spreads, traded


@njit(SHARED(INTEGERS, float64, VECTOR, MATRIX, float64), **BORROWED)
def share_of_buys(chosen: Int, dust: float, settings: Float, room: Float, cash: float) -> tuple[float, int]:
    """The one share of every buy that the cash pays for, at most 1; and how many are worth something."""
    asked, value, fee = room[ASKED], room[VALUE], room[FEE]
    half, worth, shares, fees, buys = settings[HALF_SPREAD], 0.0, 0.0, 0.0, 0
    for n in chosen:
        if value[n] > dust:
            worth += value[n]
            shares += asked[n]
            fees += fee[n]
            buys += 1
    if buys == 0 or not worth + worth * half + fees > cash:
        return 1.0, buys
    linear = worth * (1.0 + settings[BPS]) + worth * half + shares * settings[PER_SHARE]
    fixed = buys * max(settings[MINIMUM], settings[PER_ORDER])
    return float(max(0.0, min(1.0, (cash - fixed) / linear))), buys


@njit(
    void(int64, int64, INTEGERS, float64, float64, VECTOR, VECTOR, MATRIX, VECTOR, INTEGERS, MATRIX),
    **BORROWED,
)
def buy_part(
    why: int,
    code: int,
    chosen: Int,
    scale: float,
    dust: float,
    prices: Float,
    settings: Float,
    room: Float,
    account: Float,
    statuses: Int,
    rows: Float,
) -> None:
    """Buy the same share of each of the chosen orders, as far as it is worth something."""
    held, target, asked, value = room[HELD], room[TARGET], room[ASKED], room[VALUE]
    half, k = settings[HALF_SPREAD], int(account[ROWS])
    for n in chosen:
        done = asked[n] * scale
        got, status = done * prices[n], why if scale == 1.0 else SCALED
        if got > dust:
            cost = plain_fee(got, done, settings)
            account[MONEY] -= got + (cost + got * half)
            account[PAID] += cost
            account[SPREADS] += got * half
            account[TRADED] += got
            held[n] = target[n] if scale == 1.0 else held[n] + done
        else:
            status, done = NO_CASH if value[n] > dust else NO_PRICE, 0.0
        statuses[status] += 1
        k = note(rows, k, code + n * STATUS_COUNT, status, asked[n], done, held[n])
    account[ROWS] = k


@njit(
    void(int64, int64, float64, VECTOR, VECTOR, MATRIX, INTEGERS, VECTOR, INTEGERS, VECTOR, MATRIX),
    **BORROWED,
)
def move(
    why: int,
    t: int,
    worth: float,
    prices: Float,
    settings: Float,
    room: Float,
    order: Int,
    account: Float,
    statuses: Int,
    totals: Float,
    rows: Float,
) -> None:
    """Move all holdings to their targets: sells first, then buys."""
    amounts(room, prices, settings)
    dust, code = DUST * abs(worth), t * prices.shape[0] * STATUS_COUNT
    selling, waiting = sort_sides(room[VALUE], dust, order)
    account[PAID], account[SPREADS], account[TRADED] = 0.0, 0.0, 0.0
    settle(why, code, order[:selling], settings, room, account, statuses, rows)
    buys = order[selling : selling + waiting]
    scale, valued = share_of_buys(buys, dust, settings, room, account[MONEY])
    if (scale == 1.0 or why == MARGIN) and valued == waiting:
        settle(why, code, buys, settings, room, account, statuses, rows)
    else:
        scale = 1.0 if why == MARGIN else scale
        buy_part(why, code, buys, scale, dust, prices, settings, room, account, statuses, rows)
    totals[FLOW_COMMISSION] += account[PAID]
    totals[FLOW_SPREAD] += account[SPREADS]
    totals[FLOW_TRADED] += account[TRADED]


@njit(float64(VECTOR, VECTOR, float64), **BORROWED)
def worth_of(held: Float, prices: Float, cash: float) -> float:
    """Cash and what is held at these prices."""
    worth = cash
    for n in range(held.shape[0]):
        worth += held[n] * prices[n]
    return worth


@njit(boolean(VECTOR), **BORROWED)
def holds(held: Float) -> bool:
    """Whether anything is held."""
    some = 0
    for n in range(held.shape[0]):
        some += 1 if held[n] != 0.0 else 0
    return some > 0


@njit(
    boolean(
        *(MATRIX, MATRIX, MATRIX, boolean[::1], VECTOR, VECTOR, MATRIX),
        *(MATRIX, INTEGERS, VECTOR, INTEGERS, VECTOR),
    ),
    **BORROWED,
    nogil=True,
)
def dense(
    prices: Float,
    close: Float,
    weights: Float,
    rebalance: Bool,
    settings: Float,
    equity: Float,
    rows: Float,
    room: Float,
    order: Int,
    account: Float,
    statuses: Int,
    totals: Float,
) -> bool:
    """Simulate bar by bar; writes equity, narrow rows of orders, statuses and totals.

    It ends with false at the first price that is not positive and finite. `room` (ROOM, N) has zeros,
    `order` has place for 2 N.
    """
    at_fill = settings[SIZE_AT_FILL] > 0.0
    opens, closes = room[FIRST_BAR : FIRST_BAR + BARS], room[FIRST_BAR + BARS :]
    held, target, length = room[HELD], room[TARGET], close.shape[1]
    account[MONEY], worth, decided, ruined = settings[CASH], settings[CASH], False, False
    for first in range(0, length, BARS):
        count = min(BARS, length - first)
        if not (turn(prices, first, count, opens) and turn(close, first, count, closes)):
            return False
        for j in range(count):
            t = first + j
            if ruined:
                target[:] = 0.0
                move(MARGIN, t, worth, opens[j], settings, room, order, account, statuses, totals, rows)
            if decided:
                if at_fill or ruined:
                    now = worth_of(held, opens[j], account[MONEY]) if at_fill else worth
                    shares_of_all(weights[t - 1], opens[j], now if worth > 0.0 else 0.0, target)
                move(COMPLETE, t, worth, opens[j], settings, room, order, account, statuses, totals, rows)
            worth = worth_of(held, closes[j], account[MONEY])
            equity[t], decided = worth, rebalance[t]
            ruined = worth < 0.0 and holds(held)
            if decided and not at_fill:
                shares_of_all(weights[t], closes[j], worth, target)
    return True


@njit(void(MATRIX, MATRIX, VECTOR, MATRIX), cache=True, nogil=True)
def widen(rows: Float, prices: Float, settings: Float, orders: Float) -> None:
    """Make the rows of a log from its narrow ones; price and costs are computed as they were."""
    size = prices.shape[0]
    for k in range(rows.shape[0]):
        code = int(rows[k, CODE])
        status, n, t = code % STATUS_COUNT, code // STATUS_COUNT % size, code // (STATUS_COUNT * size)
        done, price, fee, spread = rows[k, NARROW_DONE], prices[n, t], 0.0, 0.0
        if status in (NO_CASH, NO_PRICE):
            price = np.nan if status == NO_PRICE else price
        else:
            value = abs(done * price)
            fee, spread = plain_fee(value, abs(done), settings), value * settings[HALF_SPREAD]
        asked, held = rows[k, NARROW_ASKED], rows[k, NARROW_HELD]
        write_order(orders, k, t - 1, t, n, asked, done, price, fee, spread, 0.0, held, status)
