"""What each feature of a computed set is worth, as files of the run: one row or a few for each feature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl

from kuznia.core.features import forward_return, label_values
from kuznia.core.features.correlation import rank_correlations, sampled_bars
from kuznia.core.features.distribution import QUANTILES, distribution
from kuznia.core.features.drift import Drift, drift
from kuznia.core.features.information import (
    HORIZONS,
    Coefficients,
    Mean,
    by_period,
    coefficients,
    mean_of,
    same_sign,
)
from kuznia.core.features.statistics import Ranked, rank_returns, ranked, statistics_of
from kuznia.core.features.steadiness import coverage_by_period, turnover_by_period
from kuznia.core.frames.json_values import json_values
from kuznia.core.frames.panel import Panel
from kuznia.core.metrics.performance import sharpe
from kuznia.core.typing import Float
from kuznia.domains.features.statistics import plain
from kuznia.store import Store
from kuznia.store.store import Stored

YEAR = 366 * 86_400 * 1_000_000
"""Microseconds: the recent values of the drift are those of the last year."""
STATISTICS, HISTOGRAMS, DECAY = "statistics", "histograms", "decay"
MONTHS, YEARS, CORRELATIONS = "months", "years", "correlations"
KEYS: Mapping[str, Sequence[str]] = {
    STATISTICS: ["feature"],
    HISTOGRAMS: ["feature", "bin"],
    DECAY: ["feature", "horizon"],
    MONTHS: ["feature", "month"],
    YEARS: ["feature", "year"],
    CORRELATIONS: ["feature", "other"],
}
"""Roles of the files and what identifies a row of each."""


@dataclass(frozen=True, slots=True)
class Evaluated:
    """One feature with its worth and the returns that the ledger keeps."""

    name: str
    expression: str
    statistics: Mapping[str, float | None]
    sharpe: float | None
    returns: Stored
    span: tuple[datetime, datetime] | None
    observations: int


class Measure:
    """Measures the features of a set one after the other against the same returns.

    Parameters
    ----------
    panel : Panel
        Bars that labels are taken from.
    horizon : int
        Bars of the forward return that the single figures are about.
    per_year : float
        Bars of a year.
    store : Store
    """

    def __init__(self, panel: Panel, horizon: int, per_year: float, store: Store) -> None:
        self.panel, self.horizon, self.per_year, self.store = panel, horizon, per_year, store
        self.present = ~np.isnan(panel.fields["close"])
        wanted = sorted({*HORIZONS, horizon})
        self.labels = {bars: ranked(label_values(forward_return(bars), panel)) for bars in wanted}
        self.sample = sampled_bars(panel.shape[1])
        self.ranks: dict[str, Float] = {}
        self.rows: dict[str, list[dict[str, Any]]] = {role: [] for role in KEYS}

    def add(self, name: str, expression: str, values: Float) -> Evaluated:
        """Measure one feature; `values` are (N, T) and NaN where the instrument has no bar."""
        feature = ranked(values)
        over = {bars: coefficients(feature, label) for bars, label in self.labels.items()}
        own = over[self.horizon]
        found = plain(statistics_of(feature, (own.ic, own.rank_ic), self.present, self.horizon))
        self.ranks[name] = feature.ranks[:, self.sample]
        self.rows[DECAY] += [
            {"feature": name, "horizon": bars, **_means(mean_of(one, bars))} for bars, one in over.items()
        ]
        years = self._over_time(name, feature, own)
        extra = self._shape(name, values) | {"same_sign": json_values(same_sign(years))}
        self.rows[STATISTICS].append({"feature": name, "expression": expression, **found, **extra})
        return self._evaluated(name, expression, found, feature)

    def files(self) -> dict[str, Stored]:
        """Put everything measured into the store."""
        names = list(self.ranks)
        matrix = rank_correlations(np.stack([self.ranks[name] for name in names]))
        self.rows[CORRELATIONS] = [
            {"feature": names[i], "other": names[j], "correlation": json_values(float(matrix[i, j]))}
            for i in range(len(names))
            for j in range(i)
        ]
        return {
            role: self.store.put_frame(_frame(self.rows[role], keys), keys)
            for role, keys in KEYS.items()
            if self.rows[role]
        }

    def _shape(self, name: str, values: Float) -> dict[str, float | None]:
        shape = distribution(values)
        self.rows[HISTOGRAMS] += [
            {"feature": name, "bin": n, "low": low, "high": high, "count": int(count)}
            for n, (low, high, count) in enumerate(
                zip(shape.edges[:-1].tolist(), shape.edges[1:].tolist(), shape.counts, strict=True)
            )
        ]
        changed = self._drift(values)
        told = {"mean": shape.mean, "deviation": shape.deviation, "skew": shape.skew}
        told |= {"kurtosis": shape.kurtosis, "zeros": shape.zeros, "outliers": shape.outliers}
        told |= {f"q{100 * at:g}": float(q) for at, q in zip(QUANTILES, shape.quantiles, strict=True)}
        return {
            key: json_values(value) for key, value in (told | {"psi": changed.psi, "ks": changed.ks}).items()
        }

    def _drift(self, values: Float) -> Drift:
        ts = self.panel.ts
        start = int(np.searchsorted(ts, ts[-1] - YEAR, side="right"))
        return drift(values[:, :start], values[:, start:])

    def _over_time(self, name: str, feature: Ranked, found: Coefficients) -> list[tuple[str, Mean]]:
        session, horizon = self.panel.session, self.horizon
        months, years = by_period(found, session, horizon, "M"), by_period(found, session, horizon, "Y")
        coverage = coverage_by_period(feature.values, self.present, session)
        turnover = turnover_by_period(feature.ranks, session)
        self.rows[MONTHS] += [{"feature": name, "month": at, **_means(mean)} for at, mean in months]
        self.rows[YEARS] += [
            {
                "feature": name,
                "year": at,
                **_means(mean),
                "coverage": json_values(coverage[at]),
                "turnover": json_values(turnover[at]),
            }
            for at, mean in years
        ]
        return years

    def _evaluated(
        self, name: str, expression: str, found: Mapping[str, float | None], feature: Ranked
    ) -> Evaluated:
        returns = rank_returns(feature.values, self.labels[1].values, feature.ranks)
        known = ~np.isnan(returns)
        earned = returns[known]
        ts = pl.Series("ts", self.panel.ts[known]).cast(pl.Datetime("us", "UTC"))
        small = pl.Series("value", earned.astype(np.float32))
        stored = self.store.put_frame(pl.DataFrame([ts, small, small.alias("judged")]), ["ts"])
        ratio = sharpe(earned, self.per_year) if len(earned) > 1 else float("nan")
        return Evaluated(
            name=name,
            expression=expression,
            statistics=found,
            sharpe=json_values(float(ratio)),
            returns=stored,
            span=(ts[0], ts[-1]) if len(ts) else None,
            observations=len(ts),
        )


def _means(mean: Mean) -> dict[str, float | int | None]:
    return {
        "ic": json_values(mean.ic),
        "ic_se": json_values(mean.ic_error),
        "rank_ic": json_values(mean.rank_ic),
        "rank_ic_se": json_values(mean.rank_ic_error),
        "bars": mean.bars,
    }


WHOLE = ("bin", "count", "bars", "horizon")
TEXTS = ("feature", "other", "expression", "month", "year")


def _frame(rows: Sequence[Mapping[str, Any]], keys: Sequence[str]) -> pl.DataFrame:
    """Rows with the same types whatever is null in them."""

    def kind(name: str) -> pl.DataType:
        return pl.Int64() if name in WHOLE else pl.String() if name in TEXTS else pl.Float64()

    return pl.DataFrame(rows, schema={name: kind(name) for name in rows[0]}).sort(keys)
