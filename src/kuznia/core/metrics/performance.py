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
    deviation = downside_deviation(returns, 1.0, target)
    if not deviation > 1e-15:
        return float("nan")
    return float((np.mean(returns) - target) / deviation * np.sqrt(periods_per_year))


def downside_deviation(returns: Float, periods_per_year: float, target: float = 0.0) -> float:
    """Root mean square of what lies below the target, over all bars, annual (Sortino and Price 1994).

    Examples
    --------
    >>> downside_deviation(np.array([0.02, -0.01, 0.01, -0.01]), 2.0)
    0.01
    """
    if len(returns) == 0:
        return float("nan")
    below = np.minimum(returns - target, 0.0)
    return float(np.sqrt(np.mean(below**2) * periods_per_year))


def omega(returns: Float, threshold: float = 0.0) -> float:
    """Sum of what lies above the threshold over the sum of what lies below it.

    Keating and Shadwick, *A Universal Performance Measure* (2002). NaN when nothing lies below.

    Examples
    --------
    >>> round(omega(np.array([0.03, -0.01, 0.01])), 10)
    4.0
    """
    below = float(np.maximum(threshold - returns, 0.0).sum())
    return float(np.maximum(returns - threshold, 0.0).sum()) / below if below > 0 else float("nan")


def gain_to_pain(returns: Float) -> float:
    """Sum of the returns over the sum of the losses (Schwager 2012, who takes monthly returns).

    Examples
    --------
    >>> round(gain_to_pain(np.array([0.03, -0.01, 0.01])), 10)
    3.0
    """
    return omega(returns) - 1.0


def value_at_risk(returns: Float, level: float = 0.05) -> float:
    """Loss that a share `level` of the bars exceeds, from the sample itself; positive for a loss.

    The quantile is interpolated linearly (number 7 of Hyndman and Fan 1996).

    Examples
    --------
    >>> value_at_risk(np.arange(-10.0, 11.0) / 100, 0.1)
    0.08
    """
    return -float(np.quantile(returns, level)) if len(returns) else float("nan")


def expected_shortfall(returns: Float, level: float = 0.05) -> float:
    """Mean loss of the worst share `level` of the bars (CVaR); positive for a loss.

    The bar on the border counts with the part that is still missing, which makes the measure coherent
    (Acerbi and Tasche 2002).

    Examples
    --------
    >>> round(expected_shortfall(np.array([-0.04, -0.02, 0.0, 0.02]), 0.375), 10)
    0.0333333333
    """
    if len(returns) == 0:
        return float("nan")
    count = level * len(returns)
    whole = min(int(count), len(returns) - 1)
    worst = np.sort(np.partition(returns, whole)[: whole + 1])
    return -float(worst[:whole].sum() + (count - whole) * worst[whole]) / count


def tail_ratio(returns: Float, level: float = 0.05) -> float:
    """Size of the upper tail over the size of the lower one: quantiles ``1 - level`` and ``level``.

    Examples
    --------
    >>> round(tail_ratio(np.array([-0.01, 0.0, 0.0, 0.0, 0.03]), 0.0), 10)
    3.0
    """
    if len(returns) == 0:
        return float("nan")
    low, high = np.abs(np.quantile(returns, [level, 1.0 - level]))
    return float(high / low) if low > 0 else float("nan")


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


def payoff_ratio(pnl: Float) -> float:
    """Average win over average loss; NaN without either.

    Examples
    --------
    >>> payoff_ratio(np.array([3.0, 1.0, -1.0]))
    2.0
    """
    won, lost = pnl[pnl > 0], pnl[pnl < 0]
    return float(won.mean() / -lost.mean()) if len(won) and len(lost) else float("nan")


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
