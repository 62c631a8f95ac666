"""Means of series whose terms overlap, and the difference of two that are paired in time.

Plain NumPy, without compiled kernels: the service computes these while it answers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kuznia.core.typing import Float

RESAMPLES = 2_000


@dataclass(frozen=True, slots=True)
class Difference:
    """A mean difference between its bounds.

    Parameters
    ----------
    mean, low, high : float
        NaN with fewer than three pairs.
    bars : int
        Bars that both series know.
    block : int
        Bars of a block of the bootstrap.
    """

    mean: float
    low: float
    high: float
    bars: int
    block: int

    @property
    def sure(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.low > 0.0 or self.high < 0.0


def newey_west_error(values: Float, lags: int) -> float:
    """Standard error of a mean whose terms overlap over `lags` steps (Newey and West 1987).

    Bartlett weights ``1 − l / (lags + 1)`` on the autocovariances.

    Examples
    --------
    >>> newey_west_error(np.array([1.0, -1.0, 1.0, -1.0]), 0)
    0.5
    """
    count = len(values)
    if count < 2:
        return float("nan")
    centred = values - values.mean()
    variance = centred @ centred / count
    for lag in range(1, min(lags, count - 1) + 1):
        variance += 2.0 * (1.0 - lag / (lags + 1)) * (centred[lag:] @ centred[:-lag] / count)
    return float(np.sqrt(max(variance, 0.0) / count))


def paired_difference(
    first: Float, second: Float, overlap: int, *, seed: int = 1, confidence: float = 0.95
) -> Difference:
    """Mean of ``second - first`` with a percentile interval of a circular block bootstrap.

    The pairs are drawn together (Politis and Romano 1992), so that what moves both series alike cancels. A
    block is the cube root of the number of pairs long, and no shorter than `overlap`.

    Parameters
    ----------
    first, second : float64 (T,)
        Values of the same bars; a bar that either does not know is left out.
    overlap : int
        Bars over which neighbouring terms share their label: its horizon.
    seed : int
        The same seed gives the same interval.

    Examples
    --------
    >>> base = np.random.default_rng(1).normal(0.0, 1.0, 400)
    >>> found = paired_difference(base, base + 0.5, 5)
    >>> round(found.mean, 6), round(found.low, 6), round(found.high, 6), found.block
    (0.5, 0.5, 0.5, 8)
    """
    difference = second - first
    difference = difference[~np.isnan(difference)]
    count = len(difference)
    if count < 3:
        return Difference(float("nan"), float("nan"), float("nan"), count, 0)
    length = min(max(int(np.ceil(round(count ** (1.0 / 3.0), 9))), overlap), count)
    running = np.concatenate(([0.0], np.cumsum(np.concatenate((difference, difference[:length])))))
    blocks = -(-count // length)
    start = np.random.default_rng(seed).integers(0, count, size=(RESAMPLES, blocks))
    size = np.full(blocks, length)
    size[-1] = count - (blocks - 1) * length
    drawn = (running[start + size] - running[start]).sum(axis=1) / count
    tail = (1.0 - confidence) / 2.0
    low, high = np.quantile(drawn, [tail, 1.0 - tail])
    return Difference(float(difference.mean()), float(low), float(high), count, length)
