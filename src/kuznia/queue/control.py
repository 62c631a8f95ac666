"""What people ask of a job: cancel it, try it again."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from kuznia.db.session import WriteSession
from kuznia.db.tables import Job
from kuznia.queue.errors import InputFailed, NotRetryable
from kuznia.queue.settle import cancel, lock_parts, requeue_or_wait, stop


def request_cancel(session: WriteSession, job_id: UUID) -> Job:
    """Cancel a job: at once when no process runs it, else by its worker, which kills that process.

    What a job was split into ends with it.
    """
    lock_parts(session, job_id)
    job = locked(session, job_id)
    stop(session, job)
    return job


def retry(session: WriteSession, job_id: UUID) -> Job:
    """Run a failed or cancelled job again with its parts, and after it the jobs that ended because it had."""
    for part in lock_parts(session, job_id):
        if part.state in ("failed", "cancelled"):
            requeue_or_wait(session, part)
    job = locked(session, job_id)
    if job.parent_id is not None and session.get_one(Job, job.parent_id).state in ("failed", "cancelled"):
        # Its fellows ended with it: one of them alone would be made for nobody.
        retry(session, job.parent_id)
        return locked(session, job_id)
    if job.state not in ("failed", "cancelled"):
        raise NotRetryable(f"This job is {job.state}.")
    requeue_or_wait(session, job)
    if job.state in ("failed", "cancelled"):
        raise InputFailed(str((job.error or {}).get("detail", "Retry the job it reads from.")))
    _revive(session, job_id)
    return job


def _revive(session: WriteSession, producer: UUID) -> None:
    followed = select(Job).where(
        Job.state.in_(("failed", "cancelled")), Job.error["producer"].astext == str(producer)
    )
    for job in session.scalars(followed.order_by(Job.id).with_for_update()).all():
        requeue_or_wait(session, job)
        if job.state == "waiting":
            _revive(session, job.id)


def locked(session: WriteSession, job_id: UUID) -> Job:
    query = select(Job).where(Job.id == job_id)
    return session.scalars(query.with_for_update().execution_options(populate_existing=True)).one()


def held_by(session: WriteSession, name: str) -> set[str]:
    """The processes of a parent that hold a job, as rows say."""
    query = select(Job.worker).where(
        Job.state == "running", Job.worker.startswith(f"{name}/", autoescape=True)
    )
    return {one for one in session.scalars(query) if one is not None}


def cancel_running(session: WriteSession, name: str) -> list[str]:
    """End the running jobs of a parent whose cancelling was asked for; say which processes to kill.

    A row that its process is just writing is left for the next time: it is done by then.
    """
    query = select(Job).where(
        Job.state == "running", Job.cancel_requested, Job.worker.startswith(f"{name}/", autoescape=True)
    )
    jobs = session.scalars(query.order_by(Job.id).with_for_update(skip_locked=True)).all()
    workers = [job.worker for job in jobs if job.worker is not None]
    for job in jobs:
        cancel(session, job)
    return workers
