"""What a plan is made of: kernels with the places of their arguments, and choices from their results."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache
from typing import Any

import numpy as np

from kuznia.core.expressions.crosssection.codes import dense_codes
from kuznia.core.typing import Float

Shape = tuple[int, int]


class Form(Enum):
    """How a kernel wants its arrays: as they are, rows of all bars, or rows of all instruments."""

    PLAIN = auto()
    ALONG = auto()
    ACROSS = auto()


@dataclass(frozen=True, slots=True)
class Step:
    """One computation.

    Parameters
    ----------
    kernel : callable
        What computes it.
    form : Form
        How it wants its arrays.
    inputs : tuple of (int or None, literal)
        Where each argument is found, or the literal that it is.
    wide : bool
        Whether it needs all instruments at once.
    results : int
        How many arrays the kernel writes into its last argument; 0 when it returns its own.
    operation : int, optional
        Its number among those of rows.
    """

    kernel: Callable[..., Any]
    form: Form
    inputs: tuple[tuple[int | None, Any], ...]
    wide: bool
    results: int = 0
    operation: int | None = None

    def compute(self, values: Mapping[int, Any], shape: Shape) -> Any:
        """The value, from those that were computed before; what is infinite is not known."""
        given = [
            literal if place is None else formed(values[place], self.form, shape)
            for place, literal in self.inputs
        ]
        if self.results:
            made = np.empty((self.results, *shape))
            self.kernel(*given, made)
            return made
        result = self.kernel(*given)
        if self.form is Form.ACROSS:
            result = np.ascontiguousarray(result.T)
        if not isinstance(result, np.ndarray | np.float64) or result.dtype != np.float64:
            return result
        if result.ndim < 2 or not result.flags.carray or any(result is one for one in given):
            return np.where(np.isfinite(result), result, np.nan)
        keep_finite()(result.reshape(-1))
        return result


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several results that a step writes in one go."""

    whole: int
    index: int
    wide: bool

    @property
    def inputs(self) -> tuple[tuple[int | None, Any], ...]:
        return ((self.whole, None),)

    def compute(self, values: Mapping[int, Any], _shape: Shape) -> Float:
        chosen: Float = values[self.whole][self.index]
        return chosen


@cache
def keep_finite() -> Callable[[Float], None]:
    """The kernel; the API checks expressions and must not load numba."""
    from kuznia.core.expressions._kernels import keep_finite

    return keep_finite


def formed(value: Any, form: Form, shape: Shape) -> Any:
    """A value as a kernel wants it."""
    if form is Form.PLAIN:
        return value
    if form is Form.ALONG and value.shape == shape and value.flags.carray:
        return value
    whole = np.broadcast_to(value, shape)
    if form is Form.ALONG:
        return np.require(whole, requirements=["C", "W"])
    codes = whole.dtype == np.int64  # groups alone are whole numbers
    return np.require((dense_codes(whole) if codes else whole).T, requirements=["C", "W"])
