"""Compiled loop of the order engine: one pass over the bars, only working orders and holdings are visited.

Inside one bar: interest, borrow fee and dividends for what was held, deposits, liquidation of what has no
price any more, the margin's cut, fills at the open, stops, limits, stops of positions opened inside the
bar, fills at the close, expiry, the mark, the decision. At each moment what reduces goes first, sells
before buys; what opens shares one scale when cash or leverage is short. The tests hold a plain twin that
must agree to the last bit.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from kuznia.core.backtest import places as p
from kuznia.core.backtest.orders._account_kernels import (
    ACCOUNT_PLACES,
    ACTIVES,
    CASH,
    CLOSE,
    CLOSED,
    DIVIDENDS,
    FIRST,
    FX,
    GROSS,
    HIGH,
    HOLD_COLUMNS,
    HOLDINGS,
    LAST,
    LOG_COLUMNS,
    LONG_ARMED,
    LOW,
    MONTH,
    OPEN,
    RECORDS,
    ROOM,
    SHORT_ARMED,
    TAKEN_AT,
    WORTH,
    Bars,
    Lists,
    State,
    Vectors,
    end,
    last_known,
    quantity_of,
    spot,
)
from kuznia.core.backtest.orders._book_kernels import (
    ACTIVE,
    AMOUNT,
    ANY_TIME,
    AT,
    AT_CLOSE,
    CANCEL,
    DAY,
    DECIDED,
    DECIDING,
    EXTREME,
    FRESH,
    INSTRUMENT,
    KIND,
    LEFT,
    MARKET_ORDER,
    RULE,
    STATE,
    THIS_CLOSE,
    TIF,
    TRAILING_ORDER,
    WAITING,
    Matrix,
    Rows,
    Vector,
    trail,
)
from kuznia.core.backtest.orders._moment_kernels import meet, trade
from kuznia.core.backtest.orders._signal_kernels import calls, decide
from kuznia.core.backtest.orders._upkeep_kernels import (
    DAYS,
    DEPOSITS,
    NEW_MONTH,
    SESSION_END,
    Clock,
    any_gap,
    call_margin,
    carry,
    liquidate,
    mark,
    moments,
    rest_quietly,
)


@njit(
    "void(int64, boolean, float64, UniTuple(float64[:, ::1], 9), UniTuple(float64[:, ::1], 4),"
    " UniTuple(int64[::1], 2), UniTuple(float64[::1], 4))",
    cache=True,
)
def settle(
    t: int, ends: bool, delay: float, bars: Bars, state: State, lists: Lists, vectors: Vectors
) -> None:
    """After the bar's fills: cancel, expire at the session's end, trail, and forget what has ended."""
    book, account, active = state[0], vectors[0], lists[0]
    kept = 0
    count = int(account[ACTIVES])
    for k in range(count):
        r = active[k]
        if book[r, STATE] != ACTIVE:
            continue
        n = int(book[r, INSTRUMENT])
        if book[r, CANCEL] >= 0.0 and book[r, CANCEL] + delay - 1.0 <= t:
            end(t, r, p.CANCELLED, state, vectors)
        elif book[r, TIF] == DAY and (ends or book[r, FRESH] == THIS_CLOSE):
            late = book[r, AT] == AT_CLOSE or book[r, FRESH] == THIS_CLOSE
            price = bars[CLOSE][t, n] if late else bars[OPEN][t, n]
            priceless = book[r, KIND] == MARKET_ORDER and np.isnan(price)
            end(t, r, p.NO_PRICE if priceless else p.EXPIRED, state, vectors)
        else:
            if book[r, KIND] == TRAILING_ORDER:
                trail(book[r], t, bars[HIGH][t, n], bars[LOW][t, n], bars[CLOSE][t, n])
            active[kept] = r
            kept += 1
    account[ACTIVES] = kept


@njit(
    "void(int64, int64, UniTuple(float64[:, ::1], 9), UniTuple(float64[:, ::1], 4),"
    " UniTuple(float64[::1], 4))",
    cache=True,
)
def size(t: int, r: int, bars: Bars, state: State, vectors: Vectors) -> None:
    """Count the shares of an order at the close it was decided on; what comes to nothing is rejected."""
    book = state[0]
    n = int(book[r, INSTRUMENT])
    last = last_known(bars[CLOSE], t, n)
    quantity = quantity_of(book[r, RULE], book[r, AMOUNT], last * spot(bars[FX], t, n), vectors[0][WORTH])
    book[r, LEFT] = quantity
    book[r, EXTREME] = last
    if quantity == 0.0 or not np.isfinite(quantity):
        end(t, r, p.REJECTED, state, vectors)
    else:
        book[r, STATE] = WAITING


@njit("float64[:, ::1](float64[:, ::1], int64)", cache=True)
def roomy(rows: Matrix, need_: int) -> Matrix:
    """The same rows with room for so many at least."""
    if rows.shape[0] >= need_:
        return rows
    larger = np.empty((max(rows.shape[0] * 2, need_), rows.shape[1]))
    larger[: rows.shape[0]] = rows
    return larger


@njit(
    "void(int64, int64, int64, UniTuple(float64[:, ::1], 4), UniTuple(int64[::1], 2),"
    " UniTuple(float64[::1], 4), int64[::1])",
    cache=True,
)
def start_at_close(
    t: int, first: int, last: int, state: State, lists: Lists, vectors: Vectors, queue: Rows
) -> None:
    """Let the market orders that were just decided work at this very close."""
    book, account = state[0], vectors[0]
    for k in range(first, last):
        r = queue[k % queue.shape[0]]
        new = book[r, STATE] == WAITING and book[r, DECIDED] == t
        if new and book[r, KIND] == MARKET_ORDER and book[r, AT] == ANY_TIME:
            book[r, STATE] = ACTIVE
            book[r, FRESH] = THIS_CLOSE
            lists[0][int(account[ACTIVES])] = r
            account[ACTIVES] += 1


@njit(
    "void(int64, int64, int64, UniTuple(float64[:, ::1], 4), UniTuple(int64[::1], 2),"
    " UniTuple(float64[::1], 4), int64[::1])",
    cache=True,
)
def finish(t: int, first: int, last: int, state: State, lists: Lists, vectors: Vectors, queue: Rows) -> None:
    """Report the orders that still work, or wait, after the last bar."""
    book, account = state[0], vectors[0]
    for k in range(int(account[ACTIVES])):
        if book[lists[0][k], STATE] == ACTIVE:
            end(t, lists[0][k], p.WORKING, state, vectors)
    for k in range(first, last):
        r = queue[k % queue.shape[0]]
        if book[r, STATE] == WAITING:
            end(t, r, p.WORKING, state, vectors)


@njit(
    "void(int64, UniTuple(float64[::1], 4), UniTuple(float64[:, ::1], 9), UniTuple(float64[:, ::1], 4),"
    " UniTuple(int64[::1], 2), UniTuple(float64[::1], 4))",
    cache=True,
)
def keep(t: int, clock: Clock, bars: Bars, state: State, lists: Lists, vectors: Vectors) -> None:
    """Interest, fees, dividends and deposits of a bar."""
    fx, dividends = bars[FX], bars[DIVIDENDS]
    account, settings, fees, _ = vectors
    days, deposit = clock[DAYS][t], clock[DEPOSITS][t]
    carry(t, days, deposit, fx, dividends, state[1], state[3], lists[1], account, settings, fees)


@njit(
    "int64(int64, UniTuple(float64[:, ::1], 9), UniTuple(float64[::1], 4), int64[::1], uint8[:, ::1],"
    " UniTuple(float64[:, ::1], 7), float64[::1], UniTuple(float64[:, ::1], 4), UniTuple(int64[::1], 2),"
    " UniTuple(float64[::1], 4), float64[::1], UniTuple(float64[::1], 2), int64)",
    cache=True,
    nogil=True,
)
def advance(
    t: int,
    bars: Bars,
    clock: Clock,
    queue: Rows,
    signals: NDArray[np.uint8],
    per_bar: tuple[Matrix, ...],
    rules: Vector,
    state: State,
    lists: Lists,
    vectors: Vectors,
    prices: Vector,
    curves: tuple[Vector, Vector],
    family: int,
) -> int:
    """Simulate from bar `t` until the last, or until the log is full; returns the bar that comes next."""
    high, low, close, fx = bars[HIGH], bars[LOW], bars[CLOSE], bars[FX]
    length, count = close.shape
    book, hold, records, _ = state
    active, held_names = lists
    account, settings, fees, _ = vectors
    new_month, session_end = clock[NEW_MONTH], clock[SESSION_END]
    equity, cashes = curves
    places = queue.shape[0]
    same_close = settings[p.FILL] == p.SAME_CLOSE
    delay = 1.0 if same_close else settings[p.DELAY]
    by_signal = signals.shape[0] > 0
    carries = settings[p.INTEREST] != 0.0 or settings[p.DEBIT] != 0.0 or bars[DIVIDENDS].size > 1
    carries = carries or np.any(fees != 0.0) or np.any(clock[DEPOSITS] != 0.0)
    first, last = int(account[FIRST]), int(account[LAST])
    while t < length:
        while first < last and book[queue[first % places], DECIDED] + delay <= t:
            r = queue[first % places]
            first += 1
            if book[r, STATE] == WAITING:
                book[r, STATE] = ACTIVE
                active[int(account[ACTIVES])] = r
                account[ACTIVES] += 1
        new = 0
        while not by_signal and last + new < places and book[queue[last + new], DECIDED] == t:
            new += 1
        events = (int(account[ACTIVES]) + new + 1) * (3 * family + 5) + 7 * count
        if account[RECORDS] + events > records.shape[0]:
            account[ROOM] = account[RECORDS] + events
            break
        if carries:
            keep(t, clock, bars, state, lists, vectors)
        if new_month[t] > 0.0:
            account[MONTH] = 0.0
        if account[HOLDINGS] > 0.0:
            if any_gap(t, close, held_names, int(account[HOLDINGS])):
                liquidate(t, bars, state, lists, vectors)
            if account[WORTH] < settings[p.MAINTENANCE] * account[GROSS]:
                call_margin(t, bars, state, lists, vectors)
        working = int(account[ACTIVES])
        if working > 0:
            due = moments(t, 0, working, active, book, high, low)
            if due != 0:
                meet(due, t, bars, state, lists, vectors, prices)
            ends = session_end[t] > 0.0
            if not rest_quietly(t, int(account[ACTIVES]), ends, delay, active, book, high, low, close):
                settle(t, ends, delay, bars, state, lists, vectors)
        mark(t, close, fx, hold, held_names, account)
        if by_signal and calls(t, signals, rules, hold, held_names, int(account[HOLDINGS])):
            last = decide(t, last, signals, per_bar, rules, bars, state, vectors, queue)
        for k in range(last, last + new):
            size(t, queue[k], bars, state, vectors)
        last += new
        if same_close and last > first:
            start_at_close(t, first, last, state, lists, vectors, queue)
            trade(DECIDING, t, bars, state, lists, vectors, prices)
            settle(t, session_end[t] > 0.0, delay, bars, state, lists, vectors)
            mark(t, close, fx, hold, held_names, account)
        equity[t] = account[WORTH]
        cashes[t] = account[CASH]
        t += 1
    account[FIRST], account[LAST] = first, last
    return t


@njit(
    "Tuple((float64[::1], float64[::1], float64[:, ::1]))"
    "(UniTuple(float64[:, ::1], 9), UniTuple(float64[::1], 4), float64[:, ::1], int64[::1], uint8[:, ::1],"
    " UniTuple(float64[:, ::1], 7), float64[::1], float64[::1], float64[::1], float64[::1], int64,"
    " float64[:, ::1])",
    cache=True,
    nogil=True,
)
def run(
    bars: Bars,
    clock: Clock,
    book: Matrix,
    queue: Rows,
    signals: NDArray[np.uint8],
    per_bar: tuple[Matrix, ...],
    rules: Vector,
    settings: Vector,
    fees: Vector,
    gone: Vector,
    family: int,
    flows: Matrix,
) -> tuple[Vector, Vector, Matrix]:
    """Simulate one account over a book of orders: equity, cash, log; `flows` come in as zeros.

    `queue` holds the rows of orders without a parent in order of decision; with `signals` it is a ring
    that the decisions fill. `family` is the most orders that the end of one can end.
    """
    length, count = bars[CLOSE].shape
    curves = (np.empty(length), np.empty(length))
    records = np.empty((256 + 8 * count, LOG_COLUMNS))
    hold = np.zeros((count, HOLD_COLUMNS))
    hold[:, CLOSED] = -np.inf
    hold[:, TAKEN_AT] = -1.0
    hold[:, LONG_ARMED] = hold[:, SHORT_ARMED] = 1.0
    account = np.zeros(ACCOUNT_PLACES)
    account[CASH] = account[WORTH] = settings[p.CASH]
    vectors = (account, settings, fees, gone)
    lists = (np.empty(book.shape[0], np.int64), np.empty(count, np.int64))
    prices = np.full(book.shape[0], np.nan)
    t = 0
    while t < length:
        records = roomy(records, int(account[ROOM]))
        state = (book, hold, records, flows)
        t = advance(
            t, bars, clock, queue, signals, per_bar, rules, state, lists, vectors, prices, curves, family
        )
    first, last = int(account[FIRST]), int(account[LAST])
    left = (int(account[ACTIVES]) + last - first + 1) * (family + 1)
    records = roomy(records, int(account[RECORDS]) + left)
    finish(length - 1, first, last, (book, hold, records, flows), lists, vectors, queue)
    return curves[0], curves[1], records[: int(account[RECORDS])].copy()
