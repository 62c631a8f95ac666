"""The steps that look along time alone, laid out in rows of memory that is used again.

They are computed for a few instruments after another, so that what one step hands to the next is still in the
processor's cache. New memory costs as much as the computation, so each value gets a place before anything
runs: in a workspace, where the place is given to another value after the last use, or in the array that holds
the results.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from kuznia.core.expressions.steps import Choice, Form, Shape, Step, keep_finite
from kuznia.core.typing import Float, Int

_CACHED_CELLS = 8192
"""Cells of a block of instruments: 64 KiB, so that the values of several steps fit a core's cache."""


@dataclass(slots=True)
class _Memory:
    """The arrays that outlive a run, the workspace, and which instruments are being computed."""

    kept: Float
    handed: Float
    work: Float
    start: int = 0
    count: int = 0

    def view(self, row: int) -> Float:
        """The cells of a row that belong to these instruments."""
        lasting, row = (self.kept, row) if row < len(self.kept) else (self.handed, row - len(self.kept))
        if row < len(lasting):
            return np.asarray(lasting[row, self.start : self.start + self.count])
        return np.asarray(self.work[row - len(lasting), : self.count])


@dataclass(frozen=True, slots=True)
class _Program:
    """Functions of cells, one after another."""

    operations: Int

    def run(self, memory: _Memory) -> None:
        run = _operations()[1]
        run(self.operations, memory.kept, memory.handed, memory.work, memory.start, memory.count)


@dataclass(frozen=True, slots=True)
class _Computation:
    """A kernel, the rows or literals that it gets, and the first row of what it gives."""

    step: Step
    inputs: tuple[tuple[int | None, Any], ...]
    into: int

    def run(self, memory: _Memory) -> None:
        given = [literal if row is None else memory.view(row) for row, literal in self.inputs]
        if self.step.results:
            first = self.into - len(memory.kept) - len(memory.handed)
            self.step.kernel(*given, memory.work[first : first + self.step.results])
            return
        view = memory.view(self.into)
        view[...] = self.step.kernel(*given)
        keep_finite()(view.reshape(-1))


@cache
def _operations() -> tuple[int, Callable[..., None]]:
    """The number of the operation that copies, and what runs operations."""
    from kuznia.core.expressions._row_kernels import COPY, run

    return COPY, run


class Rows:
    """A layout of steps in rows.

    Parameters
    ----------
    steps : mapping of int to Step or Choice
        In the order in which they can be computed.
    given : mapping of int to value
        What is there before.
    kept, handed : sequence of int
        Places whose values outlive a run, in two arrays.
    """

    def __init__(
        self,
        steps: Mapping[int, Step | Choice],
        given: Mapping[int, Any],
        kept: Sequence[int],
        handed: Sequence[int],
    ) -> None:
        self._given, self._kept, self._handed = given, kept, handed
        self._fixed = len(kept) + len(handed)
        self._end = self._fixed
        self._free: set[int] = set()
        self._rows = {place: row for row, place in enumerate((*kept, *handed))}
        self._loads: dict[int, int] = {}
        self._operations: list[tuple[int, ...]] = []
        self._parts: list[_Program | _Computation] = []
        ending = _ending(steps)
        for place, step in steps.items():
            self._lay(place, step)
            for used in ending.get(place, ()):
                self._leave(used, steps)
        self._close()

    def run(self, shape: Shape, room: dict[str, Float]) -> dict[int, Float]:
        """Compute everything; ``room`` keeps the memory for another run."""
        count = min(shape[0], max(1, _CACHED_CELLS // max(shape[1], 1)))
        memory = _Memory(
            _array(room, "kept", (len(self._kept), *shape)),
            _array(room, "handed", (len(self._handed), *shape)),
            _array(room, "work", (self._end - self._fixed, count, shape[1])),
        )
        loaded = []
        for place, row in self._loads.items():
            value = self._given[place]
            if np.shape(value) == shape:
                loaded.append((value, row))
            else:
                memory.work[row - self._fixed] = value
        for start in range(0, shape[0], max(count, 1)):
            memory.start, memory.count = start, min(count, shape[0] - start)
            for value, row in loaded:
                memory.view(row)[...] = value[start : start + memory.count]
            for part in self._parts:
                part.run(memory)
        return dict(zip((*self._kept, *self._handed), (*memory.kept, *memory.handed), strict=True))

    def _lay(self, place: int, step: Step | Choice) -> None:
        if isinstance(step, Choice):
            self._choose(place, step)
        elif step.operation is not None:
            arguments = [self._row(at) for at, _ in step.inputs if at is not None]
            self._operate(step.operation, arguments, self._place(place))
        else:
            inputs = tuple(self._input(at, literal, step.form) for at, literal in step.inputs)
            self._close()
            into = self._take(step.results) if step.results else self._place(place)
            self._rows.setdefault(place, into)
            self._parts.append(_Computation(step, inputs, into))

    def _choose(self, place: int, choice: Choice) -> None:
        """A choice is a row of its step's, unless its value outlives the run."""
        row = self._rows[choice.whole] + choice.index
        if place in self._rows:
            self._operate(_operations()[0], [row], self._rows[place])
        else:
            self._rows[place] = row

    def _operate(self, operation: int, arguments: Sequence[int], into: int) -> None:
        filled = [*arguments, *[arguments[-1]] * (3 - len(arguments))]
        self._operations.append((operation, into, *filled))

    def _close(self) -> None:
        """End the program so far: a kernel reads what it wrote."""
        if self._operations:
            self._parts.append(_Program(np.array(self._operations, dtype=np.int64)))
            self._operations = []

    def _input(self, place: int | None, literal: Any, form: Form) -> tuple[int | None, Any]:
        if place is None:
            return None, literal
        if form is Form.PLAIN and place in self._given and np.ndim(self._given[place]) == 0:
            return None, self._given[place]
        return self._row(place), None

    def _row(self, place: int) -> int:
        """Where a value is; what is given is loaded."""
        if place not in self._rows:
            self._loads[place] = self._rows[place] = self._end  # nothing else may have been there
            self._end += 1
        return self._rows[place]

    def _place(self, place: int) -> int:
        if place not in self._rows:
            self._rows[place] = self._take(1)
        return self._rows[place]

    def _take(self, count: int) -> int:
        """The first of some rows that lie together."""
        for row in sorted(self._free):
            if all(row + n in self._free for n in range(count)):
                break
        else:
            row = self._end
            self._end += count
        self._free -= set(range(row, row + count))
        return row

    def _leave(self, place: int, steps: Mapping[int, Step | Choice]) -> None:
        """Take back the rows of a step that nothing needs any more."""
        step = steps.get(place)  # what is given stays, for the next block
        if isinstance(step, Step) and self._rows[place] >= self._fixed:
            self._free |= set(range(self._rows[place], self._rows[place] + max(step.results, 1)))


def _ending(steps: Mapping[int, Step | Choice]) -> dict[int, list[int]]:
    """At each step, the places that it is the last to need; a choice needs all of what it chooses from."""
    last: dict[int, int] = {}
    for at, step in steps.items():
        for place, _ in step.inputs:
            source = steps.get(place) if place is not None else None
            if place is not None:
                last[source.whole if isinstance(source, Choice) else place] = at
    ending: dict[int, list[int]] = {}
    for place, at in last.items():
        ending.setdefault(at, []).append(place)
    return ending


def _array(room: dict[str, Float], name: str, shape: tuple[int, ...]) -> Float:
    if name not in room or room[name].shape != shape:
        room[name] = np.empty(shape)
    return room[name]
