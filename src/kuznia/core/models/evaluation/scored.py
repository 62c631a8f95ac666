"""Out-of-fold scores beside what came of them, and the two estimates that everything else is told by."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from kuznia.core.frames.panel import KEYS, Panel
from kuznia.core.metrics.paired import newey_west_error
from kuznia.core.models.rows import align
from kuznia.core.models.spec import Label
from kuznia.core.typing import Bool, Float, Int


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean with its standard error.

    Parameters
    ----------
    value, error : float
        NaN where there is nothing to take a mean of; the error allows for bars that overlap.
    count : int
        Bars behind it.
    """

    value: float
    error: float
    count: int


@dataclass(frozen=True, slots=True)
class Scored:
    """``R`` scores of one instrument at one bar each, sorted by bar, then instrument.

    Parameters
    ----------
    score, forward : float64 (R,)
        What was said, and the forward return; NaN where that is not known yet.
    outcome : float64 (R,)
        What the target is made of, see :func:`kuznia.core.models.targets.outcomes`.
    bar, row : int64 (R,)
        Places in the panel.
    horizon : int
        Bars over which neighbouring forward returns overlap.
    """

    score: Float
    forward: Float
    outcome: Float
    bar: Int
    row: Int
    horizon: int

    def where(self, chosen: Bool) -> Scored:
        """Some of the rows."""
        return Scored(
            self.score[chosen],
            self.forward[chosen],
            self.outcome[chosen],
            self.bar[chosen],
            self.row[chosen],
            self.horizon,
        )

    @property
    def known(self) -> Scored:
        """The rows whose score and forward return are known."""
        return self.where(~np.isnan(self.score) & ~np.isnan(self.forward))

    def against(self, forward: Float, horizon: int) -> Scored:
        """The same scores beside other returns, (N, T)."""
        return replace(self, forward=forward[self.row, self.bar], horizon=horizon)


def scored(predictions: pl.DataFrame, panel: Panel, label: Label, column: str = "score") -> Scored:
    """Lay a version's predictions beside the returns that came of them.

    Parameters
    ----------
    predictions : DataFrame
        Out-of-sample only: ``instrument``, ``ts``, ``session``, ``available_at`` and `column`.
    panel : Panel
        Prices of the same instruments.
    label : Label
        What was to be learned.
    column : str
        Which score.
    """
    rows = align(predictions.select(*KEYS, pl.col(column).alias("score")), panel, label)
    return Scored(rows.x[:, 0], rows.forward, rows.outcome, rows.bar, rows.row, label.horizon)


def estimate(series: Float, lags: int) -> Estimate:
    """Mean of a value for each bar; those not known are left out.

    Examples
    --------
    >>> estimate(np.array([1.0, np.nan, -1.0, 1.0, -1.0]), 0)
    Estimate(value=0.0, error=0.5, count=4)
    """
    known = series[~np.isnan(series)]
    value = float(known.mean()) if len(known) else float("nan")
    return Estimate(value, newey_west_error(known, lags), len(known))


def share(hits: Float, counts: Float, lags: int) -> Estimate:
    """A ratio of sums over bars, as a share of rows: rows of one bar are not independent.

    Parameters
    ----------
    hits, counts : float64 (B,)
        What is counted at each bar, and out of how many.
    lags : int
        Bars that overlap.

    Returns
    -------
    Estimate
        By the linearised residuals ``hits − value · counts`` (Cochran 1977, chapter 6).

    Examples
    --------
    >>> share(np.array([1.0, 3.0]), np.array([4.0, 4.0]), 0)
    Estimate(value=0.5, error=0.1767766952966369, count=2)
    """
    total = float(counts.sum())
    if total == 0:
        return Estimate(float("nan"), float("nan"), 0)
    value = float(hits.sum()) / total
    error = newey_west_error(hits - value * counts, lags) * len(counts) / total
    return Estimate(value, error, int((counts > 0).sum()))


def by_bar(values: Float, bar: Int) -> tuple[Int, Float, Float]:
    """Bars in order, with the sum of the known values of each and how many there are. (B,) each"""
    bars, place = np.unique(bar, return_inverse=True)
    known = ~np.isnan(values)
    sums: Float = np.bincount(place, np.where(known, values, 0.0), len(bars)).astype(np.float64)
    counts: Float = np.bincount(place, known, len(bars)).astype(np.float64)
    return bars, sums, counts
