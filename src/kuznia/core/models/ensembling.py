"""Several scores become one: rank averages, constrained blends, greedy selection.

All work on out-of-fold scores: a blend that saw its members' training rows would prefer the one that
learned them by heart.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
from scipy.optimize import minimize
from scipy.stats import rankdata

from kuznia.core.errors import ModelError
from kuznia.core.typing import Bool, Float, Int

WIDE = 16
"""Columns known throughout from which ranking them together, bar by bar, is faster than one by one."""


def rank_average(scores: Float, bar: Int) -> Float:
    """Mean of the members' ranks inside each bar's cross-section.

    Parameters
    ----------
    scores : float64 (R, M)
        One column for each member.
    bar : int64 (R,)
        Bars, sorted.

    Returns
    -------
    float64 (R,)
        Between 0 and 1; a member whose score is not known is left out of its row.

    Examples
    --------
    >>> rank_average(np.array([[1.0, 30.0], [2.0, 10.0], [3.0, 20.0]]), np.zeros(3, dtype=int)).tolist()
    [0.5, 0.25, 0.75]
    """
    ranks = unit_ranks_by_bar(scores, bar)
    count = (~np.isnan(ranks)).sum(axis=1)
    total: Float = np.where(np.isnan(ranks), 0.0, ranks).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def unit_ranks_by_bar(values: Float, bar: Int) -> Float:
    """Ranks of each column inside each bar's cross-section, from 0 to 1; NaN stays NaN. (R, M)"""
    ranks = np.full(values.shape, np.nan)
    together: Bool = ~np.asarray(np.isnan(values).any(axis=0))
    if together.sum() < WIDE:
        together = np.zeros_like(together)
    if together.any():
        for start, stop in pairwise([0, *(np.flatnonzero(np.diff(bar)) + 1).tolist(), len(bar)]):
            block = values[start:stop, together]
            ranks[start:stop, together] = _unit(rankdata(block, axis=0), np.array(len(block)))
    for column in np.flatnonzero(~together):
        known = np.flatnonzero(~np.isnan(values[:, column]))
        ranks[known, column] = _unit(*average_ranks(values[known, column], bar[known]))
    return ranks


def _unit(rank: Float, count: Int) -> Float:
    unit: Float = np.where(count > 1, (rank - 1.0) / np.maximum(count - 1, 1), 0.5)
    return unit


def average_ranks(values: Float, bar: Int) -> tuple[Float, Int]:
    """Rank of each row in its bar, and how many rows the bar has; equal values share their mean rank.

    Parameters
    ----------
    values : float64 (R,)
        Known values.
    bar : int64 (R,)
        Bars, sorted.

    Returns
    -------
    float64 (R,), int64 (R,)
        Ranks begin at 1.

    Examples
    --------
    >>> average_ranks(np.array([0.3, 0.1, 0.3, 9.0]), np.array([1, 1, 1, 2]))[0].tolist()
    [2.5, 1.0, 2.5, 1.0]
    """
    if not len(values):
        return np.empty(0), np.empty(0, dtype=np.int64)
    order = np.lexsort((values, bar))
    value = values[order]
    opens = np.r_[True, bar[1:] != bar[:-1]]
    starts = np.flatnonzero(opens)
    sizes = np.diff(starts, append=len(value))
    firsts = np.flatnonzero(opens | np.r_[True, value[1:] != value[:-1]])
    equal = np.diff(firsts, append=len(value))
    ranks = np.empty(len(value))
    ranks[order] = np.repeat(firsts + (equal + 1) / 2.0, equal) - np.repeat(starts, sizes)
    return ranks, np.repeat(sizes, sizes)


def blend_weights(scores: Float, target: Float) -> Float:
    """Weights that are non-negative, sum to one and come nearest to the target in least squares.

    Parameters
    ----------
    scores : float64 (R, M)
        Out-of-fold scores.
    target : float64 (R,)
        What they were to say, on the same scale.

    Returns
    -------
    float64 (M,)
        Convex, so that a blend is never beyond its members (Breiman 1996, stacked regressions).

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> truth = rng.standard_normal(4000)
    >>> members = np.column_stack([truth + rng.standard_normal(4000), rng.standard_normal(4000)])
    >>> blend_weights(members, truth).round(1).tolist()
    [0.7, 0.3]
    """
    known = ~np.isnan(scores).any(axis=1) & ~np.isnan(target)
    if not known.any():
        raise ModelError("No row has every member's score and a target.", "Give rows that all scored.")
    x, y = scores[known], target[known]
    gram, cross = x.T @ x / len(y), x.T @ y / len(y)
    members = scores.shape[1]
    found = minimize(
        lambda w: w @ gram @ w - 2.0 * cross @ w,
        np.full(members, 1.0 / members),
        jac=lambda w: 2.0 * (gram @ w - cross),
        bounds=[(0.0, 1.0)] * members,
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1.0, "jac": lambda w: np.ones(len(w))},
        method="SLSQP",
        options={"ftol": 1e-12, "maxiter": 500},
    )
    positive = np.clip(found.x, 0.0, None)
    weights: Float = positive / positive.sum()
    return weights


def greedy_selection(scores: Float, value: Callable[[Float], float], *, rounds: int) -> Int:
    """Choose members one at a time, with repetition, each time the one that helps most.

    Caruana, Niculescu-Mizil, Crew and Ksikes, Ensemble Selection from Libraries of Models (2004).

    Parameters
    ----------
    scores : float64 (R, M)
        Out-of-fold scores on one scale.
    value : callable
        Worth of a score, higher is better; given the mean of the chosen members, (R,).
    rounds : int
        Choices made. The best prefix of them counts, so that more rounds never hurt.

    Returns
    -------
    int64 (K,)
        Chosen members in order, with repetition; a member's share of the result is its weight. Of equals
        the first one is taken.

    Examples
    --------
    >>> truth = np.array([1.0, -1.0, 0.5, -0.5])
    >>> members = np.column_stack([truth + [1, 0, 0, 0], truth - [1, 0, 0, 0], -truth])
    >>> greedy_selection(members, lambda mean: -float(((mean - truth) ** 2).sum()), rounds=4).tolist()
    [0, 1]
    """
    if rounds < 1 or scores.shape[1] < 1:
        raise ModelError("Nothing can be chosen.", "Give one member and one round or more.")
    chosen: list[int] = []
    total, best, kept = np.zeros(len(scores)), -np.inf, 1
    for n in range(1, rounds + 1):
        values = [value((total + scores[:, member]) / n) for member in range(scores.shape[1])]
        if np.isnan(values).all():
            raise ModelError("No member has a value.", "Check the scores and what they are measured by.")
        pick = int(np.nanargmax(values))
        chosen.append(pick)
        total = total + scores[:, pick]
        if values[pick] > best:
            best, kept = values[pick], n
    return np.array(chosen[:kept], dtype=np.int64)
