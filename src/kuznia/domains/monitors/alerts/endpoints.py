"""Routes of the list of alerts."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from kuznia.domains.monitors.alerts import service
from kuznia.domains.monitors.alerts.repository import Wanted
from kuznia.domains.monitors.alerts.schemas import Acknowledge, AlertCount, ModelAlertRead
from kuznia.domains.monitors.schemas import AlertKind
from kuznia.rest.paging import Cursor, Limit, Page, page_of, read_cursor, write_cursor
from kuznia.rest.principal import Reader, Writer
from kuznia.rest.session import Reading, Writing

router = APIRouter(prefix="/alerts", tags=["monitors"])


@router.get("", operation_id="list_alerts", summary="Alerts of all models, newest first")
def list_alerts(
    session: Reading,
    principal: Reader,
    kind: Annotated[list[AlertKind] | None, Query(description="One or more kinds; all when left out")] = None,
    model: Annotated[UUID | None, Query(description="Of this model alone")] = None,
    open: Annotated[
        bool | None, Query(description="true: nobody took notice yet; false: somebody did")
    ] = None,
    since: Annotated[AwareDatetime | None, Query(description="Found at this time or later")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[ModelAlertRead]:
    after = read_cursor(cursor, 2, UUID, int)
    wanted = Wanted(kinds=kind, model_id=model, open=open, since=since)
    rows = service.alerts(
        session, principal, wanted, after=(after[0], after[1]) if after else None, limit=limit
    )
    return page_of(rows, limit, lambda row: row, lambda row: write_cursor(row.report_id, row.position))


@router.get("/count", operation_id="count_alerts", summary="How many alerts are open")
def count_alerts(session: Reading, principal: Reader) -> AlertCount:
    return AlertCount(open=service.count(session, principal))


@router.put(
    "/acknowledgements",
    operation_id="acknowledge_alerts",
    summary="Take notice of alerts for all who see them, or take it back",
)
def acknowledge_alerts(session: Writing, principal: Writer, wanted: Acknowledge) -> AlertCount:
    keys = [(one.report_id, one.position) for one in wanted.alerts]
    service.acknowledge(session, principal, keys, taken=wanted.acknowledged)
    return AlertCount(open=service.count(session, principal))
