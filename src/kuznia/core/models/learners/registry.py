"""Which learner is fitted and read by what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

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


def fitting(spec: ModelSpec, examples: Examples) -> Callable[[int], Fitted]:
    """How the learner of a specification is fitted with a seed; what all seeds share is made once.

    Parameters
    ----------
    spec : ModelSpec
        Names the learner and its parameters.
    examples : Examples
        What it learns from.

    Returns
    -------
    Callable[[int], Fitted]
        Takes the seed; may be called by several threads at once.
    """
    if spec.learner in trees.KINDS:
        return trees.fitting(spec.learner, spec.chosen, examples)
    if spec.learner == "gru":
        return partial(sequence.fit, spec.chosen, spec.history, examples)
    seeded: Mapping[str, Callable[..., Fitted]] = {
        "mlp": network.fit,
        "histogram_boosting": histogram.fit,
        "xgboost": xgboosting.fit,
        "catboost": catboosting.fit,
    }
    if spec.learner in seeded:
        return partial(seeded[spec.learner], spec.chosen, examples)
    return lambda _seed: linear.fit(spec.learner, spec.chosen, examples)


def fit(spec: ModelSpec, examples: Examples, seed: int) -> Fitted:
    """Fit the learner of a specification once, see :func:`fitting`."""
    return fitting(spec, examples)(seed)


def read(learner: str, content: bytes) -> Fitted:
    """Load what `Fitted.content` wrote."""
    return _READERS.get(learner, linear.read)(content)


def suffix(learner: str) -> str:
    """Ending of a learner's file."""
    return "txt" if learner in trees.KINDS else "json"
