"""Conformal intervals: how far a forecast may be off, without a belief about its errors.

With rows that could stand in any order, a split conformal interval at level ``1 − α`` covers the truth
with a probability in ``[1 − α, 1 − α + 1/(n + 1)]`` for `n` calibration rows (Vovk, Gammerman and Shafer
2005; Lei et al. 2018). Markets do not keep that promise, so :func:`adaptive_intervals` follows the misses
(Gibbs and Candès 2021); its long-run share of misses nears ``α`` whatever comes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from kuznia.core.errors import ModelError
from kuznia.core.typing import Bool, Float


def conformal_radius(errors: Float, alpha: float) -> float:
    """Half-width of the interval from absolute errors on calibration rows.

    Parameters
    ----------
    errors : float64 (n,)
        Absolute errors on rows that the model was not fitted to.
    alpha : float
        Share of misses allowed, 0 to 1.

    Returns
    -------
    float
        The ``⌈(n + 1)(1 − α)⌉``-th smallest error; infinite when there are too few rows for the level.

    Examples
    --------
    >>> conformal_radius(np.arange(1.0, 10.0), 0.1), conformal_radius(np.arange(1.0, 9.0), 0.1)
    (9.0, inf)
    """
    if not 0.0 <= alpha <= 1.0:
        raise ModelError(f"alpha is {alpha}.", "Give a share from 0 to 1.")
    known = np.sort(errors[~np.isnan(errors)])
    # Exact in the cases that matter: (n + 1)(1 − α) whole within rounding is that whole number.
    place = math.ceil(round((len(known) + 1) * (1.0 - alpha), 9))
    if place > len(known):
        return math.inf
    return float(known[place - 1]) if place > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Intervals:
    """Intervals in time order.

    Parameters
    ----------
    radius : float64 (T,)
        Half-widths; infinite while too little was seen.
    covered : bool (T,)
        Whether the truth lay inside.
    alpha : float64 (T,)
        Level in force at each step.
    """

    radius: Float
    covered: Bool
    alpha: Float

    @property
    def coverage(self) -> float:
        """Share of steps whose truth lay inside."""
        return float(self.covered.mean()) if len(self.covered) else math.nan


def adaptive_intervals(
    forecast: Float, truth: Float, *, alpha: float, window: int = 250, rate: float = 0.01, delay: int = 0
) -> Intervals:
    """Intervals that widen after misses and narrow after hits.

    Parameters
    ----------
    forecast, truth : float64 (T,)
        In time order.
    alpha : float
        Share of misses aimed at.
    window : int
        Newest errors that the radius is taken from.
    rate : float
        How fast the level moves; 0 is a rolling split conformal interval.
    delay : int
        Steps until a truth is known (the label's horizon): the interval of step ``t`` uses truths up to
        step ``t − 1 − delay``.

    Returns
    -------
    Intervals

    Notes
    -----
    After ``T`` steps the share of misses differs from `alpha` by at most
    ``(max(α, 1 − α) + γ) / (γ T)`` with γ the rate and no delay (Gibbs and Candès 2021, proposition 4.1).
    """
    if not 0.0 < alpha < 1.0 or rate < 0.0 or window < 1 or delay < 0:
        raise ModelError("An interval's settings are out of range.", "Give alpha in (0, 1), rate 0 or more.")
    errors = np.abs(truth - forecast)
    radius, levels = np.full(len(errors), math.inf), np.empty(len(errors))
    covered = np.zeros(len(errors), dtype=np.bool_)
    level = alpha
    for t in range(len(errors)):
        seen = t - delay
        if seen > 0:
            level += rate * (alpha - (0.0 if covered[seen - 1] else 1.0))
        levels[t] = level
        if level <= 0.0:
            radius[t] = math.inf
        elif level >= 1.0:
            radius[t] = 0.0
        else:
            radius[t] = conformal_radius(errors[max(seen - window, 0) : max(seen, 0)], level)
        covered[t] = errors[t] <= radius[t]
    return Intervals(radius, covered, levels)
