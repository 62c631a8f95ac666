"""Specifications of sweeps: what is tried, and what is refused with a remedy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kuznia.core.errors import StrategyError
from kuznia.core.strategies.sweep.search import combinations
from kuznia.core.strategies.sweep.spec import MAX_COMBINATIONS, SweepSpec
from kuznia.core.strategies.sweep.where import holds

CROSS = {"kind": "rule", "entries": "ts_mean(close, $fast) > ts_mean(close, $slow)"}
VALUES: dict[str, tuple[int, ...]] = {"fast": (5, 10, 20), "slow": (10, 20, 50)}


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
    huge = {"fast": tuple(range(1, 5_000)), "slow": tuple(range(1, 5_000))}
    with pytest.raises(StrategyError, match=r"over the limit of 10,000,000"):
        combinations(SweepSpec(CROSS, huge))


def test_conditions_chain_and_count() -> None:
    columns = {"a": np.array([1, 2, 3, 4]), "b": np.array([4, 4, 6, 4])}
    assert holds("1 < a <= 3", columns).tolist() == [False, True, True, False]
    assert holds("b % a == 0 or a // 4 == 1", columns).tolist() == [True, True, True, True]
    assert holds("-a > -2.5 and b / a >= 2", columns).tolist() == [True, True, False, False]
