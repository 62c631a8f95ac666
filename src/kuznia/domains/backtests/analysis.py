"""Where a result came from, as it is stored: core's analysis in plain values, and rolling statistics."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl

from kuznia.core.backtest.analysis.report import Analysis, analyse
from kuznia.core.backtest.evaluation import active_returns
from kuznia.core.errors import CoreError
from kuznia.core.metrics.rolling import rolling_beta, rolling_return, rolling_sharpe, rolling_volatility
from kuznia.core.typing import Float
from kuznia.domains.backtests.material import Material
from kuznia.domains.backtests.simulation import UNIVERSE, Simulation

MOST_INSTRUMENTS = 400
"""Contributions that are kept from each end of the list."""


def analysis(found: Simulation, given: Material, periods_per_year: float) -> dict[str, Any]:
    """Everything that `AnalysisRead` shows, as plain values."""
    told = _analysed(found, given, periods_per_year).to_dict()
    parts = told["attribution"]
    instruments = parts["instruments"]
    rest = max(MOST_INSTRUMENTS, len(instruments) - MOST_INSTRUMENTS)
    ends = [*instruments[:MOST_INSTRUMENTS], *instruments[rest:]]
    parts |= {
        "instruments": ends,
        "instruments_left_out": len(instruments) - len(ends),
        "scheme": given.scheme if parts["sectors"] else None,
    }
    told["capacity"]["curve"] = [
        {"capital": capital, "net_return": net} for capital, net in told["capacity"]["curve"]
    ]
    for fall in told["drawdowns"]:
        fall |= {name: _time(found, fall[name]) for name in ("peak", "trough", "recovered")}
    return told


def _analysed(found: Simulation, given: Material, periods_per_year: float) -> Analysis:
    """On all benchmarks at once; on the universe alone where one of them follows from the other."""
    returns = {one.key: active_returns(one.result) for one in found.benchmarks}

    def analysed(factors: Mapping[str, Float]) -> Analysis:
        return analyse(
            found.account.result,
            periods_per_year,
            benchmark=found.benchmarks[0].result,
            factors=factors,
            sector_names=given.sector_names,
        )

    try:
        return analysed(returns)
    except CoreError:
        return analysed({UNIVERSE: returns[UNIVERSE]})


def _time(found: Simulation, row: int | None) -> str | None:
    return None if row is None else str(np.datetime64(int(found.panel.ts[row]), "us")) + "Z"


def window_of(bars: int, periods_per_year: float) -> int:
    """Bars of the rolling statistics: a year, or a quarter of what there is if that is less."""
    return max(10, min(round(periods_per_year), bars // 4))


def rolling(found: Simulation, periods_per_year: float) -> pl.DataFrame:
    """Rolling statistics and what was held, one row for each bar after the first decision."""
    result = found.account.result
    returns = active_returns(result)
    window = window_of(len(returns), periods_per_year)
    traded = np.concatenate(([0.0], np.cumsum(result.turnover[1:])))
    turnover = np.full(len(returns), np.nan)
    if len(returns) >= window:
        turnover[window - 1 :] = (traded[window:] - traded[:-window]) / window * periods_per_year
    columns = {
        "total_return": rolling_return(returns, window),
        "volatility": rolling_volatility(returns, window, periods_per_year),
        "sharpe": rolling_sharpe(returns, window, periods_per_year),
        "beta": rolling_beta(returns, active_returns(found.benchmarks[0].result), window),
        "turnover": turnover,
        "gross": result.exposure[1:, 0],
        "net": result.exposure[1:, 1],
        "names": (np.abs(result.positions[1:]) > 0).sum(axis=1).astype(np.float64),
    }
    frame = pl.DataFrame({name: np.ascontiguousarray(values) for name, values in columns.items()})
    times = pl.Series("ts", result.ts[1:]).cast(pl.Datetime("us", "UTC"))
    return frame.with_columns(times, pl.lit(window, pl.Int64).alias("window")).fill_nan(None)
