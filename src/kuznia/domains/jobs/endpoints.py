"""Jobs over HTTP: post a chain, watch, cancel, try again, read the log."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse

from kuznia.domains.jobs import service
from kuznia.domains.jobs.schemas import ChainCreate, ChainRead, JobRead, LogLine, State
from kuznia.rest.paging import Cursor, Limit, Page
from kuznia.rest.principal import Reader, Writer
from kuznia.rest.session import Reading, Writing

router = APIRouter(prefix="/jobs", tags=["jobs"])

EVENTS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Events `job`, each a JobRead; an event's id is the job's revision.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


@router.get("", summary="Jobs, newest first")
def list_jobs(
    session: Reading,
    principal: Reader,
    state: Annotated[list[State] | None, Query(description="Only jobs in these states")] = None,
    kind: Annotated[list[str] | None, Query(description="Only these kinds")] = None,
    chain: Annotated[UUID | None, Query(description="Only jobs of this chain")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[JobRead]:
    return service.jobs_page(
        session,
        principal,
        states=state or (),
        kinds=kind or (),
        chain_id=chain,
        cursor=cursor,
        limit=limit,
    )


@router.post("", status_code=201, summary="Post jobs as a chain, all or none")
def post_jobs(body: ChainCreate, request: Request, session: Writing, principal: Writer) -> ChainRead:
    state = request.app.state
    return service.post(session, principal, body, state.job_kinds, state.limits.unfinished_jobs)


@router.get(
    "/events", response_class=StreamingResponse, responses=EVENTS, summary="Jobs live, as server-sent events"
)
async def watch_jobs(
    request: Request,
    principal: Reader,
    job: Annotated[UUID | None, Query(description="Watch this job only")] = None,
    last_event_id: Annotated[str | None, Header(description="The id of the last event seen")] = None,
) -> StreamingResponse:
    since = int(last_event_id) if last_event_id and last_event_id.isdecimal() else None
    stream = request.app.state.job_events.stream(
        principal.account_id,
        is_admin=principal.is_admin,
        only=job,
        since=since,
        until=getattr(request.state, "token_expires", None),
    )
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(stream, media_type="text/event-stream", headers=headers)


@router.get("/{job_id}", summary="One job")
def read_job(job_id: UUID, session: Reading, principal: Reader) -> JobRead:
    return service.read_job(session, service.found(session, principal, job_id))


@router.post("/{job_id}/cancel", summary="Ask a job to stop")
def cancel_job(job_id: UUID, session: Writing, principal: Writer) -> JobRead:
    return service.cancel(session, principal, job_id)


@router.post("/{job_id}/retry", summary="Try a failed or cancelled job again")
def retry_job(job_id: UUID, session: Writing, principal: Writer) -> JobRead:
    return service.retry(session, principal, job_id)


@router.get("/{job_id}/log", summary="The log of a job")
def read_log(
    job_id: UUID, session: Reading, principal: Reader, limit: Limit = 200, cursor: Cursor = None
) -> Page[LogLine]:
    return service.log_page(session, principal, job_id, cursor=cursor, limit=limit)
