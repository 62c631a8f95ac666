"""The best of very many: one maximum test for thousands of columns of returns.

It is the test of `kuznia.core.metrics.multiplicity.maximum_test`, where all columns have all rows, so
that resampling is one matrix product.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kuznia.core.metrics.bootstrap import Blocks
from kuznia.core.typing import Float

_CHUNK = 512


@dataclass(frozen=True, slots=True)
class Strongest:
    """What the maximum test says of the best column.

    Parameters
    ----------
    which : int
        Column with the largest mean over its standard error; the first of equal ones.
    alone, adjusted : float
        Probability that worthless returns look worse: were it the only column, and as the best of all.
    """

    which: int
    alone: float
    adjusted: float


def strongest(returns: Float, blocks: Blocks) -> Strongest:
    """Is the best column better than the best of as many worthless ones?

    Parameters
    ----------
    returns : float64 (T, K)
        Returns to be judged, without gaps.
    blocks : Blocks
        Drawn for ``T`` rows.

    Notes
    -----
    Centred as Hansen's consistent test (2005), studentised by the plain standard error, judged by the
    distribution of the maximum (Romano and Wolf 2005). O(resamples * T * K).

    Examples
    --------
    >>> from kuznia.core.metrics.bootstrap import draw_blocks
    >>> rng = np.random.default_rng(4)
    >>> noise = rng.normal(size=(240, 300))
    >>> skilled = np.column_stack([noise, rng.normal(0.5, 1.0, size=240)])
    >>> blocks = draw_blocks(240, rng, 500)
    >>> strongest(noise, blocks).adjusted < 0.95 < strongest(skilled, blocks).adjusted
    True
    """
    rows, count = returns.shape
    mean = returns.mean(axis=0)
    error = returns.std(axis=0, ddof=1) / np.sqrt(rows)
    statistic = np.where(error > 1e-18, mean / np.where(error > 1e-18, error, 1.0), -np.inf)
    which = int(np.argmax(statistic))
    if not np.isfinite(statistic[which]):
        return Strongest(which, float("nan"), float("nan"))
    bar = -np.sqrt(2.0 * np.log(np.log(max(rows, 3))))
    kept = np.where(statistic >= bar, mean, 0.0)
    drawn = _counts(blocks) / rows
    best = np.full(len(drawn), -np.inf)
    for start in range(0, count, _CHUNK):
        part = np.flatnonzero(error[start : start + _CHUNK] > 1e-18) + start
        if len(part):
            centred = (drawn @ returns[:, part] - kept[part]) / error[part]
            best = np.maximum(best, centred.max(axis=1))
    alone = (drawn @ returns[:, which] - kept[which]) / error[which]
    top = statistic[which]
    return Strongest(which, float(np.mean(alone < top)), float(np.mean(best < top)))


def _counts(blocks: Blocks) -> Float:
    """How often each row is in each resample. (resamples, T)"""
    resamples, number = blocks.starts.shape
    lengths = np.full(number, blocks.length)
    lengths[-1] = blocks.last
    change = np.zeros((resamples, blocks.rows + blocks.length + 1))
    line = np.repeat(np.arange(resamples), number)
    np.add.at(change, (line, blocks.starts.ravel()), 1.0)
    np.add.at(change, (line, (blocks.starts + lengths).ravel()), -1.0)
    found = np.cumsum(change, axis=1)[:, : blocks.rows + blocks.length]
    wrapped = found[:, : blocks.rows].copy()
    wrapped[:, : blocks.length] += found[:, blocks.rows :]
    return wrapped
