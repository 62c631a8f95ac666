"""What combinations want to hold, as conditions over shared rows of values.

Rows are computed once, whoever uses them; a combination is only the numbers of the rows that its
conditions compare. Bits are made for a chunk of combinations at a time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np

from kuznia.core.backtest.sweep import places
from kuznia.core.backtest.sweep.bits import _kernels as kernel
from kuznia.core.errors import BacktestError
from kuznia.core.typing import Float, Int

Sign = Literal[">", ">=", "==", "!="]
SIGNS: tuple[Sign, ...] = (">", ">=", "==", "!=")
AND, OR = places.AND, places.OR


@dataclass(frozen=True)
class Signals:
    """Conditions of ``K`` combinations over ``U`` rows of ``T`` values.

    Parameters
    ----------
    rows : float64 (U, T)
        Values that are compared; NaN where not known, and then no comparison holds.
    left, right : int64 (K, A)
        Rows that each atom compares.
    signs : tuple of {">", ">=", "==", "!="}
        Comparison of each of the ``A`` atoms.
    entries : tuple of int
        Steps in postfix order: numbers of atoms, `AND`, `OR`.
    exits : tuple of int
        The same for what ends a position; empty holds while `entries` is true.
    known_entries, known_exits : int64 (K,), optional
        First bar at which a combination's condition counts; by default the first.

    Examples
    --------
    >>> rows = np.array([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]])
    >>> crossing(rows, np.array([[0, 1]])).bits(0, 1, 0).tolist()
    [[False, True, True]]
    """

    rows: Float
    left: Int
    right: Int
    signs: tuple[Sign, ...] = (">",)
    entries: tuple[int, ...] = (0,)
    exits: tuple[int, ...] = ()
    known_entries: Int | None = field(default=None, repr=False)
    known_exits: Int | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        shape = self.left.shape
        if self.rows.ndim != 2 or len(shape) != 2 or self.right.shape != shape:
            raise BacktestError(
                f"Rows of shape {self.rows.shape} do not go with pairs of shapes {shape} and"
                f" {self.right.shape}.",
                "Give rows (U, T) and, for each combination, the numbers of the rows it compares.",
            )
        for name, numbers in (("left", self.left), ("right", self.right)):
            if numbers.size and not (numbers.min() >= 0 and numbers.max() < len(self.rows)):
                raise BacktestError(
                    f"{name} names row {numbers.max()} of {len(self.rows)}.", "Count rows from 0."
                )
        if len(self.signs) != shape[1] or any(sign not in SIGNS for sign in self.signs):
            raise BacktestError(f"The signs {self.signs} do not go with {shape[1]} atoms.", f"Use {SIGNS}.")

    def __len__(self) -> int:
        return len(self.left)

    @cached_property
    def _coded(self) -> tuple[Int, Int, Int]:
        signs = [SIGNS.index(sign) for sign in self.signs]
        return tuple(np.array(x, dtype=np.int64) for x in (signs, self.entries, self.exits))  # type: ignore[return-value]

    def words(self, begin: int, end: int, first: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint64]]:
        """Bits of the combinations `begin` to `end` from bar `first` on, 64 in a word. O(K * T)."""
        signs, entries, exits = self._coded
        length = self.rows.shape[1]
        origin = 0 if self.exits else first
        words = np.zeros((end - begin, (length - origin + 63) // 64), dtype=np.uint64)
        kernel.rule_words(
            self.rows,
            np.ascontiguousarray(self.left[begin:end]),
            np.ascontiguousarray(self.right[begin:end]),
            signs,
            entries,
            exits,
            self._known(self.known_entries, begin, end),
            self._known(self.known_exits, begin, end),
            origin,
            length - origin,
            words,
        )
        if origin < first:
            kernel.shifted(words, first, length - first)
        return words

    def bits(self, begin: int, end: int, first: int) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
        """The same, one value for each bar. (end - begin, T - first)"""
        words = self.words(begin, end, first)
        bits = np.unpackbits(words.view(np.uint8), axis=1, bitorder="little")
        return bits[:, : self.rows.shape[1] - first].astype(bool)

    def _known(self, known: Int | None, begin: int, end: int) -> Int:
        if known is None:
            return np.zeros(end - begin, dtype=np.int64)
        return np.ascontiguousarray(known[begin:end], dtype=np.int64)


def crossing(rows: Float, pairs: Int, sign: Sign = ">") -> Signals:
    """Hold while one row is above another: `pairs` (K, 2) are their numbers."""
    numbers = np.asarray(pairs, dtype=np.int64)
    if numbers.ndim != 2 or numbers.shape[1] != 2:
        raise BacktestError(f"Pairs have shape {numbers.shape}.", "Give two rows for each combination.")
    return Signals(np.ascontiguousarray(rows, dtype=np.float64), numbers[:, :1], numbers[:, 1:], (sign,))
