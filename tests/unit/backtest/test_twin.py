"""The compiled simulation and its plain twin agree to the last bit."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from kuznia.core.backtest.engine import simulate
from kuznia.core.backtest.market import Market
from kuznia.core.backtest.places import REASONS
from kuznia.core.backtest.settings import Settings
from tests.support.paths import random_panel, random_weights
from tests.support.plain_backtest import plain_simulation, plain_trades

accounts = st.builds(
    Settings,
    initial_cash=st.sampled_from([1_000.0, 100_000.0]),
    commission_bps=st.sampled_from([0.0, 7.5, 300.0]),
    commission_per_share=st.sampled_from([0.0, 0.01]),
    commission_minimum=st.sampled_from([0.0, 3.0]),
    half_spread_bps=st.sampled_from([0.0, 4.0]),
    fill=st.sampled_from(["next_open", "same_close"]),
    cash_interest=st.sampled_from([0.0, 0.03]),
    borrow_fee=st.sampled_from([0.0, 0.05]),
    stale_bars=st.sampled_from([1, 3, 10]),
)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    length=st.integers(2, 40),
    count=st.integers(1, 5),
    every=st.integers(1, 7),
    gross=st.sampled_from([0.5, 1.0, 2.5]),
    gaps=st.sampled_from([0.0, 0.15, 0.6]),
    pays=st.booleans(),
    account=accounts,
)
def test_kernel_equals_its_twin(
    seed: int, length: int, count: int, every: int, gross: float, gaps: float, pays: bool, account: Settings
) -> None:
    panel = random_panel(seed, length, count, gaps=gaps)
    weights = random_weights(seed + 1, length, count, every=every, gross=gross)
    dividends = np.random.default_rng(seed).random((length, count)) * 0.3 * pays
    fast = simulate(panel, weights, account, Market(dividends))
    open_, close = panel.fields["open"].T, panel.fields["close"].T
    slow = plain_simulation(
        open_, close, dividends, weights, np.diff(panel.ts, prepend=panel.ts[:1]) / 864e8, account
    )
    np.testing.assert_array_equal(fast.equity, slow.equity)
    np.testing.assert_array_equal(fast.cash, slow.cash)
    np.testing.assert_array_equal(fast.positions, slow.positions)
    for kind, values in slow.flows.items():
        np.testing.assert_array_equal(fast.flows[kind], values, err_msg=kind)
    assert fast.orders["status"].to_list() == [order.status for order in slow.orders]
    np.testing.assert_array_equal(fast.orders["done"].to_numpy(), [order.done for order in slow.orders])
    np.testing.assert_array_equal(fast.orders["price"].to_numpy(), [order.price for order in slow.orders])
    np.testing.assert_array_equal(fast.orders["decided"].to_numpy(), [order.decided for order in slow.orders])

    marks = [next((x for x in column[::-1] if not np.isnan(x)), np.nan) for column in close.T.tolist()]
    trades = plain_trades(slow.orders, count, length, marks)
    assert fast.trades.height == len(trades)
    for name in ("side", "opened", "closed", "quantity", "entry", "exit", "costs"):
        np.testing.assert_array_equal(
            fast.trades[name].to_numpy(), [getattr(trade, name) for trade in trades], err_msg=name
        )
    assert fast.trades["reason"].to_list() == [trade.reason for trade in trades]
    assert set(fast.trades["reason"]) <= set(REASONS)
