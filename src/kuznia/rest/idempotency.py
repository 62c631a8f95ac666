"""``Idempotency-Key`` on posts: one effect and one answer, however often a request is sent.

The key is claimed in the transaction of the effect itself, so both are there or neither. The answer is kept
by the server after it was made; a crash in between leaves the effect, and the next try is told so.
"""

from __future__ import annotations

from kuznia.errors import Conflict, Fault, Invalid

LONGEST_KEY = 200


class BadKey(Invalid):
    code, title = "bad_idempotency_key", "The Idempotency-Key cannot be used"


class KeyUsed(Conflict):
    code, title = "idempotency_key_used", "This Idempotency-Key belongs to another request"


class AlreadyDone(Conflict):
    code, title = "already_done", "This was done before, but its answer was not kept"


class ClaimedBefore(Exception):
    """The request was done before; the server gives the answer of that time."""


def checked_key(key: str) -> str:
    """The header's value, if it can be a key."""
    if not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        fault = Fault("/header/idempotency-key", f"Use 1 to {LONGEST_KEY} printable ASCII characters.")
        raise BadKey("Make a new random key for each intention.", [fault])
    return key
