"""Signing in and staying signed in: access tokens, rotating refresh tokens, and who is behind a request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from kuznia.db.session import WriteSession
from kuznia.db.tables import Account, RefreshToken
from kuznia.domains.accounts import repository
from kuznia.domains.accounts.errors import BadCredentials, SessionClosed
from kuznia.domains.accounts.passwords import HASHER, hash_password, verify_password
from kuznia.domains.accounts.tokens import new_secret, secret_digest
from kuznia.rest.principal import ALLOWED, Permission, Role

# Two tabs that refresh at once are no thief: a spent token works this much longer.
GRACE = timedelta(seconds=10)
KEPT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """An account and the secret of its next refresh."""

    account: Account
    secret: str


@dataclass(frozen=True, slots=True)
class Identity:
    """What a request may do by its token alone: the role now, and the token's scopes."""

    account_id: UUID
    role: Role
    scopes: frozenset[Permission]
    token_id: UUID | None = None


def sign_in(
    session: WriteSession, email: str, password: str, *, user_agent: str | None, days: int
) -> SignedIn:
    """Open a session. Every refusal is the same, and takes the same time."""
    account = repository.account_by_email(session, email.strip())
    right = verify_password(password, account.password_hash if account else None)
    if account is None or not right or account.disabled_at is not None:
        raise BadCredentials("Check both and try again.")
    if HASHER.check_needs_rehash(account.password_hash):
        account.password_hash = hash_password(password)
    repository.forget_old_sessions(session, account.id, datetime.now(UTC) - KEPT)
    secret = _issue(session, account.id, uuid7(), user_agent, days)
    return SignedIn(account, secret)


def refresh(session: WriteSession, secret: str, *, user_agent: str | None, days: int) -> SignedIn | None:
    """Exchange a refresh token for the next. None: it was used before, and its family is now closed."""
    now = datetime.now(UTC)
    token = repository.refresh_token(session, secret_digest(secret))
    if token is None or token.revoked_at is not None or token.expires_at <= now:
        raise SessionClosed("Sign in again.")
    if token.used_at is not None and now - token.used_at > GRACE:
        repository.close_family(session, token.family, now)
        return None
    account = repository.account(session, token.account_id)
    if account is None or account.disabled_at is not None:
        raise SessionClosed("Sign in again.")
    token.used_at = token.used_at or now
    return SignedIn(account, _issue(session, account.id, token.family, user_agent, days))


def sign_out(session: WriteSession, secret: str | None) -> None:
    """Close the family of a refresh token; one that is not known is no error."""
    token = repository.refresh_token(session, secret_digest(secret)) if secret else None
    if token is not None:
        repository.close_family(session, token.family, datetime.now(UTC))


def _issue(session: WriteSession, account_id: UUID, family: UUID, user_agent: str | None, days: int) -> str:
    secret = new_secret()
    token = RefreshToken(
        family=family,
        account_id=account_id,
        secret_digest=secret_digest(secret),
        expires_at=datetime.now(UTC) + timedelta(days=days),
        user_agent=(user_agent or "")[:300].replace("\x00", "") or None,
    )
    session.add(token)
    session.flush()
    return secret


def identity_of_account(session: Session, account_id: UUID) -> Identity | None:
    """The identity of a signed-in account, or None if it is gone or disabled."""
    account = repository.account(session, account_id)
    if account is None or account.disabled_at is not None:
        return None
    role: Role = account.role  # type: ignore[assignment]  # the column's check holds these three only
    return Identity(account.id, role, ALLOWED[role])


def identity_of_token(session: Session, secret: str) -> Identity | None:
    """The identity of an API token, or None if it is unknown, expired, revoked or its owner disabled."""
    now = datetime.now(UTC)
    found = repository.live_api_token(session, secret_digest(secret), now)
    if found is None or found[1].disabled_at is not None:
        return None
    token, account = found
    repository.mark_used(session, token.id, now)
    role: Role = account.role  # type: ignore[assignment]  # the column's check holds these three only
    return Identity(account.id, role, ALLOWED[role] & frozenset(token.scopes), token.id)
