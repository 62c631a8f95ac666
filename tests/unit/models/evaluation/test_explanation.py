"""What models listen to: folds come back to the bit, parts sum to the score, copies keep their worth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from kuznia.core.models.evaluation.explanation import (
    cluster_importance,
    contributions,
    partial_dependence,
    shapley,
)
from kuznia.core.models.evaluation.history import windows, with_window
from kuznia.core.models.evaluation.refitting import fold_models, out_of_fold, same_scores
from kuznia.core.models.examples import rows_of
from kuznia.core.models.rows import align
from kuznia.core.models.spec import Label, ModelSpec, WalkForward
from kuznia.core.models.training import train
from tests.support.markets import EACH, small_spec, world

LINEAR = ("ridge", "elastic_net", "logistic")
TREES = ("lightgbm_ranker", "lightgbm_regressor", "random_forest", "extra_trees")
WITHOUT = ("mlp", "lightgbm_classifier", "histogram_boosting", "xgboost", "catboost")


@pytest.mark.long
@pytest.mark.parametrize("learner", EACH)
def test_folds_fitted_again_say_the_same_to_the_bit(learner: str) -> None:
    frame, panel = world(260, signal=0.2)
    spec = small_spec(learner)
    kept = train(frame, panel, spec, feature_set="sha256:0").predictions
    rows = rows_of(frame, panel, spec)
    scores = out_of_fold(rows, fold_models(rows, spec, 2, threads=1 if learner == "mlp" else 2))
    assert same_scores(rows, scores, kept, 2)
    other = replace(rows, x=rows.x + 0.01 * np.sin(np.arange(rows.x.size)).reshape(rows.x.shape))
    assert not same_scores(rows, out_of_fold(other, fold_models(other, spec, 2)), kept, 2)
    assert not same_scores(rows, scores, kept.head(50), 2)


@pytest.mark.parametrize("learner", LINEAR + TREES)
def test_contributions_sum_to_the_score(learner: str) -> None:
    frame, panel = world(260, signal=0.3)
    spec = small_spec(learner)
    rows = rows_of(frame, panel, spec)
    model = fold_models(rows, spec, 1)[-1]
    x = model.scaler.apply(rows.x[model.inside(rows)])
    x[3, 1] = np.nan
    found = shapley(model.member, x)
    assert found is not None
    parts, base = found
    np.testing.assert_allclose(parts.sum(axis=1) + base, model.member.predict(x), rtol=1e-9, atol=1e-9)
    told = contributions(rows, fold_models(rows, spec, 1))
    assert told[0].feature == "a"
    assert told[0].direction > 0.8
    assert abs(sum(one.size.value for one in told) - 1.0) < 1e-9


@pytest.mark.parametrize("learner", WITHOUT)
def test_learners_without_a_closed_form_say_so(learner: str) -> None:
    frame, panel = world(200, signal=0.3)
    spec = small_spec(learner)
    rows = rows_of(frame, panel, spec)
    assert contributions(rows, fold_models(rows, spec, 1)) == []


def test_a_copied_feature_keeps_its_worth_in_a_cluster() -> None:
    frame, panel = world(360, signal=0.3)
    spec = small_spec("lightgbm_regressor")
    alone = align(frame, panel, spec.label)
    twice = align(frame.with_columns(pl.col("a").alias("a_again")), panel, spec.label)
    found = []
    for rows in (alone, twice):
        models = fold_models(rows, spec, 1)
        found.append(cluster_importance(rows, models, np.random.default_rng(1), 2, repeats=5))
    (one, *rest), (two, *_) = found
    assert one.features == ("a",) and two.features == ("a", "a_again")
    assert one.loss.value > 4 * one.loss.error
    assert two.loss.value > 0.8 * one.loss.value, "shuffled apart, each copy would look half as good"
    assert all(abs(other.loss.value) < 0.35 * one.loss.value for other in rest)


def test_the_score_rises_with_the_feature_that_it_was_made_from() -> None:
    frame, panel = world(360, signal=0.4)
    spec = small_spec("ridge", target="excess")
    rows = rows_of(frame, panel, spec)
    (a, b) = partial_dependence(rows, fold_models(rows, spec, 1), ["a", "b"])
    values = [one.value for one in a.score]
    assert values == sorted(values) and values[-1] - values[0] > 2.0
    assert max(abs(one.value) for one in b.score) < 0.5
    # a linear learner: a straight line
    steps = np.diff(values) / np.diff(a.at)
    np.testing.assert_allclose(steps, steps[0], rtol=1e-3)


def test_importance_of_noise_lies_within_its_error() -> None:
    frame, panel = world(500, signal=0.0)
    spec = small_spec("ridge", target="excess")
    rows = rows_of(frame, panel, spec)
    told = cluster_importance(rows, fold_models(rows, spec, 1), np.random.default_rng(2), 2)
    assert all(abs(one.loss.value) < 4 * one.loss.error for one in told)


def test_windows_grow_to_all_history_and_hold_the_own_one() -> None:
    own = ModelSpec(label=Label(horizon=5), validation=WalkForward(first_test=400, test=100, window=300))
    assert windows(own, 1500) == [75, 150, 300, 600, None]
    assert windows(replace(own, validation=WalkForward(first_test=100, test=50)), 220) == [25, 50, 100, None]
    assert with_window(own, None).validation.window is None
    assert with_window(own, 75).label == own.label
