"""Do one job: claim it, load, compute without a session, record in the fenced transaction.

Whatever happens the job is settled, or the caller is told that it could not be.
"""

from __future__ import annotations

import logging
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import Session

from kuznia.core.errors import CoreError
from kuznia.db.session import ReadSession, WriteSession
from kuznia.db.tables import Job
from kuznia.errors import Invalid, KuzniaError, Unavailable
from kuznia.queue import claim as claims
from kuznia.queue.broker import Broker
from kuznia.queue.errors import FenceLost, OutOfMemory
from kuznia.queue.handlers import Handler
from kuznia.queue.settle import fail, finish, try_later

if TYPE_CHECKING:
    from kuznia.store import Store

logger = logging.getLogger(__name__)

PATIENCE = 60.0
"""Seconds to wait for the database before a computed result is given up."""

COLLISIONS = 3
REPORT_EVERY = 0.2


class DatabaseGone(Unavailable):
    code, title = "database_gone", "The database did not answer"


class UnknownKind(Invalid):
    code, title = "unknown_job_kind", "No handler of this installation does this kind of job"


@dataclass
class JobResources:
    """What a computation may use besides its input."""

    engine: Engine
    held: claims.Claim
    store: Store
    code: str
    environment: str
    _reported: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def now(self) -> datetime:
        return datetime.now(UTC)

    def report(self, fraction: float, message: str) -> None:
        with self._lock:
            now = time.monotonic()
            if now - self._reported < REPORT_EVERY:
                return
            self._reported = now
        claims.report(self.engine, self.held, fraction, message)

    def log(self, message: str, level: str = "info") -> None:
        with WriteSession(self.engine) as session:
            claims.write_log(session, self.held, message, level)
            session.commit()

    def keep(self, write: Callable[[Session, Job], None]) -> None:
        with WriteSession(self.engine) as session:
            write(session, claims.fenced(session, self.held))
            session.commit()


@dataclass(frozen=True)
class Executor:
    """Everything a process needs to do jobs.

    Parameters
    ----------
    worker : str
        Names this process in the rows it holds.
    """

    engine: Engine
    broker: Broker
    store: Store
    handlers: Mapping[str, Handler[Any, Any]]
    worker: str
    lease: timedelta
    code: str
    environment: str

    def run(self, job_id: UUID) -> str:
        """Do a job if it is to be had; say how it ended: done, failed, later, lost, or nothing."""
        held = claims.claim(self.engine, job_id, worker=self.worker, lease=self.lease)
        if held is None:
            return "nothing"
        started = time.monotonic()
        try:
            end = self._attempt(held)
        except FenceLost:
            end = "lost"
        took = time.monotonic() - started
        logger.info("job %s of kind %s ended: %s after %.3f s", job_id, held.kind, end, took)
        return end

    def _attempt(self, held: claims.Claim) -> str:
        resources = JobResources(self.engine, held, self.store, self.code, self.environment)
        try:
            handler = self._handler(held)
            with ReadSession(self.engine) as session:
                loaded = handler.load(session, session.get_one(Job, held.job_id))
            computed = handler.compute(loaded, resources)
            self._settle(
                held, lambda session, job: finish(session, job, handler.record(session, job, computed))
            )
        except FenceLost:
            raise
        except Exception as error:  # noqa: BLE001 (every error of a handler ends its job)
            return self._failed(held, error)
        return "done"

    def _handler(self, held: claims.Claim) -> Handler[Any, Any]:
        if held.kind not in self.handlers:
            raise UnknownKind(f"There is no handler for {held.kind!r} in this version.")
        return self.handlers[held.kind]

    def _failed(self, held: claims.Claim, error: Exception) -> str:
        passing = _may_pass(error)
        if passing is not None:
            logger.warning("job %s will be tried again: %s", held.job_id, error)
            self._settle(held, lambda session, job: try_later(session, job, passing))
            return "later"
        problem, trace = _problem(held, error)

        def write(session: WriteSession, job: Job) -> None:
            if trace is not None:
                claims.write_log(session, held, trace, "internal")
            fail(session, job, problem)

        self._settle(held, write)
        return "failed"

    def _settle(self, held: claims.Claim, write: Callable[[WriteSession, Job], None]) -> None:
        """Write the end of a job in one fenced transaction, waiting for a database that restarts."""
        until = time.monotonic() + PATIENCE
        collisions = 0
        while True:
            try:
                with WriteSession(self.engine) as session:
                    write(session, claims.fenced(session, held))
                    session.commit()
                    sent = session.enqueued
            except DBAPIError as error:
                collisions += isinstance(error, IntegrityError)
                gone = _is_passing(error) and time.monotonic() < until
                if not gone and not (isinstance(error, IntegrityError) and collisions < COLLISIONS):
                    raise
                logger.warning("job %s is recorded once more: %s", held.job_id, error.orig)
                time.sleep(0.5)
            else:
                self.broker.send(sent)
                return


def _is_passing(error: DBAPIError) -> bool:
    """A lost connection, a server that starts or stops, a deadlock."""
    return isinstance(error, OperationalError) or error.connection_invalidated


def _may_pass(error: Exception) -> KuzniaError | None:
    if isinstance(error, Unavailable):
        return error
    if isinstance(error, DBAPIError) and _is_passing(error):
        return DatabaseGone("The connection to the database was lost.")
    return None


def _problem(held: claims.Claim, error: Exception) -> tuple[dict[str, Any], str | None]:
    """What people read, and the trace that only administrators do."""
    if isinstance(error, KuzniaError):
        return error.as_problem(), None
    if isinstance(error, CoreError):
        return Invalid(str(error)).as_problem(), None
    trace_id = held.request_id or uuid4().hex
    trace = "".join(traceback.format_exception(error))
    logger.error("job %s of kind %s failed", held.job_id, held.kind, exc_info=error)
    if isinstance(error, MemoryError):
        known: KuzniaError = OutOfMemory("Give it less data, or this worker more memory.", trace_id=trace_id)
    else:
        known = KuzniaError("Tell an administrator the trace id.", trace_id=trace_id)
    return known.as_problem(), f"trace {trace_id}\n{trace}"
