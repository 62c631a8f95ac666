"""Statistics of one return series.

Law of the names: `returns` are simple returns per bar as fractions, shape (T,); what is annual says so
by `periods_per_year`, which the calendar gives. A statistic without enough data is NaN.
"""

from __future__ import annotations

import numpy as np

from kuznia.core.typing import Float

DAYS_PER_YEAR = 365.25


def total_return(returns: Float) -> float:
    """Compound return over all bars.

    Examples
    --------
    >>> round(total_return(np.array([0.1, -0.1])), 10)
    -0.01
    """
    return float(np.prod(1.0 + returns) - 1.0)


def cagr(returns: Float, days: float) -> float:
    """Compound annual growth by calendar days.

    Parameters
    ----------
    returns : float64 (T,)
        Simple returns.
    days : float
        Calendar days from the start of the first return to the end of the last.

    Examples
    --------
    >>> round(cagr(np.array([0.1, 0.1]), 2 * 365.25), 10)
    0.1
    """
    growth = 1.0 + total_return(returns)
    if days <= 0:
        return float("nan")
    return float(growth ** (DAYS_PER_YEAR / days) - 1.0) if growth > 0 else -1.0


def volatility(returns: Float, periods_per_year: float) -> float:
    """Standard deviation (ddof 1), annual."""
    if len(returns) < 2:
        return float("nan")
    return float(np.std(returns, ddof=1) * np.sqrt(periods_per_year))


def sharpe(returns: Float, periods_per_year: float, risk_free: float = 0.0) -> float:
    """Arithmetic mean excess over its standard deviation (ddof 1), annual.

    Parameters
    ----------
    returns : float64 (T,)
        Simple returns.
    periods_per_year : float
        Bars of a year.
    risk_free : float
        Return of a riskless asset per bar.

    Notes
    -----
    W. F. Sharpe, *The Sharpe Ratio* (1994). NaN when the returns do not vary.

    Examples
    --------
    >>> round(sharpe(np.array([0.01, 0.03]), 4.0), 6)
    2.828427
    """
    if len(returns) < 2:
        return float("nan")
    deviation = float(np.std(returns, ddof=1))
    if not deviation > 1e-15:
        return float("nan")
    return float((np.mean(returns) - risk_free) / deviation * np.sqrt(periods_per_year))


def sortino(returns: Float, periods_per_year: float, target: float = 0.0) -> float:
    """Mean above the target over the root mean square of what lies below it, annual.

    The square is averaged over all bars, not only the bad ones (Sortino and Price, 1994).
    """
    below = np.minimum(returns - target, 0.0)
    deviation = float(np.sqrt(np.mean(below**2))) if len(returns) else 0.0
    if not deviation > 1e-15:
        return float("nan")
    return float((np.mean(returns) - target) / deviation * np.sqrt(periods_per_year))


def calmar(growth: float, drawdown: float) -> float:
    """Annual growth over the largest drawdown; NaN without a drawdown."""
    return growth / drawdown if drawdown > 0 else float("nan")


def profit_factor(pnl: Float) -> float:
    """What winning trades made over what losing trades lost; NaN when none lost.

    Examples
    --------
    >>> profit_factor(np.array([3.0, -1.0, -0.5]))
    2.0
    """
    lost = -float(pnl[pnl < 0].sum())
    return float(pnl[pnl > 0].sum()) / lost if lost > 0 else float("nan")


def win_rate(pnl: Float) -> float:
    """Share of trades that made money after their costs."""
    return float(np.mean(pnl > 0)) if len(pnl) else float("nan")


def skewness(returns: Float) -> float:
    """Third standardised moment (ddof 0), as in the papers on the Sharpe ratio."""
    return _moment(returns, 3)


def kurtosis(returns: Float) -> float:
    """Fourth standardised moment (ddof 0), 3 for a normal: not the excess."""
    return _moment(returns, 4)


def _moment(returns: Float, order: int) -> float:
    centred = returns - np.mean(returns) if len(returns) else returns
    deviation = float(np.sqrt(np.mean(centred**2))) if len(returns) else 0.0
    return float(np.mean(centred**order) / deviation**order) if deviation > 1e-15 else float("nan")
