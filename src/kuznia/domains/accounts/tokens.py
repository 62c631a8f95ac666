"""Access tokens (JWT) and opaque secrets (refresh and API tokens, kept as digests only)."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import jwt

ALGORITHM = "HS256"
SHORTEST_KEY = 32
API_PREFIX = "kz_"


@dataclass(frozen=True, slots=True)
class Claims:
    """Whom a token was issued to, and when it ends (seconds since the epoch).

    Its role is for clients to read; the server asks the database.
    """

    account_id: UUID
    expires: float


@dataclass(frozen=True, slots=True)
class AccessTokens:
    """Issues and reads short-lived access tokens.

    Parameters
    ----------
    key : str
        At least 32 characters; who has it can be anybody.
    minutes : int
        Their lifetime.
    """

    key: str
    minutes: int

    def __post_init__(self) -> None:
        if len(self.key.encode()) < SHORTEST_KEY:
            raise ValueError(f"The key of access tokens needs {SHORTEST_KEY} bytes or more.")

    @property
    def seconds(self) -> int:
        return self.minutes * 60

    def issue(self, account_id: UUID, role: str) -> str:
        now = datetime.now(UTC)
        claims = {
            "sub": str(account_id),
            "role": role,
            "iat": now,
            "exp": now + timedelta(seconds=self.seconds),
        }
        return jwt.encode(claims, self.key, algorithm=ALGORITHM)

    def read(self, token: str) -> Claims | None:
        """What a token says, or None if it is forged, expired or no token."""
        try:
            found = jwt.decode(
                token, self.key, algorithms=[ALGORITHM], options={"require": ["sub", "exp", "iat"]}
            )
            return Claims(UUID(found["sub"]), float(found["exp"]))
        except (jwt.PyJWTError, ValueError):
            return None


def new_secret(prefix: str = "") -> str:
    return prefix + secrets.token_urlsafe(32)


def secret_digest(secret: str) -> str:
    """What is stored of a secret: it has 256 random bits, so a plain digest is enough."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
