"""Finished steps of a pipeline: what is in the book is not computed again."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import polars as pl

from kuznia.core.models.training import Training


@dataclass(frozen=True, slots=True)
class Step:
    """What one step made.

    Parameters
    ----------
    facts : mapping
        Plain JSON values; the steps after it go by them.
    frames : mapping of str to DataFrame
        Tables, by role.
    blobs : mapping of str to bytes
        Bundles, by role.
    training : Training, optional
        What the step evaluated, for whoever keeps it; a step that is read back has none.
    """

    facts: Mapping[str, Any]
    frames: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    blobs: Mapping[str, bytes] = field(default_factory=dict)
    training: Training | None = None


class Book(Protocol):
    """Where finished steps are kept."""

    def step(self, name: str, make: Callable[[], Step]) -> Step:
        """The finished step of this name, or the one that `make` computes, kept before it is given."""


class MemoryBook:
    """Steps in memory, for a library's user and for tests.

    Examples
    --------
    >>> book = MemoryBook()
    >>> book.step("one", lambda: Step({"value": 1})).facts
    {'value': 1}
    >>> book.step("one", lambda: Step({"value": 2})).facts
    {'value': 1}
    """

    def __init__(self) -> None:
        self.steps: dict[str, Step] = {}

    def step(self, name: str, make: Callable[[], Step]) -> Step:
        """As of :class:`Book`."""
        if name not in self.steps:
            self.steps[name] = plainly(make())
        return self.steps[name]


def plainly(step: Step) -> Step:
    """The step as it would be read back: its facts through JSON, which refuses what has no place there."""
    return replace(step, facts=json.loads(json.dumps(dict(step.facts), allow_nan=False)))
