"""From strategies to weights, and the prefix law of the whole way from expression to fills."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kuznia.core.backtest.engine import simulate
from kuznia.core.backtest.settings import Settings
from kuznia.core.errors import StrategyError
from kuznia.core.frames.panel import Panel
from kuznia.core.strategies.built_in import BUILT_IN
from kuznia.core.strategies.calendar import decisions
from kuznia.core.strategies.lookahead import check_look_ahead
from kuznia.core.strategies.plan import plan
from kuznia.core.strategies.ranked import rank_weights
from kuznia.core.strategies.spec import (
    EqualWeight,
    Ranked,
    Rule,
    Strategy,
    is_long_only,
    strategy_digest,
    strategy_from_spec,
    strategy_to_spec,
)
from kuznia.core.strategies.targets import targets
from tests.support.paths import panel_of, random_panel

STRATEGIES: tuple[Strategy, ...] = (
    Ranked(score="close / delay(close, 5) - 1", top=2, rebalance="daily"),
    Ranked(score="-(close / delay(close, 5) - 1)", top=1, bottom=1, rebalance="weekly"),
    Rule(entries="close > ts_mean(close, 10)"),
    Rule(entries="cross_above(close, ts_mean(close, 5))", exits="close < ts_mean(close, 8)", weight=0.25),
    EqualWeight(rebalance="weekly"),
)


@pytest.mark.parametrize("strategy", [*STRATEGIES, *(one.strategy for one in BUILT_IN)])
def test_specs_go_round(strategy: Strategy) -> None:
    assert strategy_from_spec(strategy_to_spec(strategy)) == strategy
    assert strategy_digest(strategy) == strategy_digest(strategy_from_spec(strategy_to_spec(strategy)))


@pytest.mark.parametrize(
    "spec",
    [
        {"kind": "magic"},
        {"kind": "ranked", "top": 0},
        {"kind": "ranked", "top": 3, "tpo": 4},
        {"kind": "rule", "entries": " "},
        {"kind": "equal_weight", "rebalance": "hourly"},
    ],
)
def test_bad_specs_are_refused(spec: dict[str, object]) -> None:
    with pytest.raises(StrategyError):
        strategy_from_spec(spec)


def test_the_last_decision_of_a_period() -> None:
    days = np.arange("2024-01-29", "2024-02-06", dtype="datetime64[D]")
    assert days[decisions(days, "monthly")].tolist() == [np.datetime64("2024-01-31").item()]
    assert days[decisions(days, "weekly")].tolist() == [np.datetime64("2024-02-04").item()]
    assert decisions(days, "daily").all()


def test_ties_go_to_the_first_and_sides_share_the_gross() -> None:
    score = np.array([1.0, 2.0, 2.0, np.nan, 0.0])
    assert rank_weights(score, Ranked(score="x", top=1)).tolist() == [0.0, 1.0, 0.0, 0.0, 0.0]
    both = rank_weights(score, Ranked(score="x", top=2, bottom=1, gross=2.0))
    assert both.tolist() == [0.0, 0.5, 0.5, 0.0, -1.0]
    few = rank_weights(np.array([1.0, np.nan, np.nan]), Ranked(score="x", top=2, bottom=1))
    assert few.tolist() == [0.25, 0.0, 0.0]


def test_nothing_is_decided_inside_the_look_back() -> None:
    panel = random_panel(1, 30, 4)
    assert targets(Ranked(score="delay(close, 12)", top=1, rebalance="daily"), panel).first == 12
    assert targets(Rule(entries="close > ts_mean(close, 10)"), panel).first == 9
    with pytest.raises(StrategyError, match="never decides"):
        targets(Ranked(score="delay(close, 40)", top=1), panel)


def test_a_rule_holds_from_entry_to_exit() -> None:
    close = np.array([[10.0], [12.0], [11.0], [9.0], [9.5], [13.0]])
    panel = panel_of(close, close)
    wanted = targets(Rule(entries="close >= 12", exits="close < 10"), panel).weights[:, 0]
    np.testing.assert_array_equal(wanted, [0.0, 1.0, np.nan, 0.0, np.nan, 1.0])


def test_a_later_start_knows_what_is_held() -> None:
    close = np.array([[10.0], [12.0], [11.0], [9.0]])
    found = targets(Rule(entries="close >= 12", exits="close < 10"), panel_of(close, close), start=2)
    np.testing.assert_array_equal(found.weights[:, 0], [np.nan, np.nan, 1.0, 0.0])
    assert found.first == 2


def test_a_model_strategy_needs_scores_and_waits_for_enough() -> None:
    panel = random_panel(2, 20, 3)
    strategy = Ranked(top=2, rebalance="daily")
    with pytest.raises(StrategyError, match="nothing to rank by"):
        targets(strategy, panel)
    scores = np.full((3, 20), np.nan)
    scores[:, 10:] = 1.0
    scores[1:, 10] = np.nan
    assert targets(strategy, panel, scores).first == 11


def test_errors_of_expressions_say_where() -> None:
    with pytest.raises(StrategyError, match="Did you mean"):
        targets(Ranked(score="ts_mea(close, 3)", top=1), random_panel(1, 9, 2))
    with pytest.raises(StrategyError, match="Choose fewer"):
        targets(Ranked(score="close", top=3), random_panel(1, 9, 2))


def test_who_is_judged_against_the_universe() -> None:
    assert [is_long_only(one) for one in STRATEGIES] == [True, False, True, True, True]
    assert not is_long_only(Rule(entries="close > open", weight=-0.1))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), which=st.integers(0, len(STRATEGIES) - 1), cut=st.integers(25, 69))
def test_prefix_law_from_expression_to_fills(seed: int, which: int, cut: int) -> None:
    """With the future cut off, all weights and all equity before the cut are the same."""
    panel, strategy = random_panel(seed, 70, 4, gaps=0.03), STRATEGIES[which]
    account = Settings(commission_bps=5.0)
    whole, part = targets(strategy, panel), targets(strategy, panel.until(cut))
    np.testing.assert_array_equal(whole.weights[: cut - 1], part.weights[: cut - 1])
    full = simulate(panel, whole.weights, account)
    short = simulate(panel.until(cut), part.weights, account)
    np.testing.assert_array_equal(full.equity[:cut], short.equity)
    np.testing.assert_array_equal(full.positions[:cut], short.positions)
    before = full.orders.filter(full.orders["filled"] < cut)
    assert before.equals(short.orders)


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_check_of_a_run_is_clean_for_honest_strategies(strategy: Strategy) -> None:
    found = check_look_ahead(strategy, random_panel(4, 120, 4), Settings(commission_bps=5.0))
    assert found.first_difference is None
    assert len(found.cuts) == 3 and found.rows > 100


@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 10_000), cut=st.integers(300, 399))
def test_no_built_in_strategy_sees_the_future(seed: int, cut: int) -> None:
    panel = random_panel(seed, 400, 13)
    for one in BUILT_IN:
        whole, part = plan(one.strategy, panel), plan(one.strategy, panel.until(cut))
        assert whole.first == part.first, one.key
        np.testing.assert_array_equal(whole.decided(cut - 1), part.decided(cut - 1), err_msg=one.key)


def test_every_built_in_strategy_names_its_source_and_trades() -> None:
    panel = random_panel(7, 400, 13)
    assert len({one.key for one in BUILT_IN}) == len(BUILT_IN)
    for one in BUILT_IN:
        assert one.source and one.description
        assert plan(one.strategy, panel).simulate(panel, Settings()).trades.height > 0, one.key


class Peeking(Panel):
    """A panel whose volume is worked out from its own last bar: it knows the future."""

    def until(self, t: int) -> Panel:
        return peeking(Panel.until(self, t))


def peeking(panel: Panel) -> Panel:
    close = panel.fields["close"]
    fields = {**panel.fields, "volume": np.ascontiguousarray(close[:, -1:] / close)}
    return Peeking(panel.instruments, panel.ts, panel.session, panel.decision, fields)


def test_the_check_finds_what_knows_the_future() -> None:
    strategy = Ranked(score="volume", top=1, rebalance="daily")
    found = check_look_ahead(strategy, peeking(random_panel(4, 120, 4)), Settings())
    assert found.first_difference is not None
