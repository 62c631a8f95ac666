"""The whole analysis of one account as one value, and as plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from kuznia.core.backtest.analysis.attribution import Attribution, attribution
from kuznia.core.backtest.analysis.capacity import Capacity, capacity
from kuznia.core.backtest.analysis.factors import FactorModel, factor_model
from kuznia.core.backtest.analysis.holdings import Cost, Holdings, cost_split, holdings
from kuznia.core.backtest.analysis.periods import (
    TREND,
    VOLATILITY,
    Part,
    by_code,
    by_month,
    by_weekday,
    by_year,
    trend_regime,
    volatility_regime,
)
from kuznia.core.backtest.analysis.trips import TripStatistics, trip_statistics
from kuznia.core.backtest.evaluation import active_returns, index
from kuznia.core.backtest.result import BacktestResult
from kuznia.core.metrics.drawdown import Drawdown, table
from kuznia.core.metrics.rolling import rolling_beta, rolling_return, rolling_sharpe, rolling_volatility
from kuznia.core.typing import Float, Int


@dataclass(frozen=True, slots=True)
class Rolling:
    """Statistics of the last `window` bars at each bar; NaN before. Each (T,), rows of the result's ``ts``.

    Parameters
    ----------
    window : int
        Bars.
    returns, volatility, sharpe, beta : float64 (T,)
        `beta` is NaN without a benchmark.
    """

    window: int
    returns: Float
    volatility: Float
    sharpe: Float
    beta: Float


@dataclass(frozen=True, slots=True)
class Analysis:
    """Where an account's result comes from.

    Parameters
    ----------
    years, months, weekdays : tuple of Part
        By the calendar.
    volatility_regimes, trend_regimes : tuple of Part
        By the benchmark's state known before each bar; empty without a benchmark.
    attribution : Attribution
        Profit by instrument, sector and side.
    holdings : Holdings
    costs : tuple of Cost
    trades : TripStatistics
    drawdowns : tuple of Drawdown
        The ten deepest, of time-weighted worth; rows are of the result's ``ts``.
    capacity : Capacity
    factors : FactorModel or None
        On the given factors, or on the benchmark alone; None when neither is given.
    """

    years: tuple[Part, ...]
    months: tuple[Part, ...]
    weekdays: tuple[Part, ...]
    volatility_regimes: tuple[Part, ...]
    trend_regimes: tuple[Part, ...]
    attribution: Attribution
    holdings: Holdings
    costs: tuple[Cost, ...]
    trades: TripStatistics
    drawdowns: tuple[Drawdown, ...]
    capacity: Capacity
    factors: FactorModel | None

    def to_dict(self) -> dict[str, Any]:
        """Plain dicts, lists and numbers; NaN and infinity are left for the caller's format."""
        return asdict(self)


def analyse(
    result: BacktestResult,
    periods_per_year: float,
    *,
    benchmark: BacktestResult | None = None,
    factors: Mapping[str, Float] | None = None,
    sectors: Int | None = None,
    sector_names: Sequence[str] | Mapping[int, str] = (),
) -> Analysis:
    """Analyse an account.

    Parameters
    ----------
    result : BacktestResult
        Starting at its first decision.
    periods_per_year : float
        Bars of a year.
    benchmark : BacktestResult, optional
        Over the same bars.
    factors : mapping of str to float64 (T - 1,), optional
        Returns of factors on the bars after the first; by default the benchmark's.
    sectors : int64 (N,), optional
        Sector of each instrument; by default those of the result's market.
    sector_names : sequence or mapping
        Words for the sectors' codes.

    Examples
    --------
    >>> from kuznia.core.backtest.benchmarks import buy_and_hold
    >>> from kuznia.core.backtest.settings import Settings
    >>> from kuznia.core.frames.panel import Panel
    >>> ts = np.arange(5) * 86_400_000_000
    >>> days = ts.astype("datetime64[us]").astype("datetime64[D]")
    >>> prices = dict.fromkeys(("open", "close"), np.array([[10.0, 10.0, 12.0, 9.0, 11.0]]))
    >>> panel = Panel(("XTST:A",), ts, days, ts, prices)
    >>> found = analyse(buy_and_hold(panel, "XTST:A", Settings(initial_cash=100.0)), 252.0)
    >>> round(found.attribution.total, 6), found.holdings.most_names, found.drawdowns[0].depth
    (10.0, 1, 0.25)
    """
    returns, sessions = active_returns(result), result.panel.session[1:]
    other = None if benchmark is None else active_returns(benchmark)
    regimes: list[tuple[Part, ...]] = [(), ()]
    if other is not None:
        states = ((volatility_regime(other), VOLATILITY), (trend_regime(other), TREND))
        regimes = [tuple(by_code(returns, codes, names, periods_per_year, other)) for codes, names in states]
    explained = factors or ({"benchmark": other} if other is not None else None)
    usable = explained is not None and all(float(np.nanstd(x)) > 1e-15 for x in explained.values())
    fit = None
    if explained is not None and usable and len(returns) >= len(explained) + 3:
        fit = factor_model(returns, explained, periods_per_year)
    return Analysis(
        years=tuple(by_year(returns, sessions, periods_per_year, other)),
        months=tuple(by_month(returns, sessions, periods_per_year, other)),
        weekdays=tuple(by_weekday(returns, sessions, periods_per_year, other)),
        volatility_regimes=regimes[0],
        trend_regimes=regimes[1],
        attribution=attribution(result, sectors, sector_names),
        holdings=holdings(result),
        costs=tuple(cost_split(result)),
        trades=trip_statistics(result.trades),
        drawdowns=tuple(table(index(result), result.ts, result.settings.initial_cash)),
        capacity=capacity(result),
        factors=fit,
    )


def rolling(
    result: BacktestResult, periods_per_year: float, window: int, benchmark: BacktestResult | None = None
) -> Rolling:
    """Rolling series of an account.

    Parameters
    ----------
    result, benchmark : BacktestResult
        Over the same bars.
    periods_per_year : float
        Bars of a year.
    window : int
        Bars; half a year of daily bars is 126.

    Examples
    --------
    >>> from kuznia.core.backtest.benchmarks import buy_and_hold
    >>> from kuznia.core.backtest.settings import Settings
    >>> from kuznia.core.frames.panel import Panel
    >>> ts = np.arange(5) * 86_400_000_000
    >>> days = ts.astype("datetime64[us]").astype("datetime64[D]")
    >>> prices = dict.fromkeys(("open", "close"), np.array([[10.0, 10.0, 12.0, 9.0, 11.0]]))
    >>> panel = Panel(("XTST:A",), ts, days, ts, prices)
    >>> np.round(rolling(buy_and_hold(panel, "XTST:A", Settings()), 252.0, 2).returns, 6).tolist()
    [nan, nan, 0.2, -0.1, -0.083333]
    """
    returns = active_returns(result)
    slope = np.full(len(returns), np.nan)
    if benchmark is not None:
        slope = rolling_beta(returns, active_returns(benchmark), window)
    series = (
        rolling_return(returns, window),
        rolling_volatility(returns, window, periods_per_year),
        rolling_sharpe(returns, window, periods_per_year),
        slope,
    )
    return Rolling(window, *(np.concatenate(([np.nan], values)) for values in series))
