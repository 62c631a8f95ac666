"""The moments of a bar: which orders fill, in which order, and on which share of the cash or credit."""

from __future__ import annotations

import numpy as np
from numba import njit

from kuznia.core.backtest import places as p
from kuznia.core.backtest.orders._account_kernels import (
    ACTIVES,
    CASH,
    CLOSE,
    DUST,
    FX,
    HIGH,
    LOW,
    OPEN,
    QUANTITY,
    WORTH,
    Bars,
    Lists,
    State,
    Vectors,
    costs,
    execute,
    quantity_of,
    spot,
    takeable,
    wanted,
)
from kuznia.core.backtest.orders._book_kernels import (
    ACTIVE,
    AMOUNT,
    CLOSING,
    DECIDING,
    FRESH_STOPS,
    INSTRUMENT,
    LEFT,
    OPENING,
    RULE,
    STATE,
    UNITS,
    Vector,
    nearer_sibling,
    price_at,
)
from kuznia.core.backtest.orders._upkeep_kernels import (
    moments,
    worth_and_gross,
)


@njit("boolean(float64, float64)", cache=True)
def opens(asked: float, held: float) -> bool:
    """Whether an order adds to a position or goes through zero."""
    return asked * held >= 0.0 or abs(asked) > abs(held)


@njit(
    "UniTuple(float64, 2)(int64, float64, int64, float64, UniTuple(float64[:, ::1], 9),"
    " UniTuple(float64[:, ::1], 4), UniTuple(int64[::1], 2), UniTuple(float64[::1], 4), float64[::1])",
    cache=True,
)
def need(
    t: int,
    scale: float,
    count: int,
    leverage: float,
    bars: Bars,
    state: State,
    lists: Lists,
    vectors: Vectors,
    prices: Vector,
) -> tuple[float, float]:
    """Cash (or, with leverage, gross value) that all opening orders need at a scale, and its fixed part."""
    book, hold = state[0], state[1]
    account, settings = vectors[0], vectors[1]
    total = 0.0
    fixed = 0.0
    least = DUST * abs(account[WORTH])
    for k in range(count):
        r = lists[0][k]
        if np.isnan(prices[r]) or book[r, STATE] != ACTIVE:
            continue
        n = int(book[r, INSTRUMENT])
        asked = wanted(book[r], hold[n, QUANTITY])
        if not opens(asked, hold[n, QUANTITY]) or (asked < 0.0 and leverage <= 0.0):
            continue
        done = takeable(t, n, asked, bars, hold, settings) * scale
        if abs(done) * prices[r] <= least:
            continue
        fee, spread, slip = costs(t, book[r], done, prices[r], bars, vectors)
        rate = spot(bars[FX], t, n)
        weight = leverage if leverage > 0.0 else 1.0
        adds = abs(done) if leverage <= 0.0 else abs(hold[n, QUANTITY] + done) - abs(hold[n, QUANTITY])
        total += adds * prices[r] * rate + weight * (fee + spread + slip)
        fixed += weight * max(settings[p.MINIMUM], settings[p.PER_ORDER])
    return total, fixed


@njit(
    "float64(int64, int64, int64, UniTuple(float64[:, ::1], 9), UniTuple(float64[:, ::1], 4),"
    " UniTuple(int64[::1], 2), UniTuple(float64[::1], 4), float64[::1])",
    cache=True,
)
def cash_scale(
    moment: int, t: int, count: int, bars: Bars, state: State, lists: Lists, vectors: Vectors, prices: Vector
) -> float:
    """The one share of every opening order that cash or leverage pays for, costs included; 1 when all fit.

    A false position between nothing and everything: exact in one step for costs that are linear.
    """
    account, settings = vectors[0], vectors[1]
    leverage = settings[p.LEVERAGE]
    have = account[CASH]
    if leverage > 0.0:
        at = bars[CLOSE] if moment >= CLOSING else bars[OPEN]
        worth, gross = worth_and_gross(t, at, bars, state[1], lists, account)
        have = leverage * worth - gross
    total, fixed = need(t, 1.0, count, leverage, bars, state, lists, vectors, prices)
    if total <= have:
        return 1.0
    low, low_need, high, high_need = 0.0, min(fixed, total), 1.0, total
    if have <= low_need:
        return 0.0
    for _ in range(40):
        scale = low + (high - low) * (have - low_need) / (high_need - low_need)
        total, fixed = need(t, scale, count, leverage, bars, state, lists, vectors, prices)
        if abs(total - have) <= 1e-13 * have or scale <= low or scale >= high:
            return float(scale)
        if total > have:
            high, high_need = scale, total
        else:
            low, low_need = scale, total
    return float(low)


@njit(
    "void(int64, int64, UniTuple(float64[:, ::1], 9), UniTuple(float64[:, ::1], 4),"
    " UniTuple(int64[::1], 2), UniTuple(float64[::1], 4), float64[::1])",
    cache=True,
)
def trade(
    moment: int,
    t: int,
    bars: Bars,
    state: State,
    lists: Lists,
    vectors: Vectors,
    prices: Vector,
) -> None:
    """Fill all working orders that can fill at a moment of the bar."""
    book, hold = state[0], state[1]
    account, settings = vectors[0], vectors[1]
    active = lists[0]
    count = int(account[ACTIVES])
    found = False
    for k in range(count):
        r = active[k]
        prices[r] = np.nan
        if book[r, STATE] != ACTIVE:
            continue
        n = int(book[r, INSTRUMENT])
        prices[r] = price_at(
            moment, book[r], t, bars[OPEN][t, n], bars[HIGH][t, n], bars[LOW][t, n], bars[CLOSE][t, n]
        )
        if np.isnan(prices[r]):
            continue
        found = True
        if settings[p.SIZE_AT_FILL] > 0.0 and book[r, RULE] != UNITS:
            price = prices[r] * spot(bars[FX], t, n)
            at = bars[CLOSE] if moment >= CLOSING else bars[OPEN]
            worth, _ = worth_and_gross(t, at, bars, hold, lists, account)
            size = abs(quantity_of(book[r, RULE], book[r, AMOUNT], price, worth))
            book[r, LEFT] = size if book[r, LEFT] > 0.0 else -size
            book[r, RULE] = UNITS
    if not found:
        return
    for k in range(count):
        r = active[k]
        if not np.isnan(prices[r]) and nearer_sibling(book, r, prices[r], prices, moment):
            prices[r] = np.nan
    scale = 1.0
    for opening in (False, True):
        for side in (-1.0, 1.0):
            if opening and (side > 0.0 or settings[p.LEVERAGE] > 0.0) and scale == 1.0:
                scale = cash_scale(moment, t, count, bars, state, lists, vectors, prices)
            for k in range(count):
                r = active[k]
                if np.isnan(prices[r]) or book[r, STATE] != ACTIVE or book[r, LEFT] * side < 0.0:
                    continue
                held = hold[int(book[r, INSTRUMENT]), QUANTITY]
                asked = wanted(book[r], held)
                adds = asked != 0.0 and opens(asked, held)
                if opening or not adds:
                    execute(moment, t, r, scale if adds else 1.0, bars, state, lists, vectors, prices)
                    prices[r] = np.nan


@njit(
    "void(int64, int64, UniTuple(float64[:, ::1], 9), UniTuple(float64[:, ::1], 4),"
    " UniTuple(int64[::1], 2), UniTuple(float64[::1], 4), float64[::1])",
    cache=True,
)
def meet(due: int, t: int, bars: Bars, state: State, lists: Lists, vectors: Vectors, prices: Vector) -> None:
    """Go through the moments of a bar that matter, those of orders that its fills start too."""
    account = vectors[0]
    started = int(account[ACTIVES])
    for moment in range(DECIDING):
        if due >> moment & 1:
            trade(moment, t, bars, state, lists, vectors, prices)
        now = int(account[ACTIVES])
        if now > started and moment == OPENING:
            due |= moments(t, started, now, lists[0], state[0], bars[HIGH], bars[LOW])
        elif now > started and moment < FRESH_STOPS:
            due |= 1 << FRESH_STOPS
        started = now
