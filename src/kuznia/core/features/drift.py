"""Whether a feature's values changed: their distribution lately against that of before.

Both figures compare distributions, not means: the population stability index of credit scoring
(Siddiqi 2006, *Credit Risk Scorecards*: below 0.1 little, above 0.25 much) and the two-sample statistic
of Kolmogorov and Smirnov.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kuznia.core.typing import Float, Int

BINS = 10
LEAST_SHARE = 1e-4
"""A bin that is empty on one side counts as this share, so that the index stays finite."""
LEAST_VALUES = 50
"""Values that each side needs."""
SOME, MUCH = 0.1, 0.25
"""Siddiqi's bounds: below the first little change, above the second much."""


@dataclass(frozen=True, slots=True)
class Drift:
    """Recent values against earlier ones.

    Parameters
    ----------
    psi : float
        Population stability index over deciles of the earlier values; NaN with too few values.
    ks : float
        Largest distance of the two distribution functions, 0 to 1.
    """

    psi: float
    ks: float


def stability_index(expected: Float, actual: Float) -> float:
    """Population stability index of two sets of shares.

    Parameters
    ----------
    expected, actual : float64 (B,)
        Shares of the same bins; each sums to 1.

    Returns
    -------
    float
        ``Σ (actual − expected) · ln(actual / expected)``, at least 0.

    Examples
    --------
    >>> round(stability_index(np.array([0.5, 0.5]), np.array([0.6, 0.4])), 6)
    0.040547
    """
    before, after = np.maximum(expected, LEAST_SHARE), np.maximum(actual, LEAST_SHARE)
    return float(((after - before) * np.log(after / before)).sum())


def drift(before: Float, after: Float, bins: int = BINS) -> Drift:
    """Compare the known values of two spans.

    Parameters
    ----------
    before, after : float64, any shape
        NaN where not known; left out.
    bins : int
        Of the index, by quantiles of `before`; equal quantiles are joined.

    Returns
    -------
    Drift
        NaN when a side has fewer than `LEAST_VALUES` values.

    Examples
    --------
    >>> values = np.arange(1000.0)
    >>> drift(values, values)
    Drift(psi=0.0, ks=0.0)
    """
    old, new = np.sort(before[~np.isnan(before)]), np.sort(after[~np.isnan(after)])
    if min(old.size, new.size) < LEAST_VALUES:
        return Drift(float("nan"), float("nan"))
    edges = np.unique(np.quantile(old, np.arange(1, bins) / bins))
    return Drift(stability_index(_shares(old, edges), _shares(new, edges)), _distance(old, new))


def _shares(known: Float, edges: Float) -> Float:
    """Shares up to each edge (included), and above the last."""
    counts: Int = np.diff(np.r_[0, np.searchsorted(known, edges, side="right"), known.size])
    return counts / known.size


def _distance(old: Float, new: Float) -> float:
    every = np.concatenate([old, new])
    below_old = np.searchsorted(old, every, side="right") / old.size
    below_new = np.searchsorted(new, every, side="right") / new.size
    return float(np.abs(below_old - below_new).max())
