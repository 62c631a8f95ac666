"""Routes of the catalogue: statistics, lineage, and what of a feature may be changed."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from kuznia.domains.features import repository as features
from kuznia.domains.features import service as sets
from kuznia.domains.features.catalogue import graph, reports, service
from kuznia.domains.features.catalogue.schemas import (
    CorrelationsRead,
    FeatureReport,
    FeatureUpdate,
    LineageRead,
    VersionStatistics,
)
from kuznia.domains.features.schemas import FeatureRead
from kuznia.domains.features.shown import show, show_version
from kuznia.domains.features.statistics import by_version
from kuznia.rest.etag import IfMatch, set_revision
from kuznia.rest.principal import Reader, Writer
from kuznia.rest.session import Reading, Writing

router = APIRouter(tags=["features"])


@router.patch(
    "/features/{feature_id}",
    operation_id="update_feature",
    summary="Change a feature's description or tags, retire it or bring it back",
)
def update_feature(
    session: Writing,
    principal: Writer,
    response: Response,
    feature_id: UUID,
    body: FeatureUpdate,
    revision: IfMatch,
) -> FeatureRead:
    row = service.update(session, principal, feature_id, revision, body)
    set_revision(response, row[0].revision)
    return show(row, None)


@router.delete(
    "/features/{feature_id}",
    status_code=204,
    operation_id="delete_feature",
    summary="Hide a feature that nothing uses",
)
def delete_feature(session: Writing, principal: Writer, feature_id: UUID) -> Response:
    service.delete(session, principal, feature_id)
    return Response(status_code=204)


@router.get(
    "/features/{feature_id}/statistics",
    operation_id="read_feature_statistics",
    summary="All statistics of a version, with the run that measured them",
)
def read_statistics(
    request: Request,
    session: Reading,
    principal: Reader,
    feature_id: UUID,
    version: Annotated[int | None, Query(ge=1, description="Its number; the newest if left out")] = None,
) -> FeatureReport:
    found = service.version(session, principal, feature_id, version)
    return reports.report(session, request.app.state.store, found, principal.account_id, principal.is_admin)


@router.get(
    "/features/{feature_id}/versions",
    operation_id="list_feature_versions",
    summary="Versions, newest first, each with its statistics and the features it stands on",
)
def list_versions(
    request: Request, session: Reading, principal: Reader, feature_id: UUID
) -> list[VersionStatistics]:
    sets.get(session, principal, feature_id)
    rows = features.feature_versions(session, feature_id)
    ids = [row.id for row in rows]
    files = features.statistics_files(session, ids, principal.account_id, principal.is_admin)
    known = by_version(request.app.state.store, files, {row.id: row.digest for row in rows})
    uses = service.uses_of(session, ids, principal)
    return [
        VersionStatistics(
            **show_version(row).model_dump(), statistics=known.get(row.id), uses=uses.get(row.id, [])
        )
        for row in rows
    ]


@router.get(
    "/features/{feature_id}/lineage",
    operation_id="read_feature_lineage",
    summary="What a feature is made from, and what is made from it",
)
def read_lineage(session: Reading, principal: Reader, feature_id: UUID) -> LineageRead:
    row = sets.get(session, principal, feature_id)
    return graph.lineage(session, row[0], row[3], principal.account_id, principal.is_admin)


@router.get(
    "/feature-sets/{feature_set_id}/correlations",
    operation_id="read_feature_set_correlations",
    summary="How alike the features of a set are, with the run that measured it",
)
def read_correlations(
    request: Request, session: Reading, principal: Reader, feature_set_id: UUID
) -> CorrelationsRead:
    row = sets.get_set(session, principal, feature_set_id)
    return reports.correlations(
        session, request.app.state.store, row[3].id, principal.account_id, principal.is_admin
    )
