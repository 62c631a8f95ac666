"""What many trials do to the best of them.

A question's trials are a matrix ``(T, K)`` of returns, one column for each trial, NaN where a trial has
no bar.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage

from kuznia.core.metrics.bootstrap import Blocks
from kuznia.core.typing import Float, Int

COMMON_ROWS = 20
"""Two trials with fewer rows in common are taken as unrelated."""


@dataclass(frozen=True, slots=True)
class MaximumTest:
    """Result of the maximum test for one trial.

    Parameters
    ----------
    alone : float
        Probability that worthless returns look worse than this trial's, were it the only one.
    adjusted : float
        The same against the best of all trials.
    """

    alone: float
    adjusted: float


def correlations(returns: Float) -> Float:
    """Pairwise correlation over common rows. (K, K)"""
    known = ~np.isnan(returns)
    mask = known.astype(np.float64)
    centre = np.nansum(returns, axis=0) / np.maximum(mask.sum(axis=0), 1.0)
    values = np.where(known, returns - centre, 0.0)
    rows = mask.T @ mask
    shared = np.maximum(rows, 1.0)
    sums = values.T @ mask
    product = values.T @ values - sums * sums.T / shared
    squares = np.maximum((values**2).T @ mask - sums**2 / shared, 0.0)
    scale = np.sqrt(squares * squares.T)
    found = np.where((scale > 1e-30) & (rows >= COMMON_ROWS), product / np.where(scale > 0, scale, 1.0), 0.0)
    np.fill_diagonal(found, 1.0)
    return np.asarray(np.clip(found, -1.0, 1.0))


def clusters(returns: Float, threshold: float = 0.5) -> Int:
    """Cluster of each trial: average linkage, cut where correlation falls below `threshold`. (K,)

    The number of clusters is the number of trials that are really different; the distance is
    ``sqrt((1 - correlation) / 2)`` (López de Prado and Lewis 2019, in a plain form).

    Examples
    --------
    >>> draws = np.random.default_rng(3).normal(size=(200, 2))
    >>> twins = np.column_stack([draws[:, 0], 2 * draws[:, 0], draws[:, 1]])
    >>> len(set(clusters(twins).tolist()))
    2
    """
    count = returns.shape[1]
    if count < 2:
        return np.ones(count, dtype=np.int64)
    distance = np.sqrt(np.maximum((1.0 - correlations(returns)) / 2.0, 0.0))
    condensed = distance[np.triu_indices(count, 1)]
    cut = float(np.sqrt((1.0 - threshold) / 2.0))
    return np.asarray(fcluster(linkage(condensed, "average"), cut, criterion="distance"), dtype=np.int64)


def maximum_test(returns: Float, which: int, blocks: Blocks) -> MaximumTest:
    """Is the trial better than the best of as many worthless ones?

    Each trial's mean is divided by its standard error. Resampled means are centred as Hansen's
    consistent test of superior predictive ability (2005) does: a trial that is clearly bad does not
    count as a rival. The distribution of their maximum then judges the trial in one step (Romano and
    Wolf 2005).

    Parameters
    ----------
    returns : float64 (T, K)
        Returns to be judged (already in excess of a benchmark where that is meant), all on the bars
        of the judged trial.
    which : int
        Column of the trial that is judged.
    blocks : Blocks
        Drawn for ``T`` rows.
    """
    rows = returns.shape[0]
    chosen = _studentised(returns[:, which])
    bar = -np.sqrt(2.0 * np.log(np.log(max(rows, 3))))
    alone = np.full(blocks.starts.shape[0], -np.inf)
    best = np.full(blocks.starts.shape[0], -np.inf)
    for k in range(returns.shape[1]):
        value, error, filled = _parts(returns[:, k])
        if not error > 0:
            continue
        statistic = value / error
        kept = value if statistic >= bar else 0.0
        drawn = (blocks.sums(filled) / rows - kept) / error
        best = np.maximum(best, drawn)
        if k == which:
            alone = drawn
    if np.isnan(chosen):
        return MaximumTest(float("nan"), float("nan"))
    return MaximumTest(float(np.mean(alone < chosen)), float(np.mean(best < chosen)))


def _parts(column: Float) -> tuple[float, float, Float]:
    """Mean, standard error, and the column with its gaps at the mean."""
    known = column[~np.isnan(column)]
    if len(known) < 3:
        return 0.0, 0.0, column
    value = float(np.mean(known))
    error = float(np.std(known, ddof=1) / np.sqrt(len(known)))
    return value, error if error > 1e-18 else 0.0, np.where(np.isnan(column), value, column)


def _studentised(column: Float) -> float:
    value, error, _ = _parts(column)
    return value / error if error > 0 else float("nan")
