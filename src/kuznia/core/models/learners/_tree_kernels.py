"""Compiled walk through the trees of a forest.

Law of the arrays: contiguous; axis 0 of `x` is rows. A child of 0 or more is a node, a negative one is the
leaf of that number, inverted. Leaves are added in the order of the trees, as LightGBM does, so that a
score has LightGBM's own bits.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

DEFAULT_LEFT, MISSING_ZERO, MISSING_NAN = 2, 4, 8
TINY = 1e-35
"""LightGBM's bound of what counts as zero."""


@njit(
    "void(float64[:, ::1], int32[::1], int32[::1], float64[::1], int8[::1], int32[:, ::1], float64[::1],"
    " float64[:, ::1])",
    cache=True,
    nogil=True,
    error_model="numpy",
)
def add_leaves(
    x: NDArray[np.float64],
    roots: NDArray[np.int32],
    feature: NDArray[np.int32],
    threshold: NDArray[np.float64],
    kind: NDArray[np.int8],
    children: NDArray[np.int32],
    leaf: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:
    """Add to each row's output the leaf it reaches in every tree; tree `t` belongs to class `t mod K`."""
    classes = out.shape[1]
    for row in range(x.shape[0]):
        for tree in range(roots.shape[0]):
            node = roots[tree]
            while node >= 0:
                value = x[row, feature[node]]
                how = kind[node]
                unknown = value != value
                if unknown and not how & MISSING_NAN:
                    value, unknown = 0.0, False
                if how & MISSING_ZERO and -TINY <= value <= TINY:
                    unknown = True
                if unknown:
                    node = children[node, 0 if how & DEFAULT_LEFT else 1]
                else:
                    node = children[node, 0 if value <= threshold[node] else 1]
            out[row, tree % classes] += leaf[~node]


@njit("void(float64[:, ::1])", cache=True, nogil=True, error_model="numpy")
def to_chances(sums: NDArray[np.float64]) -> None:
    """Turn each row's sums into chances that add up to one, in place: the softmax, in LightGBM's order."""
    for row in range(sums.shape[0]):
        highest, total = sums[row, 0], 0.0
        for k in range(1, sums.shape[1]):
            highest = max(highest, sums[row, k])
        for k in range(sums.shape[1]):
            sums[row, k] = math.exp(sums[row, k] - highest)
            total += sums[row, k]
        for k in range(sums.shape[1]):
            sums[row, k] /= total
