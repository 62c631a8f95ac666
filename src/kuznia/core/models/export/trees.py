"""Trees as ONNX keeps them: one list of all nodes, leaves among them, each tree's root first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from kuznia.core.errors import ModelError
from kuznia.core.models.export.graph import TREES, Graph
from kuznia.core.models.learners.nodes import Nodes

DEFAULT_LEFT, MISSING_ZERO, MISSING_NAN = 2, 4, 8
"""Of ``_tree_kernels``, which is not imported for three numbers."""


@dataclass(slots=True)
class Listed:
    """Nodes of many trees as they are written down."""

    modes: list[str] = field(default_factory=list)
    features: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    true: list[int] = field(default_factory=list)
    false: list[int] = field(default_factory=list)
    gaps: list[int] = field(default_factory=list)
    tree: list[int] = field(default_factory=list)
    place: list[int] = field(default_factory=list)
    leaf_tree: list[int] = field(default_factory=list)
    leaf_place: list[int] = field(default_factory=list)
    leaf_class: list[int] = field(default_factory=list)
    leaf_value: list[float] = field(default_factory=list)

    def split(self, tree: int, place: int, mode: str, feature: int, value: float, gap: bool) -> int:
        """Add a split, and give where its children are written."""
        self._node(tree, place, mode, feature, value)
        self.gaps[-1] = int(gap)
        return len(self.true) - 1

    def leaf(self, tree: int, place: int, value: float, of_class: int = 0) -> None:
        """Add a leaf."""
        self._node(tree, place, "LEAF", 0, 0.0)
        self.leaf_tree.append(tree)
        self.leaf_place.append(place)
        self.leaf_class.append(of_class)
        self.leaf_value.append(value)

    def _node(self, tree: int, place: int, mode: str, feature: int, value: float) -> None:
        self.modes.append(mode)
        self.features.append(feature)
        self.values.append(value)
        self.tree.append(tree)
        self.place.append(place)
        for column in (self.true, self.false, self.gaps):
            column.append(0)

    def sums(self, graph: Graph, x: str, classes: int, kind: type[np.generic]) -> str:
        """Sums of the leaves of each row, (R, K), in single precision as ONNX gives them."""
        return graph.add(
            "TreeEnsembleRegressor",
            x,
            domain=TREES,
            n_targets=classes,
            aggregate_function="SUM",
            post_transform="NONE",
            nodes_modes=self.modes,
            nodes_featureids=self.features,
            nodes_values_as_tensor=graph.tensor(self.values, kind),
            nodes_truenodeids=self.true,
            nodes_falsenodeids=self.false,
            nodes_missing_value_tracks_true=self.gaps,
            nodes_treeids=self.tree,
            nodes_nodeids=self.place,
            target_treeids=self.leaf_tree,
            target_nodeids=self.leaf_place,
            target_ids=self.leaf_class,
            target_weights_as_tensor=graph.tensor(self.leaf_value, kind),
        )


def listed(nodes: Nodes, classes: int) -> Listed:
    """Our nodes as ONNX lists them; tree `t` belongs to class `t mod K`."""
    if (nodes.kind & MISSING_ZERO).any():
        raise ModelError(
            "A split of the forest takes zero for not known, which ONNX has no word for.",
            "Train without zero_as_missing.",
        )
    found = Listed()
    for tree, root in enumerate(nodes.roots.tolist()):
        waiting, place = [(root, -1, True)], 0
        while waiting:
            node, parent, is_left = waiting.pop()
            if parent >= 0:
                (found.true if is_left else found.false)[parent] = place
            if node < 0:
                found.leaf(tree, place, float(nodes.leaf[~node]), tree % classes)
            else:
                threshold, kind = float(nodes.threshold[node]), int(nodes.kind[node])
                # What is not known counts as 0 where the split says nothing else of it.
                left = bool(kind & DEFAULT_LEFT) if kind & MISSING_NAN else threshold >= 0.0
                at = found.split(tree, place, "BRANCH_LEQ", int(nodes.feature[node]), threshold, left)
                below = nodes.children[node].tolist()
                waiting += [(below[1], at, False), (below[0], at, True)]
            place += 1
    return found


def listed_boosted(trees: Sequence[Mapping[str, Any]]) -> Listed:
    """XGBoost's trees: below the threshold goes left."""
    found = Listed()
    for tree, one in enumerate(trees):
        for place, left in enumerate(one["left_children"]):
            value = float(one["split_conditions"][place])
            if left < 0:
                found.leaf(tree, place, value)
                continue
            gap = bool(one["default_left"][place])
            at = found.split(tree, place, "BRANCH_LT", int(one["split_indices"][place]), value, gap)
            found.true[at], found.false[at] = int(left), int(one["right_children"][place])
    return found


def listed_symmetric(trees: Sequence[Mapping[str, Any]]) -> Listed:
    """CatBoost's trees: all nodes of a depth ask the same, and a gap is below every border."""
    found = Listed()
    for tree, one in enumerate(trees):
        splits = one["splits"] or ()
        inner = 2 ** len(splits) - 1
        for depth, split in enumerate(splits):
            for answers in range(2**depth):
                place = 2**depth - 1 + answers
                feature, border = int(split["float_feature_index"]), float(split["border"])
                at = found.split(tree, place, "BRANCH_GT", feature, border, gap=False)
                # Answers so far are bits of a number, this one the next higher bit.
                next_depth = 2 ** (depth + 1) - 1
                found.true[at] = next_depth + answers + 2**depth
                found.false[at] = next_depth + answers
        for answers, value in enumerate(one["leaf_values"]):
            found.leaf(tree, inner + answers, float(value))
    return found
