"""Sweeps whose combinations Optuna chooses: seeded, each once, and better than chance."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest

from kuznia.core.backtest.settings import Settings
from kuznia.core.errors import StrategyError
from kuznia.core.strategies.sweep.guided import guided_places
from kuznia.core.strategies.sweep.run import run_sweep
from kuznia.core.strategies.sweep.search import combinations, grid_places
from kuznia.core.strategies.sweep.spec import MAX_GUIDED, SweepSpec
from kuznia.core.strategies.sweep.walk_forward import walk_forward
from kuznia.core.typing import Float, Int
from tests.support.paths import random_panel

CROSS = {"kind": "rule", "entries": "ts_mean(close, $fast) > ts_mean(close, $slow)"}


def cross(count: int, seed: int = 1, most: int = 30) -> SweepSpec:
    values = {"fast": tuple(range(2, most)), "slow": tuple(range(most, 1, -1))}
    return SweepSpec(CROSS, values, where="fast < slow", search="optuna", count=count, seed=seed)


def test_one_seed_chooses_the_same_whatever_the_threads() -> None:
    panel = random_panel(3, 300, 1)
    one, two = (run_sweep(panel, cross(40), Settings(), threads=threads) for threads in (1, 2))
    assert one.combinations.equals(two.combinations) and one.statistics.equals(two.statistics)
    assert not run_sweep(panel, cross(40, seed=2)).combinations.equals(one.combinations)


def test_each_is_tried_once_and_all_are_in_the_result() -> None:
    panel = random_panel(3, 300, 1)
    seen: list[float] = []
    found = run_sweep(panel, cross(50), Settings(), progress=lambda share, _: seen.append(share))
    assert len(found) == 50 == found.combinations.unique().height == len(found.outcome.sums)
    assert (found.combinations["fast"] < found.combinations["slow"]).all()
    assert seen == sorted(seen) and seen[-1] == 1.0
    k = found.best
    np.testing.assert_allclose(
        found.equity(k)[-1] / Settings().initial_cash - 1.0, found.column("total_return")[k], 1e-9
    )
    everything = run_sweep(panel, cross(500, most=8), Settings())
    assert everything.combinations.height == len(grid_places(cross(1, most=8)))


def test_what_is_no_rule_on_one_instrument_is_searched_too() -> None:
    template = {"kind": "ranked", "score": "ts_returns(close, $n)", "top": "$top", "rebalance": "weekly"}
    spec = SweepSpec(template, {"n": (5, 10, 20), "top": (1, 2)}, search="optuna", count=4)
    found = run_sweep(random_panel(7, 260, 4), spec, Settings())
    assert (found.engine, len(found)) == ("events", 4)


def test_it_finds_the_better_region_of_a_planted_surface_more_often_than_chance() -> None:
    def planted(places: Int) -> Float:
        return np.asarray(2.0 - ((places[:, 0] - 70) / 30.0) ** 2 - ((places[:, 1] - 20) / 30.0) ** 2)

    values = {"fast": tuple(range(100)), "slow": tuple(range(100))}
    guided, chance = [], []
    for seed in range(3):
        options: dict[str, Any] = {"count": 96, "seed": seed}
        spec = SweepSpec(CROSS, values, search="optuna", **options)
        found = guided_places(spec, grid_places(spec), planted)
        assert len(np.unique(found, axis=0)) == 96
        guided.append(np.mean(planted(found) > 1.9))
        drawn = combinations(SweepSpec(CROSS, values, search="random", **options))
        chance.append(np.mean(planted(np.array([[*one.values()] for one in drawn])) > 1.9))
    assert np.mean(guided) > 4 * np.mean(chance)
    assert np.min(guided) > np.max(chance)


def test_what_has_no_ratio_is_passed_over() -> None:
    spec = cross(40)
    found = guided_places(spec, grid_places(spec), lambda places: np.full(len(places), np.nan))
    assert len(found) == 40


def test_without_optuna_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(StrategyError, match=r"kuznia\[ml\]"):
        run_sweep(random_panel(3, 300, 1), cross(5))


def test_what_it_cannot_do_is_refused() -> None:
    with pytest.raises(StrategyError, match="over the limit of 2,000 for Optuna"):
        cross(MAX_GUIDED + 1)
    with pytest.raises(StrategyError, match="known only as results come in"):
        combinations(cross(5))
    with pytest.raises(StrategyError, match="out of sample too"):
        walk_forward(random_panel(3, 300, 1), cross(5), train=100, test=50)
