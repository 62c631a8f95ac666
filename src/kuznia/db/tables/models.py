"""The registry: models, their versions, and the aliases that move between them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Identity, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kuznia.db.tables.base import AccountId, Base, FileDigest, Now
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
    version_id: Mapped[UUID]
    revision: Mapped[int] = mapped_column(server_default="1")


class AliasEvent(Base):
    __tablename__ = "alias_events"

    n: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    model_id: Mapped[UUID] = mapped_column(ForeignKey("models.id"), index=True)
    name: Mapped[str]
    before: Mapped[UUID | None] = mapped_column(ForeignKey("model_versions.id"))
    after: Mapped[UUID | None] = mapped_column(ForeignKey("model_versions.id"))
    reason: Mapped[str]
    account_id: Mapped[AccountId]
    at: Mapped[Now]
