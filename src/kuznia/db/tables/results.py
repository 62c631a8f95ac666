"""Backtests with their trades, sweeps, discoveries, and the ledger of trials under their questions."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, SmallInteger, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kuznia.db.tables.base import AccountId, Base, MaybeFile, NewId, Now, ObjectId


class Question(Base):
    """A named research project: the trials made under it count against each other."""

    __tablename__ = "questions"

    id: Mapped[ObjectId]
    name: Mapped[str] = mapped_column(index=True)
    description: Mapped[str] = mapped_column(server_default="")
    revision: Mapped[int] = mapped_column(server_default="1")


class Backtest(Base):
    """One simulation of a strategy version on pinned data."""

    __tablename__ = "backtests"

    id: Mapped[ObjectId]
    name: Mapped[str]
    question_id: Mapped[UUID] = mapped_column(ForeignKey("questions.id"), index=True)
    strategy_version_id: Mapped[UUID] = mapped_column(ForeignKey("strategy_versions.id"), index=True)
    universe_version_id: Mapped[UUID] = mapped_column(ForeignKey("universe_versions.id"), index=True)
    run_id: Mapped[UUID] = mapped_column(ForeignKey("runs.id"), unique=True)
    settings: Mapped[dict[str, Any]]
    summary: Mapped[dict[str, Any]]
    trades: Mapped[int]
    created_at: Mapped[Now]


class Sweep(Base):
    """Many simulations of one strategy over its parameters; the points are in files of its run."""

    __tablename__ = "sweeps"

    id: Mapped[ObjectId]
    name: Mapped[str]
    question_id: Mapped[UUID] = mapped_column(ForeignKey("questions.id"), index=True)
    universe_version_id: Mapped[UUID] = mapped_column(ForeignKey("universe_versions.id"), index=True)
    run_id: Mapped[UUID] = mapped_column(ForeignKey("runs.id"), unique=True)
    spec: Mapped[dict[str, Any]]
    settings: Mapped[dict[str, Any]]
    summary: Mapped[dict[str, Any]]
    points: Mapped[int]
    created_at: Mapped[Now]


class Discovery(Base):
    """One automated search for features; its candidates are in a file of its run."""

    __tablename__ = "discoveries"

    id: Mapped[ObjectId]
    name: Mapped[str]
    question_id: Mapped[UUID] = mapped_column(ForeignKey("questions.id"), index=True)
    universe_version_id: Mapped[UUID] = mapped_column(ForeignKey("universe_versions.id"), index=True)
    run_id: Mapped[UUID] = mapped_column(ForeignKey("runs.id"), unique=True)
    spec: Mapped[dict[str, Any]]
    summary: Mapped[dict[str, Any]]
    candidates: Mapped[int]
    kept: Mapped[int]
    created_at: Mapped[Now]


class Adoption(Base):
    """A feature set made of what a discovery kept."""

    __tablename__ = "adoptions"

    discovery_id: Mapped[UUID] = mapped_column(ForeignKey("discoveries.id"), primary_key=True)
    feature_set_version_id: Mapped[UUID] = mapped_column(
        ForeignKey("feature_set_versions.id"), primary_key=True, index=True
    )


class Trade(Base):
    """One round trip, numbered within its backtest in order of opening."""

    __tablename__ = "trades"
    __table_args__ = (CheckConstraint("side IN (-1, 1)", name="side"),)

    backtest_id: Mapped[UUID] = mapped_column(ForeignKey("backtests.id"), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True)
    instrument: Mapped[str] = mapped_column(ForeignKey("instruments.key"))
    side: Mapped[int] = mapped_column(SmallInteger)
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    quantity: Mapped[float]
    entry: Mapped[float]
    exit: Mapped[float]
    bars: Mapped[int]
    net_return: Mapped[float]
    pnl: Mapped[float]
    costs: Mapped[float]
    mae: Mapped[float]
    mfe: Mapped[float]
    exit_reason: Mapped[str]


class Trial(Base):
    """One evaluated configuration. Evaluating the same one again is no new trial."""

    __tablename__ = "trials"
    __table_args__ = (UniqueConstraint("question_id", "config_digest"),)

    id: Mapped[NewId]
    question_id: Mapped[UUID] = mapped_column(ForeignKey("questions.id"))
    run_id: Mapped[UUID | None] = mapped_column(ForeignKey("runs.id", ondelete="SET NULL"), index=True)
    account_id: Mapped[AccountId]
    kind: Mapped[str]
    name: Mapped[str]
    config: Mapped[dict[str, Any]]
    config_digest: Mapped[str]
    universe_version_id: Mapped[UUID | None] = mapped_column(ForeignKey("universe_versions.id"))
    first_ts: Mapped[datetime | None]
    last_ts: Mapped[datetime | None]
    observations: Mapped[int]
    periods_per_year: Mapped[float]
    statistics: Mapped[dict[str, Any]]
    returns: Mapped[MaybeFile]
    created_at: Mapped[Now]


class HoldoutLook(Base):
    __tablename__ = "holdout_looks"

    id: Mapped[NewId]
    question_id: Mapped[UUID] = mapped_column(ForeignKey("questions.id"), index=True)
    run_id: Mapped[UUID] = mapped_column(ForeignKey("runs.id"))
    account_id: Mapped[AccountId]
    first_ts: Mapped[datetime]
    last_ts: Mapped[datetime]
    at: Mapped[Now]
