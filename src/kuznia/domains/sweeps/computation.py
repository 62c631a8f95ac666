"""From pinned inputs to the points, files and words that are recorded. No session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import numpy as np
import polars as pl

from kuznia.core.backtest.settings import Settings
from kuznia.core.backtest.sweep.outcome import Outcome
from kuznia.core.expressions import Context
from kuznia.core.frames.digest import json_digest
from kuznia.core.frames.json_values import json_values
from kuznia.core.metrics.calendar import periods_per_year
from kuznia.core.strategies.spec import is_long_only
from kuznia.core.strategies.sweep.result import SweepResult
from kuznia.core.strategies.sweep.run import Prepared, by_guide, prepare
from kuznia.domains.backtests import service as backtests
from kuznia.domains.backtests.schemas import BacktestSettings
from kuznia.domains.backtests.service import PinnedData
from kuznia.domains.datasets.service import PinnedVersion
from kuznia.domains.strategies.service import reads
from kuznia.domains.sweeps import honesty
from kuznia.domains.sweeps.errors import UnusableSweep
from kuznia.domains.sweeps.plan import core_spec
from kuznia.domains.sweeps.schemas import NUMBER, SweepOf
from kuznia.domains.sweeps.spelling import in_full, strategies
from kuznia.domains.sweeps.surface import around
from kuznia.queue.handlers import Resources
from kuznia.queue.settle import OF_PARTS
from kuznia.store.store import Stored

BEGUN, SWEPT, WEIGHED, TOLD = 0.03, 0.8, 0.88, 0.95
"""How far a sweep is when its bars are read, its combinations done, weighed, and written as trials."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """Everything that is computed from, pinned."""

    name: str
    question_id: UUID | None
    data: PinnedData
    context: tuple[PinnedVersion, ...]
    sweep: SweepOf
    settings: BacktestSettings
    within: Context
    others: tuple[tuple[str, float | None], ...]
    parts: tuple[tuple[UUID, str], ...] = ()
    """Run of each part with the digest of its outcome, in the order of the combinations."""
    again: UUID | None = None
    """The run that this one does again."""


@dataclass(frozen=True, slots=True)
class Tried:
    """One combination as a trial."""

    name: str
    config: dict[str, Any]
    digest: str
    statistics: dict[str, float | str | None]


@dataclass(frozen=True, slots=True)
class Computed:
    """What is recorded."""

    loaded: Loaded
    summary: dict[str, Any]
    trials: list[Tried]
    result_digest: str
    files: dict[str, Stored]
    ts: tuple[datetime, datetime]
    observations: int
    periods_per_year: float
    code: str
    environment: str
    started_at: datetime


def compute(loaded: Loaded, resources: Resources) -> Computed:
    started_at = resources.now()
    sweep, labels = prepared(loaded, resources)
    result = _result(sweep, loaded, resources)
    resources.log(f"{len(result):,} combinations over {result.span.length:,} bars.")
    resources.report(_reached(loaded, SWEPT), f"Writing {len(result):,} trials down")
    tried = trials_of(loaded, result)
    resources.report(_reached(loaded, WEIGHED), "Weighing the best against the luck of so many")
    judged = _judged(loaded, result, tried)
    tried = with_judgement(tried, judged)
    resources.report(_reached(loaded, TOLD), "Writing points")
    files = _files(result, resources)
    times = pl.Series("ts", result.span.ts).cast(pl.Datetime("us", "UTC"))
    return Computed(
        loaded=loaded,
        summary=_summary(loaded, result, judged, labels),
        trials=tried,
        result_digest=json_digest({role: files[role].digest for role in ("points", "monthly")}),
        files=files,
        ts=(times[0], times[-1]),
        observations=result.span.length - 1,
        periods_per_year=result.span.periods_per_year,
        code=resources.code,
        environment=resources.environment,
        started_at=started_at,
    )


def prepared(loaded: Loaded, resources: Resources) -> tuple[Prepared, list[dict[str, str]]]:
    """Read what is pinned and choose the combinations; with the labels of what was read."""
    resources.report(_reached(loaded, 0.01), "Reading bars")
    per_year = periods_per_year(loaded.data.bars.frequency or "day", loaded.data.bars.calendar or "XNYS")
    spec = core_spec(loaded.sweep)
    first = in_full(spec, {name: values[0] for name, values in spec.parameters.items()}, loaded.within)
    given = backtests.read_material(
        resources.store, loaded.data, loaded.context, loaded.settings, reads(first)
    )
    resources.report(_reached(loaded, BEGUN), "Trying combinations")
    account = Settings.from_spec(loaded.settings.account())
    sweep = prepare(
        given.panel,
        spec,
        account,
        given.market,
        start=given.start,
        periods_per_year=per_year,
    )
    return sweep, backtests.labels(loaded.data, loaded.context, loaded.settings, given)


def _result(sweep: Prepared, loaded: Loaded, resources: Resources) -> SweepResult:
    """Simulate all combinations, or put together what parts have simulated."""

    def progress(share: float, text: str) -> None:
        resources.report(BEGUN + (SWEPT - BEGUN) * share, text)

    if sweep.spec.search == "optuna":
        return sweep.result(*by_guide(sweep, progress))
    if not loaded.parts:
        return sweep.result(sweep.places, sweep.outcome(0, len(sweep.places), progress))
    frames = [resources.store.frame(digest).sort(NUMBER) for _, digest in loaded.parts]
    whole = pl.concat(frames)
    if whole.height != len(sweep.places):
        raise UnusableSweep(f"Its parts hold {whole.height:,} of {len(sweep.places):,} combinations.")
    return sweep.result(sweep.places, Outcome.from_frame(whole, sweep.span))


def _reached(loaded: Loaded, share: float) -> float:
    """How far a sweep is; where parts have done most of it, it starts late."""
    return OF_PARTS + (1.0 - OF_PARTS) * share if loaded.parts else share


def trials_of(loaded: Loaded, result: SweepResult) -> list[Tried]:
    """Each combination as the configuration that a backtest of it would be: tried once is tried.

    All of them decide from one bar on, so that it belongs to what was chosen.
    """
    settings = loaded.settings.model_copy(update={"start": first_session(result)})
    base = backtests.configuration({}, settings, loaded.data, loaded.context, None)

    ratios, growth = result.column("sharpe"), result.column("cagr")
    combinations = result.combinations.to_dicts()
    tried = []
    for k, spec in enumerate(strategies(result.spec, combinations, loaded.within)):
        config = base | {"strategy": spec}
        name = ", ".join(f"{key} {value:g}" for key, value in combinations[k].items())
        statistics: dict[str, float | str | None] = {
            "sharpe": json_values(ratios[k]),
            "cagr": json_values(growth[k]),
        }
        tried.append(Tried(name, config, json_digest(config), statistics))
    return tried


def first_session(result: SweepResult) -> date:
    """The session from which on every combination decides."""
    found: date = result.span.session[0].item()
    return found


def with_judgement(tried: list[Tried], judged: honesty.Judged) -> list[Tried]:
    for one, ratio in zip(tried, judged.sharpes, strict=True):
        one.statistics.update(judged_sharpe=json_values(ratio), against=judged.against)
    return tried


def _judged(loaded: Loaded, result: SweepResult, tried: list[Tried]) -> honesty.Judged:
    mine = {one.digest for one in tried}
    others = [(digest, ratio) for digest, ratio in loaded.others if digest not in mine]
    return honesty.judge(
        result,
        long_only=is_long_only(result.strategy(0)),
        others=[ratio for _, ratio in others if ratio is not None],
        trials=len(mine) + len(others),
        seed=loaded.settings.seed,
    )


def _files(result: SweepResult, resources: Resources) -> dict[str, Stored]:
    numbers = pl.Series(NUMBER, np.arange(1, len(result) + 1), dtype=pl.Int64)
    points = pl.concat([numbers.to_frame(), result.combinations, result.statistics], how="horizontal")
    months = [str(month) for month in result.months]
    returns = np.vstack([result.benchmark_outcome.monthly, result.monthly])
    monthly = pl.DataFrame(returns, schema=dict.fromkeys(months, pl.Float32), orient="row")
    monthly = monthly.with_columns(pl.Series(NUMBER, np.arange(len(returns)), dtype=pl.Int64))
    best = result.backtest(result.best)
    curves = pl.DataFrame(
        {
            "ts": pl.Series(result.span.ts).cast(pl.Datetime("us", "UTC")),
            "equity": np.ascontiguousarray(best.equity),
            "holding": np.ascontiguousarray(result.ground.holding(result.first).equity),
        }
    )
    put = resources.store.put_frame
    return {
        "points": put(points, [NUMBER]),
        "monthly": put(monthly.select(NUMBER, *months), [NUMBER]),
        "curves": put(curves, ["ts"]),
    }


def _summary(
    loaded: Loaded,
    result: SweepResult,
    judged: honesty.Judged,
    labels: list[dict[str, str]],
) -> dict[str, Any]:
    held, best = result.benchmark, result.best
    beat_return = int(np.sum(result.column("total_return") > held["total_return"]))
    beat_sharpe = int(np.sum(result.column("sharpe") > held["sharpe"]))
    times = [str(np.datetime64(int(at), "us")) + "Z" for at in (result.span.ts[0], result.span.ts[-1])]
    keys = [one["key"] for one in labels]
    points = result.combinations.with_columns(result.statistics["sharpe"])
    near, count = around(points, list(result.combinations.columns), best, "sharpe")
    own = float(result.column("sharpe")[best])
    overfitting = result.pbo
    summary = {
        "span": {
            "start": times[0],
            "end": times[1],
            "bars": result.span.length,
            "days": float(result.span.ts[-1] - result.span.ts[0]) / 86_400e6,
            "frequency": loaded.data.bars.frequency or "day",
            "periods_per_year": result.span.periods_per_year,
        },
        "first_session": str(first_session(result)),
        "labels": labels,
        "beat_return": beat_return,
        "beat_sharpe": beat_sharpe,
        "verdict": honesty.verdict(judged, beat_return, beat_sharpe, len(result), keys),
        "best": _point(result, best),
        "holding": dict(held),
        "evidence": {
            "point": judged.test.which + 1,
            "deflated_sharpe": judged.deflated,
            "trials": judged.trials,
            "alone": judged.test.alone,
            "adjusted": judged.test.adjusted,
            "pbo": overfitting.probability if overfitting else None,
            "against": judged.against,
            "months": judged.months,
        },
        "plateau": {
            "own": own,
            "neighbours": near,
            "score": near / own if own > 0 and near > 0 else None,
            "count": count,
        },
        "walk_forward": honesty.walk_forward(result),
    }
    told: dict[str, Any] = json_values(summary)
    return told


def _point(result: SweepResult, k: int) -> dict[str, Any]:
    return {
        "n": k + 1,
        "values": {name: float(value) for name, value in result.values(k).items()},
        "statistics": result.statistics.row(k, named=True),
    }
