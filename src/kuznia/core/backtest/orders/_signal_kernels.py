"""Decisions from entries and exits: orders are written into slots of the book as the account needs them.

Each instrument has two banks of five slots (entry, stop, target, trailing, exit), used in turn, so that a
position can be left and its opposite entered at one decision. Nothing is allocated.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from kuznia.core.backtest import places as p
from kuznia.core.backtest.orders._account_kernels import (
    BANK,
    CLOSE,
    CLOSED,
    FX,
    LONG_ARMED,
    OPENED,
    QUANTITY,
    SHORT_ARMED,
    WORTH,
    Bars,
    State,
    Vectors,
    end,
    last_known,
    quantity_of,
    spot,
)
from kuznia.core.backtest.orders._book_kernels import (
    ACTIVE,
    AMOUNT,
    ASKED_KIND,
    DECIDED,
    ENDED,
    FRESH,
    GTC,
    IDLE,
    KIND,
    LEFT,
    LIMIT,
    LIMIT_ORDER,
    MARKET_ORDER,
    RULE,
    STATE,
    STOP,
    STOP_ORDER,
    TIF,
    TRAIL,
    TRAILING_ORDER,
    UNIT,
    WAITING,
    Matrix,
    Rows,
    Vector,
)

# Slots of a bank.
ENTRY, STOP_LOSS, TAKE_PROFIT, TRAILING, EXIT = range(5)
SLOTS = 5
# Bits of a signal.
LONG_ENTRY, LONG_EXIT, SHORT_ENTRY, SHORT_EXIT = 1, 2, 4, 8
# Arrays by bar, and places in the rules.
SIZE, STOP_AWAY, TARGET_AWAY, TRAIL_AWAY, ENTRY_LIMIT, ENTRY_STOP, PRIORITY = range(7)
SIZE_RULE, HAS_STOP, HAS_TARGET, HAS_TRAIL, STOP_UNIT, TARGET_UNIT, TRAIL_UNIT = range(7)
ENTRY_KIND, ENTRY_TIF, MAX_BARS, COOLDOWN, NEW_SIGNAL, MAX_POSITIONS, LAG = range(7, 14)
RULE_PLACES = 14

PerBar = tuple[Matrix, ...]


@njit("boolean(float64[:, ::1], int64)", cache=True)
def working(book: Matrix, r: int) -> bool:
    return bool(book[r, STATE] == WAITING or book[r, STATE] == ACTIVE)


@njit("void(float64[:, ::1], int64, int64, float64, float64, float64, float64)", cache=True)
def prepare(book: Matrix, r: int, t: int, kind: float, left: float, tif: float, state: float) -> None:
    """A new order in a slot."""
    order = book[r]
    order[DECIDED] = t
    order[KIND] = kind
    order[ASKED_KIND] = kind
    order[LEFT] = left
    order[TIF] = tif
    order[STATE] = state
    order[FRESH] = -1.0


@njit(
    "int64(int64, int64, int64, boolean, float64, UniTuple(float64[:, ::1], 4), UniTuple(float64[::1], 4),"
    " int64[::1])",
    cache=True,
)
def leave(
    t: int, n: int, last: int, due: bool, side: float, state: State, vectors: Vectors, queue: Rows
) -> int:
    """Give up a working entry and order the position out, when the signal or the time says so."""
    book, hold = state[0], state[1]
    base = (2 * n + int(hold[n, BANK])) * SLOTS
    if not due or side == 0.0 or working(book, base + EXIT):
        return last
    if working(book, base):
        end(t, base, p.CANCELLED, state, vectors)
    held = hold[n, QUANTITY]
    if held != 0.0:
        prepare(book, base + EXIT, t, MARKET_ORDER, -held, GTC, WAITING)
        queue[last % queue.shape[0]] = base + EXIT
        last += 1
    return last


@njit("float64(int64, int64, int64, float64[:, ::1], float64[:, ::1], float64[::1])", cache=True)
def entry_side(t: int, n: int, code: int, book: Matrix, hold: Matrix, rules: Vector) -> float:
    """Side of the entry that the signal may make now: 1 long, -1 short, 0 none."""
    long = code & LONG_ENTRY and not code & LONG_EXIT
    short = code & SHORT_ENTRY and not code & SHORT_EXIT
    if (long and short) or not (long or short):
        return 0.0
    side = 1.0 if long else -1.0
    armed = hold[n, LONG_ARMED] if long else hold[n, SHORT_ARMED]
    if rules[NEW_SIGNAL] > 0.0 and armed == 0.0:
        return 0.0
    base = (2 * n + int(hold[n, BANK])) * SLOTS
    if working(book, base):
        return 0.0
    held = hold[n, QUANTITY]
    if held != 0.0 and (held * side > 0.0 or not working(book, base + EXIT) or rules[COOLDOWN] > 0.0):
        return 0.0
    if rules[COOLDOWN] > 0.0 and t - hold[n, CLOSED] < rules[COOLDOWN]:
        return 0.0
    other = (2 * n + 1 - int(hold[n, BANK])) * SLOTS
    if t - book[other, DECIDED] < rules[LAG]:
        return 0.0
    for slot in range(SLOTS):
        if book[other + slot, STATE] != ENDED:
            return 0.0
    return side


@njit(
    "int64(int64, int64, int64, float64, UniTuple(float64[:, ::1], 7), float64[::1],"
    " UniTuple(float64[:, ::1], 9), UniTuple(float64[:, ::1], 4), UniTuple(float64[::1], 4), int64[::1])",
    cache=True,
)
def enter(
    t: int,
    n: int,
    last: int,
    side: float,
    per_bar: PerBar,
    rules: Vector,
    bars: Bars,
    state: State,
    vectors: Vectors,
    queue: Rows,
) -> int:
    """Order a position in, with the stop, target and trailing stop that its fill will start."""
    book, hold = state[0], state[1]
    bank = 1 - int(hold[n, BANK])
    base = (2 * n + bank) * SLOTS
    price = last_known(bars[CLOSE], t, n) * spot(bars[FX], t, n)
    amount = side * spot(per_bar[SIZE], t, n)
    quantity = quantity_of(rules[SIZE_RULE], amount, price, vectors[0][WORTH])
    kind = rules[ENTRY_KIND]
    prepare(book, base, t, kind, quantity, rules[ENTRY_TIF], WAITING)
    book[base, RULE] = rules[SIZE_RULE]
    book[base, AMOUNT] = amount
    book[base, LIMIT] = spot(per_bar[ENTRY_LIMIT], t, n)
    book[base, STOP] = spot(per_bar[ENTRY_STOP], t, n)
    stop = spot(per_bar[STOP_AWAY], t, n)
    target = spot(per_bar[TARGET_AWAY], t, n)
    trail = spot(per_bar[TRAIL_AWAY], t, n)
    known = np.isfinite(quantity) and quantity != 0.0
    known = known and (rules[HAS_STOP] == 0.0 or stop > 0.0)
    known = known and (rules[HAS_TARGET] == 0.0 or target > 0.0)
    known = known and (rules[HAS_TRAIL] == 0.0 or trail > 0.0)
    known = known and (kind in (MARKET_ORDER, STOP_ORDER) or book[base, LIMIT] > 0.0)
    known = known and (kind in (MARKET_ORDER, LIMIT_ORDER) or book[base, STOP] > 0.0)
    if not known:
        end(t, base, p.REJECTED, state, vectors)
        book[base, DECIDED] = -np.inf
        return last
    hold[n, BANK] = bank
    if rules[HAS_STOP] > 0.0:
        prepare(book, base + STOP_LOSS, t, STOP_ORDER, -quantity, GTC, IDLE)
        book[base + STOP_LOSS, STOP] = stop
        book[base + STOP_LOSS, UNIT] = rules[STOP_UNIT]
    if rules[HAS_TARGET] > 0.0:
        prepare(book, base + TAKE_PROFIT, t, LIMIT_ORDER, -quantity, GTC, IDLE)
        book[base + TAKE_PROFIT, LIMIT] = target
        book[base + TAKE_PROFIT, UNIT] = rules[TARGET_UNIT]
    if rules[HAS_TRAIL] > 0.0:
        prepare(book, base + TRAILING, t, TRAILING_ORDER, -quantity, GTC, IDLE)
        book[base + TRAILING, TRAIL] = trail
        book[base + TRAILING, UNIT] = rules[TRAIL_UNIT]
    hold[n, LONG_ARMED if side > 0.0 else SHORT_ARMED] = 0.0
    queue[last % queue.shape[0]] = base
    return last + 1


@njit("int64(float64[:, ::1], float64[:, ::1])", cache=True)
def taken_places(book: Matrix, hold: Matrix) -> int:
    """Positions that stay, and entries at work."""
    taken = 0
    for n in range(hold.shape[0]):
        base = (2 * n + int(hold[n, BANK])) * SLOTS
        if working(book, base) or (hold[n, QUANTITY] != 0.0 and not working(book, base + EXIT)):
            taken += 1
    return taken


@njit(
    "int64(int64, int64, uint8[:, ::1], UniTuple(float64[:, ::1], 7), float64[::1],"
    " UniTuple(float64[:, ::1], 9), UniTuple(float64[:, ::1], 4), UniTuple(float64[::1], 4), int64[::1])",
    cache=True,
)
def enter_best(
    t: int,
    last: int,
    signals: NDArray[np.uint8],
    per_bar: PerBar,
    rules: Vector,
    bars: Bars,
    state: State,
    vectors: Vectors,
    queue: Rows,
) -> int:
    """Enter what has the highest priority until all places are taken; the first instrument at a tie."""
    book, hold = state[0], state[1]
    free = int(rules[MAX_POSITIONS]) - taken_places(book, hold)
    sides = np.zeros(hold.shape[0])
    for n in range(hold.shape[0]):
        if signals[t, n] != 0:
            sides[n] = entry_side(t, n, int(signals[t, n]), book, hold, rules)
    while free > 0:
        best = -1
        highest = -np.inf
        for n in range(hold.shape[0]):
            priority = spot(per_bar[PRIORITY], t, n)
            if sides[n] != 0.0 and (priority > highest or (best < 0 and not np.isnan(priority))):
                best, highest = n, priority
        if best < 0:
            break
        before = last
        last = enter(t, best, last, sides[best], per_bar, rules, bars, state, vectors, queue)
        sides[best] = 0.0
        free -= last - before
    return last


@njit("boolean(int64, uint8[:, ::1], float64[::1], float64[:, ::1], int64[::1], int64)", cache=True)
def calls(
    t: int, signals: NDArray[np.uint8], rules: Vector, hold: Matrix, held_names: Rows, count: int
) -> bool:
    """Whether anything may be decided at this close."""
    if rules[NEW_SIGNAL] > 0.0:
        return True
    for n in range(signals.shape[1]):
        if signals[t, n] != 0:
            return True
    late = False
    for k in range(count):
        late = late or 0.0 < rules[MAX_BARS] <= t + rules[LAG] - hold[held_names[k], OPENED]
    return late


@njit(
    "int64(int64, int64, uint8[:, ::1], UniTuple(float64[:, ::1], 7), float64[::1],"
    " UniTuple(float64[:, ::1], 9), UniTuple(float64[:, ::1], 4), UniTuple(float64[::1], 4), int64[::1])",
    cache=True,
)
def decide(
    t: int,
    last: int,
    signals: NDArray[np.uint8],
    per_bar: PerBar,
    rules: Vector,
    bars: Bars,
    state: State,
    vectors: Vectors,
    queue: Rows,
) -> int:
    """Decide at a close: exits first, then entries; returns the end of the queue."""
    book, hold = state[0], state[1]
    crowded = rules[MAX_POSITIONS] > 0.0
    for n in range(hold.shape[0]):
        code = int(signals[t, n])
        held = hold[n, QUANTITY]
        if code == 0 and (held == 0.0 or rules[MAX_BARS] == 0.0):
            hold[n, LONG_ARMED] = hold[n, SHORT_ARMED] = 1.0
            continue
        if not code & LONG_ENTRY:
            hold[n, LONG_ARMED] = 1.0
        if not code & SHORT_ENTRY:
            hold[n, SHORT_ARMED] = 1.0
        base = (2 * n + int(hold[n, BANK])) * SLOTS
        side = held if held != 0.0 else (book[base, LEFT] if working(book, base) else 0.0)
        due = code & (LONG_EXIT | SHORT_ENTRY) if side > 0.0 else code & (SHORT_EXIT | LONG_ENTRY)
        late = held != 0.0 and 0.0 < rules[MAX_BARS] <= t + rules[LAG] - hold[n, OPENED]
        last = leave(t, n, last, due != 0 or late, side, state, vectors, queue)
        if not crowded and code & (LONG_ENTRY | SHORT_ENTRY):
            wish = entry_side(t, n, code, book, hold, rules)
            if wish != 0.0:
                last = enter(t, n, last, wish, per_bar, rules, bars, state, vectors, queue)
    if crowded:
        last = enter_best(t, last, signals, per_bar, rules, bars, state, vectors, queue)
    return last
