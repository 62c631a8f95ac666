"""Learners of other libraries: what is kept says what the library says, and an absent one is told of."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from kuznia.core.models.bundle import load_bundle
from kuznia.core.models.history import with_history
from kuznia.core.models.learners import Examples, libraries, read
from kuznia.core.models.learners import fit as fit_learner
from kuznia.core.models.learners.sequence import Recurrent, in_order
from kuznia.core.models.offered import EXTRAS, installed
from kuznia.core.models.score import score
from kuznia.core.models.spec import ModelSpec
from kuznia.core.models.training import train
from tests.support.markets import small_spec, world


def examples(rows: int = 600, features: int = 4, *, gaps: float = 0.1) -> Examples:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(rows, features))
    target = x[:, 0] + 0.5 * x[:, 1] * (x[:, 2] > 0) + 0.5 * rng.normal(size=rows)
    x[rng.random(x.shape) < gaps] = np.nan
    weight = rng.uniform(0.5, 1.5, rows)
    return Examples(x, target, weight / weight.mean(), np.full(rows // 20, 20), 0)


def test_histogram_boosting_says_what_scikit_learn_says() -> None:
    from sklearn.ensemble import HistGradientBoostingRegressor

    given, spec = examples(), small_spec("histogram_boosting", target="return")
    said = fit_learner(spec, given, 3).predict(given.x)
    other = HistGradientBoostingRegressor(
        max_iter=20,
        max_leaf_nodes=7,
        min_samples_leaf=30,
        learning_rate=0.05,
        l2_regularization=10.0,
        max_features=0.6,
        early_stopping=False,
        random_state=3,
    ).fit(given.x, given.centred, sample_weight=given.weight)
    np.testing.assert_allclose(said, other.predict(given.x), rtol=1e-12, atol=1e-13)
    assert np.corrcoef(said, given.centred)[0, 1] > 0.6


def test_catboost_s_trees_say_what_catboost_says() -> None:
    import catboost

    given, spec = examples(), small_spec("catboost", target="return")
    mine = fit_learner(spec, given, 3)
    other = catboost.CatBoostRegressor(
        iterations=20,
        depth=3,
        learning_rate=0.2,
        l2_leaf_reg=10.0,
        rsm=0.6,
        subsample=0.7,
        bootstrap_type="Bernoulli",
        random_seed=3,
        thread_count=1,
        allow_writing_files=False,
        logging_level="Silent",
    ).fit(catboost.Pool(given.x, given.centred, weight=given.weight))
    np.testing.assert_allclose(mine.predict(given.x), other.predict(given.x), rtol=1e-12, atol=1e-13)
    theirs = other.get_feature_importance(type="PredictionValuesChange") / 100.0
    np.testing.assert_allclose(mine.importance(), theirs, atol=1e-6)


def test_xgboost_says_the_same_from_its_file() -> None:
    given = examples()
    mine = fit_learner(small_spec("xgboost", target="return"), given, 3)
    again = read("xgboost", mine.content())
    assert np.array_equal(mine.predict(given.x), again.predict(given.x))
    assert np.corrcoef(mine.predict(given.x), given.centred)[0, 1] > 0.5
    assert mine.importance().argmax() == 0
    assert len(mine.predict(given.x[:0])) == 0


def test_a_recurrent_network_by_hand() -> None:
    """One unit, one feature, two bars, the newest first in the row."""
    network = Recurrent(
        2,
        np.array([[1.0], [0.5], [2.0]]),
        np.array([0.1, 0.2, 0.3]),
        np.array([[0.4], [0.6], [0.7]]),
        np.array([0.0, 0.1, 0.2]),
        np.array([1.5, -0.5]),
    )

    def sigmoid(value: float) -> float:
        return float(1 / (1 + np.exp(-value)))

    state = 0.0
    for x in (-1.0, 0.5):
        reset, update = sigmoid(x + 0.1 + 0.4 * state), sigmoid(0.5 * x + 0.3 + 0.6 * state)
        candidate = np.tanh(2 * x + 0.3 + reset * (0.7 * state + 0.2))
        state = (1 - update) * candidate + update * state
    np.testing.assert_allclose(network.predict(np.array([[0.5, -1.0]])), [1.5 * state - 0.5])
    assert in_order(np.array([[0.5, 7.0, -1.0, 8.0]]), 2).tolist() == [[[-1.0, 8.0], [0.5, 7.0]]]


@pytest.mark.torch
def test_the_kept_network_says_what_pytorch_says() -> None:
    import torch

    given, spec = examples(gaps=0.0), small_spec("gru", target="return")
    given = Examples(np.tile(given.x, 3), given.target, given.weight, given.groups, 0)
    mine = fit_learner(spec, given, 3)
    assert isinstance(mine, Recurrent)
    network = torch.nn.GRU(4, 4, batch_first=True).double()
    names = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0")
    arrays = (mine.inner, mine.hidden, mine.inner_intercept, mine.hidden_intercept)
    network.load_state_dict({name: torch.tensor(one) for name, one in zip(names, arrays, strict=True)})
    with torch.no_grad():
        last = network(torch.tensor(in_order(given.x, 3)))[0][:, -1].numpy()
    np.testing.assert_allclose(mine.predict(given.x), last @ mine.output[:-1] + mine.output[-1], atol=1e-12)
    assert fit_learner(spec, given, 3).content() == mine.content()
    assert fit_learner(spec, given, 4).content() != mine.content()


@pytest.mark.torch
def test_a_bundle_of_sequences_comes_back_to_the_bit() -> None:
    frame, panel = world(200, signal=0.3)
    bundle = train(frame, panel, small_spec("gru"), feature_set="sha256:" + "0" * 64).bundle
    rows = with_history(frame, 3)
    loaded = load_bundle(bundle.archive(), bundle.digest)
    whole = score(loaded, rows)
    assert whole.equals(score(bundle, rows))
    assert score(loaded, rows[77:78])["score"].item() == whole["score"][77]


@pytest.mark.torch
def test_an_order_of_bars_is_learned() -> None:
    """What counts is whether the feature rose: no single bar says it, and no linear sum of |x|."""
    rng = np.random.default_rng(2)
    x = rng.normal(size=(3000, 4))
    target = np.where(x[:, 0] > x[:, 1], np.abs(x[:, 2]), -np.abs(x[:, 2]))
    given = Examples(x, target, np.ones(3000), np.full(150, 20), 0)
    spec = ModelSpec(
        "gru",
        {"units": 16, "epochs": 40, "learning_rate": 0.01, "batch": 128},
        history=4,
    )
    fresh = rng.normal(size=(2000, 4))
    truth = np.where(fresh[:, 0] > fresh[:, 1], np.abs(fresh[:, 2]), -np.abs(fresh[:, 2]))
    assert np.corrcoef(fit_learner(spec, given, 1).predict(fresh), truth)[0, 1] > 0.8


@pytest.mark.parametrize("learner", EXTRAS)
def test_an_absent_library_is_told_with_its_remedy(learner: str) -> None:
    """In a process that cannot find it."""
    code = (
        "import sys\n"
        f"sys.modules[{EXTRAS[learner][0]!r}] = None\n"
        "from kuznia.core.models.learners.libraries import library\n"
        "from kuznia.core.errors import ModelError\n"
        "try:\n"
        f"    library({learner!r})\n"
        "except ModelError as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "is not installed where models are trained" in done.stdout
    assert EXTRAS[learner][1] in done.stdout


def test_what_is_installed_is_known_without_importing_it() -> None:
    code = (
        "import sys\n"
        "from kuznia.core.models.offered import LEARNERS, installed\n"
        "print([name for name in LEARNERS if installed(name)])\n"
        "assert not {'xgboost', 'catboost', 'torch', 'sklearn', 'lightgbm'} & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "histogram_boosting" in done.stdout
    assert installed("xgboost") and installed("catboost")


def test_a_library_that_is_there_is_given() -> None:
    assert libraries.library("xgboost").Booster
    with pytest.raises(KeyError):
        libraries.library("ridge")
