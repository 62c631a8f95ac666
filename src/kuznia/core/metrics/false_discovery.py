"""False discoveries: of many hypotheses that look significant, the share that is luck."""

from __future__ import annotations

import numpy as np

from kuznia.core.typing import Float


def benjamini_yekutieli(p: Float) -> Float:
    """Adjusted p-values; rejecting those at most `q` keeps the false discovery rate at most `q`.

    The step-up procedure of Benjamini and Hochberg with its level divided by ``1 + 1/2 + ... + 1/m``,
    which holds whatever the dependence between the tests (Benjamini and Yekutieli 2001, theorem 1.3).

    Parameters
    ----------
    p : float64 (M,)
        One p-value for every hypothesis of the family, also for those that were given up: 1 for them.
        NaN counts as 1.

    Returns
    -------
    float64 (M,)
        Adjusted p-values, at most 1, in the order of `p`.

    Examples
    --------
    >>> benjamini_yekutieli(np.array([0.001, 0.5, 0.01, 1.0])).round(6).tolist()
    [0.008333, 1.0, 0.041667, 1.0]
    """
    count = len(p)
    if count == 0:
        return np.empty(0)
    filled = np.where(np.isnan(p), 1.0, p)
    order = np.argsort(filled, kind="stable")
    places = np.arange(1, count + 1)
    stepped = filled[order] * count * np.sum(1.0 / places) / places
    adjusted = np.minimum(np.minimum.accumulate(stepped[::-1])[::-1], 1.0)
    found = np.empty(count)
    found[order] = adjusted
    return found
