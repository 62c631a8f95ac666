"""The SQL of backtests and their trades."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import ColumnElement, Select, Text, cast, func, or_, select, tuple_
from sqlalchemy.orm import Session

from kuznia.db.access import Level, visible
from kuznia.db.tables import (
    Account,
    Backtest,
    Dataset,
    DatasetVersion,
    Instrument,
    Model,
    ModelVersion,
    Object,
    Question,
    Run,
    RunFile,
    RunInput,
    Strategy,
    StrategyVersion,
    Trade,
    Universe,
    UniverseVersion,
)

BacktestRow = tuple[
    Backtest, Object, Account, Question, Run, StrategyVersion, Strategy, UniverseVersion, Universe
]

TRADE_COLUMNS = (
    ("backtest_id", "uuid"),
    ("n", "int8"),
    ("instrument", "text"),
    ("side", "int2"),
    ("opened_at", "timestamptz"),
    ("closed_at", "timestamptz"),
    ("quantity", "float8"),
    ("entry", "float8"),
    ("exit", "float8"),
    ("bars", "int8"),
    ("net_return", "float8"),
    ("pnl", "float8"),
    ("costs", "float8"),
    ("mae", "float8"),
    ("mfe", "float8"),
    ("exit_reason", "text"),
)


def _backtests(
    account_id: UUID, is_admin: bool, level: Level = "read"
) -> Select[Backtest, Object, Account, Question, Run, StrategyVersion, Strategy, UniverseVersion, Universe]:
    return (
        select(Backtest, Object, Account, Question, Run, StrategyVersion, Strategy, UniverseVersion, Universe)
        .join(Object, Object.id == Backtest.id)
        .join(Account, Account.id == Object.owner_id)
        .join(Question, Question.id == Backtest.question_id)
        .join(Run, Run.id == Backtest.run_id)
        .join(StrategyVersion, StrategyVersion.id == Backtest.strategy_version_id)
        .join(Strategy, Strategy.id == StrategyVersion.strategy_id)
        .join(UniverseVersion, UniverseVersion.id == Backtest.universe_version_id)
        .join(Universe, Universe.id == UniverseVersion.universe_id)
        .where(visible(Backtest.id, account_id, is_admin=is_admin, level=level))
    )


def backtests(
    session: Session,
    account_id: UUID,
    is_admin: bool,
    *,
    question_id: UUID | None,
    strategy_id: UUID | None,
    universe_id: UUID | None,
    text: str | None,
    after: UUID | None,
    limit: int,
) -> Sequence[BacktestRow]:
    """Newest first, one more than `limit`."""
    query = _backtests(account_id, is_admin)
    if question_id:
        query = query.where(Backtest.question_id == question_id)
    if strategy_id:
        query = query.where(StrategyVersion.strategy_id == strategy_id)
    if universe_id:
        query = query.where(UniverseVersion.universe_id == universe_id)
    if text:
        query = query.where(Backtest.name.icontains(text, autoescape=True))
    if after:
        query = query.where(Backtest.id < after)
    return list(session.execute(query.order_by(Backtest.id.desc()).limit(limit + 1)))


def backtest(
    session: Session, backtest_id: UUID, account_id: UUID, is_admin: bool, level: Level = "read"
) -> BacktestRow | None:
    query = _backtests(account_id, is_admin, level).where(Backtest.id == backtest_id)
    row = session.execute(query).one_or_none()
    return row


def add_backtest(session: Session, row: Backtest) -> None:
    session.add(row)
    session.flush()


def run_inputs(session: Session, run_id: UUID) -> Sequence[RunInput]:
    query = select(RunInput).where(RunInput.run_id == run_id)
    return session.scalars(query.order_by(RunInput.role, RunInput.position)).all()


def dataset_names(
    session: Session, version_ids: Collection[UUID]
) -> dict[UUID, tuple[Dataset, DatasetVersion]]:
    query = (
        select(Dataset, DatasetVersion)
        .join(DatasetVersion, DatasetVersion.dataset_id == Dataset.id)
        .where(DatasetVersion.id.in_(version_ids))
    )
    return {version.id: (dataset, version) for dataset, version in session.execute(query)}


def run_file(session: Session, run_id: UUID, role: str) -> str | None:
    return session.scalar(select(RunFile.digest).where(RunFile.run_id == run_id, RunFile.role == role))


def newest_again(session: Session, run_id: UUID, role: str) -> Run | None:
    """The newest run that did this one again in this role: reproduced or examined."""
    return session.scalars(
        select(Run)
        .join(RunInput, RunInput.run_id == Run.id)
        .where(RunInput.source_run_id == run_id, RunInput.role == role)
        .order_by(Run.id.desc())
        .limit(1)
    ).first()


def model_version(
    session: Session, version_id: UUID, account_id: UUID, is_admin: bool
) -> tuple[ModelVersion, Model] | None:
    query = (
        select(ModelVersion, Model)
        .join(Model, Model.id == ModelVersion.model_id)
        .where(ModelVersion.id == version_id, visible(Model.id, account_id, is_admin=is_admin))
    )
    row = session.execute(query).one_or_none()
    return row


def datasets_of(session: Session, kind: str, account_id: UUID, is_admin: bool) -> Sequence[UUID]:
    """Visible datasets of a kind that hold something, newest first."""
    query = (
        select(Dataset.id)
        .where(
            Dataset.kind == kind,
            visible(Dataset.id, account_id, is_admin=is_admin),
            select(DatasetVersion.id).where(DatasetVersion.dataset_id == Dataset.id).exists(),
        )
        .order_by(Dataset.id.desc())
    )
    return session.scalars(query).all()


def newest_universe_version(session: Session, universe_id: UUID) -> UUID | None:
    return session.scalar(
        select(UniverseVersion.id)
        .where(UniverseVersion.universe_id == universe_id)
        .order_by(UniverseVersion.seq.desc())
        .limit(1)
    )


def copy_trades(session: Session, rows: Iterable[Sequence[Any]]) -> None:
    """Insert trades by binary COPY, in the order of `TRADE_COLUMNS`."""
    names = ", ".join(name for name, _ in TRADE_COLUMNS)
    connection = session.connection().connection.driver_connection
    assert isinstance(connection, psycopg.Connection)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY trades ({names}) FROM STDIN (FORMAT BINARY)") as copy,
    ):
        copy.set_types([kind for _, kind in TRADE_COLUMNS])
        for row in rows:
            copy.write_row(row)


def trades(
    session: Session,
    backtest_id: UUID,
    *,
    side: str | None,
    outcome: str | None,
    instrument: str | None,
    text: str | None,
    sort: str,
    after: tuple[Any, ...] | None,
    limit: int,
) -> Sequence[Trade]:
    """Trades in the order of `sort` (``-`` descends), then number; one more than `limit`."""
    query = select(Trade).where(Trade.backtest_id == backtest_id)
    if side:
        query = query.where(Trade.side == (1 if side == "long" else -1))
    if outcome:
        query = query.where(Trade.pnl > 0 if outcome == "win" else Trade.pnl <= 0)
    if instrument:
        query = query.where(Trade.instrument == instrument)
    if text:
        found: list[ColumnElement[bool]] = [
            column.icontains(text, autoescape=True) for column in (Trade.instrument, Trade.exit_reason)
        ]
        query = query.where(or_(*found, cast(Trade.n, Text) == text.removeprefix("#")))
    descending = sort.startswith("-")
    column = {
        "n": Trade.n,
        "opened_at": Trade.opened_at,
        "pnl": Trade.pnl,
        "net_return": Trade.net_return,
        "bars": Trade.bars,
    }[sort.removeprefix("-")]
    if after:
        place = tuple_(column, Trade.n)
        query = query.where(place < after if descending else place > after)
    order = (column.desc(), Trade.n.desc()) if descending else (column, Trade.n)
    return session.scalars(query.order_by(*order).limit(limit + 1)).all()


def traded(session: Session, backtest_id: UUID) -> Sequence[tuple[str, str | None, int, float]]:
    """Instruments that were traded, with their names, numbers of trades and results; most traded first."""
    count = func.count()
    query = (
        select(Trade.instrument, Instrument.name, count, func.sum(Trade.pnl))
        .outerjoin(Instrument, Instrument.key == Trade.instrument)
        .where(Trade.backtest_id == backtest_id)
        .group_by(Trade.instrument, Instrument.name)
        .order_by(count.desc(), Trade.instrument)
    )
    return list(session.execute(query))
