"""What seeds share while they are fitted changes nothing of what each alone would learn."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from kuznia.core.models.learners import Examples, fit, fitting
from kuznia.core.models.learners.trees import KINDS
from tests.support.markets import small_spec

SEEDS = (3, 1, 2)
GRADED = ("lightgbm_ranker", "lightgbm_classifier")


@pytest.mark.parametrize("learner", [*KINDS, "ridge"])
def test_seeds_fitted_at_once_on_shared_bins_equal_seeds_fitted_alone(learner: str) -> None:
    rng = np.random.default_rng(4)
    x = rng.standard_normal((600, 5))
    x[rng.random(x.shape) < 0.2] = np.nan
    target = np.nan_to_num(x[:, 0]) + rng.standard_normal(600)
    levels = 4 if learner in GRADED else 0
    if levels:
        target = np.digitize(target, np.quantile(target, [0.25, 0.5, 0.75])).astype(float)
    spec = small_spec(learner, target="grade" if levels else "excess")
    rows = Examples(x, target, np.ones(600), np.full(50, 12), levels)
    with ThreadPoolExecutor(3) as pool:
        at_once = [one.content() for one in pool.map(fitting(spec, rows), SEEDS)]
    assert at_once == [fit(spec, rows, seed).content() for seed in SEEDS]
    assert len(set(at_once)) == (1 if learner == "ridge" else len(SEEDS))
