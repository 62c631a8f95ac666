"""Resampling of returns in blocks, which keeps what follows from what.

The circular block bootstrap (Politis and Romano 1992) draws blocks of one length with wrap-around.
Sums over a block come from running sums, so a resample costs its number of blocks, not of bars.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kuznia.core.metrics import _kernels as kernel
from kuznia.core.typing import Float, Int

RESAMPLES = 2_000


@dataclass(frozen=True, slots=True)
class Interval:
    """A value between its bounds."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Blocks:
    """Drawn blocks.

    Parameters
    ----------
    starts : int64 (resamples, blocks)
        First row of each block.
    length, last : int
        Rows of a block, and of the last block, so that a resample has exactly `rows`.
    rows : int
        Rows of the series.
    """

    starts: Int
    length: int
    last: int
    rows: int

    def sums(self, values: Float) -> Float:
        """Sum of the values in each resample. (resamples,)"""
        running = np.concatenate(([0.0], np.cumsum(np.concatenate((values, values[: self.length])))))
        found = np.empty(len(self.starts))
        kernel.block_sums(running, np.ascontiguousarray(self.starts), self.length, self.last, found)
        return found


def block_length(rows: int) -> int:
    """Cube root of the number of rows, rounded up: the rate at which the best length grows.

    Examples
    --------
    >>> block_length(1000)
    10
    """
    return max(1, int(np.ceil(round(rows ** (1.0 / 3.0), 9))))


def draw_blocks(
    rows: int, rng: np.random.Generator, resamples: int = RESAMPLES, length: int | None = None
) -> Blocks:
    """Draw the blocks of all resamples.

    Parameters
    ----------
    rows : int
        Length of the series.
    rng : Generator
        Source of randomness; the same state draws the same blocks.
    resamples : int
        How many series to draw.
    length : int, optional
        Rows of a block, by default `block_length`.
    """
    size = min(length or block_length(rows), rows)
    count = -(-rows // size)
    starts = rng.integers(0, rows, size=(resamples, count))
    return Blocks(starts, size, rows - (count - 1) * size, rows)


def sharpe_interval(
    returns: Float, periods_per_year: float, blocks: Blocks, confidence: float = 0.95
) -> Interval:
    """Sharpe ratio between the percentiles of its resampled values.

    Examples
    --------
    >>> draws = np.random.default_rng(1).normal(0.001, 0.01, 500)
    >>> found = sharpe_interval(draws, 252.0, draw_blocks(500, np.random.default_rng(2)))
    >>> found.low < found.value < found.high
    True
    """
    if len(returns) < 3 or float(np.std(returns)) < 1e-15:
        return Interval(float("nan"), float("nan"), float("nan"))
    rows = len(returns)
    middle = float(np.mean(returns))
    centred = returns - middle
    sums, squares = blocks.sums(centred), blocks.sums(centred**2)
    variance = np.maximum((squares - sums**2 / rows) / (rows - 1), 1e-30)
    drawn = (sums / rows + middle) / np.sqrt(variance) * np.sqrt(periods_per_year)
    value = middle / float(np.std(returns, ddof=1)) * np.sqrt(periods_per_year)
    return _between(float(value), drawn, confidence)


def volatility_interval(
    returns: Float, periods_per_year: float, blocks: Blocks, confidence: float = 0.95
) -> Interval:
    """Annual standard deviation (ddof 1) between the percentiles of its resampled values."""
    if len(returns) < 3:
        return Interval(float("nan"), float("nan"), float("nan"))
    rows = len(returns)
    centred = returns - np.mean(returns)
    variance = np.maximum(blocks.sums(centred**2) - blocks.sums(centred) ** 2 / rows, 0.0) / (rows - 1)
    value = float(np.std(returns, ddof=1) * np.sqrt(periods_per_year))
    return _between(value, np.sqrt(variance * periods_per_year), confidence)


def sortino_interval(
    returns: Float, periods_per_year: float, blocks: Blocks, confidence: float = 0.95
) -> Interval:
    """Sortino ratio (target 0) between the percentiles of its resampled values.

    Examples
    --------
    >>> draws = np.random.default_rng(1).normal(0.001, 0.01, 500)
    >>> found = sortino_interval(draws, 252.0, draw_blocks(500, np.random.default_rng(2)))
    >>> found.low < found.value < found.high
    True
    """
    below = np.minimum(returns, 0.0) ** 2
    if len(returns) < 3 or float(below.sum()) < 1e-30:
        return Interval(float("nan"), float("nan"), float("nan"))
    scale = np.sqrt(periods_per_year / len(returns))
    drawn = blocks.sums(returns) / np.sqrt(np.maximum(blocks.sums(below), 1e-30)) * scale
    value = float(returns.sum() / np.sqrt(below.sum()) * scale)
    return _between(value, drawn, confidence)


def growth_interval(returns: Float, days: float, blocks: Blocks, confidence: float = 0.95) -> Interval:
    """Compound annual growth between the percentiles of its resampled values."""
    if len(returns) < 3 or days <= 0 or np.any(returns <= -1.0):
        return Interval(float("nan"), float("nan"), float("nan"))
    logs = np.log1p(returns)
    year = 365.25 / days
    value = float(np.expm1(logs.sum() * year))
    return _between(value, np.expm1(blocks.sums(logs) * year), confidence)


def mean_interval(
    returns: Float, periods_per_year: float, blocks: Blocks, confidence: float = 0.95
) -> Interval:
    """Arithmetic mean a year between the percentiles of its resampled values."""
    if len(returns) < 3:
        return Interval(float("nan"), float("nan"), float("nan"))
    drawn = blocks.sums(returns) / len(returns) * periods_per_year
    return _between(float(np.mean(returns) * periods_per_year), drawn, confidence)


def _between(value: float, drawn: Float, confidence: float) -> Interval:
    tail = (1.0 - confidence) / 2.0
    low, high = np.quantile(drawn, [tail, 1.0 - tail])
    return Interval(value, float(low), float(high))
