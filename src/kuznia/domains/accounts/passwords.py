"""Passwords: argon2id, the same time for an account that exists and one that does not."""

from __future__ import annotations

import secrets
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from kuznia.domains.accounts.errors import WeakPassword
from kuznia.errors import Fault

SHORTEST = 10
LONGEST = 256
# One hash takes 64 MiB, so a crowd at the door waits here instead of filling the memory.
AT_ONCE = BoundedSemaphore(4)
HASHER = PasswordHasher()


@cache
def _decoy() -> str:
    return HASHER.hash(secrets.token_urlsafe(16))


def hash_password(password: str) -> str:
    with AT_ONCE:
        return HASHER.hash(password)


def verify_password(password: str, stored: str | None) -> bool:
    """Whether `password` is the one behind `stored`; None (no such account) takes as long and is false."""
    with AT_ONCE:
        decoy = _decoy()
        try:
            matches = HASHER.verify(stored or decoy, password)
        except (VerificationError, InvalidHashError):
            return False
    return matches and stored is not None


def generate_password() -> str:
    """About 100 bits, typed without doubt between similar letters."""
    alphabet = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(alphabet) for _ in range(5)) for _ in range(4))


def check_strength(password: str, email: str, pointer: str) -> None:
    """Refuse what is short, made of few letters, or the account's own e-mail."""
    faults = []
    if len(password) < SHORTEST:
        faults.append(Fault(pointer, f"Use {SHORTEST} characters or more."))
    elif len(set(password)) < 5:
        faults.append(Fault(pointer, "Use more different characters."))
    elif password.lower() in {email.lower(), email.lower().partition("@")[0]}:
        faults.append(Fault(pointer, "Do not use your e-mail."))
    if faults:
        raise WeakPassword("Choose another password.", faults)
