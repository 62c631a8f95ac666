"""Every learner is offered with its limits, and every setting of a training reaches its version."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args
from uuid import uuid4

import httpx
import pytest

from kuznia.core.models.offered import STEPS, Step
from kuznia.core.models.spec import LEARNERS, TARGETS, CrossValidation, Weights
from kuznia.domains.models.schemas import Learner, StepKind, Target, TrainSpec
from tests.support.markets import small_spec


def test_the_form_of_each_learner_is_that_of_the_library(viewer: httpx.Client) -> None:
    assert get_args(Learner) == tuple(LEARNERS)
    assert set(get_args(Target)) == set(TARGETS)
    shown = {one["name"]: one for one in viewer.get("/learners").json()}
    assert list(shown) == list(LEARNERS)
    assert [name for name, one in shown.items() if one["classes"]] == [
        "lightgbm_ranker",
        "lightgbm_classifier",
        "logistic",
    ]
    assert all(one["installed"] for name, one in shown.items() if name != "gru")
    assert [one["remedy"] for one in shown.values() if one["installed"]] == [None] * sum(
        one["installed"] for one in shown.values()
    )
    steps = {one["kind"]: one["parameters"] for one in viewer.get("/model-steps").json()}
    assert list(steps) == list(STEPS) == list(get_args(StepKind))
    assert steps["winsorise"] == [
        {"name": "tail", "default": 0.01, "low": 1e-6, "high": 0.25, "whole": False}
    ]
    (penalty,) = shown["ridge"]["parameters"]
    assert penalty == {"name": "penalty", "default": 1000.0, "low": 1e-9, "high": 1e12, "whole": False}


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"learner": "logistic", "label": {"target": "excess"}}, "learns classes"),
        ({"learner": "ridge", "parameters": {"penalty": -1}}, "between"),
        ({"learner": "ridge", "parameters": {"trees": 3}}, "no parameter 'trees'"),
        ({"cross_validation": {"groups": 5, "tested": 5}}, "Leave one or more"),
        ({"cross_validation": {"groups": 20, "tested": 10}}, "more than 100"),
        ({"weights": {"oldest": 2}}, "less than or equal to 1"),
        ({"steps": [{"kind": "pca"}, {"kind": "rank"}]}, "not the first one"),
        ({"steps": [{"kind": "magic"}]}, "Input should be"),
        ({"learner": "gru"}, "history of 2 bars"),
        ({"history": 0}, "greater than or equal to 1"),
        ({"learner": "logistic", "label": {"target": "meta"}}, "Name the feature"),
        ({"validation": {"window": 0}}, "greater than or equal to 1"),
    ],
)
def test_a_training_that_cannot_be_is_refused_when_it_is_asked_for(
    user: httpx.Client, spec: dict[str, object], words: str
) -> None:
    wanted = {"model": str(uuid4()), "features": str(uuid4()), "spec": spec}
    answer = user.post("/jobs", json={"jobs": [{"key": "t", "kind": "models.train", "input": wanted}]})
    assert answer.status_code == 422
    assert words in answer.text


def test_a_specification_comes_back_as_it_went() -> None:
    core = replace(
        small_spec("elastic_net", target="scaled"),
        cross_validation=CrossValidation(groups=4, tested=2),
        weights=Weights(uniqueness=True, oldest=0.5),
        steps=(Step("rank"), Step("winsorise", {"tail": 0.05})),
        history=4,
    )
    assert TrainSpec.model_validate(core.to_spec()).to_core() == core
