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
    DIVIDENDS,
    FX,
    HOLDINGS,
    MARK,
    MONTH,
    OPEN,
    QUANTITY,
    RECORDS,
    STALE,
    WORTH,
    Bars,
    Lists,
    State,
    Vectors,
    end,
    spot,
)
from kuznia.core.backtest.orders._book_kernels import ACTIVE, INSTRUMENT, STATE, Matrix, Vector

Clock = tuple[Vector, ...]
DAYS, NEW_MONTH, SESSION_END, DEPOSITS = range(4)


@njit(
    "void(int64, UniTuple(float64[::1], 4), UniTuple(float64[:, ::1], 9), UniTuple(float64[:, ::1], 4),"
    " UniTuple(int64[::1], 2), UniTuple(float64[::1], 4))",
    cache=True,
)
def carry(t: int, clock: Clock, bars: Bars, state: State, lists: Lists, vectors: Vectors) -> None:
    """Interest, borrow fees, dividends and deposits of a bar, on what was held before it."""
    hold, flows = state[1], state[3]
    account, settings, fees, _ = vectors
    cash = account[CASH]
    if clock[NEW_MONTH][t] > 0.0:
        account[MONTH] = 0.0
    year = clock[DAYS][t] / 360.0
    rate = settings[p.INTEREST] if cash >= 0.0 else settings[p.DEBIT]
    interest = cash * rate * year
    borrow = 0.0
    paid = 0.0
    for k in range(int(account[HOLDINGS])):
        n = lists[1][k]
        held = hold[n, QUANTITY]
        if held < 0.0:
            before = spot(bars[FX], t - 1, n)
            borrow -= held * hold[n, MARK] * before * fees[n] * year
        dividend = spot(bars[DIVIDENDS], t, n)
        if dividend != 0.0:
            paid += held * dividend * spot(bars[FX], t, n)
    deposit = clock[DEPOSITS][t]
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
        if not np.isnan(bars[CLOSE][t, n]):
            hold[n, STALE] = 0.0
            continue
        hold[n, STALE] += 1.0
        if hold[n, STALE] < settings[p.STALE] or hold[n, QUANTITY] == 0.0:
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
    if t == 0 or account[HOLDINGS] == 0.0:
        return
    _, gross = worth_and_gross(t - 1, bars[CLOSE], bars, hold, lists, account)
    worth = account[WORTH]
    if worth >= settings[p.MAINTENANCE] * gross:
        return
    most = settings[p.LEVERAGE] if settings[p.LEVERAGE] > 0.0 else 1.0
    keep = max(0.0, worth) * most / gross
    for k in range(int(account[HOLDINGS])):
        n = lists[1][k]
        price = bars[OPEN][t, n]
        if hold[n, QUANTITY] == 0.0 or np.isnan(price) or keep >= 1.0:
            continue
        force(t, n, p.MARGIN, hold[n, QUANTITY] * keep - hold[n, QUANTITY], price, bars, state, vectors)


@njit(
    "float64(int64, UniTuple(float64[:, ::1], 9), UniTuple(float64[:, ::1], 4), UniTuple(int64[::1], 2),"
    " UniTuple(float64[::1], 4))",
    cache=True,
)
def mark(t: int, bars: Bars, state: State, lists: Lists, vectors: Vectors) -> float:
    """Take the closes that exist as marks, forget what is sold; returns the equity."""
    hold, account = state[1], vectors[0]
    worth = account[CASH]
    kept = 0
    for k in range(int(account[HOLDINGS])):
        n = lists[1][k]
        if hold[n, QUANTITY] == 0.0:
            continue
        close = bars[CLOSE][t, n]
        if not np.isnan(close):
            hold[n, MARK] = close
        worth += hold[n, QUANTITY] * hold[n, MARK] * spot(bars[FX], t, n)
        lists[1][kept] = n
        kept += 1
    account[HOLDINGS] = kept
    account[WORTH] = worth
    return float(worth)
