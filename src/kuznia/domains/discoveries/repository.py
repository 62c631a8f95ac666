"""The SQL of discoveries."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from kuznia.db.access import Level, visible
from kuznia.db.tables import (
    Account,
    Adoption,
    Discovery,
    FeatureSet,
    FeatureSetVersion,
    Object,
    Question,
    Run,
    RunFile,
    RunInput,
    Universe,
    UniverseVersion,
)

DiscoveryRow = tuple[Discovery, Object, Account, Question, Run, UniverseVersion, Universe]

REPRODUCED = "reproduced"


def _discoveries(
    account_id: UUID, is_admin: bool, level: Level = "read"
) -> Select[Discovery, Object, Account, Question, Run, UniverseVersion, Universe]:
    return (
        select(Discovery, Object, Account, Question, Run, UniverseVersion, Universe)
        .join(Object, Object.id == Discovery.id)
        .join(Account, Account.id == Object.owner_id)
        .join(Question, Question.id == Discovery.question_id)
        .join(Run, Run.id == Discovery.run_id)
        .join(UniverseVersion, UniverseVersion.id == Discovery.universe_version_id)
        .join(Universe, Universe.id == UniverseVersion.universe_id)
        .where(visible(Discovery.id, account_id, is_admin=is_admin, level=level))
    )


def discoveries(
    session: Session,
    account_id: UUID,
    is_admin: bool,
    *,
    text: str | None,
    after: UUID | None,
    limit: int,
) -> Sequence[DiscoveryRow]:
    """Newest first, one more than `limit`."""
    query = _discoveries(account_id, is_admin)
    if text:
        query = query.where(Discovery.name.icontains(text, autoescape=True))
    if after:
        query = query.where(Discovery.id < after)
    return list(session.execute(query.order_by(Discovery.id.desc()).limit(limit + 1)))


def discovery(
    session: Session, discovery_id: UUID, account_id: UUID, is_admin: bool, level: Level = "read"
) -> DiscoveryRow | None:
    query = _discoveries(account_id, is_admin, level).where(Discovery.id == discovery_id)
    row = session.execute(query).one_or_none()
    return row


def add_discovery(session: Session, row: Discovery) -> None:
    session.add(row)
    session.flush()


def add_adoption(session: Session, discovery_id: UUID, feature_set_version_id: UUID) -> None:
    session.add(Adoption(discovery_id=discovery_id, feature_set_version_id=feature_set_version_id))
    session.flush()


def adopted_sets(
    session: Session, discovery_id: UUID, account_id: UUID, is_admin: bool
) -> Sequence[tuple[UUID, str]]:
    """Id and name of the visible feature sets made of what a discovery kept, oldest first."""
    query = (
        select(FeatureSet.id, FeatureSet.name)
        .join(FeatureSetVersion, FeatureSetVersion.feature_set_id == FeatureSet.id)
        .join(Adoption, Adoption.feature_set_version_id == FeatureSetVersion.id)
        .where(Adoption.discovery_id == discovery_id)
        .where(visible(FeatureSet.id, account_id, is_admin=is_admin))
        .order_by(FeatureSet.id)
    )
    return session.execute(query).all()


def run_file(session: Session, run_id: UUID, role: str) -> str | None:
    return session.scalar(select(RunFile.digest).where(RunFile.run_id == run_id, RunFile.role == role))


def run_inputs(session: Session, run_id: UUID) -> Sequence[RunInput]:
    query = select(RunInput).where(RunInput.run_id == run_id)
    return session.scalars(query.order_by(RunInput.role, RunInput.position)).all()


def newest_reproduction(session: Session, run_id: UUID) -> Run | None:
    query = (
        select(Run)
        .join(RunInput, RunInput.run_id == Run.id)
        .where(RunInput.source_run_id == run_id, RunInput.role == REPRODUCED)
    )
    return session.scalars(query.order_by(Run.id.desc()).limit(1)).first()
