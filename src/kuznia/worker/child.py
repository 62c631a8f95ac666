"""The process that computes. Everything heavy is imported here, after the fork, and warmed."""

from __future__ import annotations

import logging
import os
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit
from uuid import UUID

from kuznia.db.session import make_engine
from kuznia.errors import Unavailable
from kuznia.queue.broker import Broker
from kuznia.queue.kinds import Pool
from kuznia.starting import importing
from kuznia.telemetry.logs import with_context, without_context
from kuznia.worker.parentage import die_with, limit_memory

if TYPE_CHECKING:
    from kuznia.store import Store
    from kuznia.worker.execution import Executor
    from kuznia.worker.slices import Work

logger = logging.getLogger(__name__)

GAVE_UP = 70
"""Exit status of a process that could not settle its job: its parent hands the job back."""


@dataclass(frozen=True)
class Plan:
    """What a parent tells its processes."""

    pool: Pool
    slices: Sequence[str]
    database_url: str
    store_url: str
    lease: timedelta
    name: str
    parent: int
    code: str
    environment: str


class Child:
    """One process of a pool, from its start to its end."""

    def __init__(self, plan: Plan, broker: Broker) -> None:
        self._plan = plan
        self._broker = broker
        self._executor: Executor | None = None
        self._work: Work | None = None
        self._last: dict[str, float] = {}

    def start(self) -> None:
        """Called once in the new process."""
        plan = self._plan
        die_with(plan.parent, signal.SIGKILL)
        limit_memory()
        started = time.monotonic()
        with importing():
            from kuznia.worker.execution import Executor
            from kuznia.worker.slices import work_of

            self._work = work_of(plan.pool, plan.slices)
        self._executor = Executor(
            engine=make_engine(plan.database_url, application=f"kuznia {plan.pool} worker", pool_size=2),
            broker=self._broker,
            store=_store(plan.store_url),
            handlers=self._work.handlers,
            worker=f"{plan.name}/{os.getpid()}",
            lease=plan.lease,
            code=plan.code,
            environment=plan.environment,
        )
        logger.info("process %s warmed up in %.1f s", os.getpid(), time.monotonic() - started)

    def run(self, job_id: str) -> str:
        """Do a job; a process that cannot settle it ends, so that nobody waits for it."""
        return self._guarded(lambda executor: executor.run(UUID(job_id)), job_id)

    def periodic(self) -> str:
        """Do what is due by the clock."""
        return self._guarded(self._periodic, "periodic")

    def _guarded(self, act: Callable[[Executor], str], what: str) -> str:
        if self._executor is None:
            os._exit(GAVE_UP)
        with_context(**{"job.id": what})
        try:
            return act(self._executor)
        except Exception:
            logger.exception("process %s gives up on %s", os.getpid(), what)
            logging.shutdown()
            os._exit(GAVE_UP)
        finally:
            without_context()

    def _periodic(self, executor: Executor) -> str:
        from kuznia.worker.schedules import fire_schedules, run_periodic

        assert self._work is not None
        fired = fire_schedules(executor, self._work.kinds)
        return f"{fired + run_periodic(executor, self._work.periodic, self._last)} done"


def _store(url: str) -> Store:
    from kuznia.store import Store

    parts = urlsplit(url)
    if parts.scheme != "file":
        raise Unavailable(f"{parts.scheme}:// is no store that this version knows; use a file:// URL.")
    return Store(Path(unquote(parts.path)))
