"""A version is evaluated, checked for leaks and taken apart by jobs, and what is planted is found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args
from uuid import UUID, uuid4

import httpx
import numpy as np
import polars as pl
import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import DBAPIError

from kuznia.core.features.views import PREFIXES
from kuznia.core.frames.kinds import KINDS
from kuznia.core.frames.panel import Panel
from kuznia.db.session import ReadSession, WriteSession
from kuznia.db.tables import RunInput, Trial
from kuznia.domains.evaluations.result_schemas import View
from kuznia.queue.broker import Broker
from kuznia.store import Store
from kuznia.worker.execution import Executor
from kuznia.worker.slices import SLICES
from tests.support.bench import listed_universe, loaded_dataset
from tests.support.markets import small_spec
from tests.support.noise_markets import noise
from tests.support.workers import executor, run_all

NAMES, BARS = 24, 420
PRICES = {"reversal": "ts_mean(close / open - 1, 5)", "risk": "ts_std_dev(returns, 20)"}
MIXED = {
    **PRICES,
    "beta": "ts_corr(returns, macro.vix, 20)",
    "value": "fundamentals.eps / close",
}
LEAK = {**PRICES, "secret": "fundamentals.tomorrow"}
SPEC = small_spec("ridge").to_spec() | {"validation": {"first_test": 200, "test": 100}}


@dataclass(frozen=True)
class Market:
    universe: UUID
    bars: UUID
    context: dict[str, UUID]
    worker: Executor
    question: str


def bars_of(panel: Panel) -> pl.DataFrame:
    ts = pl.Series(np.tile(panel.ts, NAMES)).cast(pl.Datetime("us", "UTC"))
    return pl.DataFrame(
        {
            "instrument": np.repeat(panel.instruments, BARS),
            "ts": ts,
            "session": np.tile(panel.session, NAMES),
            **{name: values.ravel() for name, values in panel.fields.items()},
            "available_at": ts,
        }
    ).select(list(KINDS["bars"].columns))


def context_of(panel: Panel) -> dict[str, pl.DataFrame]:
    """Sectors, a macro series, earnings, and tomorrow's return with a known time that lies."""
    rng = np.random.default_rng(3)
    long_ago = datetime(2010, 1, 1, tzinfo=UTC)
    days = pl.Series(panel.ts).cast(pl.Datetime("us", "UTC")).to_list()
    groups = [
        (name, "sector", ("Energy", "Health", "Tech")[int(code)], long_ago, long_ago)
        for name, code in zip(panel.instruments, panel.groups["sector"][:, 0], strict=True)
    ]
    opens = panel.fields["open"]
    ahead = opens[:, 2:] / opens[:, 1:-1] - 1.0
    facts = [
        (name, field, days[t], float(value[n, t]), days[t], None)
        for field, value, every in (("tomorrow", ahead, 1), ("eps", 2 + rng.random((NAMES, BARS)), 60))
        for n, name in enumerate(panel.instruments)
        for t in range(0, value.shape[1], every)
    ]
    return {
        "classification": pl.DataFrame(groups, schema=dict(KINDS["classification"].columns), orient="row"),
        "series": pl.DataFrame(
            {"series": ["vix"] * BARS, "ts": days, "value": rng.normal(15, 2, BARS), "available_at": days},
            schema=dict(KINDS["series"].columns),
        ),
        "fundamentals": pl.DataFrame(facts, schema=dict(KINDS["fundamentals"].columns), orient="row"),
    }


@pytest.fixture
def market(
    engine: Engine, store: Store, people: dict[str, UUID], user: httpx.Client, tmp_path: Path
) -> Iterator[Market]:
    panel = noise(np.random.default_rng(5), NAMES, BARS, drift=0.02)
    with WriteSession(engine) as session:
        owner = people["user"]
        _, bars = loaded_dataset(session, store, owner, bars_of(panel))
        context = {
            kind: loaded_dataset(session, store, owner, rows, name=kind.title(), kind=kind)[1]
            for kind, rows in context_of(panel).items()
        }
        _, universe = listed_universe(session, owner, panel.instruments, biased=False, name="All")
        session.commit()
    question = user.post("/questions", json={"name": "What is it worth?"}).json()["id"]
    broker = Broker(f"filesystem://{tmp_path}/broker")
    yield Market(universe, bars, context, executor(engine, broker, store, SLICES), question)
    broker.close()


def ran(
    client: httpx.Client, market: Market, kind: str, question: str | None = None, **input: Any
) -> dict[str, Any]:
    """Post a job and do it; as it stands at its end."""
    body = {"jobs": [{"key": "one", "kind": kind, "input": input}], "question": question}
    answer = client.post("/jobs", json=body)
    assert answer.status_code == 201, answer.text
    run_all(market.worker)
    return dict(client.get(f"/jobs/{answer.json()['jobs'][0]['id']}").json())


def computed(client: httpx.Client, market: Market, features: dict[str, str], *context: str) -> str:
    members = [{"name": name, "expression": text} for name, text in features.items()]
    made = client.post("/feature-sets", json={"name": f"Set {uuid4()}"[:20], "members": members}).json()
    job = ran(
        client,
        market,
        "features.compute",
        market.question,
        feature_set=made["latest"]["id"],
        universe=str(market.universe),
        bars=str(market.bars),
        context=[str(market.context[kind]) for kind in context],
        horizon=2,
    )
    assert job["state"] == "done", job["error"]
    return str(job["outputs"]["feature_values"])


def trained(client: httpx.Client, market: Market, features: str) -> str:
    model = client.post("/models", json={"name": f"Model {uuid4()}"}).json()["id"]
    job = ran(client, market, "models.train", market.question, model=model, features=features, spec=SPEC)
    assert job["state"] == "done", job["error"]
    return str(job["outputs"]["model_version"])


def told(client: httpx.Client, job: dict[str, Any], part: str) -> dict[str, Any]:
    assert job["state"] == "done", job["error"]
    shown = client.get(f"/evaluations/{job['outputs']['evaluation']}")
    assert shown.status_code == 200, shown.text
    return dict(shown.json()[part])


def trials_of(engine: Engine, question: str) -> int:
    with ReadSession(engine) as session:
        query = select(func.count()).select_from(Trial)
        return session.scalar(query.where(Trial.question_id == UUID(question), Trial.kind == "model")) or 0


def test_an_evaluation_tells_every_part_with_its_error(
    engine: Engine, market: Market, user: httpx.Client, other: httpx.Client
) -> None:
    version = trained(user, market, computed(user, market, PRICES))
    shown = user.get(f"/model-versions/{version}").json()
    before = trials_of(engine, market.question)
    job = ran(user, market, "evaluations.run", version=version)
    result = told(user, job, "evaluation")
    assert result["reproduced"], "the folds fitted again say what the version keeps"
    assert result["whole"]["ic"] == shown["rank_ic"]
    assert [one["key"] for one in result["years"]] == ["2020", "2021"]
    assert result["sectors"]["dataset"] == "Classification"
    assert [one["key"] for one in result["sectors"]["parts"]] == ["Energy", "Health", "Tech"]
    for part in (result["whole"], *result["years"], *result["sectors"]["parts"]):
        assert part["ic"]["standard_error"] > 0 and part["gross"]["error"] > 0
        assert part["net"]["value"] < part["gross"]["value"] and 0 < part["turnover"] <= 4
    assert [one["key"] for one in result["trend"]] == ["falling", "rising"]
    assert {one["bars"] for one in result["decay"]} >= {1, 2, 63}
    assert len(result["quantiles"]) == 5 and all(one["error"] > 0 for one in result["quantiles"])
    assert result["calibration"]["bins"] and result["calibration"]["brier"]["value"] < 0.26
    assert result["coverage"][0]["key"] == "all"
    assert abs(result["coverage"][0]["adaptive"]["value"] - 0.9) < 0.1, "times turn wild and calm"
    assert {name for one in result["importance"] for name in one["features"]} == set(PRICES)
    assert {one["feature"] for one in result["contributions"]} == set(PRICES)
    assert len(result["dependence"][0]["at"]) == len(result["dependence"][0]["score"]) == 11
    assert [one["window"] for one in result["history"]] == [50, 100, 200, None]
    assert [one["own"] for one in result["history"]] == [False, False, False, True]
    assert result["trials"] == 3 == trials_of(engine, market.question) - before

    listed = user.get("/evaluations", params={"version": version}).json()["items"]
    assert [one["kind"] for one in listed] == ["evaluation"]
    assert listed[0]["id"] == job["outputs"]["evaluation"] and listed[0]["status"] is None
    assert other.get("/evaluations", params={"version": version}).status_code == 404
    assert other.get(f"/evaluations/{listed[0]['id']}").json()["code"] == "evaluation_missing"
    assert other.get("/evaluations").json()["items"] == []
    with ReadSession(engine) as session:
        run = UUID(job["outputs"]["run"])
        roles = set(session.scalars(select(RunInput.role).where(RunInput.run_id == run)))
    assert roles == {"model", "features", "universe", "bars", "sectors"}
    again = ran(user, market, "evaluations.run", version=version)
    assert told(user, again, "evaluation") == result, "the same numbers"
    assert trials_of(engine, market.question) == before + 3, "tried once is tried"


def test_a_clean_version_passes_every_check(engine: Engine, market: Market, user: httpx.Client) -> None:
    version = trained(user, market, computed(user, market, MIXED, "series", "fundamentals"))
    before = trials_of(engine, market.question)
    job = ran(user, market, "evaluations.check_leaks", version=version)
    result = told(user, job, "leaks")
    assert {one["key"]: one["status"] for one in result["checks"]} == {
        "prefix": "passed",
        "overlap": "passed",
        "foresight": "passed",
        "scaler": "passed",
        "embargo": "passed",
        "shuffled": "passed",
    }
    assert result["status"] == "passed" and len(result["cuts"]) == 3
    by_key = {one["key"]: one for one in result["checks"]}
    assert by_key["prefix"]["examined"] == 3 * 4 * NAMES * 5
    assert by_key["scaler"]["examined"] == 1 + 3, "the bundle and three folds"
    assert by_key["embargo"]["difference"]["bars"] > 100
    assert result["trials"] == 1 == trials_of(engine, market.question) - before


def test_a_return_of_tomorrow_that_came_with_the_data_is_caught(market: Market, user: httpx.Client) -> None:
    """By values with a label too, before anything is trained on them."""
    features = computed(user, market, LEAK, "fundamentals")
    label = {"horizon": 2, "target": "rank"}
    job = ran(user, market, "evaluations.check_leaks", features=features, label=label)
    result = told(user, job, "leaks")
    assert result["status"] == "failed" and result["learner"] == "ridge"
    by_key = {one["key"]: one for one in result["checks"]}
    assert by_key["foresight"]["status"] == "failed"
    worst = by_key["foresight"]["findings"][0]
    assert worst["subject"] == "secret" and worst["where"] == "next_open" and worst["value"] > 0.99
    assert {one["subject"] for one in by_key["foresight"]["findings"]} == {"secret"}
    assert by_key["prefix"]["status"] == "passed", "the language itself did not look ahead"
    listed = user.get("/evaluations", params={"features_run": features, "kind": "leaks"}).json()["items"]
    assert [(one["status"], one["version"]) for one in listed] == [("failed", None)]


def test_values_that_another_history_made_break_the_prefix_law(
    engine: Engine, store: Store, market: Market, user: httpx.Client
) -> None:
    """Kept values are changed as a scaler fitted on all data would change them."""
    features = computed(user, market, PRICES)
    with WriteSession(engine) as session:
        session.execute(text("ALTER TABLE run_files DISABLE TRIGGER immutable"))
        files = session.execute(
            text("SELECT role, digest FROM run_files WHERE run_id = :run AND role LIKE 'values%'"),
            {"run": features},
        ).all()
        for role, digest in files:
            frame = store.frame(digest)
            scaled = frame.with_columns((pl.col("risk") - pl.col("risk").mean()) / pl.col("risk").std())
            stored = store.put_frame(scaled, ["instrument", "ts"])
            session.execute(
                text("INSERT INTO files (digest, kind, size, rows) VALUES (:d, 'frame', :s, :r)"),
                {"d": stored.digest, "s": stored.size, "r": stored.rows},
            )
            session.execute(
                text("UPDATE run_files SET digest = :d WHERE run_id = :run AND role = :role"),
                {"d": stored.digest, "run": features, "role": role},
            )
        session.commit()
    result = told(user, ran(user, market, "evaluations.check_leaks", features=features), "leaks")
    prefix = next(one for one in result["checks"] if one["key"] == "prefix")
    assert prefix["status"] == "failed"
    assert {one["subject"] for one in prefix["findings"]} == {"risk"}


def test_an_ablation_adds_one_kind_of_data_after_the_other(
    engine: Engine, market: Market, user: httpx.Client
) -> None:
    version = trained(user, market, computed(user, market, MIXED, "series", "fundamentals"))
    views = user.get(f"/model-versions/{version}/views").json()
    assert views == [
        {"view": "prices", "features": ["reversal", "risk"]},
        {"view": "macro", "features": ["beta"]},
        {"view": "fundamentals", "features": ["value"]},
    ]
    before = trials_of(engine, market.question)
    result = told(user, ran(user, market, "evaluations.ablate", version=version), "ablation")
    assert [(one["view"], one["features"]) for one in result["steps"]] == [
        ("prices", 2),
        ("macro", 3),
        ("fundamentals", 4),
    ]
    first, second, last = result["steps"]
    assert first["difference"] is None and last["to_all"] is None
    assert last["ic"] == user.get(f"/model-versions/{version}").json()["rank_ic"]
    assert second["difference"]["low"] <= second["difference"]["mean"] <= second["difference"]["high"]
    assert first["ic"]["standard_error"] > 0
    assert first["to_all"]["bars"] > 150 and len(first["per_seed"]) == 2
    assert result["trials"] == 4 == trials_of(engine, market.question) - before, "two sets, two seeds"


def test_one_kind_of_data_cannot_be_taken_apart(market: Market, user: httpx.Client) -> None:
    version = trained(user, market, computed(user, market, PRICES))
    job = ran(user, market, "evaluations.ablate", version=version)
    assert job["state"] == "failed" and job["error"]["code"] == "nothing_to_ablate"
    assert "macro series" in job["error"]["detail"]
    assert [one["view"] for one in user.get(f"/model-versions/{version}/views").json()] == ["prices"]


def test_what_is_not_there_or_not_shared_is_refused(
    market: Market, user: httpx.Client, other: httpx.Client, people: dict[str, UUID]
) -> None:
    features = computed(user, market, PRICES)
    version = trained(user, market, features)
    for kind in ("evaluations.run", "evaluations.check_leaks", "evaluations.ablate"):
        job = ran(other, market, kind, version=version)
        assert job["state"] == "failed" and job["error"]["code"] == "model_version_missing"
    job = ran(other, market, "evaluations.check_leaks", features=features)
    assert job["error"]["code"] == "unusable_features"
    both = {"version": version, "features": features}
    for wrong in ({}, both, {"features": features, "label": {"horizon": 0}}):
        body = {"jobs": [{"key": "one", "kind": "evaluations.check_leaks", "input": wrong}]}
        assert user.post("/jobs", json=body).status_code == 422
    assert user.get(f"/evaluations/{uuid4()}").status_code == 404
    assert other.get(f"/model-versions/{version}/views").status_code == 404


def test_an_evaluation_is_never_changed(engine: Engine, market: Market, user: httpx.Client) -> None:
    version = trained(user, market, computed(user, market, PRICES))
    assert ran(user, market, "evaluations.run", version=version, history=False)["state"] == "done"
    with WriteSession(engine) as session, pytest.raises(DBAPIError):
        session.execute(text("UPDATE model_evaluations SET summary = '{}'"))


def test_the_views_of_the_api_are_those_of_the_library() -> None:
    assert get_args(View) == tuple(PREFIXES)
