"""Engines and sessions. Reading and writing sessions are different types, so a reader cannot commit.

Make an engine after a fork, never before: an inherited connection loses writes.
"""

from __future__ import annotations

import math
import time
from select import POLLIN, poll
from typing import Any, Never
from uuid import UUID

from psycopg import Connection, Error
from sqlalchemy import Connection as SqlConnection
from sqlalchemy import Dialect, Engine, create_engine, event
from sqlalchemy.engine.characteristics import ConnectionCharacteristic
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction
from sqlalchemy.pool import ConnectionPoolEntry

NO_WRITING = "A reading session does not write; ask for a writing one."

QUIET_S = 30.0
"""A connection unused for longer is asked whether it lives: a firewall drops one without a word."""


class ReadSession(Session):
    """A session that only reads; it refuses to write and to commit.

    Each statement is a transaction of its own, as each sees its own snapshot anyway: nothing has to be begun
    and rolled back, which would be two of three round trips.
    """

    def commit(self) -> Never:
        raise RuntimeError("A reading session does not commit; ask for a writing one.")


class Autocommit(ConnectionCharacteristic):
    """Whether each statement is a transaction of its own, until the connection goes back to the pool.

    SQLAlchemy's isolation level of this name can be set for an engine alone, which then looks for listeners
    seven times in each statement; a reading session would spend longer on that than PostgreSQL on a row.
    """

    name = "autocommit"

    def set_characteristic(self, _: Dialect, dbapi_conn: Any, value: bool) -> None:
        dbapi_conn.autocommit = value

    def reset_characteristic(self, _: Dialect, dbapi_conn: Any) -> None:
        dbapi_conn.autocommit = False

    def get_characteristic(self, _: Dialect, dbapi_conn: Any) -> bool:
        return bool(dbapi_conn.autocommit)


@event.listens_for(ReadSession, "after_begin")
def _begin_nothing(_: Session, __: SessionTransaction, connection: SqlConnection) -> None:
    """The driver begins a transaction with its first statement, so that there is none yet."""
    connection.execution_options(**{Autocommit.name: True})


@event.listens_for(ReadSession, "do_orm_execute")
def _refuse_statement(state: ORMExecuteState) -> None:
    if state.is_insert or state.is_update or state.is_delete:
        raise RuntimeError(NO_WRITING)


@event.listens_for(ReadSession, "before_flush")
def _refuse_objects(*_: object) -> None:
    raise RuntimeError(NO_WRITING)


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
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=pool_size,
        skip_autocommit_rollback=True,
        connect_args={
            "application_name": application,
            "options": "-c timezone=UTC -c idle_in_transaction_session_timeout=60000",
            "connect_timeout": 10,
        },
    )
    dialect: DefaultDialect = engine.dialect  # type: ignore[assignment]  # all of them are
    dialect.connection_characteristics = dialect.connection_characteristics.union(
        {Autocommit.name: Autocommit()}
    )
    _watch(engine)
    return engine


def _watch(engine: Engine) -> None:
    """Have the pool give no dead connection, and all of it made anew when it meets one.

    A server that ends a connection says so on its socket, which costs no round trip to see.
    """

    def note_use(_: Connection[Any], record: ConnectionPoolEntry) -> None:
        record.info["used"] = time.monotonic()

    def require_living(connection: Connection[Any], record: ConnectionPoolEntry, _: object) -> None:
        unused = time.monotonic() - record.info.get("used", math.inf)
        if unused < QUIET_S and not _has_news(connection):
            return
        try:
            engine.dialect.do_ping(connection)  # type: ignore[arg-type]  # it is psycopg's
        except Error as error:
            raise InvalidatePoolError from error

    event.listen(engine, "checkin", note_use)
    event.listen(engine, "checkout", require_living)


def _has_news(connection: Connection[Any]) -> bool:
    """Whether the server said something, or its end is closed."""
    if connection.closed:
        return True
    waiting = poll()
    waiting.register(connection.fileno(), POLLIN)
    return bool(waiting.poll(0))
