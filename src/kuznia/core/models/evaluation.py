"""Rank information coefficients of scores, with standard errors that allow for overlap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from kuznia.core.features import statistics
from kuznia.core.typing import Float, Int


@dataclass(frozen=True, slots=True)
class RankIC:
    """Mean of the rank IC over time.

    Parameters
    ----------
    mean : float
        NaN without a bar to measure.
    standard_error : float
        Newey–West; NaN with fewer than two bars.
    bars : int
        Bars measured.
    """

    mean: float
    standard_error: float
    bars: int


def rank_ic_series(score: Float, forward: Float, bar: Int) -> Float:
    """Spearman correlation of score and forward return across instruments, bar by bar.

    Parameters
    ----------
    score, forward : float64 (R,)
        Rows where either is NaN are left out.
    bar : int64 (R,)
        Bars, sorted.

    Returns
    -------
    float64 (B,)
        One value for each bar with five or more rows and neither side constant.

    Examples
    --------
    >>> up = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    >>> rank_ic_series(np.r_[up, up], np.r_[up, -up], np.repeat([0, 1], 5)).tolist()
    [1.0, -1.0]
    """
    bars, column = np.unique(bar, return_inverse=True)
    start = np.searchsorted(column, np.arange(len(bars)))
    place = np.arange(len(bar)) - start[column]
    shape = (int(place.max(initial=-1)) + 1, len(bars))
    values, label = np.full(shape, np.nan), np.full(shape, np.nan)
    values[place, column], label[place, column] = score, forward
    series = statistics.rank_ic_series(values, label)
    return series[~np.isnan(series)]


def rank_ic(score: Float, forward: Float, bar: Int, horizon: int) -> RankIC:
    """Mean rank IC with its Newey–West standard error over `horizon` lags."""
    series = rank_ic_series(score, forward, bar)
    mean = float(series.mean()) if len(series) else float("nan")
    return RankIC(mean, statistics.newey_west_error(series, horizon), len(series))


def luck_bound(trials: int, level: float = 0.05) -> float:
    """How many standard errors the best of `trials` must lie above zero, by Bonferroni, one-sided.

    Examples
    --------
    >>> round(luck_bound(1), 3), round(luck_bound(8), 3)
    (1.645, 2.498)
    """
    return float(norm.ppf(1.0 - level / max(trials, 1)))
