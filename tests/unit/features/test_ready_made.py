"""Published sets: every formula is read, checked and computed, and means what it should."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from kuznia.core.expressions import Context, ExpressionError, check, evaluate
from kuznia.core.expressions.catalogue import BAR_FIELDS
from kuznia.core.features import feature_values
from kuznia.core.features.ready_made import READY_MADE, alpha158, alpha360, formulaic_alphas, formulas
from kuznia.core.frames.panel import Panel
from kuznia.core.typing import Float
from tests.support.agreement import agree
from tests.support.plain_alpha158 import figures
from tests.support.sample_panel import part, sample_panel

SCHEMES = ("sector", "industry", "subindustry")
FIELDS = frozenset({*BAR_FIELDS, "fundamentals.market_cap"})
WITH_CLASSES = Context(fields=FIELDS, groups=frozenset(SCHEMES))
ONE_CLASS = Context(fields=FIELDS)


def small_panel() -> Panel:
    """Some real bars with a sector for each scheme, volumes in millions, gaps and a late listing."""
    panel = part(sample_panel(), 7, 500, 545)
    rng = np.random.default_rng(7)
    gaps = rng.random(panel.shape) < 0.03
    gaps[2, :15] = True
    fields = {name: np.where(gaps, np.nan, values) for name, values in panel.fields.items()}
    fields["volume"] = fields["volume"] / 1e6
    fields["fundamentals.market_cap"] = fields["fundamentals.market_cap"] / 1e9
    return replace(panel, fields=fields, groups=dict.fromkeys(SCHEMES, panel.groups["sector"]))


def test_the_corpora_are_whole() -> None:
    assert sorted(formulas()) == list(range(1, 102))
    assert {name: len(make({"sector"}).features) for name, make in READY_MADE.items()} == {
        "Alpha158": 158,
        "Alpha360": 360,
        "101 alphas": 101,
    }


@pytest.mark.parametrize("number", sorted(formulas()))
def test_each_formulaic_alpha_agrees_with_the_reference_in_every_part(number: int) -> None:
    checked = check(formulas()[number], WITH_CLASSES)
    assert check(checked.canonical, WITH_CLASSES).digest == checked.digest
    agree(checked.tree, small_panel())


def test_the_formulaic_alphas_compute_on_the_sample() -> None:
    features = READY_MADE["101 alphas"]({"sector"}).checked(ONE_CLASS)
    values = feature_values(features, sample_panel())
    present = ~np.isnan(sample_panel().fields["close"][:, -500:])
    coverage = {name: (~np.isnan(v[:, -500:]))[present].mean() for name, v in values.items()}
    # No correlation where ranks among 31 names stand still for days, or a sector has a lone member.
    assert min(coverage.values()) > 0.2
    assert np.median(list(coverage.values())) > 0.99
    assert {name for name, checked in features.items() if checked.approximated} >= {"alpha005", "alpha061"}


def test_single_alphas_are_those_computed_by_hand() -> None:
    panel = part(sample_panel(), 31, 0, 60)
    close, opened, high, low, volume = (panel.fields[n] for n in ("close", "open", "high", "low", "volume"))

    def alpha(number: int) -> Float:
        return evaluate({"x": check(formulas()[number], ONE_CLASS)}, panel)["x"]

    np.testing.assert_allclose(alpha(101), (close - opened) / (high - low + 0.001), rtol=1e-12)
    change = np.sign(np.diff(volume)) * -np.diff(close)
    np.testing.assert_allclose(alpha(12)[:, 1:], change, rtol=1e-12)
    np.testing.assert_allclose(
        alpha(41), np.sqrt(high * low) - (high + low + close) / 3, rtol=1e-9, atol=1e-12
    )
    for i, t in ((0, 20), (5, 40), (30, 59)):
        window = slice(t - 9, t + 1)
        correlation = np.corrcoef(opened[i, window], volume[i, window])[0, 1]
        assert alpha(6)[i, t] == pytest.approx(-correlation, abs=1e-12)


def test_missing_classes_fall_back_to_the_next_broader_one() -> None:
    assert formulaic_alphas().checked(WITH_CLASSES)["alpha067"].groups == ("sector", "subindustry")
    for groups, expected in (
        (set(), {"market"}),
        ({"sector"}, {"sector"}),
        ({"subindustry"}, {"market", "subindustry"}),
    ):
        context = Context(fields=FIELDS, groups=frozenset(groups))
        text = READY_MADE["101 alphas"](groups).checked(context)["alpha067"].canonical
        assert {name for name in ("market", *SCHEMES) if f", {name})" in text} == expected


def test_a_classification_that_the_data_lacks_is_named() -> None:
    with pytest.raises(ExpressionError) as caught:
        check(formulas()[59], ONE_CLASS)
    problem = caught.value.problems[0]
    assert problem.message == "The data has no classification industry."
    assert problem.suggestion == "Its groups are market, sector."
    assert formulas()[59][problem.position :].startswith("IndClass.industry")


def test_alpha158_agrees_with_a_plain_computation_on_real_bars() -> None:
    names = ("open", "high", "low", "close", "volume")
    panel = part(sample_panel(), 3, 300, 440)
    rng = np.random.default_rng(3)
    gaps = rng.random(panel.shape) < 0.02
    gaps[0] = False
    gaps[2, :25] = True
    panel = replace(panel, fields={n: np.where(gaps, np.nan, panel.fields[n]) for n in names})
    values = evaluate(alpha158().checked(), panel)
    with np.errstate(all="ignore"):
        plain = [figures({n: panel.fields[n][i] for n in names}) for i in range(3)]
    assert set(plain[0]) == set(values)
    for name, found in values.items():
        expected = np.array([one[name] for one in plain])
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6, err_msg=name)


def test_alpha360_is_the_history_over_the_newest_values() -> None:
    panel = part(sample_panel(), 4, 0, 120)
    values = evaluate(alpha360().checked(), panel)
    close, volume = panel.fields["close"], panel.fields["volume"]
    np.testing.assert_allclose(values["close7"][:, 7:], close[:, :-7] / close[:, 7:], rtol=1e-15)
    np.testing.assert_allclose(
        values["volume59"][:, 59:], volume[:, :-59] / (volume[:, 59:] + 1e-12), rtol=1e-15
    )
    assert np.nanmax(np.abs(values["close0"] - 1)) == 0
    typical = (panel.fields["high"] + panel.fields["low"] + close) / 3
    np.testing.assert_allclose(values["vwap0"], typical / close, rtol=1e-15)
