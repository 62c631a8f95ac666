"""Routes of the expression language: check, functions, names, and a preview on real data."""

from __future__ import annotations

from fastapi import APIRouter, Request

from kuznia.core.expressions import FUNCTIONS
from kuznia.db.session import ReadSession
from kuznia.domains.expressions import service
from kuznia.domains.expressions.names import words
from kuznia.domains.expressions.preview_data import chosen
from kuznia.domains.expressions.schemas import (
    CheckRead,
    CheckRequest,
    FunctionRead,
    NameRead,
    ParameterRead,
    PreviewRead,
    PreviewRequest,
)
from kuznia.domains.features import service as features
from kuznia.rest.principal import Reader, requires
from kuznia.rest.session import Reading

router = APIRouter(prefix="/expressions", tags=["expressions"])


@router.post("/check", operation_id="check_expression", summary="Check an expression without computing it")
def check_expression(session: Reading, principal: Reader, wanted: CheckRequest) -> CheckRead:
    within = features.context(session, principal.account_id, wanted.context)
    found = service.checked(wanted.expression, within)
    if isinstance(found, CheckRead):
        return found
    return service.accepted(found, features.warnings(session, principal.account_id, wanted.expression))


@router.get(
    "/functions",
    operation_id="list_functions",
    dependencies=[requires("read")],
    summary="Functions of the expression language",
)
def list_functions() -> list[FunctionRead]:
    return [
        FunctionRead(
            name=one.name,
            aliases=list(one.aliases),
            family=one.family,
            signature=one.signature,
            parameters=[ParameterRead(name=p.name, takes=p.takes, default=p.default) for p in one.parameters],
            returns=one.returns,
            doc=one.doc,
            nan_rule=one.nan_rule,
            example=one.example,
        )
        for one in FUNCTIONS.values()
    ]


@router.get("/names", operation_id="list_names", summary="Fields, groups, series and features by name")
def list_names(request: Request, session: Reading, principal: Reader) -> list[NameRead]:
    # Whoever asks for names is about to write an expression, and to look at it.
    request.app.state.previews.warm()
    return words(session, request.app.state.store, principal)


@router.post("/preview", operation_id="preview_expression", summary="An expression's values on real data")
def preview_expression(request: Request, principal: Reader, wanted: PreviewRequest) -> PreviewRead:
    state = request.app.state
    with ReadSession(state.database) as session:  # ended before anything is computed
        data = chosen(session, state.store, principal, wanted)
    return service.preview(state.previews, state.store, principal, data, wanted)
