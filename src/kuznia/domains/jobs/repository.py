"""The SQL of jobs and runs. It reads jobs; ``kuznia.queue`` alone changes their state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, column, func, select
from sqlalchemy.dialects.postgresql import JSONB, Insert, insert
from sqlalchemy.orm import Session

from kuznia.db.access import Level, visible
from kuznia.db.tables import (
    Account,
    Base,
    File,
    Grant,
    Job,
    JobInput,
    JobLog,
    Question,
    Run,
    RunFile,
    RunInput,
    table_of,
)
from kuznia.db.tables.runs import PINS

UNFINISHED = ("waiting", "queued", "running")

Rows = Sequence[Mapping[str, Any]]
"""Rows to be inserted, of what JSON can say: each with the same names."""

FILE = ("digest", "kind", "size", "rows")
RUN = (
    "id",
    "job_id",
    "kind",
    "code",
    "environment",
    "parameters",
    "facts",
    "seed",
    "result_digest",
    "started_at",
    "created_by",
)


def _inserted(entity: type[Base], name: str, columns: Sequence[str]) -> Insert:
    """Rows that come as one parameter, so that the statement is the same for any number of them."""
    table = table_of(entity)
    typed = [column(one, table.c[one].type) for one in columns]
    given = func.jsonb_to_recordset(bindparam(name, type_=JSONB)).table_valued(*typed)
    rows = given.render_derived(name=name, with_types=True)
    return insert(table).from_select(columns, select(*rows.c), include_defaults=False)


@cache
def _with_files() -> Insert:
    """One that exists is the same content and stays."""
    return _inserted(File, "files", FILE).on_conflict_do_nothing()


@cache
def _with_run() -> Insert:
    """Built once. Foreign keys are looked at when all four tables have their rows."""
    pins = _inserted(RunInput, "pins", ("id", "run_id", "role", "position", *PINS))
    return _inserted(RunFile, "outputs", ("run_id", "role", "digest")).add_cte(
        _with_files().cte("registered"),
        _inserted(Run, "runs", RUN).cte("recorded"),
        pins.cte("pinned"),
    )


def add_run(session: Session, run: Mapping[str, Any], pins: Rows, files: Rows, outputs: Rows) -> None:
    """Insert a run, its pins, those of its files that have no row, and their roles, in one statement."""
    given = {"runs": [run], "pins": pins, "files": files, "outputs": outputs}
    session.execute(_with_run(), given)


def add_files(session: Session, rows: Rows) -> None:
    """Insert those rows of ``files`` that are not there."""
    if rows:
        session.execute(_with_files(), {"files": rows})


def found(session: Session, job_id: UUID, account_id: UUID, is_admin: bool, level: Level) -> Job | None:
    allowed = visible(Job.id, account_id, is_admin=is_admin, level=level)
    return session.scalars(select(Job).where(Job.id == job_id, allowed)).one_or_none()


def page(
    session: Session,
    account_id: UUID,
    is_admin: bool,
    *,
    states: Sequence[str],
    kinds: Sequence[str],
    chain_id: UUID | None,
    after: UUID | None,
    limit: int,
) -> Sequence[Job]:
    """Up to ``limit + 1`` jobs, newest first: ids are time-ordered. Parts are shown in their chain alone."""
    query = select(Job).where(visible(Job.id, account_id, is_admin=is_admin))
    if states:
        query = query.where(Job.state.in_(states))
    if kinds:
        query = query.where(Job.kind.in_(kinds))
    if chain_id is not None:
        query = query.where(Job.chain_id == chain_id)
    else:
        query = query.where(Job.parent_id.is_(None))
    if after is not None:
        query = query.where(Job.id < after)
    return session.scalars(query.order_by(Job.id.desc()).limit(limit + 1)).all()


def chain(session: Session, chain_id: UUID) -> Sequence[Job]:
    return session.scalars(select(Job).where(Job.chain_id == chain_id).order_by(Job.id)).all()


def producers_of(session: Session, job_ids: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    query = (
        select(JobInput.job_id, JobInput.producer_id)
        .where(JobInput.job_id.in_(job_ids))
        .order_by(JobInput.job_id, JobInput.producer_id)
    )
    rows: dict[UUID, list[UUID]] = {}
    for job_id, producer_id in session.execute(query):
        rows.setdefault(job_id, []).append(producer_id)
    return rows


def names_of(session: Session, account_ids: Sequence[UUID]) -> dict[UUID, str]:
    query = select(Account.id, Account.name).where(Account.id.in_(account_ids))
    return dict(session.execute(query).all())


def grantees_of(session: Session, job_ids: Sequence[UUID]) -> dict[UUID, set[UUID | None]]:
    """Whom each job is shared with; None stands for everybody."""
    query = select(Grant.object_id, Grant.grantee_id).where(Grant.object_id.in_(job_ids))
    rows: dict[UUID, set[UUID | None]] = {}
    for object_id, grantee_id in session.execute(query):
        rows.setdefault(object_id, set()).add(grantee_id)
    return rows


def with_ids(session: Session, job_ids: Sequence[UUID]) -> Sequence[Job]:
    return session.scalars(select(Job).where(Job.id.in_(job_ids)).order_by(Job.revision)).all()


def watched(
    session: Session, account_id: UUID, is_admin: bool, only: UUID | None, since: int | None
) -> Sequence[Job]:
    """What a browser needs on connecting: unfinished jobs (or the one), and what changed after `since`."""
    wanted: ColumnElement[bool] = Job.state.in_(UNFINISHED) if only is None else Job.id == only
    if since is not None and only is None:
        wanted = wanted | (Job.revision > since)
    query: Select[Job] = select(Job).where(visible(Job.id, account_id, is_admin=is_admin), wanted)
    return session.scalars(query.order_by(Job.revision.desc()).limit(1000)).all()[::-1]


def lately_changed(session: Session) -> Sequence[Job]:
    """The unfinished jobs and the 1,000 latest changes: what may have been missed."""
    latest = select(Job.id).order_by(Job.revision.desc()).limit(1000)
    query = select(Job).where(Job.state.in_(UNFINISHED) | Job.id.in_(latest))
    return session.scalars(query.order_by(Job.revision)).all()


def log(
    session: Session, job_id: UUID, *, hidden: Sequence[str], after: int | None, limit: int
) -> Sequence[JobLog]:
    """Up to ``limit + 1`` lines of a job's log, oldest first, without those of hidden levels."""
    query = select(JobLog).where(JobLog.job_id == job_id, JobLog.level.not_in(hidden))
    if after is not None:
        query = query.where(JobLog.n > after)
    return session.scalars(query.order_by(JobLog.n).limit(limit + 1)).all()


def count_unfinished(session: Session, account_id: UUID) -> int:
    query = select(func.count()).where(
        Job.owner_id == account_id, Job.parent_id.is_(None), Job.state.in_(UNFINISHED)
    )
    return session.scalars(query).one()


def question_visible(session: Session, question_id: UUID, account_id: UUID, is_admin: bool) -> bool:
    allowed = visible(Question.id, account_id, is_admin=is_admin)
    query = select(Question.id).where(Question.id == question_id, allowed)
    return session.scalars(query).one_or_none() is not None


def registered(session: Session, digests: Sequence[str]) -> set[str]:
    """Which of these files have a row, and so are kept."""
    return set(session.scalars(select(File.digest).where(File.digest.in_(digests))))


def any_file(session: Session) -> bool:
    return session.scalars(select(File.digest).limit(1)).one_or_none() is not None
