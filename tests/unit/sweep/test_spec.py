"""Specifications of sweeps: what is tried, and what is refused with a remedy."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest

from kuznia.core.errors import StrategyError
from kuznia.core.strategies.sweep.search import combinations, covering, valid_chunks, valid_count, values_at
from kuznia.core.strategies.sweep.spec import MAX_COMBINATIONS, SweepSpec
from kuznia.core.strategies.sweep.where import holds

CROSS = {"kind": "rule", "entries": "ts_mean(close, $fast) > ts_mean(close, $slow)"}
VALUES: dict[str, tuple[int, ...]] = {"fast": (5, 10, 20), "slow": (10, 20, 50)}
HUGE = {"fast": tuple(range(1, 5_000)), "slow": tuple(range(1, 5_000))}


def test_specs_go_round() -> None:
    spec = SweepSpec(CROSS, VALUES, where="fast < slow", search="random", count=4, seed=3)
    assert SweepSpec.from_spec(spec.to_spec()) == spec


def test_a_whole_hole_becomes_the_number_itself() -> None:
    template = {"kind": "ranked", "score": "ts_returns(close, $n)", "top": "$top", "rebalance": "weekly"}
    spec = SweepSpec(template, {"n": (5,), "top": (2, 3)})
    assert [spec.filled(values)["top"] for values in combinations(spec)] == [2, 3]


def test_the_grid_keeps_to_its_condition() -> None:
    found = combinations(SweepSpec(CROSS, VALUES, where="fast < slow and not slow == 20"))
    assert [tuple(one.values()) for one in found] == [(5, 10), (5, 50), (10, 50), (20, 50)]


def test_random_draws_without_repetition_and_by_its_seed() -> None:
    many = {"fast": tuple(range(2, 50)), "slow": tuple(range(2, 50))}
    drawn = [
        combinations(SweepSpec(CROSS, many, where="fast < slow", search="random", count=30, seed=seed))
        for seed in (1, 1, 2)
    ]
    assert drawn[0] == drawn[1] != drawn[2]
    assert len({tuple(one.values()) for one in drawn[0]}) == 30
    assert len(combinations(SweepSpec(CROSS, VALUES, search="random", count=100))) == 9


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"parameters": {"fast": (5,)}}, r"\$slow, which is no parameter"),
        ({"parameters": {**VALUES, "other": (1,)}}, "'other' is not in the template"),
        ({"parameters": {}}, "no parameters"),
        ({"parameters": {**VALUES, "slow": ()}}, "'slow' has no values"),
        ({"parameters": {**VALUES, "slow": (10, float("nan"))}}, "Use finite numbers"),
        ({"parameters": {**VALUES, "slow": (10, 10.0)}}, "a value twice"),
        ({"parameters": {**VALUES, "close": (1,)}}, "field's name"),
        ({"parameters": {**VALUES, "Slow": (1,)}}, "cannot name a parameter"),
        ({"search": "magic"}, "Use one of"),
        ({"search": "random"}, "no count"),
        ({"search": "random", "count": MAX_COMBINATIONS + 1}, "100,000"),
        ({"where": "fast < "}, "cannot be read"),
        ({"where": "fast < other"}, "'other', which is no parameter"),
        ({"where": "fast + slow"}, "cannot be used here"),
        ({"where": "__import__('os').system('true') < 1"}, "cannot be used here"),
        ({"where": "fast < 1 if slow else 2"}, "cannot be used here"),
        ({"where": "fast < 9**9**9"}, "cannot be used here"),
        ({"where": "fast < True"}, "cannot be used here"),
        ({"where": "fast < 1 " * 200}, "over 500 characters"),
        ({"template": {"kind": "magic", "x": "$fast $slow"}}, "no strategy of kind"),
    ],
)
def test_bad_specs_are_refused(changed: dict[str, Any], what: str) -> None:
    with pytest.raises(StrategyError, match=what):
        SweepSpec.from_spec({"template": CROSS, "parameters": VALUES} | changed)


def test_unknown_names_are_refused() -> None:
    with pytest.raises(StrategyError, match="no \\['sampler'\\]"):
        SweepSpec.from_spec({"template": CROSS, "parameters": VALUES, "sampler": "tpe"})


def test_empty_and_huge_grids_are_refused() -> None:
    with pytest.raises(StrategyError, match="No combination satisfies 'fast > 100'"):
        combinations(SweepSpec(CROSS, VALUES, where="fast > 100"))
    wide = {"fast": tuple(range(1, 400)), "slow": tuple(range(1, 400))}
    with pytest.raises(StrategyError, match=r"159,201 combinations are over the limit of 100,000"):
        combinations(SweepSpec(CROSS, wide))
    with pytest.raises(StrategyError, match=r"24,990,001 combinations are over the limit of 100,000"):
        combinations(SweepSpec(CROSS, HUGE))
    with pytest.raises(StrategyError, match=r"24,990,001 points, over the limit of 1,000,000"):
        combinations(SweepSpec(CROSS, HUGE, where="fast < 3"))
    with pytest.raises(StrategyError, match=r"The combinations are over the limit of 100,000"):
        combinations(SweepSpec(CROSS, wide, where="fast != slow"))


def test_large_grids_are_drawn_from_without_being_made() -> None:
    tracemalloc.start()
    drawn = [
        combinations(SweepSpec(CROSS, HUGE, where="fast < slow", search="random", count=500, seed=seed))
        for seed in (1, 1, 2)
    ]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert drawn[0] == drawn[1] != drawn[2]
    assert len({tuple(one.values()) for one in drawn[0]}) == 500
    assert all(one["fast"] < one["slow"] for one in drawn[0])
    # Drawn evenly from the triangle below the diagonal: its centre is at a third and two thirds.
    assert np.mean([one["fast"] for one in drawn[0]]) == pytest.approx(4999 / 3, rel=0.1)
    assert np.mean([one["slow"] for one in drawn[0]]) == pytest.approx(4999 * 2 / 3, rel=0.1)
    assert peak < 30e6
    with pytest.raises(StrategyError, match="No combination satisfies"):
        combinations(SweepSpec(CROSS, HUGE, where="fast > 9999", search="random", count=5))


def test_each_value_that_a_combination_has_is_covered() -> None:
    spec = SweepSpec(CROSS, VALUES, where="fast < slow")
    found = [(name, values_at(spec, row.tolist())) for name, row in covering(spec, valid_chunks(spec))]
    assert [(name, values[name]) for name, values in found] == [
        *(("fast", n) for n in (5, 10, 20)),
        *(("slow", n) for n in (10, 20, 50)),
    ]
    assert all(values["fast"] < values["slow"] for _, values in found)


def test_points_are_counted_up_to_what_is_enough() -> None:
    wide = {"fast": tuple(range(1000)), "slow": tuple(range(1000))}
    spec = SweepSpec(CROSS, wide, where="fast != slow")
    assert valid_count(spec, 2_000_000) == 999_000
    assert 5 <= valid_count(spec, 5) <= 65_536


def test_conditions_chain_and_count() -> None:
    columns = {"a": np.array([1, 2, 3, 4]), "b": np.array([4, 4, 6, 4])}
    assert holds("1 < a <= 3", columns).tolist() == [False, True, True, False]
    assert holds("b % a == 0 or a // 4 == 1", columns).tolist() == [True, True, True, True]
    assert holds("-a > -2.5 and b / a >= 2", columns).tolist() == [True, True, False, False]
