"""What a simulated account says: statistics with intervals, alone and beside benchmarks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kuznia.core.backtest.result import BacktestResult
from kuznia.core.errors import BacktestError
from kuznia.core.metrics import drawdown, performance, relative, significance
from kuznia.core.metrics.bootstrap import (
    Blocks,
    Interval,
    growth_interval,
    mean_interval,
    sharpe_interval,
)
from kuznia.core.typing import Float

DAY = 86_400_000_000


def active_returns(result: BacktestResult) -> Float:
    """Returns of the bars after the first decision, the first of them on the initial cash. (T - 1,)"""
    before = np.concatenate(([result.settings.initial_cash], result.equity[1:-1]))
    after = result.equity[1:]
    return np.asarray(np.where(before > 0, after / np.where(before > 0, before, 1.0) - 1.0, 0.0))


def span_days(result: BacktestResult) -> float:
    """Calendar days from the first decision to the last mark."""
    return float(result.ts[-1] - result.ts[0]) / DAY


def statistics(result: BacktestResult, periods_per_year: float, blocks: Blocks) -> dict[str, Interval]:
    """Statistics of an account; bounds are NaN where none are computed.

    Parameters
    ----------
    result : BacktestResult
        Starting at its first decision.
    periods_per_year : float
        Bars of a year, from the calendar.
    blocks : Blocks
        Drawn for ``T - 1`` rows; the same for every series that is compared.

    Returns
    -------
    dict of str to Interval
        By name; annual where the name's formula says so (``docs/conventions.md``).
    """
    returns = active_returns(result)
    if len(returns) < 2:
        raise BacktestError(
            "There are fewer than two bars after the first decision.", "Choose a longer span."
        )
    days = span_days(result)
    years = days / performance.DAYS_PER_YEAR
    fall = drawdown.deepest(result.equity, result.ts, result.settings.initial_cash)
    growth = growth_interval(returns, days, blocks)
    ratio = sharpe_interval(returns, periods_per_year, blocks)
    skew, kurtosis = performance.skewness(returns), performance.kurtosis(returns)
    per_bar = ratio.value / np.sqrt(periods_per_year)
    record = significance.minimum_track_record(per_bar, 0.0, skew, kurtosis)
    pnl = result.trades["pnl"].to_numpy()
    closed = result.trades["reason"].to_numpy() != "open"
    worth = float(np.mean(result.equity))
    single = {
        "total_return": performance.total_return(returns),
        "volatility": performance.volatility(returns, periods_per_year),
        "sortino": performance.sortino(returns, periods_per_year),
        "max_drawdown": fall.depth,
        "recovery_days": fall.days,
        "recovered": float(fall.recovered is not None),
        "calmar": performance.calmar(performance.cagr(returns, days), fall.depth),
        "skewness": skew,
        "kurtosis": kurtosis,
        "probabilistic_sharpe": significance.probabilistic_sharpe(per_bar, 0.0, len(returns), skew, kurtosis),
        "minimum_track_years": record / periods_per_year,
        "trades": float(len(pnl)),
        "win_rate": performance.win_rate(pnl[closed]),
        "profit_factor": performance.profit_factor(pnl[closed]),
        "average_bars": float(np.mean(result.trades["bars"].to_numpy())) if len(pnl) else float("nan"),
        "turnover": float(result.turnover.sum()) / years if years > 0 else float("nan"),
        "cost_per_year": sum(result.costs.values()) / worth / years
        if years > 0 and worth > 0
        else float("nan"),
        "gross_exposure": float(np.nanmean(result.exposure[:, 0])),
        "net_exposure": float(np.nanmean(result.exposure[:, 1])),
    }
    alone = {name: Interval(value, float("nan"), float("nan")) for name, value in single.items()}
    return {"cagr": growth, "sharpe": ratio, **alone}


@dataclass(frozen=True, slots=True)
class Comparison:
    """An account beside a benchmark over the same bars."""

    excess: Float
    metrics: dict[str, Interval]


def compare(
    result: BacktestResult, benchmark: BacktestResult, periods_per_year: float, blocks: Blocks
) -> Comparison:
    """Statistics relative to a benchmark that was simulated over the same bars."""
    if not np.array_equal(result.ts, benchmark.ts):
        raise BacktestError("The benchmark has other bars.", "Simulate both over the same panel.")
    mine, theirs = active_returns(result), active_returns(benchmark)
    excess = mine - theirs
    nothing = float("nan")
    metrics = {
        "excess_return": mean_interval(excess, periods_per_year, blocks),
        "information_ratio": sharpe_interval(excess, periods_per_year, blocks),
        "tracking_error": Interval(relative.tracking_error(mine, theirs, periods_per_year), nothing, nothing),
        "beta": Interval(relative.beta(mine, theirs), nothing, nothing),
        "alpha": Interval(relative.alpha(mine, theirs, periods_per_year), nothing, nothing),
    }
    return Comparison(excess, metrics)
