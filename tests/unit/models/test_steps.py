"""Steps between features and learner: what each one does, and that none of them sees what it must not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from scipy.spatial.distance import cdist

from kuznia.core.errors import ModelError
from kuznia.core.models.bundle import Bundle, load_bundle
from kuznia.core.models.history import with_history
from kuznia.core.models.offered import STEPS, Step
from kuznia.core.models.score import member_scores, score
from kuznia.core.models.spec import Label, ModelSpec
from kuznia.core.models.steps import Chain, rank_rows
from kuznia.core.models.steps.outliers import Dissimilarity, Isolation
from kuznia.core.models.steps.shaping import Components
from kuznia.core.models.training import train
from tests.support.markets import small_spec, world

SET = "sha256:" + "0" * 64
ALL = (
    Step("rank"),
    Step("winsorise", {"tail": 0.02}),
    Step("isolation", {"share": 0.02, "trees": 20, "sample": 64}),
    Step("dissimilarity", {"most": 0.6, "reference": 64}),
    Step("pca", {"variance": 0.99}),
)


def with_steps(*steps: Step, learner: str = "ridge", history: int = 1) -> ModelSpec:
    return replace(small_spec(learner, seeds=(1,)), steps=steps, history=history)


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    frame, panel = world(200, signal=0.3)
    return train(frame, panel, with_steps(*ALL, history=2), feature_set=SET).bundle


@pytest.mark.long
@pytest.mark.parametrize("kind", STEPS)
def test_the_planted_signal_is_found_behind_every_step(kind: str) -> None:
    frame, panel = world(360, signal=0.3)
    result = train(frame, panel, with_steps(Step(kind)), feature_set=SET)
    assert result.rank_ic.mean > 6 * result.rank_ic.standard_error
    assert next(iter(result.importance)) == "a"
    assert sum(result.importance.values()) == pytest.approx(1.0)


@pytest.mark.long
@pytest.mark.parametrize("kind", STEPS)
def test_a_step_learns_nothing_of_what_comes_after_its_fold(kind: str) -> None:
    """Features of the newest bars are torn apart: no score before them moves by a bit."""
    frame, panel = world(300, signal=0.1)
    edge = frame["ts"].unique().sort()[240]
    torn = frame.with_columns(
        pl.when(pl.col("ts") >= edge).then(pl.col(name) * 1000.0 + 7.0).otherwise(pl.col(name)).alias(name)
        for name in ("a", "b", "c")
    )
    spec = with_steps(Step(kind))
    clean, dirty = (train(given, panel, spec, feature_set=SET).predictions for given in (frame, torn))
    before = pl.col("ts") < edge
    assert_frame_equal(clean.filter(before), dirty.filter(before), check_exact=True)


def test_steps_and_history_come_back_from_a_bundle_to_the_bit(bundle: Bundle) -> None:
    frame, _ = world(200, signal=0.3)
    rows = with_history(frame, 2)
    loaded = load_bundle(bundle.archive(), bundle.digest)
    assert loaded.digest == bundle.digest
    assert loaded.spec == bundle.spec
    assert loaded.features == ("a", "b", "c", "a@1", "b@1", "c@1")
    said = score(loaded, rows)
    assert said.equals(score(bundle, rows))
    assert 0 < said["score"].null_count() < 0.3 * len(said)


def test_twice_the_same_training_gives_the_same_bundle(bundle: Bundle) -> None:
    frame, panel = world(200, signal=0.3)
    again = train(frame.reverse(), panel, bundle.spec, feature_set=SET, threads=2).bundle
    assert again.digest == bundle.digest


def test_a_ranking_model_reads_the_whole_cross_section(bundle: Bundle) -> None:
    frame, _ = world(200, signal=0.3)
    rows = with_history(frame, 2)
    newest = rows.filter(pl.col("ts") == pl.col("ts").max())
    both = score(bundle, rows).filter(pl.col("ts") == pl.col("ts").max())
    assert score(bundle, newest)["score"].to_list() == both["score"].to_list()
    with pytest.raises(ModelError, match="ranks its features"):
        score(bundle, rows.drop("ts"))
    with pytest.raises(ModelError, match="ranks its features"):
        member_scores(bundle, rows.select(bundle.features).to_numpy())


def test_a_model_with_a_history_says_what_its_rows_lack(bundle: Bundle) -> None:
    frame, _ = world(200, signal=0.3)
    with pytest.raises(ModelError, match=r"lack the features \['a@1', 'b@1', 'c@1'\].*2 bars into a row"):
        score(bundle, frame)


def test_a_history_is_of_the_same_instrument() -> None:
    frame, _ = world(30, signal=0.0, instruments=3)
    rows = with_history(frame.sample(fraction=1.0, shuffle=True, seed=1), 3)
    by_name = frame.sort("instrument", "ts")
    for n, name in enumerate(rows["instrument"].unique().sort()):
        mine = rows.filter(pl.col("instrument") == name)
        given = by_name.filter(pl.col("instrument") == name)["b"].to_list()
        assert mine["b@2"].to_list() == [None, None, *given[:-2]], n


def test_ranks_are_of_the_bar_and_leave_the_side_alone() -> None:
    x = np.array([[1.0, -3.0], [np.nan, 4.0], [5.0, 0.5], [2.0, 2.0]])
    found = rank_rows(x, np.array([0, 0, 0, 1]), keep=1)
    np.testing.assert_array_equal(found, [[-0.5, -3.0], [np.nan, 4.0], [0.5, 0.5], [0.0, 2.0]])


def test_the_dissimilarity_index_is_its_definition() -> None:
    rng = np.random.default_rng(1)
    x, asked = rng.normal(size=(60, 4)) * [1, 5, 0.1, 2], rng.normal(size=(20, 4)) * 3
    step = Dissimilarity.fit(x, {"most": 1.0, "reference": 60})
    z, given = ((one - x.mean(axis=0)) / x.std(axis=0) for one in (x, asked))
    pairs = cdist(z, z)[~np.eye(60, dtype=bool)]
    np.testing.assert_allclose(step.index(asked), cdist(given, z).min(axis=1) / pairs.mean())
    assert not step.refused(x).any()


def test_the_isolation_forest_ranks_rows_as_scikit_learn_does() -> None:
    from sklearn.ensemble import IsolationForest

    rng = np.random.default_rng(2)
    x = np.concatenate([rng.normal(size=(600, 3)), rng.uniform(-8, 8, size=(12, 3))])
    step = Isolation.fit(x, {"share": 0.02, "trees": 200, "sample": 256}, 3)
    other = -IsolationForest(n_estimators=200, max_samples=256, random_state=1).fit(x).score_samples(x)
    mine = step.anomaly(x)
    assert np.corrcoef(mine, other)[0, 1] > 0.97
    np.testing.assert_allclose(mine.mean(), other.mean(), atol=0.01)
    assert step.refused(x).sum() == pytest.approx(0.02 * len(x), abs=1)
    assert step.refused(np.array([[30.0, -30.0, 30.0]])).all()


def test_components_are_those_of_the_correlation_matrix() -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(size=(400, 2)) @ rng.normal(size=(2, 6)) + 0.01 * rng.normal(size=(400, 6))
    step = Components.fit(x, {"variance": 0.99})
    assert len(step.loadings) == 2
    values = np.sort(np.linalg.eigvalsh(np.corrcoef(x.T)))[::-1][:2]
    np.testing.assert_allclose(step.apply(x).var(axis=0), values)
    np.testing.assert_allclose(step.trace(np.array([0.7, 0.3])).sum(), 1.0)


def test_each_step_sees_what_the_one_before_left() -> None:
    x = np.random.default_rng(4).normal(size=(500, 3))
    x[0] = 1e6
    refused = Chain.fit(x, [Step("isolation", {"share": 0.01}), Step("pca")], 1)
    _, out = refused.apply(x)
    assert out[0]
    assert refused.fitted[1].standard.scale.max() < 2  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"steps": [{"kind": "magic"}]}, "Unknown step 'magic'"),
        ({"steps": [{"kind": "winsorise", "parameters": {"tail": 0.9}}]}, "between"),
        ({"steps": [{"kind": "rank", "parameters": {"tail": 0.1}}]}, "It takes none"),
        ({"steps": [{"kind": "pca"}, {"kind": "rank"}]}, "not the first"),
        ({"steps": [{"kind": "pca"}, {"kind": "pca"}]}, "each kind once"),
        ({"steps": ["pca"]}, "Give an object"),
        ({"history": 0}, "at least 1"),
        ({"history": 1000}, "at most"),
        ({"learner": "gru"}, "history of 2 bars"),
        ({"learner": "gru", "history": 5, "steps": [{"kind": "pca"}]}, "components have none"),
        ({"label": {"target": "meta"}, "learner": "logistic"}, "Name the feature"),
        ({"label": {"side": "a"}}, "Name the feature"),
        ({"label": {"target": "meta", "side": "a"}, "learner": "ridge"}, "no chance"),
    ],
)
def test_inputs_that_cannot_be_are_refused(given: dict[str, object], words: str) -> None:
    with pytest.raises(ModelError, match=words):
        ModelSpec.from_spec(given)


def test_a_specification_without_steps_keeps_the_digest_it_had() -> None:
    assert not {"steps", "history"} & ModelSpec().to_spec().keys()
    assert "side" not in ModelSpec().to_spec()["label"]
    spec = with_steps(*ALL, history=3)
    assert ModelSpec.from_spec(spec.to_spec()) == spec
    assert spec.digest != with_steps(*ALL[1:], history=3).digest


@pytest.mark.parametrize("learner", ["logistic", "lightgbm_classifier"])
def test_a_meta_model_bets_where_the_side_pays(learner: str) -> None:
    """The side is a coin; another feature knows when it is right."""
    frame, panel = world(500, signal=0.5)
    rng = np.random.default_rng(6)
    coin = np.sign(rng.normal(size=len(frame)))
    frame = frame.with_columns(side=coin, knows=pl.col("a") * coin)
    spec = replace(small_spec(learner, seeds=(1,)), label=Label(horizon=2, target="meta", side="side"))
    result = train(frame, panel, spec, feature_set=SET)
    assert result.rank_ic.mean > 4 * result.rank_ic.standard_error
    assert next(iter(result.importance)) == "knows"
    said = result.predictions.join(frame, on=["instrument", "ts"])
    assert np.array_equal(np.sign(said["score"].to_numpy()), said["side"].to_numpy())
    assert said["score"].abs().max() <= 1.0


def test_a_side_that_is_no_feature_is_refused() -> None:
    frame, panel = world(300, signal=0.1)
    spec = replace(small_spec("logistic"), label=Label(horizon=2, target="meta", side="zz"))
    with pytest.raises(ModelError, match="no feature of the set"):
        train(frame, panel, spec, feature_set=SET)
