"""LightGBM's text read without LightGBM.

One row through eight boosters costs LightGBM a fifth of a millisecond and more, most of it in preparing
the call; a service that scores needs neither that nor the library. Training keeps LightGBM's own objects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from kuznia.core.models.learners.nodes import Nodes, kernels
from kuznia.core.typing import Float

PLAIN, CLASSES = ("lambdarank", "regression"), "multiclass"


@dataclass(frozen=True, slots=True)
class Forest:
    """LightGBM's trees without LightGBM.

    Parameters
    ----------
    text : bytes
        What it was read from.
    classes : int
        1, or the classes whose expected number is said.
    rounds : int
        By how many a sum of leaves is divided: the trees of a random forest, or 1.
    nodes : Nodes
        Of all trees.
    """

    text: bytes
    classes: int
    rounds: int
    nodes: Nodes

    def predict(self, x: Float) -> Float:
        """What LightGBM says of each row; of a classifier the expected class."""
        sums = np.zeros((len(x), self.classes))
        self.nodes.add_leaves(x, sums)
        if self.rounds != 1:
            sums /= self.rounds
        if self.classes == 1:
            return sums[:, 0]
        kernels().to_chances(sums)
        expected: Float = (sums * np.arange(self.classes)).sum(axis=1)
        return expected

    def importance(self) -> Float:
        """Share of each feature in the total gain of all splits."""
        return self.nodes.importance()

    def content(self) -> bytes:
        """LightGBM's text, as it was read."""
        return self.text


def parsed(content: bytes) -> Forest | None:
    """Read LightGBM's text; None when it holds what only LightGBM itself can walk.

    That is a split by category, a linear leaf, or an objective that is not learned with here.
    """
    head, *parts = content.decode().partition("end of trees")[0].split("\nTree=")
    said = dict(line.partition("=")[::2] for line in head.splitlines())
    objective = said.get("objective", "").split(" ")
    classes = int(said.get("num_tree_per_iteration", "1"))
    if objective[0] not in (*PLAIN, CLASSES) or objective[1:] != _rest(objective[0], classes):
        return None
    trees = [dict(line.partition("=")[::2] for line in part.splitlines()[1:]) for part in parts]
    if not trees or any(one.get("num_cat") != "0" or one.get("is_linear", "0") != "0" for one in trees):
        return None
    nodes = Nodes(
        features=int(said["max_feature_idx"]) + 1,
        roots=np.array([root for root, _ in _placed(trees)], dtype=np.int32),
        feature=_column(trees, "split_feature", int).astype(np.int32),
        threshold=_column(trees, "threshold", float),
        kind=_column(trees, "decision_type", int).astype(np.int8),
        children=np.concatenate([children for _, children in _placed(trees)]),
        leaf=_column(trees, "leaf_value", float),
        gain=_column(trees, "split_gain", float),
    )
    return Forest(content, classes, len(trees) // classes if "average_output" in said else 1, nodes)


def _rest(objective: str, classes: int) -> list[str]:
    """What stands behind the name of an objective whose answers are plain sums of leaves."""
    return [f"num_class:{classes}"] if objective == CLASSES else []


def _column(trees: list[dict[str, str]], name: str, kind: Callable[[str], float]) -> np.ndarray:
    return np.array([kind(one) for tree in trees for one in tree.get(name, "").split()], dtype=np.float64)


def _placed(trees: list[dict[str, str]]) -> Iterator[tuple[int, np.ndarray]]:
    """Root and children of each tree, numbered among all nodes and leaves."""
    nodes = leaves = 0
    for tree in trees:
        own = np.array([tree.get(name, "").split() for name in ("left_child", "right_child")], dtype=np.int32)
        children = np.where(own >= 0, own + nodes, own - leaves).T.reshape(-1, 2)
        yield (nodes if len(children) else ~leaves), np.ascontiguousarray(children, dtype=np.int32)
        nodes, leaves = nodes + len(children), leaves + int(tree["num_leaves"])
