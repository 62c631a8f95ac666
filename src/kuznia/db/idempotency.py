"""Rows of ``idempotency_keys``: claimed in the transaction of the effect, the answer added after it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Engine, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from kuznia.db.tables import IdempotencyKey

KEPT = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Claim:
    """A key of one account, and the digest of the request it came with."""

    account_id: UUID
    key: str
    request: str


@dataclass(frozen=True, slots=True)
class Kept:
    """What a key was claimed for, and its answer if it was kept."""

    request: str
    status: int | None
    body: bytes | None


def claim(session: Session, wanted: Claim) -> bool:
    """Claim a key in this transaction; false if it was claimed. Waits for another that is at it."""
    values = {"account_id": wanted.account_id, "key": wanted.key, "request": wanted.request}
    statement = insert(IdempotencyKey).values(values).on_conflict_do_nothing()
    return session.execute(statement.returning(IdempotencyKey.key)).first() is not None


def keep(engine: Engine, wanted: Claim, status: int, body: bytes) -> None:
    """Add the answer to a claim; nothing happens if its transaction was rolled back."""
    mine = (IdempotencyKey.account_id == wanted.account_id) & (IdempotencyKey.key == wanted.key)
    with engine.begin() as connection:
        connection.execute(update(IdempotencyKey).where(mine).values(status=status, body=body))


def kept(engine: Engine, wanted: Claim) -> Kept | None:
    """What a key was claimed for before."""
    query = select(IdempotencyKey.request, IdempotencyKey.status, IdempotencyKey.body).where(
        IdempotencyKey.account_id == wanted.account_id, IdempotencyKey.key == wanted.key
    )
    with engine.connect() as connection:
        row = connection.execute(query).one_or_none()
    return None if row is None else Kept(row.request, row.status, row.body)


def forget_old(engine: Engine) -> None:
    """Drop keys that nobody will send again."""
    with engine.begin() as connection:
        old = IdempotencyKey.created_at < func.clock_timestamp() - KEPT
        connection.execute(delete(IdempotencyKey).where(old))
