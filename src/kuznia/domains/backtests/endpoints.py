"""Routes of backtests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from kuznia.db.tables import Trade
from kuznia.domains.backtests import orders, reading, repository, service
from kuznia.domains.backtests.analysis_schemas import (
    AnalysisRead,
    ExaminationRead,
    RobustnessRead,
    RollingRead,
)
from kuznia.domains.backtests.schemas import (
    BacktestCreate,
    BacktestCreated,
    BacktestRead,
    BacktestSummary,
    CurvesRead,
    MonthlyRead,
    OrderRead,
    Outcome,
    Side,
    TradedInstrument,
    TradeRead,
    TradeSort,
)
from kuznia.domains.jobs.schemas import JobRead
from kuznia.domains.jobs.service import shown
from kuznia.rest.etag import immutable
from kuznia.rest.paging import Cursor, Limit, Page, page_of, read_cursor, write_cursor
from kuznia.rest.principal import Reader, Writer
from kuznia.rest.session import Reading, Writing

router = APIRouter(prefix="/backtests", tags=["backtests"])

TRADE_SORTS: dict[str, Callable[[Any], Any]] = {
    "n": int,
    "opened_at": datetime.fromisoformat,
    "pnl": float,
    "net_return": float,
    "bars": int,
}
Points = Annotated[int, Query(ge=10, le=5000, description="About so many points")]


@router.post("", status_code=201, operation_id="create_backtest", summary="Simulate a strategy")
def create_backtest(
    request: Request, session: Writing, principal: Writer, new: BacktestCreate
) -> BacktestCreated:
    job = service.submit(session, request.app.state.store, principal, new)
    return BacktestCreated(job=shown(session, [job])[0])


@router.get("", operation_id="list_backtests", summary="Backtests, newest first")
def list_backtests(
    session: Reading,
    principal: Reader,
    question: UUID | None = None,
    strategy: UUID | None = None,
    universe: UUID | None = None,
    q: str | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[BacktestSummary]:
    after = read_cursor(cursor, 1, UUID)
    rows = repository.backtests(
        session,
        principal.account_id,
        principal.is_admin,
        question_id=question,
        strategy_id=strategy,
        universe_id=universe,
        text=q,
        after=UUID(str(after[0])) if after else None,
        limit=limit,
    )
    return page_of(rows, limit, reading.summary, lambda row: write_cursor(row[0].id))


@router.get(
    "/{backtest_id}",
    operation_id="read_backtest",
    summary="One backtest: metrics, verdict, what it was made from",
)
def read_backtest(session: Reading, principal: Reader, backtest_id: UUID) -> BacktestRead:
    row = service.get(session, principal, backtest_id)
    return reading.detail(session, row, principal.is_admin, principal.account_id)


@router.delete(
    "/{backtest_id}",
    status_code=204,
    operation_id="delete_backtest",
    summary="Hide a backtest; its trial stays",
)
def delete_backtest(session: Writing, principal: Writer, backtest_id: UUID) -> Response:
    service.delete(session, principal, backtest_id)
    return Response(status_code=204)


@router.get(
    "/{backtest_id}/series",
    operation_id="read_backtest_series",
    summary="Equity, drawdown and benchmarks over time",
)
def read_series(
    request: Request,
    response: Response,
    session: Reading,
    principal: Reader,
    backtest_id: UUID,
    points: Points = 2000,
) -> CurvesRead:
    row = service.get(session, principal, backtest_id)
    digest = service.kept_file(session, row, "series")
    immutable(request, response, digest)
    return reading.series(request.app.state.store, digest, points, row[0].settings["initial_cash"])


@router.get(
    "/{backtest_id}/rolling",
    operation_id="read_backtest_rolling",
    summary="Rolling statistics, exposure and turnover over time",
)
def read_rolling(
    request: Request,
    response: Response,
    session: Reading,
    principal: Reader,
    backtest_id: UUID,
    points: Points = 1000,
) -> RollingRead:
    digest = service.file_of(session, principal, backtest_id, "rolling")
    immutable(request, response, digest)
    return reading.rolling(request.app.state.store, digest, points)


@router.get(
    "/{backtest_id}/analysis",
    operation_id="read_backtest_analysis",
    summary="Where the result came from: periods, regimes, sectors, sides, costs, falls, factors, capacity",
)
def read_analysis(
    request: Request, response: Response, session: Reading, principal: Reader, backtest_id: UUID
) -> AnalysisRead:
    digest = service.file_of(session, principal, backtest_id, "analysis")
    immutable(request, response, digest)
    return AnalysisRead.model_validate_json(request.app.state.store.bytes(digest))


@router.get(
    "/{backtest_id}/robustness",
    operation_id="read_backtest_robustness",
    summary="What else could have happened: worse terms, other orders, chance",
)
def read_robustness(
    request: Request, response: Response, session: Reading, principal: Reader, backtest_id: UUID
) -> RobustnessRead:
    digest = service.file_of(session, principal, backtest_id, "robustness")
    immutable(request, response, digest)
    return RobustnessRead.model_validate_json(request.app.state.store.bytes(digest))


@router.post(
    "/{backtest_id}/examine",
    status_code=202,
    operation_id="examine_backtest",
    summary="Run the tests that take longer: noise on prices, more random entries",
)
def examine_backtest(session: Writing, principal: Writer, backtest_id: UUID) -> JobRead:
    job = service.submit_examination(session, principal, backtest_id)
    return shown(session, [job])[0]


@router.get(
    "/{backtest_id}/examination",
    operation_id="read_backtest_examination",
    summary="What the newest examination found; null before the first",
)
def read_examination(
    request: Request, session: Reading, principal: Reader, backtest_id: UUID
) -> ExaminationRead | None:
    row = service.get(session, principal, backtest_id)
    return reading.examination(session, request.app.state.store, row)


@router.get("/{backtest_id}/monthly", operation_id="read_backtest_months", summary="Returns of each month")
def read_monthly(
    request: Request, response: Response, session: Reading, principal: Reader, backtest_id: UUID
) -> MonthlyRead:
    row = service.get(session, principal, backtest_id)
    immutable(request, response, row[0].run_id)
    return reading.monthly(row)


def show_trade(row: Trade) -> TradeRead:
    return TradeRead.model_validate(row, from_attributes=True)


@router.get("/{backtest_id}/trades", operation_id="list_trades", summary="Trades, filtered and sorted")
def list_trades(
    session: Reading,
    principal: Reader,
    backtest_id: UUID,
    side: Side | None = None,
    outcome: Outcome | None = None,
    instrument: str | None = None,
    q: Annotated[str | None, Query(description="A number, an instrument or a reason")] = None,
    sort: TradeSort = "-n",
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[TradeRead]:
    name = sort.removeprefix("-")
    after = read_cursor(cursor, 2, TRADE_SORTS[name], int)
    rows = service.trades(
        session,
        principal,
        backtest_id,
        side=side,
        outcome=outcome,
        instrument=instrument,
        text=q,
        sort=sort,
        after=after,
        limit=limit,
    )
    return page_of(rows, limit, show_trade, lambda row: write_cursor(getattr(row, name), row.n))


@router.get("/{backtest_id}/orders", operation_id="list_orders", summary="Orders, and what became of them")
def list_orders(
    request: Request,
    session: Reading,
    principal: Reader,
    backtest_id: UUID,
    status: Annotated[list[str] | None, Query(max_length=20)] = None,
    kind: str | None = None,
    instrument: str | None = None,
    unfilled: Annotated[bool | None, Query(description="Only what was not filled, or not wholly")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[OrderRead]:
    digest = service.file_of(session, principal, backtest_id, "orders")
    after = read_cursor(cursor, 1, int)
    rows = orders.page(
        request.app.state.store,
        digest,
        statuses=status or [],
        kind=kind,
        instrument=instrument,
        unfilled=unfilled,
        after=after[0] if after else 0,
        limit=limit,
    )
    return page_of(rows, limit, lambda row: row, lambda row: write_cursor(row.n))


@router.get(
    "/{backtest_id}/instruments",
    operation_id="list_traded_instruments",
    summary="Instruments that were traded",
)
def list_traded(session: Reading, principal: Reader, backtest_id: UUID) -> list[TradedInstrument]:
    service.get(session, principal, backtest_id)
    return [
        TradedInstrument(instrument=key, name=name, trades=count, pnl=pnl)
        for key, name, count, pnl in repository.traded(session, backtest_id)
    ]


@router.post(
    "/{backtest_id}/reproduce",
    status_code=202,
    operation_id="reproduce_backtest",
    summary="Run a backtest again and compare the numbers",
)
def reproduce_backtest(session: Writing, principal: Writer, backtest_id: UUID) -> JobRead:
    job = service.submit_reproduction(session, principal, backtest_id)
    return shown(session, [job])[0]
