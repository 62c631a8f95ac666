"""Sweeps that nobody should ask for: right numbers or an error that says what is wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from kuznia.core.backtest.market import Market
from kuznia.core.backtest.settings import Settings
from kuznia.core.errors import CoreError, StrategyError
from kuznia.core.frames.panel import Panel
from kuznia.core.strategies.spec import strategy_from_spec
from kuznia.core.strategies.sweep.result import SweepResult
from kuznia.core.strategies.sweep.run import run_sweep
from kuznia.core.strategies.sweep.search import combinations
from kuznia.core.strategies.sweep.spec import SweepSpec
from kuznia.core.strategies.sweep.where import holds
from tests.support.paths import panel_of, random_panel

CROSS = {"kind": "rule", "entries": "ts_mean(close, $fast) > ts_mean(close, $slow)"}
GRID: dict[str, Any] = {"fast": (2, 3), "slow": (5, 8)}


def nested(depth: int) -> dict[str, Any]:
    found: dict[str, Any] = {"a": "$fast"}
    for _ in range(depth):
        found = {"a": found}
    return found


@pytest.mark.parametrize(
    "condition",
    [
        "",
        "__import__('os').system('true')",
        "fast.__class__ < 1",
        "(fast := 3) < 2",
        "[x for x in fast]",
        "fast < 'a'",
        "fast < 1j",
        "fast ** 9999999 < 1",
        "fast < " + "9" * 480,
        "fast < 0x" + "f" * 400,
        "(" * 240 + "fast < 1" + ")" * 240,
        "fast\x00 < 1",
        "fast < other",
        "fast",
        "fast < slow and " * 100 + "fast < 1",
    ],
)
def test_conditions_are_no_programs(condition: str) -> None:
    columns = {"fast": np.array([1.0, 2.0]), "slow": np.array([2.0, 1.0])}
    with pytest.raises(StrategyError) as found:
        holds(condition, columns)
    assert found.value.what and found.value.remedy


def test_a_condition_may_divide_by_nothing() -> None:
    columns = {"fast": np.array([0.0, 2.0])}
    assert holds("1 / fast < 1", columns).tolist() == [False, True]
    assert holds("-" * 300 + "fast < 1", columns).tolist() == [True, False]


@pytest.mark.parametrize(
    ("template", "change"),
    [
        (CROSS, {"parameters": {}}),
        (CROSS, {"parameters": {"fast": (10**400,), "slow": (5,)}}),
        (CROSS, {"parameters": {"fast": (float("nan"),), "slow": (5,)}}),
        (CROSS, {"parameters": {"fast": 3, "slow": (5,)}}),
        (CROSS, {"parameters": {"fast": "23", "slow": (5,)}}),
        (CROSS, {"parameters": {"fast": tuple(range(1, 10_001)), "slow": tuple(range(1, 10_001))}}),
        (CROSS, {"search": "random", "count": 1.5}),
        (CROSS, {"search": "random", "count": "all"}),
        (CROSS, {"search": "random", "count": 2, "seed": -1}),
        (CROSS, {"where": "fast > slow"}),
        (CROSS | {"entries": 5, "exits": "$fast > $slow"}, {}),
        (CROSS | {"entries": ["$fast", "$slow"]}, {}),
        (CROSS | {"exits": nested(600)}, {}),
        (CROSS | {"weight": float("nan")}, {}),
        (CROSS | {"weight": 10**400}, {}),
        (CROSS | {"weight": "much"}, {}),
        (CROSS | {"stop_loss": True}, {}),
        (None, {}),
        ([], {}),
    ],
)
def test_specifications_that_mean_nothing_are_refused(template: Any, change: dict[str, Any]) -> None:
    with pytest.raises(StrategyError) as found:
        combinations(SweepSpec.from_spec({"template": template, "parameters": GRID} | change))
    assert found.value.what and found.value.remedy


@pytest.mark.parametrize(
    "spec",
    [
        {"kind": "ranked", "score": "close", "top": "many"},
        {"kind": "ranked", "score": "close", "top": 2.0},
        {"kind": "ranked", "score": 5, "top": 2},
        {"kind": "rule", "entries": {"a": 1}},
        {"kind": "rule", "entries": "close > 1", "weight": [1]},
        {"kind": "risk_parity", "shrinkage": None},
        {"kind": "pairs", "enter": float("inf")},
        [],
        None,
    ],
)
def test_strategies_have_parts_of_their_types(spec: Any) -> None:
    with pytest.raises(StrategyError):
        strategy_from_spec(spec)


def swept(panel: Panel, template: Any, parameters: Any, *given: Any) -> SweepResult:
    return run_sweep(panel, SweepSpec(template, parameters), *given)


def agrees(result: SweepResult) -> None:
    """Statistics are numbers where they mean something, and those of the accounts themselves."""
    for k in range(len(result)):
        worth = result.backtest(k).equity
        found = result.statistics["total_return"][k]
        assert found == pytest.approx(
            worth[-1] / result.ground.settings.initial_cash - 1.0, rel=1e-9, abs=1e-9
        )
        assert result.statistics["max_drawdown"][k] >= 0


@pytest.mark.parametrize("count", [1, 3])
def test_what_never_trades_or_never_ends_is_counted(count: int) -> None:
    panel = random_panel(3, 60, count)
    rule = {"kind": "rule", "entries": "close > $level", "weight": 0.2}
    never = swept(panel, rule, {"level": (1e9, 2e9)})
    agrees(never)
    assert never.statistics["trades"].to_list() == never.statistics["total_return"].to_list() == [0, 0]
    always = swept(panel, rule, {"level": (-1, 0)})
    agrees(always)
    assert always.statistics["trades"].to_list() == [count, count]


def test_one_combination_is_a_sweep() -> None:
    result = swept(random_panel(3, 60, 1), CROSS, {"fast": (2,), "slow": (5,)})
    agrees(result)
    assert len(result) == 1 and result.best == 0 and result.pbo is None


def test_ruin_by_a_short_and_costs_of_nearly_everything_are_counted() -> None:
    rising = np.exp(0.3 * np.arange(60.0))[:, None]
    short = {"kind": "rule", "entries": "close > $level", "weight": -1.0}
    ruined = swept(panel_of(rising, rising), short, {"level": (-1, 5)})
    assert ruined.statistics["max_drawdown"].is_finite().all()
    assert max(ruined.statistics["total_return"]) < -1
    panel = random_panel(3, 60, 1)
    agrees(swept(panel, CROSS, GRID, Settings(commission_bps=9_999.0)))
    agrees(swept(panel, CROSS, GRID, None, Market(dividends=np.full((60, 1), 1e4))))


@pytest.mark.parametrize(
    ("panel", "parameters"),
    [
        (random_panel(3, 1, 1), GRID),
        (random_panel(3, 10, 1), GRID),
        (random_panel(3, 60, 1), {"fast": (2,), "slow": (500,)}),
        (random_panel(3, 60, 1, gaps=1.0), GRID),
        (random_panel(3, 60, 2, gaps=1.0), GRID),
    ],
)
def test_too_little_to_judge_by_is_refused(panel: Panel, parameters: dict[str, Any]) -> None:
    with pytest.raises(CoreError) as found:
        swept(panel, CROSS, parameters)
    assert found.value.remedy
