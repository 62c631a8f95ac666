"""How alike features are: rank correlations across instruments, and the nearest neighbours."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kuznia.core.features.statistics import LEAST_INSTRUMENTS
from kuznia.core.typing import Bool, Float, Int

MOST_BARS = 250
"""Bars over which the correlations of a set are averaged, evenly spread: more change no third digit."""


def sampled_bars(count: int, most: int = MOST_BARS) -> Int:
    """Evenly spread columns, the last one among them.

    Examples
    --------
    >>> sampled_bars(10, 4).tolist(), sampled_bars(3, 4).tolist()
    ([0, 3, 6, 9], [0, 1, 2])
    """
    if count <= most:
        return np.arange(count)
    return np.round(np.linspace(0, count - 1, most)).astype(np.int64)


def rank_correlations(ranks: Float) -> Float:
    """Mean over time of the correlation of each pair of features across instruments.

    Parameters
    ----------
    ranks : float64 (F, N, T)
        Ranks (or values) of each feature; NaN where not known. A bar counts for a pair when at least
        five instruments have both and neither is constant on them.

    Returns
    -------
    float64 (F, F)
        Symmetric, 1 on the diagonal; NaN for a pair that no bar counts for.

    Examples
    --------
    >>> up = np.arange(6.0)[:, None]
    >>> rank_correlations(np.stack([up, -up, up**2])).round(3).tolist()
    [[1.0, -1.0, 0.96], [-1.0, 1.0, -0.96], [0.96, -0.96, 1.0]]
    """
    features, _, bars = ranks.shape
    total, count = np.zeros((features, features)), np.zeros((features, features))
    for t in range(bars):
        column = ranks[:, :, t]
        known = ~np.isnan(column)
        # About the middle of each, so that the sums of squares lose no digits.
        centre = np.where(known.any(axis=1), _mean(column, known), 0.0)[:, None]
        x = np.where(known, column - centre, 0.0)
        one = _pairwise(x, known.astype(np.float64))
        usable = ~np.isnan(one)
        total[usable] += one[usable]
        count[usable] += 1.0
    found = np.where(count > 0, total / np.where(count > 0, count, 1.0), np.nan)
    np.fill_diagonal(found, 1.0)
    return found


def neighbours(
    names: Sequence[str], correlations: Float, name: str, most: int = 5
) -> list[tuple[str, float]]:
    """The features most alike in size of correlation, nearest first.

    Examples
    --------
    >>> both = np.array([[1.0, -0.9, 0.2], [-0.9, 1.0, 0.1], [0.2, 0.1, 1.0]])
    >>> neighbours(["a", "b", "c"], both, "a")
    [('b', -0.9), ('c', 0.2)]
    """
    row = correlations[list(names).index(name)]
    others = [(other, float(value)) for other, value in zip(names, row, strict=True) if other != name]
    known = [one for one in others if not np.isnan(one[1])]
    return sorted(known, key=lambda one: (-abs(one[1]), one[0]))[:most]


def _mean(column: Float, known: Bool) -> Float:
    mean: Float = np.where(known, column, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    return mean


def _pairwise(x: Float, known: Float) -> Float:
    """Correlation of each pair of rows over the instruments that both know. (F, F)"""
    both = known @ known.T
    size = np.maximum(both, 1.0)
    first, second = x @ known.T, (x * x) @ known.T
    spread = np.maximum(second - first * first / size, 0.0)
    joint = x @ x.T - first * first.T / size
    scale = np.sqrt(spread * spread.T)
    usable = (both >= LEAST_INSTRUMENTS) & (scale > 1e-12)
    return np.where(usable, joint / np.where(usable, scale, 1.0), np.nan)
