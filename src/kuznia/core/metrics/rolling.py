"""Statistics over a moving window of returns; NaN until the window is full.

Windows are differences of running sums about the series' mean, so a long series costs one pass
whatever the window.
"""

from __future__ import annotations

import numpy as np

from kuznia.core.typing import Float


def rolling_return(returns: Float, window: int) -> Float:
    """Compound return of the last `window` bars. (T,)

    Examples
    --------
    >>> np.round(rolling_return(np.array([0.1, 0.1, -0.5]), 2), 10).tolist()
    [nan, 0.21, -0.45]
    """
    ruined = returns <= -1.0
    found = np.expm1(_sums(np.log1p(np.where(ruined, 0.0, returns)), window))
    return np.asarray(np.where(_sums(ruined.astype(np.float64), window) > 0.5, -1.0, found))


def rolling_volatility(returns: Float, window: int, periods_per_year: float) -> Float:
    """Standard deviation (ddof 1) of the last `window` bars, annual. (T,)"""
    return np.asarray(np.sqrt(_covariance(returns, returns, window) * periods_per_year))


def rolling_sharpe(returns: Float, window: int, periods_per_year: float, risk_free: float = 0.0) -> Float:
    """Sharpe ratio of the last `window` bars, annual; NaN where they do not vary. (T,)

    Examples
    --------
    >>> found = rolling_sharpe(np.array([0.0, 0.01, 0.03]), 2, 4.0)
    >>> np.round(found, 6).tolist()
    [nan, 1.414214, 2.828427]
    """
    mean = _sums(returns, window) / window - risk_free
    deviation = np.sqrt(_covariance(returns, returns, window))
    varies = deviation > 1e-12
    return np.asarray(
        np.where(varies, mean / np.where(varies, deviation, 1.0), np.nan) * np.sqrt(periods_per_year)
    )


def rolling_beta(returns: Float, benchmark: Float, window: int) -> Float:
    """Slope on the benchmark over the last `window` bars. (T,)

    Examples
    --------
    >>> market = np.array([0.01, -0.02, 0.03])
    >>> np.round(rolling_beta(2 * market, market, 2), 10).tolist()
    [nan, 2.0, 2.0]
    """
    variance = _covariance(benchmark, benchmark, window)
    varies = variance > 1e-24
    covariance = _covariance(returns, benchmark, window)
    return np.asarray(np.where(varies, covariance / np.where(varies, variance, 1.0), np.nan))


def rolling_correlation(returns: Float, benchmark: Float, window: int) -> Float:
    """Correlation with the benchmark over the last `window` bars. (T,)"""
    scale = np.sqrt(_covariance(returns, returns, window) * _covariance(benchmark, benchmark, window))
    varies = scale > 1e-24
    covariance = _covariance(returns, benchmark, window)
    return np.asarray(np.clip(np.where(varies, covariance / np.where(varies, scale, 1.0), np.nan), -1.0, 1.0))


def _sums(values: Float, window: int) -> Float:
    found = np.full(len(values), np.nan)
    if 1 <= window <= len(values):
        running = np.concatenate(([0.0], np.cumsum(values)))
        found[window - 1 :] = running[window:] - running[:-window]
    return found


def _covariance(a: Float, b: Float, window: int) -> Float:
    """Covariance (ddof 1) of each window; never below zero for a series with itself."""
    if window < 2 or window > len(a):
        return np.full(len(a), np.nan)
    own, other = a - a.mean(), b - b.mean()
    found = (_sums(own * other, window) - _sums(own, window) * _sums(other, window) / window) / (window - 1)
    return np.maximum(found, 0.0) if a is b else found
