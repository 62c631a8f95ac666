"""Policies on aliases of models, what their checks found, and what they led to."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kuznia.db.tables.base import AccountId, Base, NewId, Now


class Monitor(Base):
    """How a model's alias is watched. Its jobs run with the rights of who wrote the policy last."""

    __tablename__ = "monitors"
    __table_args__ = (UniqueConstraint("model_id", "alias"),)

    id: Mapped[NewId]
    model_id: Mapped[UUID] = mapped_column(ForeignKey("models.id"))
    alias: Mapped[str]
    policy: Mapped[dict[str, Any]]
    expires_days: Mapped[int | None]
    refuse_expired: Mapped[bool] = mapped_column(server_default="false")
    next_check_at: Mapped[datetime | None] = mapped_column(index=True)
    account_id: Mapped[AccountId]
    revision: Mapped[int] = mapped_column(server_default="1")
    created_at: Mapped[Now]


class DriftReport(Base):
    """What one check of a model version found; ``alias`` is the one whose policy asked for it."""

    __tablename__ = "drift_reports"

    id: Mapped[NewId]
    model_version_id: Mapped[UUID] = mapped_column(ForeignKey("model_versions.id"), index=True)
    challenger_id: Mapped[UUID | None] = mapped_column(ForeignKey("model_versions.id"))
    alias: Mapped[str | None]
    run_id: Mapped[UUID] = mapped_column(ForeignKey("runs.id"), unique=True)
    summary: Mapped[dict[str, Any]]
    alerts: Mapped[int]
    created_at: Mapped[Now]


class DriftAlert(Base):
    """One bound that a check found passed."""

    __tablename__ = "drift_alerts"

    report_id: Mapped[UUID] = mapped_column(ForeignKey("drift_reports.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    subject: Mapped[str]
    value: Mapped[float]
    bound: Mapped[float]


class AlertAcknowledgement(Base):
    """Who took notice of an alert, for all who see it; taking it back deletes the row."""

    __tablename__ = "alert_acknowledgements"
    __table_args__ = (
        ForeignKeyConstraint(["report_id", "position"], ["drift_alerts.report_id", "drift_alerts.position"]),
    )

    report_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[AccountId]
    at: Mapped[Now]


class Retraining(Base):
    """A training that a policy, or somebody, asked for; the job puts its version beside the champion."""

    __tablename__ = "retrainings"
    __table_args__ = (CheckConstraint("cause IN ('schedule', 'drift', 'asked')", name="cause"),)

    id: Mapped[NewId]
    model_id: Mapped[UUID] = mapped_column(ForeignKey("models.id"), index=True)
    alias: Mapped[str]
    version_id: Mapped[UUID] = mapped_column(ForeignKey("model_versions.id"))
    job_id: Mapped[UUID] = mapped_column(ForeignKey("jobs.id"), unique=True)
    report_id: Mapped[UUID | None] = mapped_column(ForeignKey("drift_reports.id"))
    cause: Mapped[str]
    account_id: Mapped[AccountId]
    at: Mapped[Now]


class Proposal(Base):
    """A challenger that did better in shadow; a person accepts or declines it."""

    __tablename__ = "promotion_proposals"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'accepted', 'declined')", name="state"),
        UniqueConstraint("champion_id", "challenger_id", "look"),
    )

    id: Mapped[NewId]
    model_id: Mapped[UUID] = mapped_column(ForeignKey("models.id"), index=True)
    alias: Mapped[str]
    champion_id: Mapped[UUID] = mapped_column(ForeignKey("model_versions.id"))
    challenger_id: Mapped[UUID] = mapped_column(ForeignKey("model_versions.id"))
    report_id: Mapped[UUID] = mapped_column(ForeignKey("drift_reports.id"))
    look: Mapped[int]
    state: Mapped[str] = mapped_column(server_default="open")
    reason: Mapped[str | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))
    decided_at: Mapped[datetime | None]
    created_at: Mapped[Now]
