"""A forest that is walked by ourselves says what LightGBM says."""

from __future__ import annotations

import numpy as np
import pytest

from kuznia.core.errors import ModelError
from kuznia.core.models.learners import Examples, fit
from kuznia.core.models.learners.forest import Forest, parsed
from kuznia.core.models.learners.trees import KINDS, Trees, lightgbm, read
from tests.support.markets import small_spec

TARGETS = {"lightgbm_ranker": "grade", "lightgbm_classifier": "grade"}


def examples(levels: int, rows: int = 600) -> Examples:
    rng = np.random.default_rng(4)
    x = rng.standard_normal((rows, 5))
    x[rng.random(x.shape) < 0.2] = np.nan
    x[:, 3] = np.round(np.nan_to_num(x[:, 3]))
    said = np.nan_to_num(x[:, 0]) + 0.5 * np.nan_to_num(x[:, 3]) + rng.standard_normal(rows)
    if levels:
        said = np.digitize(said, np.quantile(said, np.arange(1, levels) / levels)).astype(float)
    return Examples(x, said, np.ones(rows), np.full(rows // 12, 12), levels)


@pytest.mark.parametrize("learner", KINDS)
def test_every_kind_of_trees_is_walked_to_the_same_score(learner: str) -> None:
    target = TARGETS.get(learner, "excess")
    trained = fit(small_spec(learner, target=target), examples(4 if target == "grade" else 0), 3)
    assert isinstance(trained, Trees)
    walked = read(trained.content())
    assert isinstance(walked, Forest)
    fresh = np.random.default_rng(9).standard_normal((400, 5)) * 2
    fresh[np.random.default_rng(8).random(fresh.shape) < 0.3] = np.nan
    fresh[::7, 1] = 0.0
    ours, theirs = walked.predict(fresh), trained.predict(fresh)
    assert ours.tolist() == theirs.tolist()
    assert walked.predict(fresh[5:6]).tolist() == ours[5:6].tolist()
    np.testing.assert_allclose(walked.importance(), trained.importance(), atol=1e-5)
    assert walked.content() == trained.content()


def test_a_tree_of_one_leaf_is_a_number() -> None:
    flat = Examples(np.zeros((200, 5)), np.zeros(200), np.ones(200), np.full(20, 10), 0)
    trained = fit(small_spec("lightgbm_regressor", target="excess"), flat, 1)
    x = np.random.default_rng(1).standard_normal((3, 5))
    assert read(trained.content()).predict(x).tolist() == trained.predict(x).tolist()


def test_missing_values_go_where_lightgbm_sends_them() -> None:
    """Also in models that count zero as missing, or nothing: made elsewhere and imported."""
    library, rng = lightgbm(), np.random.default_rng(2)
    x = np.round(rng.standard_normal((800, 3)), 1)
    y = np.where(x[:, 0] == 0, 2.0, x[:, 0]) + 0.1 * rng.standard_normal(800)
    for given in ({"zero_as_missing": True}, {"use_missing": False}):
        wanted = {"objective": "regression", "verbosity": -1, "num_threads": 1, **given}
        booster = library.train(wanted, library.Dataset(x, label=y, params=wanted), 10)
        walked = read(booster.model_to_string().encode())
        assert isinstance(walked, Forest)
        fresh = np.where(rng.random((200, 3)) < 0.3, np.nan, np.round(rng.standard_normal((200, 3)), 1))
        assert walked.predict(fresh).tolist() == booster.predict(fresh).tolist()


def test_what_cannot_be_walked_is_left_to_lightgbm() -> None:
    library, rng = lightgbm(), np.random.default_rng(3)
    x = rng.integers(0, 5, (500, 2)).astype(float)
    wanted = {"objective": "regression", "verbosity": -1, "num_threads": 1, "min_data_in_leaf": 5}
    data = library.Dataset(x, label=(x[:, 0] == 3) * 1.0, categorical_feature=[0], params=wanted)
    content = library.train(wanted, data, 5).model_to_string().encode()
    assert parsed(content) is None
    assert isinstance(read(content), Trees)
    binary = library.train(
        {**wanted, "objective": "binary"}, library.Dataset(x, label=(x[:, 0] > 2) * 1.0), 3
    )
    assert parsed(binary.model_to_string().encode()) is None


def test_rows_of_another_width_are_refused() -> None:
    trained = fit(small_spec("lightgbm_regressor", target="excess"), examples(0), 1)
    with pytest.raises(ModelError, match="3 features met a forest of 5"):
        read(trained.content()).predict(np.zeros((2, 3)))
