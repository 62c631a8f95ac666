"""All SQL of monitors, their reports and what these led to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from kuznia.db.tables import (
    Account,
    Alias,
    DatasetVersion,
    DriftAlert,
    DriftReport,
    Job,
    ModelVersion,
    Monitor,
    Object,
    Proposal,
    Retraining,
    Run,
    RunInput,
)

UNFINISHED = ("waiting", "queued", "running")
MonitorRow = tuple[Monitor, Account, ModelVersion | None]
RetrainingRow = tuple[Retraining, Job, int]
ProposalRow = tuple[Proposal, int, int, dict[str, Any], Account | None]


@dataclass(frozen=True, slots=True)
class Origin:
    """What a version was made from."""

    version: ModelVersion
    question_id: UUID | None
    features_run_id: UUID


def _monitors() -> Select[Monitor, Account, ModelVersion]:
    return (
        select(Monitor, Account, ModelVersion)
        .join(Account, Account.id == Monitor.account_id)
        .outerjoin(Alias, (Alias.model_id == Monitor.model_id) & (Alias.name == Monitor.alias))
        .outerjoin(ModelVersion, ModelVersion.id == Alias.version_id)
    )


def monitors(session: Session, model_id: UUID, *, after: str | None, limit: int) -> Sequence[MonitorRow]:
    """By alias, one more than `limit`."""
    query = _monitors().where(Monitor.model_id == model_id)
    if after is not None:
        query = query.where(Monitor.alias > after)
    return session.execute(query.order_by(Monitor.alias).limit(limit + 1)).all()


def monitor(session: Session, model_id: UUID, alias: str) -> MonitorRow | None:
    query = _monitors().where(Monitor.model_id == model_id, Monitor.alias == alias)
    query = query.execution_options(populate_existing=True)
    return session.execute(query).one_or_none()


def due(session: Session) -> Sequence[tuple[Monitor, UUID]]:
    """Monitors of living models whose time has come, with the version their alias is on; locked."""
    query = (
        select(Monitor, Alias.version_id)
        .join(Alias, (Alias.model_id == Monitor.model_id) & (Alias.name == Monitor.alias))
        .join(Object, Object.id == Monitor.model_id)
        .where(Monitor.next_check_at <= func.clock_timestamp(), Object.deleted_at.is_(None))
        .order_by(Monitor.next_check_at)
        .limit(100)
        .with_for_update(of=Monitor, skip_locked=True)
    )
    return session.execute(query).all()


def now(session: Session) -> Any:
    return session.scalar(select(func.clock_timestamp()))


def origin(session: Session, version_id: UUID) -> Origin | None:
    """A version with the run of features that it was trained on, and the question it counts under."""
    query = (
        select(ModelVersion, Job.question_id, RunInput.source_run_id)
        .join(Run, Run.id == ModelVersion.run_id)
        .join(Job, Job.id == Run.job_id)
        .join(RunInput, (RunInput.run_id == Run.id) & RunInput.source_run_id.is_not(None))
        .where(ModelVersion.id == version_id)
        .order_by(RunInput.role, RunInput.position)
    )
    row = session.execute(query).first()
    return Origin(row[0], row[1], row[2]) if row and row[2] else None


def alias(session: Session, model_id: UUID, name: str) -> Alias | None:
    return session.get(Alias, (model_id, name), populate_existing=True)


def version(session: Session, version_id: UUID) -> ModelVersion | None:
    return session.get(ModelVersion, version_id)


def run(session: Session, run_id: UUID) -> Run:
    return session.get_one(Run, run_id)


def pins(session: Session, run_id: UUID) -> Sequence[RunInput]:
    query = select(RunInput).where(RunInput.run_id == run_id).order_by(RunInput.role, RunInput.position)
    return session.scalars(query).all()


def dataset_of(session: Session, version_id: UUID) -> UUID:
    return session.scalars(select(DatasetVersion.dataset_id).where(DatasetVersion.id == version_id)).one()


def add(session: Session, *rows: object) -> None:
    session.add_all(rows)
    session.flush()


def remove(session: Session, row: Monitor) -> None:
    session.delete(row)
    session.flush()


def reports(session: Session, version_id: UUID, *, before: UUID | None, limit: int) -> Sequence[DriftReport]:
    """Newest first, one more than `limit`."""
    query = select(DriftReport).where(DriftReport.model_version_id == version_id)
    if before is not None:
        query = query.where(DriftReport.id < before)
    return session.scalars(query.order_by(DriftReport.id.desc()).limit(limit + 1)).all()


def report(session: Session, report_id: UUID) -> DriftReport | None:
    return session.get(DriftReport, report_id)


def alerts(session: Session, report_id: UUID) -> Sequence[DriftAlert]:
    query = select(DriftAlert).where(DriftAlert.report_id == report_id).order_by(DriftAlert.position)
    return session.scalars(query).all()


def last_look(session: Session, version_id: UUID, challenger_id: UUID) -> int:
    """How often the two were tested against each other."""
    look = DriftReport.summary["challenger"]["look"].as_integer()
    query = select(func.max(look)).where(
        DriftReport.model_version_id == version_id, DriftReport.challenger_id == challenger_id
    )
    return session.scalar(query) or 0


def last_retraining(session: Session, model_id: UUID, alias: str) -> tuple[Retraining, Job] | None:
    query = (
        select(Retraining, Job)
        .join(Job, Job.id == Retraining.job_id)
        .where(Retraining.model_id == model_id, Retraining.alias == alias)
        .order_by(Retraining.id.desc())
    )
    return session.execute(query.limit(1)).one_or_none()


def retrainings(
    session: Session, model_id: UUID, *, before: UUID | None, limit: int
) -> Sequence[RetrainingRow]:
    """Newest first with their last jobs, one more than `limit`."""
    query = (
        select(Retraining, Job, ModelVersion.seq)
        .join(Job, Job.id == Retraining.job_id)
        .join(ModelVersion, ModelVersion.id == Retraining.version_id)
        .where(Retraining.model_id == model_id)
    )
    if before is not None:
        query = query.where(Retraining.id < before)
    return session.execute(query.order_by(Retraining.id.desc()).limit(limit + 1)).all()


def _proposals() -> Select[Any]:
    champion, challenger = aliased(ModelVersion), aliased(ModelVersion)
    return (
        select(Proposal, champion.seq, challenger.seq, DriftReport.summary, Account)
        .join(champion, champion.id == Proposal.champion_id)
        .join(challenger, challenger.id == Proposal.challenger_id)
        .join(DriftReport, DriftReport.id == Proposal.report_id)
        .outerjoin(Account, Account.id == Proposal.decided_by)
    )


def proposals(session: Session, model_id: UUID, *, before: UUID | None, limit: int) -> Sequence[ProposalRow]:
    """Newest first, one more than `limit`."""
    query = _proposals().where(Proposal.model_id == model_id)
    if before is not None:
        query = query.where(Proposal.id < before)
    return session.execute(query.order_by(Proposal.id.desc()).limit(limit + 1)).all()


def proposal(session: Session, proposal_id: UUID) -> ProposalRow | None:
    return session.execute(_proposals().where(Proposal.id == proposal_id)).one_or_none()


def lock_proposal(session: Session, proposal_id: UUID) -> Proposal:
    """The proposal, so that two people cannot decide it at once."""
    query = select(Proposal).where(Proposal.id == proposal_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()
