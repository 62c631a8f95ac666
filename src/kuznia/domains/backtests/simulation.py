"""The computation of a backtest: from pinned frames to accounts, statistics and curves. No session."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import polars as pl

from kuznia.core.backtest.benchmarks import buy_and_hold, equal_weighted
from kuznia.core.backtest.engine import simulate
from kuznia.core.backtest.evaluation import Comparison, compare, statistics
from kuznia.core.backtest.market import Market
from kuznia.core.backtest.market import Market
from kuznia.core.backtest.result import BacktestResult
from kuznia.core.backtest.settings import Settings
from kuznia.core.frames.adjust import forward_factors, in_first_units
from kuznia.core.frames.panel import PRICE_FIELDS, Panel, panel_from_bars
from kuznia.core.metrics.bootstrap import Blocks, Interval, draw_blocks
from kuznia.core.metrics.drawdown import drawdowns
from kuznia.core.strategies.calendar import decisions
from kuznia.core.strategies.lookahead import LookAhead, check_look_ahead
from kuznia.core.strategies.spec import Strategy
from kuznia.core.strategies.targets import targets
from kuznia.core.typing import Float
from kuznia.domains.backtests.errors import NoBars, UnusableBacktest
from kuznia.errors import Fault

UNIVERSE = "universe"
UNITS = "units"


@dataclass(frozen=True, slots=True)
class Material:
    """What is simulated on.

    Parameters
    ----------
    panel : Panel
        The universe's instruments, with all history up to the end.
    context : Panel or None
        The benchmark instrument on the same bars.
    dividends, context_dividends : float64 (T, N) or None
        Cash per share on the ex-date; None when there are none or they are in the prices.
    scores : float64 (N, T) or None
        A model's out-of-sample scores.
    start : int
        First row that may decide.
    units : float64 (N, T) or None
        What prices were multiplied by to hold splits and spin-offs; None when nothing was.
    """

    panel: Panel
    context: Panel | None
    dividends: Float | None
    context_dividends: Float | None
    scores: Float | None
    start: int
    units: Float | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """One simulated account with its statistics."""

    key: str
    result: BacktestResult
    metrics: dict[str, Interval]


@dataclass(frozen=True, slots=True)
class Simulation:
    """The strategy, its benchmarks over the same bars, and what happens when costs change.

    `trades` are the account's in the share units of their opening, as its chart shows them.
    """

    panel: Panel
    account: Account
    trades: pl.DataFrame
    benchmarks: tuple[Account, ...]
    comparisons: dict[str, Comparison]
    doubled: Account
    free: Account
    look_ahead: LookAhead
    blocks: Blocks


def material(
    bars: pl.DataFrame,
    instruments: Sequence[str],
    benchmark: str | None,
    *,
    actions: pl.DataFrame | None,
    series: Sequence[tuple[pl.DataFrame, int | None]] = (),
    groups: Sequence[pl.DataFrame] = (),
    predictions: pl.DataFrame | None = None,
    start: date | None = None,
    end: date | None = None,
    adjusted_for: Collection[str] = ("splits", "spin_offs"),
) -> Material:
    """Align what was read.

    Parameters
    ----------
    bars : DataFrame
        Bars of the universe and the benchmark.
    actions : DataFrame or None
        Dividends, splits and spin-offs; what the bars hold already is left alone.
    series : sequence of (DataFrame, days)
        Macro series with their maximum staleness.
    predictions : DataFrame or None
        Out-of-sample scores; the span ends with the last of them.
    start, end : date or None
        Sessions of the first decision and of the last bar.
    adjusted_for : collection of {"splits", "spin_offs", "dividends"}
        What is in the bars already.
    """
    bars, cash = in_one_unit(bars, actions, adjusted_for)
    whole = panel_from_bars(bars, fields=(*PRICE_FIELDS, UNITS))
    missing = sorted({*instruments, *([benchmark] if benchmark else [])} - set(whole.instruments))
    if missing:
        raise NoBars(
            f"There are no bars of {', '.join(missing[:5])}.",
            [Fault("/bars", "Choose a dataset that holds the universe and its benchmark.")],
        )
    if end is not None:
        whole = whole.until(int(np.searchsorted(whole.session, np.datetime64(end), side="right")))
    panel = chosen(whole, sorted(instruments))
    for frame, staleness in series:
        panel = panel.with_series(frame, max_staleness_days=staleness)
    for frame in groups:
        panel = panel.with_groups(frame)
    scores = None
    if predictions is not None:
        scores = aligned_scores(predictions, panel)
        known = np.flatnonzero(~np.isnan(scores).all(axis=0))
        if len(known) == 0:
            raise UnusableBacktest(
                "The model has no out-of-sample scores on these bars.",
                [Fault("/model_version", "Train it on this universe and these bars.")],
            )
        panel, scores = panel.until(int(known[-1]) + 1), np.ascontiguousarray(scores[:, : known[-1] + 1])
    whole = whole.until(panel.shape[1])
    context = without_units(chosen(whole, [benchmark])) if benchmark else None
    units = panel.fields[UNITS]
    panel = without_units(panel)
    first = int(np.searchsorted(panel.session, np.datetime64(start))) if start else 0
    return Material(
        panel,
        context,
        paid_dividends(cash, panel),
        paid_dividends(cash, context) if context else None,
        scores,
        first,
        units if (units != 1.0).any(where=~np.isnan(units)) else None,
    )


def in_one_unit(
    bars: pl.DataFrame, actions: pl.DataFrame | None, adjusted_for: Collection[str]
) -> tuple[pl.DataFrame, pl.DataFrame | None]:
    """Bars, and the dividends they do not hold, in share units that no split or spin-off changes.

    These are the units of each instrument's first bar, so that an action of tomorrow changes nothing
    that was computed today.
    """
    if actions is None or bars.is_empty():
        return bars.with_columns(pl.lit(1.0).alias(UNITS)), None
    factors = forward_factors(bars, actions, adjusted_for=adjusted_for)
    cash = None
    if "dividends" not in adjusted_for:
        paid = actions.filter((pl.col("action") == "dividend") & ~pl.col("applied"))
        latest = paid.sort("available_at").unique(["instrument", "ts"], keep="last", maintain_order=True)
        cash = in_first_units(latest.sort("instrument", "ts"), factors, ("value",))
    return in_first_units(bars, factors), cash


def without_units(panel: Panel) -> Panel:
    """The panel with the fields that strategies may name."""
    return replace(panel, fields={name: panel.fields[name] for name in PRICE_FIELDS})


def chosen(panel: Panel, instruments: Sequence[str]) -> Panel:
    """The panel of some of its instruments."""
    rows = [panel.instruments.index(one) for one in instruments]
    return replace(
        panel,
        instruments=tuple(instruments),
        fields={name: np.ascontiguousarray(values[rows]) for name, values in panel.fields.items()},
        groups={name: np.ascontiguousarray(values[rows]) for name, values in panel.groups.items()},
    )


def aligned_scores(predictions: pl.DataFrame, panel: Panel) -> Float:
    """Scores on the panel's bars; one that was not known at its decision does not count. (N, T)"""
    scores = np.full(panel.shape, np.nan)
    place = {key: n for n, key in enumerate(panel.instruments)}
    held = predictions.filter(pl.col("instrument").is_in(list(place)))
    rows = np.array([place[key] for key in held["instrument"]], dtype=np.int64)
    ts = held["ts"].dt.epoch("us").to_numpy()
    known = held["available_at"].dt.epoch("us").to_numpy()
    columns = np.minimum(np.searchsorted(panel.ts, ts), panel.shape[1] - 1)
    usable = (panel.ts[columns] == ts) & (known <= panel.decision[columns])
    values = held["score"].cast(pl.Float64).fill_null(np.nan).to_numpy()
    scores[rows[usable], columns[usable]] = values[usable]
    return scores


def paid_dividends(cash: pl.DataFrame | None, panel: Panel) -> Float | None:
    """Dividends on the session after the last day with the right. (T, N)"""
    if cash is None:
        return None
    paid = np.zeros((panel.shape[1], panel.shape[0]))
    mine = cash.filter(pl.col("instrument").is_in(list(panel.instruments)))
    for instrument, session, value in mine.select("instrument", "last_cum_session", "value").iter_rows():
        t = int(np.searchsorted(panel.session, np.datetime64(session), side="right"))
        if 0 < t < panel.shape[1]:
            paid[t, panel.instruments.index(instrument)] += value
    return paid if paid.any() else None


def run(
    strategy: Strategy, given: Material, settings: Settings, periods_per_year: float, seed: int
) -> Simulation:
    """Simulate a strategy, its benchmarks and its costs, and check it for look-ahead."""
    wanted = targets(strategy, given.panel, given.scores, given.start)
    stop = given.panel.shape[1]
    if stop - wanted.first < 3:
        raise UnusableBacktest(
            "Fewer than three bars follow the first decision.", [Fault("/settings", "Choose a longer span.")]
        )
    panel = given.panel.between(wanted.first, stop)
    weights = np.ascontiguousarray(wanted.weights[wanted.first :])
    market = Market(dividends=given.dividends).between(wanted.first, stop)
    blocks = draw_blocks(stop - wanted.first - 1, np.random.default_rng(seed))

    def account(key: str, result: BacktestResult) -> Account:
        return Account(key, result, statistics(result, periods_per_year, blocks))

    mine = account("strategy", simulate(panel, weights, settings, market))
    monthly = decisions(panel.session, "monthly")
    monthly[0] = True
    benchmarks = [account(UNIVERSE, equal_weighted(panel, monthly, settings, market))]
    if given.context is not None:
        held = given.context.between(wanted.first, stop)
        paid = Market(dividends=given.context_dividends).between(wanted.first, stop)
        key = held.instruments[0]
        benchmarks.append(account(key, buy_and_hold(held, key, settings, paid)))
    return Simulation(
        panel=panel,
        account=mine,
        trades=trades_as_opened(mine.result, given.units, wanted.first),
        benchmarks=tuple(benchmarks),
        comparisons={
            one.key: compare(mine.result, one.result, periods_per_year, blocks) for one in benchmarks
        },
        doubled=account("doubled", simulate(panel, weights, settings.doubled(), market.doubled())),
        free=account("free", simulate(panel, weights, settings.free(), market.free())),
        look_ahead=check_look_ahead(
            strategy,
            given.panel,
            settings,
            scores=given.scores,
            market=Market(dividends=given.dividends),
            start=given.start,
        ),
        blocks=blocks,
    )


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
    columns = {
        "equity": result.equity,
        "drawdown": drawdowns(result.equity, result.settings.initial_cash),
        "gross": result.exposure[:, 0],
        "net": result.exposure[:, 1],
        "turnover": result.turnover,
    }
    columns |= {f"benchmark.{one.key}": one.result.equity for one in simulation.benchmarks}
    frame = pl.DataFrame({name: np.ascontiguousarray(values) for name, values in columns.items()})
    return frame.with_columns(pl.Series("ts", result.ts).cast(pl.Datetime("us", "UTC"))).fill_nan(None)
