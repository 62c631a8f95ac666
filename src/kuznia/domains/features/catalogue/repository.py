"""All SQL of the catalogue: which run measured a version, what features stand on, and who uses them."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Text, cast, func, null, select
from sqlalchemy.orm import Session, aliased

from kuznia.db.access import visible
from kuznia.db.tables import (
    Adoption,
    Backtest,
    Dataset,
    DatasetVersion,
    Discovery,
    Feature,
    FeatureSet,
    FeatureSetMember,
    FeatureSetVersion,
    FeatureVersion,
    FeatureVersionUse,
    Model,
    ModelVersion,
    Object,
    Run,
    RunFile,
    RunInput,
    Strategy,
    StrategyVersion,
    Universe,
    UniverseVersion,
)

STATISTICS = "statistics"
MOST = 50
"""Users of each kind that a lineage lists."""

Named = tuple[UUID, str, int]
"""Id, name and number of the version that counts."""


def measured(
    session: Session, feature_version_id: UUID, account_id: UUID, is_admin: bool
) -> tuple[Run, UUID] | None:
    """The newest visible run that measured a feature version, and the set version it computed."""
    query = (
        select(Run, FeatureSetMember.version_id)
        .join(RunInput, RunInput.run_id == Run.id)
        .join(FeatureSetMember, FeatureSetMember.version_id == RunInput.feature_set_version_id)
        .join(RunFile, (RunFile.run_id == Run.id) & (RunFile.role == STATISTICS))
        .where(FeatureSetMember.feature_version_id == feature_version_id)
        .where(visible(Run.job_id, account_id, is_admin=is_admin))
        .order_by(Run.finished_at.desc(), Run.id.desc())
    )
    return session.execute(query.limit(1)).first()


def run_files(session: Session, run_id: UUID) -> dict[str, str]:
    rows = session.execute(select(RunFile.role, RunFile.digest).where(RunFile.run_id == run_id))
    return dict(rows.all())


def run_universe(session: Session, run_id: UUID, account_id: UUID, is_admin: bool) -> Named | None:
    query = (
        select(Universe.id, Universe.name, UniverseVersion.seq)
        .select_from(RunInput)
        .join(UniverseVersion, UniverseVersion.id == RunInput.universe_version_id)
        .join(Universe, Universe.id == UniverseVersion.universe_id)
        .where(RunInput.run_id == run_id, visible(Universe.id, account_id, is_admin=is_admin))
    )
    return session.execute(query).first()


def run_datasets(
    session: Session, run_id: UUID, account_id: UUID, is_admin: bool
) -> Sequence[tuple[Dataset, DatasetVersion]]:
    """Visible datasets that a run read, with the version, bars first."""
    query = (
        select(Dataset, DatasetVersion)
        .select_from(RunInput)
        .join(DatasetVersion, DatasetVersion.id == RunInput.dataset_version_id)
        .join(Dataset, Dataset.id == DatasetVersion.dataset_id)
        .where(RunInput.run_id == run_id, visible(Dataset.id, account_id, is_admin=is_admin))
        .order_by(RunInput.role, RunInput.position)
    )
    return session.execute(query).all()


def uses(
    session: Session, version_ids: Collection[UUID], account_id: UUID, is_admin: bool
) -> Sequence[tuple[UUID, Feature, FeatureVersion, int]]:
    """For each of these versions the visible ones it stands on, with each feature's newest number."""
    later = aliased(FeatureVersion)
    newest = (
        select(func.max(later.seq)).where(later.feature_id == FeatureVersion.feature_id).scalar_subquery()
    )
    query = (
        select(FeatureVersionUse.version_id, Feature, FeatureVersion, newest)
        .join(FeatureVersion, FeatureVersion.id == FeatureVersionUse.used_id)
        .join(Feature, Feature.id == FeatureVersion.feature_id)
        .where(FeatureVersionUse.version_id.in_(version_ids))
        .where(visible(Feature.id, account_id, is_admin=is_admin))
        .order_by(Feature.name)
    )
    return session.execute(query).all()


def discoveries_of(
    session: Session, feature_id: UUID, account_id: UUID, is_admin: bool
) -> Sequence[tuple[UUID, str]]:
    """Id and name of the visible discoveries that kept any version of a feature."""
    query = (
        select(Discovery.id, Discovery.name)
        .join(Adoption, Adoption.discovery_id == Discovery.id)
        .join(FeatureSetMember, FeatureSetMember.version_id == Adoption.feature_set_version_id)
        .join(FeatureVersion, FeatureVersion.id == FeatureSetMember.feature_version_id)
        .where(FeatureVersion.feature_id == feature_id)
        .where(visible(Discovery.id, account_id, is_admin=is_admin))
        .group_by(Discovery.id, Discovery.name)
        .order_by(Discovery.id)
    )
    return session.execute(query.limit(MOST)).all()


def built_on(feature_id: UUID) -> Select[UUID, str, int]:
    """Features whose newest version stands on any version of this one."""
    used, own = aliased(FeatureVersion), aliased(FeatureVersion)
    newest = select(func.max(own.seq)).where(own.feature_id == Feature.id).scalar_subquery()
    return (
        select(Feature.id, Feature.name, FeatureVersion.seq)
        .join(FeatureVersion, FeatureVersion.feature_id == Feature.id)
        .join(FeatureVersionUse, FeatureVersionUse.version_id == FeatureVersion.id)
        .join(used, used.id == FeatureVersionUse.used_id)
        .join(Object, Object.id == Feature.id)
        .where(used.feature_id == feature_id, FeatureVersion.seq == newest, Object.deleted_at.is_(None))
        .group_by(Feature.id, Feature.name, FeatureVersion.seq)
    )


def sets_of(feature_id: UUID) -> Select[UUID, str, int]:
    """Feature sets with the newest of their versions that has any version of the feature."""
    return (
        select(FeatureSet.id, FeatureSet.name, func.max(FeatureSetVersion.seq).label("seq"))
        .join(FeatureSetVersion, FeatureSetVersion.feature_set_id == FeatureSet.id)
        .join(FeatureSetMember, FeatureSetMember.version_id == FeatureSetVersion.id)
        .join(FeatureVersion, FeatureVersion.id == FeatureSetMember.feature_version_id)
        .join(Object, Object.id == FeatureSet.id)
        .where(FeatureVersion.feature_id == feature_id, Object.deleted_at.is_(None))
        .group_by(FeatureSet.id, FeatureSet.name)
    )


def seen(
    session: Session, query: Select[UUID, str, int], noun: Any, account_id: UUID, is_admin: bool
) -> tuple[list[Named], int]:
    """Those of a query's rows that an account may see, by name, one more than `MOST`; how many it may not."""
    may = query.where(visible(noun.id, account_id, is_admin=is_admin))
    every, count = (
        session.scalar(select(func.count()).select_from(one.subquery())) or 0 for one in (query, may)
    )
    rows = session.execute(may.order_by(noun.name).limit(MOST + 1))
    return [(row[0], row[1], row[2]) for row in rows], every - count


def models_of(
    session: Session, set_ids: Collection[UUID], account_id: UUID, is_admin: bool
) -> Sequence[tuple[UUID, UUID, str, int]]:
    """Visible models trained on any version of these sets: the set's id, then id, name and version."""
    query = (
        select(FeatureSetVersion.feature_set_id, Model.id, Model.name, func.max(ModelVersion.seq))
        .join(ModelVersion, ModelVersion.feature_set_version_id == FeatureSetVersion.id)
        .join(Model, Model.id == ModelVersion.model_id)
        .where(FeatureSetVersion.feature_set_id.in_(set_ids))
        .where(visible(Model.id, account_id, is_admin=is_admin))
        .group_by(FeatureSetVersion.feature_set_id, Model.id, Model.name)
        .order_by(Model.name)
    )
    return session.execute(query.limit(MOST + 1)).all()


def strategies_of(
    session: Session, model_ids: Collection[UUID], account_id: UUID, is_admin: bool
) -> Sequence[tuple[UUID, UUID, str, int]]:
    """Visible strategies that follow any version of these models: the model's id, then their own."""
    query = (
        select(ModelVersion.model_id, Strategy.id, Strategy.name, func.max(StrategyVersion.seq))
        .join(StrategyVersion, StrategyVersion.model_version_id == ModelVersion.id)
        .join(Strategy, Strategy.id == StrategyVersion.strategy_id)
        .where(ModelVersion.model_id.in_(model_ids))
        .where(visible(Strategy.id, account_id, is_admin=is_admin))
        .group_by(ModelVersion.model_id, Strategy.id, Strategy.name)
        .order_by(Strategy.name)
    )
    return session.execute(query.limit(MOST + 1)).all()


def backtests_of(
    session: Session, strategy_ids: Collection[UUID], account_id: UUID, is_admin: bool
) -> Sequence[tuple[UUID, UUID, str, None]]:
    """Visible backtests of these strategies, newest first: the strategy's id, then id, name, no version."""
    query = (
        select(StrategyVersion.strategy_id, Backtest.id, Backtest.name, null())
        .join(StrategyVersion, StrategyVersion.id == Backtest.strategy_version_id)
        .where(StrategyVersion.strategy_id.in_(strategy_ids))
        .where(visible(Backtest.id, account_id, is_admin=is_admin))
        .order_by(Backtest.created_at.desc())
    )
    return session.execute(query.limit(MOST + 1)).all()


def strategies_spelling(
    session: Session, text: str, account_id: UUID, is_admin: bool
) -> Sequence[tuple[UUID, str, int]]:
    """Visible strategies whose newest version spells this canonical text inside its expressions."""
    own = aliased(StrategyVersion)
    newest = select(func.max(own.seq)).where(own.strategy_id == Strategy.id).scalar_subquery()
    spelled = func.strpos(cast(StrategyVersion.spec, Text), json.dumps(text)[1:-1]) > 0
    query = (
        select(Strategy.id, Strategy.name, StrategyVersion.seq)
        .join(StrategyVersion, StrategyVersion.strategy_id == Strategy.id)
        .where(StrategyVersion.seq == newest, spelled)
        .where(visible(Strategy.id, account_id, is_admin=is_admin))
        .order_by(Strategy.name)
    )
    return session.execute(query.limit(MOST + 1)).all()
