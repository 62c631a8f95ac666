"""Routes of features and feature sets."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from kuznia.domains.features import ready_made, repository, service
from kuznia.domains.features.catalogue.endpoints import router as catalogue
from kuznia.domains.features.catalogue.reports import computed_inputs
from kuznia.domains.features.schemas import (
    ComputedRead,
    FeatureCreate,
    FeatureDetail,
    FeatureRead,
    FeatureSetCreate,
    FeatureSetDetail,
    FeatureSetRead,
    FeatureSetVersionCreate,
    FeatureSetVersionRead,
    FeatureUser,
    FeatureVersionCreate,
    FeatureVersionRead,
    MemberRead,
    ReadyMadeRead,
)
from kuznia.domains.features.shown import show, show_set, show_set_version, show_version
from kuznia.domains.features.statistics import by_version, of_file
from kuznia.domains.features.training.endpoints import router as training
from kuznia.rest.etag import set_revision
from kuznia.rest.paging import Cursor, Limit, Page, page_of, read_cursor, write_cursor
from kuznia.rest.principal import Reader, Writer, requires
from kuznia.rest.session import Reading, Writing

router = APIRouter(tags=["features"])
routers = (router, catalogue, training)


@router.get("/features", operation_id="list_features", summary="Features with their statistics")
def list_features(
    request: Request,
    session: Reading,
    principal: Reader,
    q: Annotated[str | None, Query(description="In name, description or expression")] = None,
    tag: Annotated[list[str] | None, Query(description="With all of these tags")] = None,
    owner: Annotated[UUID | None, Query(description="Of this account")] = None,
    retired: Annotated[bool, Query(description="With those that are retired")] = False,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[FeatureRead]:
    after = read_cursor(cursor, 2, str, UUID)
    rows = repository.features(
        session,
        principal.account_id,
        principal.is_admin,
        text=q,
        tags=tag or (),
        owner=owner,
        retired=retired,
        after=after,
        limit=limit,
    )
    files = repository.statistics_files(
        session, [row[3].id for row in rows], principal.account_id, principal.is_admin
    )
    known = by_version(request.app.state.store, files, {row[3].id: row[3].digest for row in rows})
    sets = repository.set_counts(
        session, [row[0].id for row in rows], principal.account_id, principal.is_admin
    )
    return page_of(
        rows,
        limit,
        lambda row: show(row, known.get(row[3].id), sets.get(row[0].id, 0)),
        lambda row: write_cursor(row[0].name, row[0].id),
    )


@router.post("/features", status_code=201, operation_id="create_feature", summary="Make a feature")
def create_feature(session: Writing, principal: Writer, new: FeatureCreate) -> FeatureRead:
    return show(service.create(session, principal, new), None)


@router.get("/features/{feature_id}", operation_id="read_feature", summary="One feature with its lineage")
def read_feature(
    request: Request, session: Reading, principal: Reader, response: Response, feature_id: UUID
) -> FeatureDetail:
    row = service.get(session, principal, feature_id)
    set_revision(response, row[0].revision)
    who = principal.account_id, principal.is_admin
    files = repository.statistics_files(session, [row[3].id], *who)
    known = by_version(request.app.state.store, files, {row[3].id: row[3].digest})
    return FeatureDetail(
        **show(row, known.get(row[3].id)).model_dump(),
        versions=[show_version(one) for one in repository.feature_versions(session, feature_id)],
        used_by=[
            FeatureUser(id=set_id, name=name, seq=seq)
            for set_id, name, seq in repository.users_of(session, feature_id, *who)
        ],
    )


@router.post(
    "/features/{feature_id}/versions",
    status_code=201,
    operation_id="create_feature_version",
    summary="Add a version of a feature",
)
def create_feature_version(
    session: Writing, principal: Writer, feature_id: UUID, new: FeatureVersionCreate
) -> FeatureVersionRead:
    version = service.add_version(session, principal, feature_id, new.expression)
    session.flush()
    return show_version(version)


@router.get("/feature-sets", operation_id="list_feature_sets", summary="Feature sets")
def list_feature_sets(
    session: Reading, principal: Reader, q: str | None = None, limit: Limit = 50, cursor: Cursor = None
) -> Page[FeatureSetRead]:
    after = read_cursor(cursor, 2, str, UUID)
    rows = repository.feature_sets(
        session, principal.account_id, principal.is_admin, text=q, after=after, limit=limit
    )
    return page_of(rows, limit, show_set, lambda row: write_cursor(row[0].name, row[0].id))


@router.post(
    "/feature-sets", status_code=201, operation_id="create_feature_set", summary="Make a feature set"
)
def create_feature_set(session: Writing, principal: Writer, new: FeatureSetCreate) -> FeatureSetRead:
    return show_set(service.create_set(session, principal, new))


@router.get(
    "/ready-made-sets",
    operation_id="list_ready_made_sets",
    dependencies=[requires("read")],
    summary="Published feature sets that can be taken over",
)
def list_ready_made_sets() -> list[ReadyMadeRead]:
    return ready_made.listed()


@router.post(
    "/ready-made-sets/{key}",
    status_code=201,
    operation_id="take_over_ready_made_set",
    summary="Make the features of a published set, and the set",
)
def take_over_ready_made_set(session: Writing, principal: Writer, key: str) -> FeatureSetRead:
    return show_set(ready_made.take_over(session, principal, key))


@router.get(
    "/feature-sets/{feature_set_id}",
    operation_id="read_feature_set",
    summary="One feature set with the statistics of its members",
)
def read_feature_set(
    request: Request, session: Reading, principal: Reader, feature_set_id: UUID
) -> FeatureSetDetail:
    row = service.get_set(session, principal, feature_set_id)
    found = repository.computed(session, row[3].id, principal.account_id, principal.is_admin)
    run, files = found if found else (None, {})
    known = of_file(request.app.state.store, files[repository.STATISTICS][0]) if run else {}
    return FeatureSetDetail(
        **show_set(row).model_dump(),
        members=[
            MemberRead(
                position=member.position,
                feature_id=feature.id,
                feature_version_id=version.id,
                name=feature.name,
                expression=version.spec["expression"],
                canonical=version.spec["canonical"],
                digest=version.digest,
                tags=feature.tags,
                lookback=version.spec["lookback"],
                statistics=known.get(version.digest),
            )
            for member, version, feature in repository.members(session, row[3].id)
        ],
        versions=[show_set_version(one) for one in repository.set_versions(session, feature_set_id)],
        computed=ComputedRead(
            run_id=run.id,
            job_id=run.job_id,
            finished_at=run.finished_at,
            result_digest=run.result_digest,
            rows=sum(rows or 0 for role, (_, rows) in files.items() if role.startswith(service.VALUES)),
            facts=run.facts,
            inputs=computed_inputs(session, run, principal.account_id, principal.is_admin),
        )
        if run
        else None,
    )


@router.post(
    "/feature-sets/{feature_set_id}/versions",
    status_code=201,
    operation_id="create_feature_set_version",
    summary="Add a version of a feature set",
)
def create_feature_set_version(
    session: Writing, principal: Writer, feature_set_id: UUID, new: FeatureSetVersionCreate
) -> FeatureSetVersionRead:
    return show_set_version(service.add_set_version(session, principal, feature_set_id, new.members))
