"""Who asks, and what their role allows. ``api`` puts the principal on the request; this reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Request

from kuznia.errors import Forbidden, Unauthenticated

Permission = Literal["read", "write", "admin"]
Role = Literal["admin", "user", "viewer"]

ALLOWED: dict[Role, frozenset[Permission]] = {
    "viewer": frozenset({"read"}),
    "user": frozenset({"read", "write"}),
    "admin": frozenset({"read", "write", "admin"}),
}


NO_TOKEN = "Send an access token: 'Authorization: Bearer …'."


@dataclass(frozen=True, slots=True)
class Principal:
    """The account behind a request, and how it came.

    ``scopes`` narrow what an API token may do; a signed-in browser has all of its role's.
    """

    account_id: UUID
    role: Role
    scopes: frozenset[Permission]
    address: str | None = None
    request_id: str | None = None
    token_id: UUID | None = None
    """The API token it came with; None for somebody signed in."""

    @property
    def is_admin(self) -> bool:
        return self.role == "admin"

    def may(self, permission: Permission) -> bool:
        return permission in ALLOWED[self.role] and permission in self.scopes


class Requires:
    """The permission a route declares: ``principal: Annotated[Principal, requires("write")]``.

    A contract test fails on a route that declares none.
    """

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    def __call__(self, request: Request) -> Principal:
        principal: Principal | None = getattr(request.state, "principal", None)
        if principal is None:
            raise Unauthenticated(getattr(request.state, "refusal", None) or NO_TOKEN)
        if not principal.may(self.permission):
            raise Forbidden(f"This needs the permission '{self.permission}'; ask an administrator.")
        return principal


class Public:
    """The mark of a route that anybody may call: ``dependencies=[public()]``."""

    def __call__(self) -> None:
        return None


def requires(permission: Permission) -> Any:
    return Depends(Requires(permission))


def public() -> Any:
    return Depends(Public())


Reader = Annotated[Principal, requires("read")]
Writer = Annotated[Principal, requires("write")]
Administrator = Annotated[Principal, requires("admin")]
