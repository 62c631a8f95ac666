"""Evaluations of model versions: what was measured, asked and compared, each the result of one run."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from kuznia.db.tables.base import AccountId, Base, NewId, Now


class ModelEvaluation(Base):
    """An evaluation, an ablation, or a check for leaks, which values without a version may have too."""

    __tablename__ = "model_evaluations"
    __table_args__ = (
        CheckConstraint("kind IN ('evaluation', 'leaks', 'ablation')", name="kind"),
        CheckConstraint("kind = 'leaks' OR model_version_id IS NOT NULL", name="version"),
    )

    id: Mapped[NewId]
    kind: Mapped[str]
    model_version_id: Mapped[UUID | None] = mapped_column(ForeignKey("model_versions.id"), index=True)
    features_run_id: Mapped[UUID] = mapped_column(ForeignKey("runs.id"), index=True)
    question_id: Mapped[UUID] = mapped_column(ForeignKey("questions.id"), index=True)
    run_id: Mapped[UUID] = mapped_column(ForeignKey("runs.id"), unique=True)
    spec: Mapped[dict[str, Any]]
    summary: Mapped[dict[str, Any]]
    created_by: Mapped[AccountId]
    created_at: Mapped[Now]
