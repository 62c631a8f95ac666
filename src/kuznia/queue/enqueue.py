"""Write a job in the caller's transaction. The message that wakes a worker is sent after the commit."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from kuznia.db.access import new_object
from kuznia.db.session import WriteSession
from kuznia.db.tables import Job
from kuznia.db.tables import JobInput as Dependency
from kuznia.queue.errors import InputFailed, InputMissing, KeyReused
from kuznia.queue.inputs import producers
from kuznia.queue.kinds import JobInput, JobKind


def enqueue(
    session: WriteSession,
    kind: JobKind,
    input: JobInput,
    *,
    owner_id: UUID,
    name: str,
    question_id: UUID | None = None,
    chain_id: UUID | None = None,
    parent_id: UUID | None = None,
    idempotency_key: str | None = None,
    request_id: str | None = None,
) -> Job:
    """Insert a job; it is queued when all it reads exists, and waits otherwise.

    Parameters
    ----------
    session : WriteSession
        Its owner commits, then sends ``session.enqueued``.
    kind : JobKind
        What to do.
    input : JobInput
        Validated; its references hold ids of jobs.
    owner_id : UUID
        With whose rights it runs.
    name : str
        Shown in lists.
    idempotency_key : str or None
        A second call with it returns the first call's job.
    """
    content = input.model_dump(mode="json")
    job = Job(
        kind=kind.name,
        name=name,
        pool=kind.pool,
        owner_id=owner_id,
        question_id=question_id,
        chain_id=chain_id,
        parent_id=parent_id,
        idempotency_key=idempotency_key,
        request_id=request_id,
        input=content,
        state=_first_state(session, input),
        run_after=func.now(),
        sent_at=func.now(),
        sends=1,
    )
    if idempotency_key is None:
        _insert(session, job, input)
        return job
    earlier = _earlier(session, owner_id, idempotency_key)
    if earlier is None:
        try:
            with session.begin_nested():
                _insert(session, job, input)
            return job
        except IntegrityError:
            earlier = _earlier(session, owner_id, idempotency_key)
            if earlier is None:
                raise
    if earlier.kind != kind.name or earlier.input != content:
        raise KeyReused(f"Job {earlier.id} has this key and another kind or input; use a new key.")
    return earlier


def _first_state(session: WriteSession, input: JobInput) -> str:
    """Waiting or queued. The producers are locked, so that none finishes between here and the commit."""
    wanted = producers(input)
    if not wanted:
        return "queued"
    query = select(Job.id, Job.state).where(Job.id.in_(wanted)).order_by(Job.id).with_for_update(read=True)
    states = {row.id: row.state for row in session.execute(query)}
    for producer in sorted(wanted):
        if producer not in states:
            raise InputMissing(f"There is no job {producer} to read from.")
        if states[producer] in ("failed", "cancelled"):
            raise InputFailed(f"Job {producer} is {states[producer]}; retry it first.")
    return "queued" if set(states.values()) == {"done"} else "waiting"


def _insert(session: WriteSession, job: Job, input: JobInput) -> None:
    job.id = new_object(session, "job", job.owner_id)
    session.add(job)
    session.flush()
    session.add_all(Dependency(job_id=job.id, producer_id=one) for one in sorted(producers(input)))
    session.flush()
    if job.state == "queued":
        session.enqueued.append((job.pool, job.id))


def _earlier(session: WriteSession, owner_id: UUID, key: str) -> Job | None:
    return session.scalars(
        select(Job).where(Job.owner_id == owner_id, Job.idempotency_key == key)
    ).one_or_none()
