"""Kernels of the as-of join on codes of entities and times."""

from __future__ import annotations

import numba as nb
import numpy as np

from kuznia.core.typing import Codes, Int, Microseconds

NONE = 0xFFFFFFFF
"""Stands for no row, and for no entity."""
TIMES = "Array(i8, 1, 'C', readonly=True)"
CODES = "Array(u4, 1, 'C', readonly=True)"
TRUTHS = "Tuple((i8[::1], i8[::1], i8[::1], u4[::1]))"


@nb.njit("i8[::1](i8[::1], i8[::1], i8[::1])", cache=True, nogil=True)
def _use_order(ready: Microseconds, event: Microseconds, known: Microseconds) -> Int:
    """Positions sorted by (ready, event, known); equal ones stay as they came."""
    order = np.argsort(known, kind="mergesort")
    order = order[np.argsort(event[order], kind="mergesort")]
    return order[np.argsort(ready[order], kind="mergesort")]


@nb.njit(f"b1(i8[::1], i8[::1], {TIMES}, u4[::1])", cache=True, nogil=True)
def _in_use_order(ready: Microseconds, event: Microseconds, known: Microseconds, rows: Codes) -> bool:
    for n in range(1, len(ready)):
        if ready[n] != ready[n - 1]:
            if ready[n] < ready[n - 1]:
                return False
        elif event[n] != event[n - 1]:
            if event[n] < event[n - 1]:
                return False
        elif known[rows[n]] < known[rows[n - 1]]:
            return False
    return True


@nb.njit(f"{TRUTHS}({CODES}, {TIMES}, {TIMES}, i8)", cache=True, nogil=True)
def truths(
    codes: Codes, event: Microseconds, known: Microseconds, entities: int
) -> tuple[Int, Microseconds, Microseconds, Codes]:
    """Rows that are ever the truth of their entity, entity after entity, in the order of their use.

    Gives where each entity starts and where the last one ends, the time from which each row counts, its
    event, and its index.
    """
    starts = np.zeros(entities + 1, dtype=np.int64)
    for code in codes:
        if code != NONE:
            starts[code + 1] += 1
    starts = np.cumsum(starts)
    size = starts[-1]
    ready, events = np.empty(size, dtype=np.int64), np.empty(size, dtype=np.int64)
    rows = np.empty(size, dtype=np.uint32)
    place = starts[:-1].copy()
    for n in range(len(codes)):
        if codes[n] != NONE:
            at = place[codes[n]]
            ready[at], events[at], rows[at] = max(event[n], known[n]), event[n], n
            place[codes[n]] += 1
    kept = 0
    for code in range(entities):
        first, last = starts[code], starts[code + 1]
        if not _in_use_order(ready[first:last], events[first:last], known, rows[first:last]):
            times = known[rows[first:last]]
            order = _use_order(ready[first:last], events[first:last], times) + first
            ready[first:last], events[first:last], rows[first:last] = ready[order], events[order], rows[order]
        starts[code] = kept
        for n in range(first, last):
            if kept > starts[code] and events[n] < events[kept - 1]:
                continue
            if kept > starts[code] and ready[n] == ready[kept - 1]:
                kept -= 1
            ready[kept], events[kept], rows[kept] = ready[n], events[n], rows[n]
            kept += 1
    starts[entities] = kept
    return starts, ready, events, rows


@nb.njit(f"u4[::1](i8[::1], i8[::1], i8[::1], u4[::1], {CODES}, {TIMES}, i8)", cache=True, nogil=True)
def rows_at(
    starts: Int,
    ready: Microseconds,
    event: Microseconds,
    rows: Codes,
    codes: Codes,
    at: Microseconds,
    max_age: int,
) -> Codes:
    """The row that was the truth of each entity at each moment.

    Moments of one entity that do not decrease are met by steps that double, others by bisection. A
    `max_age` below 0 is no limit.
    """
    out = np.full(len(at), NONE, dtype=np.uint32)
    cursor = starts[:-1].copy()  # of each entity, the first truth after its last moment
    for n in range(len(at)):
        code = codes[n]
        if code == NONE:
            continue
        moment = at[n]
        low, high = cursor[code], starts[code + 1]
        if low > starts[code] and ready[low - 1] > moment:
            low, high = starts[code], low
        else:
            step = 1
            while low + step <= high and ready[low + step - 1] <= moment:
                low += step
                step *= 2
            high = min(low + step, high)
        while low < high:
            middle = (low + high) // 2
            if ready[middle] <= moment:
                low = middle + 1
            else:
                high = middle
        cursor[code] = low
        if low > starts[code] and (max_age < 0 or moment - event[low - 1] <= max_age):
            out[n] = rows[low - 1]
    return out
