"""Compiled loops of the simulation.

Law of the arrays: axis 0 is time, everything is C-contiguous float64, NaN is a missing price. Inside
one bar the order is: interest and borrow fee for the days gone by, dividends on what was held,
liquidation of what has no price any more, fills at the open, the mark at the close, the decision.
Each loop has a plain twin in the tests that must agree with it to the last bit.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

# Columns of a row of orders.
DECIDED, FILLED, INSTRUMENT, ASKED, DONE, PRICE, COMMISSION, SPREAD, STATUS = range(9)
ORDER_COLUMNS = 9
# Status of an order.
COMPLETE, SCALED, NO_PRICE, NO_CASH, LIQUIDATED = range(5)
# Columns of the flows of a bar.
FLOW_COMMISSION, FLOW_SPREAD, FLOW_BORROW, FLOW_INTEREST, FLOW_DIVIDENDS, FLOW_TRADED = range(6)
FLOW_COLUMNS = 6
# Places in the vector of settings.
CASH, BPS, PER_SHARE, MINIMUM, HALF_SPREAD, INTEREST, BORROW, STALE, SAME_CLOSE = range(9)
# Columns of a row of trades, and why a trade ended.
T_INSTRUMENT, T_SIDE, T_OPENED, T_CLOSED, T_QUANTITY, T_ENTRY, T_EXIT, T_COSTS, T_MAE, T_MFE, T_REASON = (
    range(11)
)
TRADE_COLUMNS = 11
STILL_OPEN, REDUCED, EXITED, FLIPPED, DELISTED = range(5)

DUST = 1e-12
"""An order worth less than this share of the equity is none: it is rounding."""

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]


@njit("float64(float64, float64, float64[::1])", cache=True)
def commission(quantity: float, price: float, settings: Vector) -> float:
    """Commission of one order: basis points of its value and an amount per share, at least the minimum."""
    size = abs(quantity)
    linear = size * price * settings[BPS] + size * settings[PER_SHARE]
    return float(max(linear, settings[MINIMUM]))


@njit("float64[:, ::1](float64[:, ::1])", cache=True)
def grown(rows: Matrix) -> Matrix:
    """The same rows with twice the room."""
    larger = np.empty((rows.shape[0] * 2, rows.shape[1]))
    larger[: rows.shape[0]] = rows
    return larger


@njit(
    "void(float64[:, ::1], int64, int64, int64, int64, float64, float64, float64, float64, float64, int64)",
    cache=True,
)
def write_order(
    orders: Matrix,
    k: int,
    decided: int,
    filled: int,
    instrument: int,
    asked: float,
    done: float,
    price: float,
    fee: float,
    spread: float,
    status: int,
) -> None:
    orders[k, DECIDED] = decided
    orders[k, FILLED] = filled
    orders[k, INSTRUMENT] = instrument
    orders[k, ASKED] = asked
    orders[k, DONE] = done
    orders[k, PRICE] = price
    orders[k, COMMISSION] = fee
    orders[k, SPREAD] = spread
    orders[k, STATUS] = status


@njit(
    "float64(int64, float64[::1], float64[::1], float64[::1], float64[::1], float64, float64, float64[::1])",
    cache=True,
)
def carry(
    t: int,
    held: Vector,
    marks: Vector,
    dividends: Vector,
    flows: Vector,
    cash: float,
    days: float,
    settings: Vector,
) -> float:
    """Interest, borrow fee and dividends of one bar on what was held before it; returns the cash."""
    if t > 0:
        interest = cash * settings[INTEREST] * days / 360.0
        short = 0.0
        for n in range(held.shape[0]):
            if held[n] < 0.0:
                short -= held[n] * marks[n]
        borrow = short * settings[BORROW] * days / 360.0
        flows[FLOW_INTEREST] = interest
        flows[FLOW_BORROW] = borrow
        cash += interest - borrow
    paid = 0.0
    for n in range(held.shape[0]):
        if held[n] != 0.0 and dividends[n] != 0.0:
            paid += held[n] * dividends[n]
    flows[FLOW_DIVIDENDS] = paid
    return cash + paid


@njit("float64(float64[::1], float64[::1], float64[::1], float64, float64, float64[::1])", cache=True)
def scale_of_buys(
    target: Vector, held: Vector, prices: Vector, dust: float, cash: float, settings: Vector
) -> float:
    """The one share of every buy that the cash pays for, fees included; 1 when all fit."""
    value = 0.0
    shares = 0.0
    fees = 0.0
    orders = 0
    for n in range(held.shape[0]):
        delta = target[n] - held[n]
        if np.isnan(delta) or np.isnan(prices[n]) or delta * prices[n] <= dust:
            continue
        value += delta * prices[n]
        shares += delta
        fees += commission(delta, prices[n], settings)
        orders += 1
    if orders == 0 or value * (1.0 + settings[HALF_SPREAD]) + fees <= cash:
        return 1.0
    linear = value * (1.0 + settings[HALF_SPREAD] + settings[BPS]) + shares * settings[PER_SHARE]
    return float(max(0.0, min(1.0, (cash - orders * settings[MINIMUM]) / linear)))


@njit(
    "Tuple((float64, int64, float64[:, ::1]))(int64, int64, float64[::1], float64[::1], float64[::1],"
    " float64[::1], float64, float64, float64[:, ::1], int64, float64[::1])",
    cache=True,
)
def fill(
    decided: int,
    t: int,
    target: Vector,
    held: Vector,
    prices: Vector,
    flows: Vector,
    cash: float,
    equity: float,
    orders: Matrix,
    used: int,
    settings: Vector,
) -> tuple[float, int, Matrix]:
    """Move the holdings to their targets: sells first, then buys under one common scale."""
    dust = DUST * abs(equity)
    for side in (-1.0, 1.0):
        scale = 1.0 if side < 0 else scale_of_buys(target, held, prices, dust, cash, settings)
        for n in range(held.shape[0]):
            asked = target[n] - held[n]
            if asked * side <= 0.0 or (np.isnan(asked) and side < 0.0):
                continue
            if used == orders.shape[0]:
                orders = grown(orders)
            price = prices[n]
            if np.isnan(price) or np.isnan(asked):
                write_order(orders, used, decided, t, n, asked, 0.0, np.nan, 0.0, 0.0, NO_PRICE)
                used += 1
                continue
            if abs(asked) * price <= dust:
                continue
            done = asked * scale
            if abs(done) * price <= dust:
                write_order(orders, used, decided, t, n, asked, 0.0, price, 0.0, 0.0, NO_CASH)
                used += 1
                continue
            fee = commission(done, price, settings)
            spread = abs(done) * price * settings[HALF_SPREAD]
            cash -= done * price + fee + spread
            held[n] = target[n] if scale == 1.0 else held[n] + done
            flows[FLOW_COMMISSION] += fee
            flows[FLOW_SPREAD] += spread
            flows[FLOW_TRADED] += abs(done) * price
            status = COMPLETE if scale == 1.0 else SCALED
            write_order(orders, used, decided, t, n, asked, done, price, fee, spread, status)
            used += 1
    return cash, used, orders


@njit(
    "Tuple((float64, int64, float64[:, ::1]))(int64, float64[::1], float64[::1], float64[::1], float64[::1],"
    " float64[::1], float64, float64[:, ::1], int64, float64[::1])",
    cache=True,
)
def liquidate(
    t: int,
    stale: Vector,
    close: Vector,
    held: Vector,
    marks: Vector,
    flows: Vector,
    cash: float,
    orders: Matrix,
    used: int,
    settings: Vector,
) -> tuple[float, int, Matrix]:
    """Close at its last price, without fees, whatever has had no price for too many bars."""
    for n in range(held.shape[0]):
        stale[n] = stale[n] + 1.0 if np.isnan(close[n]) else 0.0
        if stale[n] < settings[STALE] or held[n] == 0.0:
            continue
        if used == orders.shape[0]:
            orders = grown(orders)
        write_order(orders, used, t, t, n, -held[n], -held[n], marks[n], 0.0, 0.0, LIQUIDATED)
        used += 1
        cash += held[n] * marks[n]
        flows[FLOW_TRADED] += abs(held[n]) * marks[n]
        held[n] = 0.0
    return cash, used, orders


@njit("float64(float64, float64[::1], float64[::1], float64[::1])", cache=True)
def mark(cash: float, close: Vector, held: Vector, marks: Vector) -> float:
    """Take the closes that exist as marks; returns the equity."""
    equity = cash
    for n in range(held.shape[0]):
        if not np.isnan(close[n]):
            marks[n] = close[n]
        if held[n] != 0.0:
            equity += held[n] * marks[n]
    return equity


@njit("void(float64[::1], float64[::1], float64, float64[::1])", cache=True)
def size(weights: Vector, marks: Vector, equity: float, target: Vector) -> None:
    """Shares for the weights at the decision's close; NaN where no price is known yet, and a ruined
    account wants nothing."""
    for n in range(weights.shape[0]):
        if weights[n] == 0.0 or equity <= 0.0:
            target[n] = 0.0
        else:
            target[n] = weights[n] * equity / marks[n]


@njit(
    "Tuple((float64[::1], float64[::1], float64[:, ::1], float64[:, ::1], float64[:, ::1]))"
    "(float64[:, ::1], float64[:, ::1], float64[:, ::1], float64[:, ::1], boolean[::1], float64[::1],"
    " float64[::1])",
    cache=True,
    nogil=True,
)
def run(
    open_: Matrix,
    close: Matrix,
    dividends: Matrix,
    weights: Matrix,
    rebalance: NDArray[np.bool_],
    days: Vector,
    settings: Vector,
) -> tuple[Vector, Vector, Matrix, Matrix, Matrix]:
    """Simulate one account over target weights: equity, cash, positions, flows, orders."""
    length, count = close.shape
    equity = np.empty(length)
    cashes = np.empty(length)
    positions = np.empty((length, count))
    flows = np.zeros((length, FLOW_COLUMNS))
    orders = np.empty((64 + count, ORDER_COLUMNS))
    used = 0
    cash = settings[CASH]
    worth = cash
    held = np.zeros(count)
    marks = np.full(count, np.nan)
    stale = np.zeros(count)
    target = np.zeros(count)
    pending = -1
    for t in range(length):
        cash = carry(t, held, marks, dividends[t], flows[t], cash, days[t], settings)
        cash, used, orders = liquidate(
            t, stale, close[t], held, marks, flows[t], cash, orders, used, settings
        )
        if pending >= 0:
            cash, used, orders = fill(
                pending, t, target, held, open_[t], flows[t], cash, worth, orders, used, settings
            )
            pending = -1
        worth = mark(cash, close[t], held, marks)
        if rebalance[t]:
            size(weights[t], marks, worth, target)
            if settings[SAME_CLOSE] > 0.0:
                cash, used, orders = fill(
                    t, t, target, held, close[t], flows[t], cash, worth, orders, used, settings
                )
                worth = mark(cash, close[t], held, marks)
            else:
                pending = t
        equity[t] = worth
        cashes[t] = cash
        positions[t] = held
    return equity, cashes, positions, flows, orders[:used].copy()


@njit(
    "void(float64[::1], float64[:, ::1], float64[:, ::1], int64, float64, float64, int64, float64, float64,"
    " int64, float64)",
    cache=True,
)
def write_trade(
    row: Vector,
    high: Matrix,
    low: Matrix,
    instrument: int,
    lot: float,
    entry: float,
    opened: int,
    closed: float,
    exit_: float,
    reason: int,
    same_close: float,
) -> None:
    """One round trip with its largest excursions, in fractions of the entry price."""
    side = 1.0 if lot > 0.0 else -1.0
    first = opened + 1 if same_close > 0.0 else opened
    last = int(closed) + 1
    if same_close <= 0.0 and reason in (REDUCED, EXITED, FLIPPED):
        last = int(closed)
    best = max(entry, exit_)
    worst = min(entry, exit_)
    for t in range(first, last):
        if high[t, instrument] > best:
            best = high[t, instrument]
        if low[t, instrument] < worst:
            worst = low[t, instrument]
    row[T_INSTRUMENT] = instrument
    row[T_SIDE] = side
    row[T_OPENED] = opened
    row[T_CLOSED] = closed
    row[T_QUANTITY] = abs(lot)
    row[T_ENTRY] = entry
    row[T_EXIT] = exit_
    row[T_MAE] = (entry - worst) / entry if side > 0.0 else (best - entry) / entry
    row[T_MFE] = (best - entry) / entry if side > 0.0 else (entry - worst) / entry
    row[T_REASON] = reason


@njit(
    "float64[:, ::1](float64[:, ::1], float64[:, ::1], float64[:, ::1], float64[::1], float64)",
    cache=True,
    nogil=True,
)
def round_trips(orders: Matrix, high: Matrix, low: Matrix, marks: Vector, same_close: float) -> Matrix:
    """Pair fills first in, first out. `orders` are filled ones in time order; `marks` are last closes."""
    length = high.shape[0]
    trades = np.empty((64 + orders.shape[0] * 2, TRADE_COLUMNS))
    used = 0
    order_of = np.argsort(orders[:, INSTRUMENT], kind="mergesort")
    lots = np.empty((orders.shape[0] + 1, 4))  # quantity, entry, cost per share, row of opening
    start = 0
    while start < order_of.shape[0]:
        n = int(orders[order_of[start], INSTRUMENT])
        head = 0
        tail = 0
        net = 0.0
        stop = start
        while stop < order_of.shape[0] and int(orders[order_of[stop], INSTRUMENT]) == n:
            order = orders[order_of[stop]]
            stop += 1
            left = order[DONE]
            cost = (order[COMMISSION] + order[SPREAD]) / abs(left)
            after = net + left
            if abs(after) <= 1e-9 * max(abs(net), abs(left)):
                after = 0.0
            reason = REDUCED
            if order[STATUS] == LIQUIDATED:
                reason = DELISTED
            elif after == 0.0:
                reason = EXITED
            elif after * net < 0.0:
                reason = FLIPPED
            closing_all = after == 0.0 or after * net < 0.0
            while head < tail and left * lots[head, 0] < 0.0:
                whole = abs(left) >= abs(lots[head, 0]) or closing_all
                piece = lots[head, 0] if whole else -left
                if used == trades.shape[0]:
                    trades = grown(trades)
                write_trade(
                    trades[used],
                    high,
                    low,
                    n,
                    piece,
                    lots[head, 1],
                    int(lots[head, 3]),
                    order[FILLED],
                    order[PRICE],
                    reason,
                    same_close,
                )
                trades[used, T_COSTS] = abs(piece) * (lots[head, 2] + cost)
                used += 1
                left += piece
                lots[head, 0] -= piece
                if whole:
                    head += 1
            if after == 0.0:
                left = 0.0
            if left != 0.0 and (head == tail or left * lots[tail - 1, 0] > 0.0):
                lots[tail, 0] = left
                lots[tail, 1] = order[PRICE]
                lots[tail, 2] = cost
                lots[tail, 3] = order[FILLED]
                tail += 1
            net = after
        for k in range(head, tail):
            if used == trades.shape[0]:
                trades = grown(trades)
            write_trade(
                trades[used],
                high,
                low,
                n,
                lots[k, 0],
                lots[k, 1],
                int(lots[k, 3]),
                float(length - 1),
                marks[n],
                STILL_OPEN,
                same_close,
            )
            trades[used, T_COSTS] = abs(lots[k, 0]) * lots[k, 2]
            used += 1
        start = stop
    return trades[:used].copy()
