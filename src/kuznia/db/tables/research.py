"""Universes, features, feature sets and strategies, each with immutable versions."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from kuznia.db.tables.base import AccountId, Base, NewId, Now, ObjectId


class Named:
    """Columns of a noun that has versions."""

    id: Mapped[ObjectId]
    name: Mapped[str] = mapped_column(index=True)
    description: Mapped[str] = mapped_column(server_default="")
    revision: Mapped[int] = mapped_column(server_default="1")


class Versioned:
    """Columns of an immutable version: its place in the line, what it says, and the digest of that."""

    id: Mapped[NewId]
    seq: Mapped[int]
    spec: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(index=True)
    created_by: Mapped[AccountId]
    created_at: Mapped[Now]


class Universe(Named, Base):
    __tablename__ = "universes"


class UniverseVersion(Versioned, Base):
    __tablename__ = "universe_versions"
    __table_args__ = (UniqueConstraint("universe_id", "seq"),)

    universe_id: Mapped[UUID] = mapped_column(ForeignKey("universes.id"))
    biased: Mapped[bool]
    bias_reason: Mapped[str | None]


class Feature(Named, Base):
    __tablename__ = "features"

    tags: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    retired_at: Mapped[datetime | None]


class FeatureVersion(Versioned, Base):
    """``digest`` is the expression's own: equal expressions have equal digests."""

    __tablename__ = "feature_versions"
    __table_args__ = (UniqueConstraint("feature_id", "seq"),)

    feature_id: Mapped[UUID] = mapped_column(ForeignKey("features.id"))


class FeatureVersionUse(Base):
    """A version of a feature that another one's expression names, as it was then."""

    __tablename__ = "feature_version_uses"

    version_id: Mapped[UUID] = mapped_column(ForeignKey("feature_versions.id"), primary_key=True)
    used_id: Mapped[UUID] = mapped_column(ForeignKey("feature_versions.id"), primary_key=True, index=True)


class FeatureSet(Named, Base):
    __tablename__ = "feature_sets"


class FeatureSetVersion(Versioned, Base):
    __tablename__ = "feature_set_versions"
    __table_args__ = (UniqueConstraint("feature_set_id", "seq"),)

    feature_set_id: Mapped[UUID] = mapped_column(ForeignKey("feature_sets.id"))


class FeatureSetMember(Base):
    __tablename__ = "feature_set_members"

    version_id: Mapped[UUID] = mapped_column(ForeignKey("feature_set_versions.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    feature_version_id: Mapped[UUID] = mapped_column(ForeignKey("feature_versions.id"), index=True)


class Strategy(Named, Base):
    __tablename__ = "strategies"


class StrategyVersion(Versioned, Base):
    __tablename__ = "strategy_versions"
    __table_args__ = (UniqueConstraint("strategy_id", "seq"),)

    strategy_id: Mapped[UUID] = mapped_column(ForeignKey("strategies.id"))
    model_version_id: Mapped[UUID | None] = mapped_column(ForeignKey("model_versions.id"))
