"""What happens to the account between fills: interest, fees, dividends, delistings, margin, the mark."""

from __future__ import annotations

import numpy as np
from numba import njit

from kuznia.core.backtest import places as p
from kuznia.core.backtest.costs._kernels import commission
from kuznia.core.backtest.orders._account_kernels import (
    ACTIVES,
    CASH,
    CLOSE,
    FX,
    GROSS,
    HOLDINGS,
    MARK,
    MONTH,
    OPEN,
    QUANTITY,
    RECORDS,
    SEEN,
    WORTH,
    Bars,
    Lists,
    State,
    Vectors,
    end,
    spot,
)
from kuznia.core.backtest.orders._book_kernels import (
    ACTIVE,
    ANY_TIME,
    AT,
    AT_CLOSE,
    AT_OPEN,
    CANCEL,
    CLOSING,
    DAY,
    INSTRUMENT,
    KIND,
    LEFT,
    LIMIT,
    LIMIT_ORDER,
    LIMITS,
    MARKET_ORDER,
    OPENING,
    STATE,
    STOP,
    STOPS,
    TIF,
    TRAILING_ORDER,
    Matrix,
    Rows,
    Vector,
    stop_level,
    trail,
)

Clock = tuple[Vector, ...]
DAYS, NEW_MONTH, SESSION_END, DEPOSITS = range(4)


@njit(
    "void(int64, float64, float64, float64[:, ::1], float64[:, ::1], float64[:, ::1], float64[:, ::1],"
    " int64[::1], float64[::1], float64[::1], float64[::1])",
    cache=True,
)
def carry(
    t: int,
    days: float,
    deposit: float,
    fx: Matrix,
    dividends: Matrix,
    hold: Matrix,
    flows: Matrix,
    held_names: Rows,
    account: Vector,
    settings: Vector,
    fees: Vector,
) -> None:
    """Interest, borrow fees, dividends and deposits of a bar, on what was held before it."""
    cash = account[CASH]
    year = days / 360.0
    rate = settings[p.INTEREST] if cash >= 0.0 else settings[p.DEBIT]
    interest = cash * rate * year
    borrow = 0.0
    paid = 0.0
    for k in range(int(account[HOLDINGS])):
        n = held_names[k]
        held = hold[n, QUANTITY]
        if held < 0.0:
            borrow -= held * hold[n, MARK] * spot(fx, t - 1, n) * fees[n] * year
        dividend = spot(dividends, t, n)
        if dividend != 0.0:
            paid += held * dividend * spot(fx, t, n)
    flows[p.FLOW_INTEREST, t] = interest
    flows[p.FLOW_BORROW, t] = borrow
    flows[p.FLOW_DIVIDENDS, t] = paid
    flows[p.FLOW_DEPOSITS, t] = deposit
    account[CASH] = cash + interest - borrow + paid + deposit


@njit(
    "void(int64, int64, int64, float64, float64, UniTuple(float64[:, ::1], 9), UniTuple(float64[:, ::1], 4),"
    " UniTuple(float64[::1], 4))",
    cache=True,
)
def force(
    t: int,
    n: int,
    status: int,
    done: float,
    price: float,
    bars: Bars,
    state: State,
    vectors: Vectors,
) -> None:
    """A fill that nobody ordered (delisting, margin): free of spread and slippage."""
    hold, records, flows = state[1], state[2], state[3]
    account, settings = vectors[0], vectors[1]
    rate = spot(bars[FX], t, n)
    fee = commission(done, price * rate, account[MONTH], settings) if status == p.MARGIN else 0.0
    value = abs(done) * price * rate
    account[CASH] -= done * price * rate + fee
    flows[p.FLOW_COMMISSION, t] += fee
    flows[p.FLOW_TRADED, t] += value
    if status == p.MARGIN:
        account[MONTH] += value
    hold[n, QUANTITY] += done
    row = records[int(account[RECORDS])]
    row[:] = 0.0
    row[p.DECIDED] = t - 1 if status == p.MARGIN else t
    row[p.FILLED] = t
    row[p.INSTRUMENT] = n
    row[p.ASKED] = done
    row[p.DONE] = done
    row[p.PRICE] = price
    row[p.COMMISSION] = fee
    row[p.STATUS] = status
    row[p.HELD] = hold[n, QUANTITY]
    row[p.ORDER_COLUMNS] = -1.0
    account[RECORDS] += 1.0


@njit(
    "void(int64, UniTuple(float64[:, ::1], 9), UniTuple(float64[:, ::1], 4), UniTuple(int64[::1], 2),"
    " UniTuple(float64[::1], 4))",
    cache=True,
)
def liquidate(t: int, bars: Bars, state: State, lists: Lists, vectors: Vectors) -> None:
    """Close what has had no price for too long, at its last price and what is known of the delisting."""
    book, hold = state[0], state[1]
    account, settings, _, gone = vectors
    for k in range(int(account[HOLDINGS])):
        n = lists[1][k]
        if not np.isnan(bars[CLOSE][t, n]) or t - hold[n, SEEN] < settings[p.STALE]:
            continue
        status = p.LIQUIDATED if gone[n] == 0.0 else p.DELISTED
        price = hold[n, MARK] * (1.0 + gone[n])
        force(t, n, status, -hold[n, QUANTITY], price, bars, state, vectors)
        for j in range(int(account[ACTIVES])):
            r = lists[0][j]
            if book[r, INSTRUMENT] == n and book[r, STATE] == ACTIVE:
                end(t, r, p.CANCELLED, state, vectors)


@njit(
    "UniTuple(float64, 2)(int64, float64[:, ::1], UniTuple(float64[:, ::1], 9), float64[:, ::1],"
    " UniTuple(int64[::1], 2), float64[::1])",
    cache=True,
)
def worth_and_gross(
    t: int, prices: Matrix, bars: Bars, hold: Matrix, lists: Lists, account: Vector
) -> tuple[float, float]:
    """Equity, and the value of all that is held, at given prices; at its mark what has none."""
    worth = account[CASH]
    gross = 0.0
    for k in range(int(account[HOLDINGS])):
        n = lists[1][k]
        price = prices[t, n]
        if np.isnan(price):
            price = hold[n, MARK]
        value = hold[n, QUANTITY] * price * spot(bars[FX], t, n)
        worth += value
        gross += abs(value)
    return worth, gross


@njit(
    "void(int64, UniTuple(float64[:, ::1], 9), UniTuple(float64[:, ::1], 4), UniTuple(int64[::1], 2),"
    " UniTuple(float64[::1], 4))",
    cache=True,
)
def call_margin(t: int, bars: Bars, state: State, lists: Lists, vectors: Vectors) -> None:
    """Cut every position by one factor at the open after a close whose equity was below maintenance."""
    hold = state[1]
    account, settings = vectors[0], vectors[1]
    worth, gross = account[WORTH], account[GROSS]
    most = settings[p.LEVERAGE] if settings[p.LEVERAGE] > 0.0 else 1.0
    keep = max(0.0, worth) * most / gross
    for k in range(int(account[HOLDINGS])):
        n = lists[1][k]
        price = bars[OPEN][t, n]
        if hold[n, QUANTITY] == 0.0 or np.isnan(price) or keep >= 1.0:
            continue
        force(t, n, p.MARGIN, hold[n, QUANTITY] * keep - hold[n, QUANTITY], price, bars, state, vectors)


@njit("void(int64, float64[:, ::1], float64[:, ::1], float64[:, ::1], int64[::1], float64[::1])", cache=True)
def mark(t: int, close: Matrix, fx: Matrix, hold: Matrix, held_names: Rows, account: Vector) -> None:
    """Take the closes that exist as marks, and forget what is sold; notes equity and gross value."""
    worth = account[CASH]
    gross = 0.0
    kept = 0
    for k in range(int(account[HOLDINGS])):
        n = held_names[k]
        if hold[n, QUANTITY] == 0.0:
            continue
        price = close[t, n]
        if not np.isnan(price):
            hold[n, MARK] = price
            hold[n, SEEN] = t
        value = hold[n, QUANTITY] * hold[n, MARK] * spot(fx, t, n)
        worth += value
        gross += abs(value)
        held_names[kept] = n
        kept += 1
    account[HOLDINGS] = kept
    account[WORTH] = worth
    account[GROSS] = gross


@njit("boolean(int64, float64[:, ::1], int64[::1], int64)", cache=True)
def any_gap(t: int, close: Matrix, held_names: Rows, count: int) -> bool:
    """Whether something held has no close."""
    gap = False
    for k in range(count):
        gap = gap or np.isnan(close[t, held_names[k]])
    return gap


@njit("int64(int64, int64, int64, int64[::1], float64[:, ::1], float64[:, ::1], float64[:, ::1])", cache=True)
def moments(t: int, start: int, stop: int, active: Rows, book: Matrix, high: Matrix, low: Matrix) -> int:
    """Bits of the moments at which a bar's range lets some of the active orders fill."""
    found = 0
    for k in range(start, stop):
        r = active[k]
        n = int(book[r, INSTRUMENT])
        buy = book[r, LEFT] > 0.0
        kind = book[r, KIND]
        at = book[r, AT]
        if kind == MARKET_ORDER:
            found |= 1 << (CLOSING if at == AT_CLOSE else OPENING)
            continue
        if kind == LIMIT_ORDER:
            reached = low[t, n] < book[r, LIMIT] if buy else high[t, n] > book[r, LIMIT]
            inside = 1 << LIMITS
        else:
            level = stop_level(book[r]) if kind == TRAILING_ORDER else book[r, STOP]
            reached = high[t, n] >= level if buy else low[t, n] <= level
            inside = 1 << STOPS | 1 << LIMITS
        if reached and at == ANY_TIME:
            found |= 1 << OPENING | inside
        elif reached:
            found |= 1 << (OPENING if at == AT_OPEN else CLOSING)
    return found


@njit(
    "boolean(int64, int64, boolean, float64, int64[::1], float64[:, ::1], float64[:, ::1], float64[:, ::1],"
    " float64[:, ::1])",
    cache=True,
)
def rest_quietly(
    t: int,
    count: int,
    ends: bool,
    delay: float,
    active: Rows,
    book: Matrix,
    high: Matrix,
    low: Matrix,
    close: Matrix,
) -> bool:
    """Trail the orders of a bar in which nothing ended; False, and nothing done, when something did."""
    trails = False
    for k in range(count):
        r = active[k]
        cancelled = book[r, CANCEL] >= 0.0 and book[r, CANCEL] + delay - 1.0 <= t
        if book[r, STATE] != ACTIVE or cancelled or (book[r, TIF] == DAY and ends):
            return False
        trails = trails or book[r, KIND] == TRAILING_ORDER
    if trails:
        for k in range(count):
            r = active[k]
            if book[r, KIND] == TRAILING_ORDER:
                n = int(book[r, INSTRUMENT])
                trail(book[r], t, high[t, n], low[t, n], close[t, n])
    return True
