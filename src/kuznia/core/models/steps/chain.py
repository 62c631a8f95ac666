"""Steps one after the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kuznia.core.models.ensembling import unit_ranks_by_bar
from kuznia.core.models.offered import Step
from kuznia.core.models.steps.outliers import Dissimilarity, Isolation
from kuznia.core.models.steps.protocol import FittedStep
from kuznia.core.models.steps.shaping import Components, Winsorise
from kuznia.core.typing import Bool, Float, Int

_READ: Mapping[str, Callable[[Mapping[str, Any]], FittedStep]] = {
    "winsorise": Winsorise.read,
    "pca": Components.read,
    "dissimilarity": Dissimilarity.read,
    "isolation": Isolation.read,
}


@dataclass(frozen=True, slots=True)
class Chain:
    """Fitted steps; the empty chain changes nothing.

    Parameters
    ----------
    kinds : tuple of str
        What each one is.
    fitted : tuple of FittedStep
        The steps. ``rank`` is none of them: it learns nothing, see :func:`rank_rows`.
    """

    kinds: tuple[str, ...] = ()
    fitted: tuple[FittedStep, ...] = ()

    @classmethod
    def fit(cls, x: Float, steps: Sequence[Step], seed: int) -> Chain:
        """Fit each step on the training rows as the steps before it leave them."""
        kinds, fitted = [], []
        for step in steps:
            if step.kind == "rank":
                continue
            one = _fitted(step, x, seed)
            kinds.append(step.kind)
            fitted.append(one)
            x = one.apply(x[~one.refused(x)])
        return cls(tuple(kinds), tuple(fitted))

    def apply(self, x: Float) -> tuple[Float, Bool]:
        """Rows as the learner's scaler takes them, and which of them are refused."""
        refused = np.zeros(len(x), dtype=bool)
        for one in self.fitted:
            refused |= one.refused(x)
            x = one.apply(x)
        return x, refused

    def trace(self, shares: Float) -> Float:
        """Shares of what the learner reads as shares of the features."""
        for one in reversed(self.fitted):
            shares = one.trace(shares)
        return shares

    def state(self) -> list[dict[str, Any]]:
        """Plain JSON values, one object for each step."""
        return [{"kind": kind, **one.state()} for kind, one in zip(self.kinds, self.fitted, strict=True)]

    @classmethod
    def read(cls, states: Sequence[Mapping[str, Any]]) -> Chain:
        """Load what `state` gave."""
        kinds = tuple(str(one["kind"]) for one in states)
        return cls(kinds, tuple(_READ[kind](one) for kind, one in zip(kinds, states, strict=True)))


def _fitted(step: Step, x: Float, seed: int) -> FittedStep:
    if step.kind == "winsorise":
        return Winsorise.fit(x, step.parameters)
    if step.kind == "pca":
        return Components.fit(x, step.parameters)
    if step.kind == "dissimilarity":
        return Dissimilarity.fit(x, step.parameters)
    return Isolation.fit(x, step.parameters, seed)


def rank_rows(x: Float, bar: Int, *, keep: int | None = None) -> Float:
    """Each feature as its rank among the rows of its bar, −½ to ½; NaN stays NaN.

    Parameters
    ----------
    x : float64 (R, F)
        Feature values.
    bar : int64 (R,)
        Bar of each row, in any order.
    keep : int, optional
        A column that stays as it is.

    Returns
    -------
    float64 (R, F)

    Examples
    --------
    >>> rank_rows(np.array([[3.0], [9.0], [1.0], [2.0]]), np.array([5, 4, 5, 5])).ravel().tolist()
    [0.5, 0.0, -0.5, 0.0]
    """
    order = np.argsort(bar, kind="stable")
    ranks = np.empty_like(x)
    ranks[order] = unit_ranks_by_bar(x[order], bar[order]) - 0.5
    if keep is not None:
        ranks[:, keep] = x[:, keep]
    return ranks
