"""Instruments, datasets, their immutable versions, and the files these are made of."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from kuznia.db.tables.base import AccountId, Base, FileDigest, NewId, Now, ObjectId


class Instrument(Base):
    """Something with a price, by its immutable text key ``XNAS:AAPL``."""

    __tablename__ = "instruments"

    key: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    exchange: Mapped[str]
    currency: Mapped[str]
    asset_class: Mapped[str]
    created_at: Mapped[Now]


class InstrumentSymbol(Base):
    """The ticker an instrument traded under, from a session until (excluded) another."""

    __tablename__ = "instrument_symbols"
    __table_args__ = (
        CheckConstraint("valid_until IS NULL OR valid_from < valid_until", name="interval"),
        UniqueConstraint("instrument", "symbol", "valid_from", postgresql_nulls_not_distinct=True),
    )

    id: Mapped[NewId]
    instrument: Mapped[str] = mapped_column(ForeignKey("instruments.key"), index=True)
    symbol: Mapped[str] = mapped_column(index=True)
    valid_from: Mapped[date | None]
    valid_until: Mapped[date | None]


class File(Base):
    """An immutable file of the store; the digest is of its content, not of its bytes on disk."""

    __tablename__ = "files"
    __table_args__ = (CheckConstraint("kind IN ('frame', 'bundle', 'upload', 'report')", name="kind"),)

    digest: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    size: Mapped[int]
    rows: Mapped[int | None]
    created_at: Mapped[Now]


class Dataset(Base):
    __tablename__ = "datasets"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('bars', 'series', 'events', 'fundamentals', 'actions', 'classification', 'membership')",
            name="kind",
        ),
    )

    id: Mapped[ObjectId]
    name: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str]
    description: Mapped[str] = mapped_column(server_default="")
    source: Mapped[str] = mapped_column(server_default="")
    licence: Mapped[str] = mapped_column(server_default="")
    frequency: Mapped[str | None]
    calendar: Mapped[str | None]
    timezone: Mapped[str]
    currency: Mapped[str | None]
    known_rule: Mapped[dict[str, Any]]
    adjusted_for: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    max_staleness_days: Mapped[int | None]
    known_from: Mapped[str | None]
    revision: Mapped[int] = mapped_column(server_default="1")


class DatasetVersion(Base):
    """Immutable content: its list of files in ``version_files``."""

    __tablename__ = "dataset_versions"
    __table_args__ = (UniqueConstraint("dataset_id", "seq"),)

    id: Mapped[NewId]
    dataset_id: Mapped[UUID] = mapped_column(ForeignKey("datasets.id"))
    seq: Mapped[int]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("dataset_versions.id"))
    digest: Mapped[str]
    rows: Mapped[int]
    first_ts: Mapped[datetime | None]
    last_ts: Mapped[datetime | None]
    quality: Mapped[dict[str, Any]]
    run_id: Mapped[UUID] = mapped_column(ForeignKey("runs.id"))
    created_by: Mapped[AccountId]
    created_at: Mapped[Now]


class VersionFile(Base):
    __tablename__ = "version_files"

    version_id: Mapped[UUID] = mapped_column(ForeignKey("dataset_versions.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[FileDigest] = mapped_column(index=True)
    part: Mapped[str]
    rows: Mapped[int]


class Finding(Base):
    """What a quality check says of a version."""

    __tablename__ = "findings"
    __table_args__ = (CheckConstraint("severity IN ('info', 'warning', 'error')", name="severity"),)

    id: Mapped[NewId]
    version_id: Mapped[UUID] = mapped_column(ForeignKey("dataset_versions.id"), index=True)
    check: Mapped[str]
    severity: Mapped[str]
    instrument: Mapped[str | None]
    first_ts: Mapped[datetime | None]
    last_ts: Mapped[datetime | None]
    rows: Mapped[int]
    message: Mapped[str]
    remedy: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(server_default="{}")


class Quarantine(Base):
    """A row kept out of a version, with the reason; it can be released into a later one."""

    __tablename__ = "quarantine"
    __table_args__ = (Index("ix_quarantine_dataset_id_n", "dataset_id", "n"),)

    n: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    dataset_id: Mapped[UUID] = mapped_column(ForeignKey("datasets.id"))
    version_id: Mapped[UUID] = mapped_column(ForeignKey("dataset_versions.id"))
    upload: Mapped[FileDigest]
    line: Mapped[int]
    values: Mapped[dict[str, Any]]
    check: Mapped[str]
    reason: Mapped[str]
    remedy: Mapped[str]
    released_in: Mapped[UUID | None] = mapped_column(ForeignKey("dataset_versions.id"))
