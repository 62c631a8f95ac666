"""From scores to weights by hand: decay, neutralisation, weighting, truncation, holding limits, overlays."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kuznia.core.errors import StrategyError
from kuznia.core.frames.panel import Panel
from kuznia.core.strategies.construction import (
    banded,
    decayed,
    neutral,
    realised_volatility,
    scaled,
    truncated,
    volatilities,
)
from kuznia.core.strategies.ranked import rank_weights
from kuznia.core.strategies.spec import EqualWeight, Ranked, strategy_from_spec
from kuznia.core.strategies.targets import targets
from kuznia.core.typing import Float
from tests.support.paths import panel_of, random_panel


def held(scores: list[list[float]], **change: Any) -> list[list[float]]:
    """Weights of a daily strategy over scores, a row each bar."""
    wanted = np.array(scores)
    close = np.full(wanted.shape, 10.0)
    strategy = Ranked(**({"top": 1, "rebalance": "daily"} | change))
    return targets(strategy, panel_of(close, close), np.ascontiguousarray(wanted.T)).weights.tolist()


def with_sector(panel: Panel, codes: list[int]) -> Panel:
    sectors = np.repeat(np.array(codes)[:, None], panel.shape[1], axis=1)
    return replace(panel, groups={"sector": np.ascontiguousarray(sectors)})


def test_decay_weights_the_newest_most() -> None:
    score = np.array([[1.0, 2.0, 4.0, np.nan, 8.0]])
    np.testing.assert_allclose(
        decayed(score, 3)[0], [1.0, (3 * 2 + 2 * 1) / 5, (3 * 4 + 2 * 2 + 1) / 6, np.nan, (3 * 8 + 4) / 4]
    )
    assert decayed(score, 0) is score and decayed(score, 1) is score
    assert decayed(score, 50).shape == score.shape


def test_neutral_takes_the_mean_of_the_group_off() -> None:
    score = np.array([1.0, 3.0, 10.0, np.nan, 5.0])
    np.testing.assert_allclose(neutral(score, None), [-3.75, -1.75, 5.25, np.nan, 0.25])
    np.testing.assert_allclose(neutral(score, np.array([0, 0, 1, 1, -1])), [-1.0, 1.0, 0.0, np.nan, np.nan])


def test_neutral_to_the_sector_ranks_within_it() -> None:
    close = np.full((3, 4), 10.0)
    panel = with_sector(panel_of(close, close), [0, 0, 1, 1])
    scores = np.repeat(np.array([[10.0], [9.0], [1.0], [-5.0]]), 3, axis=1)
    plain = Ranked(top=1, rebalance="daily")
    assert targets(plain, panel, scores).weights[0].tolist() == [1.0, 0.0, 0.0, 0.0]
    within = replace(plain, neutralise="sector")
    assert targets(within, panel, scores).weights[0].tolist() == [0.0, 0.0, 1.0, 0.0]
    with pytest.raises(StrategyError, match="no group 'industry'"):
        targets(replace(plain, neutralise="industry"), panel, scores)


def test_everything_by_score_is_neutral_and_fills_the_gross() -> None:
    rng = np.random.default_rng(1)
    scores = rng.normal(2.0, 1.0, 9)
    all_of_it = Ranked(weighting="score", gross=1.0)
    weights = rank_weights(neutral(scores, None), replace(all_of_it, neutralise="market"))
    assert weights.sum() == pytest.approx(0.0, abs=1e-12)
    assert np.abs(weights).sum() == pytest.approx(1.0)
    groups = np.array([0, 0, 0, 1, 1, 1, 2, 2, 2])
    weights = rank_weights(neutral(scores, groups), replace(all_of_it, neutralise="sector"))
    for code in range(3):
        assert weights[groups == code].sum() == pytest.approx(0.0, abs=1e-12)
    raw = rank_weights(np.array([2.0, -1.0, 1.0]), all_of_it)
    assert raw.tolist() == [0.5, -0.25, 0.25]


def test_parts_by_score_are_the_distances_from_the_mean() -> None:
    weights = held([[5.0, 3.0, 1.0, -1.0]], top=2, bottom=1, weighting="score", gross=2.0)
    # Mean 2: distances 3 and 1 above, 3 below; each side holds half of the gross.
    np.testing.assert_allclose(weights[0], [0.75, 0.25, 0.0, -1.0])


def test_parts_by_volatility_are_one_over_it() -> None:
    moves = np.array([[0.01, 0.02], [-0.01, -0.02], [0.01, 0.02], [-0.01, -0.02]])
    close = 10.0 * np.cumprod(1.0 + np.vstack([[0.0, 0.0], moves]), axis=0)
    panel = panel_of(close, close)
    spread = volatilities(panel, 4, 4)
    np.testing.assert_allclose(spread[1] / spread[0], 2.0)
    strategy = Ranked(top=2, rebalance="daily", weighting="inverse_volatility", volatility_window=4)
    weights = targets(strategy, panel, np.ones((2, 5))).weights
    np.testing.assert_allclose(weights[4], [2 / 3, 1 / 3])
    np.testing.assert_allclose(weights[0], [0.5, 0.5], err_msg="no volatility is known yet")


def test_truncation_gives_what_it_cuts_to_the_others_of_the_side() -> None:
    np.testing.assert_allclose(truncated(np.array([0.6, 0.3, 0.1, -1.0]), 0.5), [0.5, 0.375, 0.125, -0.5])
    np.testing.assert_allclose(truncated(np.array([0.6, 0.3, 0.1]), 0.4), [0.4, 0.4, 0.2])
    np.testing.assert_allclose(truncated(np.array([0.6, 0.4]), 0.3), [0.3, 0.3], err_msg="the rest is cash")
    assert truncated(np.array([0.6, 0.4]), None).tolist() == [0.6, 0.4]
    balanced = truncated(np.array([0.5, -0.25, -0.25]), 0.3, balanced=True)
    np.testing.assert_allclose(balanced, [0.3, -0.15, -0.15])


@settings(max_examples=60, deadline=None)
@given(
    weights=st.lists(st.floats(-1, 1), min_size=1, max_size=12),
    largest=st.floats(0.01, 1.0),
    balanced=st.booleans(),
)
def test_no_weight_is_larger_than_the_truncation(
    weights: list[float], largest: float, balanced: bool
) -> None:
    before = np.array(weights)
    after = truncated(before.copy(), largest, balanced=balanced)
    assert (np.abs(after) <= largest * (1 + 1e-12)).all()
    assert np.abs(after).sum() <= np.abs(before).sum() * (1 + 1e-9)
    assert ((np.sign(after) == np.sign(before)) | (after == 0)).all()
    if balanced:
        assert after.sum() == pytest.approx(0.0, abs=1e-9)


def test_a_name_stays_until_it_leaves_the_buffer() -> None:
    scores = [[3, 2, 1], [2, 3, 1], [1, 3, 2], [1, 3, 2]]
    assert [row.index(1.0) for row in held(scores, buffer=0)] == [0, 1, 1, 1]
    assert [row.index(1.0) for row in held(scores, buffer=1)] == [0, 0, 1, 1]
    assert [row.index(1.0) for row in held(scores, buffer=2)] == [0, 0, 0, 0]


def test_a_name_is_held_as_long_as_it_must_and_no_longer_than_it_may() -> None:
    scores = [[3, 2, 1], [1, 2, 3], [1, 2, 3], [1, 2, 3], [1, 2, 3]]
    assert [row.index(1.0) for row in held(scores, minimum_bars=2)] == [0, 0, 2, 2, 2]
    same = [[3, 2, 1]] * 5
    assert [row.index(1.0) for row in held(same, maximum_bars=2)] == [0, 0, 1, 0, 0]
    both = held([[4, 3, 2, 1], [1, 2, 3, 4], [1, 2, 3, 4]], bottom=1, minimum_bars=2)
    assert both[1] == [0.5, 0.0, 0.0, -0.5], "both sides keep their names"
    assert both[2] == [-0.5, 0.0, 0.0, 0.5]


def test_the_volatility_target_scales_by_what_was_seen() -> None:
    moves = np.tile([0.02, -0.02], 15)
    close = 10.0 * np.cumprod(1.0 + np.concatenate([[0.0], moves]))[:, None]
    panel = panel_of(close, close)
    strategy = EqualWeight("daily", volatility_target=0.10, volatility_window=10)
    weights = targets(strategy, panel).weights[:, 0]
    assert np.isnan(weights[:10]).all()
    years = 10 / 365.25
    seen = np.sqrt((moves[:10] ** 2).sum() / years)
    np.testing.assert_allclose(weights[10], 0.10 / seen)
    np.testing.assert_allclose(realised_volatility(np.ones(1), close[:11].T, years), seen)
    calm = replace(strategy, volatility_target=5.0, volatility_cap=2.0)
    assert targets(calm, panel).weights[10, 0] == 2.0


def test_nothing_moves_is_scaled_to_the_cap() -> None:
    close = np.full((8, 1), 10.0)
    strategy = EqualWeight("daily", volatility_target=0.1, volatility_window=3, volatility_cap=1.5)
    found = scaled(np.ones((8, 1)), panel_of(close, close), strategy)
    assert found[3:, 0].tolist() == [1.5] * 5


def test_the_threshold_waits_until_a_weight_is_off() -> None:
    close = np.array([[10.0, 10.0], [11.0, 10.0], [14.0, 10.0], [14.0, 10.0], [14.0, 21.0]])
    wanted = targets(EqualWeight("daily", threshold=0.08), panel_of(close, close)).weights
    # 0.5 · 1.1 / 1.05 is off by 0.024; 0.5 · 1.4 / 1.2 by 0.083; then 0.5 · 2.1 / 1.55 by 0.177.
    assert (~np.isnan(wanted[:, 0])).tolist() == [True, False, True, False, True]
    zero = banded(np.full((5, 2), 0.5), panel_of(close, close), 0.0)
    assert (~np.isnan(zero[:, 0])).tolist() == [True, True, True, False, True]


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({"kind": "ranked", "top": 0}, "top"),
        ({"kind": "ranked", "top": 1, "weighting": "magic"}, "weighting"),
        ({"kind": "ranked", "top": 1, "truncation": 0.0}, "truncation"),
        ({"kind": "ranked", "top": 1, "decay": -1}, "decay"),
        ({"kind": "ranked", "top": 1, "buffer": 1.5}, "buffer"),
        ({"kind": "ranked", "top": 1, "minimum_bars": 5, "maximum_bars": 4}, "maximum_bars"),
        ({"kind": "ranked", "top": 1, "neutralise": ""}, "neutralise"),
        ({"kind": "ranked", "top": 1, "threshold": 1.0}, "threshold"),
        ({"kind": "equal_weight", "volatility_target": -0.1}, "volatility_target"),
        ({"kind": "equal_weight", "volatility_window": 1}, "volatility_window"),
        ({"kind": "risk_parity", "window": 3}, "window"),
        ({"kind": "pairs", "first": "A"}, "second"),
        ({"kind": "pairs", "first": "A", "second": "A"}, "second"),
        ({"kind": "pairs", "enter": 1.0, "exit": 1.0}, "exit"),
        ({"kind": "pairs", "enter": 2.0, "stop": 2.0}, "stop"),
        ({"kind": "rule", "entries": ""}, "entries"),
    ],
)
def test_what_cannot_be_is_refused_by_its_name(spec: dict[str, object], field: str) -> None:
    with pytest.raises(StrategyError) as caught:
        strategy_from_spec(spec)
    assert caught.value.field == field


CHANGES: tuple[dict[str, Any], ...] = (
    {"decay": 6, "neutralise": "market", "weighting": "score", "top": 0, "bottom": 0},
    {"neutralise": "sector", "buffer": 1, "minimum_bars": 3, "maximum_bars": 9},
    {"weighting": "inverse_volatility", "volatility_window": 8, "truncation": 0.4},
    {"bottom": 1, "threshold": 0.1, "volatility_target": 0.2, "volatility_window": 12},
)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), which=st.integers(0, len(CHANGES) - 1), cut=st.integers(30, 69))
def test_no_construction_sees_the_future(seed: int, which: int, cut: int) -> None:
    panel = with_sector(random_panel(seed, 70, 5, gaps=0.03), [0, 0, 1, 1, -1])
    base: dict[str, Any] = {"score": "close / delay(close, 5) - 1", "top": 2, "rebalance": "daily"}
    strategy = Ranked(**(base | CHANGES[which]))
    whole, part = targets(strategy, panel), targets(strategy, panel.until(cut))
    np.testing.assert_array_equal(whole.weights[: cut - 1], part.weights[: cut - 1])


def test_a_quiet_row_of_scores_is_cash() -> None:
    nothing: Float = np.full(3, np.nan)
    assert rank_weights(nothing, Ranked(weighting="score")).tolist() == [0.0, 0.0, 0.0]
    assert rank_weights(nothing, Ranked(top=1, weighting="score")).tolist() == [0.0, 0.0, 0.0]
