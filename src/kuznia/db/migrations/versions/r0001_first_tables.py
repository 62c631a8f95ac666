"""The first tables, and the triggers that keep their laws.

Revision ID: 0001
Revises:
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


IMMUTABLE = (
    "alias_events",
    "audit",
    "backtests",
    "dataset_versions",
    "feature_set_members",
    "feature_set_versions",
    "feature_versions",
    "findings",
    "holdout_looks",
    "model_versions",
    "run_files",
    "run_inputs",
    "runs",
    "strategy_versions",
    "trades",
    "trials",
    "universe_versions",
    "version_files",
)

REFUSE_CHANGE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed or deleted; write a new version', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$
"""

NUMBER_JOB = """
CREATE FUNCTION number_job() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.revision := nextval('job_revision');
    RETURN NEW;
END $$
"""

NOTIFY_JOB = """
CREATE FUNCTION notify_job() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('jobs', NEW.id::text);
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    op.execute("CREATE SEQUENCE job_revision")
    op.create_table(
        "accounts",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column(
            "preferences", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.BigInteger(), server_default="1", nullable=False),
        sa.CheckConstraint("role IN ('admin', 'user', 'viewer')", name=op.f("ck_accounts_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
    )
    op.create_index("uq_accounts_email", "accounts", [sa.literal_column("lower(email)")], unique=True)
    op.create_table(
        "files",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint("kind IN ('frame', 'bundle', 'upload', 'report')", name=op.f("ck_files_kind")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_files")),
    )
    op.create_table(
        "instruments",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("exchange", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("asset_class", sa.Text(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_instruments")),
    )
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("secret_digest", sa.Text(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_api_tokens_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("secret_digest", name=op.f("uq_api_tokens_secret_digest")),
    )
    op.create_index(op.f("ix_api_tokens_account_id"), "api_tokens", ["account_id"], unique=False)
    op.create_table(
        "instrument_symbols",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("symbol", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "valid_until IS NULL OR valid_from < valid_until", name=op.f("ck_instrument_symbols_interval")
        ),
        sa.ForeignKeyConstraint(
            ["instrument"], ["instruments.key"], name=op.f("fk_instrument_symbols_instrument")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instrument_symbols")),
        sa.UniqueConstraint(
            "instrument",
            "symbol",
            "valid_from",
            name=op.f("uq_instrument_symbols_instrument_symbol_valid_from"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(
        op.f("ix_instrument_symbols_instrument"), "instrument_symbols", ["instrument"], unique=False
    )
    op.create_index(op.f("ix_instrument_symbols_symbol"), "instrument_symbols", ["symbol"], unique=False)
    op.create_table(
        "objects",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.UUID(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["owner_id"], ["accounts.id"], name=op.f("fk_objects_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objects")),
    )
    op.create_index(op.f("ix_objects_kind"), "objects", ["kind"], unique=False)
    op.create_index(op.f("ix_objects_owner_id"), "objects", ["owner_id"], unique=False)
    op.create_table(
        "refresh_tokens",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("family", sa.UUID(), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column("secret_digest", sa.Text(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("user_agent", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_refresh_tokens_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refresh_tokens")),
        sa.UniqueConstraint("secret_digest", name=op.f("uq_refresh_tokens_secret_digest")),
    )
    op.create_index(op.f("ix_refresh_tokens_account_id"), "refresh_tokens", ["account_id"], unique=False)
    op.create_index(op.f("ix_refresh_tokens_family"), "refresh_tokens", ["family"], unique=False)
    op.create_table(
        "audit",
        sa.Column("n", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("object_id", sa.UUID(), nullable=True),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_audit_account_id")),
        sa.ForeignKeyConstraint(["object_id"], ["objects.id"], name=op.f("fk_audit_object_id")),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_audit")),
        sa.UniqueConstraint("digest", name=op.f("uq_audit_digest")),
    )
    op.create_index(op.f("ix_audit_account_id"), "audit", ["account_id"], unique=False)
    op.create_index(op.f("ix_audit_action"), "audit", ["action"], unique=False)
    op.create_index(op.f("ix_audit_object_id"), "audit", ["object_id"], unique=False)
    op.create_table(
        "datasets",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.Column("licence", sa.Text(), server_default="", nullable=False),
        sa.Column("frequency", sa.Text(), nullable=True),
        sa.Column("calendar", sa.Text(), nullable=True),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("known_rule", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("adjusted_for", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("max_staleness_days", sa.BigInteger(), nullable=True),
        sa.Column("known_from", sa.Text(), nullable=True),
        sa.Column("revision", sa.BigInteger(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "kind IN ('bars', 'series', 'events', 'fundamentals', 'actions', 'classification', 'membership')",
            name=op.f("ck_datasets_kind"),
        ),
        sa.ForeignKeyConstraint(["id"], ["objects.id"], name=op.f("fk_datasets_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_datasets")),
    )
    op.create_index(op.f("ix_datasets_name"), "datasets", ["name"], unique=False)
    op.create_table(
        "feature_sets",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["id"], ["objects.id"], name=op.f("fk_feature_sets_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feature_sets")),
    )
    op.create_index(op.f("ix_feature_sets_name"), "feature_sets", ["name"], unique=False)
    op.create_table(
        "features",
        sa.Column("tags", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["id"], ["objects.id"], name=op.f("fk_features_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_features")),
    )
    op.create_index(op.f("ix_features_name"), "features", ["name"], unique=False)
    op.create_table(
        "grants",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("object_id", sa.UUID(), nullable=False),
        sa.Column("grantee_id", sa.UUID(), nullable=True),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("granted_by", sa.UUID(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.CheckConstraint("level IN ('read', 'run', 'edit')", name=op.f("ck_grants_level")),
        sa.ForeignKeyConstraint(["granted_by"], ["accounts.id"], name=op.f("fk_grants_granted_by")),
        sa.ForeignKeyConstraint(["grantee_id"], ["accounts.id"], name=op.f("fk_grants_grantee_id")),
        sa.ForeignKeyConstraint(["object_id"], ["objects.id"], name=op.f("fk_grants_object_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grants")),
        sa.UniqueConstraint(
            "object_id",
            "grantee_id",
            name=op.f("uq_grants_object_id_grantee_id"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(op.f("ix_grants_grantee_id"), "grants", ["grantee_id"], unique=False)
    op.create_index(op.f("ix_grants_object_id"), "grants", ["object_id"], unique=False)
    op.create_table(
        "models",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["id"], ["objects.id"], name=op.f("fk_models_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_models")),
    )
    op.create_index(op.f("ix_models_name"), "models", ["name"], unique=False)
    op.create_table(
        "questions",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["id"], ["objects.id"], name=op.f("fk_questions_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questions")),
    )
    op.create_index(op.f("ix_questions_name"), "questions", ["name"], unique=False)
    op.create_table(
        "schedules",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("chain", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("every_seconds", sa.BigInteger(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("enabled", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["id"], ["objects.id"], name=op.f("fk_schedules_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedules")),
    )
    op.create_index(op.f("ix_schedules_next_at"), "schedules", ["next_at"], unique=False)
    op.create_table(
        "strategies",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["id"], ["objects.id"], name=op.f("fk_strategies_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_strategies")),
    )
    op.create_index(op.f("ix_strategies_name"), "strategies", ["name"], unique=False)
    op.create_table(
        "universes",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), server_default="", nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(["id"], ["objects.id"], name=op.f("fk_universes_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_universes")),
    )
    op.create_index(op.f("ix_universes_name"), "universes", ["name"], unique=False)
    op.create_table(
        "feature_set_versions",
        sa.Column("feature_set_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("spec", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("created_by", sa.UUID(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["accounts.id"], name=op.f("fk_feature_set_versions_created_by")
        ),
        sa.ForeignKeyConstraint(
            ["feature_set_id"], ["feature_sets.id"], name=op.f("fk_feature_set_versions_feature_set_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feature_set_versions")),
        sa.UniqueConstraint("feature_set_id", "seq", name=op.f("uq_feature_set_versions_feature_set_id_seq")),
    )
    op.create_index(
        op.f("ix_feature_set_versions_created_by"), "feature_set_versions", ["created_by"], unique=False
    )
    op.create_index(op.f("ix_feature_set_versions_digest"), "feature_set_versions", ["digest"], unique=False)
    op.create_table(
        "feature_versions",
        sa.Column("feature_id", sa.UUID(), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("spec", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("created_by", sa.UUID(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["created_by"], ["accounts.id"], name=op.f("fk_feature_versions_created_by")),
        sa.ForeignKeyConstraint(["feature_id"], ["features.id"], name=op.f("fk_feature_versions_feature_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feature_versions")),
        sa.UniqueConstraint("feature_id", "seq", name=op.f("uq_feature_versions_feature_id_seq")),
    )
    op.create_index(op.f("ix_feature_versions_created_by"), "feature_versions", ["created_by"], unique=False)
    op.create_index(op.f("ix_feature_versions_digest"), "feature_versions", ["digest"], unique=False)
    op.create_table(
        "jobs",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("pool", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.UUID(), nullable=False),
        sa.Column("question_id", sa.UUID(), nullable=True),
        sa.Column("parent_id", sa.UUID(), nullable=True),
        sa.Column("chain_id", sa.UUID(), nullable=True),
        sa.Column("input", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("outputs", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("error", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("progress", sa.Double(), server_default="0", nullable=False),
        sa.Column("message", sa.Text(), server_default="", nullable=False),
        sa.Column("attempt", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("hand_backs", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("token", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("worker", sa.Text(), nullable=True),
        sa.Column("cancel_requested", sa.Boolean(), server_default="false", nullable=False),
        sa.Column(
            "run_after",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sends", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "revision", sa.BigInteger(), server_default=sa.text("nextval('job_revision')"), nullable=False
        ),
        sa.CheckConstraint("pool IN ('interactive', 'heavy')", name=op.f("ck_jobs_pool")),
        sa.CheckConstraint(
            "state IN ('waiting', 'queued', 'running', 'done', 'failed', 'cancelled')",
            name=op.f("ck_jobs_state"),
        ),
        sa.CheckConstraint("progress BETWEEN 0 AND 1", name=op.f("ck_jobs_progress")),
        sa.ForeignKeyConstraint(["id"], ["objects.id"], name=op.f("fk_jobs_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["accounts.id"], name=op.f("fk_jobs_owner_id")),
        sa.ForeignKeyConstraint(["parent_id"], ["jobs.id"], name=op.f("fk_jobs_parent_id")),
        sa.ForeignKeyConstraint(["question_id"], ["questions.id"], name=op.f("fk_jobs_question_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
        sa.UniqueConstraint("owner_id", "idempotency_key", name=op.f("uq_jobs_owner_id_idempotency_key")),
    )
    op.create_index(op.f("ix_jobs_chain_id"), "jobs", ["chain_id"], unique=False)
    op.create_index(
        "ix_jobs_due", "jobs", ["run_after"], unique=False, postgresql_where=sa.text("state = 'queued'")
    )
    op.create_index(op.f("ix_jobs_kind"), "jobs", ["kind"], unique=False)
    op.create_index(
        "ix_jobs_leases", "jobs", ["lease_until"], unique=False, postgresql_where=sa.text("state = 'running'")
    )
    op.create_index(op.f("ix_jobs_owner_id"), "jobs", ["owner_id"], unique=False)
    op.create_index(op.f("ix_jobs_parent_id"), "jobs", ["parent_id"], unique=False)
    op.create_index(op.f("ix_jobs_revision"), "jobs", ["revision"], unique=False)
    op.create_table(
        "universe_versions",
        sa.Column("universe_id", sa.UUID(), nullable=False),
        sa.Column("biased", sa.Boolean(), nullable=False),
        sa.Column("bias_reason", sa.Text(), nullable=True),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("spec", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("created_by", sa.UUID(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["accounts.id"], name=op.f("fk_universe_versions_created_by")
        ),
        sa.ForeignKeyConstraint(
            ["universe_id"], ["universes.id"], name=op.f("fk_universe_versions_universe_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_universe_versions")),
        sa.UniqueConstraint("universe_id", "seq", name=op.f("uq_universe_versions_universe_id_seq")),
    )
    op.create_index(
        op.f("ix_universe_versions_created_by"), "universe_versions", ["created_by"], unique=False
    )
    op.create_index(op.f("ix_universe_versions_digest"), "universe_versions", ["digest"], unique=False)
    op.create_table(
        "feature_set_members",
        sa.Column("version_id", sa.UUID(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("feature_version_id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(
            ["feature_version_id"],
            ["feature_versions.id"],
            name=op.f("fk_feature_set_members_feature_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["feature_set_versions.id"], name=op.f("fk_feature_set_members_version_id")
        ),
        sa.PrimaryKeyConstraint("version_id", "position", name=op.f("pk_feature_set_members")),
    )
    op.create_index(
        op.f("ix_feature_set_members_feature_version_id"),
        "feature_set_members",
        ["feature_version_id"],
        unique=False,
    )
    op.create_table(
        "job_inputs",
        sa.Column("job_id", sa.UUID(), nullable=False),
        sa.Column("producer_id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_job_inputs_job_id")),
        sa.ForeignKeyConstraint(["producer_id"], ["jobs.id"], name=op.f("fk_job_inputs_producer_id")),
        sa.PrimaryKeyConstraint("job_id", "producer_id", name=op.f("pk_job_inputs")),
    )
    op.create_index(op.f("ix_job_inputs_producer_id"), "job_inputs", ["producer_id"], unique=False)
    op.create_table(
        "job_logs",
        sa.Column("n", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("job_id", sa.UUID(), nullable=False),
        sa.Column("attempt", sa.BigInteger(), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_job_logs_job_id")),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_job_logs")),
    )
    op.create_index(op.f("ix_job_logs_job_id"), "job_logs", ["job_id"], unique=False)
    op.create_table(
        "runs",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("job_id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("parameters", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=True),
        sa.Column("result_digest", sa.Text(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "finished_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("created_by", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(["created_by"], ["accounts.id"], name=op.f("fk_runs_created_by")),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_runs_job_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
    )
    op.create_index(op.f("ix_runs_created_by"), "runs", ["created_by"], unique=False)
    op.create_index(op.f("ix_runs_job_id"), "runs", ["job_id"], unique=False)
    op.create_table(
        "dataset_versions",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("dataset_id", sa.UUID(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("parent_id", sa.UUID(), nullable=True),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("first_ts", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_ts", sa.DateTime(timezone=True), nullable=True),
        sa.Column("quality", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("run_id", sa.UUID(), nullable=False),
        sa.Column("created_by", sa.UUID(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["created_by"], ["accounts.id"], name=op.f("fk_dataset_versions_created_by")),
        sa.ForeignKeyConstraint(["dataset_id"], ["datasets.id"], name=op.f("fk_dataset_versions_dataset_id")),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["dataset_versions.id"], name=op.f("fk_dataset_versions_parent_id")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_dataset_versions_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dataset_versions")),
        sa.UniqueConstraint("dataset_id", "seq", name=op.f("uq_dataset_versions_dataset_id_seq")),
    )
    op.create_index(op.f("ix_dataset_versions_created_by"), "dataset_versions", ["created_by"], unique=False)
    op.create_table(
        "holdout_looks",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("question_id", sa.UUID(), nullable=False),
        sa.Column("run_id", sa.UUID(), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column("first_ts", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_ts", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_holdout_looks_account_id")),
        sa.ForeignKeyConstraint(["question_id"], ["questions.id"], name=op.f("fk_holdout_looks_question_id")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_holdout_looks_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holdout_looks")),
    )
    op.create_index(op.f("ix_holdout_looks_account_id"), "holdout_looks", ["account_id"], unique=False)
    op.create_index(op.f("ix_holdout_looks_question_id"), "holdout_looks", ["question_id"], unique=False)
    op.create_table(
        "model_versions",
        sa.Column("model_id", sa.UUID(), nullable=False),
        sa.Column("run_id", sa.UUID(), nullable=False),
        sa.Column("feature_set_version_id", sa.UUID(), nullable=False),
        sa.Column("bundle", sa.Text(), nullable=False),
        sa.Column("predictions", sa.Text(), nullable=False),
        sa.Column("trained_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("summary", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("spec", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("created_by", sa.UUID(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["bundle"], ["files.digest"], name=op.f("fk_model_versions_bundle")),
        sa.ForeignKeyConstraint(["created_by"], ["accounts.id"], name=op.f("fk_model_versions_created_by")),
        sa.ForeignKeyConstraint(
            ["feature_set_version_id"],
            ["feature_set_versions.id"],
            name=op.f("fk_model_versions_feature_set_version_id"),
        ),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name=op.f("fk_model_versions_model_id")),
        sa.ForeignKeyConstraint(
            ["predictions"], ["files.digest"], name=op.f("fk_model_versions_predictions")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_model_versions_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_versions")),
        sa.UniqueConstraint("model_id", "id", name=op.f("uq_model_versions_model_id_id")),
        sa.UniqueConstraint("model_id", "seq", name=op.f("uq_model_versions_model_id_seq")),
    )
    op.create_index(op.f("ix_model_versions_created_by"), "model_versions", ["created_by"], unique=False)
    op.create_index(op.f("ix_model_versions_digest"), "model_versions", ["digest"], unique=False)
    op.create_table(
        "run_files",
        sa.Column("run_id", sa.UUID(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["digest"], ["files.digest"], name=op.f("fk_run_files_digest")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_run_files_run_id")),
        sa.PrimaryKeyConstraint("run_id", "role", name=op.f("pk_run_files")),
    )
    op.create_index(op.f("ix_run_files_digest"), "run_files", ["digest"], unique=False)
    op.create_table(
        "trials",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("question_id", sa.UUID(), nullable=False),
        sa.Column("run_id", sa.UUID(), nullable=True),
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("config", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("config_digest", sa.Text(), nullable=False),
        sa.Column("universe_version_id", sa.UUID(), nullable=True),
        sa.Column("first_ts", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_ts", sa.DateTime(timezone=True), nullable=True),
        sa.Column("observations", sa.BigInteger(), nullable=False),
        sa.Column("periods_per_year", sa.Double(), nullable=False),
        sa.Column("statistics", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("returns", sa.Text(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_trials_account_id")),
        sa.ForeignKeyConstraint(["question_id"], ["questions.id"], name=op.f("fk_trials_question_id")),
        sa.ForeignKeyConstraint(["returns"], ["files.digest"], name=op.f("fk_trials_returns")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_trials_run_id"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["universe_version_id"], ["universe_versions.id"], name=op.f("fk_trials_universe_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trials")),
        sa.UniqueConstraint("question_id", "config_digest", name=op.f("uq_trials_question_id_config_digest")),
    )
    op.create_index(op.f("ix_trials_account_id"), "trials", ["account_id"], unique=False)
    op.create_index(op.f("ix_trials_run_id"), "trials", ["run_id"], unique=False)
    op.create_table(
        "alias_events",
        sa.Column("n", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("model_id", sa.UUID(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("before", sa.UUID(), nullable=True),
        sa.Column("after", sa.UUID(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("account_id", sa.UUID(), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_alias_events_account_id")),
        sa.ForeignKeyConstraint(["after"], ["model_versions.id"], name=op.f("fk_alias_events_after")),
        sa.ForeignKeyConstraint(["before"], ["model_versions.id"], name=op.f("fk_alias_events_before")),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name=op.f("fk_alias_events_model_id")),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_alias_events")),
    )
    op.create_index(op.f("ix_alias_events_account_id"), "alias_events", ["account_id"], unique=False)
    op.create_index(op.f("ix_alias_events_model_id"), "alias_events", ["model_id"], unique=False)
    op.create_table(
        "aliases",
        sa.Column("model_id", sa.UUID(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version_id", sa.UUID(), nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(
            ["model_id", "version_id"],
            ["model_versions.model_id", "model_versions.id"],
            name=op.f("fk_aliases_model_id_version_id"),
            ondelete="RESTRICT",
        ),
        sa.ForeignKeyConstraint(["model_id"], ["models.id"], name=op.f("fk_aliases_model_id")),
        sa.PrimaryKeyConstraint("model_id", "name", name=op.f("pk_aliases")),
    )
    op.create_table(
        "findings",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("version_id", sa.UUID(), nullable=False),
        sa.Column("check", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=True),
        sa.Column("first_ts", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_ts", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("remedy", sa.Text(), nullable=False),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.CheckConstraint("severity IN ('info', 'warning', 'error')", name=op.f("ck_findings_severity")),
        sa.ForeignKeyConstraint(["version_id"], ["dataset_versions.id"], name=op.f("fk_findings_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_findings")),
    )
    op.create_index(op.f("ix_findings_version_id"), "findings", ["version_id"], unique=False)
    op.create_table(
        "quarantine",
        sa.Column("n", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("dataset_id", sa.UUID(), nullable=False),
        sa.Column("version_id", sa.UUID(), nullable=False),
        sa.Column("upload", sa.Text(), nullable=False),
        sa.Column("line", sa.BigInteger(), nullable=False),
        sa.Column("values", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("check", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("remedy", sa.Text(), nullable=False),
        sa.Column("released_in", sa.UUID(), nullable=True),
        sa.ForeignKeyConstraint(["dataset_id"], ["datasets.id"], name=op.f("fk_quarantine_dataset_id")),
        sa.ForeignKeyConstraint(
            ["released_in"], ["dataset_versions.id"], name=op.f("fk_quarantine_released_in")
        ),
        sa.ForeignKeyConstraint(["upload"], ["files.digest"], name=op.f("fk_quarantine_upload")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["dataset_versions.id"], name=op.f("fk_quarantine_version_id")
        ),
        sa.PrimaryKeyConstraint("n", name=op.f("pk_quarantine")),
    )
    op.create_index("ix_quarantine_dataset_id_n", "quarantine", ["dataset_id", "n"], unique=False)
    op.create_table(
        "strategy_versions",
        sa.Column("strategy_id", sa.UUID(), nullable=False),
        sa.Column("model_version_id", sa.UUID(), nullable=True),
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("spec", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("created_by", sa.UUID(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["accounts.id"], name=op.f("fk_strategy_versions_created_by")
        ),
        sa.ForeignKeyConstraint(
            ["model_version_id"], ["model_versions.id"], name=op.f("fk_strategy_versions_model_version_id")
        ),
        sa.ForeignKeyConstraint(
            ["strategy_id"], ["strategies.id"], name=op.f("fk_strategy_versions_strategy_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_strategy_versions")),
        sa.UniqueConstraint("strategy_id", "seq", name=op.f("uq_strategy_versions_strategy_id_seq")),
    )
    op.create_index(
        op.f("ix_strategy_versions_created_by"), "strategy_versions", ["created_by"], unique=False
    )
    op.create_index(op.f("ix_strategy_versions_digest"), "strategy_versions", ["digest"], unique=False)
    op.create_table(
        "version_files",
        sa.Column("version_id", sa.UUID(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["digest"], ["files.digest"], name=op.f("fk_version_files_digest")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["dataset_versions.id"], name=op.f("fk_version_files_version_id")
        ),
        sa.PrimaryKeyConstraint("version_id", "position", name=op.f("pk_version_files")),
    )
    op.create_index(op.f("ix_version_files_digest"), "version_files", ["digest"], unique=False)
    op.create_table(
        "backtests",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("question_id", sa.UUID(), nullable=False),
        sa.Column("strategy_version_id", sa.UUID(), nullable=False),
        sa.Column("universe_version_id", sa.UUID(), nullable=False),
        sa.Column("run_id", sa.UUID(), nullable=False),
        sa.Column("settings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("summary", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("trades", sa.BigInteger(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["id"], ["objects.id"], name=op.f("fk_backtests_id")),
        sa.ForeignKeyConstraint(["question_id"], ["questions.id"], name=op.f("fk_backtests_question_id")),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_backtests_run_id")),
        sa.ForeignKeyConstraint(
            ["strategy_version_id"], ["strategy_versions.id"], name=op.f("fk_backtests_strategy_version_id")
        ),
        sa.ForeignKeyConstraint(
            ["universe_version_id"], ["universe_versions.id"], name=op.f("fk_backtests_universe_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_backtests")),
        sa.UniqueConstraint("run_id", name=op.f("uq_backtests_run_id")),
    )
    op.create_index(op.f("ix_backtests_question_id"), "backtests", ["question_id"], unique=False)
    op.create_index(
        op.f("ix_backtests_strategy_version_id"), "backtests", ["strategy_version_id"], unique=False
    )
    op.create_index(
        op.f("ix_backtests_universe_version_id"), "backtests", ["universe_version_id"], unique=False
    )
    op.create_table(
        "run_inputs",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("run_id", sa.UUID(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("position", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("dataset_version_id", sa.UUID(), nullable=True),
        sa.Column("universe_version_id", sa.UUID(), nullable=True),
        sa.Column("feature_version_id", sa.UUID(), nullable=True),
        sa.Column("feature_set_version_id", sa.UUID(), nullable=True),
        sa.Column("strategy_version_id", sa.UUID(), nullable=True),
        sa.Column("model_version_id", sa.UUID(), nullable=True),
        sa.Column("source_run_id", sa.UUID(), nullable=True),
        sa.Column("upload", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "num_nonnulls(dataset_version_id, universe_version_id, feature_version_id, feature_set_version_id, strategy_version_id, model_version_id, source_run_id, upload) = 1",
            name=op.f("ck_run_inputs_one_pin"),
        ),
        sa.ForeignKeyConstraint(
            ["dataset_version_id"], ["dataset_versions.id"], name=op.f("fk_run_inputs_dataset_version_id")
        ),
        sa.ForeignKeyConstraint(
            ["feature_set_version_id"],
            ["feature_set_versions.id"],
            name=op.f("fk_run_inputs_feature_set_version_id"),
        ),
        sa.ForeignKeyConstraint(
            ["feature_version_id"], ["feature_versions.id"], name=op.f("fk_run_inputs_feature_version_id")
        ),
        sa.ForeignKeyConstraint(
            ["model_version_id"], ["model_versions.id"], name=op.f("fk_run_inputs_model_version_id")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_run_inputs_run_id")),
        sa.ForeignKeyConstraint(["source_run_id"], ["runs.id"], name=op.f("fk_run_inputs_source_run_id")),
        sa.ForeignKeyConstraint(
            ["strategy_version_id"], ["strategy_versions.id"], name=op.f("fk_run_inputs_strategy_version_id")
        ),
        sa.ForeignKeyConstraint(
            ["universe_version_id"], ["universe_versions.id"], name=op.f("fk_run_inputs_universe_version_id")
        ),
        sa.ForeignKeyConstraint(["upload"], ["files.digest"], name=op.f("fk_run_inputs_upload")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_inputs")),
        sa.UniqueConstraint("run_id", "role", "position", name=op.f("uq_run_inputs_run_id_role_position")),
    )
    op.create_index(
        op.f("ix_run_inputs_dataset_version_id"), "run_inputs", ["dataset_version_id"], unique=False
    )
    op.create_index(
        op.f("ix_run_inputs_feature_set_version_id"), "run_inputs", ["feature_set_version_id"], unique=False
    )
    op.create_index(
        op.f("ix_run_inputs_feature_version_id"), "run_inputs", ["feature_version_id"], unique=False
    )
    op.create_index(op.f("ix_run_inputs_model_version_id"), "run_inputs", ["model_version_id"], unique=False)
    op.create_index(op.f("ix_run_inputs_source_run_id"), "run_inputs", ["source_run_id"], unique=False)
    op.create_index(
        op.f("ix_run_inputs_strategy_version_id"), "run_inputs", ["strategy_version_id"], unique=False
    )
    op.create_index(
        op.f("ix_run_inputs_universe_version_id"), "run_inputs", ["universe_version_id"], unique=False
    )
    op.create_table(
        "trades",
        sa.Column("backtest_id", sa.UUID(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("side", sa.SmallInteger(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("quantity", sa.Double(), nullable=False),
        sa.Column("entry", sa.Double(), nullable=False),
        sa.Column("exit", sa.Double(), nullable=False),
        sa.Column("bars", sa.BigInteger(), nullable=False),
        sa.Column("net_return", sa.Double(), nullable=False),
        sa.Column("pnl", sa.Double(), nullable=False),
        sa.Column("costs", sa.Double(), nullable=False),
        sa.Column("mae", sa.Double(), nullable=False),
        sa.Column("mfe", sa.Double(), nullable=False),
        sa.Column("exit_reason", sa.Text(), nullable=False),
        sa.CheckConstraint("side IN (-1, 1)", name=op.f("ck_trades_side")),
        sa.ForeignKeyConstraint(["backtest_id"], ["backtests.id"], name=op.f("fk_trades_backtest_id")),
        sa.ForeignKeyConstraint(["instrument"], ["instruments.key"], name=op.f("fk_trades_instrument")),
        sa.PrimaryKeyConstraint("backtest_id", "n", name=op.f("pk_trades")),
    )

    op.execute(REFUSE_CHANGE)
    for table in IMMUTABLE:
        op.execute(
            f"CREATE TRIGGER immutable BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
    op.execute(NUMBER_JOB)
    op.execute(NOTIFY_JOB)
    op.execute(
        "CREATE TRIGGER number BEFORE INSERT OR UPDATE ON jobs FOR EACH ROW EXECUTE FUNCTION number_job()"
    )
    op.execute(
        "CREATE TRIGGER notify AFTER INSERT OR UPDATE ON jobs FOR EACH ROW EXECUTE FUNCTION notify_job()"
    )
