"""Promotion: gates, moves that undo or override, and versions that are taken out of sight.

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

REFUSE_REMOVAL = """
CREATE FUNCTION refuse_removal_of_aliased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM model_versions WHERE id = NEW.version_id FOR UPDATE;
    IF EXISTS (SELECT 1 FROM aliases WHERE version_id = NEW.version_id) THEN
        RAISE EXCEPTION 'an alias is on model version %; move it first', NEW.version_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$
"""

REFUSE_ALIAS = """
CREATE FUNCTION refuse_alias_on_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM model_versions WHERE id = NEW.version_id FOR KEY SHARE;
    IF EXISTS (SELECT 1 FROM model_version_removals WHERE version_id = NEW.version_id) THEN
        RAISE EXCEPTION 'model version % is deleted; name another', NEW.version_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$
"""


def upgrade() -> None:
    _gates()
    _removals()
    _events()
    for table in ("promotion_gates", "model_version_removals"):
        op.execute(
            f"CREATE TRIGGER immutable BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
    op.execute(REFUSE_REMOVAL)
    op.execute(REFUSE_ALIAS)
    op.execute(
        "CREATE TRIGGER keep_aliased BEFORE INSERT ON model_version_removals "
        "FOR EACH ROW EXECUTE FUNCTION refuse_removal_of_aliased()"
    )
    op.execute(
        "CREATE TRIGGER keep_off_removed BEFORE INSERT OR UPDATE ON aliases "
        "FOR EACH ROW EXECUTE FUNCTION refuse_alias_on_removed()"
    )


def _gates() -> None:
    op.create_table(
        "promotion_gates",
        sa.Column("n", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("spec", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column(
            "at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_promotion_gates_account_id")),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_promotion_gates")),
    )
    op.create_index(op.f("ix_promotion_gates_account_id"), "promotion_gates", ["account_id"])


def _removals() -> None:
    op.create_table(
        "model_version_removals",
        sa.Column("version_id", sa.UUID(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column(
            "at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_model_version_removals_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["model_versions.id"], name=op.f("fk_model_version_removals_version_id")
        ),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_model_version_removals")),
    )
    op.create_index(op.f("ix_model_version_removals_account_id"), "model_version_removals", ["account_id"])


def _events() -> None:
    op.add_column("alias_events", sa.Column("undoes", sa.BigInteger(), nullable=True))
    op.add_column("alias_events", sa.Column("gate", sa.BigInteger(), nullable=True))
    op.add_column("alias_events", sa.Column("override", sa.Text(), nullable=True))
    op.add_column("alias_events", sa.Column("checks", postgresql.JSONB(astext_type=sa.Text()), nullable=True))
    op.create_foreign_key(op.f("fk_alias_events_undoes"), "alias_events", "alias_events", ["undoes"], ["n"])
    op.create_foreign_key(op.f("fk_alias_events_gate"), "alias_events", "promotion_gates", ["gate"], ["n"])
    op.create_unique_constraint(op.f("uq_alias_events_undoes"), "alias_events", ["undoes"])
    op.create_index(op.f("ix_aliases_version_id"), "aliases", ["version_id"])
