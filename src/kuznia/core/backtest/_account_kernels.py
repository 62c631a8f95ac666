"""Compiled parts of one bar that are no fills: marks, liquidation of what has ended, the decision.

Prices are (N, T), rates of exchange (T, N) or empty. A price is missing when it is not above zero.
`seen` is the last row up to `checked` that had a close, so that no row is looked at twice.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import boolean, float64, int64, njit, types, void

from kuznia.core.backtest.places import (
    ASKED,
    BORROW,
    COMMISSION,
    DECIDED,
    DELISTED,
    DONE,
    FILLED,
    FLOW_TRADED,
    HELD,
    INSTRUMENT,
    KIND,
    LEVERAGE,
    LIMIT_GROSS,
    LIMIT_LOSS,
    LIMIT_NAME,
    LIMIT_NET,
    LIMIT_SECTOR,
    LIQUIDATED,
    MAINTENANCE,
    MARKET,
    PRICE,
    SLIPPED,
    SPREAD,
    STALE,
    STATUS,
)
from kuznia.core.typing import Float, Int

# The account: cash, value traded in this month; what the last mark found: gross value, yearly fees of what
# is short, closes that are missing; growth without deposits and its peak; the part that a margin call
# leaves (below 0 without one), and whether the limit of losses has stopped everything.
NOW, MONTH_VALUE, GROSS, SHORT_FEES, MISSING, GROWTH, PEAK, CUT, HALTED = range(9)
ACCOUNT = 9
# Counts: held instruments, orders so far, orders resting, the column of the flows.
ACTIVE, USED, RESTING, AT = range(4)
COUNTS = 4


class Bars(NamedTuple):
    """What is traded: prices of the fills, closes, volume (or empty), rates of exchange (or empty)."""

    prices: Float
    close: Float
    volume: Float
    fx: Float


class Book(NamedTuple):
    """What an account has and what is written about it.

    Shares held, the sorted list of what is held, room for lists of names with targets and wishes, what
    rests of orders, scalars, flows (kinds, T) with their totals, and rows of orders.
    """

    held: Float
    active: Int
    seen: Int
    checked: Int
    spare: Int
    names: Int
    targets: Float
    wishes: Float
    resting: Int
    resting_targets: Float
    account: Float
    counts: Int
    statuses: Int
    flows: Float
    totals: Float
    orders: Float


BORROWED: dict[str, Any] = {"cache": True, "_nrt": False}
"""Options of a kernel that makes no array: numba then counts no references to those it is given, which costs
more than a short loop. A function that allocates refuses to compile with it."""
VECTOR, MATRIX, INTEGERS = float64[::1], float64[:, ::1], int64[::1]
PAIR: Any = types.UniTuple(float64, 2)  # type: ignore[no-untyped-call]
TRIPLE: Any = types.UniTuple(float64, 3)  # type: ignore[no-untyped-call]
TOTALS: Any = types.Tuple((VECTOR, INTEGERS))  # type: ignore[no-untyped-call]
BARS: Any = types.NamedUniTuple(MATRIX, 4, Bars)  # type: ignore[no-untyped-call]
BOOK: Any = types.NamedTuple(  # type: ignore[no-untyped-call]
    (
        *(VECTOR, *[INTEGERS] * 5, *[VECTOR] * 2, INTEGERS, *[VECTOR] * 2, *[INTEGERS] * 2),
        *(MATRIX, VECTOR, MATRIX),
    ),
    Book,
)


@njit(void(MATRIX, *[int64] * 4, *[float64] * 7, int64), **BORROWED)
def write_order(
    orders: Float,
    k: int,
    decided: int,
    t: int,
    n: int,
    asked: float,
    done: float,
    price: float,
    fee: float,
    spread: float,
    slip: float,
    held: float,
    status: int,
) -> None:
    """Write row `k` of the log, when there is room for it: the run is done again with more when not."""
    if k < orders.shape[0]:
        orders[k, DECIDED] = decided
        orders[k, FILLED] = t
        orders[k, INSTRUMENT] = n
        orders[k, KIND] = MARKET
        orders[k, ASKED] = asked
        orders[k, DONE] = done
        orders[k, PRICE] = price
        orders[k, COMMISSION] = fee
        orders[k, SPREAD] = spread
        orders[k, SLIPPED] = slip
        orders[k, STATUS] = status
        orders[k, HELD] = held


@njit(void(BOOK, int64, float64), cache=True, inline="always")
def flow(book: Book, kind: int, amount: float) -> None:
    """Count cash of a kind at this bar, when there are rows for it."""
    if book.flows.shape[0] > 0:
        book.flows[kind, book.counts[AT]] += amount
    book.totals[kind] += amount


@njit(boolean(int64, MATRIX, INTEGERS, int64), cache=True, inline="always")
def lacks_close(t: int, close: Float, active: Int, count: int) -> bool:
    """Whether something that is held has no close at this bar."""
    missing = 0
    for k in range(count):
        missing += 0 if close[active[k], t] > 0.0 else 1
    return missing > 0


@njit("int64(float64[:, ::1], int64, int64, int64[::1], int64[::1])", cache=True)
def last_row(close: Float, n: int, t: int, seen: Int, checked: Int) -> int:
    """The last row up to `t` with a close, −1 without one."""
    row = t
    while row > checked[n] and not close[n, row] > 0.0:
        row -= 1
    if row > checked[n]:
        seen[n] = row
    checked[n] = max(t, checked[n])
    return int(seen[n])


@njit("float64(float64[:, ::1], int64, int64, int64[::1], int64[::1])", cache=True, inline="always")
def last_close(close: Float, n: int, t: int, seen: Int, checked: Int) -> float:
    """The last close up to `t`, NaN without one."""
    if close[n, t] > 0.0:
        return float(close[n, t])
    row = last_row(close, n, t, seen, checked)
    return float(close[n, row]) if row >= 0 else np.nan


@njit("float64(float64[:, ::1], int64, int64)", cache=True, inline="always")
def rate(fx: Float, t: int, n: int) -> float:
    """Account currency for one unit of the instrument's."""
    return float(fx[t, n]) if fx.shape[0] > 0 else 1.0


@njit("float64(int64, float64[:, ::1], float64[::1], int64[::1], int64, float64)", **BORROWED)
def mark(t: int, close: Float, held: Float, active: Int, count: int, cash: float) -> float:
    """Equity at the closes; NaN when a held instrument has none."""
    worth = cash
    for k in range(count):
        n = active[k]
        worth += held[n] * close[n, t]
    return worth


@njit(float64(int64, BARS, BOOK, VECTOR), cache=True)
def mark_all(t: int, bars: Bars, book: Book, fees: Float) -> float:
    """Equity at the last closes; notes the gross value, the yearly fees of what is short, and gaps."""
    worth, gross, short, missing = book.account[NOW], 0.0, 0.0, 0.0
    for k in range(book.counts[ACTIVE]):
        n = book.active[k]
        price = bars.close[n, t]
        if not price > 0.0:
            missing += 1.0
            price = last_close(bars.close, n, t, book.seen, book.checked)
        value = book.held[n] * price * rate(bars.fx, t, n)
        worth += value
        gross += abs(value)
        if value < 0.0:
            short -= value * fees[n]
    book.account[GROSS], book.account[SHORT_FEES], book.account[MISSING] = gross, short, missing
    return float(worth)


@njit(int64(int64, BARS, BOOK, VECTOR, VECTOR), cache=True)
def retire(t: int, bars: Bars, book: Book, gone: Float, settings: Float) -> int:
    """Close, without fees, what has had no close for too many bars; returns how many ended."""
    ended = 0
    for k in range(book.counts[ACTIVE]):
        n = book.active[k]
        if (
            bars.close[n, t] > 0.0
            or t - last_row(bars.close, n, t, book.seen, book.checked) < settings[STALE]
        ):
            book.active[k - ended] = n
            continue
        quantity = book.held[n]
        price = bars.close[n, book.seen[n]] * (1.0 + gone[n])
        value = quantity * price * rate(bars.fx, t, n)
        book.account[NOW] += value
        flow(book, FLOW_TRADED, abs(value))
        book.held[n] = 0.0
        status = LIQUIDATED if gone[n] == 0.0 else DELISTED
        k_order = book.counts[USED]
        write_order(book.orders, k_order, t, t, n, -quantity, -quantity, price, 0.0, 0.0, 0.0, 0.0, status)
        book.counts[USED] = k_order + 1
        book.statuses[status] += 1
        ended += 1
    book.counts[ACTIVE] -= ended
    return ended


@njit("void(float64[::1], int64[::1], int64, int64[::1], float64[::1])", cache=True)
def limit_weights(weights: Float, names: Int, count: int, sectors: Int, settings: Float) -> None:
    """Cut the first `count` weights to the limits of name, sector, net and gross, in this order."""
    most = settings[LIMIT_NAME]
    for k in range(count):
        weights[k] = min(max(weights[k], -most), most)
    if settings[LIMIT_SECTOR] < np.inf:
        sums = np.zeros(max(0, sectors.max()) + 1)
        for k in range(count):
            if sectors[names[k]] >= 0:
                sums[sectors[names[k]]] += abs(weights[k])
        for k in range(count):
            sector = sectors[names[k]]
            if sector >= 0 and sums[sector] > settings[LIMIT_SECTOR]:
                weights[k] = weights[k] * (settings[LIMIT_SECTOR] / sums[sector])
    long = 0.0
    short = 0.0
    for k in range(count):
        if weights[k] > 0.0:
            long += weights[k]
        else:
            short -= weights[k]
    if abs(long - short) > settings[LIMIT_NET]:
        side = 1.0 if long > short else -1.0
        factor = (settings[LIMIT_NET] + min(long, short)) / max(long, short)
        for k in range(count):
            if weights[k] * side > 0.0:
                weights[k] = weights[k] * factor
    gross = 0.0
    for k in range(count):
        gross += abs(weights[k])
    if gross > settings[LIMIT_GROSS]:
        for k in range(count):
            weights[k] = weights[k] * (settings[LIMIT_GROSS] / gross)


@njit(void(int64, INTEGERS, VECTOR, int64, float64, BARS, BOOK), cache=True, inline="always")
def count_shares(
    t: int, names: Int, targets: Float, count: int, worth: float, bars: Bars, book: Book
) -> None:
    """Turn weights into shares at the last closes; NaN where no price is known yet, and a ruined account
    wants nothing."""
    if worth <= 0.0:
        targets[:count] = 0.0
        return
    has_fx = bars.fx.shape[0] > 0
    for k in range(count):
        n = names[k]
        price = bars.close[n, t]
        if not price > 0.0:
            price = last_close(bars.close, n, t, book.seen, book.checked)
        if has_fx:
            price = price * bars.fx[t, n]
        targets[k] = targets[k] * worth / price


@njit(float64(int64, BARS, BOOK), cache=True, inline="always")
def worth_at(t: int, bars: Bars, book: Book) -> float:
    """Equity at the prices of the fill, the last close where there is none."""
    worth = book.account[NOW]
    for k in range(book.counts[ACTIVE]):
        n = book.active[k]
        price = bars.prices[n, t]
        if not price > 0.0:
            price = last_close(bars.close, n, t - 1, book.seen, book.checked)
        worth += book.held[n] * price * rate(bars.fx, t, n)
    return float(worth)


@njit(void(int64, INTEGERS, VECTOR, int64, float64, BARS), cache=True, inline="always")
def count_at_fill(t: int, names: Int, targets: Float, count: int, worth: float, bars: Bars) -> None:
    """Turn weights into shares at the prices of the fill; NaN without one."""
    for k in range(count):
        if worth <= 0.0:
            targets[k] = 0.0
        else:
            targets[k] = targets[k] * worth / (bars.prices[names[k], t] * rate(bars.fx, t, names[k]))


@njit("void(float64, float64, float64[::1], float64[::1])", cache=True)
def watch(before: float, worth: float, settings: Float, account: Float) -> None:
    """After a close: has the account fallen too far from its peak, or is its margin too small?"""
    if settings[LIMIT_LOSS] < np.inf:
        account[GROWTH] = account[GROWTH] * (worth / before) if before > 0.0 else 0.0
        account[PEAK] = max(account[PEAK], account[GROWTH])
        if account[GROWTH] <= account[PEAK] * (1.0 - settings[LIMIT_LOSS]):
            account[HALTED] = 1.0
    gross = account[GROSS]
    if settings[MAINTENANCE] > 0.0 and gross > 0.0 and worth < settings[MAINTENANCE] * gross:
        most = settings[LEVERAGE] if settings[LEVERAGE] > 0.0 else 1.0
        account[CUT] = max(0.0, min(1.0, most * worth / gross))


@njit("int64(float64[::1], int64[::1], float64[::1])", cache=True, inline="always")
def wanted(weights: Float, names: Int, targets: Float) -> int:
    """Copy the weights that are not zero; returns how many they are."""
    count = 0
    for n in range(weights.shape[0]):
        names[count] = n
        targets[count] = weights[n]
        if weights[n] != 0.0:
            count += 1
    return count


@njit("float64[::1](float64[::1], float64[::1])", cache=True)
def yearly_fees(own: Float, settings: Float) -> Float:
    """An instrument's own fee for being short, or that of the settings."""
    fees = np.empty(own.shape[0])
    for n in range(own.shape[0]):
        fees[n] = settings[BORROW] if np.isnan(own[n]) else own[n]
    return fees
