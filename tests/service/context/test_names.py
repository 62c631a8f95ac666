"""What expressions call the contents of a dataset, over the API, and a job that reads every kind."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, select

from kuznia.cli.demo import CONTEXT
from kuznia.cli.sample import load
from kuznia.db.session import ReadSession
from kuznia.db.tables import DatasetVersion, Run, RunInput
from kuznia.store import Store
from kuznia.worker.execution import Executor
from tests.support.workers import executor, run_all

SLICES = ("kuznia.domains.datasets", "kuznia.domains.features", "kuznia.domains.backtests")
KEYS = ("bars", *CONTEXT)


@pytest.fixture
def worker(engine: Engine, app: FastAPI, store: Store) -> Executor:
    return executor(engine, app.state.broker, store, SLICES)


class Loaded:
    """The sample's datasets over HTTP, and who does the jobs."""

    def __init__(self, client: httpx.Client, worker: Executor, keys: tuple[str, ...]) -> None:
        self.client, self.worker = client, worker
        self.ids: dict[str, str] = {}
        told = load()
        assert client.put("/instruments", json=told.instruments).status_code == 200
        for key in keys:
            self.ids[key] = self.load(key)
        held = next(one for one in told.universes if one.key == "large_caps").instruments[:6]
        body = {"name": "Six", "spec": {"instruments": held}}
        self.universe = self.post("/universes", body)

    def load(self, key: str, name: str | None = None) -> str:
        one = load().dataset(key)
        dataset = str(self.post("/datasets", one.declare | ({"name": name} if name else {}))["id"])
        posted = self.client.post(
            f"/datasets/{dataset}/uploads",
            files={"file": (one.file, one.content())},
            data={"options": json.dumps(one.options)},
        )
        assert posted.status_code == 202, posted.text
        run_all(self.worker)
        return dataset

    def post(self, path: str, body: dict[str, Any]) -> Any:
        answer = self.client.post(path, json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def names(self, key: str) -> list[str]:
        answer = self.client.get(f"/datasets/{self.ids[key]}/names")
        assert answer.status_code == 200, answer.text
        found: list[str] = answer.json()["names"]
        return found

    def compute(
        self, expression: str, context: tuple[str, ...] = CONTEXT, more: tuple[str, ...] = ()
    ) -> dict[str, Any]:
        member = {"name": "one", "expression": expression}
        chosen = self.post("/feature-sets", {"name": expression[:100], "members": [member]})
        newest = {
            key: self.client.get(f"/datasets/{self.ids[key]}").json()["latest"]["id"] for key in self.ids
        }
        given = {
            "feature_set": chosen["latest"]["id"],
            "universe": self.universe["latest"]["id"],
            "bars": newest["bars"],
            "context": [*(newest[key] for key in context), *more],
        }
        job = {"key": "one", "kind": "features.compute", "input": given}
        posted = self.client.post("/jobs", json={"jobs": [job]}).json()
        return self.done(posted["jobs"][0]["id"])

    def newest(self, dataset: str) -> str:
        return str(self.client.get(f"/datasets/{dataset}").json()["latest"]["id"])

    def done(self, job: str) -> dict[str, Any]:
        run_all(self.worker)
        found: dict[str, Any] = self.client.get(f"/jobs/{job}").json()
        return found

    def simulate(self, score: str) -> httpx.Response:
        strategy = {"kind": "ranked", "score": score, "top": 2, "rebalance": "monthly"}
        return self.client.post(
            "/backtests",
            json={
                "universe": self.universe["id"],
                "strategy": strategy,
                "actions": self.ids.get("actions"),
            },
        )


@pytest.fixture
def loaded(request: pytest.FixtureRequest, user: httpx.Client, worker: Executor) -> Loaded:
    return Loaded(user, worker, getattr(request, "param", KEYS))


def parameters(engine: Engine, run: str) -> dict[str, Any]:
    with ReadSession(engine) as session:
        return dict(session.get_one(Run, UUID(run)).parameters)


def read_beside(engine: Engine, run: str) -> set[str]:
    """Datasets that a run read as context."""
    pinned = select(RunInput.dataset_version_id).where(
        RunInput.run_id == UUID(run), RunInput.role == "context"
    )
    with ReadSession(engine) as session:
        query = select(DatasetVersion.dataset_id).where(DatasetVersion.id.in_(pinned))
        return {str(one) for one in session.scalars(query)}


def test_every_kind_is_named_as_expressions_write_it(loaded: Loaded, other: httpx.Client) -> None:
    assert loaded.names("bars") == loaded.names("actions") == []
    assert "macro.VIXCLS" in loaded.names("macro")
    assert loaded.names("macro_vintages") == [
        f"macro.{name}" for name in ("CPIAUCSL", "INDPRO", "PAYEMS", "UNRATE")
    ]
    assert loaded.names("sectors") == ["sector"]
    assert {"fundamentals.eps", "fundamentals.market_cap"} < set(loaded.names("fundamentals"))
    assert loaded.names("membership") == ["membership.sp500"]
    assert loaded.names("news") == ["news.headline", "sentiment.score", "sentiment.vader"]
    assert other.get(f"/datasets/{loaded.ids['macro']}/names").status_code == 404


def test_a_feature_reads_every_kind_and_the_run_tells_how(loaded: Loaded, engine: Engine) -> None:
    everything = (
        "group_rank(fundamentals.eps / close, sector) * membership.sp500"
        " + vec_sum(sentiment.vader, 20) * sign(ts_returns(macro.CPIAUCSL, 12)) * macro.VIXCLS"
    )
    job = loaded.compute(everything)
    assert job["state"] == "done", job["error"]
    told = parameters(engine, job["outputs"]["feature_values"])
    assert told["sentiment"].startswith("vaderSentiment ")
    assert told["backfilled"] == ["US large caps, sectors"]
    assert "unconverted" not in told
    without = loaded.compute("fundamentals.eps / close", ("fundamentals",))
    assert parameters(engine, without["outputs"]["feature_values"])["unconverted"] == [
        "US large caps, fundamentals"
    ]


@pytest.mark.parametrize("loaded", [("bars", "fundamentals")], indirect=True)
def test_a_name_that_no_data_holds_is_told_with_the_nearest(loaded: Loaded) -> None:
    job = loaded.compute("fundamentals.epss / close", ("fundamentals",))
    assert job["state"] == "failed"
    assert "Did you mean fundamentals.eps?" in job["error"]["detail"]
    answer = loaded.simulate("fundamentals.epss / close")
    assert answer.status_code == 422
    assert answer.json()["code"] == "unusable_context"
    assert "Did you mean fundamentals.eps?" in answer.json()["errors"][0]["detail"]


@pytest.mark.parametrize("loaded", [("bars", "actions", "fundamentals", "membership", "news")], indirect=True)
def test_a_backtest_finds_the_data_that_its_expression_reads(loaded: Loaded, engine: Engine) -> None:
    answer = loaded.simulate("vec_sum(sentiment.vader, 20) * membership.sp500 + fundamentals.eps / close")
    assert answer.status_code == 201, answer.text
    job = loaded.done(answer.json()["job"]["id"])
    assert job["state"] == "done", job["error"]
    found = loaded.client.get(f"/backtests/{job['outputs']['backtest']}").json()
    assert "share_basis" not in [one["key"] for one in found["labels"]]
    expected = {loaded.ids[key] for key in ("fundamentals", "membership", "news")}
    assert read_beside(engine, job["outputs"]["run"]) == expected


@pytest.mark.parametrize("loaded", [("bars", "macro")], indirect=True)
def test_two_datasets_that_hold_a_name_are_refused(loaded: Loaded) -> None:
    loaded.ids["again"] = loaded.load("macro", "The same again")
    again = loaded.newest(loaded.ids["again"])
    job = loaded.compute("close * macro.VIXCLS", ("macro",), (again,))
    assert job["state"] == "failed"
    assert "macro.VIXCLS is in 'US macro, first prints' and in 'The same again'." in job["error"]["detail"]
