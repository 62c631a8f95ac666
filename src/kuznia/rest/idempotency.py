"""``Idempotency-Key`` on posts: one effect and one answer, however often a request is sent.

The key is claimed in the transaction of the effect itself, so both are there or neither. The answer is kept
by the server after it was made; a crash in between leaves the effect, and the next try is told so.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from kuznia.db.tables import IdempotencyKey
from kuznia.errors import Conflict, Fault, Invalid

LONGEST_KEY = 200


class BadKey(Invalid):
    code, title = "bad_idempotency_key", "The Idempotency-Key cannot be used"


class KeyUsed(Conflict):
    code, title = "idempotency_key_used", "This Idempotency-Key belongs to another request"


class AlreadyDone(Conflict):
    code, title = "already_done", "This was done before, but its answer was not kept"


@dataclass(frozen=True, slots=True)
class Claim:
    """A key of one account, and the digest of the request it came with."""

    account_id: UUID
    key: str
    request: str


class Claimed(Exception):
    """The key was claimed before; the server answers as it did then."""


def claim(session: Session, wanted: Claim) -> None:
    """Claim a key in this transaction; waits for another that is doing the same.

    Raises
    ------
    Claimed
        If it was claimed before.
    """
    values = {"account_id": wanted.account_id, "key": wanted.key, "request": wanted.request}
    statement = insert(IdempotencyKey).values(values).on_conflict_do_nothing()
    if session.execute(statement.returning(IdempotencyKey.key)).first() is None:
        raise Claimed


def checked_key(key: str) -> str:
    """The header's value, if it can be a key."""
    if not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        fault = Fault("/header/idempotency-key", f"Use 1 to {LONGEST_KEY} printable ASCII characters.")
        raise BadKey("Make a new random key for each intention.", [fault])
    return key
