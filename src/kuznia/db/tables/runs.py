"""Runs and what they read: pins and provenance in one."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kuznia.db.tables.base import AccountId, Base, FileDigest, NewId, Now

PINS = (
    "dataset_version_id",
    "universe_version_id",
    "feature_version_id",
    "feature_set_version_id",
    "strategy_version_id",
    "model_version_id",
    "source_run_id",
    "upload",
)


class Run(Base):
    """One computation that produced a version or a result.

    ``parameters`` decide the result; ``facts`` tell how it came about, as how much was found made.
    """

    __tablename__ = "runs"

    id: Mapped[NewId]
    job_id: Mapped[UUID] = mapped_column(ForeignKey("jobs.id"), index=True)
    kind: Mapped[str]
    code: Mapped[str]
    environment: Mapped[str]
    parameters: Mapped[dict[str, Any]]
    facts: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    seed: Mapped[int | None]
    result_digest: Mapped[str]
    started_at: Mapped[datetime]
    finished_at: Mapped[Now]
    created_by: Mapped[AccountId]


class RunInput(Base):
    """One pinned input in a named role; exactly one of the typed keys is set."""

    __tablename__ = "run_inputs"
    __table_args__ = (
        CheckConstraint(f"num_nonnulls({', '.join(PINS)}) = 1", name="one_pin"),
        UniqueConstraint("run_id", "role", "position"),
    )

    id: Mapped[NewId]
    run_id: Mapped[UUID] = mapped_column(ForeignKey("runs.id"))
    role: Mapped[str]
    position: Mapped[int] = mapped_column(server_default="0")
    dataset_version_id: Mapped[UUID | None] = mapped_column(ForeignKey("dataset_versions.id"), index=True)
    universe_version_id: Mapped[UUID | None] = mapped_column(ForeignKey("universe_versions.id"), index=True)
    feature_version_id: Mapped[UUID | None] = mapped_column(ForeignKey("feature_versions.id"), index=True)
    feature_set_version_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("feature_set_versions.id"), index=True
    )
    strategy_version_id: Mapped[UUID | None] = mapped_column(ForeignKey("strategy_versions.id"), index=True)
    model_version_id: Mapped[UUID | None] = mapped_column(ForeignKey("model_versions.id"), index=True)
    source_run_id: Mapped[UUID | None] = mapped_column(ForeignKey("runs.id"), index=True)
    upload: Mapped[str | None] = mapped_column(ForeignKey("files.digest"))


class RunFile(Base):
    """A file a run produced, in a named role: feature values, equity series, ..."""

    __tablename__ = "run_files"

    run_id: Mapped[UUID] = mapped_column(ForeignKey("runs.id"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[FileDigest] = mapped_column(index=True)


class FeatureValues(Base):
    """Where the values of one expression in one chunk of time stand: a column of a file of some run.

    ``key`` is the digest of all that they depend on; ``source`` is the file of bars of the chunk.
    """

    __tablename__ = "feature_values"
    __table_args__ = (Index("ix_feature_values_expression_source", "expression", "source"),)

    key: Mapped[str] = mapped_column(primary_key=True)
    expression: Mapped[str]
    universe: Mapped[str]
    source: Mapped[FileDigest]
    digest: Mapped[FileDigest] = mapped_column(index=True)
    name: Mapped[str]
    rows: Mapped[int]
    run_id: Mapped[UUID] = mapped_column(ForeignKey("runs.id"), index=True)
    created_at: Mapped[Now]
