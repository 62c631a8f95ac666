"""What a learner is given and what it gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from kuznia.core.models.offered import Parameter
from kuznia.core.typing import Float, Int


@dataclass(frozen=True, slots=True)
class Examples:
    """Rows to learn from.

    Parameters
    ----------
    x : float64 (R, F)
        Scaled features, rows of one bar together; NaN where not known.
    target : float64 (R,)
        What is to be said. Classes and grades are whole numbers from 0.
    weight : float64 (R,)
        How much each row counts; their mean is 1.
    groups : int64 (G,)
        Rows of each bar.
    levels : int
        Number of classes or grades; 0 when the target is a number.
    """

    x: Float
    target: Float
    weight: Float
    groups: Int
    levels: int

    @property
    def known(self) -> Float:
        """Features with the mean of their scale, zero, where not known."""
        return np.nan_to_num(self.x)

    @property
    def centred(self) -> Float:
        """The target less its mean in each bar: what a learner across instruments can know."""
        starts = np.cumsum(self.groups) - self.groups
        means: Float = np.add.reduceat(self.target, starts) / self.groups
        return self.target - np.repeat(means, self.groups)


class Fitted(Protocol):
    """A fitted learner."""

    def predict(self, x: Float) -> Float:
        """Score of each row, higher is better, (R,); it depends on that row alone, to the last bit."""

    def importance(self) -> Float:
        """Share of each feature in what was learned, (F,); sums to 1, or is all zero."""

    def content(self) -> bytes:
        """Native file: text or JSON, never a pickle."""


Parameters = Mapping[str, Parameter]
"""A learner's parameters, defaults filled in."""


def shares(values: Float) -> Float:
    """Parts of a whole; all zero when there is nothing."""
    total = float(np.sum(values))
    return np.asarray(values, dtype=np.float64) / total if total > 0 else np.zeros(len(values))
