"""A pipeline that starts from a universe: what it generated becomes features that its versions name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import numpy as np
import polars as pl
import pytest
from sqlalchemy import Engine, select

from kuznia.core.features import feature_frame
from kuznia.core.frames.kinds import KINDS
from kuznia.core.models.ensemble import load_model
from kuznia.core.models.score import score
from kuznia.db.session import ReadSession, WriteSession
from kuznia.db.tables import Job, ModelVersion, Run, RunFile, RunInput, Trial
from kuznia.domains.pipelines.tasks import compute, load
from kuznia.queue.broker import Broker
from kuznia.store import Store
from kuznia.worker.execution import Executor
from tests.support.bench import Bench, listed_universe, loaded_dataset
from tests.support.noise_markets import noise
from tests.support.postgres import free_port
from tests.support.processes import service
from tests.support.workers import executor, run_all

SLICES = tuple(f"kuznia.domains.{one}" for one in ("pipelines", "features", "models", "backtests"))
GENERATE = {"families": ["momentum"], "windows": [5, 20], "budget": 60, "most": 10}
SPEC = {"learners": ["ridge"], "trials": 1, "seeds": [1], "label": {"horizon": 1}, "folds": 2, "test": 60}
PLANTED = "ts_mean(close / open - 1, 5)"


@dataclass(frozen=True)
class House:
    universe: UUID
    universe_version: UUID
    bars_version: UUID
    worker: Executor


@pytest.fixture
def house(engine: Engine, store: Store, people: dict[str, UUID], tmp_path: Path) -> Iterator[House]:
    panel = noise(np.random.default_rng(1), 16, 400, drift=0.2)
    bars = feature_frame(dict(panel.fields), panel).select(list(KINDS["bars"].columns))
    with WriteSession(engine) as session:
        _, bars_version = loaded_dataset(session, store, people["user"], bars)
        universe, version = listed_universe(session, people["user"], panel.instruments, biased=False)
        session.commit()
    broker = Broker(f"filesystem://{tmp_path}/broker")
    yield House(universe, version, bars_version, executor(engine, broker, store, SLICES))
    broker.close()


def made(client: httpx.Client, house: House, **wanted: Any) -> dict[str, Any]:
    answer = client.post("/pipelines", json={"name": "From prices", "generate": GENERATE, **SPEC} | wanted)
    assert answer.status_code == 201, answer.text
    run_all(house.worker)
    page: dict[str, Any] = client.get(f"/pipelines/{answer.json()['id']}").json()
    assert page["state"] == "done", page["job"]["error"]
    return page


def compute_job(client: httpx.Client, house: House, feature_set: dict[str, Any], **more: Any) -> str:
    """The job that computed a set over the house's universe."""
    given = {"universe": str(house.universe_version), "bars": str(house.bars_version)} | more
    job = {
        "key": "a",
        "kind": "features.compute",
        "input": {"feature_set": feature_set["latest"]["id"], **given},
    }
    asked: str = client.post("/jobs", json={"jobs": [job]}).json()["jobs"][0]["id"]
    run_all(house.worker)
    return asked


def test_a_universe_becomes_features_that_a_version_names(
    engine: Engine, store: Store, house: House, user: httpx.Client, other: httpx.Client
) -> None:
    question = user.post("/questions", json={"name": "From nothing?"}).json()["id"]
    page = made(user, house, universe=str(house.universe), question=question)
    assert [one["name"] for one in page["steps"]][:2] == ["candidates", "select"]
    funnel = page["generation"]
    assert page["steps"][0]["found"] == {"candidates": funnel["generated"], "kept": funnel["screened"]}
    assert funnel["generated"] == funnel["screened"] + sum(funnel["fell"].values()) > funnel["screened"]
    assert 1 <= funnel["selected"] <= funnel["screened"] <= GENERATE["most"]

    feature_set = user.get(f"/feature-sets/{funnel['feature_set']}").json()
    members = {one["name"]: one for one in feature_set["members"]}
    assert len(members) == funnel["screened"]
    planted = next(name for name, one in members.items() if one["expression"] == PLANTED)
    kept = [one["feature"] for one in page["selection"]["features"] if one["reason"] is None]
    assert planted in kept and set(kept) <= set(members)
    assert other.get(f"/feature-sets/{funnel['feature_set']}").status_code == 404

    version = user.get(f"/model-versions/{page['versions'][-1]['id']}").json()
    assert next(one["feature"] for one in version["importance"]) == planted
    moved = user.put(
        f"/models/{page['model']['id']}/aliases/staging",
        json={"version": version["id"], "reason": "It goes by what was generated"},
    )
    assert moved.status_code == 200, moved.text
    with ReadSession(engine) as session:
        values = session.scalars(select(Run).where(Run.kind == "features.compute")).one()
        files = dict(
            session.execute(select(RunFile.role, RunFile.digest).where(RunFile.run_id == values.id)).all()
        )
        pins = {one.role for one in session.scalars(select(RunInput).where(RunInput.run_id == values.id))}
        tried = session.scalars(select(Trial).where(Trial.question_id == UUID(question))).all()
    assert pins == {"feature_set", "universe", "bars"}
    assert store.frame(files["latest"]).height == 16
    kinds = [one.kind for one in tried]
    assert kinds.count("feature") == funnel["generated"]
    assert kinds.count("model") == 1 + 1

    # Another attempt reads all that the first one made, and does nothing again.
    with ReadSession(engine) as session:
        loaded = load(session, session.get_one(Job, UUID(page["job"]["id"])))
    assert loaded.given is None and loaded.made is not None
    again = compute(loaded, Bench(store, code="test", environment="test"))
    assert (again.result_digest, again.resumed) == (page["result_digest"], len(page["steps"]))

    # The set is computed as any other: to the values that the pipeline went by.
    asked = compute_job(user, house, feature_set)
    with ReadSession(engine) as session:
        computed = session.scalars(select(Run.id).where(Run.job_id == UUID(asked))).one()
        parts = session.scalars(
            select(RunFile.digest).where(RunFile.run_id == computed, RunFile.role.startswith("values"))
        ).all()
    anew = pl.concat([store.frame(one) for one in parts]).sort("instrument", "ts")
    assert anew.select(planted).equals(
        store.frame(files["values/all"]).sort("instrument", "ts").select(planted)
    )


def test_given_features_go_along_and_the_same_request_gives_the_same_numbers(
    engine: Engine, house: House, user: httpx.Client
) -> None:
    members = [{"name": "gap", "expression": "open / ts_delay(close, 1) - 1"}]
    given = user.post("/feature-sets", json={"name": "Mine", "members": members}).json()
    asked = compute_job(user, house, given, decision_lag_minutes=45)
    run_id = user.get(f"/jobs/{asked}").json()["outputs"]["feature_values"]
    first = made(user, house, features=run_id)
    found = user.get(f"/feature-sets/{first['generation']['feature_set']}").json()
    names = [one["name"] for one in found["members"]]
    assert names[0] == "gap" and len(names) == first["generation"]["screened"] + 1
    with ReadSession(engine) as session:
        runs = session.scalars(select(Run).where(Run.kind == "features.compute")).all()
    assert [one.parameters["decision_lag_minutes"] for one in runs] == [45, 45]
    second = made(user, house, features=run_id, model=first["model"]["id"])
    assert first["result_digest"] == second["result_digest"] is not None
    assert second["generation"]["feature_set"] != first["generation"]["feature_set"]


def test_a_version_of_generated_features_is_traded_on_what_it_had_not_seen(
    engine: Engine, store: Store, house: House, user: httpx.Client
) -> None:
    page = made(user, house, universe=str(house.universe))
    version = page["versions"][-1]["id"]
    wanted = {
        "name": "Generated, top 4",
        "universe": str(house.universe),
        "strategy": {"kind": "ranked", "top": 4, "rebalance": "daily"},
        "model_version": version,
        "settings": {"benchmark": None},
    }
    answer = user.post("/backtests", json=wanted)
    assert answer.status_code == 201, answer.text
    run_all(house.worker)
    job = user.get(f"/jobs/{answer.json()['job']['id']}").json()
    assert job["state"] == "done", job["error"]
    traded = user.get(f"/backtests/{job['outputs']['backtest']}").json()
    with ReadSession(engine) as session:
        row = session.get_one(ModelVersion, UUID(version))
        predictions = store.frame(row.predictions)
    unseen = predictions["session"].unique().sort()
    assert {one["key"]: one["value"] for one in traded["trust"]}["out_of_sample"] == len(unseen)
    assert traded["span"]["start"] >= str(unseen[0]) and traded["span"]["end"] >= str(unseen[-1])
    assert traded["made_from"]["model"]["name"] == page["model"]["name"]
    trades = user.get(f"/backtests/{traded['id']}/trades", params={"limit": 500}).json()["items"]
    assert trades and {one["instrument"] for one in trades} <= set(predictions["instrument"])


def test_scoring_answers_with_a_version_of_generated_features(
    engine: Engine, store: Store, house: House, user: httpx.Client, tmp_path: Path
) -> None:
    """The real service, on the values that the pipeline kept as the newest of the features it made."""
    page = made(user, house, universe=str(house.universe))
    version = page["versions"][-1]["id"]
    move = {"version": version, "reason": "To be asked"}
    path = f"/models/{page['model']['id']}/aliases/staging"
    assert user.put(path, json=move).status_code == 200
    run_all(house.worker)
    with ReadSession(engine) as session:
        row = session.get_one(ModelVersion, UUID(version))
        latest = session.scalars(
            select(RunFile.digest).join(Run).where(Run.kind == "features.compute", RunFile.role == "latest")
        ).one()
    expected = score(load_model(store.bytes(row.bundle), row.digest), store.frame(latest))
    url = f"http://127.0.0.1:{(port := free_port())}"
    env = {
        "KUZNIA_DATA": str(tmp_path / "scoring"),
        "KUZNIA_STORE_URL": store.root.as_uri(),
        "KUZNIA_SCORING_PORT": str(port),
        "KUZNIA_SECURITY_INTERNAL_TOKEN": "internal",
    }
    headers = {"Authorization": "Bearer internal"}
    with (
        service("kuznia.scoring", env, tmp_path / "scoring.log", f"{url}/health/ready"),
        httpx.Client(base_url=url, headers=headers, timeout=5.0) as scoring,
    ):
        answer = scoring.post("/score", json={"alias": "staging"}).json()
    assert (answer["model_version"], answer["missing"]) == (version, [])
    said = {one["instrument"]: one["score"] for one in answer["scores"]}
    assert said == dict(expected.select("instrument", "score").iter_rows())
    assert len(said) == 16 and len(set(said.values())) > 1


def test_it_is_refused_without_a_place_to_start_from(
    house: House, user: httpx.Client, other: httpx.Client
) -> None:
    universe = str(house.universe)
    for body in (
        {},
        {"generate": GENERATE},
        {"universe": universe},
        {"universe": universe, "features": universe, "generate": GENERATE},
        {"universe": universe, "generate": {**GENERATE, "families": ["magic"]}},
        {"universe": universe, "generate": {**GENERATE, "windows": [1]}},
    ):
        answer = user.post("/pipelines", json={"name": "No", **SPEC, **body})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), body
    theirs = {"name": "No", **SPEC, "universe": universe, "generate": GENERATE}
    assert other.post("/pipelines", json=theirs).status_code in (404, 422)
