"""From pinned inputs to the candidates, files and counts that are recorded. No session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
import polars as pl

from kuznia.core.features.engineering import REASONS, Discovery, DiscoverySpec, Rules, discover
from kuznia.core.frames.digest import json_digest
from kuznia.core.frames.panel import Panel, panel_from_bars
from kuznia.core.metrics.calendar import periods_per_year
from kuznia.domains.context import service as contexts
from kuznia.domains.datasets import service as datasets
from kuznia.domains.datasets.service import PinnedVersion
from kuznia.domains.discoveries.errors import UnusableDiscovery
from kuznia.domains.discoveries.schemas import DiscoveryOf
from kuznia.domains.discoveries.service import CANDIDATES
from kuznia.domains.universes.service import PinnedUniverse
from kuznia.queue.handlers import Resources
from kuznia.store import Store
from kuznia.store.store import Stored

READ, SEARCHED = 0.03, 0.95
"""How far a discovery is when its bars are read, and when its candidates are judged."""

EXAMPLES = 3
LEVEL = 0.05


@dataclass(frozen=True, slots=True)
class Loaded:
    """Everything that is computed from, pinned."""

    name: str
    question_id: UUID | None
    universe: PinnedUniverse
    bars: PinnedVersion
    context: tuple[PinnedVersion, ...]
    spec: DiscoveryOf
    again: UUID | None = None
    """The run that this one does again."""

    @property
    def made_with(self) -> dict[str, Any]:
        """Everything but the feature that makes a trial this one; as when a feature set is computed."""
        return {
            "universe": self.universe.digest,
            "bars": self.bars.digest,
            "context": [one.digest for one in self.context],
            "horizon": self.spec.horizon,
            "decision_lag_minutes": self.spec.decision_lag_minutes,
        }


@dataclass(frozen=True, slots=True)
class Computed:
    """What is recorded."""

    loaded: Loaded
    found: Discovery
    ts: tuple[datetime, ...]
    summary: dict[str, Any]
    files: dict[str, Stored]
    result_digest: str
    per_year: float
    code: str
    environment: str
    started_at: datetime


def compute(loaded: Loaded, resources: Resources) -> Computed:
    started_at = resources.now()
    resources.report(0.0, "Reading bars")
    panel = read_panel(loaded, resources.store)
    per_year = periods_per_year(loaded.bars.frequency or "day", loaded.bars.calendar or "24/7")
    found = discover(
        panel,
        core_spec(loaded.spec),
        np.random.default_rng(loaded.spec.seed),
        periods_per_year=per_year,
        progress=lambda share, text: resources.report(READ + (SEARCHED - READ) * share, text),
    )
    resources.log(f"{len(found.kept)} of {len(found.candidates):,} candidates are kept.")
    resources.report(SEARCHED, f"Writing {len(found.candidates):,} trials down")
    table = candidates_table(found, per_year)
    files = {
        CANDIDATES: resources.store.put_frame(table, ["n"]),
        "returns": resources.store.put_frame(_returns(found, panel), ["n"]),
    }
    return Computed(
        loaded=loaded,
        found=found,
        ts=tuple(pl.Series(panel.ts).cast(pl.Datetime("us", "UTC")).to_list()),
        summary=_summary(loaded, found, table, panel, per_year),
        files=files,
        result_digest=json_digest({role: one.digest for role, one in files.items()}),
        per_year=per_year,
        code=resources.code,
        environment=resources.environment,
        started_at=started_at,
    )


def core_spec(given: DiscoveryOf) -> DiscoverySpec:
    """The discovery as the core reads it."""
    return DiscoverySpec(
        families=tuple(given.families),
        windows=tuple(given.windows),
        budget=given.budget,
        interactions=given.interactions,
        search=given.search,
        teaching=given.teaching,
        horizon=given.horizon,
        cost_bps=given.cost_bps,
        rules=Rules(
            coverage=given.coverage,
            same_sign=given.same_sign,
            false_discovery_rate=given.false_discovery_rate,
            correlation=given.correlation,
        ),
    )


def read_panel(loaded: Loaded, store: Store) -> Panel:
    """Bars of the universe with all that the context holds, as known at each decision."""
    bars = datasets.read(store, loaded.bars, entities=loaded.universe.instruments)
    if bars.is_empty():
        raise UnusableDiscovery(f"{loaded.bars.name!r} has no bars of {loaded.universe.name!r}.")
    panel = panel_from_bars(bars, decision_lag_minutes=loaded.spec.decision_lag_minutes)
    return contexts.joined(store, panel, loaded.context, loaded.bars)


def candidates_table(found: Discovery, per_year: float) -> pl.DataFrame:
    """One row for each candidate; null where there is nothing to measure."""
    rows = [
        {
            "n": n + 1,
            "expression": one.expression.canonical,
            "digest": one.expression.digest,
            "family": one.family,
            "origin": one.origin,
            "lookback": one.expression.lookback,
            "taught_ic": of.taught.mean,
            "ic": of.judged.mean,
            "ic_error": of.judged.error,
            "t": of.judged.t,
            "p": of.judged.p,
            "adjusted_p": float(found.adjusted[n]),
            "coverage": of.coverage,
            "turnover": of.turnover * per_year,
            "gross_return": of.gross * per_year,
            "net_return": of.net * per_year,
            "periods": of.periods,
            "same_sign": of.same_sign,
            "cluster": int(found.clusters[n]),
            "reason": found.reasons[n],
            "sharpe": of.trial.sharpe,
        }
        for n, (one, of) in enumerate(zip(found.candidates, found.measured, strict=True))
    ]
    table = pl.DataFrame(rows, schema_overrides={"reason": pl.String}, infer_schema_length=None)
    numbers = pl.col(pl.Float64)
    return table.with_columns(pl.when(numbers.is_finite()).then(numbers).name.keep())


def _returns(found: Discovery, panel: Panel) -> pl.DataFrame:
    """Returns of each calendar month, a row for each candidate, as the ledger keeps them: in float32."""
    months = [str(month) for month in np.unique(panel.session.astype("datetime64[M]"))]
    returns = np.vstack([one.trial.monthly for one in found.measured])
    numbers = pl.Series("n", np.arange(1, len(returns) + 1), dtype=pl.Int64)
    frame = pl.DataFrame(returns, schema=dict.fromkeys(months, pl.Float32), orient="row")
    return frame.insert_column(0, numbers)


def _summary(
    loaded: Loaded, found: Discovery, table: pl.DataFrame, panel: Panel, per_year: float
) -> dict[str, Any]:
    first, tested = found.first_judged, table["p"].drop_nulls()
    taught = _stretch(panel, 0, first - loaded.spec.horizon - 1)
    return {
        "bars": _named(loaded.bars),
        "context": [_named(one) for one in loaded.context],
        "backfilled": [one.name for one in loaded.context if one.known_from == "listing"],
        "frequency": loaded.bars.frequency or "day",
        "periods_per_year": per_year,
        "taught": taught if first else None,
        "judged": _stretch(panel, first, len(panel.ts)),
        "funnel": _funnel(found, table),
        "luck": {
            "tested": len(tested),
            "below_5": int((tested < LEVEL).sum()),
            "expected_below_5": LEVEL * len(tested),
        },
    }


def _named(version: PinnedVersion) -> dict[str, str]:
    return {"id": str(version.dataset_id), "name": version.name}


def _stretch(panel: Panel, start: int, stop: int) -> dict[str, Any]:
    times = [str(np.datetime64(int(panel.ts[at]), "us")) + "Z" for at in (start, max(stop - 1, 0))]
    return {"start": times[0], "end": times[1], "bars": stop - start}


def _funnel(found: Discovery, table: pl.DataFrame) -> list[dict[str, Any]]:
    """Counts of each step, with the highest ``|t|`` of those that fell there."""
    steps, before = [], len(found.candidates)
    for step, left in found.funnel:
        fallen = table.filter(pl.col("reason") == step).sort(
            pl.col("t").abs(), descending=True, nulls_last=True
        )
        examples = fallen["expression"].head(EXAMPLES).to_list()
        steps.append({"step": step, "left": left, "fell": before - left, "examples": examples})
        before = left
    assert [one["step"] for one in steps[1:]] == list(REASONS)
    return steps
