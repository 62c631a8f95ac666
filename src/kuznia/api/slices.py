"""Which slices there are: their routes and their kinds of job."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from types import ModuleType

from fastapi import APIRouter

from kuznia.queue.kinds import JobKind

SLICES = (
    "accounts",
    "jobs",
    "datasets",
    "context",
    "universes",
    "features",
    "expressions",
    "models",
    "pipelines",
    "strategies",
    "backtests",
    "sweeps",
    "discoveries",
    "monitors",
    "evaluations",
    "trials",
)


def _modules(name: str) -> Iterator[ModuleType]:
    for one in SLICES:
        yield import_module(f"kuznia.domains.{one}.{name}")


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
