"""Laws of the account under orders: what holds whatever is traded."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kuznia.core.backtest.engine import simulate
from kuznia.core.backtest.orders.engine import simulate_orders
from kuznia.core.backtest.orders.plan import Orders
from kuznia.core.backtest.orders.signals import from_signals
from kuznia.core.backtest.orders.sizing import Sizing
from kuznia.core.backtest.result import BacktestResult
from kuznia.core.backtest.settings import Settings
from kuznia.core.frames.panel import Panel
from tests.support.paths import panel_of, random_panel
from tests.unit.orders.test_twin import random_orders, random_signals

seeds = st.integers(0, 10_000)
REAL = Settings(
    commission_bps=8.0,
    half_spread_bps=3.0,
    slippage="volatility",
    slippage_coefficient=0.1,
    participation=0.01,
    borrow_fee=0.02,
    cash_interest=0.01,
)


def both(seed: int, panel: Panel, account: Settings) -> list[BacktestResult]:
    plans = (random_orders(seed, panel), random_signals(seed, panel))
    return [simulate_orders(panel, plan, account) for plan in plans]


@settings(max_examples=40, deadline=None)
@given(seed=seeds, gaps=st.sampled_from([0.0, 0.2]))
def test_accounting_identity(seed: int, gaps: float) -> None:
    """Equity is cash and marks; cash moves by fills and costs; trades sum to what was earned."""
    panel = random_panel(seed, 40, 3, gaps=gaps)
    for result in both(seed, panel, REAL):
        close = (
            pl.DataFrame(panel.fields["close"].T).fill_nan(None).fill_null(strategy="forward").fill_null(0.0)
        )
        marked = result.cash + (result.positions * close.to_numpy()).sum(axis=1)
        np.testing.assert_allclose(result.equity, marked, rtol=1e-9)
        flows = result.flows
        moved = result.orders.filter(pl.col("done") != 0)
        fills = np.zeros(40)
        np.add.at(fills, moved["filled"].to_numpy(), (moved["done"] * moved["price"]).to_numpy())
        change = flows["interest"] - flows["borrow"] - fills
        change -= flows["commission"] + flows["spread"] + flows["slippage"]
        np.testing.assert_allclose(result.cash, 100_000.0 + np.cumsum(change), rtol=1e-9, atol=1e-6)
        earned = result.trades["pnl"].sum() + float(flows["interest"].sum() - flows["borrow"].sum())
        assert result.equity[-1] - 100_000.0 == pytest.approx(earned, rel=1e-6, abs=1e-4)
        assert (moved["filled"] > moved["decided"]).filter(moved["status"] != "liquidated").all()


@settings(max_examples=30, deadline=None)
@given(seed=seeds, cut=st.integers(3, 38), fill=st.sampled_from(["next_open", "same_close"]))
def test_prefix_law(seed: int, cut: int, fill: str) -> None:
    """What comes later changes nothing before it."""
    panel = random_panel(seed, 40, 3, gaps=0.1)
    account = Settings(fill=fill, commission_bps=5.0, stale_bars=2, delay=2)  # type: ignore[arg-type]
    orders = random_orders(seed, panel)
    early = orders.decided < cut
    columns = {name: getattr(orders, name)[early] for name in Orders.__dataclass_fields__}
    renumbered = np.cumsum(early) - 1
    columns["parent"] = np.where(columns["parent"] >= 0, renumbered[columns["parent"]], -1)
    signals = random_signals(seed, panel)
    whole = simulate_orders(panel, orders, account), simulate_orders(panel, signals, account)
    head = panel.until(cut)
    cuts = {
        name: value[:cut]
        for name in ("codes", "stop_loss", "take_profit", "trailing", "limit", "stop", "priority")
        if isinstance(value := getattr(signals, name), np.ndarray)
    }
    part = (
        simulate_orders(head, Orders(**columns), account),
        simulate_orders(head, replace(signals, **cuts), account),
    )
    for one, other in zip(whole, part, strict=True):
        np.testing.assert_array_equal(one.equity[:cut], other.equity)
        before = pl.col("filled") < cut
        want = one.orders.filter(before & (pl.col("status") != "working"))
        assert other.orders.filter(pl.col("status") != "working").equals(want, null_equal=True)


@settings(max_examples=30, deadline=None)
@given(seed=seeds)
def test_long_and_short_mirror_each_other(seed: int) -> None:
    """Prices mirrored and sides turned: what one earns the other earns, for fixed units without costs."""
    rng = np.random.default_rng(seed)
    close = 100.0 + np.cumsum(rng.normal(0, 0.5, (40, 1)), axis=0)
    open_ = close + rng.normal(0, 0.3, close.shape)
    high, low = np.maximum(open_, close) + 0.2, np.minimum(open_, close) - 0.2
    panel = panel_of(open_, close)
    up = Panel(
        panel.instruments,
        panel.ts,
        panel.session,
        panel.decision,
        {"open": open_.T.copy(), "close": close.T.copy(), "high": high.T.copy(), "low": low.T.copy()},
    )
    mirrored = {"open": open_, "close": close, "high": low, "low": high}
    down = Panel(
        panel.instruments,
        panel.ts,
        panel.session,
        panel.decision,
        {name: (200.0 - values).T.copy() for name, values in mirrored.items()},
    )
    entries, exits = rng.random((40, 1)) < 0.3, rng.random((40, 1)) < 0.1
    far = {
        name: np.full((40, 1), x) for name, x in (("stop_loss", 0.8), ("take_profit", 1.1), ("trailing", 1.0))
    }
    sizing, cash = Sizing("units", 3.0), Settings(initial_cash=1e6)
    long = simulate_orders(up, from_signals(up, entries, exits, sizing=sizing, **far), cash)
    short = simulate_orders(
        down, from_signals(down, entries, exits, sizing=sizing, side="short", **far), cash
    )
    np.testing.assert_allclose(long.equity, short.equity, rtol=1e-9)
    assert long.trades["reason"].to_list() == short.trades["reason"].to_list()


@settings(max_examples=40, deadline=None)
@given(seed=seeds, bps=st.sampled_from([0.0, 20.0]), fill=st.sampled_from(["next_open", "same_close"]))
def test_market_orders_equal_target_weights(seed: int, bps: float, fill: str) -> None:
    """In and out of one instrument, by signals and by weights."""
    panel = random_panel(seed, 60, 1)
    rng = np.random.default_rng(seed)
    entries, exits = rng.random((60, 1)) < 0.2, rng.random((60, 1)) < 0.2
    account = Settings(fill=fill, commission_bps=bps, half_spread_bps=bps / 2)  # type: ignore[arg-type]
    result = simulate_orders(panel, from_signals(panel, entries, exits), account)
    weights = np.full((60, 1), np.nan)
    inside = False
    for t in range(60):
        if inside and exits[t, 0]:
            weights[t], inside = 0.0, False
        elif not inside and entries[t, 0] and not exits[t, 0]:
            weights[t], inside = 1.0, True
    by_weight = simulate(panel, weights, account)
    np.testing.assert_allclose(result.equity, by_weight.equity, rtol=1e-12)
    moved = result.orders.filter(pl.col("done") != 0)
    assert moved["filled"].to_list() == by_weight.orders["filled"].to_list()
    np.testing.assert_allclose(moved["done"], by_weight.orders["done"], rtol=1e-12)
