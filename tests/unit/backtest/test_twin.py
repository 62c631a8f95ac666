"""The compiled simulation and its plain twin agree to the last bit, whatever is switched on."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from kuznia.core.backtest.engine import simulate
from kuznia.core.backtest.market import Market
from kuznia.core.backtest.places import REASONS
from kuznia.core.backtest.settings import Settings
from tests.support.paths import random_market, random_panel, random_weights
from tests.support.plain_backtest import plain_simulation, plain_trades

COSTS: dict[str, Any] = {
    "initial_cash": st.sampled_from([1_000.0, 100_000.0]),
    "commission_bps": st.sampled_from([0.0, 7.5, 300.0]),
    "commission_per_share": st.sampled_from([0.0, 0.01]),
    "commission_per_order": st.sampled_from([0.0, 1.5]),
    "commission_minimum": st.sampled_from([0.0, 3.0]),
    "commission_maximum_bps": st.sampled_from([None, 200.0]),
    "half_spread_bps": st.sampled_from([0.0, 4.0]),
    "fill": st.sampled_from(["next_open", "next_close", "same_close"]),
    "delay": st.sampled_from([1, 1, 2, 5]),
    "size_at": st.sampled_from(["decision", "fill"]),
    "cash_interest": st.sampled_from([0.0, 0.03]),
    "debit_interest": st.sampled_from([None, 0.08]),
    "borrow_fee": st.sampled_from([0.0, 0.05]),
    "stale_bars": st.sampled_from([1, 3, 10]),
    "delisting": st.sampled_from(["last", "exchange"]),
}
FRICTION: dict[str, Any] = {
    "commission_tiers": st.sampled_from([(), ((0.0, 7.0), (5e4, 2.0))]),
    "slippage": st.sampled_from(["none", "fixed", "volatility", "volume_share", "square_root"]),
    "slippage_coefficient": st.sampled_from([0.1, 1.0]),
    "impact_window": st.sampled_from([2, 20]),
    "participation": st.sampled_from([None, 0.1, 0.01]),
    "rest": st.sampled_from(["carry", "cancel"]),
    "lot": st.sampled_from([0.0, 1.0, 25.0]),
    "tick": st.sampled_from([0.0, 0.05]),
    "leverage": st.sampled_from([None, 1.0, 2.0]),
    "maintenance": st.sampled_from([None, 0.4]),
}
LIMITS: dict[str, Any] = {
    "limit_gross": st.sampled_from([None, 0.8]),
    "limit_net": st.sampled_from([None, 0.2]),
    "limit_name": st.sampled_from([None, 0.3]),
    "limit_sector": st.sampled_from([None, 0.4]),
    "limit_loss": st.sampled_from([None, 0.05]),
}
PATHS: dict[str, Any] = {
    "seed": st.integers(0, 10_000),
    "length": st.integers(2, 40),
    "count": st.integers(1, 5),
    "every": st.integers(1, 7),
    "gross": st.sampled_from([0.5, 1.0, 2.5]),
    "gaps": st.sampled_from([0.0, 0.15, 0.6]),
    "facts": st.booleans(),
}


@settings(max_examples=60, deadline=None)
@given(account=st.builds(Settings, **COSTS), **PATHS)
def test_fills_of_commission_and_spread_equal_their_twin(account: Settings, **path: Any) -> None:
    _compare(account, **path)


PAID_TO_TRADE = {
    name: choices
    for name, choices in COSTS.items()
    if name not in ("delay", "cash_interest", "debit_interest", "borrow_fee")
}


@settings(max_examples=80, deadline=None)
@given(account=st.builds(Settings, **PAID_TO_TRADE), **PATHS | {"facts": st.just(False)})
def test_spans_without_trades_equal_their_twin(account: Settings, **path: Any) -> None:
    _compare(account, **path | {"gaps": path["gaps"] if path["gaps"] > 0.5 else 0.0})


@settings(max_examples=60, deadline=None)
@given(
    account=st.builds(Settings, **PAID_TO_TRADE),
    seed=st.integers(0, 10_000),
    length=st.integers(2, 80),
    count=st.sampled_from([1, 8, 9, 13]),
    every=st.sampled_from([1, 1, 2, 30]),
    gross=st.sampled_from([0.5, 1.0, 2.5, 40.0]),
    gaps=st.sampled_from([0.0, 0.0, 0.0, 0.01]),
)
def test_one_instrument_and_many_that_trade_at_most_bars_equal_their_twin(
    account: Settings, **path: Any
) -> None:
    """Each of the loops for accounts without gaps, and what happens when a price is missing after all."""
    _compare(account, facts=False, **path)


@settings(max_examples=120, deadline=None)
@given(account=st.builds(Settings, **COSTS, **FRICTION, **LIMITS), **PATHS)
def test_everything_equals_its_twin(account: Settings, **path: Any) -> None:
    _compare(account, **path)


@settings(max_examples=80, deadline=None)
@given(
    account=st.builds(Settings, **PAID_TO_TRADE) | st.builds(Settings, **COSTS, **FRICTION, **LIMITS),
    gross=st.sampled_from([10.0, 40.0]),
    **{name: choices for name, choices in PATHS.items() if name != "gross"},
)
def test_ruined_accounts_equal_their_twin(account: Settings, gross: float, **path: Any) -> None:
    """Targets of many times the equity, short ones among them, so that most accounts are ruined."""
    _compare(account, gross=gross, **path)


def _compare(
    account: Settings, seed: int, length: int, count: int, every: int, gross: float, gaps: float, facts: bool
) -> None:
    panel = random_panel(seed, length, count, gaps=gaps)
    weights = random_weights(seed + 1, length, count, every=every, gross=gross)
    market = random_market(seed, length, count) if facts else Market(sectors=np.arange(count) % 2)
    fast, slow = simulate(panel, weights, account, market), plain_simulation(panel, weights, account, market)
    columns = ("decided", "filled", "asked", "done", "price", "commission", "spread", "slippage")
    assert fast.orders["status"].to_list() == [order.status for order in slow.orders]
    for name in columns:
        theirs = [getattr(order, name) for order in slow.orders]
        np.testing.assert_array_equal(fast.orders[name].to_numpy(), theirs, err_msg=name)
    np.testing.assert_array_equal(fast.cash, slow.cash)
    np.testing.assert_array_equal(fast.equity, slow.equity)
    np.testing.assert_array_equal(fast.positions, slow.positions)
    for kind, values in slow.flows.items():
        np.testing.assert_allclose(fast.flows[kind], values, rtol=1e-12, err_msg=kind)
    assert sum(fast.order_counts.values()) == len(slow.orders)

    closes = panel.fields["close"].tolist()
    marks = [next((x for x in row[::-1] if not np.isnan(x)), np.nan) for row in closes]
    trades = plain_trades(slow.orders, count, length, marks)
    assert fast.trades.height == len(trades)
    for name in ("side", "opened", "closed", "quantity", "entry", "exit", "costs", "slippage"):
        np.testing.assert_array_equal(
            fast.trades[name].to_numpy(), [getattr(trade, name) for trade in trades], err_msg=name
        )
    assert fast.trades["reason"].to_list() == [trade.reason for trade in trades]
    assert set(fast.trades["reason"]) <= set(REASONS)
