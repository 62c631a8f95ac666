"""Which learner is fitted and read by what."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kuznia.core.models.learners import (
    catboosting,
    histogram,
    linear,
    network,
    sequence,
    trees,
    xgboosting,
)
from kuznia.core.models.learners.protocol import Examples, Fitted
from kuznia.core.models.spec import ModelSpec

_READERS: Mapping[str, Callable[[bytes], Fitted]] = {
    **dict.fromkeys(trees.KINDS, trees.read),
    "mlp": network.read,
    "histogram_boosting": histogram.read,
    "xgboost": xgboosting.read,
    "catboost": catboosting.read,
    "gru": sequence.read,
}


def fit(spec: ModelSpec, examples: Examples, seed: int) -> Fitted:
    """Fit the learner of a specification.

    Parameters
    ----------
    spec : ModelSpec
        Names the learner and its parameters.
    examples : Examples
        What it learns from.
    seed : int
        Seed of this fit.

    Returns
    -------
    Fitted
    """
    if spec.learner in trees.KINDS:
        return trees.fit(spec.learner, spec.chosen, examples, seed)
    if spec.learner == "gru":
        return sequence.fit(spec.chosen, spec.history, examples, seed)
    seeded: Mapping[str, Callable[..., Fitted]] = {
        "mlp": network.fit,
        "histogram_boosting": histogram.fit,
        "xgboost": xgboosting.fit,
        "catboost": catboosting.fit,
    }
    if spec.learner in seeded:
        return seeded[spec.learner](spec.chosen, examples, seed)
    return linear.fit(spec.learner, spec.chosen, examples)


def read(learner: str, content: bytes) -> Fitted:
    """Load what `Fitted.content` wrote."""
    return _READERS.get(learner, linear.read)(content)


def suffix(learner: str) -> str:
    """Ending of a learner's file."""
    return "txt" if learner in trees.KINDS else "json"
