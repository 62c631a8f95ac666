"""A strategy beside its benchmark: both as simple returns per bar over the same bars."""

from __future__ import annotations

import numpy as np

from kuznia.core.metrics.performance import sharpe, volatility
from kuznia.core.typing import Float


def information_ratio(returns: Float, benchmark: Float, periods_per_year: float) -> float:
    """Mean difference over the standard deviation of the difference (ddof 1), annual."""
    return sharpe(returns - benchmark, periods_per_year)


def tracking_error(returns: Float, benchmark: Float, periods_per_year: float) -> float:
    """Standard deviation of the difference (ddof 1), annual."""
    return volatility(returns - benchmark, periods_per_year)


def excess_return(returns: Float, benchmark: Float, periods_per_year: float) -> float:
    """Arithmetic mean of the difference, annual."""
    return float(np.mean(returns - benchmark) * periods_per_year) if len(returns) else float("nan")


def beta(returns: Float, benchmark: Float) -> float:
    """Slope of the least-squares line through the returns.

    Examples
    --------
    >>> market = np.array([0.01, -0.02, 0.03])
    >>> round(beta(2 * market + 0.001, market), 10)
    2.0
    """
    if len(returns) < 2:
        return float("nan")
    variance = float(np.var(benchmark, ddof=1))
    if not variance > 1e-30:
        return float("nan")
    return float(np.cov(returns, benchmark, ddof=1)[0, 1] / variance)


def alpha(returns: Float, benchmark: Float, periods_per_year: float, risk_free: float = 0.0) -> float:
    """Mean excess that the benchmark's beta does not explain, annual (Jensen 1968).

    Parameters
    ----------
    returns, benchmark : float64 (T,)
        Simple returns.
    periods_per_year : float
        Bars of a year.
    risk_free : float
        Return of a riskless asset per bar.
    """
    slope = beta(returns, benchmark)
    own, market = np.mean(returns) - risk_free, np.mean(benchmark) - risk_free
    return float((own - slope * market) * periods_per_year)


def correlation(returns: Float, benchmark: Float) -> float:
    """Pearson's correlation; NaN when either does not vary."""
    if len(returns) < 2 or min(np.std(returns), np.std(benchmark)) < 1e-15:
        return float("nan")
    return float(np.corrcoef(returns, benchmark)[0, 1])


def treynor(returns: Float, benchmark: Float, periods_per_year: float, risk_free: float = 0.0) -> float:
    """Annual mean excess over the riskless rate for one unit of beta (Treynor 1965).

    Examples
    --------
    >>> market = np.array([0.01, -0.02, 0.04])
    >>> round(treynor(2 * market, market, 100.0), 10)
    1.0
    """
    slope = beta(returns, benchmark)
    if not abs(slope) > 1e-12:
        return float("nan")
    return float((np.mean(returns) - risk_free) * periods_per_year / slope)


def modigliani(returns: Float, benchmark: Float, periods_per_year: float, risk_free: float = 0.0) -> float:
    """Annual mean at the benchmark's volatility, in excess of the riskless rate (Modigliani 1997)."""
    return sharpe(returns, periods_per_year, risk_free) * volatility(benchmark, periods_per_year)


def capture(returns: Float, benchmark: Float, *, rising: bool) -> float:
    """Geometric mean return over the benchmark's own, on the bars where the benchmark rose or fell.

    Parameters
    ----------
    returns, benchmark : float64 (T,)
        Simple returns.
    rising : bool
        Bars with a benchmark above zero (up capture) or below (down capture).

    Notes
    -----
    Morningstar's definition, on bars instead of months. It needs no annual figure; peers that raise both
    to a year's power give larger values.

    Examples
    --------
    >>> market = np.array([0.10, -0.10, 0.10])
    >>> round(capture(0.5 * market, market, rising=True), 10)
    0.5
    """
    chosen = benchmark > 0 if rising else benchmark < 0
    if not chosen.any() or np.any(returns[chosen] <= -1.0) or np.any(benchmark[chosen] <= -1.0):
        return float("nan")
    mine, theirs = np.expm1([np.log1p(x[chosen]).mean() for x in (returns, benchmark)])
    return float(mine / theirs)


def batting_average(returns: Float, benchmark: Float) -> float:
    """Share of the bars on which the benchmark was beaten."""
    return float(np.mean(returns > benchmark)) if len(returns) else float("nan")
