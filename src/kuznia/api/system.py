"""Whether this installation lives, is ready, and what it is made of."""

from __future__ import annotations

import platform
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel
from sqlalchemy.exc import SQLAlchemyError

from kuznia.db.health import backlog, newest_revision, schema
from kuznia.rest.principal import Reader, public
from kuznia.telemetry import metrics

health = APIRouter(tags=["system"])
system = APIRouter(tags=["system"])
STARTED = datetime.now(UTC)


class Live(BaseModel):
    status: Literal["live"] = "live"


class Ready(BaseModel):
    """``parts`` says of each what this process needs whether it is there."""

    ready: bool
    parts: dict[str, str]


class SystemRead(BaseModel):
    version: str
    python: str
    platform: str
    database: str
    schema_revision: str | None
    started_at: datetime
    now: datetime


@health.get("/health/live", summary="Whether this process answers", dependencies=[public()])
def live() -> Live:
    return Live()


@health.get(
    "/health/ready",
    summary="Whether requests can be served",
    dependencies=[public()],
    responses={503: {"model": Ready}},
)
def ready(request: Request, response: Response) -> Ready:
    parts = {"database": _database(request)}
    if not all(state == "ok" for state in parts.values()):
        response.status_code = 503
    return Ready(ready=response.status_code != 503, parts=parts)


def _database(request: Request) -> str:
    try:
        found = schema(request.app.state.database)
    except SQLAlchemyError:
        return "does not answer"
    return "ok" if found.current else f"at revision {found.revision}, needs {newest_revision()}"


@health.get(
    "/metrics",
    summary="Prometheus metrics of this process",
    dependencies=[public()],
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}}},
)
def read_metrics(request: Request) -> Response:
    metrics.POOL_IN_USE.set(request.app.state.database.pool.checkedout())
    metrics.JOBS.clear()
    metrics.OLDEST_DUE.clear()
    with suppress(SQLAlchemyError):  # what this process itself counts is told without the database
        for part in backlog(request.app.state.database):
            metrics.JOBS.labels(part.pool, part.state).set(part.jobs)
            if part.state == "queued":
                metrics.OLDEST_DUE.labels(part.pool).set(part.due)
    content, kind = metrics.page()
    return Response(content, headers={"Content-Type": kind})


@system.get("/system", summary="Versions of this installation")
def read_system(request: Request, _: Reader) -> SystemRead:
    found = schema(request.app.state.database)
    return SystemRead(
        version=version("kuznia"),
        python=platform.python_version(),
        platform=platform.platform(),
        database=found.server,
        schema_revision=found.revision,
        started_at=STARTED,
        now=datetime.now(UTC),
    )
