"""A worker's hold on a job: claim it, report on it, keep its lease. Every write checks the fence.

The fence is the job's ``token``: it rises with each claim and whenever the job is taken away, so a
process that was given up on can write nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Engine, case, exists, func, insert, select, update
from sqlalchemy.orm import Session

from kuznia.db.session import ReadSession, WriteSession
from kuznia.db.tables import Job, JobLog
from kuznia.queue.errors import FenceLost
from kuznia.queue.settle import report_of_parts


@dataclass(frozen=True, slots=True)
class Claim:
    """One attempt at one job: what identifies its writes."""

    job_id: UUID
    token: int
    attempt: int
    kind: str
    request_id: str | None


def claim(engine: Engine, job_id: UUID, *, worker: str, lease: timedelta) -> Claim | None:
    """Take a queued job, or nothing if it is not to be had.

    Parameters
    ----------
    worker : str
        Names the process that computes it; its parent extends the leases of its own processes.
    lease : timedelta
        How long the job stays taken without an extension.
    """
    statement = (
        update(Job)
        .where(Job.id == job_id, *_is_to_be_had())
        .values(
            state="running",
            attempt=Job.attempt + 1,
            token=Job.token + 1,
            worker=worker,
            lease_until=func.clock_timestamp() + lease,
            started_at=func.clock_timestamp(),
            progress=case((Job.attempt == 0, Job.progress), else_=0.0),
            message="",
            error=None,
        )
        .returning(Job.token, Job.attempt, Job.kind, Job.request_id)
    )
    with WriteSession(engine) as session:
        row = session.execute(statement).one_or_none()
        session.commit()
    return None if row is None else Claim(job_id, row.token, row.attempt, row.kind, row.request_id)


def is_to_be_had(engine: Engine, job_id: UUID) -> bool:
    """Whether a claim would find the job. Messages are sent more than once; most have nothing left to do."""
    with ReadSession(engine) as session:
        return bool(session.scalar(select(exists().where(Job.id == job_id, *_is_to_be_had()))))


def _is_to_be_had() -> tuple[ColumnElement[bool], ...]:
    return (Job.state == "queued", Job.run_after <= func.clock_timestamp())


def fenced(session: Session, held: Claim) -> Job:
    """The job's row, locked until the transaction ends; raises when it is no longer ours."""
    query = select(Job).where(
        Job.id == held.job_id, Job.token == held.token, Job.state == "running", ~Job.cancel_requested
    )
    job = session.scalars(query.with_for_update()).one_or_none()
    if job is None:
        raise FenceLost(f"job {held.job_id} moved on from token {held.token}")
    return job


def report(engine: Engine, held: Claim, fraction: float, message: str) -> None:
    """Write progress in a transaction of its own; raises when the job is no longer ours."""
    statement = (
        update(Job)
        .where(Job.id == held.job_id, Job.token == held.token, Job.state == "running", ~Job.cancel_requested)
        .values(progress=min(max(fraction, 0.0), 1.0), message=message)
        .returning(Job.parent_id)
    )
    with WriteSession(engine) as session:
        row = session.execute(statement).one_or_none()
        if row is None:
            raise FenceLost(f"job {held.job_id} moved on from token {held.token}")
        session.commit()
        if row.parent_id is not None:
            # In a transaction of its own: whoever ends a parent locks its parts first, never the other way.
            report_of_parts(session, row.parent_id)
            session.commit()


def write_log(session: Session, held: Claim, message: str, level: str = "info") -> None:
    """Add a line to the job's log, in the caller's transaction."""
    line = {"job_id": held.job_id, "attempt": held.attempt, "level": level, "message": message}
    session.execute(insert(JobLog).values(line))


def extend(session: Session, workers: Sequence[str], lease: timedelta) -> None:
    """Prolong what these processes hold. A row that is being written at this moment needs no help."""
    held = select(Job.id).where(Job.state == "running", Job.worker.in_(workers))
    session.execute(
        update(Job)
        .where(Job.id.in_(held.with_for_update(skip_locked=True)))
        .values(lease_until=func.clock_timestamp() + lease)
        .execution_options(synchronize_session=False)
    )
