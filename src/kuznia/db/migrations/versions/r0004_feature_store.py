"""The feature store: where values stand, what features are built from, and retiring them.

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "runs",
        sa.Column(
            "facts", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
    )
    op.add_column("features", sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "feature_version_uses",
        sa.Column("version_id", sa.UUID(), nullable=False),
        sa.Column("used_id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["feature_versions.id"], name=op.f("fk_feature_version_uses_version_id")
        ),
        sa.ForeignKeyConstraint(
            ["used_id"], ["feature_versions.id"], name=op.f("fk_feature_version_uses_used_id")
        ),
        sa.PrimaryKeyConstraint("version_id", "used_id", name=op.f("pk_feature_version_uses")),
    )
    op.create_index(op.f("ix_feature_version_uses_used_id"), "feature_version_uses", ["used_id"])
    op.create_table(
        "feature_values",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("expression", sa.Text(), nullable=False),
        sa.Column("universe", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.UUID(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["source"], ["files.digest"], name=op.f("fk_feature_values_source")),
        sa.ForeignKeyConstraint(["digest"], ["files.digest"], name=op.f("fk_feature_values_digest")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_feature_values_run_id")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_feature_values")),
    )
    op.create_index("ix_feature_values_expression_source", "feature_values", ["expression", "source"])
    op.create_index(op.f("ix_feature_values_digest"), "feature_values", ["digest"])
    op.create_index(op.f("ix_feature_values_run_id"), "feature_values", ["run_id"])
    for table in ("feature_version_uses", "feature_values"):
        op.execute(
            f"CREATE TRIGGER immutable BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
