"""All SQL of the gate, of moves and removals, and of who uses a version."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kuznia.db.access import visible
from kuznia.db.tables import (
    Account,
    Alias,
    AliasEvent,
    Backtest,
    Dataset,
    DatasetVersion,
    FeatureSet,
    FeatureSetVersion,
    ModelVersion,
    ModelVersionRemoval,
    Object,
    PromotionGate,
    RunInput,
    Strategy,
    StrategyVersion,
    Sweep,
    Universe,
    UniverseVersion,
)

GateRow = tuple[PromotionGate, Account]
Noun = tuple[str, UUID, str, int]
"""Kind of the version, id and name of its noun, and its number."""

Use = tuple[str, UUID, str]
"""Kind, id and name of what uses a version."""


def gate(session: Session) -> GateRow | None:
    """The newest state of the gate."""
    query = select(PromotionGate, Account).join(Account, Account.id == PromotionGate.account_id)
    return session.execute(query.order_by(PromotionGate.n.desc()).limit(1)).one_or_none()


def gates(session: Session, *, below: int | None, limit: int) -> Sequence[GateRow]:
    """Newest first, one more than `limit`."""
    query = select(PromotionGate, Account).join(Account, Account.id == PromotionGate.account_id)
    if below is not None:
        query = query.where(PromotionGate.n < below)
    return session.execute(query.order_by(PromotionGate.n.desc()).limit(limit + 1)).all()


def lock_gate(session: Session) -> None:
    """Make others who change the gate wait; there is no row to lock before the first change."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext("promotion_gates"))))


def account(session: Session, account_id: UUID) -> Account:
    return session.get_one(Account, account_id)


def standing_move(session: Session, model_id: UUID, name: str) -> AliasEvent | None:
    """The newest move of an alias that was not taken back and took none back."""
    undone = select(AliasEvent.undoes).where(
        AliasEvent.model_id == model_id, AliasEvent.name == name, AliasEvent.undoes.is_not(None)
    )
    query = (
        select(AliasEvent)
        .where(AliasEvent.model_id == model_id, AliasEvent.name == name)
        .where(AliasEvent.undoes.is_(None), AliasEvent.n.not_in(undone))
    )
    return session.scalars(query.order_by(AliasEvent.n.desc()).limit(1)).one_or_none()


def aliases_on(session: Session, version_id: UUID) -> Sequence[str]:
    query = select(Alias.name).where(Alias.version_id == version_id)
    return session.scalars(query.order_by(Alias.name)).all()


def living_versions(session: Session, model_id: UUID) -> Sequence[ModelVersion]:
    gone = select(ModelVersionRemoval.version_id)
    query = select(ModelVersion).where(ModelVersion.model_id == model_id, ModelVersion.id.not_in(gone))
    return session.scalars(query.order_by(ModelVersion.seq)).all()


def lock_version(session: Session, version_id: UUID) -> None:
    session.execute(select(ModelVersion.id).where(ModelVersion.id == version_id).with_for_update())


def strategies_on(session: Session, version_ids: Sequence[UUID]) -> Sequence[Use]:
    """Living strategies of which any version follows one of these."""
    query = (
        select(Strategy.id, Strategy.name)
        .join(StrategyVersion, StrategyVersion.strategy_id == Strategy.id)
        .join(Object, Object.id == Strategy.id)
        .where(StrategyVersion.model_version_id.in_(version_ids), Object.deleted_at.is_(None))
        .distinct()
        .order_by(Strategy.name, Strategy.id)
    )
    return [("strategy", key, name) for key, name in session.execute(query)]


def results_on(session: Session, version_ids: Sequence[UUID]) -> Sequence[Use]:
    """Living backtests and sweeps whose runs read one of these."""
    found: list[Use] = []
    for kind, noun in (("backtest", Backtest), ("sweep", Sweep)):
        query = (
            select(noun.id, noun.name)
            .join(RunInput, RunInput.run_id == noun.run_id)
            .join(Object, Object.id == noun.id)
            .where(RunInput.model_version_id.in_(version_ids), Object.deleted_at.is_(None))
            .distinct()
            .order_by(noun.name, noun.id)
        )
        found.extend((kind, key, name) for key, name in session.execute(query))
    return found


def pinned_nouns(session: Session, pins: Sequence[RunInput]) -> dict[UUID, Noun]:
    """What each pinned version is a version of."""
    found: dict[UUID, Noun] = {}
    lines: tuple[tuple[str, Any, Any, Any], ...] = (
        ("dataset_version_id", DatasetVersion, Dataset, DatasetVersion.dataset_id),
        ("universe_version_id", UniverseVersion, Universe, UniverseVersion.universe_id),
        ("feature_set_version_id", FeatureSetVersion, FeatureSet, FeatureSetVersion.feature_set_id),
    )
    for column, made, noun, parent in lines:
        wanted = {getattr(pin, column) for pin in pins} - {None}
        query = select(made.id, noun.id, noun.name, made.seq).join(noun, noun.id == parent)
        for version_id, noun_id, name, seq in session.execute(query.where(made.id.in_(wanted))):
            found[version_id] = (column.removesuffix("_id"), noun_id, name, seq)
    return found


def shared(session: Session, ids: Sequence[UUID], account_id: UUID, is_admin: bool) -> set[UUID]:
    """Which of these objects the account may see."""
    query = select(Object.id).where(Object.id.in_(ids), visible(Object.id, account_id, is_admin=is_admin))
    return set(session.scalars(query))
