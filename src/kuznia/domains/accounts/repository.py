"""All SQL of accounts, sessions, tokens, grants and the audit."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select, text, update
from sqlalchemy.orm import Session

from kuznia.db.access import visible
from kuznia.db.tables import Account, ApiToken, Audit, Grant, Object, RefreshToken

AUDIT_LOCK = 0x6B7A6175646974  # "kzaudit"
ADMIN_LOCK = 0x6B7A61646D696E  # "kzadmin"


def account(session: Session, account_id: UUID, *, lock: bool = False) -> Account | None:
    return session.get(Account, account_id, with_for_update=lock or None)


def account_by_email(session: Session, email: str) -> Account | None:
    return session.scalar(select(Account).where(func.lower(Account.email) == email.lower()))


def accounts(session: Session, after: UUID | None, limit: int) -> Sequence[Account]:
    query = select(Account).order_by(Account.id).limit(limit + 1)
    if after is not None:
        query = query.where(Account.id > after)
    return session.scalars(query).all()


def enabled_admins(session: Session) -> int:
    """How many administrators can sign in; nobody else counts until this transaction ends."""
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADMIN_LOCK})
    query = select(func.count()).where(Account.role == "admin", Account.disabled_at.is_(None))
    return session.scalar(query) or 0


def first_admin(session: Session) -> Account | None:
    query = select(Account).where(Account.role == "admin", Account.disabled_at.is_(None))
    return session.scalar(query.order_by(Account.id).limit(1))


def refresh_token(session: Session, digest: str) -> RefreshToken | None:
    query = select(RefreshToken).where(RefreshToken.secret_digest == digest).with_for_update()
    return session.scalar(query)


def close_family(session: Session, family: UUID, at: datetime) -> None:
    session.execute(
        update(RefreshToken)
        .where(RefreshToken.family == family, RefreshToken.revoked_at.is_(None))
        .values(revoked_at=at)
    )


def close_sessions(session: Session, account_id: UUID, at: datetime) -> None:
    session.execute(
        update(RefreshToken)
        .where(RefreshToken.account_id == account_id, RefreshToken.revoked_at.is_(None))
        .values(revoked_at=at)
    )


def forget_old_sessions(session: Session, account_id: UUID, before: datetime) -> None:
    session.execute(
        delete(RefreshToken).where(RefreshToken.account_id == account_id, RefreshToken.expires_at < before)
    )


def api_tokens(session: Session, account_id: UUID) -> Sequence[ApiToken]:
    query = select(ApiToken).where(ApiToken.account_id == account_id, ApiToken.revoked_at.is_(None))
    return session.scalars(query.order_by(ApiToken.id)).all()


def api_token(session: Session, token_id: UUID, account_id: UUID) -> ApiToken | None:
    query = select(ApiToken).where(
        ApiToken.id == token_id, ApiToken.account_id == account_id, ApiToken.revoked_at.is_(None)
    )
    return session.scalar(query)


def live_api_token(session: Session, digest: str, at: datetime) -> tuple[ApiToken, Account] | None:
    query = (
        select(ApiToken, Account)
        .join(Account, Account.id == ApiToken.account_id)
        .where(ApiToken.secret_digest == digest, ApiToken.revoked_at.is_(None))
    )
    found = session.execute(query).one_or_none()
    if found is None or (found[0].expires_at is not None and found[0].expires_at <= at):
        return None
    return found[0], found[1]


def mark_used(session: Session, token_id: UUID, at: datetime) -> None:
    """Note a token's use, at most once a minute."""
    quiet = ApiToken.last_used_at.is_(None) | (ApiToken.last_used_at < at - timedelta(minutes=1))
    session.execute(update(ApiToken).where(ApiToken.id == token_id, quiet).values(last_used_at=at))


def visible_object(session: Session, object_id: UUID, account_id: UUID, *, is_admin: bool) -> Object | None:
    query = select(Object).where(Object.id == object_id, visible(Object.id, account_id, is_admin=is_admin))
    return session.scalar(query)


def grants(session: Session, object_id: UUID) -> Sequence[tuple[Grant, Account | None]]:
    query = (
        select(Grant, Account)
        .outerjoin(Account, Account.id == Grant.grantee_id)
        .where(Grant.object_id == object_id)
        .order_by(Grant.id)
    )
    return [(grant, grantee) for grant, grantee in session.execute(query)]


def grant_of(session: Session, object_id: UUID, grantee_id: UUID | None) -> Grant | None:
    query = select(Grant).where(Grant.object_id == object_id)
    same = Grant.grantee_id.is_(None) if grantee_id is None else Grant.grantee_id == grantee_id
    return session.scalar(query.where(same))


def grant(session: Session, object_id: UUID, grant_id: UUID) -> Grant | None:
    return session.scalar(select(Grant).where(Grant.id == grant_id, Grant.object_id == object_id))


def last_link(session: Session) -> str | None:
    """The newest row's digest; nobody else appends until this transaction ends."""
    session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": AUDIT_LOCK})
    return session.scalar(select(Audit.digest).order_by(Audit.n.desc()).limit(1))


def audit_rows(
    session: Session, before: int | None, limit: int, filters: dict[str, Any]
) -> Sequence[tuple[Audit, Account | None]]:
    """The newest rows below a number, with who did it."""
    query = select(Audit, Account).outerjoin(Account, Account.id == Audit.account_id)
    if before is not None:
        query = query.where(Audit.n < before)
    comparisons: dict[str, Callable[[Any], ColumnElement[bool]]] = {
        "account_id": Audit.account_id.__eq__,
        "object_id": Audit.object_id.__eq__,
        "action": lambda value: Audit.action.startswith(value, autoescape=True),
        "since": Audit.at.__ge__,
        "until": Audit.at.__lt__,
    }
    given = {name: value for name, value in filters.items() if value is not None}
    query = query.where(*(comparisons[name](value) for name, value in given.items()))
    rows = session.execute(query.order_by(Audit.n.desc()).limit(limit + 1))
    return [(row, account) for row, account in rows]


def audit_chain(session: Session) -> Generator[Audit]:
    """Every row, oldest first, a thousand at a time; a reading session has no transaction for a cursor."""
    last = 0
    while rows := session.scalars(select(Audit).where(Audit.n > last).order_by(Audit.n).limit(1000)).all():
        last = rows[-1].n
        yield from rows
