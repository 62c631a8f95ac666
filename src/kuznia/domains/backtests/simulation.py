"""The simulation of a backtest: the account, its benchmarks, and itself under other costs. No session."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from kuznia.core.backtest.benchmarks import buy_and_hold, equal_weighted
from kuznia.core.backtest.evaluation import Comparison, compare, index, statistics
from kuznia.core.backtest.market import Market
from kuznia.core.backtest.result import BacktestResult
from kuznia.core.backtest.settings import Settings
from kuznia.core.frames.panel import Panel
from kuznia.core.metrics.bootstrap import Blocks, Interval, draw_blocks
from kuznia.core.metrics.drawdown import drawdowns
from kuznia.core.strategies.calendar import decisions
from kuznia.core.strategies.lookahead import LookAhead, check_look_ahead
from kuznia.core.strategies.plan import plan
from kuznia.core.strategies.spec import Strategy
from kuznia.core.typing import Float
from kuznia.domains.backtests.errors import UnusableBacktest
from kuznia.domains.backtests.market import inside
from kuznia.domains.backtests.material import Material
from kuznia.errors import Fault

UNIVERSE = "universe"
PLAIN: dict[str, Any] = {
    "limit_gross": None,
    "limit_net": None,
    "limit_name": None,
    "limit_sector": None,
    "limit_loss": None,
    "leverage": None,
    "maintenance": None,
    "participation": None,
    "lot": 0.0,
}
"""What a benchmark is simulated without: it pays the same costs, but nothing blocks or rounds it."""


@dataclass(frozen=True, slots=True)
class Account:
    """One simulated account with its statistics."""

    key: str
    result: BacktestResult
    metrics: dict[str, Interval]


@dataclass(frozen=True, slots=True)
class Simulation:
    """The strategy, its benchmarks over the same bars, and what happens when costs or fills change.

    `trades` are the account's in the share units of their opening, as its chart shows them; `first` is
    the row of the material's panel that the account starts at. `weights` are its targets, or what it
    held where it trades `by_orders`.
    """

    panel: Panel
    market: Market
    weights: Float
    by_orders: bool
    first: int
    account: Account
    trades: pl.DataFrame
    benchmarks: tuple[Account, ...]
    comparisons: dict[str, Comparison]
    doubled: Account
    free: Account
    delayed: Account
    look_ahead: LookAhead
    blocks: Blocks


def run(
    strategy: Strategy, given: Material, settings: Settings, periods_per_year: float, seed: int
) -> Simulation:
    """Simulate a strategy, its benchmarks and its costs, and check it for look-ahead."""
    wanted = plan(strategy, given.panel, given.scores, given.start)
    first, stop = wanted.first, given.panel.shape[1]
    if stop - first < 3:
        raise UnusableBacktest(
            "Fewer than three bars follow the first decision.", [Fault("/settings", "Choose a longer span.")]
        )
    panel = given.panel.between(first, stop)
    mine = wanted.since(first)
    market = inside(given.market_from(first), given.panel, first)
    blocks = draw_blocks(stop - first - 1, np.random.default_rng(seed))

    def account(key: str, result: BacktestResult) -> Account:
        return Account(key, result, statistics(result, periods_per_year, blocks))

    own = account("strategy", mine.simulate(panel, settings, market))
    benchmarks = tuple(account(key, one) for key, one in _held(given, panel, market, settings, first).items())
    return Simulation(
        panel=panel,
        market=market,
        weights=mine.held(own.result),
        by_orders=mine.signals is not None,
        first=first,
        account=own,
        trades=trades_as_opened(own.result, given.units, first),
        benchmarks=benchmarks,
        comparisons={
            one.key: compare(own.result, one.result, periods_per_year, blocks) for one in benchmarks
        },
        doubled=account("doubled", mine.simulate(panel, settings.doubled(), market.doubled())),
        free=account("free", mine.simulate(panel, settings.free(), market.free())),
        delayed=account("delayed", mine.simulate(panel, later(settings), market)),
        look_ahead=check_look_ahead(
            strategy,
            given.panel,
            settings,
            scores=given.scores,
            market=given.market_from(first),
            start=given.start,
        ),
        blocks=blocks,
    )


def later(settings: Settings) -> Settings:
    """The same account with every fill one bar later."""
    if settings.fill == "same_close":
        return replace(settings, fill="next_close", delay=1)
    return replace(settings, delay=settings.delay + 1)


def _held(
    given: Material, panel: Panel, market: Market, settings: Settings, first: int
) -> dict[str, BacktestResult]:
    """The universe in equal parts, and the benchmark instrument bought and held."""
    plain = replace(settings, **PLAIN)
    monthly = decisions(panel.session, "monthly")
    monthly[0] = True
    found = {UNIVERSE: equal_weighted(panel, monthly, plain, market)}
    if given.context is not None:
        stop = given.context.shape[1]
        held, key = given.context.between(first, stop), given.context.instruments[0]
        found[key] = buy_and_hold(held, key, plain, given.context_market.between(first, stop))
    return found


def trades_as_opened(result: BacktestResult, units: Float | None, first: int) -> pl.DataFrame:
    """Trades with shares and prices as they were counted on the day of the opening."""
    if units is None:
        return result.trades
    codes = {key: n for n, key in enumerate(result.instruments)}
    rows = np.array([codes[key] for key in result.trades["instrument"]], dtype=np.int64)
    unit = pl.Series(units[rows, first + result.trades["opened"].to_numpy()])
    return result.trades.with_columns(
        pl.col("quantity") * unit, pl.col("entry") / unit, pl.col("exit") / unit
    )


def curves(simulation: Simulation) -> pl.DataFrame:
    """Equity, drawdown, exposure, turnover and the benchmarks' equity, one row for each bar."""
    result = simulation.account.result
    growth = grown(result)
    columns = {
        "equity": result.equity,
        "growth": growth,
        "drawdown": drawdowns(growth, 1.0),
        "gross": result.exposure[:, 0],
        "net": result.exposure[:, 1],
        "turnover": result.turnover,
    }
    columns |= {f"benchmark.{one.key}": grown(one.result) for one in simulation.benchmarks}
    frame = pl.DataFrame({name: np.ascontiguousarray(values) for name, values in columns.items()})
    return frame.with_columns(pl.Series("ts", result.ts).cast(pl.Datetime("us", "UTC"))).fill_nan(None)


def grown(result: BacktestResult) -> Float:
    """Growth of one, with deposits taken out. (T,)"""
    return np.asarray(index(result) / result.settings.initial_cash)
