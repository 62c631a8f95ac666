"""Automated pipelines and their finished steps.

Revision ID: 0007
Revises: 0005
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

JSON = postgresql.JSONB(astext_type=sa.Text())


def _now(name: str) -> sa.Column[datetime]:
    default = sa.text("clock_timestamp()")
    return sa.Column(name, sa.DateTime(timezone=True), server_default=default, nullable=False)


def upgrade() -> None:
    op.create_table(
        "pipelines",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("question_id", sa.UUID(), nullable=False),
        sa.Column("model_id", sa.UUID(), nullable=False),
        sa.Column("job_id", sa.UUID(), nullable=False),
        sa.Column("spec", JSON, nullable=False),
        _now("created_at"),
        sa.ForeignKeyConstraint(["id"], ["objects.id"], name=op.f("fk_pipelines_id")),
        sa.ForeignKeyConstraint(["question_id"], ["questions.id"], name=op.f("fk_pipelines_question_id")),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name=op.f("fk_pipelines_model_id")),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_pipelines_job_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pipelines")),
        sa.UniqueConstraint("job_id", name=op.f("uq_pipelines_job_id")),
    )
    op.create_index(op.f("ix_pipelines_question_id"), "pipelines", ["question_id"])
    op.create_index(op.f("ix_pipelines_model_id"), "pipelines", ["model_id"])
    op.create_table(
        "pipeline_steps",
        sa.Column("pipeline_id", sa.UUID(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("attempt", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("facts", JSON, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        _now("finished_at"),
        sa.ForeignKeyConstraint(
            ["pipeline_id"], ["pipelines.id"], name=op.f("fk_pipeline_steps_pipeline_id")
        ),
        sa.PrimaryKeyConstraint("pipeline_id", "name", name=op.f("pk_pipeline_steps")),
    )
    op.create_table(
        "pipeline_files",
        sa.Column("pipeline_id", sa.UUID(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["pipeline_id", "step"],
            ["pipeline_steps.pipeline_id", "pipeline_steps.name"],
            name=op.f("fk_pipeline_files_pipeline_id_step"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["digest"], ["files.digest"], name=op.f("fk_pipeline_files_digest")),
        sa.PrimaryKeyConstraint("pipeline_id", "step", "role", name=op.f("pk_pipeline_files")),
    )
    op.create_index(op.f("ix_pipeline_files_digest"), "pipeline_files", ["digest"])
