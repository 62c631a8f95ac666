"""Monotone regression: what is expected of a score when a higher one never means less."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import isotonic_regression

from kuznia.core.typing import Float


@dataclass(frozen=True, slots=True)
class Isotonic:
    """A monotone function in straight pieces.

    Parameters
    ----------
    at, value : float64 (K,)
        Increasing places, and the function there; straight lines between, level beyond the ends.

    Examples
    --------
    >>> Isotonic.fit(np.array([1.0, 2.0, 3.0]), np.array([0.0, 1.0, 0.0])).value.tolist()
    [0.0, 0.5, 0.5]
    """

    at: Float
    value: Float

    @classmethod
    def fit(cls, score: Float, outcome: Float) -> Isotonic:
        """Learn from scores and what came of them, by least squares."""
        at, place = np.unique(score, return_inverse=True)
        weight = np.bincount(place).astype(np.float64)
        mean = np.bincount(place, outcome) / weight
        return cls(at, np.asarray(isotonic_regression(mean, weights=weight).x, dtype=np.float64))

    def __call__(self, score: Float) -> Float:
        """The value expected of each score."""
        return np.interp(score, self.at, self.value)

    def knots(self) -> Isotonic:
        """The same function, to the bit, without the places inside a level stretch.

        Examples
        --------
        >>> Isotonic(np.arange(5.0), np.array([0.0, 1.0, 1.0, 1.0, 1.0])).knots().at.tolist()
        [0.0, 1.0, 4.0]
        """
        level = np.diff(self.value) == 0.0
        kept = ~(np.r_[False, level] & np.r_[level, False])
        kept[[0, -1]] = True
        return Isotonic(self.at[kept], self.value[kept])
