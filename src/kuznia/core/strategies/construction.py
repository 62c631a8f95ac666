"""From scores to weights: the settings of construction that users of WorldQuant BRAIN know.

Law: row ``t`` of every result comes from columns ``0..t`` alone, and from each by the same operations
in the same order, so that cutting the future off changes no bit.
"""

from __future__ import annotations

import numpy as np

from kuznia.core.frames.panel import Panel
from kuznia.core.strategies.spec import EqualWeight, Ranked, RiskParity
from kuznia.core.typing import Bool, Float, Int

YEAR = 365.25 * 86_400_000_000
"""Microseconds of a year."""


def decayed(score: Float, bars: int) -> Float:
    """Linearly weighted mean of the last bars, the newest counting most. (N, T)

    What is not known is left out of the mean; where the newest is not known, neither is the mean.

    Examples
    --------
    >>> decayed(np.array([[3.0, 6.0, np.nan, 9.0]]), 3).tolist()
    [[3.0, 4.8, nan, 8.25]]
    """
    if bars <= 1:
        return score
    total, weight = np.zeros(score.shape), np.zeros(score.shape)
    for lag in range(min(bars, score.shape[1])):
        older = score[:, : score.shape[1] - lag]
        known = ~np.isnan(older)
        total[:, lag:] += np.where(known, (bars - lag) * older, 0.0)
        weight[:, lag:] += np.where(known, float(bars - lag), 0.0)
    return np.where(np.isnan(score), np.nan, total / np.maximum(weight, 1.0))


def neutral(score: Float, groups: Int | None) -> Float:
    """Scores of one decision less the mean of their group, or of all. (N,)

    An instrument whose group is not known (−1) has no neutral score.

    Examples
    --------
    >>> neutral(np.array([1.0, 3.0, 5.0, 9.0]), np.array([0, 0, 1, -1])).tolist()
    [-1.0, 1.0, 0.0, nan]
    """
    codes = np.zeros(len(score), dtype=np.int64) if groups is None else groups
    known = ~np.isnan(score) & (codes >= 0)
    sums = np.bincount(codes[known], weights=score[known])
    counts = np.bincount(codes[known])
    found = np.full(len(score), np.nan)
    found[known] = score[known] - sums[codes[known]] / counts[codes[known]]
    return found


def parts(chosen: Int, distance: Float | None, whole: float, wanted: int) -> Float:
    """Parts of one side's weight for those chosen; where fewer are chosen than wanted the rest is cash.

    Parameters
    ----------
    chosen : int64 (K,)
        Places of the instruments.
    distance : float64 (N,) or None
        What the parts are in proportion to, where it is above zero; None is equal.
    whole : float
        Weight of the side when all that are wanted are found.
    wanted : int
        How many are wanted.

    Examples
    --------
    >>> parts(np.array([0, 2]), np.array([3.0, 9.0, 1.0]), 0.5, 2).tolist()
    [0.375, 0.125]
    """
    if distance is None:
        return np.full(len(chosen), whole / wanted)
    mine = np.where(distance[chosen] > 0, distance[chosen], 0.0)
    total = float(mine.sum())
    if total == 0.0:
        return np.full(len(chosen), whole / wanted)
    return np.asarray(mine / total * (whole * len(chosen) / wanted))


def truncated(weights: Float, largest: float | None, *, balanced: bool = False) -> Float:
    """Weights none of which is larger; what is cut goes to the others of its side, in proportion.

    Parameters
    ----------
    weights : float64 (N,)
        Weights of one decision.
    largest : float or None
        Bound of the absolute weight.
    balanced : bool
        Shrink the larger side to the smaller where cutting left them unequal.

    Examples
    --------
    >>> truncated(np.array([0.5, 0.25, 0.25, 0.0]), 0.4).round(12).tolist()
    [0.4, 0.3, 0.3, 0.0]
    """
    if largest is None:
        return weights
    sizes = np.abs(weights)
    for side in (weights > 0, weights < 0):
        over = side & (sizes > largest)
        while over.any():
            excess = float((sizes[over] - largest).sum())
            sizes[over] = largest
            room = side & (sizes < largest)
            if not room.any():
                break
            sizes[room] += excess * sizes[room] / float(sizes[room].sum())
            over = side & (sizes > largest)
    found = np.asarray(np.sign(weights) * sizes)
    if balanced:
        long, short = float(sizes[weights > 0].sum()), float(sizes[weights < 0].sum())
        found[weights > 0] *= min(1.0, short / long) if long > 0 else 0.0
        found[weights < 0] *= min(1.0, long / short) if short > 0 else 0.0
    return found


def marks(panel: Panel) -> Float:
    """Last close known at each bar; NaN before the first. (N, T)"""
    close = panel.fields["close"]
    rows = np.where(np.isnan(close), -1, np.arange(close.shape[1]))
    last = np.maximum.accumulate(rows, axis=1)
    return np.where(last >= 0, np.take_along_axis(close, np.maximum(last, 0), axis=1), np.nan)


def volatilities(panel: Panel, t: int, window: int) -> Float:
    """Standard deviation of the returns of the last bars, as known at ``t``; NaN with fewer than two. (N,)"""
    close = panel.fields["close"][:, max(0, t - window) : t + 1].copy()
    moves = close[:, 1:] / close[:, :-1] - 1.0
    known = ~np.isnan(moves)
    count = known.sum(axis=1)
    mean = np.where(known, moves, 0.0).sum(axis=1) / np.maximum(count, 1)
    squares = np.where(known, (moves - mean[:, None]) ** 2, 0.0).sum(axis=1)
    return np.where(count >= 2, np.sqrt(squares / np.maximum(count - 1, 1)), np.nan)


def realised_volatility(weights: Float, marked: Float, years: float) -> float:
    """Volatility a year that the weights would have had over the bars of `marked`.

    The root of the squared returns' sum over the years gone by, so that it needs no count of periods.

    Examples
    --------
    >>> round(realised_volatility(np.array([0.5]), np.array([[100.0, 102.0, 102.0]]), 0.01), 6)
    0.1
    """
    moves = marked[:, 1:] / marked[:, :-1] - 1.0
    earned = np.where(np.isnan(moves), 0.0, weights[:, None] * moves).sum(axis=0)
    return float(np.sqrt((earned * earned).sum() / years))


def scaled(weights: Float, panel: Panel, strategy: Ranked | EqualWeight | RiskParity) -> Float:
    """Weights scaled to the strategy's volatility target; rows before its window decide nothing. (T, N)

    Moreira and Muir 2017: exposure in proportion to one over the volatility seen so far.
    """
    target, window = strategy.volatility_target, strategy.volatility_window
    if target is None:
        return weights
    found, marked = weights.copy(), marks(panel)
    for t in np.flatnonzero(~np.isnan(weights).all(axis=1)):
        if t < window:
            found[t] = np.nan
            continue
        years = float(panel.ts[t] - panel.ts[t - window]) / YEAR
        seen = realised_volatility(weights[t], marked[:, t - window : t + 1].copy(), years)
        factor = strategy.volatility_cap if seen == 0.0 else min(strategy.volatility_cap, target / seen)
        found[t] = weights[t] * factor
    return found


def banded(weights: Float, panel: Panel, threshold: float | None) -> Float:
    """Weights without the decisions at which none is off by more than the threshold. (T, N)

    Off from what prices made of the last weights that were decided, before costs.

    Examples
    --------
    >>> ts = np.arange(3)
    >>> days = ts.astype("M8[D]")
    >>> panel = Panel(("A", "B"), ts, days, ts, {"close": np.array([[1.0, 1.1, 2.0], [1.0, 1.0, 1.0]])})
    >>> banded(np.full((3, 2), 0.5), panel, 0.1).tolist()
    [[0.5, 0.5], [nan, nan], [0.5, 0.5]]
    """
    if threshold is None:
        return weights
    found, marked, since = weights.copy(), marks(panel), -1
    for t in np.flatnonzero(~np.isnan(weights).all(axis=1)):
        if since >= 0 and float(np.abs(weights[t] - drifted(found[since], marked, since, int(t))).max()) <= (
            threshold
        ):
            found[t] = np.nan
            continue
        since = int(t)
    return found


def drifted(weights: Float, marked: Float, since: int, t: int) -> Float:
    """What prices made of weights from one bar to another. (N,)"""
    held = (weights != 0.0) & ~np.isnan(marked[:, since])
    moves = np.where(held, marked[:, t] / np.where(held, marked[:, since], 1.0) - 1.0, 0.0)
    growth = 1.0 + float((weights * moves).sum())
    return np.asarray(weights * (1.0 + moves) / growth) if growth > 0 else np.zeros(len(weights))


def finished(weights: Float, panel: Panel, strategy: Ranked | EqualWeight | RiskParity) -> Float:
    """Weights after volatility target and threshold. (T, N)"""
    return banded(scaled(weights, panel, strategy), panel, strategy.threshold)


def decided(weights: Float) -> Bool:
    """Rows that decide something. (T,)"""
    return np.asarray(~np.isnan(weights).all(axis=1))
