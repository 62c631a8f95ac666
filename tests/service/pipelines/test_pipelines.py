"""From a posted pipeline to its leader board, its versions and their trades; cancelled, resumed, refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import Engine, select

from kuznia.core.models.ensemble import Ensemble, load_model
from kuznia.core.models.pipeline.plan import PRESETS, step_names
from kuznia.core.models.score import score
from kuznia.db.session import ReadSession, WriteSession
from kuznia.db.tables import Job, ModelVersion, PipelineFile, PipelineStep, Run, RunInput, Trial
from kuznia.queue.broker import Broker
from kuznia.store import Store
from kuznia.worker.execution import Executor
from tests.support.computed import computed
from tests.support.markets import world
from tests.support.workers import executor, run_all

SPEC = {
    "learners": ["ridge", "elastic_net"],
    "trials": 3,
    "seeds": [1],
    "label": {"horizon": 2},
    "folds": 2,
    "test": 60,
}
STEPS = step_names(("ridge", "elastic_net"))


@dataclass(frozen=True)
class House:
    features: UUID
    worker: Executor
    values: Any


@pytest.fixture
def house(engine: Engine, store: Store, people: dict[str, UUID], tmp_path: Path) -> Iterator[House]:
    values, panel = world(300, signal=0.25)
    with WriteSession(engine) as session:
        features = computed(session, store, people["user"], values, panel)
        session.commit()
    broker = Broker(f"filesystem://{tmp_path}/broker")
    yield House(features, executor(engine, broker, store, ("kuznia.domains.pipelines",)), values)
    broker.close()


def post(client: httpx.Client, house: House, **change: Any) -> httpx.Response:
    body = {"name": "Automated", "features": str(house.features), **SPEC}
    return client.post("/pipelines", json=body | change)


def made(client: httpx.Client, house: House, **change: Any) -> dict[str, Any]:
    answer = post(client, house, **change)
    assert answer.status_code == 201, answer.text
    run_all(house.worker)
    page: dict[str, Any] = client.get(f"/pipelines/{answer.json()['id']}").json()
    assert page["state"] == "done", page["job"]["error"]
    return page


def test_a_pipeline_becomes_a_leader_board_and_versions(
    engine: Engine, store: Store, house: House, user: httpx.Client, other: httpx.Client
) -> None:
    question = user.post("/questions", json={"name": "Can it be automated?"}).json()["id"]
    page = made(user, house, question=question)
    assert [(one["name"], one["state"], one["attempt"]) for one in page["steps"]] == [
        (name, "done", 1) for name in STEPS
    ]
    assert page["selection"]["features"][0]["reason"] is None
    assert [one["feature"] for one in page["selection"]["features"] if one["reason"] is None] == ["a"]
    assert page["importance"]["clusters"][0]["features"] == ["a"]

    board = user.get(f"/pipelines/{page['id']}/leader-board").json()
    assert {one["name"] for one in board["entries"]} == {
        *("ridge", "elastic_net", "rank_average", "greedy", "stack", "linear_stack")
    }
    means = [one["evaluation"]["mean"] for one in board["entries"]]
    assert means == sorted(means, reverse=True) and means[-1] > 0.1
    assert (board["verdict"]["key"], board["verdict"]["reasons"]) == ("unproven", ["biased"])
    # Three tunings and one seed of each learner, and one seed of each of four blends.
    assert board["trials"] == 2 * 3 + 2 + 4
    assert [one["entry"] for one in page["versions"]] == [board["best"], board["blend"]] or [
        one["entry"] for one in page["versions"]
    ] == [board["blend"], board["best"]]
    assert page["versions"][-1]["entry"] == board["recommended"] == page["recommended"]

    with ReadSession(engine) as session:
        trials = session.scalars(select(Trial).where(Trial.question_id == UUID(question))).all()
        assert {one.kind for one in trials} == {"model"} and len(trials) == board["trials"]
        blended = next(one for one in page["versions"] if one["entry"] == board["blend"])
        version = session.get_one(ModelVersion, UUID(blended["id"]))
        roles = set(session.scalars(select(RunInput.role).where(RunInput.run_id == version.run_id)))
        files = session.scalars(select(PipelineFile)).all()
    assert roles == {"features", "feature_set", "universe", "bars"}
    assert all(store.has(one.digest) for one in files) and len(files) == 2 + 6 * 4
    bundle = load_model(store.bytes(version.bundle), version.digest)
    assert isinstance(bundle, Ensemble) and bundle.features == ("a",)
    predictions = store.frame(version.predictions)
    assert predictions.columns[-2:] == ["score", "score_1"]
    assert predictions["session"].min() > house.values["session"].min()
    assert score(bundle, house.values).height == house.values.height

    shown = user.get(f"/model-versions/{blended['id']}").json()
    assert (shown["learner"], shown["spec"]["blend"]) == ("ensemble", board["blend"])
    assert shown["pins"] and shown["folds"] and shown["importance"][0]["feature"] == "a"
    assert user.get(f"/models/{page['model']['id']}").json()["versions"] == 2

    assert [one["id"] for one in user.get("/pipelines").json()["items"]] == [page["id"]]
    assert user.get("/pipelines", params={"q": "nothing"}).json()["items"] == []
    assert other.get("/pipelines").json()["items"] == []
    for path in ("", "/leader-board"):
        assert other.get(f"/pipelines/{page['id']}{path}").status_code == 404
    assert other.post(f"/pipelines/{page['id']}/cancel").status_code == 404
    assert other.delete(f"/pipelines/{page['id']}").status_code == 404
    assert user.delete(f"/pipelines/{page['id']}").status_code == 204
    assert user.get(f"/pipelines/{page['id']}").status_code == 404


def test_the_same_request_gives_the_same_numbers_and_no_new_trial(house: House, user: httpx.Client) -> None:
    question = user.post("/questions", json={"name": "Twice"}).json()["id"]
    first = made(user, house, question=question)
    trials = user.get(f"/pipelines/{first['id']}/leader-board").json()["trials"]
    second = made(user, house, question=question, model=first["model"]["id"])
    assert first["result_digest"] == second["result_digest"] is not None
    assert user.get(f"/pipelines/{second['id']}/leader-board").json()["trials"] == trials
    other_seed = made(user, house, name="Another seed", seed=1)
    assert other_seed["result_digest"] != first["result_digest"]


def test_all_learners_are_kept_when_asked_and_one_learner_needs_no_ensemble(
    house: House, user: httpx.Client
) -> None:
    page = made(user, house, keep="all")
    assert {"ridge", "elastic_net"} < {one["entry"] for one in page["versions"]}
    alone = made(user, house, name="Alone", learners=["ridge"], select=False)
    assert [one["name"] for one in alone["steps"]] == step_names(("ridge",))
    assert [one["entry"] for one in alone["versions"]] == ["ridge"]
    assert all(one["reason"] is None for one in alone["selection"]["features"])


class Died(BaseException):
    """A process that ends in the middle."""


def test_a_second_attempt_goes_on_behind_the_last_finished_step(
    engine: Engine, house: House, user: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = made(user, house)
    answer = post(user, house, name="Interrupted").json()
    with WriteSession(engine) as session:
        # A worker that had come as far as this and died: four finished steps of the whole one are its own.
        for one in session.scalars(
            select(PipelineStep).where(
                PipelineStep.pipeline_id == UUID(whole["id"]), PipelineStep.name.in_(STEPS[:4])
            )
        ).all():
            names = ("name", "code", "environment", "facts", "started_at")
            values = {name: getattr(one, name) for name in names}
            session.add(PipelineStep(pipeline_id=UUID(answer["id"]), attempt=7, **values))
        session.flush()
        for file in session.scalars(
            select(PipelineFile).where(
                PipelineFile.pipeline_id == UUID(whole["id"]), PipelineFile.step.in_(STEPS[:4])
            )
        ).all():
            session.add(
                PipelineFile(
                    pipeline_id=UUID(answer["id"]), step=file.step, role=file.role, digest=file.digest
                )
            )
        session.commit()
    run_all(house.worker)
    page = user.get(f"/pipelines/{answer['id']}").json()
    assert [one["attempt"] for one in page["steps"]] == [7] * 4 + [1] * (len(STEPS) - 4)
    assert page["result_digest"] == whole["result_digest"]
    with ReadSession(engine) as session:
        run = session.scalars(select(Run).where(Run.job_id == UUID(page["job"]["id"]))).first()
        assert run is not None and run.facts["resumed_steps"] == 4


def test_steps_of_another_code_are_computed_anew(engine: Engine, house: House, user: httpx.Client) -> None:
    answer = post(user, house).json()
    with WriteSession(engine) as session:
        job = session.get_one(Job, UUID(answer["job"]["id"]))
        session.add(
            PipelineStep(
                pipeline_id=UUID(answer["id"]),
                name="select",
                attempt=7,
                code="0.0.1",
                environment="another",
                facts={"kept": ["b"], "features": [], "trials": 1},
                started_at=job.created_at,
            )
        )
        session.commit()
    run_all(house.worker)
    page = user.get(f"/pipelines/{answer['id']}").json()
    assert page["state"] == "done" and {one["attempt"] for one in page["steps"]} == {1}


def test_a_pipeline_is_cancelled_and_only_then_deleted(house: House, user: httpx.Client) -> None:
    answer = post(user, house).json()
    path = f"/pipelines/{answer['id']}"
    assert user.get(f"{path}/leader-board").json()["code"] == "no_leader_board"
    refused = user.delete(path)
    assert (refused.status_code, refused.json()["code"]) == (409, "pipeline_unfinished")
    assert user.post(f"{path}/cancel").json()["state"] == "cancelled"
    assert user.get(path).json()["state"] == "cancelled"
    assert {one["state"] for one in user.get(path).json()["steps"]} == {"waiting"}
    assert user.delete(path).status_code == 204


REFUSED: list[dict[str, Any]] = [
    {"learners": ["oracle"]},
    {"learners": []},
    {"learners": ["ridge", "ridge"]},
    {"trials": 0},
    {"folds": 3},
    {"evaluated": 0.95},
    {"minutes": 0},
    {"label": {"horizon": 2, "target": "return"}, "learners": ["logistic"]},
    {"seeds": [1, 1]},
    {"preset": "endless"},
    {"surprise": 1},
]


def test_what_cannot_be_is_refused_when_it_is_asked_for(house: House, user: httpx.Client) -> None:
    for change in REFUSED:
        answer = post(user, house, **change)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), (change, answer.text)


def test_who_may_not_is_refused(
    engine: Engine, house: House, user: httpx.Client, other: httpx.Client, viewer: httpx.Client
) -> None:
    assert post(viewer, house).status_code == 403
    assert post(other, house).json()["code"] == "no_feature_values"
    assert post(user, house, features="00000000-0000-7000-8000-000000000000").status_code == 422
    model = made(user, house)["model"]["id"]
    with WriteSession(engine) as session:
        features = session.scalar(select(Run.id).where(Run.kind == "features.compute"))
        session.commit()
    assert post(other, house, model=model, features=str(features)).json()["code"] == "model_missing"
    theirs = {
        "jobs": [
            {
                "key": "a",
                "kind": "pipelines.run",
                "input": {"pipeline": model, "features": str(house.features)},
            }
        ]
    }
    job = user.post("/jobs", json=theirs).json()["jobs"][0]
    run_all(house.worker)
    assert user.get(f"/jobs/{job['id']}").json()["error"]["code"] == "pipeline_missing"


def test_too_short_a_span_says_what_it_needs(house: House, user: httpx.Client) -> None:
    answer = post(user, house, label={"horizon": 60}).json()
    run_all(house.worker)
    error = user.get(f"/pipelines/{answer['id']}").json()["job"]["error"]
    assert "too few for 2 folds" in error["detail"]


def test_presets_are_whole() -> None:
    assert set(PRESETS) == {"fast", "medium", "best"}
