"""What sessions promise: reading ones write nothing, and no session meets a dead connection."""

import pytest
from psycopg import Connection
from psycopg.pq import TransactionStatus
from sqlalchemy import Engine, insert, select, text
from sqlalchemy.exc import DataError

from kuznia.db.session import ReadSession, WriteSession, make_engine
from kuznia.db.tables import Account

NEW = {"email": "reader@kuznia.example", "name": "Reader", "role": "user", "password_hash": "x"}


def test_a_reading_session_refuses_to_write(engine: Engine) -> None:
    with ReadSession(engine) as session:
        with pytest.raises(RuntimeError, match="does not write"):
            session.execute(insert(Account).values(**NEW))
        session.add(Account(**NEW))
        with pytest.raises(RuntimeError, match="does not write"):
            session.flush()
        with pytest.raises(RuntimeError, match="does not commit"):
            session.commit()
    with ReadSession(engine) as session:
        assert session.scalars(select(Account).where(Account.email == NEW["email"])).first() is None


def test_a_writing_session_after_a_reading_one_still_rolls_back(engine: Engine) -> None:
    with ReadSession(engine) as session:
        session.scalar(select(1))
    with WriteSession(engine) as session:
        session.add(Account(**NEW))
        session.flush()
    with ReadSession(engine) as session:
        assert session.scalars(select(Account).where(Account.email == NEW["email"])).first() is None


def test_a_reading_session_begins_nothing_and_leaves_nothing_of_that_behind(engine: Engine) -> None:
    """Also after a rollback, after an error, and for whoever gets the connection next."""

    def status(session: ReadSession | WriteSession) -> TransactionStatus:
        session.scalar(select(1))
        raw = session.connection().connection.dbapi_connection
        assert isinstance(raw, Connection)
        return raw.info.transaction_status

    with ReadSession(engine) as session:
        assert status(session) == TransactionStatus.IDLE
        session.rollback()
        assert status(session) == TransactionStatus.IDLE
        with pytest.raises(DataError):
            session.execute(text("SELECT 1 / 0"))
        assert status(session) == TransactionStatus.IDLE
    with WriteSession(engine) as writing, ReadSession(engine) as session:
        assert status(writing) == TransactionStatus.INTRANS
        assert status(session) == TransactionStatus.IDLE
    with engine.connect() as one, engine.connect() as other:
        for connection in (one, other):
            raw = connection.connection.dbapi_connection
            assert isinstance(raw, Connection)
            assert not raw.autocommit


def test_connections_that_the_server_ended_are_made_anew(engine: Engine) -> None:
    victim = make_engine(engine.url.render_as_string(hide_password=False), application="victim")
    try:
        with ReadSession(victim) as one, ReadSession(victim) as other:
            before = {session.scalar(text("SELECT pg_backend_pid()")) for session in (one, other)}
        with engine.connect() as connection:
            for pid in before:
                assert connection.scalar(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
        with ReadSession(victim) as one, WriteSession(victim) as other:
            after = {session.scalar(text("SELECT pg_backend_pid()")) for session in (one, other)}
        assert len(after) == 2
        assert not after & before
    finally:
        victim.dispose()
