"""From stored rows and files to what the API answers."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from kuznia.domains.backtests import service as backtests
from kuznia.domains.backtests.schemas import BacktestSettings, Named, QuestionOf, UniverseOf
from kuznia.domains.sweeps.errors import PointMissing, UnknownMeasure
from kuznia.domains.sweeps.repository import SweepRow
from kuznia.domains.sweeps.schemas import (
    NUMBER,
    Axis,
    Over,
    PointRead,
    PointSeries,
    SurfaceRead,
    SweepOf,
    SweepRead,
    SweepSummary,
)
from kuznia.domains.trials import service as trials
from kuznia.errors import Fault
from kuznia.store import Store

if TYPE_CHECKING:
    import polars as pl

KEPT = ("span", "labels", "verdict", "best", "holding", "evidence", "plateau", "walk_forward")


def summary(row: SweepRow) -> SweepSummary:
    sweep, owned, account, question, _, version, universe = row
    stored = sweep.summary
    return SweepSummary(
        id=sweep.id,
        name=sweep.name,
        created_at=owned.created_at,
        owner=Named(id=account.id, name=account.name),
        question=Named(id=question.id, name=question.name),
        universe=Named(id=universe.id, name=universe.name),
        biased=version.biased,
        points=sweep.points,
        **{name: stored[name] for name in ("beat_return", "beat_sharpe", "verdict", "best", "holding")},
    )


def detail(session: Session, row: SweepRow) -> SweepRead:
    sweep, owned, account, question, run, version, universe = row
    stored = sweep.summary
    return SweepRead(
        id=sweep.id,
        name=sweep.name,
        created_at=owned.created_at,
        owner=Named(id=account.id, name=account.name),
        duration_s=(run.finished_at - run.started_at).total_seconds(),
        question=QuestionOf(
            id=question.id, name=question.name, trials=trials.counts(session, [question.id])[question.id]
        ),
        universe=UniverseOf(
            id=universe.id,
            name=universe.name,
            version_id=version.id,
            seq=version.seq,
            size=len(version.spec["instruments"]),
            biased=version.biased,
            reason=version.bias_reason,
        ),
        spec=SweepOf.model_validate(sweep.spec),
        settings=BacktestSettings.model_validate(sweep.settings),
        points=sweep.points,
        beat_return=stored["beat_return"],
        beat_sharpe=stored["beat_sharpe"],
        new_trials=stored["new_trials"],
        reproduction=backtests.reproduction(session, run),
        run_id=run.id,
        job_id=run.job_id,
        **{name: stored[name] for name in KEPT},
    )


def point(store: Store, digest: str, n: int, names: list[str]) -> PointRead:
    """One combination of a sweep's file of points."""
    import polars as pl

    found = store.scan([digest]).filter(pl.col(NUMBER) == n).collect()
    if found.is_empty():
        raise PointMissing(f"The sweep has no combination {n}.")
    return show(found.row(0, named=True), names)


def show(row: dict[str, Any], names: list[str]) -> PointRead:
    plain = {key: None if value is None or value != value else float(value) for key, value in row.items()}
    return PointRead(
        n=int(row[NUMBER]),
        values={name: float(row[name]) for name in names},
        statistics={key: value for key, value in plain.items() if key != NUMBER and key not in names},
    )


def points(
    store: Store, digest: str, names: list[str], sort: str, offset: int, limit: int
) -> list[PointRead]:
    """Combinations in the order of `sort` (``-`` descends), then number; what has no value comes last."""
    import polars as pl

    frame = store.frame(digest)
    column = _known(frame, sort.removeprefix("-"), "/query/sort")
    ranked = frame.with_columns(pl.col(column).cast(pl.Float64).fill_nan(None).alias("_by")).sort(
        ["_by", NUMBER], descending=[sort.startswith("-"), False], nulls_last=True
    )
    rows = ranked.drop("_by").slice(offset, limit + 1).iter_rows(named=True)
    return [show(row, names) for row in rows]


def _known(frame: pl.DataFrame, name: str, pointer: str) -> str:
    known = [one for one in frame.columns if one != NUMBER]
    if name not in known:
        remedy = f"Use one of {', '.join(known)}."
        raise UnknownMeasure(f"There is no {name!r} in this sweep.", [Fault(pointer, remedy)])
    return name


def surface(
    store: Store, row: SweepRow, digest: str, x: str | None, y: str | None, metric: str, over: Over
) -> SurfaceRead:
    """A measure over two parameters; without a choice over the first two."""
    from kuznia.domains.sweeps.surface import neighbours
    from kuznia.domains.sweeps.surface import surface as cells

    names = list(row[0].spec["parameters"])
    for name, pointer in ((x, "/query/x"), (y, "/query/y")):
        if name is not None and name not in names:
            remedy = f"Use one of {', '.join(names)}."
            raise UnknownMeasure(f"The sweep has no parameter {name!r}.", [Fault(pointer, remedy)])
    x = x or next((name for name in names if name != y), names[0])
    y = y or next((name for name in names if name != x), None)
    if x == y:
        raise UnknownMeasure("Both axes are the same.", [Fault("/query/y", "Choose another parameter.")])
    frame = store.frame(digest)
    _known(frame, metric, "/query/metric")
    found = cells(frame, x, y, metric, over)
    return SurfaceRead(
        x=Axis(name=x, values=found.x),
        y=Axis(name=y, values=found.y) if y else None,
        metric=metric,
        over=over,
        values=_rows(found.values),
        neighbours=_rows(neighbours(found.values)),
        points=[[n or None for n in line] for line in found.points.tolist()],
        holding=row[0].summary["holding"].get(metric),
    )


def _rows(values: Any) -> list[list[float | None]]:
    return [[None if one != one else one for one in line] for line in values.tolist()]


def series(store: Store, row: SweepRow, monthly: str, curves: str, n: int) -> PointSeries:
    """Equity of one combination beside holding: every bar of the best, month ends of the rest."""
    import polars as pl

    if n == row[0].summary["best"]["n"]:
        frame = store.frame(curves)
        return PointSeries(
            n=n,
            ts=frame["ts"].to_list(),
            equity=frame["equity"].to_list(),
            holding=frame["holding"].to_list(),
        )
    found = store.scan([monthly]).filter(pl.col(NUMBER).is_in([0, n])).sort(NUMBER).collect()
    if found.height < 2:
        raise PointMissing(f"The sweep has no combination {n}.")
    months = [name for name in found.columns if name != NUMBER]
    cash = float(row[0].settings["initial_cash"])
    grown = [_grown(found.row(place)[1:], cash) for place in (1, 0)]
    start, end = (datetime.fromisoformat(row[0].summary["span"][one]) for one in ("start", "end"))
    ends = [min(_month_end(name), end) for name in months]
    return PointSeries(n=n, ts=[start, *ends], equity=grown[0], holding=grown[1])


def _grown(returns: tuple[float, ...], cash: float) -> list[float | None]:
    worth: list[float | None] = [cash]
    for value in returns:
        cash *= 1.0 + value
        worth.append(cash)
    return worth


def _month_end(month: str) -> datetime:
    year, number = int(month[:4]), int(month[5:7])
    return datetime(year, number, monthrange(year, number)[1], tzinfo=UTC)
