"""Monitors of models: policies, drift reports with their alerts, retrainings, proposals to promote.

Revision ID: 0009
Revises: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

NOW = sa.text("clock_timestamp()")


def upgrade() -> None:
    _monitors()
    _reports()
    _consequences()
    for table in ("drift_reports", "drift_alerts", "retrainings"):
        op.execute(
            f"CREATE TRIGGER immutable BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )


def _monitors() -> None:
    op.create_table(
        "monitors",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("model_id", sa.UUID(), nullable=False),
        sa.Column("alias", sa.Text(), nullable=False),
        sa.Column("policy", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("expires_days", sa.BigInteger(), nullable=True),
        sa.Column("refuse_expired", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("next_check_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name=op.f("fk_monitors_model_id")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_monitors_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_monitors")),
        sa.UniqueConstraint("model_id", "alias", name=op.f("uq_monitors_model_id_alias")),
    )
    op.create_index(op.f("ix_monitors_account_id"), "monitors", ["account_id"])
    op.create_index(op.f("ix_monitors_next_check_at"), "monitors", ["next_check_at"])


def _reports() -> None:
    op.create_table(
        "drift_reports",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("model_version_id", sa.UUID(), nullable=False),
        sa.Column("challenger_id", sa.UUID(), nullable=True),
        sa.Column("alias", sa.Text(), nullable=True),
        sa.Column("run_id", sa.UUID(), nullable=False),
        sa.Column("summary", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("alerts", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.ForeignKeyConstraint(
            ["model_version_id"], ["model_versions.id"], name=op.f("fk_drift_reports_model_version_id")
        ),
        sa.ForeignKeyConstraint(
            ["challenger_id"], ["model_versions.id"], name=op.f("fk_drift_reports_challenger_id")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_drift_reports_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drift_reports")),
        sa.UniqueConstraint("run_id", name=op.f("uq_drift_reports_run_id")),
    )
    op.create_index(op.f("ix_drift_reports_model_version_id"), "drift_reports", ["model_version_id"])
    op.create_table(
        "drift_alerts",
        sa.Column("report_id", sa.UUID(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("bound", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["drift_reports.id"], name=op.f("fk_drift_alerts_report_id")),
        sa.PrimaryKeyConstraint("report_id", "position", name=op.f("pk_drift_alerts")),
    )


def _consequences() -> None:
    op.create_table(
        "retrainings",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("model_id", sa.UUID(), nullable=False),
        sa.Column("alias", sa.Text(), nullable=False),
        sa.Column("version_id", sa.UUID(), nullable=False),
        sa.Column("job_id", sa.UUID(), nullable=False),
        sa.Column("report_id", sa.UUID(), nullable=True),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.CheckConstraint("cause IN ('schedule', 'drift', 'asked')", name=op.f("ck_retrainings_cause")),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name=op.f("fk_retrainings_model_id")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["model_versions.id"], name=op.f("fk_retrainings_version_id")
        ),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_retrainings_job_id")),
        sa.ForeignKeyConstraint(["report_id"], ["drift_reports.id"], name=op.f("fk_retrainings_report_id")),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_retrainings_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retrainings")),
        sa.UniqueConstraint("job_id", name=op.f("uq_retrainings_job_id")),
    )
    op.create_index(op.f("ix_retrainings_model_id"), "retrainings", ["model_id"])
    op.create_index(op.f("ix_retrainings_account_id"), "retrainings", ["account_id"])
    name = "promotion_proposals"
    op.create_table(
        name,
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("model_id", sa.UUID(), nullable=False),
        sa.Column("alias", sa.Text(), nullable=False),
        sa.Column("champion_id", sa.UUID(), nullable=False),
        sa.Column("challenger_id", sa.UUID(), nullable=False),
        sa.Column("report_id", sa.UUID(), nullable=False),
        sa.Column("look", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'open'"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.UUID(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.CheckConstraint("state IN ('open', 'accepted', 'declined')", name=op.f(f"ck_{name}_state")),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name=op.f(f"fk_{name}_model_id")),
        sa.ForeignKeyConstraint(["champion_id"], ["model_versions.id"], name=op.f(f"fk_{name}_champion_id")),
        sa.ForeignKeyConstraint(
            ["challenger_id"], ["model_versions.id"], name=op.f(f"fk_{name}_challenger_id")
        ),
        sa.ForeignKeyConstraint(["report_id"], ["drift_reports.id"], name=op.f(f"fk_{name}_report_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["accounts.id"], name=op.f(f"fk_{name}_decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint(
            "champion_id", "challenger_id", "look", name=op.f(f"uq_{name}_champion_id_challenger_id_look")
        ),
    )
    op.create_index(op.f(f"ix_{name}_model_id"), name, ["model_id"])
