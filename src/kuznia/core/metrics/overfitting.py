"""How likely the best of many configurations was chosen by luck.

Sources: Bailey, Borwein, López de Prado and Zhu, *The Probability of Backtest Overfitting* (2015) and
*Pseudo-Mathematics and Financial Charlatanism* (2014). Everything works from sums and squares of the
returns in blocks, so its cost does not depend on the number of bars.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kuznia.core.errors import CoreError
from kuznia.core.metrics._halves_kernels import compare_halves
from kuznia.core.metrics.significance import expected_maximum
from kuznia.core.typing import Float, Int

MAX_BLOCKS = 20
"""Blocks beyond which there are too many splits: 184,756 for 20."""
_SMALLEST = 1e-30


@dataclass(frozen=True, slots=True)
class Overfitting:
    """What combinatorially symmetric cross-validation found.

    Parameters
    ----------
    probability : float
        Share of the splits in which the best of one half is below the median of the other.
    splits : int
        Ways to choose half of the blocks.
    logits : float64 (splits,)
        Log odds of the relative rank, in the other half, of the best of one half.
    degradation : float
        Slope of the chosen one's ratio in the other half over that in its own half.
    loss : float
        Share of the splits in which the chosen one loses in the other half.
    """

    probability: float
    splits: int
    logits: Float
    degradation: float
    loss: float


def probability_of_overfitting(sums: Float, squares: Float, counts: Int) -> Overfitting:
    """Probability of backtest overfitting by CSCV, with the Sharpe ratio as the metric.

    Parameters
    ----------
    sums, squares : float64 (K, B)
        Sums of each configuration's returns and of their squares in ``B`` blocks, ``B`` even.
    counts : int64 (B,)
        Returns in each block.

    Returns
    -------
    Overfitting

    Notes
    -----
    O(splits * K), 12,870 splits for 16 blocks, and memory of about 1 kB for each configuration. Ties rank
    halfway. A configuration without variance has a ratio of zero.

    Examples
    --------
    Noise is overfitted about every second time:

    >>> returns = np.random.default_rng(7).normal(size=(50, 16, 60))
    >>> found = probability_of_overfitting(returns.sum(axis=2), (returns**2).sum(axis=2), np.full(16, 60))
    >>> found.splits, 0.2 < found.probability < 0.8
    (12870, True)
    """
    count, blocks = sums.shape
    if count < 2 or blocks < 2 or blocks % 2 or squares.shape != sums.shape or counts.shape != (blocks,):
        raise CoreError(
            f"Sums of shape {sums.shape} and counts of shape {counts.shape} cannot be split in halves.",
            "Give at least two configurations and an even number of blocks.",
        )
    if blocks > MAX_BLOCKS:
        raise CoreError(f"{blocks} blocks have too many halves.", f"Use {MAX_BLOCKS} blocks at most.")
    places = _splits(blocks)
    sums, squares = (np.ascontiguousarray(part.T, dtype=np.float64) for part in (sums, squares))
    found = compare_halves(sums, squares, np.ascontiguousarray(counts, dtype=np.int64), places)
    inside, outside = found[:, 0], found[:, 1]
    rank = (found[:, 2] + 1.0) / (count + 1.0)
    logits = np.log(rank / (1.0 - rank))
    centred = inside - inside.mean()
    spread = float(centred @ centred)
    slope = float(centred @ outside) / spread if spread > _SMALLEST else float("nan")
    luck = float(np.mean(logits <= 0.0))
    return Overfitting(luck, len(logits), logits, slope, float(np.mean(outside < 0.0)))


def _splits(blocks: int) -> Int:
    """For each subset of blocks (bit ``b`` is block ``b``): its place among the halves in lexicographic
    order, -1 if it is no half."""
    numbers = np.arange(1 << blocks, dtype=np.int64)
    size, mirrored = np.zeros_like(numbers), np.zeros_like(numbers)
    for block in range(blocks):
        bit = numbers >> block & 1
        size += bit
        mirrored |= bit << (blocks - 1 - block)
    halves = numbers[size == blocks // 2]
    places = np.full(len(numbers), -1, dtype=np.int64)
    places[halves[np.argsort(-mirrored[halves])]] = np.arange(len(halves))
    return places


def minimum_backtest_length(trials: float, ratio: float = 1.0) -> float:
    """Years below which the best of so many worthless trials is expected to reach an annual Sharpe ratio.

    Parameters
    ----------
    trials : float
        Number of independent configurations.
    ratio : float
        Annual Sharpe ratio that luck shall not be expected to reach.

    Notes
    -----
    Theorem 2 of the paper of 2014, with the expected maximum of normal variables.

    Examples
    --------
    45 trials are too many for five years:

    >>> round(minimum_backtest_length(45), 1)
    5.0
    """
    return (expected_maximum(1.0, trials) / ratio) ** 2


def maximum_trials(years: float, ratio: float = 1.0) -> int:
    """Most trials after which luck alone is expected to stay below an annual Sharpe ratio of `ratio`.

    Examples
    --------
    >>> maximum_trials(5.0)
    45
    """
    low, high = 1, 2
    while minimum_backtest_length(high, ratio) <= years and high < 2**40:
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if minimum_backtest_length(middle, ratio) <= years else (low, middle)
    return low


def expected_maximum_sharpe(trials: float, years: float) -> float:
    """Annual Sharpe ratio that the best of so many worthless trials is expected to show.

    Examples
    --------
    >>> round(expected_maximum_sharpe(4_000, 10.0), 2)
    1.15
    """
    return expected_maximum(1.0 / years, trials) if years > 0 else float("nan")
