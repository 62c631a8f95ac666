"""Routes of strategies."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from pydantic import TypeAdapter

from kuznia.core.strategies.built_in import BUILT_IN
from kuznia.core.strategies.spec import strategy_to_spec
from kuznia.db.tables import StrategyVersion
from kuznia.domains.strategies import repository, service
from kuznia.domains.strategies.repository import StrategyRow
from kuznia.domains.strategies.schemas import (
    BuiltInRead,
    StrategyCreate,
    StrategyOwner,
    StrategyRead,
    StrategySpec,
    StrategyVersionCreate,
    StrategyVersionRead,
)
from kuznia.rest.paging import Cursor, Limit, Page, page_of, read_cursor, write_cursor
from kuznia.rest.principal import Reader, Writer, requires
from kuznia.rest.session import Reading, Writing

router = APIRouter(prefix="/strategies", tags=["strategies"])

SPEC: TypeAdapter[StrategySpec] = TypeAdapter(StrategySpec)


def show_version(row: StrategyVersion) -> StrategyVersionRead:
    return StrategyVersionRead.model_validate(row, from_attributes=True)


def show(row: StrategyRow, backtests: int) -> StrategyRead:
    strategy, owned, account, newest = row
    return StrategyRead(
        id=strategy.id,
        name=strategy.name,
        description=strategy.description,
        revision=strategy.revision,
        owner=StrategyOwner(id=account.id, name=account.name),
        created_at=owned.created_at,
        latest=show_version(newest),
        backtests=backtests,
    )


@router.get(
    "/built-in",
    operation_id="list_built_in_strategies",
    dependencies=[requires("read")],
    summary="Strategies that come with Kuznia",
)
def list_built_in() -> list[BuiltInRead]:
    return [
        BuiltInRead(
            key=one.key,
            name=one.name,
            description=one.description,
            source=one.source,
            spec=SPEC.validate_python(strategy_to_spec(one.strategy)),
        )
        for one in BUILT_IN
    ]


@router.get("", operation_id="list_strategies", summary="Strategies")
def list_strategies(
    session: Reading, principal: Reader, q: str | None = None, limit: Limit = 50, cursor: Cursor = None
) -> Page[StrategyRead]:
    after = read_cursor(cursor, 1, UUID)
    rows = repository.strategies(
        session,
        principal.account_id,
        principal.is_admin,
        text=q,
        after=UUID(str(after[0])) if after else None,
        limit=limit,
    )
    counts = repository.backtest_counts(session, [row[0].id for row in rows])
    return page_of(
        rows, limit, lambda row: show(row, counts.get(row[0].id, 0)), lambda row: write_cursor(row[0].id)
    )


@router.post("", status_code=201, operation_id="create_strategy", summary="Make a strategy")
def create_strategy(session: Writing, principal: Writer, new: StrategyCreate) -> StrategyRead:
    return show(service.create(session, principal, new), 0)


@router.get("/{strategy_id}", operation_id="read_strategy", summary="One strategy")
def read_strategy(session: Reading, principal: Reader, strategy_id: UUID) -> StrategyRead:
    row = service.get(session, principal, strategy_id)
    return show(row, repository.backtest_counts(session, [strategy_id]).get(strategy_id, 0))


@router.get(
    "/{strategy_id}/versions", operation_id="list_strategy_versions", summary="Versions of a strategy"
)
def list_versions(session: Reading, principal: Reader, strategy_id: UUID) -> list[StrategyVersionRead]:
    service.get(session, principal, strategy_id)
    return [show_version(row) for row in repository.versions(session, strategy_id)]


@router.post(
    "/{strategy_id}/versions",
    status_code=201,
    operation_id="create_strategy_version",
    summary="Add a version of a strategy",
)
def create_version(
    session: Writing, principal: Writer, strategy_id: UUID, new: StrategyVersionCreate
) -> StrategyVersionRead:
    return show_version(service.add_version(session, principal, strategy_id, new))
