"""From stored rows to what the API answers."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy.orm import Session

from kuznia.domains.backtests import repository, service
from kuznia.domains.backtests.analysis_schemas import ExaminationRead, RollingRead
from kuznia.domains.backtests.repository import BacktestRow
from kuznia.domains.backtests.schemas import (
    BacktestRead,
    BacktestSettings,
    BacktestSummary,
    CurvesRead,
    DataOf,
    MadeFrom,
    ModelOf,
    MonthCell,
    MonthlyRead,
    Named,
    QuestionOf,
    StrategyOf,
    UniverseOf,
    YearRow,
)
from kuznia.domains.trials import service as trials
from kuznia.store import Store

KPIS = ("cagr", "sharpe", "max_drawdown", "total_return", "turnover", "trades")


def summary(row: BacktestRow) -> BacktestSummary:
    backtest, owned, account, question, _, _, strategy, universe_version, universe = row
    stored = backtest.summary
    return BacktestSummary(
        id=backtest.id,
        name=backtest.name,
        created_at=owned.created_at,
        owner=Named(id=account.id, name=account.name),
        question=Named(id=question.id, name=question.name),
        strategy=Named(id=strategy.id, name=strategy.name),
        universe=Named(id=universe.id, name=universe.name),
        biased=universe_version.biased,
        verdict=stored["verdict"],
        labels=stored["labels"],
        start=stored["span"]["start"],
        end=stored["span"]["end"],
        metrics={name: stored["metrics"][name] for name in KPIS},
    )


def detail(session: Session, row: BacktestRow, is_admin: bool, reader_id: UUID) -> BacktestRead:
    backtest, owned, account, question, run, version, strategy, universe_version, universe = row
    stored = backtest.summary
    kept = ("span", "conventions", "labels", "verdict", "metrics", "benchmarks", "costs", "trust", "orders")
    return BacktestRead(
        id=backtest.id,
        name=backtest.name,
        created_at=owned.created_at,
        owner=Named(id=account.id, name=account.name),
        duration_s=(run.finished_at - run.started_at).total_seconds(),
        question=QuestionOf(
            id=question.id, name=question.name, trials=trials.counts(session, [question.id])[question.id]
        ),
        strategy=StrategyOf(
            id=strategy.id,
            name=strategy.name,
            version_id=version.id,
            seq=version.seq,
            kind=version.spec["kind"],
            spec=version.spec,
        ),
        universe=UniverseOf(
            id=universe.id,
            name=universe.name,
            version_id=universe_version.id,
            seq=universe_version.seq,
            size=len(universe_version.spec["instruments"]),
            biased=universe_version.biased,
            reason=universe_version.bias_reason,
        ),
        settings=BacktestSettings.model_validate(backtest.settings),
        trades=backtest.trades,
        made_from=_made_from(session, row, reader_id, is_admin),
        reproduction=service.reproduction(session, row[4]),
        **{name: stored[name] for name in kept},
    )


def _made_from(session: Session, row: BacktestRow, reader_id: UUID, is_admin: bool) -> MadeFrom:
    run, version, strategy = row[4], row[5], row[6]
    pins = repository.run_inputs(session, run.id)
    names = repository.dataset_names(session, [p.dataset_version_id for p in pins if p.dataset_version_id])
    model = None
    if version.model_version_id:
        found = repository.model_version(session, version.model_version_id, reader_id, is_admin)
        if found:
            model = ModelOf(
                version_id=found[0].id, model_id=found[1].id, name=found[1].name, seq=found[0].seq
            )
    data = [
        DataOf(
            role=pin.role,
            dataset_id=names[pin.dataset_version_id][0].id,
            version_id=pin.dataset_version_id,
            name=names[pin.dataset_version_id][0].name,
            digest=names[pin.dataset_version_id][1].digest,
            last_ts=names[pin.dataset_version_id][1].last_ts,
        )
        for pin in pins
        if pin.dataset_version_id
    ]
    return MadeFrom(
        run_id=run.id,
        job_id=run.job_id,
        strategy=f"{strategy.name} v{version.seq}",
        model=model,
        data=data,
        code=run.code,
        environment=run.environment,
        seed=run.seed,
        result_digest=run.result_digest,
    )


def monthly(row: BacktestRow) -> MonthlyRead:
    """The stored months, newest year first."""
    months: list[list[Any]] = row[0].summary["monthly"]
    totals = dict(row[0].summary["yearly"])
    years = [
        YearRow(
            year=year,
            total=totals[year],
            months=[MonthCell(month=month, value=value) for y, month, value in months if y == year],
        )
        for year in sorted(totals, reverse=True)
    ]
    return MonthlyRead(years=years, positive=sum(value > 0 for *_, value in months), months=len(months))


def series(store: Store, digest: str, points: int, initial_cash: float) -> CurvesRead:
    """The stored curves, thinned to about `points`; older ones hold benchmarks in cash and no growth."""
    frame = store.frame(digest)
    if "growth" not in frame.columns:
        held = [name for name in frame.columns if name.startswith("benchmark.")]
        frame = frame.with_columns(
            *(frame[name] / initial_cash for name in held),
            (frame["equity"] / initial_cash).alias("growth"),
        )
    keep = thinned(frame["equity"].to_numpy(), points)
    shown = frame[keep]
    curves = {
        name.removeprefix("benchmark."): shown[name].to_list()
        for name in shown.columns
        if name.startswith("benchmark.")
    }
    columns = ("equity", "growth", "drawdown", "gross", "net", "turnover")
    return CurvesRead(
        bars=frame.height,
        ts=shown["ts"].to_list(),
        benchmarks=curves,
        **{name: shown[name].to_list() for name in columns},
    )


def examination(session: Session, store: Store, row: BacktestRow) -> ExaminationRead | None:
    """What the newest examination found, if there is one."""
    run = repository.newest_again(session, row[4].id, "examined")
    digest = repository.run_file(session, run.id, "examination") if run else None
    if run is None or digest is None:
        return None
    told = json.loads(store.bytes(digest))
    return ExaminationRead(run_id=run.id, at=run.finished_at, **told)


def rolling(store: Store, digest: str, points: int) -> RollingRead:
    """The stored rolling statistics, every so many bars."""
    frame = store.frame(digest)
    step = max(1, -(-frame.height // points))
    shown = frame.reverse().gather_every(step).reverse()
    columns = {name: shown[name].to_list() for name in shown.columns if name != "window"}
    return RollingRead(window=frame["window"][0], **columns)


def thinned(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]], points: int) -> list[int]:
    """Rows to keep: the first, the last, and of each stretch the lowest and the highest."""
    length = len(values)
    if length <= points:
        return list(range(length))
    edges = np.linspace(0, length, max(points // 2, 1) + 1).astype(np.int64)
    kept = {0, length - 1}
    for first, last in pairwise(edges):
        part = values[first:last]
        kept |= {int(first + np.argmin(part)), int(first + np.argmax(part))}
    return sorted(kept)
