"""How a job ends or goes back to the queue, and what that means for the jobs that read from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import case, func, select, update
from sqlalchemy.orm import Session

from kuznia.db.session import WriteSession
from kuznia.db.tables import Job
from kuznia.db.tables import JobInput as Dependency
from kuznia.errors import KuzniaError
from kuznia.queue.errors import InputFailed, TriesExhausted, WorkerLost

CANCELLED = "job_cancelled"
"""The channel on which workers hear that a running job is to be killed."""

OF_PARTS = 0.9
"""Share of a job that its parts are."""

TRIES = 3
HAND_BACKS = 6
FIRST_PAUSE = timedelta(seconds=2)


def finish(session: WriteSession, job: Job, outputs: Mapping[str, UUID]) -> None:
    """Mark a job done in the transaction that recorded its effects, and wake its dependents."""
    job.state = "done"
    job.progress = 1.0
    job.outputs = {name: str(made) for name, made in outputs.items()}
    _release(job)
    session.flush()
    if job.parent_id is not None:
        report_of_parts(session, job.parent_id)
    wake_dependents(session, [job.id])


def fail(session: WriteSession, job: Job, problem: Mapping[str, Any]) -> None:
    """Mark a job failed for a reason, and with it all that wait for it."""
    job.state = "failed"
    job.error = dict(problem)
    _release(job)
    session.flush()
    _end_dependents(session, job)
    _stop_parts(session, job)


def cancel(session: WriteSession, job: Job) -> None:
    """Mark a job cancelled, and with it all that wait for it. Whoever computes it lost the fence."""
    job.state = "cancelled"
    job.cancel_requested = True
    _release(job)
    session.flush()
    _end_dependents(session, job)
    _stop_parts(session, job)


def stop(session: WriteSession, job: Job) -> None:
    """Cancel a job that has not ended: at once when no process runs it, else its worker is told."""
    if job.state in ("waiting", "queued"):
        cancel(session, job)
    elif job.state == "running" and not job.cancel_requested:
        job.cancel_requested = True
        session.flush()
        session.execute(select(func.pg_notify(CANCELLED, str(job.id))))


def lock_parts(session: WriteSession, job_id: UUID) -> Sequence[Job]:
    """The jobs that a job was split into. A part that ends locks itself and then its parent: so do others."""
    query = select(Job).where(Job.parent_id == job_id).order_by(Job.id)
    return session.scalars(query.with_for_update().execution_options(populate_existing=True)).all()


def _stop_parts(session: WriteSession, job: Job) -> None:
    for part in lock_parts(session, job.id):
        stop(session, part)


def report_of_parts(session: Session, parent_id: UUID) -> None:
    """How far the parts of a job that waits for them are, all together."""
    done = func.count().filter(Job.state == "done")
    share = func.avg(case((Job.state == "done", 1.0), else_=Job.progress))
    parts = select(func.concat(done, " of ", func.count(), " parts done"), share).where(
        Job.parent_id == parent_id
    )
    message, progress = session.execute(parts).one()
    session.execute(
        update(Job)
        .where(Job.id == parent_id, Job.state == "waiting")
        .values(progress=OF_PARTS * progress, message=message)
    )


def try_later(session: WriteSession, job: Job, error: KuzniaError) -> None:
    """Queue a job again after what may pass, with growing pauses; after too many tries it failed."""
    tries = job.attempt - job.hand_backs
    if tries >= TRIES:
        fail(session, job, TriesExhausted(f"Tried {tries} times. The last time: {error.detail}").as_problem())
        return
    _requeue(job)
    job.run_after = func.now() + FIRST_PAUSE * 4 ** (tries - 1)
    job.message = f"Will be tried again: {error.detail}"
    session.flush()


def hand_back(session: WriteSession, job: Job) -> None:
    """Queue a job again whose process is gone. This is no try of its own, but it has a limit too."""
    if job.cancel_requested:
        cancel(session, job)
    elif job.hand_backs >= HAND_BACKS:
        detail = f"Its process died {HAND_BACKS + 1} times, perhaps for lack of memory."
        fail(session, job, WorkerLost(detail).as_problem())
    else:
        job.hand_backs += 1
        _requeue(job)
        session.enqueued.append((job.pool, job.id))
        session.flush()


def requeue_or_wait(session: WriteSession, job: Job) -> None:
    """Let a failed or cancelled job run again, at once or when its inputs exist."""
    job.cancel_requested = False
    job.error = None
    job.finished_at = None
    job.started_at = None
    job.hand_backs = 0
    _requeue(job)
    job.state = "waiting"
    session.flush()
    settle_waiting(session, [job.id])


def wake_dependents(session: WriteSession, producers: Sequence[UUID]) -> None:
    """Look again at the jobs that wait for these."""
    query = select(Dependency.job_id).where(Dependency.producer_id.in_(producers))
    settle_waiting(session, session.scalars(query).all())


def settle_waiting(session: WriteSession, job_ids: Sequence[UUID]) -> None:
    """Queue those of the waiting jobs whose producers are all done; end those whose producers ended.

    The rows are locked first and their producers read after that, in a statement of its own: of two
    producers that finish at once the later one sees the other.
    """
    waiting = select(Job).where(Job.id.in_(job_ids), Job.state == "waiting").order_by(Job.id)
    for job in session.scalars(waiting.with_for_update().execution_options(populate_existing=True)).all():
        query = (
            select(Job.id, Job.state)
            .join(Dependency, Dependency.producer_id == Job.id)
            .where(Dependency.job_id == job.id)
        )
        states = {row.id: row.state for row in session.execute(query)}
        ended = [one for one, state in states.items() if state in ("failed", "cancelled")]
        if ended:
            _follow(session, job, min(ended), states[min(ended)])
        elif all(state == "done" for state in states.values()):
            reached = job.progress
            _requeue(job)
            job.progress = reached
            session.enqueued.append((job.pool, job.id))
            session.flush()


def _end_dependents(session: WriteSession, job: Job) -> None:
    query = (
        select(Job)
        .join(Dependency, Dependency.job_id == Job.id)
        .where(Dependency.producer_id == job.id, Job.state == "waiting")
        .order_by(Job.id)
        .with_for_update(of=Job)
    )
    for dependent in session.scalars(query).all():
        _follow(session, dependent, job.id, job.state)


def _follow(session: WriteSession, job: Job, producer: UUID, state: str) -> None:
    """End a waiting job as its producer ended: failed, or cancelled."""
    words = "failed" if state == "failed" else "was cancelled"
    problem = InputFailed(f"Job {producer} {words}. Retry that one, and this one will follow.").as_problem()
    job.state = state
    job.error = {**problem, "producer": str(producer)}
    _release(job)
    session.flush()
    _end_dependents(session, job)
    _stop_parts(session, job)


def _requeue(job: Job) -> None:
    job.state = "queued"
    job.token += 1
    job.worker = None
    job.lease_until = None
    job.progress = 0.0
    job.message = ""
    job.run_after = func.now()
    job.sent_at = func.now()
    job.sends = 1


def _release(job: Job) -> None:
    job.token += 1
    job.worker = None
    job.lease_until = None
    job.finished_at = func.clock_timestamp()
