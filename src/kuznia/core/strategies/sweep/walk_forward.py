"""Walk-forward optimisation: the best of one window is traded in the next, which it has not seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from kuznia.core.backtest.market import Market
from kuznia.core.backtest.result import BacktestResult
from kuznia.core.backtest.settings import Settings
from kuznia.core.backtest.sweep.outcome import Outcome
from kuznia.core.backtest.sweep.span import Span
from kuznia.core.errors import StrategyError
from kuznia.core.frames.panel import Panel
from kuznia.core.strategies.sweep.accounts import Ground
from kuznia.core.strategies.sweep.run import Progress, run_sweep
from kuznia.core.strategies.sweep.spec import SweepSpec, Value
from kuznia.core.typing import Float, Int

Metric = Literal["sharpe", "total_return"]
METRICS: tuple[Metric, ...] = ("sharpe", "total_return")


@dataclass(frozen=True)
class WalkForward:
    """What walking forward found.

    Parameters
    ----------
    windows : DataFrame
        One row for each window: first bar in sample, first and last bar out of sample (rows of the
        account), the parameters chosen, their statistic in sample and out of sample.
    result : BacktestResult
        The stitched account over the bars out of sample: at the start of a window it trades from what
        the last combination wanted to what the next one wants, and pays for it.
    efficiency : float
        Mean statistic out of sample over that in sample; NaN when that is not positive.
    switches : int
        Windows that chose another combination than the one before.
    """

    windows: pl.DataFrame
    result: BacktestResult
    efficiency: float
    switches: int


def walk_forward(
    panel: Panel,
    spec: SweepSpec,
    settings: Settings | None = None,
    market: Market | None = None,
    *,
    train: int,
    test: int,
    expanding: bool = False,
    metric: Metric = "sharpe",
    start: int = 0,
    periods_per_year: float = 252.0,
    threads: int | None = None,
    progress: Progress | None = None,
    scores: Float | None = None,
) -> WalkForward:
    """Choose the best combination of each window and trade it in the next.

    Parameters
    ----------
    panel, spec, settings, market, start, periods_per_year, threads, progress, scores
        As of `run_sweep`.
    train, test : int
        Bars of a window in sample and of the one out of sample after it.
    expanding : bool
        Whether windows in sample all start at the first bar.
    metric : {"sharpe", "total_return"}
        What the best has most of; the first of equal ones is chosen.

    Returns
    -------
    WalkForward

    Notes
    -----
    Each combination is simulated once over all bars; a window's statistic comes from its sums between
    the cuts, so choosing costs O(combinations) for each window. A combination in sample carries the
    position that it had when the window began.
    """
    if train < 2 or test < 1:
        raise StrategyError(f"train is {train} and test is {test}.", "Use two bars and one at least.")
    if metric not in METRICS:
        raise StrategyError(f"metric is {metric!r}.", f"Use one of {list(METRICS)}.")
    if spec.search == "optuna":
        raise StrategyError(
            "Optuna chooses by all bars, those out of sample too.", "Walk forward over a grid or at random."
        )
    swept = run_sweep(
        panel,
        spec,
        settings,
        market,
        start=start,
        progress=progress,
        threads=threads,
        periods_per_year=periods_per_year,
        scores=scores,
        cuts=lambda length: _cuts(length, train, test),
    )
    starts = np.arange(1 + train, swept.span.length, test, dtype=np.int64)
    chosen, rows = [], []
    for begin in starts.tolist():
        end = min(begin + test, swept.span.length)
        lo = 1 if expanding else begin - train
        inside = _window(swept.outcome, swept.span, lo, begin, metric, periods_per_year)
        k = int(np.argmax(np.where(np.isnan(inside), -np.inf, inside)))
        outside = _window(swept.outcome, swept.span, begin, end, metric, periods_per_year)
        chosen.append(k)
        rows.append(
            {
                "trained_from": lo,
                "traded_from": begin,
                "traded_to": end - 1,
                **swept.values(k),
                "in_sample": float(inside[k]),
                "out_of_sample": float(outside[k]),
            }
        )
    windows = pl.DataFrame(rows)
    result = _stitched(swept.ground, swept.spec, [swept.values(k) for k in chosen], starts, swept.first)
    before, after = float(windows["in_sample"].mean() or 0.0), float(windows["out_of_sample"].mean() or 0.0)  # type: ignore[arg-type]
    switches = int(np.sum(np.diff(chosen) != 0))
    return WalkForward(windows, result, after / before if before > 0 else float("nan"), switches)


def _cuts(length: int, train: int, test: int) -> Int:
    """Cuts of the returns at which any window starts or ends."""
    starts = np.arange(1 + train, length, test, dtype=np.int64)
    if len(starts) == 0:
        raise StrategyError(
            f"{length} bars are not enough for {train} in sample and one out of it.", "Use a shorter train."
        )
    return np.unique(np.concatenate(([1, length], starts, starts - train)))


def _window(outcome: Outcome, span: Span, lo: int, hi: int, metric: Metric, periods_per_year: float) -> Float:
    """A statistic of every combination over the returns ``lo .. hi - 1``. (K,)"""
    first, last = np.searchsorted(span.bounds, [lo, hi])
    if metric == "total_return":
        start = outcome.block_growth[:, first - 1] if first > 0 else 1.0
        return np.asarray(outcome.block_growth[:, last - 1] / start - 1.0)
    count = hi - lo
    mean = outcome.block_sums[:, first:last].sum(axis=1) / count
    variance = outcome.block_squares[:, first:last].sum(axis=1) / count - mean**2
    deviation = np.sqrt(np.maximum(variance, 0.0) * count / max(count - 1, 1))
    with np.errstate(all="ignore"):
        return np.asarray(np.where(deviation > 1e-15, mean / deviation * np.sqrt(periods_per_year), np.nan))


def _stitched(
    ground: Ground, spec: SweepSpec, chosen: list[dict[str, Value]], starts: Int, first: int
) -> BacktestResult:
    """The account that follows each window's combination, from the bar before the first window on.

    What a combination decides at a bar is traded in the next, so the decision for a window's first
    bar is that of the bar before it.
    """
    length = ground.panel.shape[1] - first
    decided_from = (starts - 1).tolist()
    weights = np.full((length - decided_from[0], ground.panel.shape[0]), np.nan)
    kept: dict[str, Float] = {}
    before: Float | None = None
    for at, values in enumerate(chosen):
        key = repr(values)
        if key not in kept:
            kept = {key: ground.weights(spec.strategy(values), first)}
        own = kept[key]
        begin = decided_from[at]
        end = decided_from[at + 1] if at + 1 < len(chosen) else length
        part = own[begin:end].copy()
        told = np.flatnonzero(~np.isnan(own[: begin + 1]).all(axis=1))
        wanted = own[told[-1]] if len(told) else np.zeros(own.shape[1])
        changed = before is None or not np.array_equal(wanted, before)
        part[0] = wanted if changed or not np.isnan(own[begin]).all() else np.nan
        weights[begin - decided_from[0] : end - decided_from[0]] = part
        told = np.flatnonzero(~np.isnan(part).all(axis=1))
        before = part[told[-1]] if len(told) else before
    return ground.simulated(weights, first + decided_from[0])
