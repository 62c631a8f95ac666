"""Which slices there are, and which handlers a pool needs: a process loads no more than that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from kuznia.queue.handlers import Handler, Periodic
from kuznia.queue.kinds import JobKind, Pool

SLICES = (
    "kuznia.domains.accounts",
    "kuznia.domains.jobs",
    "kuznia.domains.datasets",
    "kuznia.domains.universes",
    "kuznia.domains.features",
    "kuznia.domains.models",
    "kuznia.domains.pipelines",
    "kuznia.domains.strategies",
    "kuznia.domains.backtests",
    "kuznia.domains.sweeps",
    "kuznia.domains.discoveries",
    "kuznia.domains.monitors",
    "kuznia.domains.evaluations",
    "kuznia.domains.trials",
)


@dataclass(frozen=True, slots=True)
class Work:
    """What a process can do."""

    handlers: dict[str, Handler[Any, Any]]
    periodic: tuple[Periodic, ...]
    kinds: dict[str, JobKind]


def work_of(pool: Pool, slices: Sequence[str] = SLICES) -> Work:
    """Import the handlers of a pool's kinds, and warm what they compute with.

    A slice's ``tasks`` may have ``warm()``, which compiles or loads kernels before the first job.
    """
    kinds: dict[str, JobKind] = {}
    handlers: dict[str, Handler[Any, Any]] = {}
    periodic: list[Periodic] = []
    for name in slices:
        declared: Sequence[JobKind] = getattr(_module(name, "schemas"), "JOB_KINDS", ())
        kinds |= {kind.name: kind for kind in declared}
        wanted = {kind.name for kind in declared if kind.pool == pool}
        only_periodic = not declared and pool == "interactive"
        tasks = _module(name, "tasks") if wanted or only_periodic else None
        if tasks is None:
            continue
        handlers |= {one.kind: one for one in tasks.HANDLERS if one.kind in wanted}
        if pool == "interactive":
            periodic += getattr(tasks, "PERIODIC", ())
        getattr(tasks, "warm", _nothing)()
    return Work(handlers, tuple(periodic), kinds)


def tasks_modules(slices: Sequence[str] = SLICES) -> Iterator[ModuleType]:
    """The ``tasks`` of every slice that has some."""
    for name in slices:
        module = _module(name, "tasks")
        if module is not None:
            yield module


def _module(slice_name: str, part: str) -> ModuleType | None:
    full = f"{slice_name}.{part}"
    return import_module(full) if find_spec(full) is not None else None


def _nothing() -> None:
    return None
