"""From a posted idea to a page of results, the ledger, and the same again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import polars as pl
import pytest
from sqlalchemy import Engine, func, select

from kuznia.core.frames.kinds import KINDS
from kuznia.db.access import new_object
from kuznia.db.session import WriteSession
from kuznia.db.tables import (
    Audit,
    Backtest,
    FeatureSet,
    FeatureSetVersion,
    Model,
    ModelVersion,
    Run,
    RunInput,
    Trade,
    Trial,
)
from kuznia.domains.jobs.service import register_files
from kuznia.store import Store
from tests.support.bench import loaded_dataset, random_bars
from tests.support.ideas import MOMENTUM, NAMES, World, post, run, simulated


def test_an_idea_has_its_page(
    engine: Engine, store: Store, world: World, user: httpx.Client, other: httpx.Client
) -> None:
    backtest_id = run(user, engine, store, world)
    shown = user.get(f"/backtests/{backtest_id}")
    assert shown.status_code == 200, shown.text
    page = shown.json()
    assert [one["key"] for one in page["benchmarks"]] == ["universe", "ARCX:SPY"]
    assert {label["key"] for label in page["labels"]} == {"biased", "price_return"}
    assert page["verdict"]["key"] in ("unproven", "luck", "loses")
    assert page["question"]["name"] == "Simulate" and page["question"]["trials"] == 1
    for name in ("cagr", "sharpe", "information_ratio", "excess_return"):
        assert page["metrics"][name]["low"] < page["metrics"][name]["value"] < page["metrics"][name]["high"]
    assert {"fill", "sizing", "costs", "dividends"} <= {line["key"] for line in page["conventions"]}
    assert page["costs"]["commission"] > 0
    assert page["costs"]["cagr_without_costs"] > page["metrics"]["cagr"]["value"]
    trust = {row["key"]: row for row in page["trust"]}
    assert trust["look_ahead"]["status"] == "good" and trust["look_ahead"]["params"]["bars"] > 300
    assert set(trust) == {
        "deflated_sharpe",
        "beats_universe",
        "costs_doubled",
        "delayed",
        "random_entry",
        "capacity",
        "look_ahead",
        "track_record",
    }
    assert page["made_from"]["data"][0]["name"] == "Bars"
    assert page["span"]["bars"] > 300 and page["span"]["periods_per_year"] == 252.0

    series = user.get(f"/backtests/{backtest_id}/series", params={"points": 100}).json()
    assert series["bars"] == page["span"]["bars"]
    assert 50 <= len(series["ts"]) <= 104
    assert set(series["benchmarks"]) == {"universe", "ARCX:SPY"}
    assert len(series["equity"]) == len(series["drawdown"]) == len(series["ts"])

    monthly = user.get(f"/backtests/{backtest_id}/monthly")
    known = {"If-None-Match": monthly.headers["ETag"]}
    assert user.get(f"/backtests/{backtest_id}/monthly", headers=known).status_code == 304
    months = monthly.json()
    assert [row["year"] for row in months["years"]] == [2021, 2020]
    grown = 1.0
    for row in months["years"]:
        grown *= 1.0 + row["total"]
    assert grown - 1.0 == pytest.approx(page["metrics"]["total_return"]["value"])

    assert user.get("/backtests").json()["items"][0]["id"] == backtest_id
    assert other.get(f"/backtests/{backtest_id}").status_code == 404
    assert other.get("/backtests").json()["items"] == []
    for path in ("series", "monthly", "trades", "instruments"):
        assert other.get(f"/backtests/{backtest_id}/{path}").status_code == 404


def test_what_an_expression_reads_is_found(
    engine: Engine, store: Store, people: dict[str, UUID], world: World, user: httpx.Client
) -> None:
    long_ago = datetime(2010, 1, 1, tzinfo=UTC)
    rows = [(name, "sector", "AB"[n % 2], long_ago, long_ago) for n, name in enumerate(NAMES)]
    sectors = pl.DataFrame(rows, schema=dict(KINDS["classification"].columns), orient="row")
    neutral = {**MOMENTUM, "score": "group_neutralize(ts_returns(close, 20), sector)"}
    refused = post(user, world, strategy=neutral)
    assert refused.status_code == 422 and "sector" in refused.json()["detail"], refused.text
    assert refused.json()["errors"][0]["pointer"] == "/body/strategy"
    with WriteSession(engine) as session:
        _, version = loaded_dataset(
            session, store, people["user"], sectors, name="Sectors", kind="classification"
        )
        session.commit()
    page = user.get(f"/backtests/{run(user, engine, store, world, strategy=neutral)}").json()
    pins = {one["role"]: one["version_id"] for one in page["made_from"]["data"]}
    assert pins["context"] == str(version)
    plain = user.get(f"/backtests/{run(user, engine, store, world)}").json()
    assert {one["role"] for one in plain["made_from"]["data"]} == {"bars", "sectors"}


def test_trades_are_filtered_sorted_and_paged(
    engine: Engine, store: Store, world: World, user: httpx.Client
) -> None:
    both = {**MOMENTUM, "bottom": 2}
    backtest_id = run(user, engine, store, world, strategy=both)
    path = f"/backtests/{backtest_id}/trades"
    total = user.get(f"/backtests/{backtest_id}").json()["trades"]
    seen: list[int] = []
    cursor = None
    while True:
        page = user.get(
            path, params={"limit": 50, "sort": "-pnl", **({"cursor": cursor} if cursor else {})}
        ).json()
        seen += [row["n"] for row in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert sorted(seen) == list(range(1, total + 1))
    pnl = [row["pnl"] for row in user.get(path, params={"limit": 500, "sort": "-pnl"}).json()["items"]]
    assert pnl == sorted(pnl, reverse=True)
    shorts = user.get(path, params={"side": "short", "outcome": "win", "limit": 500}).json()["items"]
    assert shorts and all(row["side"] == -1 and row["pnl"] > 0 for row in shorts)
    one = user.get(path, params={"q": "#7"}).json()["items"]
    assert 7 in [row["n"] for row in one]
    opened = user.get(path, params={"sort": "opened_at", "limit": 3}).json()
    after = user.get(path, params={"sort": "opened_at", "limit": 3, "cursor": opened["next"]}).json()
    assert [row["n"] for row in opened["items"] + after["items"]] == [1, 2, 3, 4, 5, 6]
    assert user.get(path, params={"sort": "instrument"}).status_code == 422
    traded = user.get(f"/backtests/{backtest_id}/instruments").json()
    assert sum(row["trades"] for row in traded) == total
    still = user.get(path, params={"q": "open", "limit": 500}).json()["items"]
    assert still and all(row["closed_at"] is None for row in still if row["exit_reason"] == "open")


def test_the_same_again_is_equal_and_no_new_trial(
    engine: Engine, store: Store, world: World, user: httpx.Client
) -> None:
    backtest_id = run(user, engine, store, world)
    job = user.post(f"/backtests/{backtest_id}/reproduce")
    assert job.status_code == 202, job.text
    simulated(engine, store, job.json()["id"])
    found = user.get(f"/backtests/{backtest_id}").json()
    assert found["reproduction"]["equal"] is True and found["reproduction"]["differs"] == []
    twin = run(user, engine, store, world)
    assert twin != backtest_id
    with WriteSession(engine) as session:
        assert session.scalar(select(func.count()).select_from(Trial)) == 1
        assert session.scalar(select(func.count()).select_from(Backtest)) == 2
        digests = session.scalars(select(Run.result_digest).where(Run.kind.startswith("backtests.")))
        assert len(set(digests)) == 1


def test_pins_trials_and_audit_are_written(
    engine: Engine, store: Store, world: World, user: httpx.Client, people: dict[str, UUID]
) -> None:
    question = user.post("/questions", json={"name": "Does it rise?"}).json()["id"]
    first = run(user, engine, store, world, question=question)
    second = run(user, engine, store, world, question=question, strategy={**MOMENTUM, "top": 2})
    with WriteSession(engine) as session:
        trials = session.scalars(select(Trial).where(Trial.question_id == UUID(question))).all()
        assert [one.kind for one in trials] == ["backtest", "backtest"]
        assert trials[0].observations == store.frame(str(trials[0].returns)).height
        run_id = session.get_one(Backtest, UUID(first)).run_id
        roles = set(session.scalars(select(RunInput.role).where(RunInput.run_id == run_id)))
        assert roles == {"strategy", "universe", "bars"}
        actions = set(session.scalars(select(Audit.action)))
        assert {"question.create", "backtest.submit"} <= actions
    assert user.get(f"/questions/{question}").json()["trials"] == 2
    assert [one["name"] for one in user.get(f"/questions/{question}/trials").json()["items"]] == [
        "An idea"
    ] * 2
    page = user.get(f"/backtests/{second}").json()
    assert page["verdict"]["params"]["trials"] == 2
    assert page["strategy"]["seq"] == 2

    assert user.delete(f"/backtests/{second}").status_code == 204
    assert user.get(f"/backtests/{second}").status_code == 404
    assert user.get(f"/questions/{question}").json()["trials"] == 2


def test_dividends_make_a_total_return(
    engine: Engine, store: Store, world: World, user: httpx.Client, people: dict[str, UUID]
) -> None:
    bars = random_bars([*NAMES, "ARCX:SPY"], 400)
    day = bars.filter(pl.col("instrument") == NAMES[0])[200]
    actions = pl.concat(
        day.select(
            pl.lit(name).alias("instrument"),
            "ts",
            pl.col("session").alias("last_cum_session"),
            pl.lit("dividend").alias("action"),
            pl.lit(1.5).alias("value"),
            pl.lit(None, pl.Float64).alias("ref_price"),
            pl.lit(False).alias("applied"),
            "available_at",
        )
        for name in NAMES
    )
    with WriteSession(engine) as session:
        dataset, _ = loaded_dataset(session, store, people["user"], actions, name="Dividends", kind="actions")
        session.commit()
    equal = {"kind": "equal_weight", "rebalance": "monthly"}
    without = user.get(f"/backtests/{run(user, engine, store, world, strategy=equal)}").json()
    backtest_id = run(user, engine, store, world, strategy=equal, actions=str(dataset))
    paid = user.get(f"/backtests/{backtest_id}").json()
    assert paid["costs"]["dividends"] > 0
    assert paid["metrics"]["total_return"]["value"] > without["metrics"]["total_return"]["value"]
    assert "price_return" not in {label["key"] for label in paid["labels"]}
    assert [one["price_return"] for one in paid["benchmarks"]] == [False, True]


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"strategy": {**MOMENTUM, "score": "clos - 1"}}, "unusable_expression", "/body/strategy/score"),
        (
            {"strategy": {**MOMENTUM, "score": "delay(close, -1)"}},
            "unusable_expression",
            "/body/strategy/score",
        ),
        ({"strategy": {**MOMENTUM, "score": None}}, "unusable_strategy", "/body/strategy/score"),
        ({"strategy": {**MOMENTUM, "top": 0}}, "unusable_strategy", "/body/strategy/top"),
        ({"settings": {"benchmark": "XNAS:NONE"}}, "no_bars", "/body/bars"),
        ({"strategy_version": "00000000-0000-0000-0000-000000000000"}, "invalid", "/body"),
        ({"question": "00000000-0000-0000-0000-000000000000"}, "question_missing", None),
    ],
)
def test_what_cannot_be_run_says_why(
    world: World, user: httpx.Client, change: dict[str, Any], code: str, pointer: str | None
) -> None:
    answer = post(user, world, **change)
    problem = answer.json()
    assert problem["code"] == code, problem
    if pointer:
        assert [fault["pointer"] for fault in problem["errors"]] == [pointer]


def test_a_strategy_may_use_features_by_name(
    engine: Engine, store: Store, world: World, user: httpx.Client
) -> None:
    made = user.post("/features", json={"name": "rise", "expression": "close / delay(close, 20) - 1"})
    assert made.status_code == 201, made.text
    by_name = run(user, engine, store, world, strategy={**MOMENTUM, "score": "rise"})
    written = run(user, engine, store, world)
    pages = [user.get(f"/backtests/{one}").json() for one in (by_name, written)]
    assert pages[0]["strategy"]["spec"] == pages[1]["strategy"]["spec"]
    assert pages[0]["question"]["trials"] == 1


def test_a_model_is_traded_on_its_out_of_sample_scores_only(
    engine: Engine, store: Store, world: World, user: httpx.Client, people: dict[str, UUID]
) -> None:
    bars = random_bars(NAMES, 400)
    days = bars["session"].unique().sort()
    rows = bars.filter(pl.col("session").is_between(days[150], days[349]))
    scores = rows.select("instrument", "ts", "session", "available_at", pl.col("close").alias("score"))
    predictions, bundle = (
        store.put_frame(scores, ["instrument", "ts"]),
        store.put_bytes(b"a bundle", "bundle"),
    )
    owner = people["user"]
    with WriteSession(engine) as session:
        register_files(session, [predictions, bundle])
        model = Model(id=new_object(session, "model", owner), name="Ranker")
        features = FeatureSet(id=new_object(session, "feature_set", owner), name="Set")
        session.add_all([model, features])
        session.flush()
        by = {"seq": 1, "digest": "sha256:" + "1" * 64, "created_by": owner}
        chosen = FeatureSetVersion(feature_set_id=features.id, spec={}, **by)
        session.add(chosen)
        session.flush()
        version = ModelVersion(
            model_id=model.id,
            run_id=session.scalars(select(Run.id)).first(),
            feature_set_version_id=chosen.id,
            bundle=bundle.digest,
            predictions=predictions.digest,
            trained_until=bars["ts"].max(),
            summary={},
            spec={"seeds": [1], "label": {"horizon": 5}},
            **by,
        )
        session.add(version)
        session.commit()
        version_id = str(version.id)
    ranked = {"kind": "ranked", "top": 3, "rebalance": "weekly"}
    page = user.get(
        f"/backtests/{run(user, engine, store, world, strategy=ranked, model_version=version_id)}"
    ).json()
    assert page["span"]["start"] >= str(days[150]) and page["span"]["end"].startswith(str(days[349]))
    assert {row["key"]: row["value"] for row in page["trust"]}["out_of_sample"] == 200.0
    assert page["made_from"]["model"]["name"] == "Ranker"
    assert page["verdict"]["key"] != "not_luck"
    refused = post(user, world, strategy=MOMENTUM, model_version=version_id).json()
    assert refused["code"] == "unusable_strategy"


def test_viewers_read_only(world: World, viewer: httpx.Client, engine: Engine) -> None:
    assert post(viewer, world).status_code == 403
    with WriteSession(engine) as session:
        assert session.scalar(select(func.count()).select_from(Trade)) == 0


def test_strategies_have_versions(user: httpx.Client, other: httpx.Client) -> None:
    by_key = {one["key"]: one for one in user.get("/strategies/built-in").json()}
    assert {"momentum_12_1", "reversal_5d", "trend_200d", "equal_weight"} <= set(by_key)
    built_in = [by_key["momentum_12_1"]]
    made = user.post("/strategies", json={"name": "Mine", "spec": built_in[0]["spec"]})
    assert made.status_code == 201, made.text
    strategy_id = made.json()["id"]
    path = f"/strategies/{strategy_id}/versions"
    assert user.post(path, json={"spec": built_in[0]["spec"]}).json()["seq"] == 1
    assert user.post(path, json={"spec": {**built_in[0]["spec"], "top": 4}}).json()["seq"] == 2
    assert [one["seq"] for one in user.get(path).json()] == [2, 1]
    assert user.get(f"/strategies/{strategy_id}").json()["latest"]["spec"]["top"] == 4
    assert user.post("/strategies", json={"name": "Mine", "spec": built_in[0]["spec"]}).status_code == 409
    assert other.get(f"/strategies/{strategy_id}").status_code == 404
    assert other.post(path, json={"spec": built_in[0]["spec"]}).status_code == 404
