"""Routes of promotion, rollback, removal and comparison."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response

from kuznia.domains.models import service
from kuznia.domains.models.registry import (
    aliases,
    card,
    comparison,
    gate,
    graph,
    removal,
    repository,
    rollback,
)
from kuznia.domains.models.registry.schemas import (
    CardRead,
    ComparisonRead,
    GateChange,
    GateRead,
    GraphRead,
    PromotionRead,
    Reason,
    RollbackRead,
    RollbackWish,
)
from kuznia.domains.models.repository import EventRow
from kuznia.domains.models.schemas import (
    AliasEventRead,
    AliasMove,
    AliasName,
    AliasRead,
    ModelVersionRead,
    Person,
)
from kuznia.rest.etag import IfMatch, MaybeIfMatch, set_revision
from kuznia.rest.paging import Cursor, Limit, Page, page_of, read_cursor, write_cursor
from kuznia.rest.principal import Administrator, Reader, Writer, requires
from kuznia.rest.session import Reading, Writing

router = APIRouter(tags=["models"])

OnAlias = Annotated[AliasName, Path(description="Such as champion or challenger")]
Why = Annotated[Reason, Query(description="Why; kept for good")]


@router.put(
    "/models/{model_id}/aliases/{name}",
    operation_id="move_alias",
    summary="Point an alias at another version, if the gate lets it",
)
def move_alias(
    session: Writing,
    principal: Writer,
    model_id: UUID,
    name: OnAlias,
    move: AliasMove,
    expected: MaybeIfMatch,
) -> AliasRead:
    return aliases.move_alias(session, principal, model_id, name, move, expected)


@router.get(
    "/models/{model_id}/aliases/{name}",
    operation_id="read_aliased_version",
    summary="The version that an alias is on",
)
def read_aliased_version(
    session: Reading, principal: Reader, model_id: UUID, name: OnAlias
) -> ModelVersionRead:
    return service.aliased_version(session, principal, model_id, name)


@router.delete(
    "/models/{model_id}/aliases/{name}",
    status_code=204,
    operation_id="remove_alias",
    summary="Take an alias away",
)
def remove_alias(
    session: Writing, principal: Writer, model_id: UUID, name: OnAlias, reason: Why, expected: MaybeIfMatch
) -> Response:
    aliases.remove_alias(session, principal, model_id, name, reason, expected)
    return Response(status_code=204)


@router.get(
    "/models/{model_id}/aliases/{name}/rollback",
    operation_id="read_rollback",
    summary="What a rollback of an alias would bring back; null if no version was there before",
)
def read_rollback(session: Reading, principal: Reader, model_id: UUID, name: OnAlias) -> RollbackRead | None:
    return rollback.preview(session, principal, model_id, name)


@router.post(
    "/models/{model_id}/aliases/{name}/rollback",
    operation_id="roll_back_alias",
    summary="Put an alias back on the version before",
)
def roll_back_alias(
    session: Writing,
    principal: Writer,
    model_id: UUID,
    name: OnAlias,
    wish: RollbackWish,
    expected: MaybeIfMatch,
) -> AliasRead:
    return aliases.roll_back(session, principal, model_id, name, wish.reason, expected)


@router.get(
    "/models/{model_id}/aliases/{name}/events",
    operation_id="list_alias_events",
    summary="Who moved an alias, when and why",
)
def list_alias_events(
    session: Reading,
    principal: Reader,
    model_id: UUID,
    name: OnAlias,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[AliasEventRead]:
    after = read_cursor(cursor, 1, int)
    rows = aliases.events(session, principal, model_id, name, below=after[0] if after else None, limit=limit)
    return page_of(rows, limit, show_event, lambda row: write_cursor(row[0].n))


def show_event(row: EventRow) -> AliasEventRead:
    event, account, before_seq, after_seq = row
    return AliasEventRead(
        n=event.n,
        name=event.name,
        before=event.before,
        before_seq=before_seq,
        after=event.after,
        after_seq=after_seq,
        reason=event.reason,
        undoes=event.undoes,
        override=event.override,
        account=Person(id=account.id, name=account.name),
        at=event.at,
    )


@router.get(
    "/model-versions/compare",
    operation_id="compare_model_versions",
    summary="Versions beside each other, on the bars that all of them have",
)
def compare_model_versions(
    request: Request,
    session: Reading,
    principal: Reader,
    ids: Annotated[list[UUID], Query(description="Two to six versions; the first is the base")],
) -> ComparisonRead:
    return comparison.compare(session, request.app.state.store, principal, ids)


@router.get(
    "/model-versions/{version_id}/lineage",
    operation_id="read_model_lineage",
    summary="What a version is made from, and what uses it",
)
def read_model_lineage(session: Reading, principal: Reader, version_id: UUID) -> GraphRead:
    return graph.lineage(session, principal, version_id)


@router.get(
    "/model-versions/{version_id}/card", operation_id="read_model_card", summary="The model card of a version"
)
def read_model_card(session: Reading, principal: Reader, version_id: UUID) -> CardRead:
    return card.write(service.read_version(session, principal, version_id))


@router.get(
    "/model-versions/{version_id}/promotion",
    operation_id="read_promotion",
    summary="What the gate says to moving an alias to a version",
)
def read_promotion(
    session: Reading,
    principal: Reader,
    version_id: UUID,
    alias: Annotated[AliasName, Query(description="Where it is to go")] = "champion",
) -> PromotionRead:
    return gate.examine(session, principal, version_id, alias)


@router.delete(
    "/model-versions/{version_id}",
    status_code=204,
    operation_id="delete_model_version",
    summary="Hide a version that nothing uses",
)
def delete_model_version(session: Writing, principal: Writer, version_id: UUID, reason: Why) -> Response:
    removal.remove_version(session, principal, version_id, reason)
    return Response(status_code=204)


@router.delete(
    "/models/{model_id}",
    status_code=204,
    operation_id="delete_model",
    summary="Hide a model that nothing uses",
)
def delete_model(session: Writing, principal: Writer, model_id: UUID, reason: Why) -> Response:
    removal.remove_model(session, principal, model_id, reason)
    return Response(status_code=204)


@router.get(
    "/promotion-gate",
    operation_id="read_promotion_gate",
    dependencies=[requires("read")],
    summary="What a version has to reach before it is promoted",
)
def read_promotion_gate(session: Reading, response: Response) -> GateRead:
    found = gate.current(session)
    set_revision(response, found.n)
    return found


@router.put("/promotion-gate", operation_id="change_promotion_gate", summary="Set the gate's thresholds")
def change_promotion_gate(
    session: Writing, principal: Administrator, response: Response, wanted: GateChange, expected: IfMatch
) -> GateRead:
    found = gate.change(session, principal, wanted, expected)
    set_revision(response, found.n)
    return found


@router.get(
    "/promotion-gate/changes",
    operation_id="list_promotion_gates",
    dependencies=[requires("read")],
    summary="How the gate stood before, and who changed it",
)
def list_promotion_gates(session: Reading, limit: Limit = 50, cursor: Cursor = None) -> Page[GateRead]:
    after = read_cursor(cursor, 1, int)
    rows = repository.gates(session, below=after[0] if after else None, limit=limit)
    return page_of(rows, limit, gate.show, lambda row: write_cursor(row[0].n))
