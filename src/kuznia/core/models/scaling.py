"""Scaling of features, fitted on the training rows of a fold and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kuznia.core.typing import Float

CLIP = 10.0


@dataclass(frozen=True, slots=True)
class Scaler:
    """Subtracts a mean and divides by a standard deviation, both learned.

    Parameters
    ----------
    mean, scale : float64 (F,)
        Of the training rows, NaN left out; a constant feature has the scale 1.

    Examples
    --------
    >>> scaler = Scaler.fit(np.array([[1.0], [3.0], [np.nan]]))
    >>> scaler.apply(np.array([[2.0], [4.0]])).ravel().tolist()
    [0.0, 2.0]
    """

    mean: Float
    scale: Float

    @classmethod
    def fit(cls, x: Float) -> Scaler:
        """Learn from training rows, (R, F)."""
        known = ~np.isnan(x)
        count = np.maximum(known.sum(axis=0), 1)
        mean = np.where(known, x, 0.0).sum(axis=0) / count
        variance = np.where(known, (x - mean) ** 2, 0.0).sum(axis=0) / count
        return cls(mean, np.where(variance > 0, np.sqrt(variance), 1.0))

    def apply(self, x: Float) -> Float:
        """Scaled rows, cut at ±10 standard deviations; NaN stays NaN."""
        return np.clip((x - self.mean) / self.scale, -CLIP, CLIP)
