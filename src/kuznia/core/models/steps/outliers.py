"""Steps that refuse rows unlike those that were learned from: dissimilarity index, isolation forest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.spatial.distance import cdist, pdist

from kuznia.core.models.offered import Parameter
from kuznia.core.models.steps.standard import Standard
from kuznia.core.typing import Bool, Float, Int

_EULER = 0.5772156649015329
_ROWS = 2048


@dataclass(frozen=True, slots=True)
class Dissimilarity:
    """Refuses a row whose dissimilarity index is above a limit.

    The index is the distance to the nearest training row over the mean distance between training rows,
    as FreqAI takes it and Meyer and Pebesma (2021) define it.

    Parameters
    ----------
    standard : Standard
        Mean and deviation of the training rows.
    reference : float64 (M, F)
        Training rows at even distances in time that stand for all, standardised.
    mean_distance : float
        Between two of them.
    most : float
        Largest index that is let through.

    Examples
    --------
    >>> step = Dissimilarity.fit(np.array([[0.0], [1.0], [2.0]]), {"most": 1.0, "reference": 10})
    >>> step.index(np.array([[1.0], [3.0], [6.0]])).round(6).tolist()
    [0.0, 0.75, 3.0]
    >>> step.refused(np.array([[1.0], [3.0], [6.0]])).tolist()
    [False, False, True]
    """

    standard: Standard
    reference: Float
    mean_distance: float
    most: float

    @classmethod
    def fit(cls, x: Float, parameters: Mapping[str, Parameter]) -> Dissimilarity:
        """Keep the reference rows and their mean distance."""
        standard = Standard.fit(x)
        count = min(int(parameters["reference"]), len(x))
        places = np.unique(np.linspace(0, len(x) - 1, count).round().astype(np.int64))
        reference = standard.apply(x[places])
        distances = pdist(reference)
        mean = float(distances.mean()) if len(distances) else 0.0
        return cls(standard, reference, mean, float(parameters["most"]))

    @classmethod
    def read(cls, state: Mapping[str, Any]) -> Dissimilarity:
        """Load what `state` gave."""
        reference = np.array(state["reference"], dtype=np.float64)
        return cls(Standard.read(state), reference, state["mean_distance"], state["most"])

    def index(self, x: Float) -> Float:
        """Dissimilarity index of each row; infinite where nothing differs in training but this row does."""
        nearest: Float = np.concatenate(
            [
                cdist(self.standard.apply(x[at : at + _ROWS]), self.reference).min(axis=1)
                for at in range(0, len(x), _ROWS)
            ]
            or [np.zeros(0)]
        )
        if self.mean_distance > 0:
            return nearest / self.mean_distance
        return np.where(nearest > 0, np.inf, 0.0)

    def apply(self, x: Float) -> Float:
        return x

    def refused(self, x: Float) -> Bool:
        return self.index(x) > self.most

    def trace(self, shares: Float) -> Float:
        return shares

    def state(self) -> dict[str, Any]:
        """Reference rows and limits."""
        return {
            **self.standard.state(),
            "reference": self.reference.tolist(),
            "mean_distance": self.mean_distance,
            "most": self.most,
        }


@dataclass(frozen=True, slots=True)
class Isolation:
    """Refuses rows that an isolation forest separates from the rest in few cuts (Liu, Ting and Zhou 2008).

    Parameters
    ----------
    standard : Standard
        Mean of the training rows, which stands for what is not known.
    feature, left, right : int64 (T, M)
        Nodes of each tree; a leaf has the feature −1.
    value : float64 (T, M)
        Threshold of a node; path length of a leaf, the mean of an unfinished search added.
    usual : float
        Mean path length of a sample's size.
    limit : float
        Largest anomaly score that is let through.
    """

    standard: Standard
    feature: Int
    left: Int
    right: Int
    value: Float
    usual: float
    limit: float

    @classmethod
    def fit(cls, x: Float, parameters: Mapping[str, Parameter], seed: int) -> Isolation:
        """Grow the trees on samples of the rows; the limit leaves out the wanted share of them."""
        standard = Standard.fit(x)
        z, rng = standard.apply(x), np.random.default_rng(seed)
        sample = min(int(parameters["sample"]), len(z))
        trees = [
            _grow(z[rng.choice(len(z), sample, replace=False)], rng) for _ in range(int(parameters["trees"]))
        ]
        size = max(len(one) for one in trees)
        nodes = np.zeros((len(trees), size, 4))
        for n, one in enumerate(trees):
            nodes[n, : len(one)] = one
        feature, left, right = (np.ascontiguousarray(nodes[:, :, n].astype(np.int64)) for n in range(3))
        value = np.ascontiguousarray(nodes[:, :, 3])
        forest = cls(standard, feature, left, right, value, mean_path(sample), np.inf)
        limit = float(np.quantile(forest.anomaly(x), 1.0 - float(parameters["share"]), method="higher"))
        return replace(forest, limit=limit)

    @classmethod
    def read(cls, state: Mapping[str, Any]) -> Isolation:
        """Load what `state` gave."""
        feature, left, right = (
            np.array(state[name], dtype=np.int64) for name in ("feature", "left", "right")
        )
        value = np.array(state["value"], dtype=np.float64)
        return cls(Standard.read(state), feature, left, right, value, state["usual"], state["limit"])

    def anomaly(self, x: Float) -> Float:
        """Anomaly score of each row, 2 to the power of minus its mean path over the usual one."""
        z = self.standard.apply(x)
        parts = [self._paths(z[at : at + _ROWS]) for at in range(0, len(z), _ROWS)]
        paths = np.concatenate(parts) if parts else np.zeros(0)
        return np.asarray(2.0 ** (-paths / self.usual))

    def _paths(self, z: Float) -> Float:
        """Mean path length of each row over the trees."""
        tree, row = np.arange(len(self.feature))[None], np.arange(len(z))[:, None]
        node = np.zeros((len(z), len(self.feature)), dtype=np.int64)
        while True:
            feature = self.feature[tree, node]
            inside = feature >= 0
            if not inside.any():
                paths: Float = self.value[tree, node].mean(axis=1)
                return paths
            lower = z[row, np.maximum(feature, 0)] < self.value[tree, node]
            child = np.where(lower, self.left[tree, node], self.right[tree, node])
            node = np.where(inside, child, node)

    def apply(self, x: Float) -> Float:
        return x

    def refused(self, x: Float) -> Bool:
        return self.anomaly(x) > self.limit

    def trace(self, shares: Float) -> Float:
        return shares

    def state(self) -> dict[str, Any]:
        """Trees and the limit."""
        links = {name: getattr(self, name).tolist() for name in ("feature", "left", "right", "value")}
        return {**self.standard.state(), **links, "usual": self.usual, "limit": self.limit}


def mean_path(rows: int) -> float:
    """Mean path length of an unsuccessful search in a binary tree of so many rows.

    Examples
    --------
    >>> mean_path(1), mean_path(2), round(mean_path(256), 4)
    (0.0, 1.0, 10.2448)
    """
    if rows <= 2:
        return float(max(rows - 1, 0))
    return float(2.0 * (np.log(rows - 1.0) + _EULER) - 2.0 * (rows - 1.0) / rows)


def _grow(z: Float, rng: np.random.Generator) -> Float:
    """One tree, (M, 4): feature, left, right, threshold or path length."""
    deepest = int(np.ceil(np.log2(max(len(z), 2))))
    nodes: list[list[float]] = []
    waiting = [(np.arange(len(z)), 0, -1, 0)]
    while waiting:
        rows, depth, parent, side = waiting.pop()
        if parent >= 0:
            nodes[parent][side] = len(nodes)
        low, high = z[rows].min(axis=0), z[rows].max(axis=0)
        split = np.flatnonzero(high > low)
        if depth >= deepest or len(rows) < 2 or not len(split):
            nodes.append([-1, 0, 0, depth + mean_path(len(rows))])
            continue
        feature = int(rng.choice(split))
        threshold = float(rng.uniform(low[feature], high[feature]))
        lower = z[rows, feature] < threshold
        here = len(nodes)
        nodes.append([feature, 0, 0, threshold])
        waiting += [(rows[~lower], depth + 1, here, 2), (rows[lower], depth + 1, here, 1)]
    return np.array(nodes)
