"""What the models of the folds listen to, on rows that they were not fitted to.

Importance is what the rank IC loses when a cluster of alike features is shuffled across the names of each
bar (see :mod:`kuznia.core.models.selection.importance`); contributions are Shapley values, exact for trees
(Lundberg et al. 2020, by LightGBM) and in closed form for linear learners; a partial dependence is the mean
score over rows whose one feature is set to a value (Friedman 2001).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from kuznia.core.models.ensembling import unit_ranks_by_bar
from kuznia.core.models.evaluation.information import rank_ic_by_bar
from kuznia.core.models.evaluation.refitting import FoldModel, Progress
from kuznia.core.models.evaluation.scored import Estimate, estimate
from kuznia.core.models.learners.linear import Linear
from kuznia.core.models.learners.protocol import Fitted
from kuznia.core.models.learners.trees import Trees
from kuznia.core.models.rows import Rows
from kuznia.core.models.selection.importance import clusters_of
from kuznia.core.typing import Float, Int

SHUFFLED_ROWS, EXPLAINED_ROWS, SET_ROWS = 60_000, 20_000, 2_000
"""Rows at most that are shuffled, explained, and set to a value; whole bars are taken at even distances."""
POINTS = 11


@dataclass(frozen=True, slots=True)
class ClusterImportance:
    """What is lost without a cluster of features.

    Parameters
    ----------
    features : tuple of str
        Shuffled together.
    loss : Estimate
        Of rank IC, mean over bars.
    """

    features: tuple[str, ...]
    loss: Estimate


@dataclass(frozen=True, slots=True)
class Contribution:
    """How much a feature moves the score.

    Parameters
    ----------
    feature : str
    size : Estimate
        Mean absolute Shapley value over that of all features together, mean over folds.
    direction : float
        Rank correlation of the feature and its contribution, −1 to 1; above zero more is better.
    """

    feature: str
    size: Estimate
    direction: float


@dataclass(frozen=True, slots=True)
class Dependence:
    """Mean score by the value of one feature.

    Parameters
    ----------
    feature : str
    at : float64 (P,)
        Values, quantiles of the test rows.
    score : tuple of Estimate
        Above the mean score, in standard deviations of the score, mean over folds.
    """

    feature: str
    at: Float
    score: tuple[Estimate, ...]


def cluster_importance(
    rows: Rows,
    models: Sequence[FoldModel],
    rng: Generator,
    horizon: int,
    *,
    repeats: int = 3,
    progress: Progress | None = None,
) -> list[ClusterImportance]:
    """Shuffle each cluster of features inside every bar and see what the rank IC loses, largest first.

    Parameters
    ----------
    rows : Rows
    models : sequence of FoldModel
        Each is asked about its own test rows alone.
    rng : Generator
    horizon : int
        Bars over which losses of neighbouring bars overlap.
    repeats : int
        Permutations of each cluster.
    progress : callable, optional
    """
    tests = [_sampled(rows, one, models, SHUFFLED_ROWS) for one in models]
    clusters = clusters_of(*_spread_out(rows, tests))
    losses: list[list[Float]] = [[] for _ in clusters]
    for number, (one, test) in enumerate(zip(models, tests, strict=True), 1):
        x, bar, forward = rows.x[test], rows.bar[test], rows.forward[test]
        whole = rank_ic_by_bar(one.predict(x), forward, bar)[1]
        for place, columns in enumerate(clusters):
            found = np.zeros(len(whole))
            for _ in range(repeats):
                mixed, order = x.copy(), np.lexsort((rng.random(len(bar)), bar))
                mixed[:, list(columns)] = x[order][:, list(columns)]
                found += rank_ic_by_bar(one.predict(mixed), forward, bar)[1]
            losses[place].append(whole - found / repeats)
        if progress is not None:
            progress(number / len(models), f"shuffled features of fold {number} of {len(models)}")
    told = [
        ClusterImportance(
            tuple(rows.features[column] for column in columns), estimate(np.concatenate(found), horizon)
        )
        for columns, found in zip(clusters, losses, strict=True)
    ]
    return sorted(told, key=lambda one: (-_number(one.loss.value), one.features))


def contributions(rows: Rows, models: Sequence[FoldModel]) -> list[Contribution]:
    """Shapley values of each feature on test rows, largest first; none for learners that have none.

    There are none behind steps that mix features or rows, nor of the chance that a side pays.
    """
    sizes: list[Float] = []
    directions: list[Float] = []
    for one in models:
        test = _sampled(rows, one, models, EXPLAINED_ROWS)
        x = one.scaler.apply(rows.x[test])
        plain = not one.spec.steps and one.spec.label.side is None
        found = shapley(one.member, x) if plain else None
        if found is None:
            return []
        mean = np.abs(found[0]).mean(axis=0)
        sizes.append(mean / max(float(mean.sum()), 1e-300))
        directions.append(_directions(x, found[0]))
    table, ways = np.array(sizes), np.array(directions)
    known = (~np.isnan(ways)).sum(axis=0)
    way = np.where(known > 0, np.nansum(ways, axis=0) / np.maximum(known, 1), np.nan)
    told = [
        Contribution(name, estimate(table[:, n], 0), float(way[n])) for n, name in enumerate(rows.features)
    ]
    return sorted(told, key=lambda one: (-one.size.value, one.feature))


def shapley(member: Fitted, x: Float) -> tuple[Float, Float] | None:
    """Contributions of scaled rows and the score without any, so that they sum to the score.

    Parameters
    ----------
    member : Fitted
    x : float64 (R, F)
        Scaled features.

    Returns
    -------
    float64 (R, F), float64 (R,), or None
        None for classifiers of several classes, networks, and trees of other libraries than LightGBM.

    Examples
    --------
    >>> parts, base = shapley(Linear(np.array([2.0, -1.0])), np.array([[1.0, 3.0]]))
    >>> parts.tolist(), base.tolist()
    ([[2.0, -3.0]], [0.0])
    """
    if isinstance(member, Linear):
        # Scaled training rows have the mean 0, which is what a feature that says nothing is taken as.
        return np.nan_to_num(x) * member.weights, np.zeros(len(x))
    if not isinstance(member, Trees):
        return None
    said = np.asarray(member.booster.predict(x, pred_contrib=True, num_threads=1), dtype=np.float64)
    if said.shape[1] != x.shape[1] + 1:
        return None
    if _averages(member):  # the library sums the contributions of a forest, and takes the mean of its scores
        said = said / member.booster.num_trees()
    return said[:, :-1], said[:, -1]


def _averages(member: Trees) -> bool:
    head = str(member.booster.model_to_string(num_iteration=1)).partition("\nTree=0")[0]
    return "average_output" in head.splitlines()


def partial_dependence(
    rows: Rows, models: Sequence[FoldModel], features: Sequence[str], points: int = POINTS
) -> list[Dependence]:
    """Mean score over test rows with one feature set to each of its quantiles from 5 to 95 percent."""
    told = []
    tests = [_sampled(rows, one, models, SET_ROWS) for one in models]
    every = np.concatenate(tests)
    for name in features:
        column = rows.features.index(name)
        at = np.unique(np.nanquantile(rows.x[every, column], np.linspace(0.05, 0.95, points)))
        scores = np.full((len(models), len(at)), np.nan)
        for n, (one, test) in enumerate(zip(models, tests, strict=True)):
            plain = one.predict(rows.x[test])
            scale = float(np.nanstd(plain)) or 1.0
            for place, value in enumerate(at):
                changed = rows.x[test].copy()
                changed[:, column] = value
                scores[n, place] = np.nanmean(one.predict(changed) - plain) / scale
        told.append(Dependence(name, at, tuple(estimate(scores[:, n], 0) for n in range(len(at)))))
    return told


def _sampled(rows: Rows, one: FoldModel, models: Sequence[FoldModel], most: int) -> Int:
    """Test rows of a fold, of whole bars at even distances, so that all folds hold `most` together."""
    inside = one.inside(rows)
    total = sum(other.inside(rows).stop - other.inside(rows).start for other in models)
    step = max(-(-total // most), 1)
    kept = (rows.bar[inside] - one.fold.test_start) % step == 0
    return np.asarray(np.flatnonzero(kept) + inside.start, dtype=np.int64)


def _spread_out(rows: Rows, tests: Sequence[Int]) -> tuple[Float, Int]:
    """A part of the test rows to find alike features in; returns are not looked at."""
    every = np.concatenate(tests)
    step = max(len(every) // EXPLAINED_ROWS, 1)
    bars = np.unique(rows.bar[every])[::step]
    chosen = every[np.isin(rows.bar[every], bars)]
    return rows.x[chosen], rows.bar[chosen]


def _directions(x: Float, parts: Float) -> Float:
    """Rank correlation of each feature with its contribution over all rows; NaN where one is constant."""
    at = np.zeros(len(x), dtype=np.int64)
    a = unit_ranks_by_bar(np.where(np.isnan(x), np.nan, x), at) - 0.5
    b = unit_ranks_by_bar(np.where(np.isnan(x), np.nan, parts), at) - 0.5
    a, b = np.nan_to_num(a), np.nan_to_num(b)
    scale = np.sqrt((a * a).sum(axis=0) * (b * b).sum(axis=0))
    constant = (np.ptp(np.nan_to_num(x), axis=0) == 0) | (np.ptp(parts, axis=0) == 0)
    return np.where(constant | (scale == 0), np.nan, (a * b).sum(axis=0) / np.maximum(scale, 1e-300))


def _number(value: float) -> float:
    return value if value == value else float("-inf")
