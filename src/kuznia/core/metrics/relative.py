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


def alpha(returns: Float, benchmark: Float, periods_per_year: float) -> float:
    """Intercept of that line, annual (Jensen 1968; riskless rate zero)."""
    slope = beta(returns, benchmark)
    return float((np.mean(returns) - slope * np.mean(benchmark)) * periods_per_year)
