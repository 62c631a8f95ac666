"""The compiled simulation of one instrument whose account pays commission and spread alone, without gaps.

The account of `_plain_kernels.spans` to the last bit, without its lists of names: between two decisions
nothing happens but marks, and a fill is a handful of numbers.
"""

from __future__ import annotations

import numpy as np
from numba import boolean, float64, int64, njit, void

from kuznia.core.backtest._account_kernels import BORROWED, INTEGERS, MATRIX, VECTOR, write_order
from kuznia.core.backtest._input_kernels import ordinary
from kuznia.core.backtest._parts_kernels import DUST, TILE, next_decision, plain_fee
from kuznia.core.backtest.places import (
    BPS,
    CASH,
    COMPLETE,
    FLOW_COMMISSION,
    FLOW_SPREAD,
    FLOW_TRADED,
    HALF_SPREAD,
    MARGIN,
    MINIMUM,
    NO_CASH,
    NO_PRICE,
    PER_ORDER,
    PER_SHARE,
    SCALED,
    SIZE_AT_FILL,
)
from kuznia.core.typing import Bool, Float, Int

# The account: cash, shares, rows of the log.
MONEY, SHARES, ROWS = range(3)


@njit(float64(float64, float64, float64, float64, VECTOR), **BORROWED, inline="always")
def cash_part(value: float, asked: float, fee: float, cash: float, settings: Float) -> float:
    """The share of a buy that the cash pays for, with its costs; at most 1."""
    spread = value * settings[HALF_SPREAD]
    if not value + spread + fee > cash:
        return 1.0
    linear = value * (1.0 + settings[BPS]) + spread + asked * settings[PER_SHARE]
    fixed = max(settings[MINIMUM], settings[PER_ORDER])
    return float(max(0.0, min(1.0, (cash - fixed) / linear)))


@njit(
    void(int64, int64, int64, float64, float64, float64, VECTOR, VECTOR, INTEGERS, VECTOR, MATRIX), **BORROWED
)
def trade(
    decided: int,
    why: int,
    t: int,
    target: float,
    worth: float,
    price: float,
    settings: Float,
    account: Float,
    statuses: Int,
    totals: Float,
    orders: Float,
) -> None:
    """Move what is held to its target; with `MARGIN`, without asking whether the cash pays for it."""
    held, dust = account[SHARES], DUST * abs(worth)
    asked = target - held
    value = asked * price
    sells = value < -dust
    if asked == 0.0 or (value <= dust and not sells):
        return
    scale, status, fee, spread = 1.0, why, 0.0, 0.0
    if value > dust and why != MARGIN:
        scale = cash_part(value, asked, plain_fee(value, asked, settings), account[MONEY], settings)
    done = asked * scale
    if sells or done * price > dust:
        status = why if scale == 1.0 else SCALED
        value = done * price
        fee, spread = plain_fee(abs(value), abs(done), settings), abs(value) * settings[HALF_SPREAD]
        account[MONEY] -= value + (fee + spread)
        held = target if scale == 1.0 else held + done
        totals[FLOW_COMMISSION] += fee
        totals[FLOW_SPREAD] += spread
        totals[FLOW_TRADED] += abs(value)
    else:
        status, done = NO_CASH if value > dust else NO_PRICE, 0.0
        price = np.nan if status == NO_PRICE else price
    statuses[status] += 1
    account[SHARES] = held
    k = int(account[ROWS])
    account[ROWS] += 1.0
    write_order(orders, k, decided, t, 0, asked, done, price, fee, spread, 0.0, held, status)


@njit(int64(VECTOR, VECTOR, float64, float64), **BORROWED)
def mark_bars(close: Float, equity: Float, cash: float, held: float) -> int:
    """Write what the account is worth at each close; returns at how many it owes more than it has."""
    below = 0
    for i in range(equity.shape[0]):
        equity[i] = cash + held * close[i]
        below += 1 if equity[i] < 0.0 else 0
    return below


@njit(
    boolean(
        *(boolean, VECTOR, VECTOR, VECTOR, boolean[::1], INTEGERS, VECTOR, VECTOR),
        *(MATRIX, VECTOR, INTEGERS, VECTOR),
    ),
    **BORROWED,
    nogil=True,
)
def single(
    whole: bool,
    prices: Float,
    close: Float,
    weights: Float,
    rebalance: Bool,
    words: Int,
    settings: Float,
    equity: Float,
    orders: Float,
    account: Float,
    statuses: Int,
    totals: Float,
) -> bool:
    """Simulate one instrument; writes equity, orders, statuses and totals as `spans` does.

    Unless prices are known to be `whole` they are looked at while they are near the processor, and it ends
    with false at the first that is not ordinary.
    """
    length, at_fill = close.shape[0], settings[SIZE_AT_FILL] > 0.0
    account[MONEY] = settings[CASH]
    first, decided, wish, worth, ruined = 0, -1, 0.0, settings[CASH], False
    seen = length if whole else 0
    while first < length:
        while seen < length and seen <= first:
            end = min(seen + TILE, length)
            if not (ordinary(prices[seen:end]) and ordinary(close[seen:end])):
                return False
            seen += TILE
        price = prices[first]
        if ruined:
            trade(first - 1, MARGIN, first, 0.0, worth, price, settings, account, statuses, totals, orders)
        if decided >= 0:
            if at_fill and wish != 0.0:
                now = account[MONEY] + account[SHARES] * price
                wish = wish * now / price if now > 0.0 else 0.0
            trade(decided, COMPLETE, first, wish, worth, price, settings, account, statuses, totals, orders)
        last = min(next_decision(rebalance, words, first), seen - 1)
        held, cash = account[SHARES], account[MONEY]
        ruined = mark_bars(close[first : last + 1], equity[first : last + 1], cash, held) > 0 and held != 0.0
        if ruined:
            last = first
            while not equity[last] < 0.0:
                last += 1
        worth, decided = equity[last], -1
        if rebalance[last]:
            decided, wish = last, weights[last]
            if wish != 0.0 and (not at_fill or worth <= 0.0):
                wish = wish * worth / close[last] if worth > 0.0 else 0.0
        first = last + 1
    return True
