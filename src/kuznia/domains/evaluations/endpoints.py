"""Routes of evaluations. They are asked for as jobs: ``evaluations.run``, ``.check_leaks``, ``.ablate``."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from kuznia.domains.evaluations import service
from kuznia.domains.evaluations.schemas import EvaluationRead, EvaluationSummary, FeatureViewRead, Kind
from kuznia.rest.paging import Cursor, Limit, Page, page_of, read_cursor, write_cursor
from kuznia.rest.principal import Reader
from kuznia.rest.session import Reading

router = APIRouter(tags=["evaluations"])


@router.get(
    "/evaluations",
    operation_id="list_evaluations",
    summary="Evaluations, checks for leaks and ablations, newest first",
)
def list_evaluations(
    session: Reading,
    principal: Reader,
    version: Annotated[UUID | None, Query(description="Of a model version")] = None,
    features_run: Annotated[UUID | None, Query(description="Of a run of feature values")] = None,
    kind: Kind | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[EvaluationSummary]:
    after = read_cursor(cursor, 1, UUID)
    rows = service.listing(
        session,
        principal,
        version=version,
        features_run=features_run,
        kind=kind,
        after=after[0] if after else None,
        limit=limit,
    )
    return page_of(rows, limit, service.summary, lambda row: write_cursor(row[0].id))


@router.get(
    "/evaluations/{evaluation_id}",
    operation_id="read_evaluation",
    summary="One evaluation, with the part that its kind names",
)
def read_evaluation(session: Reading, principal: Reader, evaluation_id: UUID) -> EvaluationRead:
    return service.read(session, principal, evaluation_id)


@router.get(
    "/model-versions/{version_id}/views",
    operation_id="list_version_views",
    summary="Kinds of data that the features of a version read",
)
def list_version_views(session: Reading, principal: Reader, version_id: UUID) -> list[FeatureViewRead]:
    return service.views(session, principal, version_id)
