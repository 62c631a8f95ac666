"""How members are weighted: the same, greedily, by non-negative or plain least squares, all out of fold."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from scipy.optimize import nnls

from kuznia.core.models.ensembling import greedy_selection, unit_ranks_by_bar
from kuznia.core.typing import Bool, Float, Int

ROUNDS = 20
SHRINK = 0.1
"""Ridge penalty of the plain least squares, as a share of the members' mean square."""


def centred(values: Float, bar: Int) -> Float:
    """Columns less their mean in each bar, (R, M)."""
    bars, place = np.unique(bar, return_inverse=True)
    count = np.bincount(place, minlength=len(bars))
    means = np.stack([np.bincount(place, column, len(bars)) / count for column in values.T], axis=1)
    less: Float = values - means[place]
    return less


def equal(moments: Float) -> Float:
    """Every member the same: the rank average."""
    members = len(moments) - 1
    return np.full(members, 1.0 / members)


def greedy(moments: Float) -> Float:
    """Greedy selection after Caruana et al. (2004), by the correlation with the target's ranks.

    Notes
    -----
    Mean and correlation of the members' scores are decided by second moments, so that a factor of those
    stands in for the rows.
    """
    members = len(moments) - 1
    # Members that say the same make the moments singular; what is added is far below any score.
    factor = np.linalg.cholesky(moments + 1e-12 * np.trace(moments) * np.eye(members + 1)).T
    target = factor[:, members]

    def value(mean: Float) -> float:
        size = float(np.sqrt(mean @ mean))
        return float(mean @ target) / size if size > 0 else float("nan")

    chosen = greedy_selection(factor[:, :members], value, rounds=ROUNDS)
    weights: Float = np.bincount(chosen, minlength=members) / len(chosen)
    return weights


def stack(moments: Float) -> Float:
    """Least squares with non-negative weights (Breiman 1996), scaled to one; equal when all are zero."""
    members = len(moments) - 1
    gram, cross = _shrunk(moments, 1e-9), moments[:members, members]
    factor = np.linalg.cholesky(gram)
    weights, _ = nnls(factor.T, np.linalg.solve(factor, cross))
    return weights / weights.sum() if weights.sum() > 0 else equal(moments)


def linear(moments: Float) -> Float:
    """Least squares with a ridge penalty; weights may be negative, their sizes add up to one."""
    members = len(moments) - 1
    weights = np.linalg.solve(_shrunk(moments, SHRINK), moments[:members, members])
    size = float(np.abs(weights).sum())
    return np.asarray(weights / size, dtype=np.float64) if size > 0 else equal(moments)


def _shrunk(moments: Float, share: float) -> Float:
    members = len(moments) - 1
    gram = moments[:members, :members]
    shrunk: Float = gram + share * np.trace(gram) / members * np.eye(members)
    return shrunk


BLENDS: Mapping[str, Callable[[Float], Float]] = {
    "rank_average": equal,
    "greedy": greedy,
    "stack": stack,
    "linear_stack": linear,
}
"""Each from second moments of members and target, (M + 1, M + 1), to weights, (M,)."""


def moments_of(unit: Float, forward: Float, bar: Int) -> Float:
    """Second moments of the members' scores and the target's ranks, each less its mean in the bar.

    Parameters
    ----------
    unit : float64 (R, M)
        Out-of-fold scores of the members on their common scale.
    forward : float64 (R,)
        What they were to say.
    bar : int64 (R,)
        Bars, sorted.

    Returns
    -------
    float64 (M + 1, M + 1)
        The last row and column are the target's.

    Examples
    --------
    >>> up = np.array([0.1, 0.2, 0.3])
    >>> stack(moments_of(np.column_stack([up, -up]), up, np.zeros(3, dtype=int))).tolist()
    [1.0, 0.0]
    """
    target = unit_ranks_by_bar(forward[:, None], bar)
    both = centred(np.column_stack([unit, target]), bar)
    moments: Float = np.einsum("rm,rn->mn", both, both) / max(len(both), 1)
    return moments


def crossed(
    unit: Float, forward: Float, bar: Int, tests: Sequence[Bool], trains: Sequence[Bool], blend: str
) -> Float:
    """A blend's scores where its weights were found on the other folds, (R,); NaN outside the folds."""
    scores = np.full(len(unit), np.nan)
    for test, learned in zip(tests, trains, strict=True):
        weights = BLENDS[blend](moments_of(unit[learned], forward[learned], bar[learned]))
        scores[test] = unit[test] @ weights
    return scores
