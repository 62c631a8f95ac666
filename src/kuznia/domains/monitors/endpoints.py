"""Routes of monitors: policies of aliases, drift reports of versions, trainings anew, proposals."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response

from kuznia.domains.jobs.schemas import JobRead
from kuznia.domains.jobs.service import read_job
from kuznia.domains.models.schemas import AliasName
from kuznia.domains.monitors import reading, repository, service
from kuznia.domains.monitors.alerts.endpoints import router as alerts
from kuznia.domains.monitors.schemas import (
    Decision,
    DriftReportRead,
    DriftReportSummary,
    MonitorRead,
    Policy,
    ProposalRead,
    RetrainingRead,
)
from kuznia.rest.etag import MaybeIfMatch, set_revision
from kuznia.rest.paging import Cursor, Limit, Page, page_of, read_cursor, write_cursor
from kuznia.rest.principal import Reader, Writer
from kuznia.rest.session import Reading, Writing

router = APIRouter(tags=["monitors"])
routers = (alerts, router)

OnAlias = Annotated[AliasName, Path(description="Such as champion")]


@router.get("/models/{model_id}/monitors", operation_id="list_monitors", summary="Aliases that are watched")
def list_monitors(
    session: Reading, principal: Reader, model_id: UUID, limit: Limit = 50, cursor: Cursor = None
) -> Page[MonitorRead]:
    after = read_cursor(cursor, 1, str)
    rows = service.monitors(session, principal, model_id, after=after[0] if after else None, limit=limit)
    now = repository.now(session)
    return page_of(rows, limit, lambda row: reading.monitor(row, now), lambda row: write_cursor(row[0].alias))


@router.get(
    "/models/{model_id}/monitors/{alias}", operation_id="read_monitor", summary="How an alias is watched"
)
def read_monitor(
    session: Reading, principal: Reader, response: Response, model_id: UUID, alias: OnAlias
) -> MonitorRead:
    found = reading.monitor(service.get(session, principal, model_id, alias), repository.now(session))
    set_revision(response, found.revision)
    return found


@router.put(
    "/models/{model_id}/monitors/{alias}",
    operation_id="put_monitor",
    summary="Watch an alias by this policy",
)
def put_monitor(
    session: Writing,
    principal: Writer,
    response: Response,
    model_id: UUID,
    alias: OnAlias,
    policy: Policy,
    if_match: MaybeIfMatch,
) -> MonitorRead:
    found = service.put(session, principal, model_id, alias, policy, if_match)
    set_revision(response, found.revision)
    return found


@router.delete(
    "/models/{model_id}/monitors/{alias}",
    status_code=204,
    operation_id="delete_monitor",
    summary="Watch an alias no more",
)
def delete_monitor(session: Writing, principal: Writer, model_id: UUID, alias: OnAlias) -> Response:
    service.remove(session, principal, model_id, alias)
    return Response(status_code=204)


@router.post(
    "/models/{model_id}/monitors/{alias}/retrain",
    status_code=202,
    operation_id="retrain",
    summary="Train what the alias is on anew, on the newest data",
)
def retrain(session: Writing, principal: Writer, model_id: UUID, alias: OnAlias) -> JobRead:
    return read_job(session, service.ask_retraining(session, principal, model_id, alias))


@router.post(
    "/model-versions/{version_id}/drift-reports",
    status_code=202,
    operation_id="check_drift",
    summary="Check a version for drift now",
)
def check_drift(
    session: Writing, principal: Writer, version_id: UUID, alias: AliasName | None = None
) -> JobRead:
    return read_job(session, service.check(session, principal, version_id, alias))


@router.get(
    "/model-versions/{version_id}/drift-reports",
    operation_id="list_drift_reports",
    summary="Drift reports of a version, newest first",
)
def list_drift_reports(
    session: Reading, principal: Reader, version_id: UUID, limit: Limit = 50, cursor: Cursor = None
) -> Page[DriftReportSummary]:
    after = read_cursor(cursor, 1, UUID)
    rows = service.reports(session, principal, version_id, before=after[0] if after else None, limit=limit)
    return page_of(rows, limit, reading.summary, lambda row: write_cursor(row.id))


@router.get(
    "/model-versions/{version_id}/drift-reports/{report_id}",
    operation_id="read_drift_report",
    summary="One drift report with every feature",
)
def read_drift_report(
    session: Reading, principal: Reader, version_id: UUID, report_id: UUID
) -> DriftReportRead:
    return reading.report(session, service.report(session, principal, version_id, report_id))


@router.get(
    "/models/{model_id}/retrainings",
    operation_id="list_retrainings",
    summary="Trainings anew, newest first",
)
def list_retrainings(
    session: Reading, principal: Reader, model_id: UUID, limit: Limit = 50, cursor: Cursor = None
) -> Page[RetrainingRead]:
    after = read_cursor(cursor, 1, UUID)
    rows = service.retrainings(session, principal, model_id, before=after[0] if after else None, limit=limit)
    shown = reading.retrainings(session, rows[:limit])
    return Page(items=shown, next=write_cursor(shown[-1].id) if len(rows) > limit else None)


@router.get(
    "/models/{model_id}/proposals",
    operation_id="list_proposals",
    summary="Proposals to promote a challenger, newest first",
)
def list_proposals(
    session: Reading, principal: Reader, model_id: UUID, limit: Limit = 50, cursor: Cursor = None
) -> Page[ProposalRead]:
    after = read_cursor(cursor, 1, UUID)
    rows = service.proposals(session, principal, model_id, before=after[0] if after else None, limit=limit)
    return page_of(rows, limit, reading.proposal, lambda row: write_cursor(row[0].id))


@router.post(
    "/models/{model_id}/proposals/{proposal_id}/decision",
    operation_id="decide_proposal",
    summary="Accept or decline a proposal",
)
def decide_proposal(
    session: Writing, principal: Writer, model_id: UUID, proposal_id: UUID, decision: Decision
) -> ProposalRead:
    return service.decide(session, principal, model_id, proposal_id, decision)
