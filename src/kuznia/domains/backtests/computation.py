"""From pinned inputs to the numbers, curves and words that are recorded. No session."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
import polars as pl

from kuznia.core.backtest.conventions import conventions
from kuznia.core.backtest.evaluation import active_returns
from kuznia.core.backtest.orders.engine import order_conventions
from kuznia.core.backtest.settings import Settings
from kuznia.core.frames.digest import json_digest
from kuznia.core.frames.json_values import json_values
from kuznia.core.frames.panel import Panel
from kuznia.core.metrics.calendar import by_month, by_year, periods_per_year
from kuznia.core.strategies.spec import is_long_only, strategy_from_spec
from kuznia.domains.backtests import analysis, honesty, orders, robustness, service, simulation
from kuznia.domains.backtests.labels import label_keys, worded
from kuznia.domains.backtests.material import Material
from kuznia.domains.backtests.schemas import BacktestSettings
from kuznia.domains.datasets.service import PinnedVersion
from kuznia.domains.models.service import PinnedModel
from kuznia.domains.strategies import service as strategies
from kuznia.domains.trials.service import LedgerEntry
from kuznia.domains.universes.service import PinnedUniverse
from kuznia.queue.handlers import Resources
from kuznia.store.store import Store, Stored

READ_AT_MOST = 500
"""Trials whose stored returns enter the maximum test, the newest first; all of them are counted."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """Everything that is computed from, pinned."""

    name: str
    question_id: UUID | None
    universe: PinnedUniverse
    bars: PinnedVersion
    actions: PinnedVersion | None
    context: tuple[PinnedVersion, ...]
    sectors: PinnedVersion | None
    fx: PinnedVersion | None
    currencies: Mapping[str, str]
    strategy_name: str
    strategy_version_id: UUID | None
    spec: dict[str, Any]
    model: PinnedModel | None
    settings: BacktestSettings
    ledger: tuple[LedgerEntry, ...]
    again: tuple[str, UUID] | None = None
    """The run that this one does again, and what for: reproduced or examined."""

    @property
    def account(self) -> Settings:
        return Settings.from_spec(self.settings.account())

    @property
    def config(self) -> dict[str, Any]:
        """What was chosen: the same again is no new trial."""
        return service.configuration(
            self.spec, self.settings, self.data, self.context, self.model.digest if self.model else None
        )

    @property
    def data(self) -> service.PinnedData:
        return service.PinnedData(
            self.universe, self.bars, self.actions, self.sectors, self.fx, self.currencies
        )


@dataclass(frozen=True, slots=True)
class Computed:
    """What is recorded."""

    loaded: Loaded
    told: dict[str, Any]
    summary: dict[str, Any]
    statistics: dict[str, Any]
    result_digest: str
    trades: pl.DataFrame
    files: Mapping[str, Stored]
    ts: tuple[datetime, datetime]
    observations: int
    periods_per_year: float
    code: str
    environment: str
    started_at: datetime


def compute(loaded: Loaded, resources: Resources) -> Computed:
    started_at = resources.now()
    resources.report(0.05, "Reading bars")
    strategy, account = strategy_from_spec(loaded.spec), loaded.account
    per_year = periods_per_year(loaded.bars.frequency or "day", loaded.bars.calendar or "XNYS")
    given = read_material(loaded, resources)
    resources.report(0.3, "Simulating")
    found = simulation.run(strategy, given, account, per_year, loaded.settings.seed)
    made = found.account.result
    resources.log(f"{len(made.ts)} bars, {made.orders.height} orders, {made.trades.height} trades.")
    resources.report(0.7, "Weighing it among the trials of its question")
    evidence = _evidence(loaded, found, is_long_only(strategy), per_year, resources)
    analysed = analysis.analysis(found, given, per_year)
    resources.report(0.8, "Asking what else could have happened")
    tested = robustness.robustness(found, account, per_year, loaded.settings.seed)
    rows = honesty.trust(found, evidence, _scored_bars(given), analysed, tested)
    summary = _summary(loaded, found, evidence, given, per_year) | {"trust": json_values(rows)}
    result = found.account.result
    times = pl.Series("ts", result.ts).cast(pl.Datetime("us", "UTC"))
    frame = pl.DataFrame(
        {"ts": times[1:], "value": active_returns(result), "judged": evidence.judged}
    ).with_columns(pl.col("value", "judged").cast(pl.Float32))
    resources.report(0.9, "Writing curves and trades")
    store = resources.store
    return Computed(
        loaded=loaded,
        told=dict(given.told),
        summary=summary,
        statistics={
            "sharpe": summary["metrics"]["sharpe"]["value"],
            "judged_sharpe": json_values(evidence.sharpe),
            "cagr": summary["metrics"]["cagr"]["value"],
            "against": evidence.against,
        },
        result_digest=result.digest(),
        trades=found.trades.with_columns(
            opened_at=times.gather(found.trades["opened"]), closed_at=times.gather(found.trades["closed"])
        ),
        files={
            "series": store.put_frame(simulation.curves(found), ["ts"]),
            "returns": store.put_frame(frame, ["ts"]),
            "orders": store.put_frame(orders.kept(result, given.units, found.first), ["n"]),
            "rolling": store.put_frame(analysis.rolling(found, per_year), ["ts"]),
            "analysis": _document(store, analysed),
            "robustness": _document(store, tested),
        },
        ts=(times[0], times[-1]),
        observations=len(frame),
        periods_per_year=per_year,
        code=resources.code,
        environment=resources.environment,
        started_at=started_at,
    )


@dataclass(frozen=True, slots=True)
class Examined:
    """What is recorded of an examination."""

    loaded: Loaded
    told: dict[str, Any]
    result_digest: str
    files: Mapping[str, Stored]
    code: str
    environment: str
    started_at: datetime


def examine(loaded: Loaded, resources: Resources) -> Examined:
    """Compute the heavier tests of a backtest from its pins."""
    started_at = resources.now()
    resources.report(0.05, "Reading bars")
    strategy, account, seed = strategy_from_spec(loaded.spec), loaded.account, loaded.settings.seed
    per_year = periods_per_year(loaded.bars.frequency or "day", loaded.bars.calendar or "XNYS")
    given = read_material(loaded, resources)
    found = simulation.run(strategy, given, account, per_year, seed)
    told = robustness.examination(strategy, given, found, account, per_year, seed, resources.report)
    kept = _document(resources.store, told)
    return Examined(
        loaded,
        dict(given.told),
        kept.digest,
        {"examination": kept},
        resources.code,
        resources.environment,
        started_at,
    )


def _document(store: Store, value: dict[str, Any]) -> Stored:
    """Keep plain values as a file of the run."""
    text = json.dumps(json_values(value), sort_keys=True, separators=(",", ":"), allow_nan=False)
    return store.put_bytes(text.encode(), "report")


def read_material(loaded: Loaded, resources: Resources) -> Material:
    """Read what is pinned and align it."""
    return service.read_material(
        resources.store,
        loaded.data,
        loaded.context,
        loaded.settings,
        strategies.reads(loaded.spec),
        loaded.model.predictions if loaded.model else None,
    )


def _evidence(
    loaded: Loaded, found: simulation.Simulation, long_only: bool, per_year: float, resources: Resources
) -> honesty.Evidence:
    mine = json_digest(loaded.config)
    others = [one for one in loaded.ledger if one.config_digest != mine]
    stored = [one.returns for one in others if one.returns][-READ_AT_MOST:]
    ratios = [
        float(ratio) / float(np.sqrt(one.periods_per_year))
        for one in others
        if (ratio := one.statistics.get("judged_sharpe", one.statistics.get("sharpe"))) is not None
    ]
    return honesty.weigh(
        found,
        long_only=long_only,
        periods_per_year=per_year,
        others=[resources.store.frame(digest, ["ts", "judged"]) for digest in stored],
        other_sharpes=ratios,
        trials=len(others) + 1,
    )


def _summary(
    loaded: Loaded,
    found: simulation.Simulation,
    evidence: honesty.Evidence,
    given: Material,
    per_year: float,
) -> dict[str, Any]:
    result, metrics = found.account.result, found.account.metrics
    keys = label_keys(loaded.data, loaded.context, loaded.settings, given)
    judged = honesty.verdict(found, evidence, keys)
    sessions = found.panel.session[1:]
    returns = active_returns(result)
    times = [str(np.datetime64(int(at), "us")) + "Z" for at in (result.ts[0], result.ts[-1])]
    counts = result.orders.group_by("status").len().sort("status")
    summary = {
        "span": {
            "start": times[0],
            "end": times[1],
            "bars": len(result.ts),
            "days": float(result.ts[-1] - result.ts[0]) / 86_400e6,
            "frequency": loaded.bars.frequency or "day",
            "periods_per_year": per_year,
        },
        "conventions": conventions(
            loaded.account, dividends=given.market.dividends is not None, splits=given.units is not None
        )
        + (order_conventions(loaded.account) if found.by_orders else []),
        "labels": worded(keys),
        "verdict": {
            "key": judged.key,
            "params": {
                "probability": judged.probability,
                "trials": judged.trials,
                "against": judged.against,
                "reasons": list(judged.reasons),
            },
        },
        "metrics": {
            **metrics,
            "deflated_sharpe": {"value": evidence.deflated},
            **found.comparisons[simulation.UNIVERSE].metrics,
        },
        "benchmarks": [
            {
                "key": one.key,
                "name": "Equal-weighted universe" if one.key == simulation.UNIVERSE else one.key,
                "total_return": one.metrics["total_return"].value,
                "price_return": _is_price_return(loaded, one.result.flows["dividends"]),
                "metrics": one.metrics,
                "relative": found.comparisons[one.key].metrics,
            }
            for one in found.benchmarks
        ],
        "costs": {
            **result.costs,
            "dividends": float(result.flows["dividends"].sum()),
            "deposits": float(result.flows["deposits"].sum()),
            "interest": float(result.flows["interest"].sum()),
            "cagr_without_costs": found.free.metrics["cagr"].value,
            "sharpe_without_costs": found.free.metrics["sharpe"].value,
            "sharpe_doubled": found.doubled.metrics["sharpe"].value,
        },
        "orders": dict(counts.iter_rows()),
        "monthly": by_month(returns, sessions),
        "yearly": by_year(returns, sessions),
    }
    told: dict[str, Any] = json_values(summary)
    return told


def _scored_bars(given: Material) -> int | None:
    if given.scores is None:
        return None
    return int((~np.isnan(given.scores)).any(axis=0).sum())


def _is_price_return(loaded: Loaded, dividends: np.ndarray[Any, Any]) -> bool:
    return "dividends" not in loaded.bars.adjusted_for and not dividends.any()


def rehearse() -> None:
    """Simulate a made-up panel with everything that a real one passes through."""
    ts = np.arange(60, dtype=np.int64) * 86_400_000_000
    close = 50.0 + np.sin(np.arange(120.0)).reshape(2, 60)
    fields = dict.fromkeys(("open", "high", "low", "close", "volume"), close)
    days = ts.astype("datetime64[us]").astype("datetime64[D]")
    panel = Panel(("XTST:A", "XTST:B"), ts, days, ts, fields)
    strategy = strategy_from_spec(
        {"kind": "ranked", "score": "delay(close, 5)", "top": 1, "rebalance": "weekly"}
    )
    given = Material(panel)
    found = simulation.run(strategy, given, Settings(), 252.0, 0)
    honesty.weigh(found, long_only=True, periods_per_year=252.0, others=[], other_sharpes=[], trials=1)
    analysis.analysis(found, given, 252.0)
    robustness.robustness(found, Settings(), 252.0, 0)
    found.account.result.digest()
