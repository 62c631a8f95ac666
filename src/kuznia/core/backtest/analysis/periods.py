"""Returns in parts of the time: years, months, weekdays, regimes.

A regime of a bar is what was known when the bar's position was decided: the state of the bar before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kuznia.core.errors import BacktestError
from kuznia.core.metrics import _kernels as kernel
from kuznia.core.metrics.performance import sharpe, total_return, volatility
from kuznia.core.metrics.rolling import rolling_volatility
from kuznia.core.typing import Float, Int, Sessions

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
VOLATILITY = ("calm", "usual", "wild")
TREND = ("falling", "rising")


@dataclass(frozen=True, slots=True)
class Part:
    """Returns of some of the bars.

    Parameters
    ----------
    key : str
        ``2024``, ``2024-03``, ``Monday``, or a regime's name.
    bars : int
        How many; the statistics are NaN with too few.
    total_return : float
        Compound return over these bars.
    mean, volatility, sharpe : float
        Annual, over these bars alone.
    positive : float
        Share of the bars above zero.
    benchmark_return : float
        The benchmark's compound return over the same bars; NaN without one.
    """

    key: str
    bars: int
    total_return: float
    mean: float
    volatility: float
    sharpe: float
    positive: float
    benchmark_return: float


def by_code(
    returns: Float,
    codes: Int,
    names: Sequence[str],
    periods_per_year: float,
    benchmark: Float | None = None,
) -> list[Part]:
    """Statistics of the bars of each code, in the order of `names`; those without bars are left out.

    Parameters
    ----------
    returns : float64 (T,)
        Simple returns.
    codes : int64 (T,)
        Places in `names`; −1 for a bar that belongs nowhere.
    names : sequence of str
        Keys of the parts.
    periods_per_year : float
        Bars of a year.
    benchmark : float64 (T,), optional
        Its returns on the same bars.

    Examples
    --------
    >>> found = by_code(np.array([0.1, -0.1, 0.2]), np.array([0, 1, 0]), ["a", "b"], 252.0)
    >>> [(one.key, one.bars, round(one.total_return, 6)) for one in found]
    [('a', 2, 0.32), ('b', 1, -0.1)]
    """
    if len(codes) != len(returns):
        raise BacktestError(f"{len(codes)} codes for {len(returns)} returns.", "Give one for each bar.")
    found = []
    for code, name in enumerate(names):
        chosen = codes == code
        own = returns[chosen]
        if len(own) == 0:
            continue
        found.append(
            Part(
                name,
                len(own),
                total_return(own),
                float(own.mean()) * periods_per_year,
                volatility(own, periods_per_year),
                sharpe(own, periods_per_year),
                float(np.mean(own > 0)),
                float("nan") if benchmark is None else total_return(benchmark[chosen]),
            )
        )
    return found


def by_year(
    returns: Float, sessions: Sessions, periods_per_year: float, benchmark: Float | None = None
) -> list[Part]:
    """Statistics of each calendar year that has bars."""
    return _by_label(returns, sessions.astype("datetime64[Y]"), periods_per_year, benchmark)


def by_month(
    returns: Float, sessions: Sessions, periods_per_year: float, benchmark: Float | None = None
) -> list[Part]:
    """Statistics of each calendar month that has bars.

    Examples
    --------
    >>> days = np.array(["2024-01-30", "2024-01-31", "2024-02-01"], dtype="datetime64[D]")
    >>> [one.key for one in by_month(np.array([0.1, 0.1, 0.1]), days, 252.0)]
    ['2024-01', '2024-02']
    """
    return _by_label(returns, sessions.astype("datetime64[M]"), periods_per_year, benchmark)


def by_weekday(
    returns: Float, sessions: Sessions, periods_per_year: float, benchmark: Float | None = None
) -> list[Part]:
    """Statistics of each day of the week that has bars."""
    days = (sessions.astype("datetime64[D]").astype(np.int64) + 3) % 7
    return by_code(returns, days, WEEKDAYS, periods_per_year, benchmark)


def volatility_regime(benchmark: Float, window: int = 63, least: int = 126) -> Int:
    """Tercile of the benchmark's recent volatility among all values up to then. (T,)

    Parameters
    ----------
    benchmark : float64 (T,)
        Its returns; with a history before the account's first bar the first regimes are known sooner.
    window : int
        Bars of the recent volatility.
    least : int
        Past volatilities without which there is no tercile.

    Returns
    -------
    int64 (T,)
        Places in `VOLATILITY`, −1 where not known. Bar ``t`` has the state of bar ``t - 1``.

    Examples
    --------
    >>> market = np.array([0.05, -0.05, 0.04, -0.02, 0.09, -0.09, 0.0])
    >>> volatility_regime(market, window=2, least=2).tolist()
    [-1, -1, -1, -1, 0, 2, 2]
    """
    recent = rolling_volatility(benchmark, window, 1.0)
    known = np.flatnonzero(~np.isnan(recent))
    codes = np.full(len(benchmark), -1, dtype=np.int64)
    if len(known) <= least:
        return codes
    share = kernel.expanding_share(recent[known], np.argsort(np.argsort(recent[known], kind="stable")))
    states = np.minimum((share * len(VOLATILITY)).astype(np.int64), len(VOLATILITY) - 1)
    codes[known[least:]] = states[least:]
    return _before(codes)


def trend_regime(benchmark: Float, window: int = 200) -> Int:
    """Whether the benchmark stood above its moving average. (T,)

    Parameters
    ----------
    benchmark : float64 (T,)
        Its returns.
    window : int
        Bars of the average of the index that they compound to.

    Returns
    -------
    int64 (T,)
        Places in `TREND`, −1 where not known. Bar ``t`` has the state of bar ``t - 1``.

    Examples
    --------
    >>> trend_regime(np.array([0.1, 0.1, -0.3, 0.1]), 2).tolist()
    [-1, -1, 1, 0]
    """
    index = np.cumprod(1.0 + benchmark)
    codes = np.full(len(benchmark), -1, dtype=np.int64)
    if len(index) >= window:
        running = np.concatenate(([0.0], np.cumsum(index)))
        average = (running[window:] - running[:-window]) / window
        codes[window - 1 :] = index[window - 1 :] > average
    return _before(codes)


def _before(codes: Int) -> Int:
    return np.concatenate((np.full(1, -1, dtype=np.int64), codes[:-1]))[: len(codes)]


def _by_label(
    returns: Float, labels: Sessions, periods_per_year: float, benchmark: Float | None
) -> list[Part]:
    found, codes = np.unique(labels, return_inverse=True)
    return by_code(returns, codes, [str(one) for one in found], periods_per_year, benchmark)
