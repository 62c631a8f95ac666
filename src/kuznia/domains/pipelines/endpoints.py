"""Routes of automated pipelines."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request, Response

from kuznia.domains.jobs.schemas import JobRead
from kuznia.domains.jobs.service import shown
from kuznia.domains.pipelines import reading, repository, service
from kuznia.domains.pipelines.schemas import (
    LeaderBoardRead,
    PipelineCreate,
    PipelineCreated,
    PipelineRead,
    PipelineSummary,
)
from kuznia.rest.paging import Cursor, Limit, Page, read_cursor, write_cursor
from kuznia.rest.principal import Reader, Writer
from kuznia.rest.session import Reading, Writing

router = APIRouter(prefix="/pipelines", tags=["pipelines"])


@router.post("", status_code=201, operation_id="create_pipeline", summary="Run an automated pipeline")
def create_pipeline(
    request: Request, session: Writing, principal: Writer, new: PipelineCreate
) -> PipelineCreated:
    pipeline_id, job = service.submit(session, request.app.state.store, principal, new)
    return PipelineCreated(id=pipeline_id, job=shown(session, [job])[0])


@router.get("", operation_id="list_pipelines", summary="Automated pipelines, newest first")
def list_pipelines(
    session: Reading, principal: Reader, q: str | None = None, limit: Limit = 50, cursor: Cursor = None
) -> Page[PipelineSummary]:
    after = read_cursor(cursor, 1, UUID)
    rows = repository.pipelines(
        session,
        principal.account_id,
        principal.is_admin,
        text=q,
        after=UUID(str(after[0])) if after else None,
        limit=limit,
    )
    shown_rows = reading.summaries(session, rows[:limit])
    more = len(rows) > limit
    return Page(items=shown_rows, next=write_cursor(shown_rows[-1].id) if more else None)


@router.get("/{pipeline_id}", operation_id="read_pipeline", summary="One pipeline with its steps")
def read_pipeline(session: Reading, principal: Reader, pipeline_id: UUID) -> PipelineRead:
    return reading.detail(session, service.get(session, principal, pipeline_id))


@router.get(
    "/{pipeline_id}/leader-board",
    operation_id="read_leader_board",
    summary="Learners and ensembles side by side, on bars that chose nothing",
)
def read_leader_board(session: Reading, principal: Reader, pipeline_id: UUID) -> LeaderBoardRead:
    return reading.leader_board(session, service.get(session, principal, pipeline_id))


@router.post(
    "/{pipeline_id}/cancel",
    status_code=202,
    operation_id="cancel_pipeline",
    summary="Stop a pipeline; its finished steps stay",
)
def cancel_pipeline(session: Writing, principal: Writer, pipeline_id: UUID) -> JobRead:
    return shown(session, [service.cancel(session, principal, pipeline_id)])[0]


@router.delete(
    "/{pipeline_id}",
    status_code=204,
    operation_id="delete_pipeline",
    summary="Hide a pipeline; its trials and versions stay",
)
def delete_pipeline(session: Writing, principal: Writer, pipeline_id: UUID) -> Response:
    service.delete(session, principal, pipeline_id)
    return Response(status_code=204)
