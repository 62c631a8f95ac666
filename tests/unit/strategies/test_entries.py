"""Rules that trade by orders: stops, targets, time limits, sizes, and what is known when."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kuznia.core.backtest.result import BacktestResult
from kuznia.core.backtest.settings import Settings
from kuznia.core.errors import StrategyError
from kuznia.core.frames.panel import Panel
from kuznia.core.strategies.entries import average_true_range
from kuznia.core.strategies.lookahead import check_look_ahead
from kuznia.core.strategies.plan import plan
from kuznia.core.strategies.spec import Ranked, Rule, strategy_from_spec
from kuznia.core.strategies.sweep.run import run_sweep
from kuznia.core.strategies.sweep.spec import SweepSpec
from kuznia.core.strategies.targets import targets
from kuznia.core.typing import Float
from tests.support.paths import panel_of, random_panel

ACCOUNT = Settings(initial_cash=1000.0)


def bars(close: list[float], low: list[float] | None = None, high: list[float] | None = None) -> Panel:
    """Bars that open at the close before."""
    closes = np.array(close)[:, None]
    panel = panel_of(np.vstack([closes[:1], closes[:-1]]), closes)
    edges: dict[str, Float] = {
        "low": np.array(low if low else close)[None, :],
        "high": np.array(high if high else close)[None, :],
    }
    low_ = np.minimum(edges["low"], np.minimum(panel.fields["open"], panel.fields["close"]))
    high_ = np.maximum(edges["high"], np.maximum(panel.fields["open"], panel.fields["close"]))
    return replace(panel, fields={**panel.fields, "low": low_, "high": high_})


def traded(rule: Rule, panel: Panel) -> BacktestResult:
    wanted = plan(rule, panel)
    return wanted.since(wanted.first).simulate(panel.between(wanted.first, panel.shape[1]), ACCOUNT)


def ends(result: BacktestResult) -> list[tuple[int, int, float, str]]:
    columns = ("opened", "closed", "exit", "reason")
    return list(zip(*(result.trades[name].to_list() for name in columns), strict=True))


def test_a_stop_ends_the_position_at_its_price() -> None:
    panel = bars([10, 11, 11, 9, 9, 9])
    rule = Rule(entries="close > 10", weight=1.0, stop_loss=0.1)
    assert ends(traded(rule, panel)) == [(2, 3, pytest.approx(9.9), "stop")]


def test_after_a_stop_the_entry_must_have_been_false() -> None:
    panel = bars([10, 11, 11, 9.5, 11, 11], low=[10, 11, 9.8, 9.5, 9.5, 11])
    rule = Rule(entries="close > 10", weight=1.0, stop_loss=0.1)
    found = ends(traded(rule, panel))
    assert [one[:2] for one in found] == [(2, 2), (5, 5)] and found[0][3] == "stop"
    held = Rule(entries="close > 9", exits="close < 5", weight=1.0, stop_loss=0.1)
    assert len(ends(traded(held, panel))) == 1, "its entry is true all the time"


def test_a_target_and_a_trailing_stop() -> None:
    panel = bars([10, 11, 11, 12, 13, 12, 11.5])
    target = Rule(entries="close > 10", weight=1.0, take_profit=0.1)
    assert ends(traded(target, panel))[0] == (2, 4, pytest.approx(12.1), "target")
    trailing = Rule(entries="close > 10", weight=1.0, trailing=0.1)
    assert ends(traded(trailing, panel))[0] == (2, 6, pytest.approx(13 * 0.9), "trailing")


def test_a_position_has_its_time() -> None:
    found = ends(
        traded(Rule(entries="close > 10", weight=1.0, maximum_bars=2), bars([10, 11, 11, 11, 11, 11]))
    )
    assert found[0][:2] == (2, 4)


def test_the_risk_is_what_the_stop_loses() -> None:
    panel = bars([10, 11, 11, 11, 8, 8])
    rule = Rule(entries="close > 10", stop_loss=0.1, sizing="risk", risk=0.02)
    result = traded(rule, panel)
    assert result.trades["quantity"][0] == pytest.approx(0.02 / 0.1 * 1000 / 11)
    assert result.trades["pnl"][0] == pytest.approx(-0.02 * 1000)
    capped = traded(replace(rule, truncation=0.05), panel)
    assert capped.trades["quantity"][0] == pytest.approx(0.05 * 1000 / 11)


def test_an_atr_stop_hangs_below_by_true_ranges() -> None:
    close = [10.0, 10.5, 10.0, 10.5, 10.0, 12.0, 12.0, 9.0]
    panel = bars(close)
    ranges = average_true_range(panel, 3)[0]
    assert np.isnan(ranges[:2]).all()
    np.testing.assert_allclose(ranges[4:6], [0.5, (0.5 + 0.5 + 2.0) / 3])
    rule = Rule(entries="close > 11", stop_loss=2.0, distance="atr", atr_window=3, sizing="risk", risk=0.01)
    result = traded(rule, panel)
    wanted = 12.0 - 2.0 * 1.0
    assert result.trades["exit"][0] == pytest.approx(wanted)
    assert result.trades["quantity"][0] == pytest.approx(0.01 * 1000 / 2.0)


def test_each_position_has_the_same_volatility() -> None:
    moves = np.stack([np.tile([0.01, -0.01], 15), np.tile([0.02, -0.02], 15)], axis=1)
    close = 10.0 * np.cumprod(1.0 + np.vstack([[0.0, 0.0], moves]), axis=0)
    rule = Rule(
        entries="close > 0",
        exits="close < 0",
        sizing="volatility",
        volatility_target=0.05,
        volatility_window=10,
    )
    signals = plan(rule, panel_of(close, close)).signals
    assert signals is not None
    each = signals.sized[1]
    assert np.isnan(each[:10]).all()
    np.testing.assert_allclose(each[20, 0] / each[20, 1], 2.0)
    deviation = moves[10:20, 0].std(ddof=1) * np.sqrt(365.25)
    np.testing.assert_allclose(each[20, 0], 0.05 / deviation)


def test_shorts_are_stopped_above() -> None:
    panel = bars([10, 9, 9, 10.5, 10.5])
    rule = Rule(entries="close < 10", exits="close < 0", weight=-0.5, stop_loss=0.1)
    result = traded(rule, panel)
    assert result.trades["side"][0] == -1 and result.trades["exit"][0] == pytest.approx(9.9)


def test_what_needs_orders_and_what_does_not() -> None:
    assert not Rule(entries="close > 1").by_orders
    for change in ({"stop_loss": 0.1}, {"maximum_bars": 3}, {"cooldown": 1}, {"sizing": "volatility"}):
        assert strategy_from_spec({"kind": "rule", "entries": "close > 1", **change}).by_orders  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"stop_loss": 1.0}, "stop_loss"),
        ({"trailing": 0.0}, "trailing"),
        ({"take_profit": -0.1}, "take_profit"),
        ({"sizing": "risk"}, "stop_loss"),
        ({"sizing": "luck"}, "sizing"),
        ({"distance": "miles"}, "distance"),
        ({"maximum_bars": 0}, "maximum_bars"),
        ({"weight": 0.0}, "weight"),
        ({"truncation": 0.0}, "truncation"),
    ],
)
def test_wrong_exits_are_refused_by_their_name(change: dict[str, object], field: str) -> None:
    with pytest.raises(StrategyError) as caught:
        strategy_from_spec({"kind": "rule", "entries": "close > 1", **change})
    assert caught.value.field == field


def test_orders_are_not_taken_for_weights() -> None:
    with pytest.raises(StrategyError, match="no target weights"):
        targets(RULES[0], random_panel(3, 60, 3))
    template = {"kind": "rule", "entries": "close > ts_mean(close, $n)", "stop_loss": 0.02, "weight": 1.0}
    panel = random_panel(3, 80, 1)
    swept = run_sweep(panel, SweepSpec(template, {"n": (3, 5)}), Settings(), start=0)
    rule = Rule(entries="close > ts_mean(close, 3)", stop_loss=0.02, weight=1.0)
    alone = plan(rule, panel, None, swept.first).since(swept.first)
    result = alone.simulate(panel.between(swept.first, 80), Settings())
    np.testing.assert_allclose(
        swept.statistics["total_return"][0], result.equity[-1] / 100_000.0 - 1.0, rtol=1e-6
    )


def test_a_plan_of_weights_and_one_of_orders_say_what_they_held() -> None:
    panel = random_panel(3, 60, 3)
    weights = plan(Ranked(score="close", top=1, rebalance="daily"), panel)
    assert weights.held(weights.simulate(panel, ACCOUNT)) is weights.weights
    orders = plan(RULES[0], panel)
    result = orders.simulate(panel, ACCOUNT)
    held = orders.held(result)
    rows = np.flatnonzero(~np.isnan(held).all(axis=1))
    assert rows[0] == 0 and len(rows) > 3
    t = int(rows[-1])
    worth = result.positions[t] * panel.fields["close"][:, t] / result.equity[t]
    np.testing.assert_allclose(held[t], worth, atol=1e-12)


RULES = (
    Rule(entries="close > ts_mean(close, 5)", stop_loss=0.03, take_profit=0.05, weight=0.5),
    Rule(
        entries="close > delay(ts_max(high, 6), 1)",
        exits="close < delay(ts_min(low, 4), 1)",
        stop_loss=1.5,
        trailing=2.0,
        distance="atr",
        atr_window=6,
        sizing="risk",
        risk=0.02,
    ),
    Rule(entries="close < ts_mean(close, 5)", weight=-0.2, maximum_bars=4, cooldown=2),
    Rule(entries="close > open", sizing="volatility", volatility_target=0.1, volatility_window=10),
)


@pytest.mark.parametrize("rule", RULES)
def test_the_check_of_a_run_is_clean_for_rules_with_orders(rule: Rule) -> None:
    found = check_look_ahead(rule, random_panel(4, 120, 4), Settings(commission_bps=5.0))
    assert found.first_difference is None and found.rows > 100


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), which=st.integers(0, len(RULES) - 1), cut=st.integers(25, 69))
def test_no_order_sees_the_future(seed: int, which: int, cut: int) -> None:
    panel = random_panel(seed, 70, 4, gaps=0.02)
    whole, part = plan(RULES[which], panel), plan(RULES[which], panel.until(cut))
    np.testing.assert_array_equal(whole.decided(cut - 1), part.decided(cut - 1))
    full = whole.simulate(panel, ACCOUNT).equity[: cut - 1]
    np.testing.assert_array_equal(full, part.simulate(panel.until(cut), ACCOUNT).equity[: cut - 1])


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), which=st.integers(0, len(RULES) - 1))
def test_cutting_the_start_off_keeps_the_decisions(seed: int, which: int) -> None:
    panel = random_panel(seed, 60, 3)
    wanted = plan(RULES[which], panel)
    later = wanted.since(wanted.first)
    left = panel.between(wanted.first, 60)
    np.testing.assert_array_equal(later.decided(60), wanted.decided(60)[wanted.first :])
    full, cut = wanted.simulate(panel, ACCOUNT), later.simulate(left, ACCOUNT)
    np.testing.assert_allclose(cut.equity, full.equity[wanted.first :], rtol=1e-12)
