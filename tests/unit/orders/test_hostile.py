"""Orders that nobody should give: right numbers or an error that says where and how to mend it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kuznia.core.backtest.market import Market
from kuznia.core.backtest.orders.engine import simulate_orders
from kuznia.core.backtest.orders.plan import KINDS, Order, Orders
from kuznia.core.backtest.orders.signals import from_signals
from kuznia.core.backtest.orders.sizing import Sizing
from kuznia.core.backtest.result import BacktestResult, filled_forward
from kuznia.core.backtest.settings import Settings
from kuznia.core.errors import BacktestError
from tests.support.paths import panel_of, random_market, random_panel

A = "XTST:A"
WILD = st.sampled_from([0.0, 1e-9, 0.02, 1.0, 50.0, 1e9, 1e18, 1e300, np.inf, np.nan, -1.0, -50.0])
ACCOUNTS = st.sampled_from(
    [
        Settings(),
        Settings(fill="same_close"),
        Settings(fill="next_close", delay=4),
        Settings(delay=10_000),
        Settings(leverage=20.0, maintenance=0.05, borrow_fee=5.0, debit_interest=9.0),
        Settings(participation=1e-9, slippage="volume_share", slippage_coefficient=1.0),
        Settings(lot=1e12),
        Settings(tick=1e12, lot=1.0),
        Settings(commission_bps=9_999.0, half_spread_bps=9_999.0),
        Settings(initial_cash=1e-9, commission_per_order=1e9),
        Settings(initial_cash=1e18, stale_bars=1),
    ]
)


def holds(result: BacktestResult) -> None:
    """Worth is cash and positions at their marks, and all of it is a number."""
    marks = filled_forward(result.panel.fields["close"].T)
    fx = 1.0 if result.market.fx is None else result.market.fx
    values = np.where(result.positions != 0, result.positions * marks * fx, 0.0)
    scale = 1.0 + np.abs(values).sum(axis=1) + np.abs(result.cash)
    assert np.isfinite(result.equity).all() and np.isfinite(result.cash).all()
    assert np.all(np.abs(result.equity - result.cash - values.sum(axis=1)) <= 1e-9 * scale)
    assert np.isfinite(result.returns).all() and result.trades.height <= result.orders.height


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    rows=st.lists(
        st.builds(
            Order,
            instrument=st.sampled_from([A, "XTST:B"]),
            decided=st.integers(-1, 12),
            quantity=WILD,
            kind=st.sampled_from(KINDS),
            sizing=st.sampled_from(["units", "value", "fraction"]),
            limit=WILD,
            stop=WILD,
            trail=WILD,
            unit=st.sampled_from(["price", "fraction", "distance"]),
            tif=st.sampled_from(["day", "gtc"]),
            at=st.sampled_from(["any", "open", "close"]),
            group=st.sampled_from([-1, -1, 0, 7]),
            parent=st.sampled_from([-1, -1, -1, 0, 1, 99]),
            reduce_only=st.booleans(),
            cancel=st.sampled_from([-1, -1, 0, 5, 10**6]),
        ),
        max_size=4,
    ),
    account=ACCOUNTS,
    seed=st.integers(0, 1000),
    gaps=st.sampled_from([0.0, 0.4]),
)
def test_any_orders_give_numbers_that_add_up_or_an_error(
    rows: list[Order], account: Settings, seed: int, gaps: float
) -> None:
    panel = random_panel(seed, 12, 2, gaps=gaps)
    try:
        result = simulate_orders(panel, Orders.of(panel, rows), account, random_market(seed, 12, 2))
    except BacktestError as error:
        assert error.what and error.remedy
        return
    holds(result)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    account=ACCOUNTS,
    seed=st.integers(0, 1000),
    length=st.integers(1, 20),
    gaps=st.sampled_from([0.0, 0.4, 1.0]),
    side=st.sampled_from(["long", "short", "both"]),
    distances=st.tuples(*[st.one_of(st.none(), WILD)] * 3),
    sizing=st.tuples(st.sampled_from(["units", "value", "fraction", "kelly"]), WILD, WILD),
)
def test_any_signals_give_numbers_that_add_up_or_an_error(
    account: Settings, seed: int, length: int, gaps: float, side: Any, distances: Any, sizing: Any
) -> None:
    panel = random_panel(seed, length, 2, gaps=gaps)
    entries, exits = np.random.default_rng(seed).random((2, length, 2)) < 0.4
    stop, target, trail = distances
    try:
        rule = Sizing(sizing[0], sizing[1], cap=sizing[2])
        plan = from_signals(
            panel,
            entries,
            exits,
            side=side,
            sizing=rule,
            stop_loss=stop,
            take_profit=target,
            trailing=trail,
        )
        result = simulate_orders(panel, plan, account)
    except BacktestError as error:
        assert error.what and error.remedy
        return
    holds(result)


@pytest.mark.parametrize(
    ("order", "what"),
    [
        (Order("XNAS:GONE", 1, 1.0), "XNAS:GONE .* 2024-01-02T21:00:00Z is unknown"),
        (Order(A, 99, 1.0), "outside the bars"),
        (Order(A, 10**30, 1.0), "decided that is no number or too large"),
        (Order(A, 1.5, 1.0), "decided that is not whole"),  # type: ignore[arg-type]
        (Order(A, 1, "many"), "quantity that is no number"),  # type: ignore[arg-type]
        (Order(A, 1, 1e300), "quantity without end"),
        (Order(A, 5, 1.0, cancel=2), "cancelled before it is decided"),
        (Order(A, 1, 1.0, kind="limit"), "wrong limit"),
    ],
)
def test_orders_that_mean_nothing_are_refused(order: Order, what: str) -> None:
    panel = random_panel(1, 12, 2)
    with pytest.raises(BacktestError, match=what) as found:
        simulate_orders(panel, Orders.of(panel, [order]))
    assert found.value.remedy


def test_an_order_before_the_first_close_is_refused_by_name_and_time() -> None:
    close = np.array([[np.nan], [np.nan], [10.0], [11.0]])
    panel = panel_of(close, close)
    with pytest.raises(BacktestError, match=r"XTST:A: order 0, decided at 2024-01-02T21:00:00Z, .* listed"):
        simulate_orders(panel, Orders.of(panel, [Order(A, 1, 1.0)]))


@pytest.mark.parametrize("value", [0.0, -5.0, np.inf])
def test_wrong_prices_are_named_with_instrument_and_time(value: float) -> None:
    panel = random_panel(1, 12, 2)
    fields = {name: values.copy() for name, values in panel.fields.items()}
    for name in ("open", "high", "low", "close"):
        fields[name][1, 4] = value
    wrong = replace(panel, fields=fields)
    with pytest.raises(BacktestError, match=r"XTST:B has .* at 2024-01-05T21:00:00Z"):
        simulate_orders(wrong, Orders.of(wrong, [Order(A, 1, 1.0)]))


def test_negative_volumes_are_refused_where_volume_matters() -> None:
    panel = random_panel(1, 12, 1)
    wrong = replace(panel, fields={**panel.fields, "volume": -panel.fields["volume"]})
    plan = Orders.of(wrong, [Order(A, 1, 1.0)])
    with pytest.raises(BacktestError, match="volume of -"):
        simulate_orders(wrong, plan, Settings(slippage="square_root", slippage_coefficient=1.0))
    assert simulate_orders(wrong, plan).trades.height == 1


def test_a_withdrawal_of_everything_is_counted() -> None:
    panel = random_panel(1, 20, 2)
    flows = np.zeros(20)
    flows[5], flows[15] = -1e6, 3e6
    every = np.ones((20, 2), dtype=bool)
    holds(simulate_orders(panel, from_signals(panel, every, ~every), None, Market(cash_flows=flows)))
