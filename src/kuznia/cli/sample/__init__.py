"""The bundled sample: small real files and how each is loaded. See ``SOURCES.md`` in this folder."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class SampleDataset:
    """One dataset: what is declared, and the file that fills it.

    Parameters
    ----------
    key : str
        Its name in the demo's code.
    essential : bool
        Whether the demo needs it; the others are there to look at.
    file : str
        Name in this folder.
    declare : dict
        Body of ``POST /datasets``.
    options : dict
        Upload options.
    """

    key: str
    essential: bool
    file: str
    declare: dict[str, Any]
    options: dict[str, Any]

    def content(self) -> bytes:
        """The file as it is uploaded."""
        return (files(__package__) / self.file).read_bytes()


@dataclass(frozen=True, slots=True)
class SampleUniverse:
    """One universe: a static list of instruments."""

    key: str
    name: str
    description: str
    instruments: list[str]


@dataclass(frozen=True, slots=True)
class Sample:
    """Instruments (body of ``PUT /instruments``), then datasets, then universes: load in this order."""

    instruments: list[dict[str, Any]]
    datasets: tuple[SampleDataset, ...]
    universes: tuple[SampleUniverse, ...]

    def dataset(self, key: str) -> SampleDataset:
        return next(one for one in self.datasets if one.key == key)


@cache
def load() -> Sample:
    """Read the description of the sample."""
    told = tomllib.loads((files(__package__) / "sample.toml").read_text(encoding="utf-8"))
    return Sample(
        instruments=told["instruments"],
        datasets=tuple(SampleDataset(**{"options": {}, **one}) for one in told["datasets"]),
        universes=tuple(SampleUniverse(**one) for one in told["universes"]),
    )
