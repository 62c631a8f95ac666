"""Features and feature sets over the API, and their computation as a job."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import numpy as np
import polars as pl
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, select

from kuznia.cli.demo_features import DEMO_FEATURES
from kuznia.core.frames.kinds import KINDS
from kuznia.db.access import new_object
from kuznia.db.session import WriteSession
from kuznia.db.tables import (
    Dataset,
    DatasetVersion,
    Instrument,
    Job,
    RunFile,
    RunInput,
    Trial,
    Universe,
    UniverseVersion,
    VersionFile,
)
from kuznia.domains.features.schemas import COMPUTE
from kuznia.domains.features.tasks import HANDLERS
from kuznia.domains.jobs.service import record_run, register_files
from kuznia.store import Store
from kuznia.worker.execution import Executor

NAMES = [f"XNYS:T{n:02d}" for n in range(8)]
DAYS = 90


def market() -> dict[str, pl.DataFrame]:
    """Bars of eight names, one macro series, and sectors: small, made up, and with a gap."""
    rng = np.random.default_rng(1)
    days = [datetime(2024, 1, 1, 21, tzinfo=UTC) + timedelta(days=n) for n in range(DAYS)]
    rows = []
    for n, name in enumerate(NAMES):
        close = 100 * np.exp(np.cumsum(rng.normal(0, 0.02, DAYS)))
        for day, price, volume in zip(days, close, rng.lognormal(12, 0.5, DAYS), strict=True):
            if not (n == 3 and day == days[40]):
                rows.append(
                    (name, day, day.date(), price * 0.99, price * 1.02, price * 0.98, price, volume, day)
                )
    long_ago = datetime(2010, 1, 1, tzinfo=UTC)
    sectors = [(name, "sector", "AB"[n % 2], long_ago, long_ago) for n, name in enumerate(NAMES)]
    vix = [("VIX", day, float(value), day) for day, value in zip(days, rng.normal(15, 2, DAYS), strict=True)]
    content: dict[str, list[Any]] = {"bars": rows, "classification": sectors, "series": vix}
    return {
        kind: pl.DataFrame(values, schema=dict(KINDS[kind].columns), orient="row")
        for kind, values in content.items()
    }


@pytest.fixture
def data(engine: Engine, store: Store, people: dict[str, UUID]) -> dict[str, UUID]:
    """Versions of the three datasets and of a universe, owned by ``user``."""
    owner, made = people["user"], {}
    with WriteSession(engine) as session:
        job = Job(
            id=new_object(session, "job", owner), kind="datasets.ingest", name="", pool="interactive",
            owner_id=owner, input={}, state="done",
        )  # fmt: skip
        session.add(job)
        session.add_all(
            Instrument(key=name, name=name, exchange="XNYS", currency="USD", asset_class="share")
            for name in NAMES
        )
        session.flush()
        run = record_run(
            session, job, kind="datasets.ingest", code="", environment="", parameters={}, seed=None,
            result_digest="", started_at=datetime.now(UTC), inputs=[], files={},
        )  # fmt: skip
        for kind, frame in market().items():
            dataset = Dataset(
                id=new_object(session, "dataset", owner), name=kind, kind=kind, timezone="UTC",
                frequency="day", calendar="XNYS", known_rule={"rule": "column"},
            )  # fmt: skip
            stored = store.put_frame(frame, KINDS[kind].key)
            session.add(dataset)
            register_files(session, [stored])
            session.flush()
            version = DatasetVersion(
                dataset_id=dataset.id, seq=1, digest=stored.digest, rows=frame.height, quality={},
                run_id=run, created_by=owner,
            )  # fmt: skip
            session.add(version)
            session.flush()
            session.add(
                VersionFile(
                    version_id=version.id, position=0, digest=stored.digest, part="", rows=frame.height
                )
            )
            made[kind] = version.id
        universe = Universe(id=new_object(session, "universe", owner), name="Eight")
        session.add(universe)
        session.flush()
        version_of = UniverseVersion(
            universe_id=universe.id, seq=1, spec={"instruments": NAMES}, digest="sha256:u", created_by=owner,
            biased=False, bias_reason=None,
        )  # fmt: skip
        session.add(version_of)
        session.flush()
        made["universe"] = version_of.id
        session.commit()
    return made


@pytest.fixture
def work(engine: Engine, app: FastAPI, store: Store) -> Callable[[str], str]:
    """Does a job in this process as a worker would."""
    handlers = {one.kind: one for one in HANDLERS}
    executor = Executor(
        engine=engine, broker=app.state.broker, store=store, handlers=handlers, worker="tests",
        lease=timedelta(seconds=60), code="tests", environment="tests",
    )  # fmt: skip
    return lambda job: executor.run(UUID(job))


SET = [
    {"name": "momentum", "expression": "close / Ref($close, 20) - 1", "tags": ["momentum"]},
    {"name": "momentum_sector", "expression": "group_zscore(momentum, sector)"},
    {"name": "stress", "expression": "rank(Std(returns, 10)) * (macro.VIX - ts_mean(macro.VIX, 20))"},
]


def make_set(client: httpx.Client, name: str = "Small") -> dict[str, Any]:
    answer = client.post("/feature-sets", json={"name": name, "members": SET})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def compute(client: httpx.Client, data: dict[str, UUID], version: str) -> str:
    wanted = {
        "feature_set": version,
        "universe": str(data["universe"]),
        "bars": str(data["bars"]),
        "context": [str(data["series"]), str(data["classification"])],
    }
    answer = client.post("/jobs", json={"jobs": [{"key": "f", "kind": COMPUTE.name, "input": wanted}]})
    assert answer.status_code in (201, 202), answer.text
    return str(answer.json()["jobs"][0]["id"])


def test_an_expression_is_checked_as_it_is_typed(viewer: httpx.Client) -> None:
    good = viewer.post("/expressions/check", json={"expression": "Mean($close, 20) / close"}).json()
    assert (good["ok"], good["canonical"], good["lookback"], good["fields"]) == (
        True,
        "ts_mean(close, 20) / close",
        19,
        ["close"],
    )
    bad = viewer.post("/expressions/check", json={"expression": "close + Ref(close, -1)"}).json()
    assert not bad["ok"]
    assert bad["errors"] == [
        {
            "position": 19,
            "length": 2,
            "message": "A negative lag looks into the future; only a label may.",
            "suggestion": "Write 1 for the past.",
        }
    ]
    label = {"expression": "Ref(close, -1)", "context": {"label": True}}
    assert viewer.post("/expressions/check", json=label).json()["horizon"] == 1


def test_every_function_is_described(viewer: httpx.Client) -> None:
    functions = viewer.get("/expressions/functions").json()
    assert len(functions) > 100
    assert next(f for f in functions if f["name"] == "ts_mean")["signature"] == "ts_mean(x, d)"


def test_a_feature_has_versions_and_each_meaning_only_one(user: httpx.Client) -> None:
    made = user.post("/features", json={"name": "trend", "expression": "ts_mean(close, 5)", "tags": ["t"]})
    assert made.status_code == 201, made.text
    feature = made.json()
    again = user.post("/features", json={"name": "trend", "expression": "close"})
    assert (again.status_code, again.json()["code"]) == (409, "feature_name_taken")
    path = f"/features/{feature['id']}"
    assert user.post(f"{path}/versions", json={"expression": "Mean($close, 5)"}).json()["seq"] == 1
    assert user.post(f"{path}/versions", json={"expression": "Mean($close, 9)"}).json()["seq"] == 2
    found = user.get(path).json()
    assert [one["canonical"] for one in found["versions"]] == ["ts_mean(close, 9)", "ts_mean(close, 5)"]
    assert [one["name"] for one in user.get("/features", params={"tag": "t"}).json()["items"]] == ["trend"]
    assert user.get("/features", params={"tag": "x"}).json()["items"] == []


def test_a_wrong_expression_is_refused_with_its_place(user: httpx.Client) -> None:
    answer = user.post(
        "/feature-sets", json={"name": "Bad", "members": [{"name": "a", "expression": "clos"}]}
    )
    assert answer.status_code == 422
    assert answer.json()["code"] == "unusable_expression"
    assert answer.json()["errors"][0]["pointer"] == "/body/members/0/expression"
    assert "Did you mean close?" in answer.json()["errors"][0]["detail"]


def test_a_set_pins_what_its_features_mean(user: httpx.Client) -> None:
    made = make_set(user)
    detail = user.get(f"/feature-sets/{made['id']}").json()
    assert [one["name"] for one in detail["members"]] == ["momentum", "momentum_sector", "stress"]
    assert detail["members"][1]["canonical"] == "group_zscore(close / ts_delay(close, 20) - 1, sector)"
    assert (made["latest"]["seq"], made["latest"]["lookback"]) == (1, 20)
    momentum = detail["members"][0]["feature_id"]
    user.post(f"/features/{momentum}/versions", json={"expression": "close / Ref($close, 60) - 1"})
    ids = [one["feature_version_id"] for one in detail["members"]]
    same = user.post(f"/feature-sets/{made['id']}/versions", json={"members": ids}).json()
    assert same["id"] == made["latest"]["id"]
    fewer = user.post(f"/feature-sets/{made['id']}/versions", json={"members": ids[:2]}).json()
    assert (fewer["seq"], fewer["size"]) == (2, 2)
    used = user.get(f"/features/{momentum}").json()["used_by"]
    assert [(one["name"], one["seq"]) for one in used] == [("Small", 2)]


def test_the_demo_set_can_be_posted(user: httpx.Client) -> None:
    answer = user.post("/feature-sets", json={"name": "Demo", "members": DEMO_FEATURES})
    assert answer.status_code == 201, answer.text
    assert answer.json()["latest"]["size"] == len(DEMO_FEATURES) >= 20


def test_sets_and_features_of_others_do_not_exist(user: httpx.Client, other: httpx.Client) -> None:
    made = make_set(user)
    member = user.get(f"/feature-sets/{made['id']}").json()["members"][0]
    assert other.get(f"/feature-sets/{made['id']}").status_code == 404
    assert other.get(f"/features/{member['feature_id']}").status_code == 404
    assert other.get("/features").json()["items"] == []
    stolen = {"name": "Mine", "members": [member["feature_version_id"]]}
    assert other.post("/feature-sets", json=stolen).status_code == 404


def test_a_viewer_makes_nothing(viewer: httpx.Client) -> None:
    assert viewer.post("/features", json={"name": "a", "expression": "close"}).status_code == 403


def test_a_set_is_computed_with_pins_statistics_and_trials(
    user: httpx.Client, engine: Engine, store: Store, data: dict[str, UUID], work: Callable[[str], str]
) -> None:
    made = make_set(user)
    job = compute(user, data, made["latest"]["id"])
    assert work(job) == "done", user.get(f"/jobs/{job}").json()["error"]
    run_id = UUID(user.get(f"/jobs/{job}").json()["outputs"]["feature_values"])
    with WriteSession(engine) as session:
        pins = session.scalars(select(RunInput).where(RunInput.run_id == run_id)).all()
        files = dict(
            session.execute(select(RunFile.role, RunFile.digest).where(RunFile.run_id == run_id)).all()
        )
        trials = session.scalars(select(Trial).where(Trial.run_id == run_id)).all()
    assert {pin.role for pin in pins} == {"feature_set", "universe", "bars", "context"}
    assert {trial.name for trial in trials} == {"momentum", "momentum_sector", "stress"}
    assert all(trial.returns and store.has(trial.returns) for trial in trials)
    assert set(files) == {
        "values/2024", "latest", "statistics", "histograms", "decay", "months", "years", "correlations"
    }  # fmt: skip
    values = store.frame(files["values/2024"])
    assert values.columns == ["instrument", "ts", "session", "available_at", *(f["name"] for f in SET)]
    assert values.height == DAYS * len(NAMES) - 1
    assert (
        values.filter(pl.col("ts") < pl.datetime(2024, 1, 20, time_zone="UTC"))["momentum"].null_count() > 0
    )
    detail = user.get(f"/feature-sets/{made['id']}").json()
    assert detail["computed"]["run_id"] == str(run_id)
    assert detail["members"][0]["statistics"]["coverage"] > 0.7
    listed = {one["name"]: one for one in user.get("/features").json()["items"]}
    assert listed["stress"]["statistics"]["bars"] > 0


def test_computing_twice_gives_the_same_numbers_and_no_new_trials(
    user: httpx.Client, engine: Engine, data: dict[str, UUID], work: Callable[[str], str]
) -> None:
    made = make_set(user)
    digests = set()
    for _ in range(2):
        job = compute(user, data, made["latest"]["id"])
        assert work(job) == "done"
        digests.add(user.get(f"/feature-sets/{made['id']}").json()["computed"]["result_digest"])
    assert len(digests) == 1
    with WriteSession(engine) as session:
        assert len(session.scalars(select(Trial)).all()) == len(SET)


def test_data_of_others_cannot_be_computed_on(
    other: httpx.Client, data: dict[str, UUID], work: Callable[[str], str]
) -> None:
    made = make_set(other)
    job = compute(other, data, made["latest"]["id"])
    assert work(job) == "failed"
    assert other.get(f"/jobs/{job}").json()["error"]["code"] == "dataset_version_missing"


def test_an_expression_that_does_not_fit_the_data_fails_with_its_reason(
    user: httpx.Client, data: dict[str, UUID], work: Callable[[str], str]
) -> None:
    members = [{"name": "a", "expression": "close * macro.OIL"}]
    made = user.post("/feature-sets", json={"name": "Oil", "members": members}).json()
    job = compute(user, data, made["latest"]["id"])
    assert work(job) == "failed"
    assert user.get(f"/jobs/{job}").json()["error"]["code"] == "unusable_expression"


def test_the_last_year_cut_off_changes_no_earlier_value(
    user: httpx.Client, engine: Engine, store: Store, data: dict[str, UUID], work: Callable[[str], str]
) -> None:
    made = make_set(user)
    assert work(compute(user, data, made["latest"]["id"])) == "done"
    with WriteSession(engine) as session:
        whole = store.frame(
            session.scalars(select(RunFile.digest).where(RunFile.role == "values/2024")).one()
        )
        cut = date(2024, 3, 1)
        row = session.get(DatasetVersion, data["bars"])
        assert row is not None
        stored = store.put_frame(
            market()["bars"].filter(pl.col("session") < cut), ["instrument", "ts", "available_at"]
        )
        register_files(session, [stored])
        session.flush()
        earlier = DatasetVersion(
            dataset_id=row.dataset_id, seq=2, digest=stored.digest, rows=stored.rows or 0, quality={},
            run_id=row.run_id, created_by=row.created_by,
        )  # fmt: skip
        session.add(earlier)
        session.flush()
        session.add(
            VersionFile(
                version_id=earlier.id, position=0, digest=stored.digest, part="", rows=stored.rows or 0
            )
        )
        session.commit()
        shorter = {**data, "bars": earlier.id}
    assert work(compute(user, shorter, made["latest"]["id"])) == "done"
    with WriteSession(engine) as session:
        digests = session.scalars(select(RunFile.digest).where(RunFile.role == "values/2024")).all()
    frames = sorted((store.frame(one) for one in digests), key=lambda frame: frame.height)
    assert frames[0].equals(whole.filter(pl.col("session") < cut))
