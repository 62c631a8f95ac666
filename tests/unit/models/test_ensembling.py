"""Blends come near what theory promises; greedy choice equals trying everything."""

from __future__ import annotations

from itertools import combinations_with_replacement

import numpy as np
import pytest

from kuznia.core.errors import ModelError
from kuznia.core.models.ensembling import blend_weights, greedy_selection, rank_average


@pytest.mark.parametrize(("members", "rho"), [(4, 0.0), (8, 0.3), (16, 0.7)])
def test_the_error_of_equal_members_falls_as_it_must(members: int, rho: float) -> None:
    """Variance × (ρ + (1 − ρ) / k) for k members whose errors have correlation ρ."""
    rng = np.random.default_rng(2)
    shared, own = rng.standard_normal(200_000), rng.standard_normal((200_000, members))
    errors = np.sqrt(rho) * shared[:, None] + np.sqrt(1 - rho) * own
    expected = rho + (1 - rho) / members
    assert errors.mean(axis=1).var() == pytest.approx(expected, rel=0.02)
    weights = blend_weights(errors, np.zeros(200_000))
    np.testing.assert_allclose(weights, 1 / members, atol=0.02)


def test_blend_weights_agree_with_the_closed_form_inside_the_simplex() -> None:
    """Two members: w = (v₂ − c) / (v₁ + v₂ − 2c) minimises the variance of the error."""
    rng = np.random.default_rng(4)
    truth = rng.standard_normal(50_000)
    errors = rng.multivariate_normal([0, 0], [[1.0, 0.3], [0.3, 2.0]], 50_000)
    weights = blend_weights(truth[:, None] + errors, truth)
    v = np.cov(errors.T, ddof=0) + np.outer(errors.mean(axis=0), errors.mean(axis=0))
    assert weights[0] == pytest.approx((v[1, 1] - v[0, 1]) / (v[0, 0] + v[1, 1] - 2 * v[0, 1]), abs=1e-6)
    assert weights.sum() == pytest.approx(1.0)


def test_a_useless_member_gets_nothing() -> None:
    rng = np.random.default_rng(6)
    truth = rng.standard_normal(5000)
    weights = blend_weights(np.column_stack([truth, -truth]), truth)
    np.testing.assert_allclose(weights, [1.0, 0.0], atol=1e-9)


def test_greedy_choice_equals_trying_everything_on_a_small_library() -> None:
    """With a convex loss and one member that corrects another, each greedy step is also the best set."""
    rng = np.random.default_rng(8)
    truth = rng.standard_normal(400)
    bias = rng.standard_normal(400)
    members = np.column_stack([truth + bias, truth - bias, truth + 3 * rng.standard_normal(400), -truth])

    def value(mean: np.ndarray) -> float:
        return -float(((mean - truth) ** 2).mean())

    chosen = greedy_selection(members, value, rounds=4)
    every = [
        members[:, list(picks)].mean(axis=1)
        for size in range(1, 5)
        for picks in combinations_with_replacement(range(4), size)
    ]
    assert value(members[:, chosen].mean(axis=1)) == pytest.approx(max(value(mean) for mean in every))


def test_more_rounds_never_hurt() -> None:
    rng = np.random.default_rng(9)
    truth = rng.standard_normal(300)
    members = truth[:, None] + rng.standard_normal((300, 6)) * rng.uniform(0.5, 3.0, 6)

    def value(mean: np.ndarray) -> float:
        return float(np.corrcoef(mean, truth)[0, 1])

    values = [
        value(members[:, greedy_selection(members, value, rounds=n)].mean(axis=1)) for n in range(1, 12)
    ]
    assert values == sorted(values)
    assert values[0] == max(value(members[:, [n]].mean(axis=1)) for n in range(6))


def test_ranks_are_averaged_inside_bars_and_gaps_left_out() -> None:
    scores = np.array([[1.0, 5.0], [2.0, np.nan], [3.0, 1.0], [9.0, 9.0], [np.nan, np.nan]])
    bar = np.array([0, 0, 0, 1, 1])
    np.testing.assert_array_equal(rank_average(scores, bar), [0.5, 0.5, 0.5, 0.5, np.nan])


def test_nothing_to_choose_from_is_refused() -> None:
    with pytest.raises(ModelError, match="Nothing can be chosen"):
        greedy_selection(np.zeros((3, 0)), lambda mean: 0.0, rounds=3)
    with pytest.raises(ModelError, match="No member has a value"):
        greedy_selection(np.zeros((3, 2)), lambda mean: float("nan"), rounds=3)
    with pytest.raises(ModelError, match="No row"):
        blend_weights(np.full((3, 2), np.nan), np.zeros(3))
