"""Routes of sweeps."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response

from kuznia.domains.backtests.schemas import BacktestCreated
from kuznia.domains.jobs.schemas import JobRead
from kuznia.domains.jobs.service import shown
from kuznia.domains.sweeps import reading, repository, service
from kuznia.domains.sweeps.schemas import (
    MOST,
    Over,
    PointRead,
    PointSeries,
    SurfaceRead,
    SweepCheck,
    SweepChecked,
    SweepCreate,
    SweepCreated,
    SweepRead,
    SweepSummary,
)
from kuznia.rest.etag import immutable
from kuznia.rest.paging import Cursor, Limit, Page, read_cursor, write_cursor
from kuznia.rest.paging import page_of as paged
from kuznia.rest.principal import Reader, Writer
from kuznia.rest.session import Reading, Writing

router = APIRouter(prefix="/sweeps", tags=["sweeps"])

Number = Annotated[int, Path(ge=1, le=1_000_000, description="Number of the combination")]
Column = Annotated[str, Query(max_length=60)]


@router.post("", status_code=201, operation_id="create_sweep", summary="Sweep a strategy's parameters")
def create_sweep(request: Request, session: Writing, principal: Writer, new: SweepCreate) -> SweepCreated:
    job = service.submit(session, request.app.state.store, principal, new)
    return SweepCreated(job=shown(session, [job])[0])


@router.post("/check", operation_id="check_sweep", summary="Count a sweep's combinations without running it")
def check_sweep(session: Reading, principal: Reader, wanted: SweepCheck) -> SweepChecked:
    return service.check(session, principal, wanted)


@router.get("", operation_id="list_sweeps", summary="Sweeps, newest first")
def list_sweeps(
    session: Reading,
    principal: Reader,
    question: UUID | None = None,
    q: str | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[SweepSummary]:
    after = read_cursor(cursor, 1, UUID)
    rows = repository.sweeps(
        session,
        principal.account_id,
        principal.is_admin,
        question_id=question,
        text=q,
        after=UUID(str(after[0])) if after else None,
        limit=limit,
    )
    return paged(rows, limit, reading.summary, lambda row: write_cursor(row[0].id))


@router.get("/{sweep_id}", operation_id="read_sweep", summary="One sweep: what it says, and why")
def read_sweep(session: Reading, principal: Reader, sweep_id: UUID) -> SweepRead:
    return reading.detail(session, service.get(session, principal, sweep_id))


@router.delete(
    "/{sweep_id}", status_code=204, operation_id="delete_sweep", summary="Hide a sweep; its trials stay"
)
def delete_sweep(session: Writing, principal: Writer, sweep_id: UUID) -> Response:
    service.delete(session, principal, sweep_id)
    return Response(status_code=204)


@router.post(
    "/{sweep_id}/reproduce",
    status_code=202,
    operation_id="reproduce_sweep",
    summary="Run it again on the same pins and compare the numbers",
)
def reproduce_sweep(session: Writing, principal: Writer, sweep_id: UUID) -> JobRead:
    return shown(session, [service.submit_reproduction(session, principal, sweep_id)])[0]


@router.get("/{sweep_id}/points", operation_id="list_sweep_points", summary="Combinations, sorted")
def list_points(
    request: Request,
    session: Reading,
    principal: Reader,
    sweep_id: UUID,
    sort: Annotated[
        str, Query(max_length=60, description="A parameter or a measure; - descends")
    ] = "-sharpe",
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[PointRead]:
    row = service.get(session, principal, sweep_id)
    # Points never change, so that a place among them is as good as a value.
    after = read_cursor(cursor, 1, int)
    offset = min(max(int(after[0]), 0), MOST) if after else 0
    digest = service.file_of(session, row, "points")
    found = reading.points(
        request.app.state.store, digest, list(row[0].spec["parameters"]), sort, offset, limit
    )
    return Page(items=found[:limit], next=write_cursor(offset + limit) if len(found) > limit else None)


@router.get("/{sweep_id}/points/{n}", operation_id="read_sweep_point", summary="One combination")
def read_point(request: Request, session: Reading, principal: Reader, sweep_id: UUID, n: Number) -> PointRead:
    row = service.get(session, principal, sweep_id)
    digest = service.file_of(session, row, "points")
    return reading.point(request.app.state.store, digest, n, list(row[0].spec["parameters"]))


@router.get(
    "/{sweep_id}/points/{n}/series",
    operation_id="read_sweep_series",
    summary="Equity of a combination beside holding",
)
def read_series(
    request: Request, response: Response, session: Reading, principal: Reader, sweep_id: UUID, n: Number
) -> PointSeries:
    row = service.get(session, principal, sweep_id)
    monthly, curves = (service.file_of(session, row, role) for role in ("monthly", "curves"))
    immutable(request, response, monthly, curves, n)
    return reading.series(request.app.state.store, row, monthly, curves, n)


@router.post(
    "/{sweep_id}/points/{n}/backtest",
    status_code=201,
    operation_id="simulate_sweep_point",
    summary="Simulate one combination as a backtest, on the sweep's own pins",
)
def simulate_point(
    request: Request, session: Writing, principal: Writer, sweep_id: UUID, n: Number
) -> BacktestCreated:
    job = service.simulate_point(session, request.app.state.store, principal, sweep_id, n)
    return BacktestCreated(job=shown(session, [job])[0])


@router.get("/{sweep_id}/surface", operation_id="read_sweep_surface", summary="A measure over two parameters")
def read_surface(
    request: Request,
    response: Response,
    session: Reading,
    principal: Reader,
    sweep_id: UUID,
    x: Column | None = None,
    y: Column | None = None,
    metric: Column = "sharpe",
    over: Over = "best",
) -> SurfaceRead:
    row = service.get(session, principal, sweep_id)
    digest = service.file_of(session, row, "points")
    immutable(request, response, digest, x, y, metric, over)
    return reading.surface(request.app.state.store, row, digest, x, y, metric, over)
