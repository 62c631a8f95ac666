"""Rank information coefficients of scores, with standard errors that allow for overlap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from kuznia.core.features import statistics
from kuznia.core.metrics.paired import newey_west_error
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
    series = rank_ic_by_bar(score, forward, bar)[1]
    return series[~np.isnan(series)]


def rank_ic_by_bar(score: Float, forward: Float, bar: Int) -> tuple[Int, Float]:
    """The bars of the rows and the rank IC of each, NaN where too few rows know both. (B,), (B,)"""
    bars, column = np.unique(bar, return_inverse=True)
    start = np.searchsorted(column, np.arange(len(bars)))
    place = np.arange(len(bar)) - start[column]
    shape = (int(place.max(initial=-1)) + 1, len(bars))
    values, label = np.full(shape, np.nan), np.full(shape, np.nan)
    values[place, column], label[place, column] = score, forward
    return bars, statistics.rank_ic_series(values, label)


def rank_ic(score: Float, forward: Float, bar: Int, horizon: int) -> RankIC:
    """Mean rank IC with its Newey–West standard error over `horizon` lags."""
    return mean_ic(rank_ic_series(score, forward, bar), horizon)


def on_bars(bars: Int, series: Float, length: int) -> Float:
    """A value for each of `length` bars, NaN where there is none. (T,)

    Examples
    --------
    >>> on_bars(np.array([1]), np.array([0.5]), 3).tolist()
    [nan, 0.5, nan]
    """
    told = np.full(length, np.nan)
    told[bars] = series
    return told


def mean_ic(series: Float, horizon: int) -> RankIC:
    """Mean of daily values with the error of terms that overlap; those that are not known are left out.

    Examples
    --------
    >>> mean_ic(np.array([0.1, np.nan, -0.1, 0.1, -0.1]), 0)
    RankIC(mean=0.0, standard_error=0.05, bars=4)
    """
    known = series[~np.isnan(series)]
    mean = float(known.mean()) if len(known) else float("nan")
    return RankIC(mean, newey_west_error(known, horizon), len(known))


def luck_bound(trials: int, level: float = 0.05) -> float:
    """How many standard errors the best of `trials` must lie above zero, by Bonferroni, one-sided.

    Examples
    --------
    >>> round(luck_bound(1), 3), round(luck_bound(8), 3)
    (1.645, 2.498)
    """
    return float(norm.ppf(1.0 - level / max(trials, 1)))
