"""What accounts, sessions, tokens, grants and the audit look like outside."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from kuznia.domains.accounts.passwords import LONGEST

Role = Literal["admin", "user", "viewer"]
Scope = Literal["read", "write", "admin"]
GrantLevel = Literal["read", "run", "edit"]


def _clean(text: str) -> str:
    return text.strip()


Email = Annotated[
    str,
    Field(min_length=3, max_length=254, pattern=r"^[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+$"),
    AfterValidator(_clean),
]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Password = Annotated[str, Field(min_length=1, max_length=LONGEST)]
Preference = Annotated[str, Field(max_length=200)] | bool | int | None


class Strict(BaseModel):
    """A request body; a field that is not known is an error, so nobody assigns what is not theirs."""

    model_config = ConfigDict(extra="forbid")


class LoginRequest(Strict):
    email: Annotated[str, Field(max_length=254)]
    password: Password


class AccountRef(BaseModel):
    id: UUID
    name: str


class AccountRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    email: str
    name: str
    role: Role
    preferences: dict[str, Any]
    created_at: datetime
    disabled_at: datetime | None
    revision: int


class SignedInRead(BaseModel):
    access_token: str
    token_type: Literal["bearer"] = "bearer"
    expires_in: int
    account: AccountRead


class PasswordChange(Strict):
    current: Password
    new: Password


class MeUpdate(Strict):
    """What people change about themselves; a preference of null is removed."""

    name: Name | None = None
    preferences: Annotated[
        dict[Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")], Preference] | None, Field(max_length=32)
    ] = None
    password: PasswordChange | None = None


class AccountCreate(Strict):
    email: Email
    name: Name
    role: Role = "user"
    password: Password | None = None


class AccountCreated(AccountRead):
    """The new account; ``password`` is shown this once, and only if it was generated."""

    password: str | None = None


class AccountUpdate(Strict):
    name: Name | None = None
    role: Role | None = None
    disabled: bool | None = None


class TokenCreate(Strict):
    name: Name
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=3)]
    expires_in_days: Annotated[int, Field(ge=1, le=3650)] | None = None


class TokenRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    scopes: list[Scope]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class TokenCreated(TokenRead):
    """The new token; ``secret`` is shown this once."""

    secret: str


class GrantCreate(Strict):
    """``email`` null grants everybody of the installation."""

    email: Email | None = None
    level: GrantLevel = "read"


class GrantRead(BaseModel):
    id: UUID
    grantee: AccountRef | None
    level: GrantLevel
    created_at: datetime


class AuditRead(BaseModel):
    n: int
    at: datetime
    account: AccountRef | None
    action: str
    object_id: UUID | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    address: str | None
    request_id: str | None
    digest: str


class AuditCheck(BaseModel):
    """Whether the chain holds; ``broken_at`` is the first row that does not."""

    rows: int
    holds: bool
    broken_at: int | None
    head: str
