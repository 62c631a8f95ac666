"""Symmetric trees by CatBoost, kept in its own JSON and read without it.

All nodes of one depth ask the same question, so a tree is a list of questions and a table of answers;
CatBoost itself is needed for fitting alone.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kuznia.core.models.learners.libraries import library
from kuznia.core.models.learners.protocol import Examples, Parameters, shares
from kuznia.core.typing import Float

LEARNER = "catboost"
FIXED: Mapping[str, Any] = {
    "loss_function": "RMSE",
    "bootstrap_type": "Bernoulli",
    "thread_count": 1,  # sums of one thread have one order
    "allow_writing_files": False,
    "logging_level": "Silent",
}
NAMES = {
    "trees": "iterations",
    "max_depth": "depth",
    "learning_rate": "learning_rate",
    "lambda_l2": "l2_leaf_reg",
    "feature_fraction": "rsm",
    "bagging_fraction": "subsample",
}
"""Our names of parameters and CatBoost's."""


@dataclass(frozen=True, slots=True)
class Symmetric:
    """A CatBoost model.

    Parameters
    ----------
    model : mapping
        CatBoost's JSON.
    """

    model: Mapping[str, Any]

    def predict(self, x: Float) -> Float:
        """Sum of the trees' leaves for each row. CatBoost asks in single precision; a gap is below all."""
        given = x.astype(np.float32)
        said = np.zeros(len(x))
        for tree in self.model["oblivious_trees"]:
            leaf = np.zeros(len(x), dtype=np.int64)
            for depth, split in enumerate(tree["splits"] or ()):
                above = given[:, split["float_feature_index"]] > np.float32(split["border"])
                leaf |= above.astype(np.int64) << depth
            said += np.array(tree["leaf_values"], dtype=np.float64)[leaf]
        scale, (bias,) = self.model["scale_and_bias"]
        return np.asarray(scale * said + bias)

    def importance(self) -> Float:
        """Share of each feature in how much its splits change what is said, weighed by training rows."""
        changes = np.zeros(len(self.model["features_info"]["float_features"]))
        for tree in self.model["oblivious_trees"]:
            values, weights = (np.array(tree[name], dtype=float) for name in ("leaf_values", "leaf_weights"))
            for depth, split in enumerate(tree["splits"] or ()):
                # Leaves that differ in this answer alone, side by side.
                value, weight = (
                    one.reshape(-1, 2, 2**depth).swapaxes(1, 2).reshape(-1, 2) for one in (values, weights)
                )
                total = weight.sum(axis=1, keepdims=True)
                mean = (value * weight).sum(axis=1, keepdims=True) / np.maximum(total, 1e-300)
                changes[split["float_feature_index"]] += float((weight * (value - mean) ** 2).sum())
        return shares(changes)

    def content(self) -> bytes:
        """CatBoost's JSON without the time and the random name it gives each model."""
        return json.dumps(self.model, sort_keys=True).encode()


def fit(parameters: Parameters, examples: Examples, seed: int) -> Symmetric:
    """Fit by squared error on the target, centred in each bar."""
    catboost = library(LEARNER)
    chosen = {theirs: parameters[ours] for ours, theirs in NAMES.items()}
    learner = catboost.CatBoost({**FIXED, **chosen, "random_seed": seed})
    learner.fit(catboost.Pool(examples.x, examples.centred, weight=examples.weight))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.json"
        learner.save_model(str(path), format="json")
        model = json.loads(path.read_bytes())
    kept = ("features_info", "oblivious_trees", "scale_and_bias")
    return Symmetric({name: model[name] for name in kept} | {"model_info": {}})


def read(content: bytes) -> Symmetric:
    """Load CatBoost's JSON."""
    return Symmetric(json.loads(content))
