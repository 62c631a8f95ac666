"""Who is kept: one reason for each candidate that falls, and one level of false discoveries for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kuznia.core.features.engineering.measurement import Measured
from kuznia.core.features.feature_set import FeatureError
from kuznia.core.metrics.false_discovery import benjamini_yekutieli
from kuznia.core.metrics.multiplicity import clusters
from kuznia.core.typing import Float, Int

REASONS = ("flat", "coverage", "suspicious", "unstable", "costly", "insignificant", "redundant")
"""Why a candidate fell, in the order of the steps."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a candidate has to be.

    Parameters
    ----------
    coverage : float
        Least share of cells that are known.
    beyond_belief : float
        A mean rank IC of this size is taken for a leak.
    same_sign : float
        Least share of the years whose mean IC has the sign of the whole.
    false_discovery_rate : float
        Expected share of luck among those that are significant, over all that were generated.
    correlation : float
        Candidates whose ranks are correlated as much are one; the one with the highest ``|t|`` stays.

    Raises
    ------
    FeatureError
        When one of them is no share.
    """

    coverage: float = 0.8
    beyond_belief: float = 0.2
    same_sign: float = 0.6
    false_discovery_rate: float = 0.1
    correlation: float = 0.7

    def __post_init__(self) -> None:
        for name in self.__slots__:
            if not 0.0 <= getattr(self, name) <= 1.0:
                raise FeatureError(f"{name} is {getattr(self, name)}.", "Give a share from 0 to 1.")


def fault(found: Measured, rules: Rules) -> str | None:
    """Why a candidate falls before it is tested; None if it does not."""
    if found.judged.count == 0:
        return "flat"
    if found.coverage < rules.coverage:
        return "coverage"
    if abs(found.judged.mean) >= rules.beyond_belief:
        return "suspicious"
    if found.same_sign < rules.same_sign * found.periods:
        return "unstable"
    if not found.net > 0:
        return "costly"
    return None


def screened(measured: Sequence[Measured], rules: Rules) -> tuple[list[str | None], Float]:
    """Reasons of all steps up to significance, and the adjusted p-values.

    The family is all that was generated. One that fell before the test has a p-value of 1 there: a
    p-value that is raised stays valid, so the level holds for those that pass every step so far.

    Returns
    -------
    list of str or None, float64 (M,)
        The adjusted p-value is NaN for those that were not tested.
    """
    reasons = [fault(found, rules) for found in measured]
    fallen = np.array([reason is not None for reason in reasons], dtype=bool)
    p = np.array([found.judged.p for found in measured], dtype=np.float64)
    adjusted = benjamini_yekutieli(np.where(fallen, 1.0, p))
    for place, value in enumerate(adjusted):
        if not fallen[place] and not value <= rules.false_discovery_rate:
            reasons[place] = "insignificant"
    return reasons, np.where(fallen, np.nan, adjusted)


def grouped(ranks: Float, t: Float, rules: Rules) -> tuple[Int, list[int]]:
    """Clusters of candidates that say the same, and the best of each.

    Parameters
    ----------
    ranks : float64 (cells, K)
        Ranks of each on the same cells, turned to the side of its IC.
    t : float64 (K,)
        Ratios of the test.
    rules : Rules

    Returns
    -------
    int64 (K,), list of int
        Number of each one's cluster, from 1 in the order of their best; places of the best.
    """
    if not len(t):
        return np.empty(0, dtype=np.int64), []
    found = clusters(ranks, rules.correlation)
    best: dict[int, int] = {}
    for place in np.argsort(-np.abs(t), kind="stable"):
        best.setdefault(int(found[place]), int(place))
    number = {one: n for n, one in enumerate(best, start=1)}
    return np.array([number[int(one)] for one in found], dtype=np.int64), list(best.values())
