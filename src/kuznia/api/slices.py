"""Which slices there are: their routes and their kinds of job."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from fastapi import APIRouter

from kuznia.queue.kinds import JobKind

SLICES = (
    "accounts",
    "jobs",
    "datasets",
    "universes",
    "features",
    "models",
    "strategies",
    "backtests",
    "trials",
)


def _modules(name: str) -> Iterator[ModuleType]:
    for one in SLICES:
        full = f"kuznia.domains.{one}.{name}"
        if find_spec(full) is not None:
            try:
                module = import_module(full)
            except ImportError as error:
                sys.stderr.write(f"{full} is left out: {error}\n")
                continue
            yield module


def routers() -> list[APIRouter]:
    """The routers of all slices."""
    found: list[APIRouter] = []
    for module in _modules("endpoints"):
        found.extend(getattr(module, "routers", None) or [module.router])
    return found


def job_kinds() -> dict[str, JobKind]:
    """The kinds of job of all slices, by name."""
    kinds: dict[str, JobKind] = {}
    for module in _modules("schemas"):
        for kind in getattr(module, "JOB_KINDS", ()):
            if kind.name in kinds:
                raise ValueError(f"Two slices declare the kind of job {kind.name}.")
            kinds[kind.name] = kind
    return kinds
