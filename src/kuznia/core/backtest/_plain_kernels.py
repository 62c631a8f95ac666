"""The compiled simulation of accounts that pay commission and spread alone, over prices without gaps.

The same account as in `_kernels.run`, to the last bit: between two decisions nothing happens but marks, so
that each span of bars is one tight loop. `fill_plain` serves both.
"""

from __future__ import annotations

import numpy as np
from numba import boolean, float64, int64, njit, types, void

from kuznia.core.backtest._account_kernels import (
    ACCOUNT,
    ACTIVE,
    BORROWED,
    COUNTS,
    INTEGERS,
    MATRIX,
    NOW,
    TOTALS,
    USED,
    VECTOR,
    mark,
    wanted,
    write_order,
)
from kuznia.core.backtest._dense_kernels import ROOM, dense
from kuznia.core.backtest._input_kernels import ordinary
from kuznia.core.backtest._parts_kernels import DUST, TILE, next_decision, plain_fee
from kuznia.core.backtest._single_kernels import single
from kuznia.core.backtest.places import (
    BPS,
    CASH,
    COMMISSION,
    COMPLETE,
    DONE,
    FILLED,
    FLOW_COLUMNS,
    FLOW_COMMISSION,
    FLOW_SPREAD,
    FLOW_TRADED,
    HALF_SPREAD,
    MARGIN,
    MINIMUM,
    NARROW_COLUMNS,
    NO_CASH,
    NO_PRICE,
    PER_ORDER,
    PER_SHARE,
    PRICE,
    SCALED,
    SIZE_AT_FILL,
    SLIPPED,
    SPREAD,
    STATUS_COUNT,
)
from kuznia.core.typing import Bool, Float, Int


@njit(
    int64(INTEGERS, int64, INTEGERS, VECTOR, VECTOR, int64, INTEGERS, VECTOR, VECTOR),
    **BORROWED,
    inline="always",
)
def with_held(
    active: Int,
    held: int,
    names: Int,
    targets: Float,
    wishes: Float,
    count: int,
    all_names: Int,
    all_targets: Float,
    all_wishes: Float,
) -> int:
    """List the wanted instruments and, with a target of nothing, those held besides. All are sorted."""
    a, b, k = 0, 0, 0
    while a < held or b < count:
        if b == count or (a < held and active[a] < names[b]):
            all_names[k], all_targets[k], all_wishes[k] = active[a], 0.0, 0.0
            a += 1
        else:
            if a < held and active[a] == names[b]:
                a += 1
            all_names[k], all_targets[k], all_wishes[k] = names[b], targets[b], wishes[b]
            b += 1
        k += 1
    return k


@njit(void(INTEGERS, VECTOR, INTEGERS, int64, INTEGERS, INTEGERS), **BORROWED, inline="always")
def note_held(active: Int, held: Float, names: Int, count: int, spare: Int, counts: Int) -> None:
    """Make the sorted list of what is held, of the list before and what was traded."""
    before = counts[ACTIVE]
    a, b, k = 0, 0, 0
    while a < before or b < count:
        if b == count or (a < before and active[a] < names[b]):
            n = active[a]
            a += 1
        else:
            n = names[b]
            if a < before and active[a] == n:
                a += 1
            b += 1
        if held[n] != 0.0:
            spare[k] = n
            k += 1
    for a in range(k):
        active[a] = spare[a]
    counts[ACTIVE] = k


@njit(
    void(
        *(int64, int64, int64, INTEGERS, VECTOR, int64, float64, VECTOR, MATRIX, VECTOR, INTEGERS, VECTOR),
        *(INTEGERS, INTEGERS, MATRIX, VECTOR, MATRIX),
    ),
    **BORROWED,
    inline="always",
)
def fill_plain(
    decided: int,
    why: int,
    t: int,
    names: Int,
    targets: Float,
    count: int,
    worth: float,
    settings: Float,
    prices: Float,
    held: Float,
    spare: Int,
    account: Float,
    counts: Int,
    statuses: Int,
    flows: Float,
    totals: Float,
    orders: Float,
) -> None:
    """Fill with commission and spread alone; with `MARGIN`, without asking whether the cash pays for it."""
    half, dust = settings[HALF_SPREAD], DUST * abs(worth)
    cash, sold, paid, spreads = account[NOW], 0.0, 0.0, 0.0
    value, shares, fees, buys, complete = 0.0, 0.0, 0.0, 0, 0
    used, room, back = counts[USED], orders.shape[0], spare.shape[0] - 1
    selling, waiting = 0, 0  # lists from both ends of `spare`, without a branch that nobody can foresee
    for k in range(count):
        asked = targets[k] - held[names[k]]
        value_of = asked * prices[names[k], t]
        sells = value_of < -dust
        waits = (not sells) & (asked != 0.0) & (not value_of <= dust)
        spare[selling], spare[back - waiting] = k, k
        selling += 1 if sells else 0
        waiting += 1 if waits else 0
    for j in range(selling):
        k = spare[j]
        n = names[k]
        asked = targets[k] - held[n]
        value_of = asked * prices[n, t]
        fee = plain_fee(-value_of, -asked, settings)
        spread = -value_of * half
        cash -= value_of + (fee + spread)
        held[n] = targets[k]
        paid += fee
        spreads += spread
        sold -= value_of
        if used < room:
            write_order(
                orders, used, decided, t, n, asked, asked, prices[n, t], fee, spread, 0.0, held[n], why
            )
        used += 1
    for j in range(waiting):
        k = spare[back - j]
        asked = targets[k] - held[names[k]]
        value_of = asked * prices[names[k], t]
        if value_of > dust:
            value += value_of
            shares += asked
            fees += plain_fee(value_of, asked, settings)
            buys += 1
    statuses[why] += used - counts[USED]
    scale = 1.0
    if why != MARGIN and buys > 0 and value + value * half + fees > cash:
        linear = value * (1.0 + settings[BPS]) + value * half + shares * settings[PER_SHARE]
        fixed = buys * max(settings[MINIMUM], settings[PER_ORDER])
        scale = max(0.0, min(1.0, (cash - fixed) / linear))
    for j in range(waiting):
        k = spare[back - j]
        n = names[k]
        asked = targets[k] - held[n]
        price = prices[n, t]
        value_of = asked * scale * price
        fee, spread, status = 0.0, 0.0, why
        if value_of > dust:
            fee = plain_fee(value_of, asked * scale, settings)
            spread = value_of * half
            cash -= value_of + (fee + spread)
            held[n] = targets[k] if scale == 1.0 else held[n] + asked * scale
            paid += fee
            spreads += spread
            sold += value_of
            complete += 1
        else:
            status = NO_CASH if asked * price > dust else NO_PRICE
            statuses[status] += 1
        if used < room:
            done = asked * scale if status == why else 0.0
            price = np.nan if status == NO_PRICE else price
            status = SCALED if status == why and scale < 1.0 else status
            write_order(orders, used, decided, t, n, asked, done, price, fee, spread, 0.0, held[n], status)
        used += 1
    statuses[why if scale == 1.0 else SCALED] += complete
    counts[USED] = used
    account[NOW] = cash
    totals[FLOW_COMMISSION] += paid
    totals[FLOW_SPREAD] += spreads
    totals[FLOW_TRADED] += sold
    if flows.shape[0] > 0:
        flows[FLOW_COMMISSION, t] += paid
        flows[FLOW_SPREAD, t] += spreads
        flows[FLOW_TRADED, t] += sold


@njit(void(int64, int64, MATRIX, VECTOR, INTEGERS, int64, float64, VECTOR), **BORROWED)
def mark_span(
    first: int,
    end: int,
    close: Float,
    held: Float,
    active: Int,
    count: int,
    cash: float,
    equity: Float,
) -> None:
    """Equity of bars in which nothing is traded."""
    if end == first + 1:
        equity[first] = mark(first, close, held, active, count, cash)
        return
    worths = equity[first:end]
    if count == 1:
        shares, row = held[active[0]], close[active[0], first:end]
        for i in range(worths.shape[0]):
            worths[i] = cash + shares * row[i]
        return
    for i in range(worths.shape[0]):
        worths[i] = cash
    for k in range(count):
        shares, row = held[active[k]], close[active[k], first:end]
        for i in range(worths.shape[0]):
            worths[i] += shares * row[i]


@njit(
    void(int64, INTEGERS, VECTOR, int64, float64, MATRIX),
    **BORROWED,
    inline="always",
)
def shares_of(t: int, names: Int, targets: Float, count: int, worth: float, prices: Float) -> None:
    """Turn weights into shares at a bar's prices; a ruined account wants nothing."""
    for k in range(count):
        targets[k] = targets[k] * worth / prices[names[k], t] if worth > 0.0 else 0.0


@njit(int64(VECTOR, int64, int64), **BORROWED)
def first_ruin(equity: Float, first: int, last: int) -> int:
    """The first row of a span at which the account owes more than it has, the row after it without one."""
    below = 0
    for t in range(first, last + 1):
        below += 1 if equity[t] < 0.0 else 0
    if below == 0:
        return last + 1
    t = first
    while not equity[t] < 0.0:
        t += 1
    return t


@njit(boolean(MATRIX, MATRIX, int64, int64), **BORROWED)
def ordinary_span(prices: Float, close: Float, first: int, end: int) -> bool:
    """Whether every price of these bars is positive and finite."""
    fine = True
    for n in range(close.shape[0]):
        fine = fine and ordinary(prices[n, first:end]) and ordinary(close[n, first:end])
    return fine


@njit(
    boolean(
        *(boolean, MATRIX, MATRIX, MATRIX, boolean[::1], INTEGERS, VECTOR, VECTOR, MATRIX, MATRIX, VECTOR),
        *(types.Array(int64, 2, "C"), INTEGERS, INTEGERS, VECTOR),
    ),
    **BORROWED,
    nogil=True,
)
def spans(
    whole: bool,
    prices: Float,
    close: Float,
    weights: Float,
    rebalance: Bool,
    words: Int,
    settings: Float,
    equity: Float,
    orders: Float,
    rooms: Float,
    account: Float,
    lists: Int,
    counts: Int,
    statuses: Int,
    totals: Float,
) -> bool:
    """Simulate span by span; `rooms` (3, N) with zeros and `lists` (4, N) are room to work in.

    Writes equity, orders, statuses and totals. Unless prices are known to be `whole` they are looked at
    while they are near the processor, and it ends with false at the first that is not ordinary.
    """
    length, size = weights.shape
    held, targets, all_targets = rooms[0], rooms[1], rooms[2]
    active, spare, names, all_names = lists[0], lists[1], lists[2], lists[3]
    flows = rooms[:0]
    account[NOW], at_fill = settings[CASH], settings[SIZE_AT_FILL] > 0.0
    first, decided, count, worth, ruined = 0, -1, 0, settings[CASH], False
    seen = length if whole else 0
    while first < length:
        while seen < length and seen <= first:
            if not ordinary_span(prices, close, seen, min(seen + TILE, length)):
                return False
            seen += TILE
        for why in (MARGIN, COMPLETE):
            if decided < 0 if why == COMPLETE else not ruined:
                continue
            if at_fill and why == COMPLETE:
                now = mark(first, prices, held, active, counts[ACTIVE], account[NOW])
                shares_of(first, names, targets, count, now, prices)
            some, each, wish = count if why == COMPLETE else 0, names, targets
            if some < size:
                some = with_held(
                    active,
                    counts[ACTIVE],
                    names,
                    targets,
                    targets,
                    some,
                    all_names,
                    all_targets,
                    all_targets,
                )
                each, wish = all_names, all_targets
            fill_plain(
                decided if why == COMPLETE else first - 1,
                why,
                first,
                each,
                wish,
                some,
                worth,
                settings,
                prices,
                held,
                spare,
                account,
                counts,
                statuses,
                flows,
                totals,
                orders,
            )
            note_held(active, held, each, some, spare, counts)
        last = min(next_decision(rebalance, words, first), seen - 1)
        mark_span(first, last + 1, close, held, active, counts[ACTIVE], account[NOW], equity)
        lost = first_ruin(equity, first, last) if counts[ACTIVE] > 0 else length
        ruined, last = lost <= last, int(min(lost, last))
        worth, decided = equity[last], -1
        if rebalance[last]:
            decided = last
            count = wanted(weights[last], names, targets)
            if not at_fill or worth <= 0.0:
                shares_of(last, names, targets, count, worth, close)
        first = last + 1
    return True


@njit(
    TOTALS(boolean, MATRIX, MATRIX, MATRIX, boolean[::1], VECTOR, VECTOR, MATRIX),
    cache=True,
    nogil=True,
)
def run_plain(
    whole: bool,
    prices: Float,
    close: Float,
    weights: Float,
    rebalance: Bool,
    settings: Float,
    equity: Float,
    orders: Float,
) -> tuple[Float, Int]:
    """Simulate one account whose decisions are filled in the next bar; returns what `run` returns.

    Three loops with one meaning: for one instrument, for many that trade at most bars (when the rows of
    `orders` are narrow), and for many that are held for a while.
    """
    size = weights.shape[1]
    account, counts = np.zeros(ACCOUNT), np.zeros(COUNTS, np.int64)
    statuses, totals = np.zeros(STATUS_COUNT, np.int64), np.zeros(FLOW_COLUMNS)
    words = rebalance[: rebalance.shape[0] // 8 * 8].view(np.int64)
    if orders.shape[1] == NARROW_COLUMNS:
        room, order = np.zeros((ROOM, size)), np.zeros(2 * size, np.int64)
        fine = dense(
            prices,
            close,
            weights,
            rebalance,
            settings,
            equity,
            orders,
            room,
            order,
            account,
            statuses,
            totals,
        )
    elif size == 1:
        row = weights.reshape(weights.size)
        fine = single(
            whole,
            prices[0],
            close[0],
            row,
            rebalance,
            words,
            settings,
            equity,
            orders,
            account,
            statuses,
            totals,
        )
    else:
        fine = spans(
            whole,
            prices,
            close,
            weights,
            rebalance,
            words,
            settings,
            equity,
            orders,
            np.zeros((3, size)),
            account,
            np.zeros((4, size), np.int64),
            counts,
            statuses,
            totals,
        )
    return totals if fine else totals[:0], statuses


@njit(void(MATRIX, float64, VECTOR), cache=True, nogil=True)
def cash_of(orders: Float, start: float, cashes: Float) -> None:
    """Cash after each bar of an account that pays for its orders alone, as it was counted."""
    k = 0
    for t in range(cashes.shape[0]):
        while k < orders.shape[0] and orders[k, FILLED] <= t:
            if orders[k, DONE] != 0.0:
                paid = orders[k, COMMISSION] + orders[k, SPREAD] + orders[k, SLIPPED]
                start -= orders[k, DONE] * orders[k, PRICE] + paid
            k += 1
        cashes[t] = start
