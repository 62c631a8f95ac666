"""Stability selection: keep the features that a sparse method picks again and again on halves of the data.

Meinshausen and Bühlmann, Stability Selection (2010), with the complementary pairs of Shah and Samworth
(2013). If a method picks `q` of `p` features and noise features are exchangeable, the expected number of
falsely kept ones is at most ``q² / ((2π − 1) p)`` at the threshold π.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.random import Generator

from kuznia.core.errors import ModelError
from kuznia.core.typing import Bool, Float, Int

Pick = Callable[[Float, Float], Int]
"""Columns that a method picks, given rows and target."""


@dataclass(frozen=True, slots=True)
class Stability:
    """How often each feature was picked.

    Parameters
    ----------
    frequency : float64 (F,)
        Share of the halves.
    kept : bool (F,)
        At or above the threshold.
    false_bound : float
        Expected number of falsely kept features at most.
    """

    frequency: Float
    kept: Bool
    false_bound: float


def stability_selection(
    x: Float,
    y: Float,
    bar: Int,
    pick: Pick,
    rng: Generator,
    *,
    pairs: int = 50,
    threshold: float = 0.75,
    block: int = 21,
) -> Stability:
    """Pick on complementary halves of the time axis and count.

    Parameters
    ----------
    x : float64 (R, F)
        Training rows, without NaN.
    y : float64 (R,)
        Target.
    bar : int64 (R,)
        Bars; whole blocks of them go to one half, as neighbouring labels overlap.
    pick : callable
        The method; see :func:`first_on_the_path`.
    rng : Generator
        Draws the halves.
    pairs : int
        Pairs of halves.
    threshold : float
        Frequency from which a feature is kept, above 0.5.
    block : int
        Bars of a block, at least the label's horizon.

    Returns
    -------
    Stability
    """
    blocks, halves = _halves(bar, rng, pairs, threshold, block)
    return _counted([pick(x[half[blocks]], y[half[blocks]]) for half in halves], x.shape[1], threshold)


def stable_on_the_path(
    x: Float,
    y: Float,
    bar: Int,
    picks: int,
    rng: Generator,
    *,
    pairs: int = 50,
    threshold: float = 0.75,
    block: int = 21,
) -> Stability:
    """The same as `stability_selection` with `first_on_the_path`, from second moments of each block.

    The path of a half is decided by the sum of its blocks' moments, so that the rows are gone through once.

    Parameters
    ----------
    x, y, bar, rng, pairs, threshold, block
        As of `stability_selection`.
    picks : int
        Features picked on each half.

    Returns
    -------
    Stability

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> x, bar = rng.standard_normal((2000, 6)), np.repeat(np.arange(200), 10)
    >>> found = stable_on_the_path(x, x[:, 4] - x[:, 1] + rng.standard_normal(2000), bar, 2, rng)
    >>> np.flatnonzero(found.kept).tolist()
    [1, 4]
    """
    from sklearn import config_context

    blocks, halves = _halves(bar, rng, pairs, threshold, block)
    both = np.column_stack([x, y, np.ones(len(x))])
    # Rows of a block stand together: bars are sorted.
    edges = np.searchsorted(blocks, np.arange(len(halves[0]) + 1))
    parts = [both[start:stop] for start, stop in pairwise(edges)]
    moments = np.stack([np.einsum("rf,rg->fg", part, part) for part in parts])
    with config_context(skip_parameter_validation=True):  # it takes longer than the path of few features
        chosen = [_path(moments[half].sum(axis=0), picks) for half in halves]
    return _counted(chosen, x.shape[1], threshold)


def _halves(bar: Int, rng: Generator, pairs: int, threshold: float, block: int) -> tuple[Int, list[Bool]]:
    """Block of each row, and the blocks of each half, complementary ones one after the other."""
    if not 0.5 < threshold <= 1.0 or pairs < 1 or block < 1:
        raise ModelError(f"The threshold {threshold} promises nothing.", "Give one above 0.5 and up to 1.")
    blocks = np.asarray((bar - bar.min()) // block) if len(bar) else bar
    count = int(blocks.max()) + 1 if len(bar) else 0
    if count < 4:
        raise ModelError(f"{count} blocks of bars cannot be halved.", "Use more bars or shorter blocks.")
    halves = []
    for _ in range(pairs):
        first = np.zeros(count, dtype=np.bool_)
        first[rng.permutation(count)[: count // 2]] = True
        halves += [first, ~first]
    return blocks, halves


def _counted(chosen: Sequence[Int], features: int, threshold: float) -> Stability:
    counted = np.bincount(np.concatenate(chosen).astype(np.int64), minlength=features).astype(np.float64)
    mean_picked = sum(len(one) for one in chosen) / len(chosen)
    bound = mean_picked**2 / ((2.0 * threshold - 1.0) * features)
    frequency = counted / len(chosen)
    return Stability(frequency, frequency >= threshold, bound)


def first_on_the_path(count: int) -> Pick:
    """The first `count` features that enter the lasso path (least-angle regression, Efron et al. 2004).

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> x = rng.standard_normal((200, 6))
    >>> sorted(first_on_the_path(2)(x, x[:, 4] - x[:, 1]).tolist())
    [1, 4]
    """
    if count < 1:
        raise ModelError(f"{count} features cannot be picked.", "Pick one or more.")

    def pick(x: Float, y: Float) -> Int:
        both = np.column_stack([x, y, np.ones(len(x))])
        return _path(np.einsum("rf,rg->fg", both, both), count)

    return pick


def _path(moments: Float, count: int) -> Int:
    """First features of the path, from second moments of features, target and a column of ones."""
    # Not at the top: selection is the only part of the library's models that needs it.
    from sklearn.linear_model import lars_path_gram

    rows, mean = moments[-1, -1], moments[-1, :-1] / max(moments[-1, -1], 1.0)
    spread = moments[:-1, :-1] - rows * np.outer(mean, mean)
    gram, cross = spread[:-1, :-1], spread[:-1, -1]
    square = np.diag(gram)
    varies = square > 1e-12 * np.diag(moments)[:-2]
    scale = np.where(varies, np.sqrt(np.where(varies, square, 1.0)), np.inf)
    _, active, _ = lars_path_gram(
        Xy=cross / scale,
        Gram=gram / np.outer(scale, scale),
        n_samples=int(rows),
        method="lasso",
        max_iter=count,
    )
    return np.asarray(active[:count], dtype=np.int64)
