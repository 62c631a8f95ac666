"""Workers of the product as processes of their own, jobs to give them, and waiting for what they do."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psutil
from sqlalchemy import Engine, func, select

from kuznia.db.session import ReadSession, WriteSession
from kuznia.db.tables import Account, Job, Run
from kuznia.queue.broker import Broker
from kuznia.queue.enqueue import enqueue
from kuznia.queue.kinds import Produced
from kuznia.store import Store
from kuznia.worker.execution import Executor
from kuznia.worker.slices import work_of
from tests.support.steps.schemas import LONG, SHORT, StepInput

ROOT = Path(__file__).resolve().parents[2]
STEPS = ("tests.support.steps",)


@dataclass
class Workers:
    """Pools of the steps' worker on one database and broker."""

    environment: dict[str, str]
    log: Path
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, pool: str, *slices: str) -> subprocess.Popen[bytes]:
        """A pool of the steps, or of the slices that are named."""
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.support.steps", pool, *slices],
                env={**os.environ, **self.environment},
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.running.append(process)
        return process

    def stop(self) -> None:
        for process in self.running:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.running:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)


@contextmanager
def workers(database_url: str, broker_url: str, folder: Path, lease: float = 4.0) -> Iterator[Workers]:
    """Make workers; those still running are stopped at the end."""
    made = Workers(
        {
            "KUZNIA_DATA": str(folder),
            "KUZNIA_DATABASE_URL": database_url,
            "KUZNIA_BROKER_URL": broker_url,
            "KUZNIA_WORKER_LEASE": str(lease),
            "KUZNIA_TEST_PARENT": str(os.getpid()),
        },
        folder / "worker.log",
    )
    try:
        yield made
    finally:
        made.stop()


def children(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """The processes of a pool."""
    return psutil.Process(process.pid).children(recursive=True)


def post(
    engine: Engine,
    broker: Broker | None,
    *,
    long: bool = False,
    reads: Sequence[UUID] = (),
    owner: str = "user",
    **wanted: Any,
) -> UUID:
    """Enqueue one step, commit, and send it unless there is no broker."""
    kind = LONG if long else SHORT
    step = StepInput(reads=tuple(Produced(job=str(one), output="run") for one in reads), **wanted)
    with WriteSession(engine) as session:
        owner_id = session.scalars(select(Account.id).where(func.lower(Account.name) == owner)).one()
        job_id = enqueue(session, kind, step, owner_id=owner_id, name=kind.title).id
        session.commit()
        sent = list(session.enqueued)
    if broker is not None:
        broker.send(sent)
    return job_id


def row(engine: Engine, job_id: UUID) -> Job:
    with ReadSession(engine) as session:
        return session.get_one(Job, job_id)


def states(engine: Engine, job_ids: Sequence[UUID]) -> list[str]:
    with ReadSession(engine) as session:
        found = dict(session.execute(select(Job.id, Job.state).where(Job.id.in_(job_ids))).all())
    return [found[one] for one in job_ids]


def runs(engine: Engine, job_id: UUID) -> int:
    """How many times a job had its effect."""
    with ReadSession(engine) as session:
        return session.scalars(select(func.count()).select_from(Run).where(Run.job_id == job_id)).one()


def wait_until(met: Callable[[], bool], seconds: float, what: str, every: float = 0.03) -> float:
    """Wait for something to be so; return how long it took."""
    started = time.monotonic()
    while not met():
        if time.monotonic() - started > seconds:
            raise AssertionError(f"{what}: not within {seconds} s")
        time.sleep(every)
    return time.monotonic() - started


def wait_for(engine: Engine, job_ids: Sequence[UUID], state: str, seconds: float = 30.0) -> float:
    def met() -> bool:
        found = states(engine, job_ids)
        wrong = {"done", "failed", "cancelled"} - {state}
        assert not wrong & set(found), [row(engine, one).error for one in job_ids]
        return set(found) == {state}

    return wait_until(met, seconds, f"jobs {state}")


def executor(engine: Engine, broker: Broker, store: Store, slices: Sequence[str] = STEPS) -> Executor:
    """Does jobs in the test's own process, with both pools' handlers."""
    handlers = work_of("interactive", slices).handlers | work_of("heavy", slices).handlers
    return Executor(
        engine=engine,
        broker=broker,
        store=store,
        handlers=handlers,
        worker=f"test/{os.getpid()}",
        lease=timedelta(seconds=15),
        code="test",
        environment="test",
    )


def run_all(done_by: Executor) -> list[tuple[UUID, str]]:
    """Do every queued job, and what these set free, in the test's own process."""
    ended = []
    while True:
        with ReadSession(done_by.engine) as session:
            query = select(Job.id).where(Job.state == "queued", Job.run_after <= func.clock_timestamp())
            job_id = session.scalars(query.order_by(Job.id).limit(1)).one_or_none()
        if job_id is None:
            return ended
        ended.append((job_id, done_by.run(job_id)))
