"""A multi-layer perceptron, trained by scikit-learn and kept as plain numbers."""

from __future__ import annotations

import json
import warnings
from dataclasses import dataclass

import numpy as np

from kuznia.core.models.learners.protocol import Examples, Parameters, shares
from kuznia.core.typing import Float

_ROWS = 2048
"""Rows computed at once, which bounds memory."""


@dataclass(frozen=True, slots=True)
class Network:
    """Layers of weights with rectified units between them; a feature that is not known counts as its mean.

    Parameters
    ----------
    layers : tuple of (float64 (In, Out), float64 (Out,))
        Weights and intercepts.
    """

    layers: tuple[tuple[Float, Float], ...]

    def predict(self, x: Float) -> Float:
        """Output of each row; sums run along one row in one order, whatever stands beside it."""
        parts = [self._forward(np.nan_to_num(x[at : at + _ROWS])) for at in range(0, len(x), _ROWS)]
        return np.concatenate(parts) if parts else np.zeros(0)

    def _forward(self, values: Float) -> Float:
        for number, (weights, intercepts) in enumerate(self.layers):
            values = (values[:, None, :] * weights.T[None]).sum(axis=2) + intercepts
            if number < len(self.layers) - 1:
                values = np.maximum(values, 0.0)
        return values[:, 0]

    def importance(self) -> Float:
        """Share of each feature in the absolute weights along all paths (Garson 1991)."""
        flow = np.abs(self.layers[0][0])
        for weights, _ in self.layers[1:]:
            flow = flow / np.maximum(flow.sum(axis=0), 1e-300) @ np.abs(weights)
        return shares(flow[:, 0])

    def content(self) -> bytes:
        """Layers as JSON numbers that read back to the same bits."""
        plain = [{"weights": w.tolist(), "intercepts": b.tolist()} for w, b in self.layers]
        return json.dumps({"layers": plain}).encode()


def fit(parameters: Parameters, examples: Examples, seed: int) -> Network:
    """Fit by Adam on the squared error of the target, centred in each bar."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPRegressor

    target = examples.centred
    deviation = float(target.std()) or 1.0
    hidden = (int(parameters["units"]),) * int(parameters["layers"])
    learner = MLPRegressor(
        hidden_layer_sizes=hidden,
        alpha=float(parameters["penalty"]),
        learning_rate_init=float(parameters["learning_rate"]),
        max_iter=int(parameters["epochs"]),
        batch_size=min(int(parameters["batch"]), len(target)),
        random_state=seed,
    )
    with warnings.catch_warnings():
        # The number of epochs is a parameter: reaching it is what was asked for.
        warnings.simplefilter("ignore", ConvergenceWarning)
        learner.fit(examples.known, target / deviation, sample_weight=examples.weight)
    return Network(tuple(zip(learner.coefs_, learner.intercepts_, strict=True)))


def read(content: bytes) -> Network:
    """Load the layers."""
    return Network(
        tuple(
            (np.array(one["weights"], dtype=np.float64), np.array(one["intercepts"], dtype=np.float64))
            for one in json.loads(content)["layers"]
        )
    )
