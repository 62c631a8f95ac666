"""How the known values of a feature are distributed: moments, quantiles, zeros, outliers, histogram."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kuznia.core.typing import Float, Int

QUANTILES = (0.0, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1.0)
BINS = 40
TAIL = 0.005
"""Share of the values at each end that the histogram's outer bins gather."""
FAR = 5.0
"""Robust standard deviations from the median beyond which a value counts as an outlier."""
NORMAL = 1.4826
"""From a median absolute deviation to the standard deviation of a normal distribution."""


@dataclass(frozen=True, slots=True)
class Distribution:
    """What the known values of a feature look like, over all instruments and bars.

    Parameters
    ----------
    mean, deviation : float
        Mean and standard deviation (ddof 1).
    skew, kurtosis : float
        Third and fourth standardised moment (ddof 0); a normal distribution has kurtosis 3.
    quantiles : float64 (9,)
        At `QUANTILES`, interpolated linearly.
    zeros : float
        Share that is exactly 0.
    outliers : float
        Share further than `FAR` robust standard deviations (1.4826 times the median absolute
        deviation) from the median; NaN when that deviation is 0.
    edges : float64 (bins + 1,)
        Edges of the histogram, from the quantile 0.005 to 0.995.
    counts : int64 (bins,)
        Values in each bin; what lies outside is counted in the outer ones.
    """

    mean: float
    deviation: float
    skew: float
    kurtosis: float
    quantiles: Float
    zeros: float
    outliers: float
    edges: Float
    counts: Int


_NAN = float("nan")
_NOTHING = Distribution(
    _NAN,
    _NAN,
    _NAN,
    _NAN,
    np.full(len(QUANTILES), _NAN),
    _NAN,
    _NAN,
    np.empty(0),
    np.empty(0, dtype=np.int64),
)


def distribution(values: Float, bins: int = BINS) -> Distribution:
    """Describe the known values of a feature.

    Parameters
    ----------
    values : float64, any shape
        NaN where not known; left out.
    bins : int
        Of the histogram; one when all values are equal.

    Returns
    -------
    Distribution
        NaN and no bins where nothing is known.

    Examples
    --------
    >>> found = distribution(np.array([0.0, 1.0, 2.0, 3.0, 4.0, np.nan]))
    >>> found.mean, round(found.deviation, 6), found.zeros, float(found.quantiles[4])
    (2.0, 1.581139, 0.2, 2.0)
    """
    known = np.sort(values[~np.isnan(values)])
    if known.size == 0:
        return _NOTHING
    mean, deviation, skew, kurtosis = _moments(known)
    edges, counts = _histogram(known, bins)
    return Distribution(
        mean=mean,
        deviation=deviation,
        skew=skew,
        kurtosis=kurtosis,
        quantiles=_sorted_quantiles(known, np.array(QUANTILES)),
        zeros=float((known == 0.0).mean()),
        outliers=_outliers(known),
        edges=edges,
        counts=counts,
    )


def _moments(known: Float) -> tuple[float, float, float, float]:
    mean = float(known.mean())
    # Divided by the largest deviation, so that fourth powers neither overflow nor vanish.
    centred = known - mean
    scale = float(np.abs(centred).max())
    if scale == 0.0:
        return mean, 0.0 if known.size > 1 else float("nan"), float("nan"), float("nan")
    unit = centred / scale
    square = unit * unit
    variance = float(square.mean())
    deviation = scale * np.sqrt(variance * known.size / (known.size - 1))
    skew, kurtosis = (square * unit).mean() / variance**1.5, (square * square).mean() / variance**2
    return mean, float(deviation), float(skew), float(kurtosis)


def _sorted_quantiles(known: Float, at: Float) -> Float:
    return np.interp(at * (known.size - 1), np.arange(known.size), known)


def _outliers(known: Float) -> float:
    away = np.abs(known - _sorted_quantiles(known, np.array([0.5]))[0])
    spread = float(np.median(away)) * NORMAL
    return float((away > FAR * spread).mean()) if spread > 0 else float("nan")


def _histogram(known: Float, bins: int) -> tuple[Float, Int]:
    low, high = _sorted_quantiles(known, np.array([TAIL, 1.0 - TAIL]))
    edges = np.linspace(low, high, bins + 1) if high > low else np.array([low, high])
    if np.any(np.diff(edges) <= 0):
        return np.array([low, high]), np.array([known.size], dtype=np.int64)
    inner = np.searchsorted(known, edges[1:-1], side="left")
    return edges, np.diff(np.r_[0, inner, known.size]).astype(np.int64)
