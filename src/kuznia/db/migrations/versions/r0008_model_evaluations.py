"""Evaluations of model versions, checks for leaks, ablations.

Revision ID: 0008
Revises: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "model_evaluations",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("model_version_id", sa.UUID(), nullable=True),
        sa.Column("features_run_id", sa.UUID(), nullable=False),
        sa.Column("question_id", sa.UUID(), nullable=False),
        sa.Column("run_id", sa.UUID(), nullable=False),
        sa.Column("spec", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("summary", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_by", sa.UUID(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "kind IN ('evaluation', 'leaks', 'ablation')", name=op.f("ck_model_evaluations_kind")
        ),
        sa.CheckConstraint(
            "kind = 'leaks' OR model_version_id IS NOT NULL", name=op.f("ck_model_evaluations_version")
        ),
        sa.ForeignKeyConstraint(
            ["model_version_id"], ["model_versions.id"], name=op.f("fk_model_evaluations_model_version_id")
        ),
        sa.ForeignKeyConstraint(
            ["features_run_id"], ["runs.id"], name=op.f("fk_model_evaluations_features_run_id")
        ),
        sa.ForeignKeyConstraint(
            ["question_id"], ["questions.id"], name=op.f("fk_model_evaluations_question_id")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_model_evaluations_run_id")),
        sa.ForeignKeyConstraint(
            ["created_by"], ["accounts.id"], name=op.f("fk_model_evaluations_created_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_evaluations")),
        sa.UniqueConstraint("run_id", name=op.f("uq_model_evaluations_run_id")),
    )
    for column in ("model_version_id", "features_run_id", "question_id", "created_by"):
        op.create_index(op.f(f"ix_model_evaluations_{column}"), "model_evaluations", [column])
    op.execute(
        "CREATE TRIGGER immutable BEFORE UPDATE OR DELETE ON model_evaluations "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
