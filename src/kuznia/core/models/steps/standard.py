"""Standardised features without gaps, as distances and components need them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from kuznia.core.typing import Float


@dataclass(frozen=True, slots=True)
class Standard:
    """Mean and standard deviation of training rows; a constant feature has the deviation 1.

    Examples
    --------
    >>> Standard.fit(np.array([[1.0], [3.0], [np.nan]])).apply(np.array([[4.0], [np.nan]])).ravel().tolist()
    [2.0, 0.0]
    """

    mean: Float
    scale: Float

    @classmethod
    def fit(cls, x: Float) -> Standard:
        """Learn from training rows, NaN left out."""
        known = ~np.isnan(x)
        count = np.maximum(known.sum(axis=0), 1)
        mean = np.where(known, x, 0.0).sum(axis=0) / count
        variance = np.where(known, (x - mean) ** 2, 0.0).sum(axis=0) / count
        return cls(mean, np.where(variance > 0, np.sqrt(variance), 1.0))

    @classmethod
    def read(cls, state: Mapping[str, Any]) -> Standard:
        """Load what `state` gave."""
        return cls(np.array(state["mean"], dtype=np.float64), np.array(state["scale"], dtype=np.float64))

    def apply(self, x: Float) -> Float:
        """Standardised rows; what is not known is the mean, zero."""
        return np.nan_to_num((x - self.mean) / self.scale, nan=0.0)

    def state(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {"mean": self.mean.tolist(), "scale": self.scale.tolist()}
