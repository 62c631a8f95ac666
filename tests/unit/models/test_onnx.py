"""What is exported as ONNX gives our own scores in another program, gaps and all; the rest is refused."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import onnxruntime
import polars as pl
import pytest

from kuznia.core.errors import ModelError
from kuznia.core.models.bundle import Bundle
from kuznia.core.models.ensemble import Ensemble, Member
from kuznia.core.models.export.onnx import to_onnx
from kuznia.core.models.export.trees import listed
from kuznia.core.models.learners.nodes import Nodes
from kuznia.core.models.offered import Step
from kuznia.core.models.score import score
from kuznia.core.models.spec import LEARNERS, PROBABLE, SEQUENTIAL, Label
from kuznia.core.models.training import train
from tests.support.markets import small_spec, world
from tests.unit.models.test_bundle import SET, trained


def rows() -> pl.DataFrame:
    """Rows with gaps, zeros, infinities, far values, and some of which nothing is known."""
    frame, _ = world(120, signal=0.2, seed=11)
    rng = np.random.default_rng(5)
    columns = {}
    for name in ("a", "b", "c"):
        values = frame[name].to_numpy().copy()
        values[rng.random(len(values)) < 0.3] = np.nan
        values[rng.random(len(values)) < 0.05] = 0.0
        values[rng.random(len(values)) < 0.02] = np.inf
        values[rng.random(len(values)) < 0.02] = 1e6
        columns[name] = values
    return frame.with_columns(**{name: pl.Series(values) for name, values in columns.items()})


def answered(model: Bundle | Ensemble, frame: pl.DataFrame) -> np.ndarray:
    session = onnxruntime.InferenceSession(to_onnx(model), providers=["CPUExecutionProvider"])
    names = json.loads(session.get_modelmeta().custom_metadata_map["features"])
    assert names == list(model.features)
    x = frame.select(names).cast(pl.Float64).fill_null(np.nan).to_numpy()
    (said,) = session.run(["score"], {"features": np.ascontiguousarray(x)})
    return said[:, 0]


def same(model: Bundle | Ensemble) -> None:
    frame = rows()
    ours = score(model, frame)["score"].fill_null(np.nan).to_numpy()
    theirs = answered(model, frame)
    assert np.isnan(ours).any() and (~np.isnan(ours)).sum() > 1000
    np.testing.assert_array_equal(np.isnan(ours), np.isnan(theirs))
    assert float(np.nanmax(np.abs(ours - theirs))) < 1e-5
    assert float(np.nanstd(ours)) > 1e-4


@pytest.mark.parametrize("learner", [one for one in LEARNERS if one not in SEQUENTIAL])
def test_each_learner_scores_the_same(learner: str) -> None:
    same(trained(learner))


@pytest.mark.parametrize("learner", ["ridge", "lightgbm_ranker", "mlp"])
def test_scaling_limits_and_components_go_along(learner: str) -> None:
    frame, panel = world(200, signal=0.2)
    spec = replace(small_spec(learner), steps=(Step("winsorise", {"tail": 0.05}), Step("pca")))
    same(train(frame, panel, spec, feature_set=SET).bundle)


@pytest.mark.parametrize("learner", PROBABLE)
def test_a_meta_model_says_the_chance_with_its_side(learner: str) -> None:
    frame, panel = world(200, signal=0.2)
    label = Label(horizon=2, target="meta", side="b")
    same(train(frame, panel, replace(small_spec(learner), label=label), feature_set=SET).bundle)


def test_an_ensemble_goes_along() -> None:
    parts = tuple(trained(one) for one in ("ridge", "lightgbm_ranker", "mlp"))
    weights = ((0.5, 0.0, 0.01), (0.3, 1.5, 0.3), (0.2, -0.1, 0.4))
    members = tuple(Member(one.spec.learner, *w) for one, w in zip(parts, weights, strict=True))
    same(Ensemble("greedy", members, parts))


def test_the_same_model_gives_the_same_bytes() -> None:
    assert to_onnx(trained("lightgbm_ranker")) == to_onnx(trained("lightgbm_ranker"))


@pytest.mark.parametrize("kind", ["rank", "isolation", "dissimilarity"])
def test_a_step_that_does_not_map_is_refused_in_words(kind: str) -> None:
    bundle = trained("ridge")
    stepped = replace(bundle, spec=replace(bundle.spec, steps=(Step(kind),)))
    with pytest.raises(ModelError, match=f"'{kind}' cannot go along"):
        to_onnx(stepped)


def test_a_network_over_time_is_refused_in_words() -> None:
    bundle = replace(trained("ridge"), spec=small_spec("gru"))
    with pytest.raises(ModelError, match="one after the other"):
        to_onnx(bundle)


def test_zero_for_not_known_is_refused_in_words() -> None:
    one = np.zeros(1)
    nodes = Nodes(
        1, np.zeros(1, int), np.zeros(1, int), one, np.array([4]), np.array([[-1, -2]]), np.ones(2), one
    )
    with pytest.raises(ModelError, match="takes zero for not known"):
        listed(nodes, 1)
