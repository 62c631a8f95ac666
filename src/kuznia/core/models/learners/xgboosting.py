"""Boosted trees by XGBoost, kept in its own JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from kuznia.core.models.learners.libraries import library
from kuznia.core.models.learners.protocol import Examples, Parameters, shares
from kuznia.core.typing import Float

LEARNER = "xgboost"
FIXED: Mapping[str, Any] = {
    "objective": "reg:squarederror",
    "tree_method": "hist",
    "nthread": 1,  # sums of one thread have one order
    "verbosity": 0,
}
NAMES = {
    "max_depth": "max_depth",
    "learning_rate": "learning_rate",
    "min_child_weight": "min_child_weight",
    "lambda_l2": "reg_lambda",
    "feature_fraction": "colsample_bytree",
    "bagging_fraction": "subsample",
}
"""Our names of parameters and XGBoost's."""


@dataclass(frozen=True, slots=True)
class Boosted:
    """An XGBoost model.

    Parameters
    ----------
    booster : Booster
        Loaded.
    raw : bytes
        What it was loaded from.
    """

    booster: Any
    raw: bytes

    def predict(self, x: Float) -> Float:
        """Sum of the trees' leaves for each row; XGBoost reads and adds in single precision."""
        if not len(x):
            return np.zeros(0)
        return np.asarray(self.booster.inplace_predict(x), dtype=np.float64)

    def importance(self) -> Float:
        """Share of each feature in the total gain of all splits."""
        gains = np.zeros(self.booster.num_features())
        for name, gain in self.booster.get_score(importance_type="total_gain").items():
            gains[int(name.removeprefix("f"))] = gain
        return shares(gains)

    def content(self) -> bytes:
        """XGBoost's JSON."""
        return self.raw


def fit(parameters: Parameters, examples: Examples, seed: int) -> Boosted:
    """Fit by squared error on the target, centred in each bar."""
    xgboost = library(LEARNER)
    chosen = {theirs: parameters[ours] for ours, theirs in NAMES.items()}
    rows = xgboost.DMatrix(examples.x, label=examples.centred, weight=examples.weight, nthread=1)
    booster = xgboost.train({**FIXED, **chosen, "seed": seed}, rows, num_boost_round=int(parameters["trees"]))
    return read(bytes(booster.save_raw(raw_format="json")))


def read(content: bytes) -> Boosted:
    """Load XGBoost's JSON."""
    booster = library(LEARNER).Booster({"nthread": 1})
    booster.load_model(bytearray(content))
    return Boosted(booster, content)
