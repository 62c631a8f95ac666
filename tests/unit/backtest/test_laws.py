"""Laws of every account, whatever is switched on: identities, causes before effects, scale and symmetry."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kuznia.core.backtest.conventions import changed, conventions
from kuznia.core.backtest.engine import simulate
from kuznia.core.backtest.market import Market
from kuznia.core.backtest.result import filled_forward
from kuznia.core.backtest.settings import Settings
from kuznia.core.errors import BacktestError
from tests.support.paths import panel_of, random_market, random_panel, random_weights
from tests.unit.backtest.test_twin import COSTS, FRICTION, LIMITS

LENGTH, COUNT = 40, 4
ACCOUNTS = st.builds(Settings, **COSTS, **FRICTION, **LIMITS)
CAUSAL = ("decided", "filled", "asked", "done", "price", "commission", "spread", "slippage")


@settings(max_examples=60, deadline=None)
@given(account=ACCOUNTS, seed=st.integers(0, 10_000), gaps=st.sampled_from([0.0, 0.2]))
def test_equity_is_cash_and_positions_at_every_bar(account: Settings, seed: int, gaps: float) -> None:
    """And cash is what came in, less what was paid."""
    panel, market = random_panel(seed, LENGTH, COUNT, gaps=gaps), random_market(seed, LENGTH, COUNT)
    assert market.fx is not None
    result = simulate(panel, random_weights(seed, LENGTH, COUNT, gross=1.5), account, market)
    marks = np.nan_to_num(filled_forward(panel.fields["close"].T))
    worth = result.cash + (result.positions * marks * market.fx).sum(axis=1)
    np.testing.assert_allclose(result.equity, worth, rtol=1e-9, atol=1e-6)
    fills = np.zeros(LENGTH)
    moved = result.orders.filter(pl.col("done") != 0)
    at = moved["filled"].to_numpy()
    names = [panel.instruments.index(key) for key in moved["instrument"]]
    np.add.at(fills, at, (moved["done"] * moved["price"]).to_numpy() * market.fx[at, names])
    flow = result.flows
    change = flow["interest"] + flow["dividends"] + flow["deposits"] - fills
    change -= flow["commission"] + flow["spread"] + flow["slippage"] + flow["borrow"]
    np.testing.assert_allclose(result.cash, account.initial_cash + np.cumsum(change), rtol=1e-9, atol=1e-6)
    for kind, paid in result.costs.items():
        assert paid == pytest.approx(flow[kind].sum(), abs=1e-9)
    assert (flow["slippage"] >= 0).all() and (flow["commission"] >= 0).all()


@settings(max_examples=60, deadline=None)
@given(account=ACCOUNTS, seed=st.integers(0, 10_000), cut=st.integers(3, LENGTH - 2))
def test_what_comes_later_changes_nothing(account: Settings, seed: int, cut: int) -> None:
    panel, market = random_panel(seed, LENGTH, COUNT, gaps=0.1), random_market(seed, LENGTH, COUNT)
    weights = random_weights(seed, LENGTH, COUNT)
    whole = simulate(panel, weights, account, market)
    part = simulate(panel.until(cut), weights[:cut], account, market.until(cut))
    np.testing.assert_array_equal(whole.equity[:cut], part.equity)
    np.testing.assert_array_equal(whole.positions[:cut], part.positions)
    np.testing.assert_array_equal(whole.exposure[:cut], part.exposure)
    for kind, values in part.flows.items():
        np.testing.assert_array_equal(whole.flows[kind][:cut], values)
    before = whole.orders.filter(pl.col("filled") < cut)
    for name in CAUSAL:
        np.testing.assert_array_equal(before[name].to_numpy(), part.orders[name].to_numpy(), err_msg=name)


@settings(max_examples=40, deadline=None)
@given(account=ACCOUNTS, seed=st.integers(0, 10_000))
def test_nothing_is_traded_before_it_is_decided(account: Settings, seed: int) -> None:
    panel = random_panel(seed, LENGTH, COUNT, gaps=0.1)
    result = simulate(
        panel, random_weights(seed, LENGTH, COUNT), account, Market(sectors=np.arange(COUNT) % 2)
    )
    asked = result.orders.filter(~pl.col("status").is_in(["liquidated", "delisted", "margin"]))
    late = (asked["filled"] - asked["decided"]).to_numpy()
    assert (late >= (0 if account.fill == "same_close" else account.delay)).all()
    if account.participation is None and account.fill != "same_close":
        assert (late == account.delay).all()


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    factor=st.sampled_from([0.5, 4.0]),
    fill=st.sampled_from(["next_open", "next_close", "same_close"]),
    leverage=st.sampled_from([None, 2.0]),
)
def test_more_cash_and_other_dates_give_the_same_returns(
    seed: int, factor: float, fill: Any, leverage: float | None
) -> None:
    panel, weights = random_panel(seed, 30, 3), random_weights(seed, 30, 3, gross=1.4)
    given_ = {"commission_bps": 5.0, "half_spread_bps": 1.0, "fill": fill, "leverage": leverage}
    given_ |= {"slippage": "volatility", "slippage_coefficient": 0.1}
    base = simulate(panel, weights, Settings(**given_))
    more = simulate(panel, weights, Settings(initial_cash=100_000.0 * factor, **given_))
    np.testing.assert_allclose(more.equity, base.equity * factor, rtol=1e-12)
    later = panel_of(panel.fields["open"].T, panel.fields["close"].T, first_day="2025-03-03")
    np.testing.assert_array_equal(simulate(later, weights, Settings(**given_)).equity, base.equity)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), delay=st.integers(1, 3))
def test_a_short_earns_what_a_long_loses(seed: int, delay: int) -> None:
    """The same units, without costs that know a side."""
    panel = random_panel(seed, 20, 3)
    weights = random_weights(seed, 20, 3, every=100, gross=0.9)
    account = Settings(delay=delay, leverage=5.0)
    long, short = simulate(panel, weights, account), simulate(panel, -weights, account)
    np.testing.assert_allclose(long.equity - 100_000.0, 100_000.0 - short.equity, atol=1e-7)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"initial_cash": 0.0}, "initial_cash is 0"),
        ({"fill": "next_bar"}, "fill is 'next_bar'"),
        ({"slippage": "linear"}, "Use one of"),
        ({"delay": 0}, "delay is 0"),
        ({"delay": 1.5}, "whole number"),
        ({"participation": 1.5}, "at most 1"),
        ({"commission_bps": -1.0}, "Costs lie from 0"),
        ({"commission_tiers": ((0.0, 5.0), (1e6, 7.0))}, "fall from tier to tier"),
        ({"commission_tiers": ((1e6, 5.0), (1e3, 2.0))}, "rising values"),
        ({"lot": -1.0}, "at least 0"),
        ({"leverage": 2.0, "maintenance": 0.6}, "1 / leverage"),
        ({"cash_interest": 5.0e3}, "yearly rate as a fraction"),
        ({"limit_loss": 1.2}, "at most 1"),
        ({"impact_window": 1}, "two bars"),
        ({"half_spread_bps": float("nan")}, "half_spread_bps is nan"),
    ],
)
def test_settings_that_cannot_be_are_refused(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(BacktestError, match=said):
        Settings(**wrong)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"dividends": np.zeros((5, 1))}, r"dividends has shape \(5, 1\)"),
        ({"fx": np.zeros((5, 2))}, "fx is 0.0 for XTST:A at 2024-01-01"),
        ({"cash_flows": np.array([0, 0, np.nan, 0, 0])}, "cash_flows is nan at 2024-01-03"),
        ({"borrow_fee": np.array([0.1, -0.1])}, "borrow_fee is -0.1 for XTST:B"),
        ({"delisting_return": np.array([-2.0, 0.0])}, "delisting_return is -2.0 for XTST:A"),
    ],
)
def test_facts_that_do_not_fit_are_refused(facts: dict[str, Any], said: str) -> None:
    with pytest.raises(BacktestError, match=said):
        simulate(random_panel(1, 5, 2), np.full((5, 2), 0.5), Settings(), Market(**facts))


def test_what_a_setting_needs_must_be_there() -> None:
    panel, weights = random_panel(1, 5, 2), np.full((5, 2), 0.5)
    del panel.fields["volume"]  # type: ignore[attr-defined]
    with pytest.raises(BacktestError, match="no volume, which participation needs"):
        simulate(panel, weights, Settings(participation=0.1))
    with pytest.raises(BacktestError, match="limit_sector has no sectors"):
        simulate(panel, weights, Settings(limit_sector=0.1))
    panel.fields["close"][1, 2] = np.inf
    with pytest.raises(BacktestError, match="XTST:B has a close of inf at 2024-01-03"):
        simulate(panel, weights)


def test_settings_are_plain_data_and_their_conventions_are_said() -> None:
    plain = {line["key"]: line["text"] for line in conventions(Settings(), dividends=True)}
    others: dict[str, Any] = {
        "commission_per_order": 1.25,
        "commission_maximum_bps": 77.0,
        "commission_tiers": ((12_345.0, 0.0),),
        "fill": "next_close",
        "delay": 4,
        "size_at": "fill",
        "slippage": "square_root",
        "slippage_coefficient": 0.9,
        "impact_window": 33,
        "participation": 0.07,
        "rest": "cancel",
        "lot": 100.0,
        "tick": 0.05,
        "debit_interest": 0.061,
        "leverage": 1.9,
        "maintenance": 0.31,
        "delisting": "exchange",
        "limit_gross": 1.7,
        "limit_net": 0.45,
        "limit_name": 0.11,
        "limit_sector": 0.29,
        "limit_loss": 0.21,
    }
    account = Settings(**others)
    assert Settings.from_spec(account.to_spec()) == account
    assert set(changed(account)) == set(others)
    said = {line["key"]: line["text"] for line in conventions(account, dividends=True)}
    text = " ".join(said.values())
    for value in others.values():
        if isinstance(value, float):
            assert f"{value:g}" in text, value
    assert {"participation", "tick", "margin", "limits", "loss", "slippage"} <= set(said) - set(plain)
    twice, free = account.doubled(), account.free()
    assert (twice.tick, twice.slippage_coefficient, twice.commission_maximum_bps) == (0.1, 1.8, 154.0)
    assert (free.commission_per_order, free.slippage_coefficient, free.commission_maximum_bps) == (0, 0, None)
