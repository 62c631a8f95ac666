"""Statistics of round trips: what a trade is worth, how wins and losses follow, how far trades went."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from kuznia.core.metrics.performance import payoff_ratio, profit_factor, win_rate
from kuznia.core.typing import Bool, Float

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True, slots=True)
class TripGroup:
    """Closed trades that ended for one reason, or on one side.

    Parameters
    ----------
    key : str
        Reason or side.
    trades : int
        How many.
    win_rate, mean_return : float
        Share of wins, and mean net return.
    pnl : float
        Sum, cash.
    """

    key: str
    trades: int
    win_rate: float
    mean_return: float
    pnl: float


@dataclass(frozen=True, slots=True)
class TripStatistics:
    """Round trips of an account, after costs; open ones are counted and left out of the rest.

    Parameters
    ----------
    closed, open : int
        How many.
    win_rate, profit_factor, payoff_ratio : float
        See ``kuznia.core.metrics.performance``.
    expectancy, expectancy_return : float
        Mean profit of a trade in cash, and mean net return on its entry value.
    quality : float
        Mean over standard deviation of the net returns times the root of their number: a t statistic.
    best_return, worst_return : float
        Net returns.
    longest_wins, longest_losses : int
        Most in a row, in order of closing.
    mean_bars_won, mean_bars_lost : float
        Bars held.
    share_of_best : float
        Profit of the best twentieth of the trades (at least one) over the profit of all; NaN without any.
    mae, mfe, returns : tuple of float
        Quantiles `QUANTILES` of the largest excursions against and for the trades, and of net returns.
    by_reason, by_side : tuple of TripGroup
    """

    closed: int
    open: int
    win_rate: float
    profit_factor: float
    payoff_ratio: float
    expectancy: float
    expectancy_return: float
    quality: float
    best_return: float
    worst_return: float
    longest_wins: int
    longest_losses: int
    mean_bars_won: float
    mean_bars_lost: float
    share_of_best: float
    mae: tuple[float, ...]
    mfe: tuple[float, ...]
    returns: tuple[float, ...]
    by_reason: tuple[TripGroup, ...]
    by_side: tuple[TripGroup, ...]


def trip_statistics(trades: pl.DataFrame) -> TripStatistics:
    """Statistics of a result's trades.

    Parameters
    ----------
    trades : DataFrame
        ``BacktestResult.trades``.

    Examples
    --------
    >>> columns = {"side": [1, 1, -1], "opened": [0, 1, 2], "closed": [1, 2, 3], "bars": [1, 1, 1]}
    >>> amounts = {"net_return": [0.1, 0.2, -0.1], "pnl": [10.0, 20.0, -10.0]}
    >>> reach = {"mae": [0.0, 0.1, 0.2], "mfe": [0.1, 0.2, 0.0], "reason": ["exited"] * 3}
    >>> found = trip_statistics(pl.DataFrame(columns | amounts | reach))
    >>> found.longest_wins, found.profit_factor, round(found.expectancy, 4), found.payoff_ratio
    (2, 3.0, 6.6667, 1.5)
    """
    done = trades.filter(pl.col("reason") != "open").sort("closed", "opened", maintain_order=True)
    pnl, net = done["pnl"].to_numpy(), done["net_return"].to_numpy()
    bars, won, lost = done["bars"].to_numpy(), pnl > 0, pnl < 0
    total, best = float(pnl.sum()), max(1, round(len(pnl) / 20))
    spread = float(np.std(net, ddof=1)) if len(net) > 1 else 0.0
    nan = float("nan")
    return TripStatistics(
        closed=done.height,
        open=trades.height - done.height,
        win_rate=win_rate(pnl),
        profit_factor=profit_factor(pnl),
        payoff_ratio=payoff_ratio(pnl),
        expectancy=_mean(pnl),
        expectancy_return=_mean(net),
        quality=_mean(net) / spread * float(np.sqrt(len(net))) if spread > 1e-15 else nan,
        best_return=float(net.max()) if len(net) else nan,
        worst_return=float(net.min()) if len(net) else nan,
        longest_wins=longest(won),
        longest_losses=longest(lost),
        mean_bars_won=_mean(bars[won]),
        mean_bars_lost=_mean(bars[lost]),
        share_of_best=float(np.sort(pnl)[-best:].sum()) / total if len(pnl) and total > 0 else nan,
        mae=_quantiles(done["mae"].to_numpy()),
        mfe=_quantiles(done["mfe"].to_numpy()),
        returns=_quantiles(net),
        by_reason=_groups(done, pl.col("reason")),
        by_side=_groups(done, pl.when(pl.col("side") > 0).then(pl.lit("long")).otherwise(pl.lit("short"))),
    )


def longest(flags: Bool) -> int:
    """Length of the longest run of true values.

    Examples
    --------
    >>> longest(np.array([True, True, False, True]))
    2
    """
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False])).astype(np.int8)))
    return int((edges[1::2] - edges[::2]).max()) if len(edges) else 0


def _mean(values: Float) -> float:
    return float(values.mean()) if len(values) else float("nan")


def _quantiles(values: Float) -> tuple[float, ...]:
    if len(values) == 0:
        return (float("nan"),) * len(QUANTILES)
    return tuple(float(one) for one in np.quantile(values, QUANTILES))


def _groups(done: pl.DataFrame, key: pl.Expr) -> tuple[TripGroup, ...]:
    found = (
        done.group_by(key.alias("key"))
        .agg(
            pl.len(),
            (pl.col("pnl") > 0).mean().alias("won"),
            pl.col("net_return").mean(),
            pl.col("pnl").sum(),
        )
        .sort("pnl", "key", descending=[True, False])
    )
    return tuple(TripGroup(*row) for row in found.iter_rows())
