"""The SQL of sweeps."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from kuznia.db.access import Level, visible
from kuznia.db.tables import (
    Account,
    Object,
    Question,
    Run,
    RunFile,
    RunInput,
    Sweep,
    Universe,
    UniverseVersion,
)

SweepRow = tuple[Sweep, Object, Account, Question, Run, UniverseVersion, Universe]


def _sweeps(
    account_id: UUID, is_admin: bool, level: Level = "read"
) -> Select[Sweep, Object, Account, Question, Run, UniverseVersion, Universe]:
    return (
        select(Sweep, Object, Account, Question, Run, UniverseVersion, Universe)
        .join(Object, Object.id == Sweep.id)
        .join(Account, Account.id == Object.owner_id)
        .join(Question, Question.id == Sweep.question_id)
        .join(Run, Run.id == Sweep.run_id)
        .join(UniverseVersion, UniverseVersion.id == Sweep.universe_version_id)
        .join(Universe, Universe.id == UniverseVersion.universe_id)
        .where(visible(Sweep.id, account_id, is_admin=is_admin, level=level))
    )


def sweeps(
    session: Session,
    account_id: UUID,
    is_admin: bool,
    *,
    question_id: UUID | None,
    text: str | None,
    after: UUID | None,
    limit: int,
) -> Sequence[SweepRow]:
    """Newest first, one more than `limit`."""
    query = _sweeps(account_id, is_admin)
    if question_id:
        query = query.where(Sweep.question_id == question_id)
    if text:
        query = query.where(Sweep.name.icontains(text, autoescape=True))
    if after:
        query = query.where(Sweep.id < after)
    return list(session.execute(query.order_by(Sweep.id.desc()).limit(limit + 1)))


def sweep(
    session: Session, sweep_id: UUID, account_id: UUID, is_admin: bool, level: Level = "read"
) -> SweepRow | None:
    query = _sweeps(account_id, is_admin, level).where(Sweep.id == sweep_id)
    row = session.execute(query).one_or_none()
    return row


def add_sweep(session: Session, row: Sweep) -> None:
    session.add(row)
    session.flush()


def run_file(session: Session, run_id: UUID, role: str) -> str | None:
    return session.scalar(select(RunFile.digest).where(RunFile.run_id == run_id, RunFile.role == role))


def run_inputs(session: Session, run_id: UUID) -> Sequence[RunInput]:
    query = select(RunInput).where(RunInput.run_id == run_id)
    return session.scalars(query.order_by(RunInput.role, RunInput.position)).all()


def part_runs(session: Session, ids: Sequence[UUID], owner_id: UUID, role: str) -> Sequence[tuple[Run, str]]:
    """Those of some runs that are parts of the owner's sweeps, with the digest of their file."""
    query = (
        select(Run, RunFile.digest)
        .join(RunFile, RunFile.run_id == Run.id)
        .where(Run.id.in_(ids), Run.kind == "sweeps.part", Run.created_by == owner_id, RunFile.role == role)
    )
    return [(run, digest) for run, digest in session.execute(query)]
