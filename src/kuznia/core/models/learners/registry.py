"""Which learner is fitted and read by what."""

from __future__ import annotations

from kuznia.core.models.learners import linear, network, trees
from kuznia.core.models.learners.protocol import Examples, Fitted
from kuznia.core.models.spec import ModelSpec


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
    if spec.learner == "mlp":
        return network.fit(spec.chosen, examples, seed)
    return linear.fit(spec.learner, spec.chosen, examples)


def read(learner: str, content: bytes) -> Fitted:
    """Load what `Fitted.content` wrote."""
    if learner in trees.KINDS:
        return trees.read(content)
    return network.read(content) if learner == "mlp" else linear.read(content)


def suffix(learner: str) -> str:
    """Ending of a learner's file."""
    return "txt" if learner in trees.KINDS else "json"
