"""All SQL of features, feature sets, their versions and what was computed from them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, or_, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from kuznia.db.access import Level, visible
from kuznia.db.tables import (
    Account,
    Feature,
    FeatureSet,
    FeatureSetMember,
    FeatureSetVersion,
    FeatureVersion,
    FeatureVersionUse,
    File,
    Object,
    Run,
    RunFile,
    RunInput,
)

FeatureRow = tuple[Feature, Object, Account, FeatureVersion]
SetRow = tuple[FeatureSet, Object, Account, FeatureSetVersion]
MemberRow = tuple[FeatureSetMember, FeatureVersion, Feature]
ComputedRow = tuple[Run, str, int | None]

STATISTICS = "statistics"


def _features() -> Select[Feature, Object, Account, FeatureVersion]:
    newest = (
        select(FeatureVersion.feature_id, func.max(FeatureVersion.seq).label("seq"))
        .group_by(FeatureVersion.feature_id)
        .subquery()
    )
    version = (FeatureVersion.feature_id == Feature.id) & (FeatureVersion.seq == newest.c.seq)
    return (
        select(Feature, Object, Account, FeatureVersion)
        .join(Object, Object.id == Feature.id)
        .join(Account, Account.id == Object.owner_id)
        .join(newest, newest.c.feature_id == Feature.id)
        .join(FeatureVersion, version)
    )


def features(
    session: Session,
    account_id: UUID,
    is_admin: bool,
    *,
    text: str | None,
    tags: Collection[str],
    owner: UUID | None,
    retired: bool,
    after: tuple[Any, ...] | None,
    limit: int,
) -> Sequence[FeatureRow]:
    """Visible features by name, one more than `limit`."""
    query = _features().where(visible(Feature.id, account_id, is_admin=is_admin))
    if text:
        written = FeatureVersion.spec["expression"].astext
        places = (Feature.name, Feature.description, written)
        query = query.where(or_(*(one.icontains(text, autoescape=True) for one in places)))
    if tags:
        query = query.where(Feature.tags.contains(list(tags)))
    if owner:
        query = query.where(Object.owner_id == owner)
    if not retired:
        query = query.where(Feature.retired_at.is_(None))
    if after:
        query = query.where(tuple_(Feature.name, Feature.id) > after)
    rows = session.execute(query.order_by(Feature.name, Feature.id).limit(limit + 1))
    return list(rows)


def feature(
    session: Session, feature_id: UUID, account_id: UUID, is_admin: bool, level: Level = "read"
) -> FeatureRow | None:
    seen = visible(Feature.id, account_id, is_admin=is_admin, level=level)
    row = session.execute(_features().where(Feature.id == feature_id, seen)).one_or_none()
    return row


def own_features(session: Session, owner_id: UUID) -> dict[str, FeatureRow]:
    """The account's living features by name."""
    query = _features().where(Object.owner_id == owner_id, Object.deleted_at.is_(None))
    return {row[0].name: row for row in session.execute(query.order_by(Feature.id.desc()))}


def feature_versions(session: Session, feature_id: UUID) -> Sequence[FeatureVersion]:
    """Newest first."""
    query = select(FeatureVersion).where(FeatureVersion.feature_id == feature_id)
    return session.scalars(query.order_by(FeatureVersion.seq.desc())).all()


def visible_feature_versions(
    session: Session, ids: Collection[UUID], account_id: UUID, is_admin: bool
) -> dict[UUID, tuple[FeatureVersion, Feature]]:
    query = (
        select(FeatureVersion, Feature)
        .join(Feature, Feature.id == FeatureVersion.feature_id)
        .where(FeatureVersion.id.in_(ids), visible(Feature.id, account_id, is_admin=is_admin))
    )
    return {row[0].id: row for row in session.execute(query)}


def users_of(
    session: Session, feature_id: UUID, account_id: UUID, is_admin: bool
) -> Sequence[tuple[UUID, str, int]]:
    """Visible feature sets with the newest of their versions that has any version of the feature."""
    query = (
        select(FeatureSet.id, FeatureSet.name, func.max(FeatureSetVersion.seq))
        .join(FeatureSetVersion, FeatureSetVersion.feature_set_id == FeatureSet.id)
        .join(FeatureSetMember, FeatureSetMember.version_id == FeatureSetVersion.id)
        .join(FeatureVersion, FeatureVersion.id == FeatureSetMember.feature_version_id)
        .where(FeatureVersion.feature_id == feature_id)
        .where(visible(FeatureSet.id, account_id, is_admin=is_admin))
        .group_by(FeatureSet.id, FeatureSet.name)
        .order_by(FeatureSet.name)
    )
    return list(session.execute(query))


def add_uses(session: Session, version_id: UUID, used: Collection[UUID]) -> None:
    """Note the versions that a new version stands on."""
    session.add_all(FeatureVersionUse(version_id=version_id, used_id=one) for one in sorted(used))
    session.flush()


def set_counts(
    session: Session, feature_ids: Collection[UUID], account_id: UUID, is_admin: bool
) -> dict[UUID, int]:
    """In how many visible feature sets some version of each feature is."""
    query = (
        select(FeatureVersion.feature_id, func.count(FeatureSetVersion.feature_set_id.distinct()))
        .join(FeatureSetMember, FeatureSetMember.feature_version_id == FeatureVersion.id)
        .join(FeatureSetVersion, FeatureSetVersion.id == FeatureSetMember.version_id)
        .where(FeatureVersion.feature_id.in_(feature_ids))
        .where(visible(FeatureSetVersion.feature_set_id, account_id, is_admin=is_admin))
        .group_by(FeatureVersion.feature_id)
    )
    return dict(session.execute(query).all())


def lock_account(session: Session, account_id: UUID) -> None:
    """One at a time of those who name things for this account."""
    session.execute(select(Account.id).where(Account.id == account_id).with_for_update())


def _sets() -> Select[FeatureSet, Object, Account, FeatureSetVersion]:
    newest = (
        select(FeatureSetVersion.feature_set_id, func.max(FeatureSetVersion.seq).label("seq"))
        .group_by(FeatureSetVersion.feature_set_id)
        .subquery()
    )
    version = (FeatureSetVersion.feature_set_id == FeatureSet.id) & (FeatureSetVersion.seq == newest.c.seq)
    return (
        select(FeatureSet, Object, Account, FeatureSetVersion)
        .join(Object, Object.id == FeatureSet.id)
        .join(Account, Account.id == Object.owner_id)
        .join(newest, newest.c.feature_set_id == FeatureSet.id)
        .join(FeatureSetVersion, version)
    )


def feature_sets(
    session: Session,
    account_id: UUID,
    is_admin: bool,
    *,
    text: str | None,
    after: tuple[Any, ...] | None,
    limit: int,
) -> Sequence[SetRow]:
    """Visible feature sets by name, one more than `limit`."""
    query = _sets().where(visible(FeatureSet.id, account_id, is_admin=is_admin))
    if text:
        query = query.where(FeatureSet.name.icontains(text, autoescape=True))
    if after:
        query = query.where(tuple_(FeatureSet.name, FeatureSet.id) > after)
    rows = session.execute(query.order_by(FeatureSet.name, FeatureSet.id).limit(limit + 1))
    return list(rows)


def feature_set(
    session: Session, set_id: UUID, account_id: UUID, is_admin: bool, level: Level = "read"
) -> SetRow | None:
    seen = visible(FeatureSet.id, account_id, is_admin=is_admin, level=level)
    row = session.execute(_sets().where(FeatureSet.id == set_id, seen)).one_or_none()
    return row


def set_named(session: Session, owner_id: UUID, name: str) -> FeatureSet | None:
    query = (
        select(FeatureSet)
        .join(Object, Object.id == FeatureSet.id)
        .where(Object.owner_id == owner_id, FeatureSet.name == name, Object.deleted_at.is_(None))
    )
    return session.scalars(query).first()


def set_versions(session: Session, set_id: UUID) -> Sequence[FeatureSetVersion]:
    """Newest first."""
    query = select(FeatureSetVersion).where(FeatureSetVersion.feature_set_id == set_id)
    return session.scalars(query.order_by(FeatureSetVersion.seq.desc())).all()


def set_version(session: Session, version_id: UUID) -> FeatureSetVersion | None:
    return session.get(FeatureSetVersion, version_id)


def members(session: Session, version_id: UUID) -> Sequence[MemberRow]:
    query = (
        select(FeatureSetMember, FeatureVersion, Feature)
        .join(FeatureVersion, FeatureVersion.id == FeatureSetMember.feature_version_id)
        .join(Feature, Feature.id == FeatureVersion.feature_id)
        .where(FeatureSetMember.version_id == version_id)
        .order_by(FeatureSetMember.position)
    )
    return list(session.execute(query))


def computed(
    session: Session, version_id: UUID, account_id: UUID, is_admin: bool
) -> tuple[Run, Mapping[str, tuple[str, int | None]]] | None:
    """The newest visible run that computed a version, with its files: digest and rows by role."""
    run = session.scalars(
        select(Run)
        .join(RunInput, RunInput.run_id == Run.id)
        .join(RunFile, (RunFile.run_id == Run.id) & (RunFile.role == STATISTICS))
        .where(RunInput.feature_set_version_id == version_id)
        .where(visible(Run.job_id, account_id, is_admin=is_admin))
        .order_by(Run.finished_at.desc(), Run.id.desc())
        .limit(1)
    ).first()
    if run is None:
        return None
    files = (
        select(RunFile.role, RunFile.digest, File.rows)
        .join(File, File.digest == RunFile.digest)
        .where(RunFile.run_id == run.id)
    )
    return run, {row.role: (row.digest, row.rows) for row in session.execute(files)}


def statistics_files(
    session: Session, feature_version_ids: Collection[UUID], account_id: UUID, is_admin: bool
) -> dict[UUID, str]:
    """For each feature version the statistics file of the newest visible run that computed it."""
    query = (
        select(FeatureSetMember.feature_version_id, RunFile.digest)
        .join(RunInput, RunInput.feature_set_version_id == FeatureSetMember.version_id)
        .join(Run, Run.id == RunInput.run_id)
        .join(RunFile, (RunFile.run_id == Run.id) & (RunFile.role == STATISTICS))
        .where(FeatureSetMember.feature_version_id.in_(feature_version_ids))
        .where(visible(Run.job_id, account_id, is_admin=is_admin))
        .ext(distinct_on(FeatureSetMember.feature_version_id))
        .order_by(FeatureSetMember.feature_version_id, Run.finished_at.desc())
    )
    return dict(session.execute(query).all())
