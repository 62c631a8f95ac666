"""Compiled comparisons: conditions of many combinations over shared rows, one bit for each bar.

Bars are compared in tiles, so that what is compared stays near the processor however long the rows
are. What is not known (NaN) compares false.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from kuznia.core.backtest.sweep.places import AND, EQUAL, GREATER, GREATER_EQUAL

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]
Rows = NDArray[np.int64]
Words = NDArray[np.uint64]
Bytes = NDArray[np.uint8]

TILE = 4096
TILE_WORDS = TILE // 64
SPREAD_BITS = np.uint64(0x0102040810204080)
"""Times eight bytes of 0 and 1, their bits stand in the highest byte."""
SEQUENCE = np.uint64(0x03F79D71B4CB0A89)
PLACES = np.zeros(64, dtype=np.int64)
PLACES[[(0x03F79D71B4CB0A89 << bit & 0xFFFF_FFFF_FFFF_FFFF) >> 58 for bit in range(64)]] = np.arange(64)


@njit("void(float64[::1], float64[::1], int64, int64, int64, uint8[::1])", cache=True, nogil=True)
def compare(x: Vector, y: Vector, at: int, count: int, sign: int, found: Bytes) -> None:
    """Compare `count` values from `at` on, one byte each."""
    a = x[at : at + count]
    b = y[at : at + count]
    if sign == GREATER:
        for i in range(count):
            found[i] = a[i] > b[i]
    elif sign == GREATER_EQUAL:
        for i in range(count):
            found[i] = a[i] >= b[i]
    elif sign == EQUAL:
        for i in range(count):
            found[i] = a[i] == b[i]
    else:
        for i in range(count):
            found[i] = (a[i] < b[i]) | (a[i] > b[i])


@njit("void(uint64[::1], uint64[::1])", cache=True, nogil=True)
def pack(eights: Words, words: Words) -> None:
    """Bytes of 0 and 1, eight in each of `eights`, into bits."""
    for w in range(words.shape[0]):
        word = np.uint64(0)
        for k in range(8):
            word |= ((eights[8 * w + k] * SPREAD_BITS) >> np.uint64(56)) << np.uint64(8 * k)
        words[w] = word


@njit("uint64(uint64, uint64, uint64)", cache=True, nogil=True)
def latched(entry: np.uint64, exit_: np.uint64, carried: np.uint64) -> np.uint64:
    """Bits that are on from an entry to an exit, an exit winning; `carried` is 1 if on before."""
    on = entry & ~exit_
    if carried:
        on |= np.uint64(1) & ~exit_
    stays = ~exit_
    for step in (1, 2, 4, 8, 16, 32):
        on |= stays & (on << np.uint64(step))
        stays &= stays << np.uint64(step)
    return on


@njit(
    "void(float64[:, ::1], int64[:, ::1], int64[:, ::1], int64, int64, int64[::1], int64[::1], int64, int64,"
    " uint8[::1], uint64[::1], uint64[:, ::1])",
    cache=True,
    nogil=True,
)
def conditions(
    rows: Matrix,
    left: Rows,
    right: Rows,
    k: int,
    known: int,
    signs: Rows,
    program: Rows,
    at: int,
    count: int,
    found: Bytes,
    eights: Words,
    stack: Words,
) -> None:
    """One tile of one combination's condition, left in ``stack[0]``; bars before `known` are off."""
    top = -1
    for step in program:
        if step >= 0:
            top += 1
            compare(rows[left[k, step]], rows[right[k, step]], at, count, signs[step], found)
            if known > at:
                found[: min(known - at, count)] = 0
            pack(eights, stack[top])
        elif step == AND:
            top -= 1
            for w in range(TILE_WORDS):
                stack[top, w] &= stack[top + 1, w]
        else:
            top -= 1
            for w in range(TILE_WORDS):
                stack[top, w] |= stack[top + 1, w]


@njit(
    "void(float64[:, ::1], int64[:, ::1], int64[:, ::1], int64[::1], int64[::1], int64[::1], int64[::1],"
    " int64[::1], int64, int64, uint64[:, ::1])",
    cache=True,
    nogil=True,
)
def rule_words(
    rows: Matrix,
    left: Rows,
    right: Rows,
    signs: Rows,
    entry: Rows,
    exit_: Rows,
    known_entry: Rows,
    known_exit: Rows,
    origin: int,
    length: int,
    words: Words,
) -> None:
    """Bits of some combinations from bar `origin` on, tile by tile. Without exits, entries are it.

    `rows` (U, T) are operands; `left` and `right` (K, atoms) tell which of them an atom compares. Bars
    before `known_entry` and `known_exit` (K,) hold for nothing. O(K * T).
    """
    found = np.zeros(TILE, dtype=np.uint8)
    eights = found.view(np.uint64)
    depth = entry.shape[0] + exit_.shape[0] + 1
    one = np.empty((depth, TILE_WORDS), dtype=np.uint64)
    two = np.empty((depth, TILE_WORDS), dtype=np.uint64)
    carried = np.zeros(left.shape[0], dtype=np.uint64)
    for begin in range(0, length, TILE):
        count = min(TILE, length - begin)
        found[:] = 0
        first = begin // 64
        used = (count + 63) // 64
        for k in range(left.shape[0]):
            at = origin + begin
            conditions(rows, left, right, k, known_entry[k], signs, entry, at, count, found, eights, one)
            if exit_.shape[0] > 0:
                conditions(rows, left, right, k, known_exit[k], signs, exit_, at, count, found, eights, two)
                before = carried[k]
                for w in range(used):
                    one[0, w] = latched(one[0, w], two[0, w], before)
                    before = one[0, w] >> np.uint64(63)
                carried[k] = before
            words[k, first : first + used] = one[0, :used]


@njit("void(uint64[:, ::1], int64, int64)", cache=True, nogil=True)
def shifted(words: Words, by: int, length: int) -> None:
    """Drop the first `by` bits of each row; bits from `length` on become zero."""
    skip = by // 64
    right = np.uint64(by % 64)
    count = words.shape[1]
    for k in range(words.shape[0]):
        row = words[k]
        for w in range(count):
            low = row[w + skip] if w + skip < count else np.uint64(0)
            high = row[w + skip + 1] if w + skip + 1 < count else np.uint64(0)
            row[w] = (low >> right) | (high << (np.uint64(64) - right)) if right else low
        for w in range(length // 64, count):
            keep = length - 64 * w
            row[w] = row[w] & ((np.uint64(1) << np.uint64(keep)) - np.uint64(1)) if keep > 0 else np.uint64(0)


@njit("int64(uint64[::1], int64, int64[::1])", cache=True, nogil=True)
def changes(words: Words, length: int, rows: Rows) -> int:
    """Rows at which a combination's bits change and a fill can follow; returns how many."""
    count = 0
    carried = np.uint64(0)
    for w in range(words.shape[0]):
        word = words[w]
        changed = word ^ ((word << np.uint64(1)) | carried)
        carried = word >> np.uint64(63)
        while changed:
            lowest = changed & (~changed + np.uint64(1))
            rows[count] = 64 * w + PLACES[(lowest * SEQUENCE) >> np.uint64(58)]
            count += 1
            changed ^= lowest
    while count > 0 and rows[count - 1] >= length - 1:
        count -= 1
    return count
