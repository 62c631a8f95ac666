"""Linear learners: ridge, elastic net, logistic. A feature that is not known counts as its mean."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np

from kuznia.core.errors import ModelError
from kuznia.core.models.learners.protocol import Examples, Parameters, shares
from kuznia.core.typing import Float


@dataclass(frozen=True, slots=True)
class Linear:
    """Weighted sum of scaled features."""

    weights: Float

    def predict(self, x: Float) -> Float:
        """Weighted sum of each row, added up in one fixed order."""
        scores: Float = (np.nan_to_num(x) * self.weights).sum(axis=1)
        return scores

    def importance(self) -> Float:
        """Share of each feature in the absolute weights of scaled features."""
        return shares(np.abs(self.weights))

    def content(self) -> bytes:
        """The weights as JSON numbers that read back to the same bits."""
        return json.dumps({"weights": self.weights.tolist()}).encode()


def fit(learner: str, parameters: Parameters, examples: Examples) -> Linear:
    """Fit one of ``ridge``, ``elastic_net`` and ``logistic``."""
    if learner == "logistic":
        return Linear(_logistic(examples, float(parameters["penalty"])))
    gram, cross = _moments(examples)
    if learner == "ridge":
        solved = np.linalg.solve(gram + float(parameters["penalty"]) * np.eye(len(gram)), cross)
        return Linear(np.asarray(solved, dtype=np.float64))
    rows = len(examples.x)
    lasso = float(parameters["penalty"]) * float(parameters["l1_share"])
    square = float(parameters["penalty"]) * (1.0 - float(parameters["l1_share"]))
    return Linear(descend(gram / rows, cross / rows, lasso, square))


def read(content: bytes) -> Linear:
    """Load the weights."""
    return Linear(np.array(json.loads(content)["weights"], dtype=np.float64))


def _moments(examples: Examples) -> tuple[Float, Float]:
    known, target, weight = examples.known, examples.centred, examples.weight
    # einsum adds in one order; a matrix product's order depends on BLAS and its threads.
    weighted = known * weight[:, None]
    return np.einsum("rf,rg->fg", known, weighted), np.einsum("rf,r->f", weighted, target)


def descend(gram: Float, cross: Float, lasso: float, square: float) -> Float:
    """Elastic net by coordinate descent on moments (Friedman, Hastie and Tibshirani 2010).

    Minimises ``w'Gw / 2 − c'w + lasso · Σ|w| + square · Σw² / 2``.

    Parameters
    ----------
    gram : float64 (F, F)
        Second moments of the features, a row's mean.
    cross : float64 (F,)
        Moments with the target.
    lasso, square : float
        Penalties.

    Returns
    -------
    float64 (F,)

    Examples
    --------
    >>> descend(np.eye(2), np.array([1.0, 0.1]), 0.25, 0.5).tolist()
    [0.5, 0.0]
    """
    weights = np.zeros(len(cross))
    for _ in range(10_000):
        largest = 0.0
        for j in range(len(cross)):
            rest = cross[j] - gram[j] @ weights + gram[j, j] * weights[j]
            scale = gram[j, j] + square
            moved = np.sign(rest) * max(abs(rest) - lasso, 0.0) / scale if scale > 0 else 0.0
            largest = max(largest, abs(moved - weights[j]) * np.sqrt(max(gram[j, j], 0.0)))
            weights[j] = moved
        if largest < 1e-10:
            return weights
    raise ModelError("The elastic net did not settle.", "Raise its penalty, or drop copied features.")


def _logistic(examples: Examples, penalty: float) -> Float:
    """Weights of the log-odds of the upper half of the classes against the lower."""
    from scipy.optimize import minimize
    from scipy.special import expit

    x, weight = examples.known, examples.weight
    sign = np.where(examples.target >= (examples.levels - 1) / 2.0, 1.0, -1.0)

    def loss(w: Float) -> tuple[float, Float]:
        margin = sign * (x * w).sum(axis=1)
        wrong = weight * expit(-margin) * sign
        value = float((weight * np.logaddexp(0.0, -margin)).sum() + 0.5 * penalty * (w @ w))
        return value, penalty * w - np.einsum("rf,r->f", x, wrong)

    found = minimize(loss, np.zeros(x.shape[1]), jac=True, method="L-BFGS-B", options={"maxiter": 500})
    return np.asarray(found.x, dtype=np.float64)
