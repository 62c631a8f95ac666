"""Engines and sessions. Reading and writing sessions are different types, so a reader cannot commit.

Make an engine after a fork, never before: an inherited connection loses writes.
"""

from __future__ import annotations

from typing import Never
from uuid import UUID

from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session


class ReadSession(Session):
    """A session that only reads; it refuses to commit."""

    def commit(self) -> Never:
        raise RuntimeError("A reading session does not commit; ask for a writing one.")


class WriteSession(Session):
    """A session whose caller commits once, and sends the jobs it enqueued after that."""

    @property
    def enqueued(self) -> list[tuple[str, UUID]]:
        """Jobs, each with its pool, to send to the broker after the outermost commit."""
        jobs: list[tuple[str, UUID]] = self.info.setdefault("enqueued", [])
        return jobs


def make_engine(url: str, *, application: str, pool_size: int = 5) -> Engine:
    """An engine on PostgreSQL; sessions work in UTC whatever the server's zone.

    Parameters
    ----------
    url : str
        ``postgresql+psycopg://…``.
    application : str
        Shown in ``pg_stat_activity``.
    pool_size : int
        Connections kept open.
    """
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_pre_ping=True,
        connect_args={
            "application_name": application,
            "options": "-c timezone=UTC -c idle_in_transaction_session_timeout=60000",
            "connect_timeout": 10,
        },
    )
