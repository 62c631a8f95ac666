"""The account of the order engine: cash, what is held, the log, and the fill of one order.

Arrays travel in tuples of one type: `state` is the book, the holdings, the log and the flows; `lists` are
the rows of active orders and the instruments held; `vectors` are the account, the settings, the yearly
borrow fees and the returns at a delisting; `bars` are (T, N) arrays, or (1, 1) for one value everywhere,
the last two (N, T) for what looks back.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from kuznia.core.backtest import places as p
from kuznia.core.backtest.costs._kernels import commission, fillable, slippage
from kuznia.core.backtest.orders._book_kernels import (
    ACTIVE,
    ASKED_KIND,
    BASE,
    CHILD,
    DECIDED,
    ENDED,
    FRACTION,
    FRESH,
    IDLE,
    INSTRUMENT,
    KIND,
    LEFT,
    LIMIT_ORDER,
    MARKET_ORDER,
    OPENING,
    PARENT,
    RATIO,
    REDUCE,
    RING,
    SIBLING,
    STATE,
    VALUE,
    Matrix,
    Rows,
    Vector,
    activate_child,
    nearer_sibling,
)

State = tuple[Matrix, Matrix, Matrix, Matrix]
Lists = tuple[Rows, Rows]
Vectors = tuple[Vector, Vector, Vector, Vector]
Bars = tuple[Matrix, ...]

OPEN, HIGH, LOW, CLOSE, VOLUME, FX, DIVIDENDS, PAST_CLOSE, PAST_VOLUME = range(9)
# Places in the account, and columns of the holdings (one row for each instrument).
CASH, WORTH, RECORDS, ACTIVES, HOLDINGS, MONTH, GROSS, FIRST, LAST, ROOM = range(10)
ACCOUNT_PLACES = 10
QUANTITY, MARK, SEEN, TAKEN, TAKEN_AT, OPENED, CLOSED, BANK, LONG_ARMED, SHORT_ARMED = range(10)
HOLD_COLUMNS = 10
LOG_COLUMNS = p.ORDER_COLUMNS + 1
"""The log of the weight engine, and the row of the plan that an order came from."""

DUST = 1e-12
"""A fill worth less than this share of the equity is none: it is rounding."""


@njit("float64(float64[:, ::1], int64, int64)", cache=True)
def spot(values: Matrix, t: int, n: int) -> float:
    """Value of an instrument at a bar, of an array that may be one row, one column or one number."""
    return float(values[t if values.shape[0] > 1 else 0, n if values.shape[1] > 1 else 0])


@njit("float64(float64[:, ::1], int64, int64)", cache=True)
def last_known(close: Matrix, t: int, n: int) -> float:
    """The newest close up to a bar; NaN before the first."""
    while t >= 0 and np.isnan(close[t, n]):
        t -= 1
    return float(close[t, n]) if t >= 0 else np.nan


@njit("float64(float64, float64, float64, float64)", cache=True)
def quantity_of(rule: float, amount: float, price: float, worth: float) -> float:
    """Shares that a sizing rule asks for; 0 when there is no equity to take a fraction of."""
    if rule == VALUE:
        return amount / price
    if rule == FRACTION:
        return amount * worth / price if worth > 0.0 else 0.0
    return amount


@njit(
    "void(int64, int64, int64, float64, float64, float64, float64, float64, UniTuple(float64[:, ::1], 4),"
    " UniTuple(float64[::1], 4))",
    cache=True,
)
def write(
    t: int,
    r: int,
    status: int,
    done: float,
    price: float,
    fee: float,
    spread: float,
    slip: float,
    state: State,
    vectors: Vectors,
) -> None:
    """Put an event of an order into the log."""
    book, hold, records, _ = state
    account = vectors[0]
    k = int(account[RECORDS])
    order, row = book[r], records[k]
    row[p.DECIDED] = order[DECIDED]
    row[p.FILLED] = t
    row[p.INSTRUMENT] = order[INSTRUMENT]
    row[p.KIND] = order[ASKED_KIND]
    row[p.ASKED] = order[LEFT]
    row[p.DONE] = done
    row[p.PRICE] = price
    row[p.COMMISSION] = fee
    row[p.SPREAD] = spread
    row[p.SLIPPED] = slip
    row[p.STATUS] = status
    row[p.HELD] = hold[int(order[INSTRUMENT]), QUANTITY]
    row[p.ORDER_COLUMNS] = r
    account[RECORDS] = k + 1


@njit(
    "void(int64, int64, int64, UniTuple(float64[:, ::1], 4), UniTuple(float64[::1], 4))",
    cache=True,
)
def end(t: int, r: int, status: int, state: State, vectors: Vectors) -> None:
    """End an order without a fill; children that still wait for it end too."""
    book = state[0]
    write(t, r, status, 0.0, np.nan, 0.0, 0.0, 0.0, state, vectors)
    book[r, STATE] = ENDED
    told = p.WORKING if status == p.WORKING else p.CANCELLED
    child = int(book[r, CHILD])
    while child >= 0:
        if book[child, STATE] == IDLE:
            write(t, child, told, 0.0, np.nan, 0.0, 0.0, 0.0, state, vectors)
            book[child, STATE] = ENDED
        child = int(book[child, SIBLING])


@njit("float64(float64[::1], float64)", cache=True)
def wanted(order: Vector, held: float) -> float:
    """What the order would trade now: all that is left, or of a reducing order what there is to reduce."""
    left = order[LEFT]
    if order[REDUCE] == 0.0:
        return float(left)
    if left * held >= 0.0:
        return 0.0
    return float(left) if abs(left) <= abs(held) else float(-held)


@njit("float64(float64, float64[::1])", cache=True)
def fillable_lots(asked: float, settings: Vector) -> float:
    """The whole lots in an order; what is less is nothing that could be tried again."""
    lot = settings[p.LOT]
    if lot <= 0.0:
        return asked
    size = np.floor(abs(asked) / lot + 1e-9) * lot
    return float(size) if asked > 0.0 else float(-size)


@njit(
    "float64(int64, int64, float64, UniTuple(float64[:, ::1], 9), float64[:, ::1], float64[::1])", cache=True
)
def takeable(t: int, n: int, asked: float, bars: Bars, hold: Matrix, settings: Vector) -> float:
    """The part of an order that volume and lot allow, after what the bar has already given."""
    if settings[p.PARTICIPATION] <= 0.0 and settings[p.LOT] <= 0.0:
        return asked
    taken = hold[n, TAKEN] if hold[n, TAKEN_AT] == t else 0.0
    sign = 1.0 if asked > 0.0 else -1.0
    size = abs(fillable(sign * (abs(asked) + taken), spot(bars[VOLUME], t, n), settings)) - taken
    return sign * size if size > 0.0 else 0.0


@njit("UniTuple(float64, 2)(float64[::1], float64[::1], int64, float64[::1])", cache=True)
def recent(close: Vector, volume: Vector, t: int, settings: Vector) -> tuple[float, float]:
    """Standard deviation (ddof 1) of the returns and mean volume over the window that ends at `t`.

    Bars without a close, or after one, have no return; without two returns the deviation is 0.
    """
    first = max(0, t - int(settings[p.WINDOW]) + 1)
    mean, squares, count = 0.0, 0.0, 0
    for s in range(max(1, first), t + 1):
        if close[s] > 0.0 and close[s - 1] > 0.0:
            mean += close[s] / close[s - 1] - 1.0
            count += 1
    if count < 2:
        return 0.0, 0.0
    mean = mean / count
    for s in range(max(1, first), t + 1):
        if close[s] > 0.0 and close[s - 1] > 0.0:
            off = close[s] / close[s - 1] - 1.0 - mean
            squares += off * off
    traded, known = 0.0, 0
    for s in range(first, t + 1):
        if volume[s] >= 0.0:
            traded += volume[s]
            known += 1
    return np.sqrt(squares / (count - 1)), traded / known if known > 0 else 0.0


@njit(
    "UniTuple(float64, 3)(int64, float64[::1], float64, float64, UniTuple(float64[:, ::1], 9),"
    " UniTuple(float64[::1], 4))",
    cache=True,
)
def costs(
    t: int, order: Vector, done: float, price: float, bars: Bars, vectors: Vectors
) -> tuple[float, float, float]:
    """Commission, spread and slippage of a fill in the account's currency; a limit pays commission alone."""
    account, settings = vectors[0], vectors[1]
    n = int(order[INSTRUMENT])
    rate = spot(bars[FX], t, n)
    fee = commission(done, price * rate, account[MONTH], settings)
    if order[KIND] == LIMIT_ORDER:
        return fee, 0.0, 0.0
    spread = abs(done) * price * rate * settings[p.HALF_SPREAD]
    if settings[p.SLIPPAGE] == p.NO_SLIPPAGE and settings[p.TICK] <= 0.0:
        return fee, spread, 0.0
    past = bars[PAST_VOLUME][n]
    sigma, adv = recent(bars[PAST_CLOSE][n], past, int(order[DECIDED]), settings)
    slip = slippage(done, price, sigma, adv, spot(bars[VOLUME], t, n), settings) * rate
    return fee, spread, slip


@njit(
    "void(int64, int64, float64, boolean, UniTuple(float64[:, ::1], 4), UniTuple(int64[::1], 2),"
    " UniTuple(float64[::1], 4), float64[::1])",
    cache=True,
)
def follow(
    t: int,
    r: int,
    done: float,
    inside: bool,
    state: State,
    lists: Lists,
    vectors: Vectors,
    prices: Vector,
) -> None:
    """What a fill does to others: children start or grow, the rest of the group shrinks or ends."""
    book, account, active = state[0], vectors[0], lists[0]
    child = int(book[r, CHILD])
    while child >= 0:
        if book[child, STATE] == IDLE:
            book[child, LEFT] = done * book[child, RATIO]
            activate_child(book[child], t, book[r, BASE], inside)
            prices[child] = np.nan
            active[int(account[ACTIVES])] = child
            account[ACTIVES] += 1
        elif book[child, STATE] == ACTIVE:
            book[child, LEFT] += done * book[child, RATIO]
        child = int(book[child, SIBLING])
    parent = int(book[r, PARENT])
    if parent >= 0 and book[parent, STATE] == ACTIVE:
        end(t, parent, p.CANCELLED, state, vectors)
    other = int(book[r, RING])
    while other != r:
        if book[other, STATE] != ENDED:
            left = book[other, LEFT]
            if book[r, STATE] == ENDED or abs(left) <= abs(done):
                end(t, other, p.CANCELLED, state, vectors)
            else:
                book[other, LEFT] = left - abs(done) if left > 0.0 else left + abs(done)
        other = int(book[other, RING])


@njit(
    "void(int64, int64, float64, float64, UniTuple(float64[:, ::1], 4), UniTuple(int64[::1], 2),"
    " UniTuple(float64[::1], 4))",
    cache=True,
)
def hold_after(
    t: int, n: int, done: float, price: float, state: State, lists: Lists, vectors: Vectors
) -> None:
    """Move the position, and remember when it was opened or closed."""
    hold, account = state[1], vectors[0]
    held = hold[n, QUANTITY]
    after = held + done
    if abs(after) <= 1e-9 * max(abs(held), abs(done)):
        after = 0.0
    if held == 0.0:
        hold[n, MARK] = price
        hold[n, SEEN] = t
        listed = False
        for k in range(int(account[HOLDINGS])):
            listed = listed or lists[1][k] == n
        if not listed:
            lists[1][int(account[HOLDINGS])] = n
            account[HOLDINGS] += 1
    if after * held <= 0.0:
        hold[n, OPENED] = t
    if after == 0.0:
        hold[n, CLOSED] = t
    hold[n, QUANTITY] = after
    hold[n, TAKEN] = abs(done) + (hold[n, TAKEN] if hold[n, TAKEN_AT] == t else 0.0)
    hold[n, TAKEN_AT] = t


@njit(
    "void(int64, int64, int64, UniTuple(float64[:, ::1], 4), UniTuple(int64[::1], 2),"
    " UniTuple(float64[::1], 4))",
    cache=True,
)
def orphan(t: int, r: int, n: int, state: State, lists: Lists, vectors: Vectors) -> None:
    """End the children that protected a position which `r` has closed or turned."""
    book, account = state[0], vectors[0]
    for k in range(int(account[ACTIVES])):
        other = lists[0][k]
        child = other != r and book[other, INSTRUMENT] == n and book[other, PARENT] >= 0.0
        if child and book[other, STATE] == ACTIVE:
            end(t, other, p.CANCELLED, state, vectors)


@njit(
    "void(int64, int64, int64, float64, UniTuple(float64[:, ::1], 9), UniTuple(float64[:, ::1], 4),"
    " UniTuple(int64[::1], 2), UniTuple(float64[::1], 4), float64[::1])",
    cache=True,
)
def execute(
    moment: int,
    t: int,
    r: int,
    scale: float,
    bars: Bars,
    state: State,
    lists: Lists,
    vectors: Vectors,
    prices: Vector,
) -> None:
    """Fill an order at the price found for it, as far as cash, volume and lot allow."""
    book, hold, _, flows = state
    account, settings = vectors[0], vectors[1]
    order = book[r]
    price = prices[r]
    if nearer_sibling(book, r, price, prices, moment):
        return
    n = int(order[INSTRUMENT])
    asked = wanted(order, hold[n, QUANTITY])
    if asked == 0.0:
        end(t, r, p.CANCELLED, state, vectors)
        return
    order[LEFT] = asked
    least = DUST * abs(account[WORTH])
    given = takeable(t, n, asked, bars, hold, settings)
    if abs(given) * price <= least:
        if settings[p.PARTICIPATION] <= 0.0:
            end(t, r, p.LESS_THAN_LOT, state, vectors)
        return
    done = given
    if scale < 1.0:
        done = takeable(t, n, given * scale, bars, hold, settings)
        if abs(done) * price <= least:
            end(t, r, p.NO_CASH, state, vectors)
            return
    fee, spread, slip = costs(t, order, done, price, bars, vectors)
    rate = spot(bars[FX], t, n)
    value = abs(done) * price * rate
    account[CASH] -= done * price * rate + fee + spread + slip
    account[MONTH] += value
    flows[p.FLOW_COMMISSION, t] += fee
    flows[p.FLOW_SPREAD, t] += spread
    flows[p.FLOW_SLIPPAGE, t] += slip
    flows[p.FLOW_TRADED, t] += value
    held = hold[n, QUANTITY]
    hold_after(t, n, done, price, state, lists, vectors)
    partly = scale >= 1.0 and given != asked and given != fillable_lots(asked, settings)
    status = p.PARTIAL if partly else (p.SCALED if scale < 1.0 else p.COMPLETE)
    write(t, r, status, done, price, fee, spread, slip, state, vectors)
    order[LEFT] = asked - done
    order[BASE] = price
    if not partly:
        order[STATE] = ENDED
    else:
        order[FRESH] = t
        if order[KIND] != LIMIT_ORDER:
            order[KIND] = MARKET_ORDER
    if held != 0.0 and hold[n, QUANTITY] * held <= 0.0:
        orphan(t, r, n, state, lists, vectors)
    follow(t, r, done, moment != OPENING, state, lists, vectors, prices)
    if partly and settings[p.CARRY] == 0.0:
        end(t, r, p.CANCELLED, state, vectors)
