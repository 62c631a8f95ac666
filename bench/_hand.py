"""Minimal kernels written by hand: the same meaning as ours and nothing else, the limit to measure against.

They know no missing price, dividend, borrow fee, lot, limit or interest. A decision at a bar's close is
filled at the next bar's open; commission and slippage are shares of a fill's value at the market's price.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from kuznia.core.typing import Bool, Float, Int

LOG = 5
"""Columns of an order log: bar, instrument, quantity, price, cost."""
STATISTICS = 4
"""Total return, mean and deviation of returns, largest drawdown."""


@njit("Tuple((boolean[::1], boolean[::1]))(float64[::1], int64, int64)", cache=True, nogil=True)
def sma_cross(close: Float, fast: int, slow: int) -> tuple[Bool, Bool]:
    """Bars at whose close the fast average is above, and below, the slow one for the first time."""
    length = close.shape[0]
    entries = np.zeros(length, dtype=np.bool_)
    exits = np.zeros(length, dtype=np.bool_)
    short = 0.0
    long = 0.0
    above = False
    for t in range(length):
        short += close[t]
        long += close[t]
        if t >= fast:
            short -= close[t - fast]
        if t >= slow:
            long -= close[t - slow]
        if t < slow - 1:
            continue
        now = short * slow > long * fast
        entries[t] = now and not above
        exits[t] = above and not now
        above = now
    return entries, exits


@njit("float64[::1](float64[::1], float64)", cache=True, nogil=True)
def statistics(equity: Float, cash: float) -> Float:
    """Total return, mean and standard deviation of the returns, largest drawdown, in one pass."""
    length = equity.shape[0]
    last = cash
    peak = cash
    deepest = 0.0
    total = 0.0
    squares = 0.0
    for t in range(length):
        worth = equity[t]
        change = worth / last - 1.0
        total += change
        squares += change * change
        last = worth
        if worth > peak:
            peak = worth
        deepest = max(deepest, 1.0 - worth / peak)
    found = np.empty(STATISTICS)
    found[0] = last / cash - 1.0
    found[1] = total / length
    found[2] = np.sqrt((squares - total * total / length) / (length - 1))
    found[3] = deepest
    return found


@njit("float64[:, ::1](float64[:, ::1])", cache=True, nogil=True)
def longer(log: Float) -> Float:
    """The same log with twice the room."""
    larger = np.empty((log.shape[0] * 2, LOG))
    larger[: log.shape[0]] = log
    return larger


@njit(
    "Tuple((float64[::1], float64[:, ::1], float64[::1]))"
    "(float64[::1], float64[::1], boolean[::1], boolean[::1], float64, float64)",
    cache=True,
    nogil=True,
)
def single(
    open_: Float, close: Float, entries: Bool, exits: Bool, cash: float, cost: float
) -> tuple[Float, Float, Float]:
    """All cash into one instrument at an entry and out at an exit: equity, order log, statistics."""
    length = close.shape[0]
    start = cash
    equity = np.empty(length)
    log = np.empty((64, LOG))
    used = 0
    held = 0.0
    for t in range(length):
        if t > 0 and ((entries[t - 1] and held == 0.0) or (exits[t - 1] and held > 0.0)):
            price = open_[t]
            done = cash / (price * (1.0 + cost)) if held == 0.0 else -held
            paid = abs(done) * price * cost
            cash -= done * price + paid
            held = 0.0 if held > 0.0 else done
            if used == log.shape[0]:
                log = longer(log)
            log[used, 0] = t
            log[used, 1] = 0.0
            log[used, 2] = done
            log[used, 3] = price
            log[used, 4] = paid
            used += 1
        equity[t] = cash + held * close[t]
    return equity, log[:used], statistics(equity, start)


@njit(
    "Tuple((float64[::1], float64[:, ::1], float64[::1]))"
    "(float64[::1], float64[::1], float64[::1], float64[::1], boolean[::1], float64, float64, float64,"
    " float64, float64, boolean)",
    cache=True,
    nogil=True,
)
def brackets(
    open_: Float,
    high: Float,
    low: Float,
    close: Float,
    entries: Bool,
    cash: float,
    cost: float,
    stop: float,
    target: float,
    trail: float,
    entry_bar: bool,
) -> tuple[Float, Float, Float]:
    """Entries at the next open, out by stop, trailing stop or target, the stop first inside one bar.

    ``stop``, ``target`` and ``trail`` are shares of a price, above 1 for none. ``entry_bar`` says whether
    the bar of the entry is watched.
    """
    length = close.shape[0]
    start = cash
    equity = np.empty(length)
    log = np.empty((64, LOG))
    used = 0
    held = 0.0
    entry = 0.0
    best = 0.0
    for t in range(length):
        fresh = False
        if held == 0.0 and t > 0 and entries[t - 1]:
            entry = open_[t]
            best = entry
            held = cash / (entry * (1.0 + cost))
            paid = held * entry * cost
            cash -= held * entry + paid
            fresh = True
            if used == log.shape[0]:
                log = longer(log)
            log[used, 0] = t
            log[used, 1] = 0.0
            log[used, 2] = held
            log[used, 3] = entry
            log[used, 4] = paid
            used += 1
        if held > 0.0 and (entry_bar or not fresh):
            floor = max(entry * (1.0 - stop), best * (1.0 - trail))
            ceiling = entry * (1.0 + target)
            price = 0.0
            if low[t] <= floor:
                price = min(open_[t], floor)
            elif target <= 1.0 and high[t] >= ceiling:
                price = max(open_[t], ceiling)
            if price > 0.0:
                paid = held * price * cost
                cash += held * price - paid
                if used == log.shape[0]:
                    log = longer(log)
                log[used, 0] = t
                log[used, 1] = 0.0
                log[used, 2] = -held
                log[used, 3] = price
                log[used, 4] = paid
                used += 1
                held = 0.0
        if held > 0.0 and high[t] > best and (entry_bar or not fresh):
            best = high[t]
        equity[t] = cash + held * close[t]
    return equity, log[:used], statistics(equity, start)


@njit(
    "Tuple((float64[::1], float64[:, ::1], float64[::1]))"
    "(float64[:, ::1], float64[:, ::1], float64[:, ::1], boolean[::1], float64, float64)",
    cache=True,
    nogil=True,
)
def portfolio(
    open_: Float, close: Float, weights: Float, rebalance: Bool, cash: float, cost: float
) -> tuple[Float, Float, Float]:
    """Target weights of many instruments, sized at the decision's close, sells before buys."""
    length, count = close.shape
    start = cash
    equity = np.empty(length)
    log = np.empty((1024, LOG))
    used = 0
    held = np.zeros(count)
    target = np.zeros(count)
    pending = False
    for t in range(length):
        if pending:
            for side in (-1.0, 1.0):
                for n in range(count):
                    done = target[n] - held[n]
                    if done * side <= 0.0:
                        continue
                    price = open_[t, n]
                    paid = abs(done) * price * cost
                    cash -= done * price + paid
                    held[n] = target[n]
                    if used == log.shape[0]:
                        log = longer(log)
                    log[used, 0] = t
                    log[used, 1] = n
                    log[used, 2] = done
                    log[used, 3] = price
                    log[used, 4] = paid
                    used += 1
            pending = False
        worth = cash
        for n in range(count):
            worth += held[n] * close[t, n]
        equity[t] = worth
        if rebalance[t]:
            for n in range(count):
                target[n] = weights[t, n] * worth / close[t, n]
            pending = True
    return equity, log[:used], statistics(equity, start)


@njit("float64[:, ::1](float64[::1], int64[::1])", cache=True, nogil=True)
def averages(close: Float, windows: Int) -> Float:
    """One row for each window: the mean of the last closes, NaN before the window is full."""
    length = close.shape[0]
    found = np.full((windows.shape[0], length), np.nan)
    for k in range(windows.shape[0]):
        window = windows[k]
        total = 0.0
        for t in range(length):
            total += close[t]
            if t >= window:
                total -= close[t - window]
            if t >= window - 1:
                found[k, t] = total / window
    return found


@njit(
    "float64[:, ::1](float64[::1], float64[::1], float64[:, ::1], int64[:, ::1], float64, float64)",
    cache=True,
    nogil=True,
)
def sweep(open_: Float, close: Float, mean: Float, pairs: Int, cash: float, cost: float) -> Float:
    """Total return, mean and deviation of returns, drawdown and orders of each pair of averages."""
    length = close.shape[0]
    found = np.empty((pairs.shape[0], STATISTICS + 1))
    for k in range(pairs.shape[0]):
        fast = mean[pairs[k, 0]]
        slow = mean[pairs[k, 1]]
        money = cash
        held = 0.0
        last = cash
        peak = cash
        deepest = 0.0
        total = 0.0
        squares = 0.0
        orders = 0
        want = False
        for t in range(length):
            if want and held == 0.0:
                held = money / (open_[t] * (1.0 + cost))
                money = 0.0
                orders += 1
            elif held > 0.0 and not want:
                money = held * open_[t] * (1.0 - cost)
                held = 0.0
                orders += 1
            worth = money + held * close[t]
            change = worth / last - 1.0
            total += change
            squares += change * change
            last = worth
            if worth > peak:
                peak = worth
            deepest = max(deepest, 1.0 - worth / peak)
            want = fast[t] > slow[t]
        found[k, 0] = last / cash - 1.0
        found[k, 1] = total / length
        found[k, 2] = np.sqrt((squares - total * total / length) / (length - 1))
        found[k, 3] = deepest
        found[k, 4] = orders
    return found
