"""Accounts, what they own and share, their tokens, and the audit of what they did."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from kuznia.db.tables.base import AccountId, Base, NewId, Now


class Account(Base):
    __tablename__ = "accounts"
    __table_args__ = (
        CheckConstraint("role IN ('admin', 'user', 'viewer')", name="role"),
        Index("uq_accounts_email", text("lower(email)"), unique=True),
    )

    id: Mapped[NewId]
    email: Mapped[str]
    name: Mapped[str]
    role: Mapped[str]
    password_hash: Mapped[str]
    preferences: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    created_at: Mapped[Now]
    disabled_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(server_default="1")


class Object(Base):
    """One row for each owned noun, whatever its kind: grants and audit refer to it."""

    __tablename__ = "objects"

    id: Mapped[NewId]
    kind: Mapped[str] = mapped_column(index=True)
    owner_id: Mapped[AccountId]
    created_at: Mapped[Now]
    deleted_at: Mapped[datetime | None]


class Grant(Base):
    """Leave to read, run or edit an object, for one account or (grantee null) for all."""

    __tablename__ = "grants"
    __table_args__ = (
        CheckConstraint("level IN ('read', 'run', 'edit')", name="level"),
        UniqueConstraint("object_id", "grantee_id", postgresql_nulls_not_distinct=True),
    )

    id: Mapped[NewId]
    object_id: Mapped[UUID] = mapped_column(ForeignKey("objects.id"), index=True)
    grantee_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    level: Mapped[str]
    granted_by: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    created_at: Mapped[Now]


class RefreshToken(Base):
    """One link of a rotating chain; using a spent one closes the whole family."""

    __tablename__ = "refresh_tokens"

    id: Mapped[NewId]
    family: Mapped[UUID] = mapped_column(index=True)
    account_id: Mapped[AccountId]
    secret_digest: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[Now]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    user_agent: Mapped[str | None]


class ApiToken(Base):
    __tablename__ = "api_tokens"

    id: Mapped[NewId]
    account_id: Mapped[AccountId]
    name: Mapped[str]
    secret_digest: Mapped[str] = mapped_column(unique=True)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    created_at: Mapped[Now]
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class Audit(Base):
    """Append-only and hash-chained: each row's digest covers the row before it."""

    __tablename__ = "audit"

    n: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    at: Mapped[datetime]
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    action: Mapped[str] = mapped_column(index=True)
    object_id: Mapped[UUID | None] = mapped_column(ForeignKey("objects.id"), index=True)
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
    address: Mapped[str | None]
    request_id: Mapped[str | None]
    previous: Mapped[str]
    digest: Mapped[str] = mapped_column(unique=True)


class IdempotencyKey(Base):
    """A post that was done under a client's key, and what it was answered."""

    __tablename__ = "idempotency_keys"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request: Mapped[str]
    created_at: Mapped[Now] = mapped_column(index=True)
    status: Mapped[int | None]
    body: Mapped[bytes | None]
