"""In which order a set of expressions is computed: each common part once, kept while something needs it.

What looks along time alone is computed for a few instruments after another, so that what one step hands to
the next is still in the processor's cache; what looks across instruments, and what depends on that, is
computed for all of them at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Protocol

import numpy as np

from kuznia.core.expressions.arithmetic import ARITHMETIC
from kuznia.core.expressions.catalogue import FUNCTIONS
from kuznia.core.expressions.function import Family, Function, Kind, Takes
from kuznia.core.expressions.nodes import Call, Name, Node, Number, Speller, Text
from kuznia.core.expressions.rows import Rows
from kuznia.core.expressions.steps import Choice, Form, Shape, Step
from kuznia.core.typing import Float

_COUNTS = (Takes.WINDOW, Takes.LAG)
_LITERALS = (*_COUNTS, Takes.NUMBER, Takes.TEXT)


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
        Takes the other arguments, what `share` gives, and an array whose first axis is its results.
    share : callable
        From all values that calls give a parameter, and that of one call: what the kernel takes instead,
        how many results it gives, and which is the call's.
    vary : str
        That parameter; it comes last.
    part, parts : int
        Which function's results these are, and of how many the kernel gives one after another.
    finish : str, optional
        Name of the function of cells that is applied to the result.
    """

    kernel: Callable[..., Any]
    share: Callable[[Sequence[float], float], tuple[tuple[Any, ...], int, int]]
    vary: str = "d"
    part: int = 0
    parts: int = 1
    finish: str | None = None


@dataclass(slots=True)
class Plan:
    """Parts of expressions at places, in an order in which they can be computed."""

    leaves: Leaves
    _speller: Speller = field(default_factory=Speller)
    _varied: dict[str, set[float]] = field(default_factory=dict)
    _places: dict[str, int] = field(default_factory=dict)
    _given: dict[int, Any] = field(default_factory=dict)
    _steps: dict[int, Step | Choice] = field(default_factory=dict)

    @classmethod
    def of(cls, leaves: Leaves, parts: Sequence[Node]) -> tuple[Plan, list[int]]:
        """A plan of several parts, and the place of each; equal parts have one."""
        plan, seen = cls(leaves), set[str]()
        for part in parts:
            plan._expect(part, seen)
        return plan, [plan._add(part) for part in parts]

    def run(
        self, roots: Mapping[str, int], shape: Shape, room: dict[str, Float] | None = None
    ) -> dict[str, Float]:
        """The values of the parts at some places, on every cell.

        ``room`` keeps arrays for the next run of an equal plan, which overwrites them: new memory
        costs as much as the computation.
        """
        narrow = {place: step for place, step in self._steps.items() if not step.wide}
        wide = {place: step for place, step in self._steps.items() if step.wide}
        wanted = set(roots.values())
        needed = {place for step in wide.values() for place, _ in step.inputs if place is not None}
        kept, handed = narrow.keys() & wanted, narrow.keys() & needed - wanted
        values = dict(self._given)
        if kept or handed:
            rows = Rows(narrow, self._given, sorted(kept), sorted(handed))
            values.update(rows.run(shape, {} if room is None else room))
        _compute(wide, values, shape, wanted)
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
            if isinstance(made, Step | Choice):
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

    def _step(self, call: Call) -> Step | Choice:
        function = FUNCTIONS[call.function]
        inputs: list[tuple[int | None, Any]] = []
        for parameter, argument in zip(function.parameters, call.arguments, strict=True):
            if parameter.takes in _LITERALS and isinstance(argument, Number | Text):
                value = argument.value
                inputs.append((None, int(value) if parameter.takes in _COUNTS else value))
            else:
                inputs.append((self._add(argument), None))
        wide = _is_wide(function) or any(
            place in self._steps and self._steps[place].wide for place, _ in inputs if place is not None
        )
        kernel = _kernels()[function.family][function.name]
        if isinstance(kernel, Together):
            return self._together(kernel, call, inputs[:-1], wide)
        operation = _operations().get(function.name) if function.family is Family.ELEMENTWISE else None
        return Step(kernel, _form(function), tuple(inputs), wide, operation=operation)

    def _together(self, together: Together, call: Call, inputs: Sequence[Any], wide: bool) -> Step | Choice:
        alike = self._alike(together, call)
        shared, results, index = together.share(sorted(self._varied[alike]), _varying(together, call))
        given = (*inputs, *((None, literal) for literal in shared))
        step = Step(together.kernel, Form.ALONG, given, wide, results * together.parts)
        whole, index = self._put(f"{alike} {shared}", lambda: step), index * together.parts + together.part
        choice = Choice(whole, index, wide)
        if together.finish is None:
            return choice
        chosen = self._put(f"{alike} {shared} {index}", lambda: choice)
        operation = _operations()[together.finish]
        return Step(ARITHMETIC[together.finish], Form.PLAIN, ((chosen, None),), wide, operation=operation)


def _compute(
    steps: Mapping[int, Step | Choice], values: dict[int, Any], shape: Shape, wanted: set[int]
) -> None:
    """Add each step's value; what no later step needs, and nobody wants, is dropped."""
    last = {place: at for at, step in steps.items() for place, _ in step.inputs if place is not None}
    dropped: dict[int, list[int]] = {}
    for place, at in last.items():
        if place not in wanted:
            dropped.setdefault(at, []).append(place)
    for at, step in steps.items():
        values[at] = step.compute(values, shape)
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
def _operations() -> Mapping[str, int]:
    from kuznia.core.expressions._row_kernels import OPERATIONS

    return OPERATIONS


def _form(function: Function) -> Form:
    if function.family in (Family.CROSS_SECTION, Family.GROUP):
        return Form.ACROSS
    return Form.ALONG if function.family is Family.TIME_SERIES else Form.PLAIN


def _is_wide(function: Function) -> bool:
    """Whether a function needs all instruments; codes of groups are counted over all of them."""
    return function.family not in (Family.ELEMENTWISE, Family.TIME_SERIES) or function.returns is Kind.GROUP


def _known(value: Any) -> Any:
    """What is infinite in the data is not known either."""
    infinite = isinstance(value, np.ndarray) and value.dtype == np.float64 and np.isinf(value).any()
    return np.where(np.isinf(value), np.nan, value) if infinite else value


def _varying(together: Together, call: Call) -> float:
    parameters = FUNCTIONS[call.function].parameters
    value = next(a for p, a in zip(parameters, call.arguments, strict=True) if p.name == together.vary)
    assert isinstance(value, Number)
    return value.value


def _whole(value: Any, shape: Shape, copied: bool) -> Float:
    """The value on every cell, in an array of its own."""
    if not copied and isinstance(value, np.ndarray) and value.shape == shape and value.flags.carray:
        return value
    return np.array(np.broadcast_to(value, shape), dtype=np.float64, order="C")
