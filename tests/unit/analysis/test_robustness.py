"""Resampling and re-simulation: seeded, bounded, with the statistics that theory expects."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from kuznia.core.backtest.engine import simulate
from kuznia.core.backtest.evaluation import active_returns, index, summary
from kuznia.core.backtest.market import Market
from kuznia.core.backtest.result import BacktestResult
from kuznia.core.backtest.robustness import _kernels as kernel
from kuznia.core.backtest.robustness.resampling import bootstrap_paths, shuffle_trades
from kuznia.core.backtest.robustness.resimulation import (
    noise_test,
    other_names,
    other_times,
    perturbed,
    random_entry,
    stresses,
)
from kuznia.core.backtest.settings import Settings
from kuznia.core.errors import BacktestError
from kuznia.core.frames.panel import Panel
from kuznia.core.metrics.drawdown import deepest, drawdowns
from kuznia.core.typing import Float
from tests.support.accounts import COSTLY, one_name, world

NAN = float("nan")


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def walked(returns: Float) -> BacktestResult:
    """An account that holds one name with these returns."""
    prices = 10.0 * np.cumprod(np.concatenate(([1.0], 1.0 + returns)))
    settings = Settings(initial_cash=1000.0, fill="same_close")
    return one_name(prices.tolist(), [1.0] + [NAN] * len(returns), settings)


def test_walks_equal_plain_loops() -> None:
    growth = 1.0 + rng(3).normal(0, 0.02, 37)
    starts = rng(4).integers(0, 37, size=(5, 8))
    at = np.array([0, 10, 36])
    curves, depths = np.empty((5, 3)), np.empty(5)
    kernel.walk_blocks(growth, starts, 5, at, curves, depths)
    for path in range(5):
        rows = [(s + i) % 37 for s in starts[path] for i in range(5)][:37]
        worth = np.cumprod(growth[rows])
        np.testing.assert_allclose(curves[path], worth[at], rtol=1e-12)
        assert depths[path] == pytest.approx(drawdowns(worth, 1.0).max())


def test_the_fan_of_an_account() -> None:
    result = walked(rng(5).normal(0.0008, 0.01, 750))
    found = bootstrap_paths(result, rng(), 2000)
    assert found.curves.shape == (5, len(found.rows)) == (5, 201)
    assert (np.diff(found.curves, axis=0) >= 0).all()
    assert (found.rows[0], found.rows[-1]) == (0, 750)
    np.testing.assert_allclose(found.actual, index(result)[found.rows])
    assert (found.curves[:, 0] == 1000.0).all()
    assert found.final.actual == result.equity[-1]
    assert found.drawdown.actual == pytest.approx(deepest(result.equity, result.ts, 1000.0).depth)
    again = bootstrap_paths(result, rng(), 2000)
    assert np.array_equal(found.curves, again.curves) and found.cagr == again.cagr
    assert bootstrap_paths(result, rng(2), 2000).cagr != found.cagr


def test_resampled_growth_has_the_spread_of_theory() -> None:
    """Logs of independent returns: the end is normal with variance of one bar times the bars."""
    returns = np.expm1(rng(6).normal(0.0, 0.01, 1000))
    found = bootstrap_paths(walked(returns), rng(), 4000, block=1)
    logs = np.log(np.array(found.final.percentiles) / 1000.0)
    own = np.log1p(returns)
    deviation = own.std() * math.sqrt(1000)
    assert logs[2] == pytest.approx(own.sum(), abs=0.05 * deviation + 0.01)
    assert (logs[4] - logs[0]) / deviation == pytest.approx(2 * 1.645, rel=0.06)


def test_paths_cover_what_the_process_does() -> None:
    """Other years of one process end between the fifth and the ninety-fifth path about nine times of ten."""
    draw, hits = rng(7), 0
    for _ in range(60):
        first, second = draw.normal(0.0, 0.01, (2, 250))
        found = bootstrap_paths(walked(first - first.mean()), draw, 300)
        low, *_, high = found.final.percentiles
        hits += low < 1000.0 * np.prod(1 + second) < high
    assert 46 <= hits <= 60


def test_long_paths_are_walked_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    result = walked(rng(5).normal(0.0008, 0.01, 300))
    whole = bootstrap_paths(result, rng(), 50)
    monkeypatch.setattr("kuznia.core.backtest.robustness.resampling.CELLS", 300 * 7)
    parts = bootstrap_paths(result, rng(), 50)
    assert parts.paths == 50 and np.isfinite(parts.curves).all()
    assert parts.cagr.actual == whole.cagr.actual


def test_a_ruined_path_stays_ruined() -> None:
    growth, at = np.array([1.1, 0.0, 1.2]), np.arange(3)
    curves, depths = np.empty((1, 3)), np.empty(1)
    kernel.walk_blocks(growth, np.array([[0]]), 3, at, curves, depths)
    assert curves[0].tolist() == [1.1, 0.0, 0.0] and depths[0] == 1.0


def test_shuffled_trades_keep_their_end_and_change_their_way() -> None:
    result = world(short=False).account(Settings())
    found = shuffle_trades(result, rng())
    assert found.trades == result.trades.height
    assert 0.0 < found.drawdown.percentiles[0] < found.drawdown.percentiles[-1] < 1.0
    assert shuffle_trades(result, rng()) == found
    with pytest.raises(BacktestError, match="0 repetitions"):
        shuffle_trades(result, rng(), 0)


def test_losses_in_a_row_are_the_worst_order() -> None:
    """Ten wins after ten losses: no order falls deeper."""
    steps = [0.9, 1.0] * 10 + [1.1, 1.0] * 10
    prices = 10.0 * np.cumprod([1.0, *steps])
    weights = [1.0, 0.0] * 20 + [0.0]
    result = one_name(prices.tolist(), weights, Settings(fill="same_close"))
    found = shuffle_trades(result, rng())
    assert found.trades == 20 and found.drawdown.worse == 0.0
    assert found.drawdown.actual == pytest.approx(1 - 0.9**10, rel=1e-6)


def test_worse_terms_are_worse() -> None:
    made = world()

    def account_of(settings: Settings, market: Market) -> BacktestResult:
        return simulate(made.panel, made.weights, settings, market)

    found = stresses(account_of, COSTLY, made.market, 252.0)
    assert found["base"] == pytest.approx(summary(made.account(), 252.0), nan_ok=True)
    assert found["no_costs"]["cagr"] > found["base"]["cagr"] > found["doubled_costs"]["cagr"]
    assert found["no_costs"]["costs"] == 0.0
    assert found["doubled_costs"]["costs"] == pytest.approx(2 * found["base"]["costs"], rel=0.05)


def test_noise_keeps_bars_whole_and_gaps_open() -> None:
    panel = world().panel
    found = perturbed(panel, rng(), 0.3)
    for name, values in found.fields.items():
        assert np.array_equal(np.isnan(values), np.isnan(panel.fields[name]))
    known = ~np.isnan(found.fields["close"])
    body = np.stack([found.fields["open"][known], found.fields["close"][known]])
    assert (found.fields["high"][known] >= body.max(axis=0)).all()
    assert (found.fields["low"][known] <= body.min(axis=0)).all()
    moved = np.log(found.fields["close"] / panel.fields["close"])[0]
    usual = np.nanstd(np.diff(np.log(panel.fields["close"][0])))
    assert moved.std() == pytest.approx(0.3 * usual, rel=0.1)
    assert np.array_equal(found.fields["volume"], panel.fields["volume"], equal_nan=True)


def overfitted(panel: Panel) -> Float:
    """Buys whatever closed on a last digit that was good in the true data: nothing but noise."""
    close = np.nan_to_num(panel.fields["close"].T, nan=1.0)
    weights = np.zeros(close.shape)
    lucky = (close * 1e6).astype(np.int64) % 7 == 3
    weights[lucky] = 1.0
    return weights / np.maximum(weights.sum(axis=1, keepdims=True), 1.0)


def test_a_rule_on_noise_decides_anew_on_each_world() -> None:
    made = world(short=False)
    seen: list[Panel] = []

    def account_of(panel: Panel) -> BacktestResult:
        seen.append(panel)
        return simulate(panel, overfitted(panel))

    found = noise_test(made.panel, account_of, 252.0, rng(), count=10)
    assert len(seen) == 11 and seen[0] is made.panel
    assert len(found.values) == 10 and found.values.std() > 0
    held = noise_test(
        made.panel, lambda panel: simulate(panel, made.weights), 252.0, rng(), count=10, size=0.0
    )
    assert held.values == pytest.approx(held.actual) and held.kept == pytest.approx(1.0)


def test_random_names_keep_the_pattern_of_trading() -> None:
    """The same number of names, weights and rebalances; turnover about the same."""
    made = world()
    base = made.account()
    decided = np.flatnonzero(~np.isnan(made.weights).all(axis=1))
    known = ~np.isnan(made.panel.fields["close"].T)
    drawn = other_names(made.weights, decided, known, rng())
    assert np.array_equal(np.isnan(drawn), np.isnan(made.weights))
    np.testing.assert_allclose(np.sort(drawn[decided], axis=1), np.sort(made.weights[decided], axis=1))
    assert not drawn[decided][~known[decided]].any()
    other = simulate(made.panel, drawn, COSTLY, made.market)
    ratio = summary(other, 252.0)["turnover"] / summary(base, 252.0)["turnover"]
    assert ratio == pytest.approx(1.0, abs=0.15)


def test_skill_beats_random_names_and_chance_does_not() -> None:
    made = world(short=False, seed=2)
    close = made.panel.fields["close"]
    ahead = np.full(made.weights.shape, NAN)
    for t in range(0, 483, 21):
        gain = np.nan_to_num(close[:, t + 21] / close[:, t + 1], nan=0.0)
        ahead[t] = 0.0
        ahead[t, np.argsort(-gain)[:4]] = 0.25
    skilled = random_entry(made.panel, ahead, COSTLY, made.market, 252.0, rng(), count=99)
    assert skilled.p_value == 0.01 and skilled.beaten == 1.0 and skilled.kind == "selection"
    chance = random_entry(made.panel, made.weights, COSTLY, made.market, 252.0, rng(), count=99)
    assert chance.p_value > 0.05
    assert 0 < chance.beaten < 1


def test_p_values_of_chance_are_even() -> None:
    """A strategy that is itself random: its p-value is below one half about half the time."""
    low = 0
    for seed in range(30):
        made = world(8, 130, seed=seed, short=False)
        found = random_entry(made.panel, made.weights, Settings(), Market(), 252.0, rng(seed), count=19)
        low += found.p_value <= 0.5
    assert 8 <= low <= 22


def test_random_times_keep_the_time_in_the_market() -> None:
    made = world(1, 400, short=False)
    weights = np.full((400, 1), NAN)
    weights[::20, 0] = np.tile([1.0, 0.0], 10)
    found = random_entry(made.panel, weights, Settings(), Market(), 252.0, rng(), count=50)
    assert found.kind == "timing" and len(found.values) == 50
    decided = np.flatnonzero(~np.isnan(weights).all(axis=1))
    known = np.ones((400, 1), dtype=bool)
    for seed in range(5):
        moved = other_times(weights, decided, known, rng(seed))
        held = np.zeros(400)
        state = 0.0
        for t in range(400):
            state = state if np.isnan(moved[t, 0]) else moved[t, 0]
            held[t] = state
        assert held.mean() == pytest.approx(0.5, abs=0.001)


def test_an_account_that_cannot_be_measured_has_no_p_value() -> None:
    made = world(2, 30)
    found = random_entry(made.panel, np.zeros((30, 2)), Settings(), Market(), 252.0, rng(), count=5)
    assert math.isnan(found.actual) and math.isnan(found.p_value) and math.isnan(found.beaten)


def test_the_same_seed_gives_the_same_answer() -> None:
    made = world()
    found = [
        random_entry(made.panel, made.weights, COSTLY, made.market, 252.0, rng(9), count=10) for _ in range(2)
    ]
    assert np.array_equal(found[0].values, found[1].values)
    later = replace(COSTLY, commission_bps=50.0)
    assert not np.array_equal(
        found[0].values,
        random_entry(made.panel, made.weights, later, made.market, 252.0, rng(9), count=10).values,
    )


def test_what_cannot_be_asked() -> None:
    made = world(2, 30)
    nothing = np.full((30, 2), NAN)
    with pytest.raises(BacktestError, match="Nothing is decided"):
        random_entry(made.panel, nothing, Settings(), Market(), 252.0, rng())
    with pytest.raises(BacktestError, match="0 random accounts"):
        random_entry(made.panel, made.weights, Settings(), Market(), 252.0, rng(), count=0)
    assert len(active_returns(made.account())) == 29
