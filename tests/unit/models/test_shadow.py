"""A challenger beside its champion: the difference, its error, and how often chance wins."""

from __future__ import annotations

import numpy as np
import pytest

from kuznia.core.models.evaluation import mean_ic, on_bars, rank_ic_by_bar
from kuznia.core.models.shadow import difference, look_level


def test_a_planted_difference_is_found_within_its_interval() -> None:
    rng = np.random.default_rng(1)
    champion = rng.normal(0.02, 0.1, 250)
    found = difference(champion, champion + rng.normal(0.03, 0.05, 250), 5, np.random.default_rng(2))
    assert found.low < 0.03 < found.high
    assert found.p < 0.001 and found.bars == 250
    back = difference(champion, champion, 5, np.random.default_rng(2))
    assert (back.mean, back.p) == (0.0, 1.0)


def test_chance_alone_is_promoted_no_more_often_than_promised() -> None:
    """Overlapping labels of five bars; 150 pairs of models of equal worth at the level of 5 %."""
    rng, won = np.random.default_rng(3), 0
    for seed in range(150):
        noise = rng.normal(0, 0.1, 260)
        overlapping = np.convolve(noise, np.ones(5) / 5, mode="valid")
        found = difference(np.zeros(len(overlapping)), overlapping, 5, np.random.default_rng(seed))
        won += found.p <= 0.05
    # Three errors above the 6 % that it is known to be.
    assert won / 150 < 0.12


def test_only_bars_that_both_have_count() -> None:
    one, two = np.full(40, 0.1), np.full(40, 0.2)
    one[:5], two[30:] = np.nan, np.nan
    assert difference(one, two, 2, np.random.default_rng(1)).bars == 25
    assert np.isnan(difference(one[:12], two[:12], 2, np.random.default_rng(1)).mean)


def test_levels_of_all_looks_sum_to_the_level() -> None:
    assert sum(look_level(look, 0.05) for look in range(1, 10_000)) == pytest.approx(0.05, rel=1e-3)
    assert sum(look_level(look, 0.05) for look in range(1, 10_000)) < 0.05


def test_a_score_that_is_the_label_has_a_rank_ic_of_one() -> None:
    bar = np.repeat(np.arange(3), 6)
    value = np.random.default_rng(2).standard_normal(18)
    series = on_bars(*rank_ic_by_bar(value, np.where(bar == 2, np.nan, value), bar), 4)
    assert series[:2].tolist() == [1.0, 1.0] and np.isnan(series[2:]).all()
    assert mean_ic(series, 1).bars == 2
