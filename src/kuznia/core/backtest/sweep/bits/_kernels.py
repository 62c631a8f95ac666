"""Compiled comparisons: conditions of many combinations over shared rows, one bit for each bar.

Bars are compared in tiles, so that what is compared stays near the processor however long the rows
are, and 64 at a time into the bits of a word. What is not known (NaN) compares false.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]  # instructions that numba has no name for
from numba import njit, types
from numba.extending import intrinsic
from numpy.typing import NDArray

from kuznia.core.backtest.sweep.places import AND, EQUAL, GREATER, GREATER_EQUAL

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]
Rows = NDArray[np.int64]
Words = NDArray[np.uint64]

TILE = 4096
TILE_WORDS = TILE // 64
LANES = 64


def _comparison(sign: str) -> Callable[..., np.uint64]:
    """What compares 64 values of two vectors from a place on: one bit for each where `sign` holds."""

    def typed(_context: Any, x: Any, y: Any, _at: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, given: Any) -> Any:
            lanes = ir.VectorType(ir.DoubleType(), LANES)
            loaded = []
            for kind, value in zip(signature.args[:2], given[:2], strict=True):
                data = context.make_array(kind)(context, builder, value).data
                place = builder.bitcast(builder.gep(data, [given[2]]), lanes.as_pointer())
                loaded.append(builder.load(place, align=8))
            return builder.bitcast(builder.fcmp_ordered(sign, *loaded), ir.IntType(LANES))

        return types.uint64(x, y, types.intp), generate

    return intrinsic(typed)


def _bits(generate: Callable[..., Any], argument: Any) -> Callable[..., int]:
    """An instruction on the bits of one number."""

    def typed(_context: Any, _given: Any) -> Any:
        return types.int64(argument), generate

    return intrinsic(typed)


def _lowest(_context: Any, builder: Any, _signature: Any, given: Any) -> Any:
    return builder.cttz(given[0], ir.Constant(ir.IntType(1), 1))


def _width(_context: Any, builder: Any, _signature: Any, given: Any) -> Any:
    zeros = builder.ctlz(given[0], ir.Constant(ir.IntType(1), 0))
    return builder.sub(ir.Constant(ir.IntType(64), 64), zeros)


greater_64, greater_equal_64 = _comparison(">"), _comparison(">=")
equal_64, different_64 = _comparison("=="), _comparison("!=")
lowest_bit = _bits(_lowest, types.uint64)
"""The place of the lowest bit of a word that is not zero."""
bit_width = _bits(_width, types.int64)
"""How many bits a number that is not negative takes; none for 0."""


@njit("boolean(float64, float64, int64)", cache=True, nogil=True, inline="always")
def holds(a: float, b: float, sign: int) -> bool:
    """One comparison."""
    if sign == GREATER:
        return a > b
    if sign == GREATER_EQUAL:
        return a >= b
    return a == b if sign == EQUAL else (a < b) | (a > b)


@njit("void(float64[::1], float64[::1], int64, int64, int64, uint64[::1])", cache=True, nogil=True)
def compare(x: Vector, y: Vector, at: int, count: int, sign: int, words: Words) -> None:
    """Compare `count` values from `at` on, one bit each; the words beyond are zero."""
    whole = count // LANES
    if sign == GREATER:
        for w in range(whole):
            words[w] = greater_64(x, y, at + LANES * w)
    elif sign == GREATER_EQUAL:
        for w in range(whole):
            words[w] = greater_equal_64(x, y, at + LANES * w)
    elif sign == EQUAL:
        for w in range(whole):
            words[w] = equal_64(x, y, at + LANES * w)
    else:
        for w in range(whole):
            words[w] = different_64(x, y, at + LANES * w)
    words[whole:] = np.uint64(0)
    for i in range(LANES * whole, count):
        if holds(x[at + i], y[at + i], sign):
            words[whole] |= np.uint64(1) << np.uint64(i % LANES)


@njit("void(uint64[::1], int64)", cache=True, nogil=True)
def forget(words: Words, count: int) -> None:
    """Make the first `count` bits zero."""
    for w in range(min(count // LANES, words.shape[0])):
        words[w] = np.uint64(0)
    if count % LANES > 0 and count // LANES < words.shape[0]:
        words[count // LANES] &= ~((np.uint64(1) << np.uint64(count % LANES)) - np.uint64(1))


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
    " uint64[:, ::1])",
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
    stack: Words,
) -> None:
    """One tile of one combination's condition, left in ``stack[0]``; bars before `known` are off."""
    top = -1
    for step in program:
        if step >= 0:
            top += 1
            compare(rows[left[k, step]], rows[right[k, step]], at, count, signs[step], stack[top])
            if known > at:
                forget(stack[top], known - at)
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
    depth = entry.shape[0] + exit_.shape[0] + 1
    one = np.empty((depth, TILE_WORDS), dtype=np.uint64)
    two = np.empty((depth, TILE_WORDS), dtype=np.uint64)
    carried = np.zeros(left.shape[0], dtype=np.uint64)
    for begin in range(0, length, TILE):
        count = min(TILE, length - begin)
        first = begin // 64
        used = (count + 63) // 64
        for k in range(left.shape[0]):
            at = origin + begin
            conditions(rows, left, right, k, known_entry[k], signs, entry, at, count, one)
            if exit_.shape[0] > 0:
                conditions(rows, left, right, k, known_exit[k], signs, exit_, at, count, two)
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
            rows[count] = 64 * w + lowest_bit(changed)
            count += 1
            changed &= changed - np.uint64(1)
    while count > 0 and rows[count - 1] >= length - 1:
        count -= 1
    return count
