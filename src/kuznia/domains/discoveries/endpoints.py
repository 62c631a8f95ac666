"""Routes of discoveries."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from kuznia.domains.discoveries import reading, repository, service
from kuznia.domains.discoveries.schemas import (
    Adopt,
    Adopted,
    CandidateRead,
    DiscoveryCreate,
    DiscoveryCreated,
    DiscoveryRead,
    DiscoverySummary,
    Reason,
)
from kuznia.domains.jobs.schemas import JobRead
from kuznia.domains.jobs.service import shown
from kuznia.rest.paging import Cursor, Limit, Page, page_of, read_cursor, write_cursor
from kuznia.rest.principal import Reader, Writer
from kuznia.rest.session import Reading, Writing

router = APIRouter(prefix="/discoveries", tags=["discoveries"])

MOST = 10_000


@router.post("", status_code=201, operation_id="create_discovery", summary="Search for features")
def create_discovery(
    request: Request, session: Writing, principal: Writer, new: DiscoveryCreate
) -> DiscoveryCreated:
    job = service.submit(session, request.app.state.store, principal, new)
    return DiscoveryCreated(job=shown(session, [job])[0])


@router.get("", operation_id="list_discoveries", summary="Discoveries, newest first")
def list_discoveries(
    session: Reading, principal: Reader, q: str | None = None, limit: Limit = 50, cursor: Cursor = None
) -> Page[DiscoverySummary]:
    after = read_cursor(cursor, 1, UUID)
    rows = repository.discoveries(
        session,
        principal.account_id,
        principal.is_admin,
        text=q,
        after=UUID(str(after[0])) if after else None,
        limit=limit,
    )
    return page_of(rows, limit, reading.summary, lambda row: write_cursor(row[0].id))


@router.get("/{discovery_id}", operation_id="read_discovery", summary="One discovery with its funnel")
def read_discovery(session: Reading, principal: Reader, discovery_id: UUID) -> DiscoveryRead:
    return reading.detail(session, service.get(session, principal, discovery_id), principal)


@router.delete(
    "/{discovery_id}",
    status_code=204,
    operation_id="delete_discovery",
    summary="Hide a discovery; its trials stay",
)
def delete_discovery(session: Writing, principal: Writer, discovery_id: UUID) -> Response:
    service.delete(session, principal, discovery_id)
    return Response(status_code=204)


@router.get(
    "/{discovery_id}/candidates",
    operation_id="list_candidates",
    summary="Candidates with what was measured, and why each fell",
)
def list_candidates(
    request: Request,
    session: Reading,
    principal: Reader,
    discovery_id: UUID,
    reason: Annotated[
        list[Reason | Literal["kept"]] | None, Query(description="Why they fell; kept: they did not")
    ] = None,
    family: Annotated[list[str] | None, Query(max_length=20)] = None,
    q: Annotated[str | None, Query(max_length=200, description="Part of the expression")] = None,
    sort: Annotated[str, Query(max_length=40, description="A column; - descends; t and ic by size")] = "-t",
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[CandidateRead]:
    row = service.get(session, principal, discovery_id)
    # Candidates never change, so that a place among them is as good as a value.
    after = read_cursor(cursor, 1, int)
    offset = min(max(int(after[0]), 0), MOST) if after else 0
    found = reading.candidates(
        request.app.state.store,
        service.file_of(session, row),
        reasons=reason or [],
        families=family or [],
        text=q,
        sort=sort,
        offset=offset,
        limit=limit,
    )
    return Page(items=found[:limit], next=write_cursor(offset + limit) if len(found) > limit else None)


@router.post(
    "/{discovery_id}/adopt",
    status_code=201,
    operation_id="adopt_candidates",
    summary="Make features and a feature set of candidates that were kept",
)
def adopt_candidates(
    request: Request, session: Writing, principal: Writer, discovery_id: UUID, wanted: Adopt
) -> Adopted:
    return service.adopt(session, request.app.state.store, principal, discovery_id, wanted)


@router.post(
    "/{discovery_id}/reproduce",
    status_code=202,
    operation_id="reproduce_discovery",
    summary="Search again on the same pins and compare the numbers",
)
def reproduce_discovery(session: Writing, principal: Writer, discovery_id: UUID) -> JobRead:
    job = service.submit_reproduction(session, principal, discovery_id)
    return shown(session, [job])[0]
