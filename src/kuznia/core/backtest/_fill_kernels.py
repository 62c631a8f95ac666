"""Compiled fills: holdings move to their targets, sells before buys, within cash, credit and volume.

Two loops with one meaning: `fill_plain` for accounts that pay commission and spread alone, in
`_plain_kernels`, and `fill` for every other. The plain twin in the tests agrees with both to the last bit.
"""

from __future__ import annotations

import math

import numpy as np
from numba import float64, int64, njit, void

from kuznia.core.backtest._account_kernels import (
    ACTIVE,
    BARS,
    BOOK,
    INTEGERS,
    MATRIX,
    MONTH_VALUE,
    NOW,
    PAIR,
    RESTING,
    TRIPLE,
    USED,
    VECTOR,
    Bars,
    Book,
    flow,
    last_close,
    last_row,
    rate,
    write_order,
)
from kuznia.core.backtest._parts_kernels import DUST
from kuznia.core.backtest.costs._kernels import commission, commission_rate, fillable, slippage
from kuznia.core.backtest.places import (
    CARRY,
    COMPLETE,
    FLOW_COMMISSION,
    FLOW_SLIPPAGE,
    FLOW_SPREAD,
    FLOW_TRADED,
    HALF_SPREAD,
    LESS_THAN_LOT,
    LEVERAGE,
    LIMITED,
    MARGIN,
    MINIMUM,
    NO_CASH,
    NO_PRICE,
    NO_SLIPPAGE,
    NO_VOLUME,
    PARTIAL,
    PARTICIPATION,
    PER_ORDER,
    PER_SHARE,
    SCALED,
    SLIPPAGE,
    SQUARE_ROOT,
    STALE,
    TICK,
    VOLATILITY,
    WINDOW,
)
from kuznia.core.typing import Float, Int


@njit(PAIR(MATRIX, MATRIX, int64, int64, VECTOR), cache=True)
def recent(close: Float, volume: Float, n: int, t: int, settings: Float) -> tuple[float, float]:
    """Standard deviation (ddof 1) of the bars' returns and mean volume, over the window that ends at `t`.

    Bars without a close, or after one, have no return; without two returns the deviation is 0.
    """
    model = int(settings[SLIPPAGE])
    if model not in (VOLATILITY, SQUARE_ROOT):
        return 0.0, 0.0
    first = max(0, t - int(settings[WINDOW]) + 1)
    mean, squares, count = 0.0, 0.0, 0
    for s in range(max(1, first), t + 1):
        if close[n, s] > 0.0 and close[n, s - 1] > 0.0:
            mean += close[n, s] / close[n, s - 1] - 1.0
            count += 1
    if count < 2:
        return 0.0, 0.0
    mean = mean / count
    for s in range(max(1, first), t + 1):
        if close[n, s] > 0.0 and close[n, s - 1] > 0.0:
            off = close[n, s] / close[n, s - 1] - 1.0 - mean
            squares += off * off
    traded, known = 0.0, 0
    if model == SQUARE_ROOT:
        for s in range(first, t + 1):
            if volume[n, s] >= 0.0:
                traded += volume[n, s]
                known += 1
    return math.sqrt(squares / (count - 1)), traded / known if known > 0 else 0.0


@njit(float64(MATRIX, int64, int64), cache=True, inline="always")
def volume_of(volume: Float, n: int, t: int) -> float:
    """Volume of a bar; NaN when none is given."""
    return float(volume[n, t]) if volume.shape[0] > 0 else np.nan


@njit(
    TRIPLE(int64, int64, int64, float64, float64, float64, VECTOR, BARS),
    cache=True,
    inline="always",
)
def costs_of(
    decided: int, t: int, n: int, quantity: float, price: float, month: float, settings: Float, bars: Bars
) -> tuple[float, float, float]:
    """Commission, spread and slippage of a fill in the account's currency; `month` is the value traded."""
    exchange = rate(bars.fx, t, n)
    fee = commission(quantity, price * exchange, month, settings)
    slip = 0.0
    if settings[SLIPPAGE] != NO_SLIPPAGE or settings[TICK] > 0.0:
        sigma, adv = recent(bars.close, bars.volume, n, decided, settings)
        slip = slippage(quantity, price, sigma, adv, volume_of(bars.volume, n, t), settings) * exchange
    return fee, abs(quantity) * price * exchange * settings[HALF_SPREAD], slip


@njit(float64(int64, int64, INTEGERS, VECTOR, int64, float64, VECTOR, BARS, BOOK), cache=True)
def cash_scale(
    decided: int,
    t: int,
    names: Int,
    targets: Float,
    count: int,
    dust: float,
    settings: Float,
    bars: Bars,
    book: Book,
) -> float:
    """The one share of every buy that the cash pays for, with the costs of the whole order; at most 1."""
    cash, month = book.account[NOW], book.account[MONTH_VALUE]
    value, shares, fees, lost, orders = 0.0, 0.0, 0.0, 0.0, 0
    for k in range(count):
        n = names[k]
        price = bars.prices[n, t]
        asked = targets[k] - book.held[n]
        if not asked * price * rate(bars.fx, t, n) > dust:
            continue
        asked = fillable(asked, volume_of(bars.volume, n, t), settings)
        if asked <= 0.0:
            continue
        fee, spread, slip = costs_of(decided, t, n, asked, price, month, settings, bars)
        value += asked * price * rate(bars.fx, t, n)
        shares += asked
        fees += fee
        lost += spread + slip
        orders += 1
    if orders == 0 or value + lost + fees <= cash:
        return 1.0
    linear = value * (1.0 + commission_rate(month, settings)) + lost + shares * settings[PER_SHARE]
    fixed = orders * max(settings[MINIMUM], settings[PER_ORDER])
    return float(max(0.0, min(1.0, (cash - fixed) / linear)))


@njit(float64(int64, int64, INTEGERS, VECTOR, int64, float64, VECTOR, BARS, BOOK), cache=True)
def credit_scale(
    decided: int,
    t: int,
    names: Int,
    targets: Float,
    count: int,
    dust: float,
    settings: Float,
    bars: Bars,
    book: Book,
) -> float:
    """The one share of everything that opens or adds which keeps gross value within the leverage."""
    equity, gross, opened, month = book.account[NOW], 0.0, 0.0, book.account[MONTH_VALUE]
    for k in range(book.counts[ACTIVE]):
        n = book.active[k]
        price = bars.prices[n, t]
        if not price > 0.0:
            price = last_close(bars.close, n, t - 1, book.seen, book.checked)
        value = book.held[n] * price * rate(bars.fx, t, n)
        equity += value
        gross += abs(value)
    for k in range(count):
        n = names[k]
        held = book.held[n]
        asked, each = targets[k] - held, bars.prices[n, t] * rate(bars.fx, t, n)
        if not abs(asked) * each > dust:
            continue
        done = fillable(asked, volume_of(bars.volume, n, t), settings)
        if done == 0.0:
            continue
        fee, spread, slip = costs_of(decided, t, n, done, bars.prices[n, t], month, settings, bars)
        equity -= fee + spread + slip
        against = min(abs(done), abs(held)) if held * done < 0.0 else 0.0
        gross -= against * each
        opened += (abs(done) - against) * each
    if opened == 0.0:
        return 1.0
    return float(max(0.0, min(1.0, (settings[LEVERAGE] * equity - gross) / opened)))


@njit(float64(float64, float64, float64, float64, VECTOR), cache=True, inline="always")
def scaled_part(done: float, held: float, scale: float, credit: float, settings: Float) -> float:
    """What is left of an order when the cash scales it and credit scales what it opens; whole lots."""
    if scale == 1.0 and credit == 1.0:
        return done
    against = min(abs(done), abs(held)) if held * done < 0.0 else 0.0
    size = (against + (abs(done) - against) * credit) * scale
    return float(fillable(size if done > 0.0 else -size, np.inf, settings))


@njit(
    int64(*[int64] * 4, *[float64] * 5, VECTOR, BARS, BOOK),
    cache=True,
    inline="always",
)
def fill_one(
    decided: int,
    why: int,
    t: int,
    n: int,
    target: float,
    wish: float,
    scale: float,
    credit: float,
    dust: float,
    settings: Float,
    bars: Bars,
    book: Book,
) -> int:
    """Fill one order as far as price, volume, lot, cash and credit allow; 1 when volume left a rest."""
    price, exchange, before = bars.prices[n, t], rate(bars.fx, t, n), book.held[n]
    asked, status, rest, share = target - before, COMPLETE, 0, settings[PARTICIPATION]
    done, fee, spread, slip = 0.0, 0.0, 0.0, 0.0
    if not price > 0.0 or np.isnan(asked):
        status, price = NO_PRICE, np.nan
        if share > 0.0 and not np.isnan(asked):
            rest = 1 if t - last_row(bars.close, n, t, book.seen, book.checked) < settings[STALE] else 0
    elif abs(asked) * price * exchange <= dust:
        if not abs(wish - before) * price * exchange > dust:
            return 0
        status = LIMITED
    else:
        market = volume_of(bars.volume, n, t)
        short = share > 0.0 and not share * market >= abs(asked)
        taken = fillable(asked, market, settings)
        done = scaled_part(taken, before, scale, credit, settings)
        rest = 1 if short and done == taken else 0
        if taken == 0.0:
            status = NO_VOLUME if short else LESS_THAN_LOT
        elif abs(done) * price * exchange <= dust:
            status, done = NO_CASH, 0.0
        elif scale < 1.0 or done != taken:
            status = SCALED
        elif short:
            status = PARTIAL
        elif wish != target:
            status = LIMITED
    if done != 0.0:
        account = book.account
        fee, spread, slip = costs_of(decided, t, n, done, price, account[MONTH_VALUE], settings, bars)
        value = done * price * exchange
        account[MONTH_VALUE] += abs(value)
        account[NOW] -= value + (fee + spread + slip)
        book.held[n] = target if done == asked else before + done
        flow(book, FLOW_COMMISSION, fee)
        flow(book, FLOW_SPREAD, spread)
        flow(book, FLOW_SLIPPAGE, slip)
        flow(book, FLOW_TRADED, abs(value))
    if why != COMPLETE and status in (COMPLETE, LIMITED):
        status = why
    k = book.counts[USED]
    if k < book.orders.shape[0]:
        write_order(
            book.orders, k, decided, t, n, wish - before, done, price, fee, spread, slip, book.held[n], status
        )
    book.counts[USED] = k + 1
    book.statuses[status] += 1
    return rest if settings[CARRY] > 0.0 else 0


@njit(void(int64, int64, int64, INTEGERS, VECTOR, VECTOR, int64, float64, VECTOR, BARS, BOOK), cache=True)
def fill(
    decided: int,
    why: int,
    t: int,
    names: Int,
    targets: Float,
    wishes: Float,
    count: int,
    worth: float,
    settings: Float,
    bars: Bars,
    book: Book,
) -> None:
    """Fill with everything that can stand in the way; notes what rests."""
    dust, spare = DUST * abs(worth), book.spare
    credit, scale, left = 1.0, 1.0, 0
    if settings[LEVERAGE] > 0.0 and why != MARGIN:
        credit = credit_scale(decided, t, names, targets, count, dust, settings, bars, book)
    for k in range(count):
        spare[k] = 1 if targets[k] < book.held[names[k]] and bars.prices[names[k], t] > 0.0 else 0
    for side in range(1, -1, -1):
        if side == 0 and settings[LEVERAGE] == 0.0 and why != MARGIN:
            scale = cash_scale(decided, t, names, targets, count, dust, settings, bars, book)
        for k in range(count):
            n = names[k]
            if spare[k] != side or (targets[k] == book.held[n] and wishes[k] == targets[k]):
                continue
            rest = fill_one(
                decided, why, t, n, targets[k], wishes[k], scale, credit, dust, settings, bars, book
            )
            spare[k] = -1 - rest
    if why == MARGIN:
        return
    for k in range(count):
        if spare[k] == -2:
            book.resting[left], book.resting_targets[left] = names[k], targets[k]
            left += 1
    book.counts[RESTING] = left
