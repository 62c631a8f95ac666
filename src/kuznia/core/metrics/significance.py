"""How far a Sharpe ratio is from luck: probabilistic, deflated, and the track record it needs.

All Sharpe ratios here are per bar, not annual, and `kurtosis` is 3 for a normal. Sources: Bailey and
López de Prado, *The Sharpe Ratio Efficient Frontier* (2012) and *The Deflated Sharpe Ratio* (2014).
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr, ndtri

EULER = 0.5772156649015329


def _variance(sharpe: float, skew: float, kurtosis: float) -> float:
    """Variance of the estimated ratio, times the number of bars less one."""
    return 1.0 - skew * sharpe + (kurtosis - 1.0) / 4.0 * sharpe**2


def probabilistic_sharpe(
    sharpe: float, benchmark: float, rows: int, skew: float = 0.0, kurtosis: float = 3.0
) -> float:
    """Probability that the true ratio exceeds `benchmark`.

    Parameters
    ----------
    sharpe, benchmark : float
        Estimated ratio and the one to beat, per bar.
    rows : int
        Number of returns.
    skew, kurtosis : float
        Of the returns.

    Examples
    --------
    >>> round(probabilistic_sharpe(0.458, 0.0, 24), 3)
    0.982
    >>> round(probabilistic_sharpe(0.458, 0.0, 24, -2.448, 10.164), 3)
    0.913
    """
    spread = _variance(sharpe, skew, kurtosis)
    if rows < 2 or not spread > 0:
        return float("nan")
    return float(ndtr((sharpe - benchmark) * np.sqrt((rows - 1) / spread)))


def expected_maximum(variance: float, trials: float) -> float:
    """Largest ratio that `trials` worthless strategies are expected to show.

    Parameters
    ----------
    variance : float
        Of the ratios across the trials, per bar.
    trials : float
        Number of independent ones; one trial has nothing to choose from, so 0.
    """
    if trials <= 1:
        return 0.0
    high = (1.0 - EULER) * ndtri(1.0 - 1.0 / trials) + EULER * ndtri(1.0 - 1.0 / (trials * np.e))
    return float(np.sqrt(variance) * high)


def deflated_sharpe(
    sharpe: float, rows: int, skew: float, kurtosis: float, variance: float, trials: float
) -> float:
    """Probability that the true ratio is above what the best of so many trials shows by luck.

    Examples
    --------
    The example of the paper: 2.5 a year over five years of 250 days.

    >>> found = [deflated_sharpe(2.5 / 250**0.5, 1250, -3.0, 10.0, 0.5 / 250, n) for n in (100, 46)]
    >>> [round(value, 4) for value in found]
    [0.9004, 0.9505]
    """
    return probabilistic_sharpe(sharpe, expected_maximum(variance, trials), rows, skew, kurtosis)


def minimum_track_record(
    sharpe: float, benchmark: float, skew: float = 0.0, kurtosis: float = 3.0, confidence: float = 0.95
) -> float:
    """Number of returns after which the ratio is above `benchmark` with that confidence.

    Examples
    --------
    An annual ratio of 2 against 1, in years of daily, weekly and monthly returns:

    >>> [round(minimum_track_record(2 / q**0.5, 1 / q**0.5) / q, 2) for q in (250, 52, 12)]
    [2.73, 2.83, 3.24]
    """
    if not sharpe > benchmark:
        return float("inf")
    ratio = ndtri(confidence) / (sharpe - benchmark)
    return float(1.0 + _variance(sharpe, skew, kurtosis) * ratio**2)
