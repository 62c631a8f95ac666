"""Trees as flat arrays, whichever library grew them, walked by one compiled loop."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from types import ModuleType

import numpy as np

from kuznia.core.errors import ModelError
from kuznia.core.models.learners.protocol import shares
from kuznia.core.typing import Float


@dataclass(frozen=True, slots=True)
class Nodes:
    """Nodes and leaves of all trees; see ``_tree_kernels`` for how they are walked.

    Parameters
    ----------
    features : int
        Columns that it reads.
    roots : int32 (T,)
        First node of each tree, or its only leaf.
    feature, threshold, kind : int32, float64, int8 (M,)
        Of each node: the column, up to what it goes left, and how it takes what is not known.
    children : int32 (M, 2)
        Left and right; a negative one is the leaf of that number, inverted.
    leaf : float64 (L,)
        What each leaf adds.
    gain : float64 (M,)
        Of each node's split.
    """

    features: int
    roots: np.ndarray
    feature: np.ndarray
    threshold: np.ndarray
    kind: np.ndarray
    children: np.ndarray
    leaf: np.ndarray
    gain: np.ndarray

    def add_leaves(self, x: Float, sums: Float) -> None:
        """Add each tree's leaf to the sums of each row, (R, K); tree `t` belongs to class `t mod K`."""
        rows = np.ascontiguousarray(x, dtype=np.float64)
        if rows.ndim != 2 or rows.shape[1] != self.features:
            raise ModelError(
                f"Rows of {rows.shape[-1]} features met a forest of {self.features}.",
                "Give the model's own features.",
            )
        given = (self.roots, self.feature, self.threshold, self.kind, self.children, self.leaf)
        kernels().add_leaves(rows, *given, sums)

    def importance(self) -> Float:
        """Share of each feature in the total gain of all splits."""
        gains: Float = np.bincount(self.feature, weights=self.gain, minlength=self.features).astype(float)
        return shares(gains)


@cache
def kernels() -> ModuleType:
    """The compiled loops; importing numba is not for those who only read specifications."""
    from kuznia.core.models.learners import _tree_kernels

    return _tree_kernels
