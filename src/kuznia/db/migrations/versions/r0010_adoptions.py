"""Adoptions: which feature sets were made of what a discovery kept.

Revision ID: 0010
Revises: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "adoptions",
        sa.Column("discovery_id", sa.UUID(), nullable=False),
        sa.Column("feature_set_version_id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(["discovery_id"], ["discoveries.id"], name=op.f("fk_adoptions_discovery_id")),
        sa.ForeignKeyConstraint(
            ["feature_set_version_id"],
            ["feature_set_versions.id"],
            name=op.f("fk_adoptions_feature_set_version_id"),
        ),
        sa.PrimaryKeyConstraint("discovery_id", "feature_set_version_id", name=op.f("pk_adoptions")),
    )
    op.create_index(op.f("ix_adoptions_feature_set_version_id"), "adoptions", ["feature_set_version_id"])
    op.execute(
        "CREATE TRIGGER immutable BEFORE UPDATE OR DELETE ON adoptions "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    _recall()


def _recall() -> None:
    """Sets adopted before: the audit says which set was made of which discovery."""
    op.execute(
        "INSERT INTO adoptions (discovery_id, feature_set_version_id) "
        "SELECT DISTINCT a.object_id, v.id FROM audit a "
        "JOIN discoveries d ON d.id = a.object_id "
        "JOIN feature_set_versions v ON v.feature_set_id = (a.after->>'set')::uuid AND v.seq = 1 "
        "WHERE a.action = 'discovery.adopt'"
    )
