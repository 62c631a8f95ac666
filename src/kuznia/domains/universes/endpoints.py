"""Routes of universes: parse, call the service, return."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter

from kuznia.db.tables import UniverseVersion
from kuznia.domains.universes import service
from kuznia.domains.universes.repository import UniverseRow
from kuznia.domains.universes.schemas import (
    Person,
    UniverseCreate,
    UniverseDetail,
    UniverseRead,
    UniverseSpec,
    UniverseVersionRead,
)
from kuznia.rest.paging import Cursor, Limit, Page, page_of, read_cursor, write_cursor
from kuznia.rest.principal import Reader, Writer
from kuznia.rest.session import Reading, Writing

router = APIRouter(prefix="/universes", tags=["universes"])


def show_version(row: UniverseVersion) -> UniverseVersionRead:
    names = ("id", "universe_id", "seq", "biased", "bias_reason", "digest", "created_at")
    instruments = row.spec["instruments"]
    return UniverseVersionRead(
        **{name: getattr(row, name) for name in names}, instruments=instruments, size=len(instruments)
    )


def _fields(row: UniverseRow) -> dict[str, Any]:
    universe, owned, account, newest = row
    return {
        "id": universe.id,
        "name": universe.name,
        "description": universe.description,
        "revision": universe.revision,
        "owner": Person(id=account.id, name=account.name),
        "created_at": owned.created_at,
        "latest": show_version(newest),
    }


def show(row: UniverseRow) -> UniverseRead:
    return UniverseRead(**_fields(row))


@router.get("", operation_id="list_universes", summary="Universes")
def list_universes(
    session: Reading, principal: Reader, limit: Limit = 50, cursor: Cursor = None
) -> Page[UniverseRead]:
    rows = service.listing(session, principal, after=read_cursor(cursor, 2, str, UUID), limit=limit)
    return page_of(rows, limit, show, lambda row: write_cursor(row[0].name, row[0].id))


@router.post("", status_code=201, operation_id="create_universe", summary="Make a universe")
def create_universe(session: Writing, principal: Writer, new: UniverseCreate) -> UniverseRead:
    return show(service.create(session, principal, new))


@router.get("/{universe_id}", operation_id="read_universe", summary="One universe with its versions")
def read_universe(session: Reading, principal: Reader, universe_id: UUID) -> UniverseDetail:
    row = service.get(session, principal, universe_id)
    versions = [show_version(version) for version in service.versions(session, universe_id)]
    return UniverseDetail(**_fields(row), versions=versions)


@router.post(
    "/{universe_id}/versions",
    status_code=201,
    operation_id="add_universe_version",
    summary="Add a version of a universe",
)
def add_version(session: Writing, principal: Writer, universe_id: UUID, spec: UniverseSpec) -> UniverseRead:
    return show(service.add_version(session, principal, universe_id, spec))
