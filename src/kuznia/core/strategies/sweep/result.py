"""The value that a sweep returns."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import polars as pl

from kuznia.core.backtest.result import BacktestResult
from kuznia.core.backtest.sweep.outcome import STATISTICS, Outcome
from kuznia.core.backtest.sweep.span import Span
from kuznia.core.errors import StrategyError
from kuznia.core.metrics.overfitting import Overfitting, probability_of_overfitting
from kuznia.core.metrics.significance import deflated_sharpe, expected_maximum
from kuznia.core.strategies.spec import Strategy
from kuznia.core.strategies.sweep.accounts import Ground
from kuznia.core.strategies.sweep.spec import SweepSpec, Value
from kuznia.core.strategies.sweep.stability import Aggregate, Stability, stability
from kuznia.core.typing import Float, Sessions

TIE = 1e-9
"""Returns that are no further apart than this are the same: two engines round their sums apart."""
LESS_IS_BETTER = ("volatility", "max_drawdown", "turnover", "costs", "cost_per_year", "kurtosis")


@dataclass(frozen=True)
class SweepResult:
    """Statistics of many combinations over the same bars.

    Parameters
    ----------
    spec : SweepSpec
        What was tried.
    ground : Ground
        What it was tried on.
    first : int
        Row of the panel at which every account starts.
    span : Span
        The bars from there on, with blocks and months.
    combinations : DataFrame
        One column for each parameter, ``K`` rows.
    statistics : DataFrame
        ``K`` rows with the columns `kuznia.core.backtest.sweep.outcome.STATISTICS`.
    outcome : Outcome
        Sums behind them: ``block_sums`` and ``block_squares`` (K, 16), ``monthly`` (K, M).
    benchmark : dict of str to float
        The same statistics of holding the instrument (or the universe in equal parts).
    benchmark_outcome : Outcome
        Sums behind those, one row.
    engine : {"segments", "events"}
        Which engine simulated; both have one meaning.
    """

    spec: SweepSpec
    ground: Ground
    first: int
    span: Span
    combinations: pl.DataFrame
    statistics: pl.DataFrame
    outcome: Outcome
    benchmark: dict[str, float]
    benchmark_outcome: Outcome
    engine: Literal["segments", "events"]

    def __len__(self) -> int:
        return self.combinations.height

    @property
    def block_sums(self) -> Float:
        """Sums of returns in 16 blocks. (K, 16)"""
        return self.outcome.block_sums

    @property
    def block_squares(self) -> Float:
        """Sums of squared returns in 16 blocks. (K, 16)"""
        return self.outcome.block_squares

    @property
    def monthly(self) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        """Returns by month, float32. (K, M)"""
        return self.outcome.monthly

    @property
    def months(self) -> Sessions:
        """Months of `monthly`, ``datetime64[M]``. (M,)"""
        return self.span.months

    def column(self, metric: str) -> Float:
        """One statistic of every combination. (K,)"""
        if metric not in STATISTICS:
            raise StrategyError(f"There is no statistic {metric!r}.", f"Use one of {list(STATISTICS)}.")
        return self.statistics[metric].to_numpy()

    def best_by(self, metric: str) -> int:
        """Row of the best combination; the first of equal ones. What has no value is never the best."""
        values = self.column(metric)
        better = -values if metric in LESS_IS_BETTER else values
        return int(np.argmax(np.where(np.isnan(better), -np.inf, better)))

    @property
    def best(self) -> int:
        """Row of the highest Sharpe ratio."""
        return self.best_by("sharpe")

    @property
    def beats_benchmark(self) -> int:
        """How many combinations returned more than holding."""
        return int(np.sum(self.column("total_return") > self.benchmark["total_return"] + TIE))

    @cached_property
    def pbo(self) -> Overfitting | None:
        """Probability that the best was chosen by luck (CSCV); None for fewer than two combinations."""
        if len(self) < 2:
            return None
        return probability_of_overfitting(self.block_sums, self.block_squares, np.diff(self.span.bounds))

    @property
    def expected_maximum_sharpe(self) -> float:
        """Annual Sharpe ratio that the best of so many worthless combinations is expected to show."""
        ratios = self.column("sharpe")
        return expected_maximum(float(np.nanvar(ratios)), float(len(self)))

    @property
    def deflated_sharpe(self) -> float:
        """Probability that the best ratio is above what luck shows among so many (raw number of trials)."""
        row = self.statistics.row(self.best, named=True)
        root = np.sqrt(self.span.periods_per_year)
        variance = float(np.nanvar(self.column("sharpe") / root))
        return deflated_sharpe(
            row["sharpe"] / root,
            self.span.length - 1,
            row["skewness"],
            row["kurtosis"],
            variance,
            float(len(self)),
        )

    def stability(
        self,
        x: str,
        y: str,
        metric: str = "sharpe",
        *,
        fixed: dict[str, Value] | None = None,
        aggregate: Aggregate = "mean",
        tolerance: float | None = None,
    ) -> Stability:
        """The surface of a statistic over two parameters; see `stability`."""
        return stability(
            self.spec,
            self.combinations,
            self.statistics,
            x,
            y,
            metric,
            fixed=fixed,
            aggregate=aggregate,
            tolerance=tolerance,
        )

    def values(self, k: int) -> dict[str, Value]:
        """The parameters of one combination."""
        return self.combinations.row(k, named=True)

    def strategy(self, k: int) -> Strategy:
        """The strategy of one combination."""
        return self.spec.strategy(self.values(k))

    def backtest(self, k: int) -> BacktestResult:
        """The whole account of one combination, by the event engine. O(bars)."""
        return self.ground.account(self.strategy(k), self.first)

    def equity(self, k: int) -> Float:
        """The equity curve of one combination, rebuilt. (T,)"""
        return self.backtest(k).equity
