"""Compiled loop that pairs fills into round trips. Prices are (N, T), orders and trades have one row each."""

from __future__ import annotations

import numpy as np
from numba import njit

from kuznia.core.backtest.places import (
    BECAUSE_OPEN,
    BY_LOSS,
    BY_MARGIN,
    BY_STOP,
    BY_TARGET,
    BY_TRAILING,
    COMMISSION,
    DELISTED,
    DONE,
    EXITED,
    FILLED,
    FLIPPED,
    GONE,
    INSTRUMENT,
    KIND,
    LIMIT,
    LIQUIDATED,
    MARGIN,
    MARKET,
    PRICE,
    REDUCED,
    SLIPPED,
    SPREAD,
    STATUS,
    STOPPED,
    T_CLOSED,
    T_COSTS,
    T_ENTRY,
    T_EXIT,
    T_INSTRUMENT,
    T_MAE,
    T_MFE,
    T_OPENED,
    T_QUANTITY,
    T_REASON,
    T_SIDE,
    T_SLIPPAGE,
    TRADE_COLUMNS,
    TRAILING,
)
from kuznia.core.typing import Float

# Columns of a lot: what is left of it, its price, cost and slippage of a share, its row of opening.
LEFT, ENTRY, COST, SLIP, OPENED = range(5)
BLOCK = 64
MANY = 64
"""Orders of one instrument from which extremes are read by blocks, so that many lots stay linear."""


@njit("float64[:, ::1](float64[:, ::1])", cache=True)
def grown(rows: Float) -> Float:
    """The same rows with twice the room."""
    larger = np.empty((rows.shape[0] * 2, rows.shape[1]))
    larger[: rows.shape[0]] = rows
    return larger


@njit("int64(float64[::1], float64, float64)", cache=True)
def reason_of(order: Float, net: float, after: float) -> int:
    """Why an order ends what was held before it."""
    status, kind = int(order[STATUS]), int(order[KIND])
    if status in (LIQUIDATED, DELISTED):
        return GONE
    if status == MARGIN:
        return BY_MARGIN
    if status == STOPPED:
        return BY_LOSS
    if kind == TRAILING:
        return BY_TRAILING
    if kind == LIMIT:
        return BY_TARGET
    if kind != MARKET:
        return BY_STOP
    if after == 0.0:
        return EXITED
    return FLIPPED if after * net < 0.0 else REDUCED


@njit("void(float64[::1], float64[::1], float64[::1], float64[::1])", cache=True)
def fill_blocks(high: Float, low: Float, highest: Float, lowest: Float) -> None:
    """Extremes of each whole block of bars."""
    for block in range(high.shape[0] // BLOCK):
        best, worst = -np.inf, np.inf
        for t in range(block * BLOCK, block * BLOCK + BLOCK):
            if high[t] > best:
                best = high[t]
            if low[t] < worst:
                worst = low[t]
        highest[block], lowest[block] = best, worst


@njit(
    "UniTuple(float64, 2)(float64[::1], float64[::1], float64[::1], float64[::1], int64, int64)", cache=True
)
def extremes(
    high: Float, low: Float, highest: Float, lowest: Float, first: int, last: int
) -> tuple[float, float]:
    """Highest high and lowest low of the bars `first` to `last` (excluded), by blocks if there are any."""
    best, worst = -np.inf, np.inf
    t = first
    while t < last:
        if highest.shape[0] > 0 and t % BLOCK == 0 and t + BLOCK <= last:
            best, worst = max(best, highest[t // BLOCK]), min(worst, lowest[t // BLOCK])
            t += BLOCK
            continue
        if high[t] > best:
            best = high[t]
        if low[t] < worst:
            worst = low[t]
        t += 1
    return best, worst


@njit(
    "void(float64[::1], float64[::1], float64[::1], float64[::1], float64[::1], float64[::1], int64, float64,"
    " int64, float64, int64, float64[::1], float64[::1])",
    cache=True,
)
def write_trade(
    row: Float,
    open_: Float,
    high: Float,
    low: Float,
    close: Float,
    lot: Float,
    instrument: int,
    piece: float,
    closed: int,
    exit_: float,
    reason: int,
    highest: Float,
    lowest: Float,
) -> None:
    """One round trip with its largest excursions, over the bars that were held from open to close.

    The bar of the entry counts when it was made at its open, that of the exit when it was its close.
    """
    entry = lot[ENTRY]
    opened = int(lot[OPENED])
    side = 1.0 if piece > 0.0 else -1.0
    first = opened if entry == open_[opened] else opened + 1
    last = closed + 1 if reason == BECAUSE_OPEN or exit_ == close[closed] else closed
    best, worst = extremes(high, low, highest, lowest, first, last)
    best = max(best, entry, exit_)
    worst = min(worst, entry, exit_)
    row[T_INSTRUMENT] = instrument
    row[T_SIDE] = side
    row[T_OPENED] = opened
    row[T_CLOSED] = closed
    row[T_QUANTITY] = abs(piece)
    row[T_ENTRY] = entry
    row[T_EXIT] = exit_
    row[T_COSTS] = abs(piece) * lot[COST]
    row[T_SLIPPAGE] = abs(piece) * lot[SLIP]
    row[T_MAE] = (entry - worst) / entry if side > 0.0 else (best - entry) / entry
    row[T_MFE] = (best - entry) / entry if side > 0.0 else (entry - worst) / entry
    row[T_REASON] = reason


@njit(
    "float64[:, ::1](float64[:, ::1], float64[:, ::1], float64[:, ::1], float64[:, ::1], float64[:, ::1])",
    cache=True,
    nogil=True,
)
def round_trips(orders: Float, open_: Float, high: Float, low: Float, close: Float) -> Float:
    """Pair fills first in, first out. `orders` are filled ones in time order."""
    length = high.shape[1]
    trades = np.empty((64 + orders.shape[0] * 2, TRADE_COLUMNS))
    used = 0
    order_of = np.argsort(orders[:, INSTRUMENT], kind="mergesort")
    lots = np.empty((orders.shape[0] + 1, 5))
    blocks = np.empty((2, length // BLOCK))
    start = 0
    while start < order_of.shape[0]:
        n = int(orders[order_of[start], INSTRUMENT])
        head = 0
        tail = 0
        net = 0.0
        stop = start
        many = start + MANY < order_of.shape[0] and int(orders[order_of[start + MANY], INSTRUMENT]) == n
        highest, lowest = blocks[0, : length // BLOCK], blocks[1, : length // BLOCK]
        if many:
            fill_blocks(high[n], low[n], highest, lowest)
        else:
            highest, lowest = blocks[0, :0], blocks[1, :0]
        while stop < order_of.shape[0] and int(orders[order_of[stop], INSTRUMENT]) == n:
            order = orders[order_of[stop]]
            stop += 1
            left = order[DONE]
            slip = order[SLIPPED] / abs(left)
            cost = (order[COMMISSION] + order[SPREAD] + order[SLIPPED]) / abs(left)
            after = net + left
            if abs(after) <= 1e-9 * max(abs(net), abs(left)):
                after = 0.0
            reason = reason_of(order, net, after)
            closing_all = after == 0.0 or after * net < 0.0
            closed = int(order[FILLED])
            while head < tail and left * lots[head, LEFT] < 0.0:
                whole = abs(left) >= abs(lots[head, LEFT]) or closing_all
                piece = lots[head, LEFT] if whole else -left
                if used == trades.shape[0]:
                    trades = grown(trades)
                write_trade(
                    trades[used],
                    open_[n],
                    high[n],
                    low[n],
                    close[n],
                    lots[head],
                    n,
                    piece,
                    closed,
                    order[PRICE],
                    reason,
                    highest,
                    lowest,
                )
                trades[used, T_COSTS] = abs(piece) * (lots[head, COST] + cost)
                trades[used, T_SLIPPAGE] = abs(piece) * (lots[head, SLIP] + slip)
                used += 1
                left += piece
                lots[head, LEFT] -= piece
                if whole:
                    head += 1
            if after == 0.0:
                left = 0.0
            if left != 0.0 and (head == tail or left * lots[tail - 1, LEFT] > 0.0):
                lots[tail, LEFT] = left
                lots[tail, ENTRY] = order[PRICE]
                lots[tail, COST] = cost
                lots[tail, SLIP] = slip
                lots[tail, OPENED] = order[FILLED]
                tail += 1
            net = after
        last = length - 1
        while last > 0 and np.isnan(close[n, last]):
            last -= 1
        for k in range(head, tail):
            if used == trades.shape[0]:
                trades = grown(trades)
            write_trade(
                trades[used],
                open_[n],
                high[n],
                low[n],
                close[n],
                lots[k],
                n,
                lots[k, LEFT],
                length - 1,
                close[n, last],
                BECAUSE_OPEN,
                highest,
                lowest,
            )
            used += 1
        start = stop
    return trades[:used].copy()
