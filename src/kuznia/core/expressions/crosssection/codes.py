"""Codes of groups for kernels that keep one sum for each code."""

from __future__ import annotations

import numpy as np

from kuznia.core.typing import Int


def dense_codes(groups: Int) -> Int:
    """The same groups at each time under few codes; crossed buckets may have far greater ones.

    Parameters
    ----------
    groups : int64 (N, T)
        Group of each instrument at each time, −1 for none.

    Returns
    -------
    int64 (N, T)
        Below ``2 N + 64``. A group may have another code at another time.

    Examples
    --------
    >>> dense_codes(np.array([[10**9], [-1], [7], [10**9]])).ravel().tolist()
    [1, -1, 0, 1]
    """
    if groups.max(initial=0) < 2 * len(groups) + 64:
        return groups
    order = np.argsort(groups, axis=0, kind="stable")
    ordered = np.take_along_axis(groups, order, axis=0)
    steps = np.ones_like(ordered)
    steps[1:] = ordered[1:] != ordered[:-1]
    steps[0] = ordered[0] >= 0
    dense = np.empty_like(ordered)
    np.put_along_axis(dense, order, np.cumsum(steps, axis=0) - 1, axis=0)
    return np.where(groups < 0, -1, dense)
