"""What makes messages dispensable: whatever was lost is found in the rows and sent again.

One worker at a time does this; an advisory lock elects it for one pass. A pass commits, then sends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Engine, Select, and_, exists, func, or_, select, text, update

from kuznia.db.session import WriteSession
from kuznia.db.tables import Job, Schedule
from kuznia.db.tables import JobInput as Dependency
from kuznia.queue.broker import Broker
from kuznia.queue.settle import hand_back, settle_waiting

ELECTION = 0x6B757A6E  # "kuzn"
BATCH = 500
FIRST_RESEND = timedelta(seconds=2)
LAST_RESEND = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Pass:
    """What one pass did."""

    elected: bool
    sent: tuple[tuple[str, UUID], ...] = ()
    handed_back: int = 0
    schedules_due: bool = False


def reconcile(engine: Engine, broker: Broker, *, lease: timedelta, everything: bool = False) -> Pass:
    """Take back expired leases, settle what waits in vain, send what is queued and silent.

    Parameters
    ----------
    lease : timedelta
        After PostgreSQL itself started, expired leases are left alone for this long: their holders
        could not extend them.
    everything : bool
        Send all that is queued, however lately it was sent: a worker that starts does not know what
        the one before it had received.
    """
    with WriteSession(engine) as session:
        if not session.scalar(select(func.pg_try_advisory_xact_lock(ELECTION))):
            return Pass(elected=False)
        handed_back = _take_back(session, lease)
        _settle(session)
        due = _mark_due(session, everything)
        schedules = bool(session.scalar(select(exists().where(_schedule_is_due()))))
        session.commit()
        sent = tuple(dict.fromkeys([*session.enqueued, *due]))
    broker.send(sent)
    return Pass(True, sent, handed_back, schedules)


def take_back(session: WriteSession, workers: Sequence[str]) -> int:
    """Queue again what these processes held: they are gone."""
    query = select(Job).where(Job.state == "running", Job.worker.in_(workers))
    return _hand_back_all(session, query.order_by(Job.id).with_for_update(skip_locked=True))


def _take_back(session: WriteSession, lease: timedelta) -> int:
    started = session.scalar(text("SELECT clock_timestamp() - pg_postmaster_start_time()"))
    if started is not None and started < lease:
        return 0
    query = select(Job).where(Job.state == "running", Job.lease_until < func.clock_timestamp())
    return _hand_back_all(session, query.order_by(Job.id).limit(BATCH).with_for_update(skip_locked=True))


def _hand_back_all(session: WriteSession, query: Select[Job]) -> int:
    jobs = session.scalars(query).all()
    for job in jobs:
        hand_back(session, job)
    return len(jobs)


def _settle(session: WriteSession) -> None:
    """Waiting jobs without an unfinished producer: their wake-up was lost."""
    producer = Job.__table__.alias("producer")
    unfinished = (
        select(producer.c.id)
        .join(Dependency, Dependency.producer_id == producer.c.id)
        .where(Dependency.job_id == Job.id, producer.c.state.in_(("waiting", "queued", "running")))
        .exists()
    )
    stuck = select(Job.id).where(Job.state == "waiting", ~unfinished).limit(BATCH)
    settle_waiting(session, session.scalars(stuck).all())


def _mark_due(session: WriteSession, everything: bool) -> list[tuple[str, UUID]]:
    """Mark queued jobs as sent whose time has come and whose last message is too long ago."""
    now = func.clock_timestamp()
    doublings = func.least(Job.sends - 1, 10)
    pause = func.least(LAST_RESEND, FIRST_RESEND * func.power(2, doublings))
    silent = or_(Job.sent_at.is_(None), Job.sent_at < Job.run_after, Job.sent_at < now - pause)
    due = select(Job.id).where(Job.state == "queued", Job.run_after <= now)
    due = due if everything else due.where(silent)
    locked = due.order_by(Job.run_after).limit(BATCH).with_for_update(skip_locked=True)
    statement = (
        update(Job)
        .where(Job.id.in_(locked))
        .values(sent_at=now, sends=Job.sends + 1)
        .returning(Job.pool, Job.id)
        .execution_options(synchronize_session=False)
    )
    return [(row.pool, row.id) for row in session.execute(statement)]


def _schedule_is_due() -> ColumnElement[bool]:
    return and_(Schedule.enabled, Schedule.next_at <= func.clock_timestamp())
