"""What is kept of each combination: running sums in, statistics out, the same for both engines."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import polars as pl

from kuznia.core.backtest.evaluation import active_returns
from kuznia.core.backtest.result import BacktestResult
from kuznia.core.backtest.sweep.columns import (
    COLUMNS,
    COSTS,
    EXPOSURE,
    FALL,
    FIRST,
    FOURTH,
    GROWTH,
    REFUSED,
    SECOND,
    THIRD,
    TRADED,
    TRADES,
    WORTH,
)
from kuznia.core.backtest.sweep.span import Span
from kuznia.core.typing import Float, Int

STATISTICS = (
    "total_return",
    "cagr",
    "sharpe",
    "volatility",
    "max_drawdown",
    "calmar",
    "skewness",
    "kurtosis",
    "trades",
    "exposure",
    "turnover",
    "costs",
    "cost_per_year",
)
"""Names of the statistics, as in `kuznia.core.backtest.evaluation`; `costs` is cash, `exposure` the mean
gross value of the positions over the worth."""


@dataclass(frozen=True)
class Outcome:
    """Sums of ``K`` combinations over ``B`` blocks and ``M`` months.

    Parameters
    ----------
    sums : float64 (K, COLUMNS)
        By the numbers of `kuznia.core.backtest.sweep.columns`.
    block_sums, block_squares : float64 (K, B)
        Sums of the returns and of their squares in each block.
    block_growth : float64 (K, B)
        Worth at the end of each block over the capital.
    monthly : float32 (K, M)
        Returns by month.
    """

    sums: Float
    block_sums: Float
    block_squares: Float
    block_growth: Float
    monthly: np.ndarray[tuple[int, ...], np.dtype[np.float32]]

    @staticmethod
    def empty(count: int, span: Span) -> Outcome:
        """Room for `count` combinations."""
        blocks = len(span.bounds) - 1
        return Outcome(
            np.zeros((count, COLUMNS)),
            np.zeros((count, blocks)),
            np.zeros((count, blocks)),
            np.zeros((count, blocks)),
            np.zeros((count, len(span.month_ends)), dtype=np.float32),
        )

    @staticmethod
    def from_frame(frame: pl.DataFrame, span: Span) -> Outcome:
        """Read what `frame` wrote."""
        found = Outcome.empty(frame.height, span)
        for name, values in found._arrays().items():
            for at in range(values.shape[1]):
                values[:, at] = frame[f"{name}_{at}"].to_numpy()
        return found

    def frame(self) -> pl.DataFrame:
        """All sums as columns, one row for each combination, so that they can be computed elsewhere."""
        arrays = self._arrays().items()
        return pl.DataFrame({f"{name}_{at}": x[:, at] for name, x in arrays for at in range(x.shape[1])})

    def _arrays(self) -> dict[str, np.ndarray[tuple[int, ...], np.dtype[Any]]]:
        return {one.name: getattr(self, one.name) for one in fields(self)}

    def put(self, k: int, result: BacktestResult, span: Span) -> None:
        """Write the sums of one account that the event engine simulated. O(bars)."""
        returns = active_returns(result)
        growth = np.concatenate(([1.0], np.cumprod(1.0 + returns)))
        peak = np.maximum.accumulate(growth)
        row = self.sums[k]
        row[GROWTH] = growth[-1]
        row[FIRST : FOURTH + 1] = [float(np.sum(returns**power)) for power in (1, 2, 3, 4)]
        row[REFUSED] = 0.0
        row[FALL] = float(np.max(1.0 - growth / peak))
        row[TRADES] = result.trades.height
        row[EXPOSURE] = float(np.nansum(result.exposure[:, 0]))
        row[TRADED] = float(result.turnover.sum())
        row[COSTS] = sum(result.costs.values())
        row[WORTH] = float(result.equity.sum())
        starts = span.bounds[:-1] - 1
        self.block_sums[k] = np.add.reduceat(returns, starts)
        self.block_squares[k] = np.add.reduceat(returns**2, starts)
        self.block_growth[k] = growth[span.bounds[1:] - 1]
        self.put_months(k, k + 1, growth[span.month_ends][None, :])

    def take(self, rows: Int, part: Outcome) -> None:
        """Write the sums of some combinations, given by their rows."""
        self.sums[rows] = part.sums
        self.block_sums[rows] = part.block_sums
        self.block_squares[rows] = part.block_squares
        self.block_growth[rows] = part.block_growth
        self.monthly[rows] = part.monthly

    def put_months(self, begin: int, end: int, growth: Float) -> None:
        """Write monthly returns of some combinations from their growth up to each month's end."""
        before = np.concatenate((np.ones((len(growth), 1)), growth[:, :-1]), axis=1)
        self.monthly[begin:end] = growth / before - 1.0


def statistics_of(outcome: Outcome, span: Span) -> dict[str, Float]:
    """Statistics of every combination from its sums, by name. O(combinations).

    Formulas are those of ``docs/conventions.md``; a statistic without enough data is NaN.
    """
    sums, bars = outcome.sums, span.length - 1
    nan = np.full(len(sums), np.nan)
    mean, squares, cubes, fourths = (sums[:, order] / bars for order in (FIRST, SECOND, THIRD, FOURTH))
    square = mean * mean
    second = np.maximum(squares - square, 0.0)
    third = cubes - mean * (3.0 * squares - 2.0 * square)
    fourth = fourths - mean * (4.0 * cubes - mean * (6.0 * squares - 3.0 * square))
    deviation = np.sqrt(second * bars / max(bars - 1, 1))
    growth, fall, years = sums[:, GROWTH], sums[:, FALL], span.years
    worth = sums[:, WORTH] / span.length
    varies = deviation > 1e-15
    with np.errstate(all="ignore"):
        cagr = np.where(growth > 0, np.power(np.maximum(growth, 0.0), 1.0 / years) - 1.0, -1.0)
        found = {
            "total_return": growth - 1.0,
            "cagr": cagr if years > 0 else nan,
            "sharpe": np.where(varies, mean / deviation * np.sqrt(span.periods_per_year), np.nan),
            "volatility": deviation * np.sqrt(span.periods_per_year),
            "max_drawdown": fall,
            "calmar": np.where(fall > 0, cagr / fall, np.nan),
            "skewness": np.where(varies, third / (second * np.sqrt(second)), np.nan),
            "kurtosis": np.where(varies, fourth / second**2, np.nan),
            "trades": sums[:, TRADES].copy(),
            "exposure": sums[:, EXPOSURE] / span.length,
            "turnover": sums[:, TRADED] / years if years > 0 else nan,
            "costs": sums[:, COSTS].copy(),
            "cost_per_year": np.where(worth > 0, sums[:, COSTS] / worth / years, np.nan),
        }
    return {name: np.asarray(found[name], dtype=np.float64) for name in STATISTICS}
