"""Rank information coefficients of scores, with standard errors that allow for overlap."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.stats import norm, rankdata

from kuznia.core.typing import Float, Int

LEAST_INSTRUMENTS = 5


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
    known = ~(np.isnan(score) | np.isnan(forward))
    score, forward, bar = score[known], forward[known], bar[known]
    edges = np.r_[0, np.flatnonzero(np.diff(bar)) + 1, len(bar)]
    values = []
    for start, end in pairwise(edges):
        if end - start < LEAST_INSTRUMENTS:
            continue
        a = rankdata(score[start:end])
        b = rankdata(forward[start:end])
        a, b = a - a.mean(), b - b.mean()
        spread = np.sqrt((a @ a) * (b @ b))
        if spread > 0:
            values.append(a @ b / spread)
    return np.array(values, dtype=np.float64)


def newey_west_error(values: Float, lags: int) -> float:
    """Standard error of a mean whose terms are correlated over up to `lags` steps.

    Bartlett weights ``1 − l / (lags + 1)`` on the autocovariances (Newey and West 1987).

    Parameters
    ----------
    values : float64 (B,)
        Terms in time order.
    lags : int
        For labels over `h` bars, `h`.

    Returns
    -------
    float
        NaN with fewer than two terms.

    Examples
    --------
    >>> newey_west_error(np.array([1.0, -1.0, 1.0, -1.0]), 0)
    0.5
    """
    count = len(values)
    if count < 2:
        return float("nan")
    centred = values - values.mean()
    variance = centred @ centred / count
    for lag in range(1, min(lags, count - 1) + 1):
        variance += 2.0 * (1.0 - lag / (lags + 1)) * (centred[lag:] @ centred[:-lag] / count)
    return float(np.sqrt(max(variance, 0.0) / count))


def rank_ic(score: Float, forward: Float, bar: Int, horizon: int) -> RankIC:
    """Mean rank IC with its Newey–West standard error over `horizon` lags."""
    series = rank_ic_series(score, forward, bar)
    mean = float(series.mean()) if len(series) else float("nan")
    return RankIC(mean, newey_west_error(series, horizon), len(series))


def luck_bound(trials: int, level: float = 0.05) -> float:
    """How many standard errors the best of `trials` must lie above zero, by Bonferroni, one-sided.

    Examples
    --------
    >>> round(luck_bound(1), 3), round(luck_bound(8), 3)
    (1.645, 2.498)
    """
    return float(norm.ppf(1.0 - level / max(trials, 1)))
