"""A model on bars it never saw: its live rank IC, and whether a challenger does better beside it.

Scores of a fitted bundle count from the first bar after its training end. Two versions are compared on
the bars that both never saw, bar by bar, by the difference of their rank ICs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from kuznia.core.metrics.bootstrap import block_length, draw_blocks
from kuznia.core.typing import Float

RESAMPLES = 2_000
LEAST_PAIRS, LEAST_BLOCKS = 10, 5
"""Bars below which nothing is said of a difference, and blocks that they are cut into at least."""
TINY = 1e-15


@dataclass(frozen=True, slots=True)
class Difference:
    """Mean of challenger less champion, bar by bar.

    Parameters
    ----------
    mean, low, high : float
        With a 95 % interval; NaN with too few bars.
    p : float
        Probability of as large a mean or a larger one, did the challenger do no better.
    bars : int
        Bars on which both have a rank IC.
    """

    mean: float
    low: float
    high: float
    p: float
    bars: int


def difference(champion: Float, challenger: Float, horizon: int, rng: np.random.Generator) -> Difference:
    """Test whether the challenger's rank ICs are higher than the champion's on the same bars.

    Parameters
    ----------
    champion, challenger : float64 (T,)
        Rank IC at each bar; bars where either is NaN are left out.
    horizon : int
        Bars over which neighbouring labels overlap; a block is longer.
    rng : Generator
        Source of randomness; the same state gives the same answer.

    Notes
    -----
    The error of the mean is that of a circular block bootstrap (Politis and Romano 1992) of the paired
    differences, in blocks of twice the label's reach, and is read by Student's t with as many degrees
    as there are blocks, less one: percentiles alone promise 5 % and err in 7 to 13 % of cases on 60 to
    256 bars of equal models with a horizon of five; this errs in 6 to 7 %.

    Examples
    --------
    >>> noise = np.random.default_rng(1).normal(0.0, 0.1, 200)
    >>> found = difference(noise, noise + 0.05, 5, np.random.default_rng(2))
    >>> round(found.mean, 6), found.bars, found.p < 0.001
    (0.05, 200, True)
    """
    paired = challenger - champion
    paired = paired[~np.isnan(paired)]
    bars = len(paired)
    if bars < LEAST_PAIRS:
        return Difference(*(float("nan"),) * 4, bars)
    length = max(1, min(max(block_length(bars), 2 * (horizon + 1)), bars // LEAST_BLOCKS))
    blocks = bars / length
    means = draw_blocks(bars, rng, RESAMPLES, length).sums(paired) / bars
    mean = float(paired.mean())
    error = float(means.std()) * np.sqrt(blocks / (blocks - 1))
    reach = float(student.ppf(0.975, blocks - 1)) * error
    p = float(student.sf(mean / error, blocks - 1)) if error > TINY else float(mean <= 0)
    return Difference(mean, mean - reach, mean + reach, p, bars)


def look_level(look: int, level: float) -> float:
    """What `p` must fall to at the n-th look, so that all looks together err with at most `level`.

    ``level / (look · (look + 1))``: the levels of any number of looks sum to less than `level`.

    Examples
    --------
    >>> [round(look_level(look, 0.05), 4) for look in (1, 2, 3)]
    [0.025, 0.0083, 0.0042]
    """
    return level / (look * (look + 1))
