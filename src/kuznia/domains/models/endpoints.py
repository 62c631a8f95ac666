"""Routes of the model registry: parse, call the service, return. Training is posted as a job."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request

from kuznia.domains.models import repository, scores, service
from kuznia.domains.models.exchange.endpoints import router as exchange
from kuznia.domains.models.registry.endpoints import router as registry
from kuznia.domains.models.schemas import (
    LearnerRead,
    ModelCreate,
    ModelRead,
    ModelVersionDetail,
    ModelVersionRead,
    StepRead,
    VersionScoresRead,
)
from kuznia.rest.paging import Cursor, Limit, Page, read_cursor, write_cursor
from kuznia.rest.principal import Reader, Writer, requires
from kuznia.rest.session import Reading, Writing

router = APIRouter(tags=["models"])
# /model-versions/compare has to come before /model-versions/{version_id}
routers = (registry, exchange, router)


@router.get(
    "/learners",
    operation_id="list_learners",
    dependencies=[requires("read")],
    summary="Learners with the parameters they take",
)
def list_learners() -> list[LearnerRead]:
    return service.learners()


@router.get(
    "/model-steps",
    operation_id="list_model_steps",
    dependencies=[requires("read")],
    summary="Steps between features and learner, with the parameters they take",
)
def list_model_steps() -> list[StepRead]:
    return service.steps()


@router.get("/models", operation_id="list_models", summary="Models")
def list_models(
    session: Reading, principal: Reader, limit: Limit = 50, cursor: Cursor = None
) -> Page[ModelRead]:
    rows = repository.models(
        session,
        principal.account_id,
        principal.is_admin,
        after=read_cursor(cursor, 2, str, UUID),
        limit=limit,
    )
    shown = service.show_models(session, rows[:limit])
    more = len(rows) > limit
    return Page(items=shown, next=write_cursor(shown[-1].name, shown[-1].id) if more else None)


@router.post("/models", status_code=201, operation_id="create_model", summary="Make a model")
def create_model(session: Writing, principal: Writer, new: ModelCreate) -> ModelRead:
    return service.create(session, principal, new)


@router.get("/models/{model_id}", operation_id="read_model", summary="One model with its aliases")
def read_model(session: Reading, principal: Reader, model_id: UUID) -> ModelRead:
    return service.read(session, principal, model_id)


@router.get("/models/{model_id}/versions", operation_id="list_model_versions", summary="Versions of a model")
def list_model_versions(
    session: Reading, principal: Reader, model_id: UUID, limit: Limit = 50, cursor: Cursor = None
) -> Page[ModelVersionRead]:
    after = read_cursor(cursor, 1, UUID)
    found = service.versions(
        session, principal, model_id, before=int(after[0]) if after else None, limit=limit
    )
    shown = found[:limit]
    return Page(items=shown, next=write_cursor(shown[-1].seq) if len(found) > limit else None)


@router.get(
    "/model-versions/{version_id}",
    operation_id="read_model_version",
    summary="One training result: folds, seeds, statistics, pins",
)
def read_model_version(session: Reading, principal: Reader, version_id: UUID) -> ModelVersionDetail:
    return service.read_version(session, principal, version_id)


@router.get(
    "/model-versions/{version_id}/scores",
    operation_id="read_model_scores",
    summary="The newest scores of a version; null if no alias was ever on it",
)
def read_model_scores(
    request: Request, session: Reading, principal: Reader, version_id: UUID
) -> VersionScoresRead | None:
    return scores.newest(session, request.app.state.store, principal, version_id)
