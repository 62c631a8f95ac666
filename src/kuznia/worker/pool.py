"""One pool of processes under Celery. This process forks, so it never loads Polars, numba or a learner."""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
import time
import warnings
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from celery import Celery, signals
from celery.concurrency.asynpool import AsynPool
from celery.concurrency.prefork import TaskPool
from celery.platforms import SecurityWarning
from celery.worker.request import Request
from celery.worker.state import task_ready
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from kuznia.db.session import make_engine
from kuznia.queue.broker import PERIODIC, RUN, Broker
from kuznia.queue.claim import is_to_be_had
from kuznia.queue.kinds import Pool
from kuznia.settings import Settings
from kuznia.worker.child import Child, Plan
from kuznia.worker.code import code_digest, environment_digest
from kuznia.worker.guardian import Guardian
from kuznia.worker.slices import SLICES

logger = logging.getLogger(__name__)

DRAIN = 5.0
"""Seconds that running jobs get to finish after a stop was asked for."""
LOOK_SECONDS = 0.1


class _Processes(AsynPool):  # type: ignore[misc]
    """Looks for ended processes often.

    Celery looks when the pipe of one closes, which is before the kernel lets it be collected, and otherwise
    every five seconds, which every heavy job would wait for the process of the one before it.
    """

    @property
    def timers(self) -> dict[Any, float]:
        return {self.maintain_pool: LOOK_SECONDS}


class _TaskPool(TaskPool):  # type: ignore[misc]
    Pool = _Processes


def run_pool(settings: Settings, pool: Pool, slices: Sequence[str] = SLICES) -> int:
    """Serve one pool until a signal asks to stop; return the exit status."""
    warnings.filterwarnings("ignore", category=SecurityWarning)
    url = settings.database_url()
    lease = timedelta(seconds=settings.worker.lease)
    broker = Broker(settings.broker_url())
    plan = Plan(
        pool=pool,
        slices=slices,
        database_url=url,
        store_url=settings.store_url(),
        lease=lease,
        name=f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}",
        parent=os.getpid(),
        code=code_digest(),
        environment=environment_digest(),
    )
    child = Child(plan, broker)
    engine = make_engine(url, application=f"kuznia {pool} guardian", pool_size=2)
    worker = _worker(broker.app, child, pool, settings, engine)
    guardian = Guardian(
        engine, url, broker, name=plan.name, lease=lease, pids=lambda: set(_processes(worker))
    )
    signals.worker_ready.connect(lambda **_: guardian.start(), weak=False)
    signals.worker_shutting_down.connect(lambda **_: _drain(worker), weak=False)
    worker.start()
    guardian.stop()
    return int(worker.exitcode or 0)


def _worker(app: Celery, child: Child, pool: Pool, settings: Settings, engine: Engine) -> Any:
    app.task(child.run, name=RUN, bind=False, ignore_result=True, Request=_message(engine))
    app.task(child.periodic, name=PERIODIC, bind=False, ignore_result=True)
    signals.setup_logging.connect(lambda **_: None, weak=False)  # telemetry has set it up
    for chatty in ("celery.worker.strategy", "celery.app.trace", "celery.worker.consumer.connection"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    signals.worker_process_init.connect(lambda **_: child.start(), weak=False)
    heavy = pool == "heavy"
    return app.Worker(
        hostname=f"{pool}-{os.getpid()}@{socket.gethostname()}",
        pool_cls=_TaskPool,
        concurrency=settings.worker.heavy if heavy else settings.worker.interactive,
        max_tasks_per_child=1 if heavy else None,
        queues=[pool],
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
        redirect_stdouts=False,
        quiet=True,
    )


def _message(engine: Engine) -> type[Request]:
    """A message that is dropped when its job is no longer to be had.

    Otherwise each spare one would cost the heavy pool a process, and the next job its warm-up.
    """

    class JobMessage(Request):  # type: ignore[misc]
        def revoked(self) -> bool:
            if super().revoked():
                return True
            try:
                wanted = is_to_be_had(engine, UUID(self.args[0]))
            except DBAPIError:
                wanted = True
            if not wanted:
                task_ready(self)
                self.acknowledge()
            return not wanted

    return JobMessage


def _processes(worker: Any) -> list[int]:
    """The living processes of the pool, as it knows them."""
    pool = getattr(worker.pool, "_pool", None)
    return [] if pool is None else [one.pid for one in list(pool._pool) if one.pid is not None]


def _drain(worker: Any) -> None:
    """Give running jobs some seconds, then end their processes; the guardian hands them back."""

    def end() -> None:
        time.sleep(DRAIN)
        for pid in _processes(worker):
            logger.info("process %s did not finish in time", pid)
            os.kill(pid, signal.SIGKILL)
        time.sleep(DRAIN)
        os._exit(1)

    threading.Thread(target=end, name="drain", daemon=True).start()
