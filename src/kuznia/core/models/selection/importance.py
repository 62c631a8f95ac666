"""What a fitted model loses when a feature, or a cluster of alike ones, is shuffled.

Measured on rows that the model was not fitted to. Features that say the same are shuffled together:
alone, each would look useless because the other still speaks (López de Prado, Machine Learning for
Asset Managers (2020), chapter 6).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform

from kuznia.core.errors import ModelError
from kuznia.core.models.ensembling import unit_ranks_by_bar
from kuznia.core.typing import Float, Int


@dataclass(frozen=True, slots=True)
class Importance:
    """Loss of value from shuffling.

    Parameters
    ----------
    mean, error : float64 (C,)
        Mean over the repeats for each cluster, and its standard error.
    clusters : tuple of tuple of int
        Columns shuffled together.
    """

    mean: Float
    error: Float
    clusters: tuple[tuple[int, ...], ...]


def clusters_of(x: Float, bar: Int, *, alike: float = 0.5) -> tuple[tuple[int, ...], ...]:
    """Group features whose ranks across instruments move together.

    Parameters
    ----------
    x : float64 (R, F)
        Training rows.
    bar : int64 (R,)
        Bars, sorted.
    alike : float
        Absolute rank correlation from which features share a cluster (average linkage).

    Returns
    -------
    tuple of tuple of int
        Columns of each cluster, ordered by their first.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> a, b = rng.standard_normal((2, 400))
    >>> clusters_of(np.column_stack([a, b, -a]), np.repeat(np.arange(40), 10))
    ((0, 2), (1,))
    """
    features = x.shape[1]
    if features == 1:
        return ((0,),)
    ranks = np.nan_to_num(unit_ranks_by_bar(x, bar) - 0.5)
    scale = np.sqrt((ranks * ranks).sum(axis=0))
    correlation = ranks.T @ ranks / np.maximum(np.outer(scale, scale), 1e-300)
    distance = np.clip(1.0 - np.abs(correlation), 0.0, 1.0)
    np.fill_diagonal(distance, 0.0)
    tree = linkage(squareform(distance, checks=False), method="average")
    label = fcluster(tree, 1.0 - alike, criterion="distance")
    groups = [tuple(np.flatnonzero(label == one).tolist()) for one in np.unique(label)]
    return tuple(sorted(groups))


def permutation_importance(
    predict: Callable[[Float], Float],
    x: Float,
    bar: Int,
    value: Callable[[Float], float],
    clusters: Sequence[Sequence[int]],
    rng: Generator,
    *,
    repeats: int = 10,
) -> Importance:
    """Shuffle each cluster inside every bar's cross-section and see what the score loses.

    Parameters
    ----------
    predict : callable
        Scores of rows, of a model that was not fitted to them.
    x : float64 (R, F)
        Test rows.
    bar : int64 (R,)
        Bars, sorted; rows change places inside a bar alone, so that time and missing data stay as
        they are.
    value : callable
        Worth of a score, higher is better.
    clusters : sequence of sequence of int
        Columns to be shuffled together, by the same permutation.
    rng : Generator
        Source of the permutations.
    repeats : int
        Permutations of each cluster.

    Returns
    -------
    Importance
    """
    if repeats < 2:
        raise ModelError(f"{repeats} repeats give no error.", "Shuffle twice or more.")
    whole = value(predict(x))
    losses = np.empty((len(clusters), repeats))
    for n, columns in enumerate(clusters):
        for repeat in range(repeats):
            order = np.lexsort((rng.random(len(bar)), bar))
            mixed = x.copy()
            mixed[:, list(columns)] = x[order][:, list(columns)]
            losses[n, repeat] = whole - value(predict(mixed))
    error = losses.std(axis=1, ddof=1) / np.sqrt(repeats)
    return Importance(losses.mean(axis=1), error, tuple(tuple(columns) for columns in clusters))
