"""The book of orders: its columns, and at which price an order fills in a bar.

Law of the arrays: one row of the book is one order, float64, whole numbers for codes and links (-1 is
none). Nothing here touches cash: a function says at which price, changes the order's state, or links.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]
Rows = NDArray[np.int64]

# Columns of the book: what was asked ...
DECIDED, INSTRUMENT, KIND, RULE, AMOUNT, LIMIT, STOP, TRAIL, UNIT, TIF, AT, REDUCE, CANCEL = range(13)
# ... how orders are linked, and the kind that the log names ...
PARENT, CHILD, SIBLING, RING, RATIO, ASKED_KIND = range(13, 19)
# ... and the state that the bars change.
STATE, LEFT, EXTREME, FRESH, BASE = range(19, 24)
BOOK_COLUMNS = 24

MARKET_ORDER, LIMIT_ORDER, STOP_ORDER, STOP_LIMIT_ORDER, TRAILING_ORDER = range(5)
UNITS, VALUE, FRACTION = range(3)
AS_PRICE, AS_FRACTION, AS_DISTANCE = range(3)
DAY, GTC = range(2)
ANY_TIME, AT_OPEN, AT_CLOSE = range(3)
IDLE, WAITING, ACTIVE, ENDED = range(4)
# Moments of a bar, in their order.
OPENING, STOPS, LIMITS, FRESH_STOPS, CLOSING, DECIDING = range(6)
THIS_CLOSE = -2.0
"""Value of `FRESH` for an order that fills at the very close it was decided on."""


@njit("float64(float64[::1])", cache=True)
def stop_level(order: Vector) -> float:
    """Price at which a stop or trailing order is triggered."""
    if order[KIND] != TRAILING_ORDER:
        return float(order[STOP])
    away = order[TRAIL] if order[UNIT] == AS_DISTANCE else order[TRAIL] * order[EXTREME]
    return float(order[EXTREME] - away) if order[LEFT] < 0.0 else float(order[EXTREME] + away)


@njit("float64(float64[::1], float64)", cache=True)
def auction_price(order: Vector, price: float) -> float:
    """The open or the close, if the order fills there, else NaN."""
    kind = order[KIND]
    if kind == MARKET_ORDER:
        return price
    buy = order[LEFT] > 0.0
    if kind != LIMIT_ORDER:
        level = stop_level(order)
        if not (price >= level if buy else price <= level):
            return np.nan
        if kind != STOP_LIMIT_ORDER:
            return price
        order[KIND] = LIMIT_ORDER
    better = price < order[LIMIT] if buy else price > order[LIMIT]
    return price if better else np.nan


@njit("float64(float64[::1], int64, float64, float64, float64)", cache=True)
def stop_price(order: Vector, t: int, start: float, high: float, low: float) -> float:
    """Price of a stop inside the bar: its level, or `start` where the price was already beyond."""
    kind = order[KIND]
    if kind < STOP_ORDER:
        return np.nan
    buy = order[LEFT] > 0.0
    price = stop_level(order)
    if not (high >= price if buy else low <= price):
        return np.nan
    if start > price if buy else start < price:
        price = start
    if kind != STOP_LIMIT_ORDER:
        return price
    order[KIND] = LIMIT_ORDER
    order[FRESH] = t
    better = price < order[LIMIT] if buy else price > order[LIMIT]
    return price if better else np.nan


@njit("float64(float64[::1], float64, float64, float64)", cache=True)
def limit_price(order: Vector, open_: float, high: float, low: float) -> float:
    """Price of a limit inside the bar, traded through; an open that is better is taken."""
    limit = order[LIMIT]
    if order[KIND] != LIMIT_ORDER:
        return np.nan
    if order[LEFT] > 0.0:
        if not low < limit:
            return np.nan
        return float(open_) if open_ < limit else float(limit)
    if not high > limit:
        return np.nan
    return float(open_) if open_ > limit else float(limit)


@njit("float64(int64, float64[::1], int64, float64, float64, float64, float64)", cache=True)
def price_at(
    moment: int, order: Vector, t: int, open_: float, high: float, low: float, close: float
) -> float:
    """Price at which the order fills at a moment of bar `t`; NaN when it does not."""
    at = order[AT]
    fresh = order[FRESH] == t
    if moment == OPENING:
        return auction_price(order, open_) if at != AT_CLOSE and not fresh else np.nan
    if moment == CLOSING:
        return auction_price(order, close) if at == AT_CLOSE else np.nan
    if moment == DECIDING:
        return auction_price(order, close) if order[FRESH] == THIS_CLOSE else np.nan
    if at != ANY_TIME:
        return np.nan
    if moment == FRESH_STOPS:
        if not fresh or order[KIND] == STOP_LIMIT_ORDER:
            return np.nan
        return stop_price(order, t, order[BASE], high, low)
    if fresh:
        return np.nan
    if moment == STOPS:
        return stop_price(order, t, open_, high, low)
    return limit_price(order, open_, high, low)


@njit("void(float64[::1], int64, float64, boolean)", cache=True)
def activate_child(order: Vector, t: int, price: float, inside: bool) -> None:
    """Let a bracket's child work from its parent's fill on, and turn its distances into prices."""
    order[STATE] = ACTIVE
    order[FRESH] = t if inside else -1.0
    order[BASE] = price
    order[EXTREME] = price
    if order[UNIT] == AS_PRICE or order[KIND] == TRAILING_ORDER:
        return
    unit = price if order[UNIT] == AS_FRACTION else 1.0
    side = 1.0 if order[LEFT] < 0.0 else -1.0
    order[LIMIT] = price + side * order[LIMIT] * unit
    order[STOP] = price - side * order[STOP] * unit


@njit("void(float64[::1], int64, float64, float64, float64)", cache=True)
def trail(order: Vector, t: int, high: float, low: float, close: float) -> None:
    """Take the bar's extreme, for the bars after it; of the bar of an entry inside it only the close."""
    if order[FRESH] == t:
        high = low = close
    if order[LEFT] < 0.0:
        if high > order[EXTREME]:
            order[EXTREME] = high
    elif low < order[EXTREME]:
        order[EXTREME] = low


@njit("boolean(float64[:, ::1], int64, float64, float64[::1], int64)", cache=True)
def nearer_sibling(book: Matrix, r: int, price: float, prices: Vector, moment: int) -> bool:
    """Whether another order of the group, on the same side, fills before `r` at this moment.

    `prices` holds the fill price at this moment for each row of the book; what is worth less when it
    is nearer (a stop to sell is nearest when highest) decides, then a market order at the open.
    """
    side = 1.0 if book[r, LEFT] > 0.0 else -1.0
    nearest = side if moment in (STOPS, FRESH_STOPS) else -side
    other = int(book[r, RING])
    while other != r:
        if book[other, STATE] == ACTIVE and book[other, LEFT] * side > 0.0 and not np.isnan(prices[other]):
            if (prices[other] - price) * nearest < 0.0:
                return True
            if prices[other] == price and book[other, KIND] == MARKET_ORDER and book[r, KIND] != MARKET_ORDER:
                return True
        other = int(book[other, RING])
    return False
