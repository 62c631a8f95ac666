"""Stated chances and intervals hold on draws that come later, and nothing of what came later made them."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from kuznia.core.models.bundle import load_bundle
from kuznia.core.models.conformal import conformal_radius
from kuznia.core.models.ensembling import unit_ranks_by_bar
from kuznia.core.models.forecast import LEAST_ROWS, Forecaster, Lack, learn_forecaster, placed
from kuznia.core.models.isotonic import Isotonic
from kuznia.core.models.score import score
from kuznia.core.models.training import train
from kuznia.core.typing import Float, Int
from tests.support.markets import small_spec, world

SET = "sha256:" + "0" * 64
START = datetime(2020, 1, 1, tzinfo=UTC)
STATED = ["chance", "expected", "low", "high"]


def linked(signal: float, bars: int, names: int, seed: int) -> tuple[Float, Float, Int]:
    rng = np.random.default_rng(seed)
    said = rng.standard_normal(bars * names)
    forward = 0.01 * (signal * said + math.sqrt(1 - signal**2) * rng.standard_normal(bars * names))
    return said, forward, np.repeat(np.arange(bars), names)


def learned(
    said: Float, forward: Float, bar: Int, horizon: int = 1, until: int | None = None
) -> Forecaster | Lack:
    times = [START + timedelta(days=n) for n in range(int(bar[-1]) + horizon + 2)]
    return learn_forecaster(
        said, forward, bar, horizon, times=times, until=times[-1 if until is None else until]
    )[0]


def must(found: Forecaster | Lack) -> Forecaster:
    assert isinstance(found, Forecaster)
    return found


def test_two_names_by_hand() -> None:
    """The better score wins three bars of four, by 2 %: a chance of ¾, ½ % expected, errors of ½ or 1½ %."""
    bar = np.repeat(np.arange(320), 2)
    said = np.tile([0.0, 1.0], 320)
    wins = np.arange(320) % 4 != 3
    forward = np.column_stack([np.where(wins, 0.0, 0.02), np.where(wins, 0.02, 0.0)]).ravel()
    made = must(learned(said, forward, bar))
    assert (made.names, made.rows, made.bars, made.horizon) == (2, 640, 320, 1)
    assert made.learned_until == START + timedelta(days=321)
    stated = made.of(np.array([7.0, -1.0]), np.zeros(2, dtype=int))
    np.testing.assert_allclose(stated.chance, [0.75, 0.25], atol=1e-12)
    np.testing.assert_allclose(stated.expected, [0.005, -0.005], atol=1e-12)
    np.testing.assert_allclose(stated.low, [-0.01, -0.02], atol=4e-4)
    np.testing.assert_allclose(stated.high, [0.02, 0.01], atol=4e-4)


def test_what_is_stated_holds_on_draws_that_come_later() -> None:
    made = must(learned(*linked(0.3, 800, 40, seed=1)))
    said, forward, bar = linked(0.3, 2000, 40, seed=2)
    stated, came = made.of(said, bar), placed(said, forward, bar, 1)
    edges = np.quantile(stated.chance, np.linspace(0, 1, 11)[1:-1])
    part = np.searchsorted(edges, stated.chance)
    for n in np.unique(part):
        here = part == n
        error = math.sqrt(0.25 / here.sum())
        # 32,000 rows were learned from and 8,000 stand in each part: both have an error
        assert abs(stated.chance[here].mean() - came.above[here].mean()) < 4 * error + 0.01
        assert abs(stated.expected[here].mean() - came.excess[here].mean()) < 0.01 * (8 * error + 0.02)
    assert stated.chance.max() - stated.chance.min() > 0.3
    inside = (stated.low <= came.excess) & (came.excess <= stated.high)
    assert abs(inside.mean() - 0.9) < 0.01


@pytest.mark.parametrize("rows", [19, 40, 99])
def test_intervals_cover_exchangeable_draws_as_promised(rows: int) -> None:
    """Mean coverage over 3,000 draws lies in [0.9, 0.9 + 1/(n + 1)], within 4 standard errors."""
    rng = np.random.default_rng(rows)
    base = must(learned(*linked(0.3, 300, 20, seed=3)))
    covered = []
    for _ in range(3000):
        errors = rng.uniform(0.5, 2.0) * 0.01 * rng.standard_t(4, rows + 20)
        made = replace(base, radius=conformal_radius(np.abs(errors[:rows]), base.alpha))
        stated = made.of(rng.standard_normal(20), np.zeros(20, dtype=int))
        came = stated.expected + errors[rows:]
        covered.append(((stated.low <= came) & (came <= stated.high)).mean())
    slack = 4 * np.std(covered) / math.sqrt(len(covered))
    assert 0.9 - slack <= np.mean(covered) <= 0.9 + 1 / (rows + 1) + slack


def test_poisoned_outcomes_that_end_behind_the_training_change_nothing() -> None:
    said, forward, bar = linked(0.2, 300, 20, seed=4)
    poisoned = np.where(bar + 2 > 250, 1e6, forward)
    one, other = (must(learned(said, values, bar, until=250)) for values in (forward, poisoned))
    assert one.state() == other.state()
    assert one.learned_until == START + timedelta(days=250)
    assert one.state() != must(learned(said, np.where(bar + 2 > 249, 1e6, forward), bar, until=250)).state()


def test_prices_behind_the_training_end_change_no_bit_of_the_bundle() -> None:
    """With a stride the newest rows have known labels that the bundle was not fitted to."""
    frame, panel = world(205, signal=0.2)
    spec = small_spec("ridge")
    spec = replace(spec, validation=replace(spec.validation, stride=7))
    bundle = train(frame, panel, spec, feature_set=SET).bundle
    behind = panel.ts > int(bundle.trained_until.timestamp()) * 1_000_000
    assert behind.sum() == 5 and bundle.forecaster is not None
    fields = {name: np.where(behind, 1e9, values) for name, values in panel.fields.items()}
    poisoned = train(frame, replace(panel, fields=fields), spec, feature_set=SET).bundle
    assert poisoned.digest == bundle.digest
    assert bundle.forecaster.learned_until == bundle.trained_until


def test_too_little_is_said_and_how_little() -> None:
    assert learned(*linked(0.2, 49, 10, seed=5)) == Lack("rows", 490, LEAST_ROWS)
    assert learned(*linked(0.2, 59, 10, seed=5), horizon=5) == Lack("spans", 9, 10)
    alone = learned(*linked(0.2, 900, 1, seed=5))
    assert isinstance(alone, Lack) and alone.kind == "cross_section"
    assert str(learned(*linked(0.2, 49, 10, seed=5))).startswith("There are 490 out-of-sample rows")
    frame, panel = world(150, signal=0.2)
    result = train(frame, panel, small_spec("ridge"), feature_set=SET)
    assert result.bundle.forecaster is None and result.lack == Lack("rows", 27 * 12, LEAST_ROWS)
    assert score(result.bundle, frame)["score"].null_count() == 0


def test_each_time_is_a_cross_section_and_a_few_stragglers_are_none() -> None:
    made = must(learned(*linked(0.3, 300, 20, seed=6)))
    rng = np.random.default_rng(7)
    said, bar = rng.standard_normal(43), np.repeat([5, 3, 4], [20, 20, 3])
    stated = made.of(said, bar)
    for here in (bar == 5, bar == 3):
        rank = unit_ranks_by_bar(said[here][:, None], np.zeros(20, dtype=int))[:, 0]
        np.testing.assert_array_equal(stated.chance[here], made.chance(rank))
    assert np.isnan(stated.chance[bar == 4]).all() and np.isnan(stated.high[bar == 4]).all()
    order = rng.permutation(43)
    mixed = made.of(said[order], bar[order])
    np.testing.assert_array_equal(mixed.low, stated.low[order])
    half = np.where(np.arange(20) < 10, said[:20], np.nan)
    assert np.isnan(made.of(half, bar[:20]).chance).sum() == 10
    half[0] = np.nan
    assert np.isnan(made.of(half, bar[:20]).chance).all()


def test_knots_are_the_same_function_to_the_bit() -> None:
    rng = np.random.default_rng(8)
    whole = Isotonic.fit(rng.random(20_000), rng.random(20_000))
    knots = whole.knots()
    at = np.r_[rng.random(5000), whole.at, -1.0, 2.0]
    np.testing.assert_array_equal(whole(at), knots(at))
    assert len(knots.at) < len(whole.at) / 50


def test_it_travels_in_the_bundle_and_an_older_bundle_states_nothing() -> None:
    frame, panel = world(200, signal=0.2)
    result = train(frame, panel, small_spec("ridge"), feature_set=SET)
    bundle = result.bundle
    assert result.lack is None and result.held is not None and result.held.skill.count > 50
    loaded = load_bundle(bundle.archive(), bundle.digest)
    assert loaded.forecaster is not None and bundle.forecaster is not None
    assert loaded.forecaster.state() == bundle.forecaster.state()
    assert loaded.digest == bundle.digest and loaded.archive() == bundle.archive()
    stated = score(loaded, frame)
    assert stated.equals(score(bundle, frame))
    assert (stated["low"] <= stated["expected"]).all() and (stated["expected"] <= stated["high"]).all()
    by_score = stated.filter(pl.col("ts") == pl.col("ts").max()).sort("score")
    assert by_score["chance"].is_sorted() and by_score["expected"].is_sorted()
    assert score(loaded, frame.drop("ts"))["chance"].null_count() == frame.height

    older = replace(bundle, forecaster=None)
    assert older.digest != bundle.digest
    read = load_bundle(older.archive(), older.digest)
    assert read.forecaster is None
    silent = score(read, frame)
    assert silent["score"].equals(stated["score"])
    assert all(silent[name].null_count() == frame.height for name in STATED)
