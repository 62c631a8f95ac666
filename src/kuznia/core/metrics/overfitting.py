"""How likely the best of many configurations was chosen by luck.

Sources: Bailey, Borwein, López de Prado and Zhu, *The Probability of Backtest Overfitting* (2015) and
*Pseudo-Mathematics and Financial Charlatanism* (2014). Everything works from sums and squares of the
returns in blocks, so its cost does not depend on the number of bars.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from kuznia.core.errors import CoreError
from kuznia.core.metrics.significance import expected_maximum
from kuznia.core.typing import Float, Int

_CHUNK = 64
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
    O(splits * K * B) as one matrix product for each chunk of splits; 12,870 splits for 16 blocks. Ties
    rank halfway. A configuration without variance has a ratio of zero.

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
    chosen = np.array(list(combinations(range(blocks), blocks // 2)), dtype=np.int64)
    pick = np.zeros((blocks, len(chosen)))
    pick[chosen.T, np.arange(len(chosen))] = 1.0
    lengths = counts @ pick
    logits, inside, outside = (np.empty(len(chosen)) for _ in range(3))
    half = len(chosen) // 2
    for start in range(0, half, _CHUNK):
        cut = slice(start, min(start + _CHUNK, half))
        back = slice(len(chosen) - cut.stop, len(chosen) - cut.start)
        # Lexicographic order puts each split's complement at the mirrored place.
        one = _ratios(sums @ pick[:, cut], squares @ pick[:, cut], lengths[cut])
        two = _ratios(sums @ pick[:, back], squares @ pick[:, back], lengths[back])[:, ::-1]
        for mine, theirs, at in (
            (one, two, np.arange(cut.start, cut.stop)),
            (two, one, len(chosen) - 1 - np.arange(cut.start, cut.stop)),
        ):
            inside[at], outside[at], logits[at] = _chosen(mine, theirs)
    centred = inside - inside.mean()
    spread = float(centred @ centred)
    slope = float(centred @ outside) / spread if spread > _SMALLEST else float("nan")
    luck = float(np.mean(logits <= 0.0))
    return Overfitting(luck, len(chosen), logits, slope, float(np.mean(outside < 0.0)))


def _chosen(mine: Float, theirs: Float) -> tuple[Float, Float, Float]:
    """For each split: the best ratio of one half, its ratio in the other, the log odds of its rank there."""
    best, at = np.argmax(mine, axis=0), np.arange(mine.shape[1])
    outside = theirs[best, at]
    below = (theirs < outside).sum(axis=0) + 0.5 * ((theirs == outside).sum(axis=0) - 1)
    rank = (below + 1.0) / (len(mine) + 1.0)
    return mine[best, at], outside, np.log(rank / (1.0 - rank))


def _ratios(sums: Float, squares: Float, lengths: Float) -> Float:
    """Mean over standard deviation of each configuration (rows) in each half (columns)."""
    mean = sums / lengths
    variance = squares / lengths - mean**2
    return np.asarray(np.where(variance > _SMALLEST, mean / np.sqrt(np.maximum(variance, _SMALLEST)), 0.0))


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
