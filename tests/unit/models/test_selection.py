"""What was planted is kept, noise stays within its bound, and a copy does not halve an importance."""

from __future__ import annotations

import numpy as np
import pytest

from kuznia.core.errors import ModelError
from kuznia.core.models.selection.importance import clusters_of, permutation_importance
from kuznia.core.models.selection.stability import first_on_the_path, stability_selection
from kuznia.core.typing import Float

BAR = np.repeat(np.arange(400), 10)


def linear(rng: np.random.Generator, features: int, planted: int, strength: float) -> tuple[Float, Float]:
    x = rng.standard_normal((len(BAR), features))
    return x, strength * x[:, :planted].sum(axis=1) + rng.standard_normal(len(BAR))


def test_five_planted_of_a_hundred_are_found() -> None:
    x, y = linear(np.random.default_rng(1), 100, 5, 0.1)
    found = stability_selection(x, y, BAR, first_on_the_path(8), np.random.default_rng(2), pairs=25)
    assert np.flatnonzero(found.kept).tolist() == [0, 1, 2, 3, 4]


@pytest.mark.long
def test_noise_is_kept_no_more_often_than_the_bound_allows() -> None:
    """Mean of 30 draws of pure noise, with four standard errors of slack."""
    kept, bounds = [], []
    for seed in range(30):
        x, y = linear(np.random.default_rng(seed), 60, 0, 0.0)
        found = stability_selection(
            x, y, BAR, first_on_the_path(6), np.random.default_rng(seed), pairs=10, threshold=0.75
        )
        kept.append(int(found.kept.sum()))
        bounds.append(found.false_bound)
    assert bounds[0] == pytest.approx(36 / (0.5 * 60))
    assert np.mean(kept) <= bounds[0] + 4 * np.std(kept) / np.sqrt(30)


def test_a_copy_of_a_feature_does_not_halve_its_importance() -> None:
    x, y = linear(np.random.default_rng(3), 3, 1, 1.0)
    twice = np.column_stack([x, x[:, 0] + 1e-6 * np.random.default_rng(4).standard_normal(len(x))])

    def fitted(rows: Float) -> Float:
        weights: Float = np.linalg.lstsq(rows.T @ rows + 1.0 * np.eye(rows.shape[1]), rows.T @ y, rcond=None)[
            0
        ]
        return weights

    def measure(rows: Float, clusters: tuple[tuple[int, ...], ...]) -> Float:
        weights = fitted(rows)
        return permutation_importance(
            lambda r: r @ weights,
            rows,
            BAR,
            lambda s: float(np.corrcoef(s, y)[0, 1]),
            clusters,
            np.random.default_rng(5),
        ).mean

    clusters = clusters_of(twice, BAR)
    assert clusters == ((0, 3), (1,), (2,))
    alone = measure(x, clusters_of(x, BAR))[0]
    single = measure(twice, ((0,), (1,), (2,), (3,)))
    together = measure(twice, clusters)[0]
    assert together == pytest.approx(alone, rel=0.02)
    assert single[0] < 0.6 * alone
    assert abs(measure(x, ((0,), (1,), (2,)))[1]) < 0.01


def test_rows_change_places_inside_a_bar_alone() -> None:
    x = BAR[:, None] * 1.0
    found = permutation_importance(
        lambda rows: rows[:, 0], x, BAR, lambda s: float((s == BAR).mean()), ((0,),), np.random.default_rng(1)
    )
    assert found.mean.tolist() == [0.0]


def test_settings_that_promise_nothing_are_refused() -> None:
    x, y = linear(np.random.default_rng(1), 5, 1, 1.0)
    rng = np.random.default_rng(1)
    with pytest.raises(ModelError, match="promises nothing"):
        stability_selection(x, y, BAR, first_on_the_path(2), rng, threshold=0.5)
    with pytest.raises(ModelError, match="cannot be halved"):
        stability_selection(x, y, BAR, first_on_the_path(2), rng, block=200)
    with pytest.raises(ModelError, match="cannot be picked"):
        first_on_the_path(0)
    with pytest.raises(ModelError, match="no error"):
        permutation_importance(lambda r: r[:, 0], x, BAR, lambda s: 0.0, ((0,),), rng, repeats=1)
