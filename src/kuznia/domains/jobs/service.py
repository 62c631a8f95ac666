"""Jobs as people see them, and the record of what a computation read and made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from kuznia.db.access import Level
from kuznia.db.session import WriteSession
from kuznia.db.tables import Job, JobLog
from kuznia.domains.accounts.service import audit
from kuznia.domains.jobs import repository
from kuznia.domains.jobs.errors import JobNotFound, QuestionNotFound, TooManyJobs
from kuznia.domains.jobs.schemas import ChainCreate, ChainRead, JobOwner, JobProblem, JobRead, LogLine, State
from kuznia.queue.chains import Link, post_chain
from kuznia.queue.control import request_cancel
from kuznia.queue.control import retry as retry_job
from kuznia.queue.kinds import JobKind
from kuznia.rest.paging import Page, page_of, read_cursor, write_cursor
from kuznia.rest.principal import Principal

if TYPE_CHECKING:
    # The API reads jobs without loading the store's Polars.
    from kuznia.store.store import Stored


INTERNAL = "internal"
"""Level of log lines that only administrators read: tracebacks may hold others' data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """One input of a run in a named role: exactly one of the ids is given.

    Parameters
    ----------
    role : str
        What it was to the run: ``bars``, ``features``, ``strategy``.
    position : int
        Its place among several of one role.
    upload : str or None
        Digest of an uploaded file.
    """

    role: str
    position: int = 0
    dataset_version_id: UUID | None = None
    universe_version_id: UUID | None = None
    feature_version_id: UUID | None = None
    feature_set_version_id: UUID | None = None
    strategy_version_id: UUID | None = None
    model_version_id: UUID | None = None
    source_run_id: UUID | None = None
    upload: str | None = None

    def __post_init__(self) -> None:
        given = [one.name for one in fields(self)[2:] if getattr(self, one.name) is not None]
        if len(given) != 1:
            raise ValueError(f"A pin holds exactly one id, and {self.role!r} has {given or 'none'}.")


def record_run(
    session: Session,
    job: Job,
    *,
    kind: str,
    code: str,
    environment: str,
    parameters: dict[str, Any],
    seed: int | None,
    result_digest: str,
    started_at: datetime,
    inputs: Sequence[Pin],
    files: Mapping[str, Stored],
    facts: Mapping[str, Any] | None = None,
) -> UUID:
    """Insert a run with its pinned inputs and its files, in a handler's ``record``.

    Parameters
    ----------
    code, environment : str
        From the handler's ``Resources``.
    result_digest : str
        Canonical digest of the run's numbers.
    files : mapping of role to Stored
        What it wrote to the store; registered here.
    facts : mapping, optional
        How it came about, as how much was found made; they decide nothing.
    """
    run_id = uuid7()
    run = {
        "id": str(run_id),
        "job_id": str(job.id),
        "kind": kind,
        "code": code,
        "environment": environment,
        "parameters": parameters,
        "facts": dict(facts or {}),
        "seed": seed,
        "result_digest": result_digest,
        "started_at": started_at.isoformat(),
        "created_by": str(job.owner_id),
    }
    of_run = {"run_id": str(run_id)}
    pins = [{"id": str(uuid7()), **of_run, **_written(pin)} for pin in inputs]
    outputs = [{**of_run, "role": role, "digest": file.digest} for role, file in files.items()]
    repository.add_run(session, run, pins, _rows_of(files.values()), outputs)
    return run_id


def _written(pin: Pin) -> dict[str, Any]:
    values = ((one.name, getattr(pin, one.name)) for one in fields(pin))
    return {name: str(value) if isinstance(value, UUID) else value for name, value in values}


def register_files(session: Session, files: Sequence[Stored]) -> None:
    """Insert the rows of stored files that have none; the same content is registered once."""
    repository.add_files(session, _rows_of(files))


def _rows_of(files: Iterable[Stored]) -> list[dict[str, Any]]:
    """In the order of their digests: of two who register the same files none waits for the other in turn."""
    unique = {file.digest: file for file in files}
    return [
        {"digest": file.digest, "kind": file.kind, "size": file.size, "rows": file.rows}
        for _, file in sorted(unique.items())
    ]


def shown(session: Session, jobs: Sequence[Job]) -> list[JobRead]:
    """Jobs as answers: with their producers' ids and their owners' names."""
    inputs = repository.producers_of(session, [job.id for job in jobs])
    names = repository.names_of(session, list({job.owner_id for job in jobs}))
    return [_shown(job, inputs.get(job.id, []), names[job.owner_id]) for job in jobs]


def read_job(session: Session, job: Job) -> JobRead:
    """One job as an answer."""
    return shown(session, [job])[0]


def _shown(job: Job, inputs: list[UUID], owner: str) -> JobRead:
    finished, started = job.finished_at, job.started_at
    duration = (finished - started).total_seconds() if finished and started else None
    return JobRead(
        id=job.id,
        kind=job.kind,
        name=job.name,
        state=cast(State, job.state),
        progress=job.progress,
        message=job.message,
        attempt=job.attempt,
        created_at=job.created_at,
        started_at=started,
        finished_at=finished,
        duration_s=duration,
        owner=JobOwner(id=job.owner_id, name=owner),
        chain_id=job.chain_id,
        parent_id=job.parent_id,
        question_id=job.question_id,
        inputs=inputs,
        outputs=job.outputs,
        error=JobProblem.model_validate(job.error) if job.error else None,
        revision=job.revision,
        cancel_requested=job.cancel_requested,
    )


def jobs_page(
    session: Session,
    principal: Principal,
    *,
    states: Sequence[State],
    kinds: Sequence[str],
    chain_id: UUID | None,
    cursor: str | None,
    limit: int,
) -> Page[JobRead]:
    """Newest first."""
    after = read_cursor(cursor, 1, UUID)
    rows = repository.page(
        session,
        principal.account_id,
        principal.is_admin,
        states=states,
        kinds=kinds,
        chain_id=chain_id,
        after=after[0] if after else None,
        limit=limit,
    )
    by_id = {one.id: one for one in shown(session, rows)}
    return page_of(rows, limit, lambda job: by_id[job.id], lambda job: write_cursor(job.id))


def found(session: Session, principal: Principal, job_id: UUID, level: Level = "read") -> Job:
    job = repository.found(session, job_id, principal.account_id, principal.is_admin, level)
    if job is None:
        raise JobNotFound(f"There is no job {job_id} that you may see.")
    return job


def post(
    session: WriteSession,
    principal: Principal,
    body: ChainCreate,
    kinds: Mapping[str, JobKind],
    unfinished_limit: int,
) -> ChainRead:
    """Enqueue a chain, all or nothing."""
    if body.question is not None and not repository.question_visible(
        session, body.question, principal.account_id, principal.is_admin
    ):
        raise QuestionNotFound(f"There is no question {body.question} that you may use.")
    unfinished = repository.count_unfinished(session, principal.account_id)
    if unfinished + len(body.jobs) > unfinished_limit:
        detail = (
            f"{unfinished} of your jobs are unfinished and {unfinished_limit} are allowed; wait or cancel."
        )
        raise TooManyJobs(detail)

    def kind_of(job_id: UUID) -> str | None:
        job = repository.found(session, job_id, principal.account_id, principal.is_admin, "read")
        return job.kind if job else None

    links = [Link(one.key, one.kind, one.input, one.name) for one in body.jobs]
    jobs = post_chain(
        session,
        kinds,
        links,
        kind_of,
        owner_id=principal.account_id,
        question_id=body.question,
        request_id=principal.request_id,
    )
    chain_id = cast(UUID, jobs[0].chain_id)
    reads = shown(session, jobs)
    posted = {"chain": str(chain_id), "kinds": [job.kind for job in jobs]}
    audit(session, principal, "jobs.post", jobs[0].id, after=posted)
    keys = {link.key: job.id for link, job in zip(links, jobs, strict=True)}
    return ChainRead(id=chain_id, jobs=reads, keys=keys)


def cancel(session: WriteSession, principal: Principal, job_id: UUID) -> JobRead:
    """Ask for a job's end; one that runs is killed by its worker within moments."""
    before = found(session, principal, job_id, "edit").state
    job = request_cancel(session, job_id)
    session.refresh(job)
    if before in repository.UNFINISHED:
        audit(session, principal, "jobs.cancel", job_id, before={"state": before}, after={"state": job.state})
    return read_job(session, job)


def retry(session: WriteSession, principal: Principal, job_id: UUID) -> JobRead:
    """Run a failed or cancelled job again, and what ended because of it."""
    before = found(session, principal, job_id, "edit").state
    job = retry_job(session, job_id)
    session.refresh(job)
    audit(session, principal, "jobs.retry", job_id, before={"state": before}, after={"state": job.state})
    return read_job(session, job)


def log_page(
    session: Session, principal: Principal, job_id: UUID, *, cursor: str | None, limit: int
) -> Page[LogLine]:
    """A job's log, oldest first."""
    found(session, principal, job_id)
    after = read_cursor(cursor, 1, int)
    rows = repository.log(
        session,
        job_id,
        hidden=() if principal.is_admin else (INTERNAL,),
        after=int(after[0]) if after else None,
        limit=limit,
    )
    return page_of(rows, limit, _line, lambda row: write_cursor(row.n))


def _line(row: JobLog) -> LogLine:
    return LogLine(n=row.n, attempt=row.attempt, at=row.at, level=row.level, message=row.message)
