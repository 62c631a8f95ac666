"""Who may see what: every owned noun is a row of ``objects``, shared by ``grants``."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from kuznia.db.tables import Account, Grant, Object

Level = Literal["read", "run", "edit"]
COVERS: dict[Level, tuple[Level, ...]] = {
    "read": ("read", "run", "edit"),
    "run": ("run", "edit"),
    "edit": ("edit",),
}


def new_object(session: Session, kind: str, owner_id: UUID) -> UUID:
    """Insert the ``objects`` row of a new owned noun and return its key."""
    row = Object(kind=kind, owner_id=owner_id)
    session.add(row)
    session.flush()
    return row.id


def hide(session: Session, object_id: UUID) -> None:
    """Delete an owned noun as its people see it: its rows, and its trials, stay."""
    session.execute(update(Object).where(Object.id == object_id).values(deleted_at=func.clock_timestamp()))


def is_admin(session: Session, account_id: UUID) -> bool:
    """Whether an account sees every object, for a job that computes with its owner's rights."""
    return session.scalar(select(Account.role).where(Account.id == account_id)) == "admin"


def visible(
    column: InstrumentedAttribute[UUID] | ColumnElement[UUID],
    account_id: UUID,
    *,
    is_admin: bool = False,
    level: Level = "read",
) -> ColumnElement[bool]:
    """A condition: the object in `column` exists, is not deleted, and the account may use it so.

    Parameters
    ----------
    column : column of object ids
        For example ``Dataset.id``.
    account_id : UUID
        Who asks.
    is_admin : bool
        An administrator sees every object of the installation.
    level : {"read", "run", "edit"}
        What for; a higher grant covers the lower ones.
    """
    # An alias, or the caller's own join of objects would be taken for this one.
    owned = aliased(Object)
    alive = exists().where(owned.id == column, owned.deleted_at.is_(None))
    if is_admin:
        return alive
    grant = aliased(Grant)
    shared = exists().where(
        grant.object_id == column,
        grant.level.in_(COVERS[level]),
        or_(grant.grantee_id == account_id, grant.grantee_id.is_(None)),
    )
    return alive.where(or_(owned.owner_id == account_id, shared))


def share_with_all(session: Session, object_id: UUID, granted_by: UUID, level: Level = "read") -> None:
    """Grant everybody of the installation this level on an object."""
    values: dict[str, Any] = {"object_id": object_id, "granted_by": granted_by, "level": level}
    session.add(Grant(grantee_id=None, **values))
