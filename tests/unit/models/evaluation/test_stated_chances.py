"""Chances that hold are found to hold, and those that do not, not; intervals cover on average."""

from __future__ import annotations

import math

import numpy as np
from scipy.stats import norm
from sklearn.isotonic import IsotonicRegression

from kuznia.core.models.evaluation.calibration import calibration, coverage, foretold, held
from kuznia.core.models.evaluation.scored import Scored
from kuznia.core.models.forecast import Foretold, placed
from kuznia.core.models.isotonic import Isotonic


def linked(signal: float, bars: int = 600, names: int = 60, seed: int = 1) -> Scored:
    rng = np.random.default_rng(seed)
    score = rng.standard_normal(bars * names)
    forward = 0.01 * (signal * score + math.sqrt(1 - signal**2) * rng.standard_normal(bars * names))
    bar, row = np.repeat(np.arange(bars), names), np.tile(np.arange(names), bars)
    return Scored(score, forward, forward, bar, row, 1)


def test_isotonic_regression_is_scikit_learns() -> None:
    rng = np.random.default_rng(2)
    x, y = np.round(rng.random(500), 2), rng.random(500)
    ours = Isotonic.fit(x, y)(np.linspace(0, 1, 101))
    theirs = IsotonicRegression(out_of_bounds="clip").fit(x, y).predict(np.linspace(0, 1, 101))
    np.testing.assert_allclose(ours, theirs, atol=1e-9)


def test_a_score_that_knows_gives_chances_that_hold() -> None:
    told = foretold(linked(0.4))
    found = calibration(told)
    assert found.skill.value > 10 * found.skill.error
    assert found.expected_error < 0.02
    for one in found.bins:
        assert abs(one.stated - one.observed.value) < 4 * one.observed.error + 0.01
    # best decile of a bivariate normal: chance to be above the middle
    place = norm.ppf(0.95)
    assert abs(found.bins[-1].stated - norm.cdf(0.4 * place / math.sqrt(1 - 0.16))) < 0.05


def test_a_score_that_knows_nothing_has_no_skill_and_says_one_half() -> None:
    found = calibration(foretold(linked(0.0)))
    assert abs(found.skill.value) < 4 * found.skill.error
    assert abs(found.brier.value - 0.25) < 0.002
    assert all(abs(one.stated - 0.5) < 0.06 for one in found.bins)


def test_boasting_chances_are_caught() -> None:
    """Chances that are drawn to the ends: what is stated as 0.9 comes half the time."""
    rng = np.random.default_rng(3)
    above = (rng.random(20_000) < 0.5).astype(float)
    chance = np.where(rng.random(20_000) < 0.5, 0.9, 0.1)
    half = np.full(20_000, 0.5)
    found = calibration(Foretold(chance, half, above, above, half, np.repeat(np.arange(400), 50), 1))
    assert found.skill.value < -10 * found.skill.error
    assert math.isclose(found.brier.value, 0.41, abs_tol=0.01)
    assert abs(found.expected_error - 0.4) < 0.01


def test_what_is_foretold_knows_no_later_outcome() -> None:
    one = linked(0.3)
    later = one.forward.copy()
    later[one.bar >= 400] *= -3.0
    other = Scored(one.score, later, later, one.bar, one.row, 1)
    a, b = foretold(one), foretold(other)
    same = a.bar < 400
    np.testing.assert_array_equal(a.chance[same], b.chance[same])
    assert not np.array_equal(a.chance[~same], b.chance[~same])


def test_intervals_cover_the_market_years_as_often_as_aimed_at() -> None:
    scored = linked(0.1, bars=1000, names=30)
    session = np.arange("2020-01-01", "2024-01-01", dtype="datetime64[D]")[:1000]
    told = coverage(foretold(scored), session, alpha=0.1)
    assert told[0].key == "all"
    assert [one.key for one in told[1:]] == ["2021", "2022"]
    for one in told:
        assert abs(one.fixed.value - 0.9) < 0.012
        assert abs(one.adaptive.value - 0.9) < 0.012
        assert 0.0 < one.fixed.error < 0.01


def test_a_version_is_described_by_the_figures_of_its_evaluation() -> None:
    told = foretold(linked(0.3, bars=1000, names=30))
    session = np.arange("2020-01-01", "2024-01-01", dtype="datetime64[D]")[:1000]
    found = held(told, session)
    assert found.skill == calibration(told).skill
    assert found.coverage == coverage(told, session)[0].fixed
    within = held(told, np.repeat(session[:1], 1000))
    assert math.isnan(within.coverage.value) and within.coverage.count == 0


def test_a_score_without_an_outcome_counts_in_the_ranking() -> None:
    one = linked(0.3, bars=200, names=11)
    forward = np.where(one.row == 10, np.nan, one.forward)
    told = placed(one.score, forward, one.bar, 1)
    assert len(told.rank) == 2000 and set(told.names) == {11}
    whole = placed(one.score, one.forward, one.bar, 1)
    np.testing.assert_array_equal(told.rank, whole.rank[one.row != 10])


def test_an_adaptive_interval_follows_a_market_that_turns_wild() -> None:
    scored = linked(0.1, bars=1400, names=30)
    wild = np.where(scored.bar >= 700, 3.0, 1.0)
    loud = Scored(scored.score, scored.forward * wild, scored.forward, scored.bar, scored.row, 1)
    session = np.arange("2020-01-01", "2026-01-01", dtype="datetime64[D]")[:1400]
    by_year = {one.key: one for one in coverage(foretold(loud), session)}
    assert by_year["2022"].fixed.value < 0.7
    assert by_year["2022"].adaptive.value > 0.86
    assert by_year["2022"].adaptive_radius > 2 * by_year["2021"].adaptive_radius


def test_nothing_to_judge_is_said_and_does_not_fail() -> None:
    short = linked(0.1, bars=3, names=10)
    told = foretold(Scored(short.score, np.full(30, np.nan), short.forward, short.bar, short.row, 5))
    found = calibration(told)
    assert found.bins == () and math.isnan(found.brier.value)
    assert coverage(told, np.arange("2020-01-01", "2020-01-04", dtype="datetime64[D]")) == []
