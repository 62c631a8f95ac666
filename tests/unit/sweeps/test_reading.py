"""Surfaces, spelled templates and the maximum test of many, beside their plain forms."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from kuznia.core.expressions import Context, check
from kuznia.core.metrics.bootstrap import draw_blocks
from kuznia.core.metrics.maximum import strongest
from kuznia.core.metrics.multiplicity import maximum_test
from kuznia.core.strategies.spec import expressions_of, strategy_to_spec
from kuznia.core.strategies.sweep.search import combinations
from kuznia.core.strategies.sweep.spec import SweepSpec
from kuznia.domains.sweeps.plan import expanded
from kuznia.domains.sweeps.spelling import strategies
from kuznia.domains.sweeps.surface import around, neighbours, surface

RULE = {"kind": "rule", "entries": "close>ts_mean( close,$n ) and $level < 1", "weight": 0.5}


def test_the_test_of_many_is_the_test_of_few() -> None:
    rng = np.random.default_rng(8)
    returns = rng.normal(0.02, 1.0, size=(181, 40))
    returns[:, 7] = 0.0
    blocks = draw_blocks(181, rng, 400)
    found = strongest(returns, blocks)
    plain = maximum_test(returns, found.which, blocks)
    assert found.alone == pytest.approx(plain.alone, abs=0.005)
    assert found.adjusted == pytest.approx(plain.adjusted, abs=0.005)
    assert found.which == int(np.argmax(returns.mean(0) / np.maximum(returns.std(0, ddof=1), 1e-12)))


def test_a_sweep_that_never_trades_proves_nothing() -> None:
    found = strongest(np.zeros((60, 3)), draw_blocks(60, np.random.default_rng(1), 50))
    assert np.isnan(found.adjusted) and np.isnan(found.alone)


@pytest.mark.parametrize(
    ("template", "parameters"),
    [
        (RULE, {"n": (5, 20, 233), "level": (0.5, 2.0)}),
        (RULE, {"n": (5, 20), "level": (-0.5, 2.0)}),
        ({"kind": "ranked", "score": "rank(ts_mean($close, $n))", "top": "$top"}, {"n": (5,), "top": (1, 2)}),
        (
            RULE | {"stop_loss": "$stop", "exits": "close<ts_min(close,  $n)", "maximum_bars": "$most"},
            {"n": (5, 20), "level": (0.5,), "stop": (0.02, 0.05), "most": (3, 9)},
        ),
    ],
    ids=["plain", "negative", "beside", "orders"],
)
def test_templates_are_spelled_as_each_combination_would_be(
    template: dict[str, object], parameters: dict[str, tuple[float, ...]]
) -> None:
    spec = SweepSpec(template, parameters)
    chosen = combinations(spec)
    wanted = []
    for values in chosen:
        strategy = spec.strategy(values)
        formulas = expressions_of(strategy).items()
        spelled = {role: check(text, Context()).canonical for role, text in formulas}
        wanted.append(strategy_to_spec(strategy) | spelled)
    assert strategies(spec, chosen, Context()) == wanted


def test_features_are_put_in_as_whole_words() -> None:
    features = {"calm": "ts_std(close, 20)", "calmer": "calm_x"}
    template = {"kind": "rule", "entries": "calmer > $calm and calm < close.calm and calm(3)"}
    found = expanded(template, features)["entries"]
    assert found == "(calm_x) > $calm and (ts_std(close, 20)) < close.calm and calm(3)"


POINTS = pl.DataFrame(
    {"_n": [1, 2, 3, 4, 5], "x": [1, 1, 2, 2, 2], "y": [1, 1, 1, 2, 2], "v": [0.1, 0.3, 0.2, None, 0.5]}
)


@pytest.mark.parametrize(("over", "cell", "number"), [("best", 0.3, 2), ("worst", 0.1, 1), ("mean", 0.2, 2)])
def test_a_cell_shows_one_of_several(over: str, cell: float, number: int) -> None:
    found = surface(POINTS, "x", "y", "v", over)
    assert found.values[0, 0] == pytest.approx(cell)
    assert found.points[0, 0] == number
    assert np.isnan(found.values[1, 0]) and found.points[1, 0] == 0
    assert found.values[1, 1] == pytest.approx(0.5)


def test_neighbours_leave_out_the_own_value_and_what_was_not_tried() -> None:
    nan = np.nan
    found = neighbours(np.array([[1.0, 2.0, nan], [3.0, 4.0, nan]]))
    assert found[0, 0] == pytest.approx(3.0) and np.isnan(found[0, 2])
    assert np.isnan(neighbours(np.array([[5.0]]))[0, 0])


def test_around_counts_steps_in_every_parameter() -> None:
    points = pl.DataFrame({"a": [1, 2, 3, 1], "b": [0.1, 0.1, 0.1, 0.9], "v": [1.0, 2.0, 9.0, 4.0]})
    assert around(points, ["a", "b"], 0, "v") == (3.0, 2)
