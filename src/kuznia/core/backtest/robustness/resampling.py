"""What else could have happened: the account's own returns and trades in another order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kuznia.core.backtest.evaluation import active_returns, index, span_days
from kuznia.core.backtest.result import BacktestResult
from kuznia.core.backtest.robustness import _kernels as kernel
from kuznia.core.errors import BacktestError
from kuznia.core.metrics.bootstrap import draw_blocks
from kuznia.core.metrics.drawdown import deepest
from kuznia.core.metrics.performance import DAYS_PER_YEAR
from kuznia.core.typing import Float, Int

PERCENTILES = (5.0, 25.0, 50.0, 75.0, 95.0)
POINTS = 200
CELLS = 20_000_000
"""Numbers that are held at once; paths beyond are walked in parts."""


@dataclass(frozen=True, slots=True)
class Spread:
    """Distribution of one statistic beside the value that happened.

    Parameters
    ----------
    actual : float
        Of the account.
    percentiles : tuple of float
        Of the resampled values, at `PERCENTILES`.
    mean : float
    worse : float
        Share of the resampled values that are worse than the actual one (more drawdown, less growth).
    """

    actual: float
    percentiles: tuple[float, ...]
    mean: float
    worse: float


@dataclass(frozen=True, slots=True)
class Fan:
    """Resampled paths of an account.

    Parameters
    ----------
    paths, block : int
        How many, and rows of a block.
    rows : int64 (P,)
        Rows of the result's ``ts`` that the curves are given at, first and last included.
    curves : float64 (5, P)
        Time-weighted worth at the `PERCENTILES` of the paths, starting at the initial cash.
    actual : float64 (P,)
        What happened (time-weighted).
    drawdown, cagr, final : Spread
        Deepest drawdown, yearly growth and final worth of the paths.
    loss : float
        Share of the paths that end below the start.
    ruin : float
        Share of the paths that lose half from a peak at some time.
    """

    paths: int
    block: int
    rows: Int
    curves: Float
    actual: Float
    drawdown: Spread
    cagr: Spread
    final: Spread
    loss: float
    ruin: float


def bootstrap_paths(
    result: BacktestResult, rng: np.random.Generator, paths: int = 1000, block: int | None = None
) -> Fan:
    """Redraw the account's bars in blocks with wrap-around, as often as they were.

    The order between blocks is lost, what follows from what inside them is kept (Politis and Romano
    1992). The paths say what luck of order and repetition does, not what another market would do.

    Parameters
    ----------
    result : BacktestResult
        Starting at its first decision.
    rng : Generator
        Source of randomness; the same state draws the same paths.
    paths : int
        How many; a path costs about 2 ns a bar.
    block : int, optional
        Rows of a block, by default the cube root of the bars.

    Examples
    --------
    >>> from kuznia.core.backtest.benchmarks import buy_and_hold
    >>> from kuznia.core.backtest.settings import Settings
    >>> from kuznia.core.frames.panel import Panel
    >>> ts = np.arange(3) * 86_400_000_000
    >>> days = ts.astype("datetime64[us]").astype("datetime64[D]")
    >>> prices = dict.fromkeys(("open", "close"), np.array([[10.0, 10.0, 12.0]]))
    >>> panel = Panel(("XTST:A",), ts, days, ts, prices)
    >>> found = bootstrap_paths(buy_and_hold(panel, "XTST:A", Settings()), np.random.default_rng(1), 100)
    >>> round(found.final.actual), found.curves.shape, found.rows.tolist()
    (120000, (5, 3), [0, 1, 2])
    """
    _at_least_one(paths)
    returns = active_returns(result)
    if len(returns) < 2:
        raise BacktestError("There are fewer than two returns.", "Choose a longer span.")
    growth = np.ascontiguousarray(np.maximum(1.0 + returns, 0.0))
    at = np.unique(np.linspace(0, len(growth) - 1, min(POINTS, len(growth))).round().astype(np.int64))
    curves, depths = np.empty((paths, len(at))), np.empty(paths)
    length = 1
    done = 0
    while done < paths:
        wanted = max(1, min(paths - done, CELLS // len(growth)))
        blocks = draw_blocks(len(growth), rng, wanted, block)
        length, stop = blocks.length, done + wanted
        kernel.walk_blocks(growth, blocks.starts, length, at, curves[done:stop], depths[done:stop])
        done = stop
    start, own = result.settings.initial_cash, index(result)
    final = curves[:, -1] * start
    year = DAYS_PER_YEAR / span_days(result)
    fan = np.percentile(curves, PERCENTILES, axis=0) * start
    return Fan(
        paths,
        length,
        np.concatenate(([0], at + 1)),
        np.column_stack((np.full(len(PERCENTILES), start), fan)),
        own[np.concatenate(([0], at + 1))],
        _spread(deepest(own, result.ts, start).depth, depths, more_is_worse=True),
        _spread((own[-1] / start) ** year - 1.0, curves[:, -1] ** year - 1.0, more_is_worse=False),
        _spread(float(own[-1]), final, more_is_worse=False),
        float(np.mean(final < start)),
        float(np.mean(depths >= 0.5)),
    )


@dataclass(frozen=True, slots=True)
class Shuffle:
    """Round trips in another order.

    Parameters
    ----------
    shuffles, trades : int
        How many orders were drawn, of how many trades.
    drawdown : Spread
        Deepest drawdown counted at the ends of trades.
    """

    shuffles: int
    trades: int
    drawdown: Spread


def shuffle_trades(result: BacktestResult, rng: np.random.Generator, shuffles: int = 1000) -> Shuffle:
    """Put the round trips into other orders: what drawdown was the luck of the order?

    Each trade counts with its profit as a fraction of the worth at its opening, compounded one after
    the other, so the end is the same in every order; only the way differs. Trades that were open at the
    same time are taken one after the other too: this is a statement on the order of trades alone.

    Parameters
    ----------
    result : BacktestResult
        With trades.
    rng : Generator
        Source of randomness.
    shuffles : int
        How many orders; each costs about 50 ns a trade.

    Examples
    --------
    >>> from kuznia.core.backtest.benchmarks import buy_and_hold
    >>> from kuznia.core.backtest.settings import Settings
    >>> from kuznia.core.frames.panel import Panel
    >>> ts = np.arange(3) * 86_400_000_000
    >>> days = ts.astype("datetime64[us]").astype("datetime64[D]")
    >>> prices = dict.fromkeys(("open", "close"), np.array([[10.0, 10.0, 12.0]]))
    >>> panel = Panel(("XTST:A",), ts, days, ts, prices)
    >>> shuffle_trades(buy_and_hold(panel, "XTST:A", Settings()), np.random.default_rng(1), 10).trades
    1
    """
    _at_least_one(shuffles)
    trades = result.trades.sort("closed", "opened", maintain_order=True)
    worth = np.concatenate(([result.settings.initial_cash], result.equity[:-1]))
    at = worth[trades["opened"].to_numpy()]
    shares = np.divide(trades["pnl"].to_numpy(), at, out=np.zeros(len(at)), where=at > 0)
    growth = np.ascontiguousarray(np.maximum(1.0 + shares, 0.0))
    order = np.arange(len(growth), dtype=np.int64)
    actual = kernel.depth_in_order(growth, order)
    depths = np.array([kernel.depth_in_order(growth, rng.permutation(order)) for _ in range(shuffles)])
    return Shuffle(shuffles, len(growth), _spread(actual, depths, more_is_worse=True))


def _spread(actual: float, drawn: Float, *, more_is_worse: bool) -> Spread:
    worse = drawn > actual if more_is_worse else drawn < actual
    return Spread(
        float(actual),
        tuple(float(one) for one in np.percentile(drawn, PERCENTILES)),
        float(drawn.mean()),
        float(worse.mean()),
    )


def _at_least_one(count: int) -> None:
    if count < 1:
        raise BacktestError(f"{count} repetitions were asked for.", "Ask for one at least.")
