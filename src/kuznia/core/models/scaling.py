"""From raw features to what a learner reads, learned on the training rows of a fold and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from kuznia.core.models.offered import Step
from kuznia.core.models.steps import Chain
from kuznia.core.models.steps.standard import Standard
from kuznia.core.typing import Float

CLIP = 10.0


@dataclass(frozen=True, slots=True)
class Scaler:
    """Goes through the steps, subtracts a mean and divides by a standard deviation, all of them learned.

    Parameters
    ----------
    mean, scale : float64 (G,)
        Of the training rows behind the steps, NaN left out; a constant feature has the scale 1.
    steps : Chain
        Steps before the scaling.

    Examples
    --------
    >>> scaler = Scaler.fit(np.array([[1.0], [3.0], [np.nan]]))
    >>> scaler.apply(np.array([[2.0], [4.0]])).ravel().tolist()
    [0.0, 2.0]
    """

    mean: Float
    scale: Float
    steps: Chain = field(default_factory=Chain)

    @classmethod
    def fit(cls, x: Float, steps: Sequence[Step] = (), seed: int = 0) -> Scaler:
        """Learn from training rows, (R, F); rows that a step refuses count no further."""
        chain = Chain.fit(x, steps, seed)
        shaped, refused = chain.apply(x)
        standard = Standard.fit(shaped[~refused])
        return cls(standard.mean, standard.scale, chain)

    def apply(self, x: Float) -> Float:
        """Scaled rows, cut at ±10 standard deviations; NaN stays NaN, and a refused row is NaN throughout."""
        shaped, refused = self.steps.apply(x)
        scaled = np.clip((shaped - self.mean) / self.scale, -CLIP, CLIP)
        scaled[refused] = np.nan
        return scaled
