"""The registry: models, their versions, and the aliases that move between them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Identity, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kuznia.db.tables.base import AccountId, Base, FileDigest, Now, ObjectId
from kuznia.db.tables.research import Named, Versioned


class Model(Named, Base):
    __tablename__ = "models"


class ModelVersion(Versioned, Base):
    """One training result: what was made, from which run, with which feature set."""

    __tablename__ = "model_versions"
    __table_args__ = (UniqueConstraint("model_id", "seq"), UniqueConstraint("model_id", "id"))

    model_id: Mapped[UUID] = mapped_column(ForeignKey("models.id"))
    run_id: Mapped[UUID] = mapped_column(ForeignKey("runs.id"))
    feature_set_version_id: Mapped[UUID] = mapped_column(ForeignKey("feature_set_versions.id"))
    bundle: Mapped[FileDigest]
    predictions: Mapped[FileDigest]
    trained_until: Mapped[datetime]
    summary: Mapped[dict[str, Any]]


class Alias(Base):
    """A movable name; the version it names cannot be deleted."""

    __tablename__ = "aliases"
    __table_args__ = (
        ForeignKeyConstraint(
            ["model_id", "version_id"], ["model_versions.model_id", "model_versions.id"], ondelete="RESTRICT"
        ),
    )

    model_id: Mapped[UUID] = mapped_column(ForeignKey("models.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    version_id: Mapped[UUID] = mapped_column(index=True)
    revision: Mapped[int] = mapped_column(server_default="1")


class AliasEvent(Base):
    """One move of an alias: from where to where, who, why.

    ``undoes`` is the move that a rollback takes back, ``checks`` what the gate found, ``override`` why it
    was passed by.
    """

    __tablename__ = "alias_events"

    n: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    model_id: Mapped[UUID] = mapped_column(ForeignKey("models.id"), index=True)
    name: Mapped[str]
    before: Mapped[UUID | None] = mapped_column(ForeignKey("model_versions.id"))
    after: Mapped[UUID | None] = mapped_column(ForeignKey("model_versions.id"))
    reason: Mapped[str]
    account_id: Mapped[AccountId]
    at: Mapped[Now]
    undoes: Mapped[int | None] = mapped_column(ForeignKey("alias_events.n"), unique=True)
    gate: Mapped[int | None] = mapped_column(ForeignKey("promotion_gates.n"))
    override: Mapped[str | None]
    checks: Mapped[list[Any] | None]


class PromotionGate(Base):
    """What a version has to reach before certain aliases move to it; the newest row holds."""

    __tablename__ = "promotion_gates"

    n: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    spec: Mapped[dict[str, Any]]
    reason: Mapped[str]
    account_id: Mapped[AccountId]
    at: Mapped[Now]


class ModelVersionRemoval(Base):
    """A version that is out of sight; a trigger refuses it while an alias is on the version."""

    __tablename__ = "model_version_removals"

    version_id: Mapped[UUID] = mapped_column(ForeignKey("model_versions.id"), primary_key=True)
    reason: Mapped[str]
    account_id: Mapped[AccountId]
    at: Mapped[Now]


class Pipeline(Base):
    """One automated pipeline; its state is its job's."""

    __tablename__ = "pipelines"

    id: Mapped[ObjectId]
    name: Mapped[str]
    question_id: Mapped[UUID] = mapped_column(ForeignKey("questions.id"), index=True)
    model_id: Mapped[UUID] = mapped_column(ForeignKey("models.id"), index=True)
    job_id: Mapped[UUID] = mapped_column(ForeignKey("jobs.id"), unique=True)
    spec: Mapped[dict[str, Any]]
    created_at: Mapped[Now]


class PipelineStep(Base):
    """A finished step: a job that is taken up again goes on behind it.

    Steps of another code or environment than the worker's are computed anew.
    """

    __tablename__ = "pipeline_steps"

    pipeline_id: Mapped[UUID] = mapped_column(ForeignKey("pipelines.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    attempt: Mapped[int]
    code: Mapped[str]
    environment: Mapped[str]
    facts: Mapped[dict[str, Any]]
    started_at: Mapped[datetime]
    finished_at: Mapped[Now]


class PipelineFile(Base):
    """A file of the store that a step wrote, in a named role."""

    __tablename__ = "pipeline_files"
    __table_args__ = (
        ForeignKeyConstraint(
            ["pipeline_id", "step"], ["pipeline_steps.pipeline_id", "pipeline_steps.name"], ondelete="CASCADE"
        ),
    )

    pipeline_id: Mapped[UUID] = mapped_column(primary_key=True)
    step: Mapped[str] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[FileDigest] = mapped_column(index=True)
