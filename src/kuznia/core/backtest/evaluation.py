"""What a simulated account says: statistics with intervals, alone and beside benchmarks."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from kuznia.core.backtest import places
from kuznia.core.backtest.result import BacktestResult
from kuznia.core.errors import BacktestError
from kuznia.core.metrics import _kernels as kernel
from kuznia.core.metrics import drawdown, performance, relative, significance
from kuznia.core.metrics.bootstrap import (
    Blocks,
    Interval,
    growth_interval,
    mean_interval,
    sharpe_interval,
    sortino_interval,
    volatility_interval,
)
from kuznia.core.metrics.cashflows import money_weighted_return
from kuznia.core.typing import Float

DAY = 86_400_000_000
_NOTHING = np.empty(0)


def active_returns(result: BacktestResult) -> Float:
    """Time-weighted returns of the bars after the first decision, the first on the initial cash. (T - 1,)"""
    before = np.concatenate(([result.settings.initial_cash], result.equity[1:-1]))
    deposits = result.market.cash_flows
    if deposits is not None:
        before = before + deposits[1:]
        before[0] += deposits[0]
    after = result.equity[1:]
    return np.asarray(np.where(before > 0, after / np.where(before > 0, before, 1.0) - 1.0, 0.0))


def index(result: BacktestResult) -> Float:
    """What the initial cash grew to by time-weighted returns; the equity when nothing was paid in. (T,)"""
    start = result.settings.initial_cash
    if result.market.cash_flows is None:
        return np.concatenate(([start], result.equity[1:]))
    return np.concatenate(([start], start * np.cumprod(1.0 + active_returns(result))))


def span_days(result: BacktestResult) -> float:
    """Calendar days from the first decision to the last mark."""
    return float(result.ts[-1] - result.ts[0]) / DAY


def summary(result: BacktestResult, periods_per_year: float) -> dict[str, float]:
    """Point statistics of an account in one pass over its bars, without intervals.

    Parameters
    ----------
    result : BacktestResult
        Starting at its first decision; at least two bars.
    periods_per_year : float
        Bars of a year, from the calendar.

    Returns
    -------
    dict of str to float
        By name, NaN where the bars do not tell: ``total_return``, ``cagr``, ``volatility``,
        ``sharpe``, ``sortino``, ``calmar``, ``omega``, ``downside_deviation``, ``skewness``,
        ``kurtosis``, ``best_bar``, ``worst_bar``, ``positive_bars`` (share), ``max_drawdown``,
        ``recovery_days``, ``recovered`` (1 or 0), ``longest_drawdown_days``, ``underwater`` (share of
        bars), ``ulcer``, ``martin``, ``probabilistic_sharpe``, ``turnover`` and ``cost_per_year``
        (fractions of the worth, a year), ``costs`` (cash), ``final_equity``. Formulas are in
        ``docs/conventions.md``; the same names in `statistics` mean the same.

    Examples
    --------
    >>> from kuznia.core.backtest.benchmarks import buy_and_hold
    >>> from kuznia.core.backtest.settings import Settings
    >>> from kuznia.core.frames.panel import Panel
    >>> ts = np.arange(3) * 86_400_000_000
    >>> prices = {"open": np.array([[10.0, 10.0, 12.0]]), "close": np.array([[10.0, 11.0, 9.9]])}
    >>> panel = Panel(("XNAS:A",), ts, ts.astype("datetime64[us]").astype("datetime64[D]"), ts, prices)
    >>> found = summary(buy_and_hold(panel, "XNAS:A", Settings()), 252.0)
    >>> round(found["total_return"], 6), round(found["max_drawdown"], 6), round(found["turnover"], 1)
    (-0.01, 0.1, 174.8)
    """
    deposits, start = result.market.cash_flows, result.settings.initial_cash
    if deposits is None and len(result.equity) > 1 and result.equity.min() > 0.0:
        sums = kernel.equity_sums(result.equity, result.ts, start)
    else:
        paid = _NOTHING if deposits is None else np.ascontiguousarray(deposits, dtype=np.float64)
        sums = kernel.account_sums(result.equity, paid, result.ts, start)
    return _named(sums.tolist(), result, periods_per_year)


def _named(sums: list[float], result: BacktestResult, per_year: float) -> dict[str, float]:
    """Statistics from the counts of `account_sums`."""
    nan = float("nan")
    costs, traded = sum(result.costs.values()), float(result.totals[places.FLOW_TRADED])
    bars, mean, growth, depth = (sums[k] for k in (kernel.BARS, kernel.MEAN, kernel.GROWTH, kernel.DEPTH))
    years = span_days(result) / performance.DAYS_PER_YEAR
    root, second = math.sqrt(per_year), sums[kernel.SQUARES]
    deviation = math.sqrt(second * bars / (bars - 1.0)) if bars > 1 else nan
    varies = deviation > 1e-15
    down = math.sqrt(sums[kernel.BELOW_SQUARES] / bars) if bars else nan
    skew = sums[kernel.CUBES] / second**1.5 if varies else nan
    kurtosis = sums[kernel.FOURTHS] / second**2 if varies else nan
    cagr = nan if not years > 0 else growth ** (1.0 / years) - 1.0 if growth > 0 else -1.0
    ulcer = math.sqrt(sums[kernel.ULCER] / bars) if bars else nan
    peak, end = int(sums[kernel.DEEP_PEAK]), int(sums[kernel.DEEP_END])
    worth = sums[kernel.WORTH] / bars if bars else nan
    ratio = mean / deviation if varies else nan
    return {
        "total_return": growth - 1.0,
        "cagr": cagr,
        "volatility": deviation * root,
        "sharpe": ratio * root,
        "sortino": mean / down * root if down > 1e-15 else nan,
        "calmar": cagr / depth if depth > 0 else nan,
        "omega": sums[kernel.GAINS] / sums[kernel.LOSSES] if sums[kernel.LOSSES] > 0 else nan,
        "downside_deviation": down * root,
        "skewness": skew,
        "kurtosis": kurtosis,
        "best_bar": sums[kernel.BEST],
        "worst_bar": sums[kernel.WORST],
        "positive_bars": sums[kernel.UP] / bars if bars else nan,
        "max_drawdown": depth,
        "recovery_days": float(result.ts[end] - result.ts[peak]) / DAY if depth > 0 else 0.0,
        "recovered": float(end >= 0 or depth == 0),
        "longest_drawdown_days": sums[kernel.LONGEST] / DAY,
        "underwater": sums[kernel.UNDER] / bars if bars else nan,
        "ulcer": ulcer,
        "martin": cagr / ulcer if ulcer > 0 else nan,
        "probabilistic_sharpe": significance.probabilistic_sharpe(ratio, 0.0, int(bars), skew, kurtosis),
        "turnover": traded / worth / years if years > 0 and worth > 0 else nan,
        "costs": costs,
        "cost_per_year": costs / worth / years if years > 0 and worth > 0 else nan,
        "final_equity": float(result.equity[-1]),
    }


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
    fall = drawdown.deepest(index(result), result.ts, result.settings.initial_cash)
    growth = growth_interval(returns, days, blocks)
    ratio = sharpe_interval(returns, periods_per_year, blocks)
    skew, kurtosis = performance.skewness(returns), performance.kurtosis(returns)
    per_bar = ratio.value / np.sqrt(periods_per_year)
    record = significance.minimum_track_record(per_bar, 0.0, skew, kurtosis)
    deposits = result.market.cash_flows
    pnl = result.trades["pnl"].to_numpy()
    closed = result.trades["reason"].to_numpy() != "open"
    worth = float(np.mean(result.equity[1:]))
    yearly = 1.0 / (worth * years) if worth > 0 and years > 0 else float("nan")
    ulcer = drawdown.ulcer(index(result)[1:], result.settings.initial_cash)
    single = {
        "total_return": performance.total_return(returns),
        "omega": performance.omega(returns),
        "downside_deviation": performance.downside_deviation(returns, periods_per_year),
        "value_at_risk": performance.value_at_risk(returns),
        "expected_shortfall": performance.expected_shortfall(returns),
        "tail_ratio": performance.tail_ratio(returns),
        "ulcer": ulcer,
        "martin": drawdown.martin(performance.cagr(returns, days), ulcer),
        "max_drawdown": fall.depth,
        "recovery_days": fall.days,
        "recovered": float(fall.recovered is not None),
        "calmar": performance.calmar(performance.cagr(returns, days), fall.depth),
        "skewness": skew,
        "kurtosis": kurtosis,
        "probabilistic_sharpe": significance.probabilistic_sharpe(per_bar, 0.0, len(returns), skew, kurtosis),
        "minimum_track_years": record / periods_per_year,
        "money_weighted_return": performance.cagr(returns, days)
        if deposits is None
        else money_weighted_return(
            float(result.equity[-1]), deposits, result.ts, result.settings.initial_cash
        ),
        "trades": float(len(pnl)),
        "win_rate": performance.win_rate(pnl[closed]),
        "profit_factor": performance.profit_factor(pnl[closed]),
        "average_bars": float(np.mean(result.trades["bars"].to_numpy())) if len(pnl) else float("nan"),
        "turnover": float(result.totals[places.FLOW_TRADED]) * yearly,
        "cost_per_year": sum(result.costs.values()) * yearly,
        "gross_exposure": float(np.nanmean(result.exposure[:, 0])),
        "net_exposure": float(np.nanmean(result.exposure[:, 1])),
    }
    alone = {name: Interval(value, float("nan"), float("nan")) for name, value in single.items()}
    bounded = {
        "cagr": growth,
        "sharpe": ratio,
        "sortino": sortino_interval(returns, periods_per_year, blocks),
        "volatility": volatility_interval(returns, periods_per_year, blocks),
    }
    return {**bounded, **alone}


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
        "correlation": Interval(relative.correlation(mine, theirs), nothing, nothing),
        "treynor": Interval(relative.treynor(mine, theirs, periods_per_year), nothing, nothing),
        "up_capture": Interval(relative.capture(mine, theirs, rising=True), nothing, nothing),
        "down_capture": Interval(relative.capture(mine, theirs, rising=False), nothing, nothing),
        "batting_average": Interval(relative.batting_average(mine, theirs), nothing, nothing),
    }
    return Comparison(excess, metrics)
