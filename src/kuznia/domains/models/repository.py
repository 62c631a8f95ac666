"""All SQL of models, their versions, aliases and what they were made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Insert, Select, bindparam, exists, func, insert, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, aliased
from uuid_utils.compat import uuid7

from kuznia.db.access import Level, visible
from kuznia.db.tables import (
    Account,
    Alias,
    AliasEvent,
    Dataset,
    DatasetVersion,
    FeatureSet,
    FeatureSetVersion,
    Job,
    Model,
    ModelVersion,
    ModelVersionRemoval,
    Monitor,
    Object,
    Run,
    RunFile,
    RunInput,
    Universe,
    UniverseVersion,
    table_of,
)

ModelRow = tuple[Model, Object, Account]
VersionRow = tuple[ModelVersion, Account]
EventRow = tuple[AliasEvent, Account, int | None, int | None]


def _models() -> Select[Model, Object, Account]:
    return (
        select(Model, Object, Account)
        .join(Object, Object.id == Model.id)
        .join(Account, Account.id == Object.owner_id)
    )


def models(
    session: Session, account_id: UUID, is_admin: bool, *, after: tuple[Any, ...] | None, limit: int
) -> Sequence[ModelRow]:
    """Visible models by name, one more than `limit`."""
    query = _models().where(visible(Model.id, account_id, is_admin=is_admin))
    if after:
        query = query.where(tuple_(Model.name, Model.id) > (after[0], UUID(str(after[1]))))
    rows = session.execute(query.order_by(Model.name, Model.id).limit(limit + 1))
    return rows.all()


def model(
    session: Session, model_id: UUID, account_id: UUID, is_admin: bool, level: Level = "read"
) -> ModelRow | None:
    seen = visible(Model.id, account_id, is_admin=is_admin, level=level)
    return session.execute(_models().where(Model.id == model_id, seen)).one_or_none()


def lock_model(session: Session, model_id: UUID) -> None:
    """Make others who add a version or move an alias of this model wait."""
    session.execute(_lock(), {"model": model_id})


@cache
def _lock() -> Select[UUID]:
    table = table_of(Model)
    return select(table.c.id).where(table.c.id == bindparam("model")).with_for_update()


def lock_digest(session: Session, digest: str) -> None:
    """Make others who import the same bundle wait; it may come into different models at once."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext(digest))))


def named(session: Session, owner_id: UUID, name: str) -> Model | None:
    query = (
        select(Model)
        .join(Object, Object.id == Model.id)
        .where(Object.owner_id == owner_id, Model.name == name, Object.deleted_at.is_(None))
    )
    return session.scalars(query).first()


def living() -> ColumnElement[bool]:
    """A version that was not deleted."""
    return ~exists().where(ModelVersionRemoval.version_id == ModelVersion.id)


def newest(session: Session, model_ids: Sequence[UUID]) -> dict[UUID, VersionRow]:
    """The newest version of each model that has one."""
    query = (
        select(ModelVersion, Account)
        .join(Account, Account.id == ModelVersion.created_by)
        .where(ModelVersion.model_id.in_(model_ids), living())
        .ext(distinct_on(ModelVersion.model_id))
        .order_by(ModelVersion.model_id, ModelVersion.seq.desc())
    )
    return {row[0].model_id: row for row in session.execute(query)}


def version(session: Session, version_id: UUID) -> VersionRow | None:
    query = select(ModelVersion, Account).join(Account, Account.id == ModelVersion.created_by)
    return session.execute(query.where(ModelVersion.id == version_id, living())).one_or_none()


def version_of_digest(
    session: Session, digest: str, account_id: UUID, is_admin: bool
) -> tuple[ModelVersion, Model] | None:
    """The oldest version with this bundle that the account may see."""
    query = (
        select(ModelVersion, Model)
        .join(Model, Model.id == ModelVersion.model_id)
        .where(ModelVersion.digest == digest, living(), visible(Model.id, account_id, is_admin=is_admin))
        .order_by(ModelVersion.created_at)
        .limit(1)
    )
    return session.execute(query).one_or_none()


def file_of_version(session: Session, version_id: UUID, kind: str, role: str) -> str | None:
    """The newest file of a role that a run of this kind made of a version."""
    found = newest_file_of_version(session, version_id, kind, role)
    return found and found[0]


def newest_file_of_version(
    session: Session, version_id: UUID, kind: str, role: str
) -> tuple[str, datetime] | None:
    """The same, and when that run ended."""
    query = (
        select(RunFile.digest, Run.finished_at)
        .join(Run, Run.id == RunFile.run_id)
        .join(RunInput, RunInput.run_id == Run.id)
        .where(RunInput.model_version_id == version_id, Run.kind == kind, RunFile.role == role)
        .order_by(Run.finished_at.desc())
        .limit(1)
    )
    row = session.execute(query).one_or_none()
    return None if row is None else (row[0], row[1])


def version_counts(session: Session, model_ids: Sequence[UUID]) -> dict[UUID, int]:
    query = select(ModelVersion.model_id, func.count()).where(ModelVersion.model_id.in_(model_ids), living())
    return dict(session.execute(query.group_by(ModelVersion.model_id)).all())


@cache
def _numbered() -> Insert:
    """Built once. The last number is found by the statement that adds the next; another locked the model."""
    table = table_of(ModelVersion)
    last = select(func.max(table.c.seq)).where(table.c.model_id == bindparam("of_model")).scalar_subquery()
    return insert(table).values(seq=func.coalesce(last, 0) + 1)


def add_version(session: Session, values: Mapping[str, Any]) -> UUID:
    """Insert the next version of a model that is locked."""
    made = uuid7()
    session.execute(_numbered(), {**values, "id": made, "of_model": values["model_id"]})
    return made


def aliases(session: Session, model_ids: Sequence[UUID]) -> Sequence[tuple[Alias, int]]:
    """Aliases by name, each with its version's number."""
    query = (
        select(Alias, ModelVersion.seq)
        .join(ModelVersion, ModelVersion.id == Alias.version_id)
        .where(Alias.model_id.in_(model_ids))
        .order_by(Alias.model_id, Alias.name)
    )
    return session.execute(query).all()


def alias(session: Session, model_id: UUID, name: str) -> Alias | None:
    return session.get(Alias, (model_id, name), populate_existing=True)


def events(
    session: Session, model_id: UUID, name: str, *, below: int | None, limit: int
) -> Sequence[EventRow]:
    """Newest first, one more than `limit`."""
    before, after = aliased(ModelVersion), aliased(ModelVersion)
    query = (
        select(AliasEvent, Account, before.seq, after.seq)
        .join(Account, Account.id == AliasEvent.account_id)
        .outerjoin(before, before.id == AliasEvent.before)
        .outerjoin(after, after.id == AliasEvent.after)
        .where(AliasEvent.model_id == model_id, AliasEvent.name == name)
    )
    if below is not None:
        query = query.where(AliasEvent.n < below)
    return session.execute(query.order_by(AliasEvent.n.desc()).limit(limit + 1)).all()


def newest_move(session: Session) -> AliasEvent | None:
    """The newest move of any alias; its number is the revision of the routes."""
    return session.scalars(select(AliasEvent).order_by(AliasEvent.n.desc()).limit(1)).one_or_none()


def has_unfinished(session: Session, kind: str) -> bool:
    query = select(Job.id).where(Job.kind == kind, Job.state.in_(("waiting", "queued", "running")))
    return session.scalars(query.limit(1)).first() is not None


def routed(session: Session) -> Sequence[tuple[Alias, ModelVersion, str, UUID | None, Monitor | None]]:
    """Every alias of a living model with its version, feature-set digest, source run and policy."""
    query = (
        select(Alias, ModelVersion, FeatureSetVersion.digest, RunInput.source_run_id, Monitor)
        .join(ModelVersion, ModelVersion.id == Alias.version_id)
        .join(FeatureSetVersion, FeatureSetVersion.id == ModelVersion.feature_set_version_id)
        .join(Object, Object.id == Alias.model_id)
        .join(RunInput, (RunInput.run_id == ModelVersion.run_id) & RunInput.source_run_id.is_not(None))
        .outerjoin(Monitor, (Monitor.model_id == Alias.model_id) & (Monitor.alias == Alias.name))
        .where(Object.deleted_at.is_(None))
        .order_by(Alias.model_id, Alias.name)
    )
    return session.execute(query).all()


def run(session: Session, run_id: UUID) -> Run | None:
    return session.get(Run, run_id)


def visible_run(session: Session, run_id: UUID, account_id: UUID, is_admin: bool) -> Run | None:
    """A run whose job the account may see."""
    seen = visible(Run.job_id, account_id, is_admin=is_admin)
    return session.scalars(select(Run).where(Run.id == run_id, seen)).one_or_none()


def run_files(session: Session, run_id: UUID) -> dict[str, str]:
    rows = session.execute(select(RunFile.role, RunFile.digest).where(RunFile.run_id == run_id))
    return dict(rows.all())


def run_inputs(session: Session, run_id: UUID) -> Sequence[RunInput]:
    query = select(RunInput).where(RunInput.run_id == run_id).order_by(RunInput.role, RunInput.position)
    return session.scalars(query).all()


def pinned_names(session: Session, pins: Sequence[RunInput]) -> dict[UUID, tuple[str, int]]:
    """Name and number of each pinned dataset, universe and feature-set version."""
    found: dict[UUID, tuple[str, int]] = {}
    lines: tuple[tuple[str, Any, Any, Any], ...] = (
        ("dataset_version_id", DatasetVersion, Dataset, DatasetVersion.dataset_id),
        ("universe_version_id", UniverseVersion, Universe, UniverseVersion.universe_id),
        ("feature_set_version_id", FeatureSetVersion, FeatureSet, FeatureSetVersion.feature_set_id),
    )
    for column, made, noun, parent in lines:
        wanted = [getattr(pin, column) for pin in pins if getattr(pin, column) is not None]
        if wanted:
            query = select(made.id, noun.name, made.seq).join(noun, noun.id == parent)
            for one in session.execute(query.where(made.id.in_(wanted))):
                found[one.id] = (one.name, one.seq)
    return found


def feature_set_version(session: Session, version_id: UUID) -> FeatureSetVersion | None:
    return session.get(FeatureSetVersion, version_id)


def universe_version(session: Session, version_id: UUID) -> UniverseVersion | None:
    return session.get(UniverseVersion, version_id)
