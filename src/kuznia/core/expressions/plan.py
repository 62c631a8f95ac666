"""In which order a set of expressions is computed: each common part once, kept while something needs it.

What looks along time alone is computed for a few instruments after another, so that what one step hands to
the next is still in the processor's cache; what looks across instruments, and what depends on that, is
computed for all of them at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import cache
from typing import Any, Protocol

import numpy as np

from kuznia.core.expressions.arithmetic import ARITHMETIC
from kuznia.core.expressions.catalogue import FUNCTIONS
from kuznia.core.expressions.crosssection.codes import dense_codes
from kuznia.core.expressions.function import Family, Function, Kind, Takes
from kuznia.core.expressions.nodes import Call, Name, Node, Number, Speller, Text
from kuznia.core.typing import Float

_COUNTS = (Takes.WINDOW, Takes.LAG)
_LITERALS = (*_COUNTS, Takes.NUMBER, Takes.TEXT)
_CACHED_CELLS = 32_768
"""Cells of a block of instruments: a quarter of a megabyte, so that several values fit a core's cache."""


class Leaves(Protocol):
    """Where a plan begins."""

    def name(self, node: Name) -> Any:
        """The value of a name."""

    def given(self, node: Call) -> Any | None:
        """The value of a call that is computed elsewhere; None when it is a part like any other."""


@dataclass(frozen=True, slots=True)
class Together:
    """The kernel of a function that is one of several results computed in one go.

    Parameters
    ----------
    kernel : callable
        Takes the other arguments, then what `share` gives; results are on its first axis.
    share : callable
        From all values that calls give a parameter, and that of one call: what the kernel takes instead,
        and where the call's result stands.
    vary : str
        That parameter; it comes last.
    part : int, optional
        Place on the second axis, when the kernel is that of several functions.
    finish : callable, optional
        Applied to the result.
    """

    kernel: Callable[..., Any]
    share: Callable[[Sequence[float], float], tuple[tuple[Any, ...], int]]
    vary: str = "d"
    part: int | None = None
    finish: Callable[[Float], Float] | None = None


class _Form(Enum):
    """How a kernel wants its arrays: as they are, rows of all bars, or rows of all instruments."""

    PLAIN = auto()
    ALONG = auto()
    ACROSS = auto()


@dataclass(frozen=True, slots=True)
class _Step:
    """One computation.

    Parameters
    ----------
    kernel : callable
        What computes it.
    form : _Form
        How it wants its arrays.
    inputs : tuple of (int or None, literal)
        Where each argument is found, or the literal that it is.
    wide : bool
        Whether it needs all instruments at once.
    """

    kernel: Callable[..., Any]
    form: _Form
    inputs: tuple[tuple[int | None, Any], ...]
    wide: bool

    def compute(self, values: Mapping[int, Any], shape: tuple[int, int]) -> Any:
        """The value, from those that were computed before; what is infinite is not known."""
        given = [
            literal if place is None else _formed(values[place], self.form, shape)
            for place, literal in self.inputs
        ]
        result = self.kernel(*given)
        if self.form is _Form.ACROSS:
            result = np.ascontiguousarray(result.T)
        if not isinstance(result, np.ndarray | np.float64) or result.dtype != np.float64:
            return result
        if result.ndim < 2 or not result.flags.carray or any(result is one for one in given):
            return np.where(np.isfinite(result), result, np.nan)
        _keep_finite()(result.reshape(-1))
        return result


@dataclass(slots=True)
class Plan:
    """Parts of expressions at places, in an order in which they can be computed."""

    leaves: Leaves
    _speller: Speller = field(default_factory=Speller)
    _varied: dict[str, set[float]] = field(default_factory=dict)
    _places: dict[str, int] = field(default_factory=dict)
    _given: dict[int, Any] = field(default_factory=dict)
    _steps: dict[int, _Step] = field(default_factory=dict)

    @classmethod
    def of(cls, leaves: Leaves, parts: Sequence[Node]) -> tuple[Plan, list[int]]:
        """A plan of several parts, and the place of each; equal parts have one."""
        plan, seen = cls(leaves), set[str]()
        for part in parts:
            plan._expect(part, seen)
        return plan, [plan._add(part) for part in parts]

    def run(
        self, roots: Mapping[str, int], shape: tuple[int, int], room: dict[int, Float] | None = None
    ) -> dict[str, Float]:
        """The values of the parts at some places, on every cell.

        ``room`` keeps arrays by place for the next run of an equal plan, which overwrites them: new memory
        costs as much as the computation.
        """
        narrow = {place: step for place, step in self._steps.items() if not step.wide}
        wide = {place: step for place, step in self._steps.items() if step.wide}
        wanted = set(roots.values())
        needed = {place for step in wide.values() for place, _ in step.inputs if place is not None}
        handed = narrow.keys() & (wanted | needed)
        room = {} if room is None else room
        for place in handed - room.keys():
            room[place] = np.empty(shape)
        values = {**self._given, **{place: room[place] for place in handed}}
        rows = max(1, _CACHED_CELLS // max(shape[1], 1))
        for start in range(0, shape[0] if handed else 0, rows):
            block = slice(start, min(start + rows, shape[0]))
            own = {place: _rows(value, block) for place, value in self._given.items()}
            for place, value in _computed(narrow, own, (block.stop - start, shape[1]), set()):
                if place in handed:
                    values[place][block] = value
        values.update(_computed(wide, values, shape, wanted))
        taken = self._given.keys() | {place for place in wanted if list(roots.values()).count(place) > 1}
        return {name: _whole(values[place], shape, place in taken) for name, place in roots.items()}

    def _expect(self, node: Node, seen: set[str]) -> None:
        """See which calls differ in one literal, so that they can be computed together."""
        text = self._speller.text(node)
        if text in seen or not isinstance(node, Call):
            return
        seen.add(text)
        function = FUNCTIONS[node.function]
        kernel = _kernels()[function.family][function.name]
        if isinstance(kernel, Together):
            self._varied.setdefault(self._alike(kernel, node), set()).add(_varying(kernel, node))
        for argument in node.arguments:
            self._expect(argument, seen)

    def _alike(self, together: Together, call: Call) -> str:
        """What is equal of calls that are computed together."""
        parameters = FUNCTIONS[call.function].parameters
        same = [a for p, a in zip(parameters, call.arguments, strict=True) if p.name != together.vary]
        return f"{together.kernel.__name__}: {', '.join(self._speller.text(one) for one in same)}"

    def _add(self, node: Node) -> int:
        return self._put(self._speller.text(node), lambda: self._begin(node))

    def _put(self, text: str, make: Callable[[], Any]) -> int:
        if text not in self._places:
            made = make()  # what it needs gets a place before it
            place = self._places[text] = len(self._places)
            if isinstance(made, _Step):
                self._steps[place] = made
            else:
                self._given[place] = made
        return self._places[text]

    def _begin(self, node: Node) -> Any:
        if isinstance(node, Number):
            return np.float64(node.value)
        if isinstance(node, Text):
            return node.value
        if isinstance(node, Name):
            return _known(self.leaves.name(node))
        value = self.leaves.given(node)
        return self._step(node) if value is None else value

    def _step(self, call: Call) -> _Step:
        function = FUNCTIONS[call.function]
        inputs: list[tuple[int | None, Any]] = []
        for parameter, argument in zip(function.parameters, call.arguments, strict=True):
            if parameter.takes in _LITERALS and isinstance(argument, Number | Text):
                value = argument.value
                inputs.append((None, int(value) if parameter.takes in _COUNTS else value))
            else:
                inputs.append((self._add(argument), None))
        kernel, form, wide = _kernels()[function.family][function.name], _form(function), _is_wide(function)
        wide = wide or any(
            place in self._steps and self._steps[place].wide for place, _ in inputs if place is not None
        )
        if not isinstance(kernel, Together):
            return _Step(kernel, form, tuple(inputs), wide)
        alike = self._alike(kernel, call)
        shared, place = kernel.share(sorted(self._varied[alike]), _varying(kernel, call))
        given = (*inputs[:-1], *((None, literal) for literal in shared))
        whole = self._put(f"{alike} {shared}", lambda: _Step(kernel.kernel, form, given, wide))
        index = place if kernel.part is None else (place, kernel.part)
        return _Step(_pick, _Form.PLAIN, ((whole, None), (None, index), (None, kernel.finish)), wide)


def _computed(
    steps: Mapping[int, _Step], values: dict[int, Any], shape: tuple[int, int], wanted: set[int]
) -> Iterator[tuple[int, Any]]:
    """Each step's place and value; what no later step needs, and nobody wants, is dropped."""
    last = {place: at for at, step in steps.items() for place, _ in step.inputs if place is not None}
    dropped: dict[int, list[int]] = {}
    for place, at in last.items():
        if place not in wanted:
            dropped.setdefault(at, []).append(place)
    for at, step in steps.items():
        value = step.compute(values, shape)
        if at in last:
            values[at] = value
        yield at, value
        for place in dropped.get(at, ()):
            values.pop(place, None)


@cache
def _kernels() -> Mapping[Family, Mapping[str, Any]]:
    # Imported on first use: the API checks expressions and must not load numba.
    from kuznia.core.expressions.crosssection.compute import KERNELS as across
    from kuznia.core.expressions.events.compute import KERNELS as inside
    from kuznia.core.expressions.timeseries.compute import KERNELS as along

    return {
        Family.ELEMENTWISE: ARITHMETIC,
        Family.TIME_SERIES: along,
        Family.CROSS_SECTION: across,
        Family.GROUP: across,
        Family.EVENTS: inside,
    }


@cache
def _keep_finite() -> Callable[[Float], None]:
    from kuznia.core.expressions._kernels import keep_finite

    return keep_finite


def _form(function: Function) -> _Form:
    if function.family in (Family.CROSS_SECTION, Family.GROUP):
        return _Form.ACROSS
    return _Form.ALONG if function.family is Family.TIME_SERIES else _Form.PLAIN


def _is_wide(function: Function) -> bool:
    """Whether a function needs all instruments; codes of groups are counted over all of them."""
    return function.family not in (Family.ELEMENTWISE, Family.TIME_SERIES) or function.returns is Kind.GROUP


def _formed(value: Any, form: _Form, shape: tuple[int, int]) -> Any:
    if form is _Form.PLAIN:
        return value
    if form is _Form.ALONG and value.shape == shape and value.flags.carray:
        return value
    whole = np.broadcast_to(value, shape)
    if form is _Form.ALONG:
        return np.require(whole, requirements=["C", "W"])
    codes = whole.dtype == np.int64  # groups alone are whole numbers
    return np.require((dense_codes(whole) if codes else whole).T, requirements=["C", "W"])


def _known(value: Any) -> Any:
    """What is infinite in the data is not known either."""
    infinite = isinstance(value, np.ndarray) and value.dtype == np.float64 and np.isinf(value).any()
    return np.where(np.isinf(value), np.nan, value) if infinite else value


def _pick(values: Float, place: int | tuple[int, int], finish: Callable[[Float], Float] | None) -> Float:
    return values[place] if finish is None else finish(values[place])


def _varying(together: Together, call: Call) -> float:
    parameters = FUNCTIONS[call.function].parameters
    value = next(a for p, a in zip(parameters, call.arguments, strict=True) if p.name == together.vary)
    assert isinstance(value, Number)
    return value.value


def _rows(value: Any, block: slice) -> Any:
    return value[block] if isinstance(value, np.ndarray) and value.ndim == 2 else value


def _whole(value: Any, shape: tuple[int, int], copied: bool) -> Float:
    """The value on every cell, in an array of its own."""
    if not copied and isinstance(value, np.ndarray) and value.shape == shape and value.flags.carray:
        return value
    return np.array(np.broadcast_to(value, shape), dtype=np.float64, order="C")
