"""What is done by the clock: chains of the schedules' table, and small periodic work of slices."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from kuznia.db.session import WriteSession
from kuznia.db.tables import Schedule
from kuznia.errors import KuzniaError
from kuznia.queue.claim import Claim
from kuznia.queue.handlers import Periodic
from kuznia.queue.kinds import JobKind
from kuznia.queue.schedules import next_due, post_scheduled
from kuznia.worker.execution import Executor, JobResources

logger = logging.getLogger(__name__)


def fire_schedules(executor: Executor, kinds: Mapping[str, JobKind]) -> int:
    """Post the chains whose time has come; one that cannot be posted waits for its next time."""
    fired = 0
    while True:
        with WriteSession(executor.engine) as session:
            schedule = next_due(session)
            if schedule is None:
                return fired
            try:
                with session.begin_nested():
                    post_scheduled(session, schedule, kinds)
            except KuzniaError as error:
                logger.warning("schedule %s was not posted: %s", schedule.id, error.detail)
            schedule.next_at = _next(schedule)
            session.commit()
            sent = session.enqueued
        executor.broker.send(sent)
        fired += 1


def _next(schedule: Schedule) -> datetime:
    """The next time that is still to come: what was missed is made up once."""
    every = timedelta(seconds=schedule.every_seconds)
    late = datetime.now(UTC) - schedule.next_at
    return schedule.next_at + every * (late // every + 1)


def run_periodic(executor: Executor, periodic: Sequence[Periodic], last: dict[str, float]) -> int:
    """Run what is due; one that fails is logged and tried again next time."""
    due = [one for one in periodic if time.monotonic() - last.get(one.name, float("-inf")) >= one.every]
    for one in due:
        last[one.name] = time.monotonic()
        try:
            with WriteSession(executor.engine) as session:
                one.run(session, _resources(executor))
                session.commit()
                sent = session.enqueued
            executor.broker.send(sent)
        except Exception:
            logger.exception("the periodic work %s failed", one.name)
    return len(due)


def _resources(executor: Executor) -> JobResources:
    nobody = Claim(job_id=uuid4(), token=0, attempt=0, kind="periodic", request_id=None)
    return JobResources(executor.engine, nobody, executor.store, executor.code, executor.environment)
