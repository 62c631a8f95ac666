"""Alembic's entry: run migrations in one transaction under an advisory lock."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine, text

from kuznia.db.tables import Base

LOCK = 0x6B757A6E6961  # "kuznia": two processes never migrate at once

engine = create_engine(context.config.attributes["url"])
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata, compare_server_default=False)
    with context.begin_transaction():
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        context.run_migrations()
engine.dispose()
