"""Coverage is what the theorem says over many draws, and follows a market that changes."""

from __future__ import annotations

import math

import numpy as np
import pytest

from kuznia.core.errors import ModelError
from kuznia.core.models.conformal import adaptive_intervals, conformal_radius


@pytest.mark.parametrize(("rows", "alpha"), [(19, 0.1), (50, 0.2), (99, 0.05)])
def test_coverage_lies_between_its_bounds(rows: int, alpha: float) -> None:
    """Over 1,000 draws the mean coverage lies in [1 − α, 1 − α + 1/(n + 1)], within 4 standard errors."""
    rng = np.random.default_rng(11)
    covered = []
    for _ in range(1000):
        scale = rng.uniform(0.5, 2.0)
        errors = scale * np.abs(rng.standard_t(4, rows + 200))
        covered.append(float(np.mean(errors[rows:] <= conformal_radius(errors[:rows], alpha))))
    slack = 4 * np.std(covered) / math.sqrt(1000)
    assert 1 - alpha - slack <= np.mean(covered) <= 1 - alpha + 1 / (rows + 1) + slack


def test_too_few_rows_promise_nothing_narrow() -> None:
    assert conformal_radius(np.ones(8), 0.1) == math.inf
    assert conformal_radius(np.ones(9), 0.1) == 1.0
    assert conformal_radius(np.array([1.0, np.nan]), 0.5) == 1.0


def test_intervals_follow_a_shift_that_fixed_ones_miss() -> None:
    rng = np.random.default_rng(3)
    calm, wild = rng.standard_normal(1500), 4.0 * rng.standard_normal(1500)
    truth = np.r_[calm, wild]
    forecast = np.zeros(3000)
    fixed = conformal_radius(np.abs(truth[:500]), 0.1)
    moving = adaptive_intervals(forecast, truth, alpha=0.1, window=250, rate=0.02)
    assert np.mean(np.abs(wild) <= fixed) < 0.4
    assert 0.86 < moving.covered[1500:].mean() < 0.94
    assert abs(moving.coverage - 0.9) < (0.9 + 0.02) / (0.02 * 3000)


def test_the_long_run_holds_for_a_hostile_sequence() -> None:
    """Each error is larger than any before: the radius of the past never covers it."""
    truth = np.exp(np.arange(600) / 20.0)
    found = adaptive_intervals(np.zeros(600), truth, alpha=0.2, window=50, rate=0.05)
    assert abs((1 - found.coverage) - 0.2) <= (0.8 + 0.05) / (0.05 * 600)


def test_truths_that_are_not_known_yet_are_not_used() -> None:
    rng = np.random.default_rng(5)
    truth = rng.standard_normal(300)
    other = truth.copy()
    other[200:] *= 100.0
    one = adaptive_intervals(np.zeros(300), truth, alpha=0.1, delay=5)
    two = adaptive_intervals(np.zeros(300), other, alpha=0.1, delay=5)
    np.testing.assert_array_equal(one.radius[:206], two.radius[:206])
    assert not np.array_equal(one.radius, two.radius)


def test_settings_out_of_range_are_refused() -> None:
    with pytest.raises(ModelError, match="alpha"):
        conformal_radius(np.ones(3), 1.5)
    with pytest.raises(ModelError, match="out of range"):
        adaptive_intervals(np.zeros(3), np.zeros(3), alpha=0.0)
