"""What every table shares: the metadata with named constraints, and column shorthands."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, ForeignKey, MetaData, Table, Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import UUID as PgUUID
from sqlalchemy.orm import DeclarativeBase, mapped_column
from uuid_utils.compat import uuid7

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Declarative base. Classes are named after their row: ``Dataset``, ``DatasetVersion``."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {  # noqa: RUF012 (SQLAlchemy reads it from the class)
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB,
        list[Any]: JSONB,
        str: Text,
        int: BigInteger,
        UUID: PgUUID(as_uuid=True),
    }


def table_of(entity: type[Base]) -> Table:
    """The plain table, for statements that are executed often: nothing is taken from or put into objects."""
    return entity.metadata.tables[entity.__tablename__]


NewId = Annotated[UUID, mapped_column(primary_key=True, default=uuid7)]
"""A key of its own, time-ordered."""

ObjectId = Annotated[UUID, mapped_column(ForeignKey("objects.id"), primary_key=True)]
"""The key of an owned noun: a row of ``objects`` says who owns it."""

AccountId = Annotated[UUID, mapped_column(ForeignKey("accounts.id"), index=True)]

Now = Annotated[datetime, mapped_column(server_default=func.clock_timestamp())]

FileDigest = Annotated[str, mapped_column(ForeignKey("files.digest"))]
"""A file of the store, by the digest of its content."""

MaybeFile = Annotated[str | None, mapped_column(ForeignKey("files.digest"))]
