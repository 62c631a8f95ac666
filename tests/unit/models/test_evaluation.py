"""Rank ICs and standard errors against values by hand and against SciPy."""

from __future__ import annotations

import math

import numpy as np
from scipy.stats import spearmanr

from kuznia.core.metrics.paired import newey_west_error
from kuznia.core.models.evaluation import rank_ic, rank_ic_series
from kuznia.core.models.targets import grade


def test_rank_ic_is_spearmans_rho_bar_by_bar() -> None:
    rng = np.random.default_rng(1)
    score, forward = rng.integers(0, 6, 300).astype(float), rng.standard_normal(300)
    score[::17] = np.nan
    bar = np.repeat(np.arange(10), 30)
    expected = []
    for b in range(10):
        inside = (bar == b) & ~np.isnan(score)
        expected.append(spearmanr(score[inside], forward[inside]).statistic)
    np.testing.assert_allclose(rank_ic_series(score, forward, bar), expected, rtol=1e-12)


def test_an_ic_of_five_hundredths_on_normals_is_a_rank_ic_of_0_04775() -> None:
    rng = np.random.default_rng(2)
    size = 400_000
    x = rng.standard_normal(size)
    y = 0.05 * x + math.sqrt(1 - 0.05**2) * rng.standard_normal(size)
    assert abs(rank_ic(x, y, np.zeros(size, dtype=np.int64), 1).mean - 0.04775) < 0.005


def test_newey_west_by_hand() -> None:
    values = np.array([1.0, 2.0, 4.0])
    # centred −4/3, −1/3, 5/3: γ0 = 14/9, γ1 = (4/9 − 5/9)/3 = −1/27; weight 1/2 with one lag
    assert math.isclose(newey_west_error(values, 1), math.sqrt((14 / 9 - 1 / 27) / 3))


def test_overlap_widens_the_error() -> None:
    rng = np.random.default_rng(3)
    overlapping = np.convolve(rng.standard_normal(2000), np.ones(5), "valid")
    assert newey_west_error(overlapping, 5) > 1.6 * newey_west_error(overlapping, 0)


def test_too_little_says_nan() -> None:
    result = rank_ic(np.array([1.0, 2.0]), np.array([1.0, 2.0]), np.array([0, 0]), 5)
    assert math.isnan(result.mean)
    assert math.isnan(result.standard_error)
    assert result.bars == 0


def test_grades_are_equal_in_size_and_by_bar() -> None:
    forward = np.r_[np.arange(10.0), np.arange(10.0)[::-1]]
    grades = grade(forward, np.repeat([3, 4], 10), 5)
    assert grades.tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 4, 4, 3, 3, 2, 2, 1, 1, 0, 0]
