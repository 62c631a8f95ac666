"""Discoveries: automated searches for features.

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "discoveries",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("question_id", sa.UUID(), nullable=False),
        sa.Column("universe_version_id", sa.UUID(), nullable=False),
        sa.Column("run_id", sa.UUID(), nullable=False),
        sa.Column("spec", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("summary", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("candidates", sa.BigInteger(), nullable=False),
        sa.Column("kept", sa.BigInteger(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["id"], ["objects.id"], name=op.f("fk_discoveries_id")),
        sa.ForeignKeyConstraint(["question_id"], ["questions.id"], name=op.f("fk_discoveries_question_id")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_discoveries_run_id")),
        sa.ForeignKeyConstraint(
            ["universe_version_id"], ["universe_versions.id"], name=op.f("fk_discoveries_universe_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discoveries")),
        sa.UniqueConstraint("run_id", name=op.f("uq_discoveries_run_id")),
    )
    op.create_index(op.f("ix_discoveries_question_id"), "discoveries", ["question_id"])
    op.create_index(op.f("ix_discoveries_universe_version_id"), "discoveries", ["universe_version_id"])
    op.execute(
        "CREATE TRIGGER immutable BEFORE UPDATE OR DELETE ON discoveries "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
