"""Histogram boosting by scikit-learn, kept as plain numbers: its own files are pickles."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from kuznia.core.models.learners.nodes import Nodes
from kuznia.core.models.learners.protocol import Examples, Parameters
from kuznia.core.typing import Float, Int

# What the walk of `_tree_kernels` knows: a gap is no number, and goes left.
GAP, GAP_LEFT = 8, 2
TYPES = {
    "roots": np.int32,
    "feature": np.int32,
    "threshold": np.float64,
    "kind": np.int8,
    "children": np.int32,
    "leaf": np.float64,
    "gain": np.float64,
}


@dataclass(frozen=True, slots=True)
class Histograms:
    """Boosted trees and what is said before the first of them."""

    baseline: float
    nodes: Nodes

    def predict(self, x: Float) -> Float:
        """The baseline and each tree's leaf, added up in the order of the trees."""
        sums = np.full((len(x), 1), self.baseline)
        self.nodes.add_leaves(x, sums)
        return sums[:, 0]

    def importance(self) -> Float:
        """Share of each feature in the total gain of all splits."""
        return self.nodes.importance()

    def content(self) -> bytes:
        """Nodes as JSON numbers that read back to the same bits."""
        arrays = {name: getattr(self.nodes, name).tolist() for name in TYPES}
        return json.dumps({"features": self.nodes.features, "baseline": self.baseline, **arrays}).encode()


def fit(parameters: Parameters, examples: Examples, seed: int) -> Histograms:
    """Fit by squared error on the target, centred in each bar."""
    from sklearn.ensemble import HistGradientBoostingRegressor
    from threadpoolctl import threadpool_limits

    learner = HistGradientBoostingRegressor(
        max_iter=int(parameters["trees"]),
        max_leaf_nodes=int(parameters["num_leaves"]),
        learning_rate=float(parameters["learning_rate"]),
        min_samples_leaf=int(parameters["min_data_in_leaf"]),
        l2_regularization=float(parameters["lambda_l2"]),
        max_features=float(parameters["feature_fraction"]),
        early_stopping=False,
        random_state=seed,
    )
    with threadpool_limits(limits=1, user_api="openmp"):  # sums of one thread have one order
        learner.fit(examples.x, examples.centred, sample_weight=examples.weight)
    trees = [round_[0].nodes for round_ in learner._predictors]
    return Histograms(float(np.ravel(learner._baseline_prediction)[0]), _nodes(trees, examples.x.shape[1]))


def read(content: bytes) -> Histograms:
    """Load the nodes."""
    given = json.loads(content)
    arrays: dict[str, Any] = {name: np.array(given[name], dtype=dtype) for name, dtype in TYPES.items()}
    arrays["children"] = arrays["children"].reshape(-1, 2)
    return Histograms(given["baseline"], Nodes(given["features"], **arrays))


def _nodes(trees: Sequence[Any], features: int) -> Nodes:
    """Scikit-learn's nodes, its leaves taken out and numbered apart."""
    whole = np.concatenate(trees)
    first = np.cumsum([0, *(len(tree) for tree in trees)])[:-1]
    leaves = whole["is_leaf"] != 0
    place: Int = np.where(leaves, ~(np.cumsum(leaves) - 1), np.cumsum(~leaves) - 1)
    splits = whole[~leaves]
    offset = np.repeat(first, [len(tree) for tree in trees])[~leaves]
    below = np.column_stack([place[splits["left"] + offset], place[splits["right"] + offset]])
    return Nodes(
        features=features,
        roots=place[first].astype(np.int32),
        feature=splits["feature_idx"].astype(np.int32),
        threshold=splits["num_threshold"].astype(np.float64),
        kind=(GAP | GAP_LEFT * (splits["missing_go_to_left"] != 0)).astype(np.int8),
        children=np.ascontiguousarray(below, dtype=np.int32),
        leaf=whole["value"][leaves].astype(np.float64),
        gain=splits["gain"].astype(np.float64),
    )
