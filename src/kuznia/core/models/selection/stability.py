"""Stability selection: keep the features that a sparse method picks again and again on halves of the data.

Meinshausen and Bühlmann, Stability Selection (2010), with the complementary pairs of Shah and Samworth
(2013). If a method picks `q` of `p` features and noise features are exchangeable, the expected number of
falsely kept ones is at most ``q² / ((2π − 1) p)`` at the threshold π.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

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
    if not 0.5 < threshold <= 1.0 or pairs < 1 or block < 1:
        raise ModelError(f"The threshold {threshold} promises nothing.", "Give one above 0.5 and up to 1.")
    blocks = np.asarray((bar - bar.min()) // block) if len(bar) else bar
    count = int(blocks.max()) + 1 if len(bar) else 0
    if count < 4:
        raise ModelError(f"{count} blocks of bars cannot be halved.", "Use more bars or shorter blocks.")
    counted, picked = np.zeros(x.shape[1]), 0
    for _ in range(pairs):
        first = np.zeros(count, dtype=np.bool_)
        first[rng.permutation(count)[: count // 2]] = True
        for half in (first[blocks], ~first[blocks]):
            chosen = pick(x[half], y[half])
            counted[chosen] += 1.0
            picked += len(chosen)
    halves = 2 * pairs
    mean_picked = picked / halves
    bound = mean_picked**2 / ((2.0 * threshold - 1.0) * x.shape[1])
    frequency = counted / halves
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
        # Not at the top: selection is the only part of the library's models that needs it.
        from sklearn.linear_model import lars_path

        deviation = x.std(axis=0)
        scaled = (x - x.mean(axis=0)) / np.where(deviation > 0, deviation, 1.0)
        _, active, _ = lars_path(scaled, y - y.mean(), method="lasso", max_iter=count)
        return np.asarray(active[:count], dtype=np.int64)

    return pick
