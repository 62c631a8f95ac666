"""From a posted search to its funnel and adopted features; every candidate a trial, once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args
from uuid import UUID

import httpx
import numpy as np
import polars as pl
import pytest
from sqlalchemy import Engine, func, select

from kuznia.core.features.engineering import FAMILIES, REASONS
from kuznia.core.frames.kinds import KINDS
from kuznia.core.frames.panel import Panel
from kuznia.db.session import ReadSession, WriteSession
from kuznia.db.tables import Discovery, Job, Run, RunFile, RunInput, Trial, UniverseVersion
from kuznia.domains.discoveries.schemas import Family, Reason, Step
from kuznia.domains.features.schemas import COMPUTE
from kuznia.queue.broker import Broker
from kuznia.queue.control import request_cancel
from kuznia.store import Store
from kuznia.worker.execution import Executor
from kuznia.worker.slices import SLICES
from tests.support.bench import listed_universe, loaded_dataset
from tests.support.noise_markets import noise
from tests.support.workers import executor, run_all, wait_until

PLANTED = "ts_mean(close / open - 1, 5)"
SPEC = {
    "families": ["momentum", "relative"],
    "windows": [5, 20],
    "budget": 120,
    "horizon": 1,
    "cost_bps": 1.0,
}


@dataclass(frozen=True)
class World:
    universe: UUID
    bars: UUID
    sectors: UUID
    worker: Executor


def bars_of(panel: Panel) -> pl.DataFrame:
    count, length = panel.shape
    ts = pl.Series(np.tile(panel.ts, count)).cast(pl.Datetime("us", "UTC"))
    return pl.DataFrame(
        {
            "instrument": np.repeat(panel.instruments, length),
            "ts": ts,
            "session": np.tile(panel.session, count),
            **{name: values.ravel() for name, values in panel.fields.items()},
            "available_at": ts,
        }
    ).select(list(KINDS["bars"].columns))


@pytest.fixture
def world(engine: Engine, store: Store, people: dict[str, UUID], tmp_path: Path) -> Iterator[World]:
    panel = noise(np.random.default_rng(5), 30, 700, drift=0.12)
    long_ago = datetime(2010, 1, 1, tzinfo=UTC)
    sectors = [
        (name, "sector", "ABC"[int(code)], long_ago, long_ago)
        for name, code in zip(panel.instruments, panel.groups["sector"][:, 0], strict=True)
    ]
    groups = pl.DataFrame(sectors, schema=dict(KINDS["classification"].columns), orient="row")
    with WriteSession(engine) as session:
        owner = people["user"]
        bars, _ = loaded_dataset(session, store, owner, bars_of(panel))
        classes, _ = loaded_dataset(session, store, owner, groups, name="Sectors", kind="classification")
        universe, _ = listed_universe(session, owner, panel.instruments, biased=True, name="Thirty")
        session.commit()
    broker = Broker(f"filesystem://{tmp_path}/broker")
    yield World(universe, bars, classes, executor(engine, broker, store, SLICES))
    broker.close()


def post(client: httpx.Client, world: World, **change: Any) -> httpx.Response:
    body = {"name": "A search", "universe": str(world.universe), "context": [str(world.sectors)], **SPEC}
    return client.post("/discoveries", json=body | change)


def done(client: httpx.Client, world: World, job_id: str) -> dict[str, str]:
    run_all(world.worker)
    job = client.get(f"/jobs/{job_id}").json()
    assert job["state"] == "done", job["error"]
    return dict(job["outputs"])


def found(client: httpx.Client, world: World, **change: Any) -> str:
    answer = post(client, world, **change)
    assert answer.status_code == 201, answer.text
    return done(client, world, answer.json()["job"]["id"])["discovery"]


def every(client: httpx.Client, discovery: str, **query: Any) -> list[dict[str, Any]]:
    seen: list[dict[str, Any]] = []
    cursor = None
    while True:
        asked = {"limit": 50, **query} | ({"cursor": cursor} if cursor else {})
        page = client.get(f"/discoveries/{discovery}/candidates", params=asked).json()
        seen += page["items"]
        cursor = page["next"]
        if cursor is None:
            return seen


def test_a_search_becomes_a_funnel_whose_every_candidate_is_a_trial(
    engine: Engine, store: Store, world: World, user: httpx.Client, other: httpx.Client
) -> None:
    discovery = found(user, world)
    page = user.get(f"/discoveries/{discovery}").json()
    assert page["candidates"] == page["new_trials"] == page["question"]["trials"] == 120
    assert page["universe"]["biased"] and page["spec"]["windows"] == [5, 20]
    assert [one["name"] for one in page["context"]] == ["Sectors"]
    assert page["taught"]["bars"] == int(700 * 0.35) - 2 and page["judged"]["bars"] == 700 - int(700 * 0.35)

    steps = [one["step"] for one in page["funnel"]]
    assert steps == list(get_args(Step)) == ["generated", *REASONS]
    rows = every(user, discovery)
    assert sorted(one["n"] for one in rows) == list(range(1, 121))
    for step in page["funnel"][1:]:
        fallen = [one for one in rows if one["reason"] == step["step"]]
        assert step["fell"] == len(fallen) == len(every(user, discovery, reason=step["step"]))
        assert len(step["examples"]) == min(3, len(fallen))
        assert set(step["examples"]) <= {one["expression"] for one in fallen}
    kept = every(user, discovery, reason="kept")
    assert page["kept"] == len(kept) == page["funnel"][-1]["left"] >= 1
    planted = next(one for one in rows if one["expression"] == PLANTED)
    assert planted["cluster"] > 0 and planted["adjusted_p"] <= 0.1 and planted["ic"] > 0.05
    assert planted["cluster"] in {one["cluster"] for one in kept}, "it, or the best that says the same"
    luck = page["luck"]
    assert luck["tested"] == 120 and luck["expected_below_5"] == 6
    assert luck["below_5"] == sum(one["p"] < 0.05 for one in rows)

    with ReadSession(engine) as session:
        trials = {one.config["feature"]: one for one in session.scalars(select(Trial))}
        run = session.get_one(Run, UUID(page["run_id"]))
        roles = set(session.scalars(select(RunInput.role).where(RunInput.run_id == run.id)))
        files = dict(
            session.execute(select(RunFile.role, RunFile.digest).where(RunFile.run_id == run.id)).all()
        )
    assert set(trials) == {one["digest"] for one in rows}
    assert {one.kind for one in trials.values()} == {"feature"}
    assert trials[planted["digest"]].statistics["rank_ic"] == pytest.approx(planted["ic"])
    assert (run.seed, roles) == (0, {"universe", "bars", "context"})
    returns = store.frame(files["returns"])
    assert returns.height == 120 and set(returns.dtypes[1:]) == {pl.Float32}

    assert [one["id"] for one in user.get("/discoveries").json()["items"]] == [discovery]
    assert other.get("/discoveries").json()["items"] == []
    for path in ("", "/candidates"):
        assert other.get(f"/discoveries/{discovery}{path}").status_code == 404, path
    assert other.post(f"/discoveries/{discovery}/adopt", json={"candidates": [1]}).status_code == 404
    assert other.post(f"/discoveries/{discovery}/reproduce").status_code == 404
    assert other.delete(f"/discoveries/{discovery}").status_code == 404
    assert user.delete(f"/discoveries/{discovery}").status_code == 204
    assert user.get(f"/discoveries/{discovery}").status_code == 404
    assert user.get("/questions").json()["items"][0]["trials"] == 120


def test_candidates_are_sorted_filtered_and_paged(world: World, user: httpx.Client) -> None:
    discovery = found(user, world)
    ratios = [abs(one["t"]) for one in every(user, discovery) if one["t"] is not None]
    assert ratios == sorted(ratios, reverse=True)
    assert [one["n"] for one in every(user, discovery, sort="n")] == list(range(1, 121))
    adjusted = [one["adjusted_p"] for one in every(user, discovery, sort="adjusted_p")]
    known = [one for one in adjusted if one is not None]
    assert known == sorted(known) and adjusted == known + [None] * (len(adjusted) - len(known))
    both = every(user, discovery, reason=["kept", "redundant"])
    assert {one["reason"] for one in both} <= {None, "redundant"}
    assert {one["family"] for one in every(user, discovery, family="interaction")} == {"interaction"}
    assert all("volume" in one["expression"] for one in every(user, discovery, q="volume"))
    path = f"/discoveries/{discovery}/candidates"
    assert user.get(path, params={"sort": "password"}).json()["code"] == "unknown_column"
    assert user.get(path, params={"cursor": "zzz"}).status_code == 422
    assert user.get(path, params={"reason": "boring"}).status_code == 422


def test_what_is_kept_is_adopted_and_computing_it_is_no_new_trial(
    engine: Engine, world: World, user: httpx.Client, viewer: httpx.Client
) -> None:
    question = user.post("/questions", json={"name": "What foretells the night?"}).json()["id"]
    discovery = found(user, world, question=question)
    kept = every(user, discovery, reason="kept")
    fallen = every(user, discovery, reason="insignificant")[0]
    path = f"/discoveries/{discovery}/adopt"
    numbers = [one["n"] for one in kept]
    refused = user.post(path, json={"candidates": [*numbers, fallen["n"]]})
    assert (refused.status_code, refused.json()["code"]) == (422, "candidate_fell")
    assert refused.json()["errors"][0]["pointer"] == f"/body/candidates/{len(numbers)}"
    assert user.post(path, json={"candidates": [500]}).json()["code"] == "candidate_missing"
    assert viewer.post(path, json={"candidates": numbers}).status_code == 403
    made = user.post(path, json={"candidates": numbers, "name": "Nights"})
    assert made.status_code == 201, made.text
    assert user.post(path, json={"candidates": numbers, "name": "Nights"}).status_code == 409
    again = user.post(path, json={"candidates": numbers, "name": "Nights again"}).json()
    assert again["features"] == made.json()["features"], "the same features, in another set"
    feature_set = user.get(f"/feature-sets/{made.json()['feature_set']['id']}").json()
    members = feature_set["members"]
    told = user.get(f"/discoveries/{discovery}").json()
    assert [one["name"] for one in told["adopted"]] == ["Nights", "Nights again"]
    lineage = user.get(f"/features/{members[0]['feature_id']}/lineage").json()
    assert {"source": f"discovery:{discovery}", "target": lineage["feature"]} in lineage["edges"]
    assert viewer.get(f"/features/{members[0]['feature_id']}/lineage").status_code == 404
    assert [one["canonical"] for one in members] == [one["expression"] for one in kept]
    assert [one["digest"] for one in members] == [one["digest"] for one in kept]

    with ReadSession(engine) as session:
        universe = session.scalar(
            select(UniverseVersion.id).where(UniverseVersion.universe_id == world.universe)
        )
        row = session.get_one(Discovery, UUID(discovery))
        pins = session.scalars(select(RunInput).where(RunInput.run_id == row.run_id)).all()
    pinned = {one.role: str(one.dataset_version_id) for one in pins}
    wanted = {
        "feature_set": feature_set["latest"]["id"],
        "universe": str(universe),
        "bars": pinned["bars"],
        "context": [pinned["context"]],
        "horizon": 1,
    }
    jobs = {"jobs": [{"key": "f", "kind": COMPUTE.name, "input": wanted}], "question": question}
    answer = user.post("/jobs", json=jobs)
    assert answer.status_code in (201, 202), answer.text
    done(user, world, answer.json()["jobs"][0]["id"])
    assert user.get(f"/questions/{question}").json()["trials"] == 120


def test_a_search_is_reproduced_to_the_digest(engine: Engine, world: World, user: httpx.Client) -> None:
    discovery = found(user, world, search=True)
    assert {one["family"] for one in every(user, discovery)} >= {"interaction", "evolved", "momentum"}
    answer = user.post(f"/discoveries/{discovery}/reproduce")
    assert answer.status_code == 202, answer.text
    done(user, world, answer.json()["id"])
    page = user.get(f"/discoveries/{discovery}").json()
    assert page["reproduction"]["equal"] and page["reproduction"]["differs"] == []
    with ReadSession(engine) as session:
        assert session.scalar(select(func.count()).select_from(Trial)) == page["candidates"]
    other_seed = user.get(f"/discoveries/{found(user, world, search=True, seed=1)}").json()
    assert other_seed["result_digest"] != page["result_digest"]


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"families": ["relative"]}, "invalid", "/body/families"),
        ({"families": ["magic"]}, "invalid", "/body/families/0"),
        ({"windows": [1]}, "invalid", "/body/windows/0"),
        ({"budget": 5_001}, "invalid", "/body/budget"),
        ({"false_discovery_rate": 0.9}, "invalid", "/body/false_discovery_rate"),
        ({"horizon": 0}, "invalid", "/body/horizon"),
        ({"wish": 1}, "invalid", "/body/wish"),
    ],
    ids=str,
)
def test_bad_input_is_refused_where_it_is_wrong(
    world: World, user: httpx.Client, change: dict[str, Any], code: str, pointer: str
) -> None:
    refused = post(user, world, **change)
    assert refused.status_code == 422, refused.text
    assert (refused.json()["code"], refused.json()["errors"][0]["pointer"]) == (code, pointer)


def test_context_of_another_kind_is_refused_and_a_viewer_searches_nothing(
    world: World, user: httpx.Client, viewer: httpx.Client, other: httpx.Client
) -> None:
    refused = post(user, world, context=[str(world.bars)])
    assert (refused.status_code, refused.json()["code"]) == (422, "unusable_context")
    assert refused.json()["errors"][0]["pointer"] == "/body/context/0"
    assert post(viewer, world).status_code == 403
    assert post(other, world).status_code == 404


def test_too_short_a_span_fails_with_what_is_needed(world: World, user: httpx.Client) -> None:
    job = post(user, world, horizon=60, teaching=0.9).json()["job"]["id"]
    run_all(world.worker)
    error = user.get(f"/jobs/{job}").json()["error"]
    assert "Give at least 720" in error["detail"], error


def test_the_words_of_the_api_are_those_of_the_core() -> None:
    assert get_args(Family) == FAMILIES and get_args(Reason) == REASONS


def test_a_cancelled_search_leaves_nothing(engine: Engine, world: World, user: httpx.Client) -> None:
    answer = post(user, world, families=list(FAMILIES), windows=[5, 10, 20, 60, 120], budget=5_000)
    job_id = UUID(answer.json()["job"]["id"])
    ends: list[str] = []
    runner = threading.Thread(target=lambda: ends.append(world.worker.run(job_id)))
    runner.start()

    def under_way() -> bool:
        with ReadSession(engine) as session:
            job = session.get_one(Job, job_id)
            return 0.03 < job.progress < 0.9 and "candidates" in (job.message or "")

    wait_until(under_way, 60, "the search is under way")
    with WriteSession(engine) as session:
        request_cancel(session, job_id)
        session.commit()
    runner.join(60)
    assert ends == ["lost"]
    with ReadSession(engine) as session:
        assert session.get_one(Job, job_id).cancel_requested
        for table in (Discovery, Trial, RunFile):
            kinds = [] if table is not RunFile else [RunFile.role == "candidates"]
            assert session.scalar(select(func.count()).select_from(table).where(*kinds)) == 0
