"""The compiled simulation of target weights: one pass over the bars.

Law of the arrays: prices and volume are (N, T) as in the panel, everything else that has bars is (T, N)
or (T,); C-contiguous float64; a missing price is NaN. Inside one bar the order is: interest and borrow
fees for the days gone by, deposits, dividends on what was held, liquidation of what has no price any
more, cuts by the margin call of the close before, fills, the mark at the close, the decision. Only what
is held or wanted is looked at. Each loop has a plain twin in the tests that agrees to the last bit.
"""

from __future__ import annotations

import numpy as np
from numba import boolean, float64, int64, njit, void

from kuznia.core.backtest._account_kernels import (
    ACCOUNT,
    ACTIVE,
    AT,
    BARS,
    BOOK,
    COUNTS,
    CUT,
    GROWTH,
    HALTED,
    INTEGERS,
    MATRIX,
    MISSING,
    MONTH_VALUE,
    NOW,
    PEAK,
    RESTING,
    SHORT_FEES,
    TOTALS,
    VECTOR,
    Bars,
    Book,
    count_at_fill,
    count_shares,
    flow,
    lacks_close,
    last_close,
    limit_weights,
    mark,
    mark_all,
    rate,
    retire,
    wanted,
    watch,
    worth_at,
    yearly_fees,
)
from kuznia.core.backtest._fill_kernels import fill
from kuznia.core.backtest._plain_kernels import fill_plain, note_held, run_plain, with_held
from kuznia.core.backtest.places import (
    CASH,
    COMPLETE,
    DEBIT,
    DELAY,
    FILL,
    FLOW_BORROW,
    FLOW_COLUMNS,
    FLOW_DEPOSITS,
    FLOW_DIVIDENDS,
    FLOW_INTEREST,
    GAPS,
    INTEREST,
    LEVERAGE,
    LIMIT_GROSS,
    LIMIT_LOSS,
    LIMIT_NAME,
    LIMIT_NET,
    LIMIT_SECTOR,
    LOT,
    MAINTENANCE,
    MARGIN,
    NEXT_OPEN,
    NO_SLIPPAGE,
    PARTICIPATION,
    SAME_CLOSE,
    SIZE_AT_FILL,
    SLIPPAGE,
    STATUS_COUNT,
    STOPPED,
    TICK,
    TIERS,
    UNKNOWN,
    WHOLE,
)
from kuznia.core.typing import Bool, Float, Int


@njit("boolean(float64[::1])", cache=True)
def has_limits(settings: Float) -> bool:
    """Whether targets are cut."""
    return bool(
        min(settings[LIMIT_GROSS], settings[LIMIT_NET], settings[LIMIT_NAME], settings[LIMIT_SECTOR]) < np.inf
    )


@njit("boolean(float64[::1], int64)", cache=True)
def is_plain(settings: Float, currencies: int) -> bool:
    """Whether commission and spread are all that happens to a fill."""
    return bool(
        settings[SLIPPAGE] == NO_SLIPPAGE
        and settings[TICK] == 0.0
        and settings[PARTICIPATION] == 0.0
        and settings[LOT] == 0.0
        and settings[TIERS] == 0.0
        and settings[LEVERAGE] == 0.0
        and settings[LIMIT_LOSS] == np.inf
        and not has_limits(settings)
        and currencies == 0
    )


@njit(void(int64, float64, float64, INTEGERS, INTEGERS, VECTOR, VECTOR, BARS, BOOK), cache=True)
def pass_days(
    t: int,
    days: float,
    deposit: float,
    starts: Int,
    columns: Int,
    values: Float,
    settings: Float,
    bars: Bars,
    book: Book,
) -> None:
    """Interest and borrow fees for the days since the close before, deposit, dividends on what was held."""
    account = book.account
    if t > 0:
        cash = account[NOW]
        interest = cash * (settings[INTEREST] if cash >= 0.0 else settings[DEBIT]) * days / 360.0
        borrow = account[SHORT_FEES] * days / 360.0
        flow(book, FLOW_INTEREST, interest)
        flow(book, FLOW_BORROW, borrow)
        account[NOW] += interest - borrow
    if deposit != 0.0:
        flow(book, FLOW_DEPOSITS, deposit)
        account[NOW] += deposit
    if starts.shape[0] > 0:
        paid = 0.0
        for k in range(starts[t], starts[t + 1]):
            n = columns[k]
            if book.held[n] != 0.0:
                paid += book.held[n] * values[k] * rate(bars.fx, t, n)
        flow(book, FLOW_DIVIDENDS, paid)
        account[NOW] += paid


@njit(
    int64(int64, VECTOR, boolean, boolean, INTEGERS, VECTOR, VECTOR, float64, INTEGERS, VECTOR, BARS, BOOK),
    cache=True,
    inline="always",
)
def decide(
    t: int,
    weights: Float,
    is_new: bool,
    cuts: bool,
    names: Int,
    targets: Float,
    wishes: Float,
    worth: float,
    sectors: Int,
    settings: Float,
    bars: Bars,
    book: Book,
) -> int:
    """Write what is wanted after bar `t`: names, and shares or, to be counted at the fill, weights."""
    count = wanted(weights, names, targets) if is_new else 0
    if cuts:
        wishes[:count] = targets[:count]
        if book.account[HALTED] > 0.0:
            targets[:count] = 0.0
        else:
            limit_weights(targets, names, count, sectors, settings)
    if settings[SIZE_AT_FILL] == 0.0:
        count_shares(t, names, targets, count, worth, bars, book)
        if cuts:
            count_shares(t, names, wishes, count, worth, bars, book)
    else:
        if worth <= 0.0:
            targets[:count], wishes[:count] = 0.0, 0.0
        for k in range(count):
            if np.isnan(last_close(bars.close, names[k], t, book.seen, book.checked)):
                targets[k], wishes[k] = np.nan, np.nan
    return count


@njit(
    void(*[int64] * 3, INTEGERS, VECTOR, VECTOR, int64, boolean, boolean, float64, VECTOR, BARS, BOOK),
    cache=True,
)
def fill_decision(
    decided: int,
    why: int,
    t: int,
    names: Int,
    targets: Float,
    wishes: Float,
    count: int,
    cuts: bool,
    plain: bool,
    worth: float,
    settings: Float,
    bars: Bars,
    book: Book,
) -> None:
    """Fill what was decided, selling what is held besides."""
    if settings[SIZE_AT_FILL] > 0.0:
        now = worth_at(t, bars, book)
        if cuts:
            count_at_fill(t, names, wishes, count, now, bars)
        count_at_fill(t, names, targets, count, now, bars)
    if count < book.held.shape[0]:
        count = with_held(
            book.active,
            book.counts[ACTIVE],
            names,
            targets,
            wishes,
            count,
            book.names,
            book.targets,
            book.wishes,
        )
        names, targets, wishes = book.names, book.targets, book.wishes
    if plain:
        fill_plain(
            decided,
            COMPLETE,
            t,
            names,
            targets,
            count,
            worth,
            settings,
            bars.prices,
            book.held,
            book.spare,
            book.account,
            book.counts,
            book.statuses,
            book.flows,
            book.totals,
            book.orders,
        )
    else:
        fill(decided, why, t, names, targets, wishes, count, worth, settings, bars, book)
    note_held(book.active, book.held, names, count, book.spare, book.counts)


@njit(void(int64, int64, float64, float64, VECTOR, BARS, BOOK), cache=True)
def fill_rest(
    decided: int, t: int, cut: float, worth: float, settings: Float, bars: Bars, book: Book
) -> None:
    """Cut everything held to a part of it after a margin call, or go on with what rests (`cut` below 0)."""
    why, count = COMPLETE, book.counts[RESTING]
    if cut >= 0.0:
        why, count = MARGIN, book.counts[ACTIVE]
        book.names[:count] = book.active[:count]
        for k in range(count):
            book.targets[k] = book.held[book.names[k]] * cut
    else:
        book.names[:count] = book.resting[:count]
        book.targets[:count] = book.resting_targets[:count]
    fill(decided, why, t, book.names, book.targets, book.targets, count, worth, settings, bars, book)
    note_held(book.active, book.held, book.names, count, book.spare, book.counts)


@njit(BOOK(int64, float64, MATRIX, MATRIX), cache=True)
def new_book(count: int, cash: float, flows: Float, orders: Float) -> Book:
    """An account with nothing but its cash."""
    account, counts = np.zeros(ACCOUNT), np.zeros(COUNTS, np.int64)
    account[NOW], account[GROWTH], account[PEAK], account[CUT] = cash, 1.0, 1.0, -1.0
    return Book(
        np.zeros(count),
        np.empty(count, np.int64),
        np.full(count, -1),
        np.full(count, -1),
        np.empty(count, np.int64),
        np.empty(count, np.int64),
        np.empty(count),
        np.empty(count),
        np.empty(count, np.int64),
        np.empty(count),
        account,
        counts,
        np.zeros(STATUS_COUNT, np.int64),
        flows,
        np.zeros(FLOW_COLUMNS),
        orders,
    )


@njit(
    TOTALS(
        int64,
        *[MATRIX] * 5,
        boolean[::1],
        VECTOR,
        INTEGERS,
        VECTOR,
        INTEGERS,
        INTEGERS,
        VECTOR,
        VECTOR,
        INTEGERS,
        VECTOR,
        VECTOR,
        VECTOR,
        VECTOR,
        MATRIX,
        MATRIX,
    ),
    cache=True,
    nogil=True,
)
def run(
    prices: int,
    open_: Float,
    close: Float,
    volume: Float,
    fx: Float,
    weights: Float,
    rebalance: Bool,
    days: Float,
    months: Int,
    deposits: Float,
    starts: Int,
    columns: Int,
    values: Float,
    own_fees: Float,
    sectors: Int,
    gone: Float,
    settings: Float,
    equity: Float,
    cashes: Float,
    flows: Float,
    orders: Float,
) -> tuple[Float, Int]:
    """Simulate one account; returns the totals of the flows and how many orders ended in which status.

    `prices` says what is known of them: `WHOLE` that none is missing, `GAPS` that some are; with `UNKNOWN`
    there are no totals when somebody must look first. The last four are written to: `flows` is given with
    zeros, or without rows for accounts that pay commission and spread alone, where `cashes` may be empty;
    orders for which `orders` has no room are only counted.
    """
    length, count = weights.shape
    book = new_book(count, settings[CASH], flows, orders)
    bars = Bars(open_ if settings[FILL] == NEXT_OPEN else close, close, volume, fx)
    account, counts, active, held = book.account, book.counts, book.active, book.held
    fees = yearly_fees(own_fees, settings)
    costly = fees.max() > 0.0
    full = costly or fx.shape[0] > 0 or settings[MAINTENANCE] > 0.0
    rates = settings[INTEREST] != 0.0 or settings[DEBIT] != 0.0
    quiet = not (rates or costly or deposits.shape[0] > 0 or starts.shape[0] > 0)
    plain = is_plain(settings, fx.shape[0])
    watched = settings[LIMIT_LOSS] < np.inf or settings[MAINTENANCE] > 0.0
    cuts = has_limits(settings) or settings[LIMIT_LOSS] < np.inf
    same, tiers = settings[FILL] == SAME_CLOSE, settings[TIERS] > 0.0
    delay = 0 if same else int(settings[DELAY])
    if prices != GAPS and plain and quiet and delay == 1 and not (full or watched or flows.shape[0] > 0):
        sums, ends = run_plain(
            prices == WHOLE, bars.prices, close, weights, rebalance, settings, equity, orders
        )
        return sums, ends
    if prices == UNKNOWN:
        return book.totals[:0], book.statuses
    slots = max(1, min(delay, length))
    names, targets = np.empty((slots, count), np.int64), np.empty((slots, count))
    wishes = np.empty((slots, count)) if cuts else targets
    plans = np.full((3, slots), -1)  # row of the decision, names that it wants, status that it gives
    worth, last, slot = settings[CASH], -1, -1
    for t in range(length):
        before, retired = worth, False
        counts[AT] = t
        if not quiet:
            deposit = deposits[t] if deposits.shape[0] > 0 else 0.0
            before += deposit
            pass_days(t, days[t], deposit, starts, columns, values, settings, bars, book)
        if tiers and t > 0 and months[t] != months[t - 1]:
            account[MONTH_VALUE] = 0.0
        slot = slot + 1 if slot + 1 < slots else 0
        due = not same and plans[0, slot] >= 0 and plans[0, slot] == t - delay
        if due or account[CUT] >= 0.0 or counts[RESTING] > 0:
            retired = True
            if lacks_close(t, close, active, counts[ACTIVE]):
                retire(t, bars, book, gone, settings)
            if account[CUT] >= 0.0:
                fill_rest(t - 1, t, account[CUT], worth, settings, bars, book)
                account[CUT], counts[RESTING] = -1.0, 0
            if due:
                last = plans[0, slot]
                fill_decision(
                    last,
                    plans[2, slot],
                    t,
                    names[slot],
                    targets[slot],
                    wishes[slot],
                    plans[1, slot],
                    cuts,
                    plain,
                    worth,
                    settings,
                    bars,
                    book,
                )
            elif counts[RESTING] > 0:
                fill_rest(last, t, -1.0, worth, settings, bars, book)
        worth = np.nan if full else mark(t, close, held, active, counts[ACTIVE], account[NOW])
        if np.isnan(worth):
            worth = mark_all(t, bars, book, fees)
            if account[MISSING] > 0.0 and not retired:
                retire(t, bars, book, gone, settings)
                worth = mark_all(t, bars, book, fees)
        if watched:
            halted = account[HALTED] > 0.0
            watch(before, worth, settings, account)
            if account[HALTED] > 0.0 and not halted:
                counts[RESTING] = 0
                targets[:] = 0.0
                plans[2] = STOPPED
        if worth < 0.0 and counts[ACTIVE] > 0:  # ruined: all is closed at the next fill
            account[CUT], counts[RESTING] = 0.0, 0
            targets[:] = 0.0
            wishes[:] = 0.0
        if rebalance[t] or (account[HALTED] > 0.0 and counts[ACTIVE] > 0):
            plans[0, slot], plans[2, slot] = t, STOPPED if account[HALTED] > 0.0 else COMPLETE
            plans[1, slot] = decide(
                t,
                weights[t],
                rebalance[t],
                cuts,
                names[slot],
                targets[slot],
                wishes[slot],
                worth,
                sectors,
                settings,
                bars,
                book,
            )
            if same:
                last = t
                fill_decision(
                    t,
                    plans[2, 0],
                    t,
                    names[0],
                    targets[0],
                    wishes[0],
                    plans[1, 0],
                    cuts,
                    plain,
                    worth,
                    settings,
                    bars,
                    book,
                )
                worth = mark_all(t, bars, book, fees)
        equity[t] = worth
        if cashes.shape[0] > 0:
            cashes[t] = account[NOW]
    return book.totals, book.statuses
