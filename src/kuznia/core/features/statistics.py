"""What a feature is worth on its own: coverage, information coefficients, steadiness."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kuznia.core.expressions.crosssection.compute import KERNELS
from kuznia.core.metrics.paired import newey_west_error
from kuznia.core.typing import Bool, Float

LEAST_INSTRUMENTS = 5
"""Instruments a bar needs to count."""


@dataclass(frozen=True, slots=True)
class FeatureStatistics:
    """Statistics of one feature against one label.

    Parameters
    ----------
    coverage : float
        Known values over the cells where the instrument has a bar.
    ic, ic_error : float
        Mean over time of the correlation with the label across instruments, and its standard error.
    rank_ic, rank_ic_error : float
        The same of ranks.
    autocorrelation : float
        Mean correlation of ranks with those of the bar before.
    turnover : float
        Mean change of rank from bar to bar, 0 to 1: what trading the feature costs in moves.
    bars : int
        Bars with enough instruments.
    """

    coverage: float
    ic: float
    ic_error: float
    rank_ic: float
    rank_ic_error: float
    autocorrelation: float
    turnover: float
    bars: int


def feature_statistics(values: Float, label: Float, present: Bool, horizon: int) -> FeatureStatistics:
    """Statistics of a feature.

    Parameters
    ----------
    values : float64 (N, T)
        The feature.
    label : float64 (N, T)
        Forward values; NaN where not known.
    present : bool (N, T)
        Where the instrument has a bar.
    horizon : int
        Bars over which neighbouring labels overlap.

    Returns
    -------
    FeatureStatistics
        NaN where there is nothing to measure; a series' value, equal for all instruments, has no IC.
    """
    feature = ranked(values)
    return statistics_of(feature, paired_correlations(feature, ranked(label)), present, horizon)


def statistics_of(
    feature: Ranked, correlations: tuple[Float, Float], present: Bool, horizon: int
) -> FeatureStatistics:
    """Statistics of a feature whose correlations with the label at each bar are known already.

    Parameters
    ----------
    feature : Ranked
    correlations : float64 (T,), float64 (T,)
        What :func:`paired_correlations` gave.
    present, horizon
        As in :func:`feature_statistics`.
    """
    values = feature.values
    ic, rank_ic = (one[~np.isnan(one)] for one in correlations)
    ranks = feature.ranks
    steps = ~np.isnan(ranks[:, 1:]) & ~np.isnan(ranks[:, :-1])
    moves = np.abs(np.diff(ranks, axis=1))[steps]
    before, after = np.where(steps, ranks[:, :-1], np.nan), np.where(steps, ranks[:, 1:], np.nan)
    cells = int(present.sum())
    return FeatureStatistics(
        coverage=float((~np.isnan(values) & present).sum() / cells) if cells else float("nan"),
        ic=_mean(ic),
        ic_error=newey_west_error(ic, horizon),
        rank_ic=_mean(rank_ic),
        rank_ic_error=newey_west_error(rank_ic, horizon),
        autocorrelation=_mean(_correlation(before, after)),
        turnover=_mean(moves),
        bars=len(rank_ic),
    )


def rank_ic_series(values: Float, label: Float) -> Float:
    """Rank correlation with the label at each bar, NaN where too few instruments have both. (T,)"""
    return paired_correlations(ranked(values), ranked(label))[1]


@dataclass(frozen=True, slots=True)
class Ranked:
    """Values with their ranks across instruments, so that several comparisons rank once.

    Parameters
    ----------
    values : float64 (N, T)
        NaN where not known.
    ranks : float64 (N, T)
        Average ranks at each bar, 0 to 1, among the known values.
    """

    values: Float
    ranks: Float


def ranked(values: Float) -> Ranked:
    """Rank values across instruments at each bar."""
    return Ranked(values, _ranks(values))


def paired_correlations(one: Ranked, other: Ranked) -> tuple[Float, Float]:
    """Correlations of values and of ranks at each bar, over the instruments that have both.

    Parameters
    ----------
    one, other : Ranked
        Ranks are taken anew only at bars where the two know different instruments.

    Returns
    -------
    float64 (T,), float64 (T,)
        NaN where fewer than five instruments have both, or one of the two is constant.
    """
    known, there = ~np.isnan(one.values), ~np.isnan(other.values)
    pairs = known & there
    x, y = np.where(pairs, one.values, np.nan), np.where(pairs, other.values, np.nan)
    return _correlations(x, y), _correlations(
        _ranked_among(one.ranks, x, known, pairs), _ranked_among(other.ranks, y, there, pairs)
    )


def _ranked_among(ranks: Float, values: Float, known: Bool, pairs: Bool) -> Float:
    """Ranks of `values`, taken from `ranks` at the bars where no known value fell out."""
    changed = (known != pairs).any(axis=0)
    if not changed.any():
        return ranks
    found = ranks.copy()
    found[:, changed] = _ranks(np.ascontiguousarray(values[:, changed]))
    return found


def _ranks(values: Float) -> Float:
    return np.ascontiguousarray(KERNELS["rank"](np.ascontiguousarray(values.T)).T)


def _correlation(x: Float, y: Float) -> Float:
    every = _correlations(x, y)
    return every[~np.isnan(every)]


def _correlations(x: Float, y: Float) -> Float:
    """Correlation of each column's pairs; both arrays are NaN in the same places."""
    known = ~np.isnan(x)
    count = known.sum(axis=0)
    size = np.maximum(count, 1)
    dx = np.where(known, x - np.where(known, x, 0.0).sum(axis=0) / size, 0.0)
    dy = np.where(known, y - np.where(known, y, 0.0).sum(axis=0) / size, 0.0)
    scale = np.sqrt((dx * dx).sum(axis=0) * (dy * dy).sum(axis=0))
    usable = (count >= LEAST_INSTRUMENTS) & (scale > 1e-12)
    return np.where(usable, (dx * dy).sum(axis=0) / np.where(usable, scale, 1.0), np.nan)


def _mean(values: Float) -> float:
    return float(values.mean()) if len(values) else float("nan")


def rank_returns(values: Float, following: Float, ranks: Float | None = None) -> Float:
    """What holding a feature earns: long its high ranks, short its low ones, gross one, no costs.

    Parameters
    ----------
    values : float64 (N, T)
        The feature.
    following : float64 (N, T)
        Return after each decision.
    ranks : float64 (N, T), optional
        Ranks of `values` at each bar, where they are known already.

    Returns
    -------
    float64 (T,)
        NaN where too few instruments have both, or all are equal.
    """
    known = ~np.isnan(values)
    pairs = known & ~np.isnan(following)
    among = np.where(pairs, values, np.nan)
    ranks = _ranks(among) if ranks is None else _ranked_among(ranks, among, known, pairs)
    weights = np.where(pairs, ranks - 0.5, 0.0)
    gross = np.abs(weights).sum(axis=0)
    usable = (pairs.sum(axis=0) >= LEAST_INSTRUMENTS) & (gross > 1e-12)
    earned = (weights * np.where(pairs, following, 0.0)).sum(axis=0)
    return np.where(usable, earned / np.where(usable, gross, 1.0), np.nan)
