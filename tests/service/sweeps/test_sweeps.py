"""From posted parameters to points, a surface and a verdict; every combination a trial, once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import Engine, select

from kuznia.core.backtest.sweep.outcome import STATISTICS
from kuznia.db.session import ReadSession, WriteSession
from kuznia.db.tables import Run, Trial
from kuznia.domains.sweeps.schemas import MEASURES
from kuznia.queue.broker import Broker
from kuznia.store import Store
from kuznia.worker.execution import Executor
from kuznia.worker.slices import SLICES
from tests.support.bench import listed_universe, loaded_dataset, random_bars
from tests.support.workers import executor, run_all

SPY = "ARCX:SPY"
MANY = [f"XNYS:N{n}" for n in range(12)]
CROSS = {"kind": "rule", "entries": "ts_mean(close, $fast) > ts_mean(close, $slow)", "weight": 1.0}
GRID = {"fast": [2, 4, 8, 12], "slow": [10, 20, 30, 40, 50]}


@dataclass(frozen=True)
class World:
    one: UUID
    many: UUID
    bars: UUID
    worker: Executor


@pytest.fixture
def world(engine: Engine, store: Store, people: dict[str, UUID], tmp_path: Path) -> Iterator[World]:
    with WriteSession(engine) as session:
        bars, _ = loaded_dataset(session, store, people["user"], random_bars([*MANY, SPY], 700))
        one, _ = listed_universe(session, people["user"], [SPY], biased=False, name="One")
        many, _ = listed_universe(session, people["user"], MANY, biased=False, name="Many")
        session.commit()
    broker = Broker(f"filesystem://{tmp_path}/broker")
    yield World(one, many, bars, executor(engine, broker, store, SLICES))
    broker.close()


def post(client: httpx.Client, world: World, **change: Any) -> httpx.Response:
    body = {
        "name": "Two means",
        "universe": str(world.one),
        "template": CROSS,
        "parameters": GRID,
        "where": "fast < slow",
        "settings": {"commission_bps": 5.0},
    }
    return client.post("/sweeps", json=body | change)


def swept(client: httpx.Client, world: World, **change: Any) -> str:
    answer = post(client, world, **change)
    assert answer.status_code == 201, answer.text
    return str(done(client, world, answer)["sweep"])


def done(client: httpx.Client, world: World, answer: httpx.Response) -> dict[str, str]:
    run_all(world.worker)
    job = client.get(f"/jobs/{answer.json()['job']['id']}").json()
    assert job["state"] == "done", job["error"]
    outputs: dict[str, str] = job["outputs"]
    return outputs


def test_a_sweep_has_its_page(world: World, user: httpx.Client, other: httpx.Client) -> None:
    sweep_id = swept(user, world)
    page = user.get(f"/sweeps/{sweep_id}").json()
    assert page["points"] == page["new_trials"] == page["question"]["trials"] == 19
    assert page["spec"]["parameters"] == GRID and page["spec"]["where"] == "fast < slow"
    assert 0 <= page["beat_return"] <= 19 and 0 <= page["beat_sharpe"] <= 19
    assert page["verdict"]["key"] in ("unproven", "none_beats")
    numbers = page["verdict"]["params"]
    assert (numbers["points"], numbers["trials"]) == (19, 19)
    assert numbers["against"] == page["evidence"]["against"] == "universe"
    evidence = page["evidence"]
    assert 0 <= evidence["adjusted"] <= evidence["alone"] <= 1
    assert 0 <= evidence["pbo"] <= 1 and 0 <= evidence["deflated_sharpe"] <= 1
    assert set(page["best"]["values"]) == {"fast", "slow"}
    assert page["plateau"]["own"] == pytest.approx(page["best"]["statistics"]["sharpe"])
    assert 2 <= page["plateau"]["count"] <= 8
    assert {label["key"] for label in page["labels"]} == {"price_return"}
    assert page["holding"]["total_return"] is not None
    listed = user.get("/sweeps").json()["items"]
    assert [one["id"] for one in listed] == [sweep_id] and listed[0]["points"] == 19

    assert other.get("/sweeps").json()["items"] == []
    for path in ("", "/points", "/points/1", "/points/1/series", "/surface"):
        assert other.get(f"/sweeps/{sweep_id}{path}").status_code == 404, path
    assert other.post(f"/sweeps/{sweep_id}/points/1/backtest").status_code == 404
    assert other.delete(f"/sweeps/{sweep_id}").status_code == 404
    assert user.delete(f"/sweeps/{sweep_id}").status_code == 204
    assert user.get(f"/sweeps/{sweep_id}").status_code == 404
    assert user.get("/questions").json()["items"][0]["trials"] == 19


def test_points_are_sorted_and_paged(world: World, user: httpx.Client) -> None:
    sweep_id = swept(user, world)
    path = f"/sweeps/{sweep_id}/points"
    seen, cursor = [], None
    while True:
        query = {"limit": 5, "sort": "-sharpe"} | ({"cursor": cursor} if cursor else {})
        page = user.get(path, params=query).json()
        seen += page["items"]
        cursor = page["next"]
        if cursor is None:
            break
    assert sorted(one["n"] for one in seen) == list(range(1, 20))
    ratios = [one["statistics"]["sharpe"] for one in seen]
    assert ratios == sorted(ratios, reverse=True)
    assert seen[0] == user.get(f"/sweeps/{sweep_id}").json()["best"]
    assert all(one["values"]["fast"] < one["values"]["slow"] for one in seen)
    slow = user.get(path, params={"sort": "slow", "limit": 1}).json()["items"][0]
    assert slow["values"]["slow"] == 10
    assert user.get(f"{path}/{slow['n']}").json() == slow
    assert user.get(f"{path}/20").status_code == 404
    assert user.get(path, params={"sort": "password"}).json()["code"] == "unknown_measure"
    assert user.get(path, params={"cursor": "zzz"}).status_code == 422


def test_a_surface_shows_cells_and_what_stands_around_them(world: World, user: httpx.Client) -> None:
    sweep_id = swept(user, world)
    path = f"/sweeps/{sweep_id}/surface"
    found = user.get(path, params={"x": "slow", "y": "fast", "metric": "total_return"}).json()
    assert found["x"] == {"name": "slow", "values": GRID["slow"]}
    assert found["y"] == {"name": "fast", "values": GRID["fast"]}
    assert len(found["values"]) == 4 and {len(row) for row in found["values"]} == {5}
    assert found["values"][3][0] is None and found["points"][3][0] is None
    point = user.get(f"/sweeps/{sweep_id}/points/{found['points'][0][2]}").json()
    assert point["values"] == {"fast": 2, "slow": 30}
    assert found["values"][0][2] == pytest.approx(point["statistics"]["total_return"])
    around = [found["values"][row][column] for row, column in ((0, 1), (0, 3), (1, 1), (1, 2), (1, 3))]
    assert found["neighbours"][0][2] == pytest.approx(sum(around) / 5)
    assert found["holding"] == pytest.approx(
        user.get(f"/sweeps/{sweep_id}").json()["holding"]["total_return"]
    )
    first = user.get(path)
    assert user.get(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    for query in ({"x": "nonsense"}, {"x": "fast", "y": "fast"}, {"metric": "luck"}):
        refused = user.get(path, params=query)
        assert refused.status_code == 422 and refused.json()["errors"], query


def test_a_point_has_its_equity_and_becomes_a_backtest(
    engine: Engine, world: World, user: httpx.Client
) -> None:
    sweep_id = swept(user, world)
    page = user.get(f"/sweeps/{sweep_id}").json()
    best = page["best"]
    daily = user.get(f"/sweeps/{sweep_id}/points/{best['n']}/series").json()
    assert len(daily["ts"]) == page["span"]["bars"] == len(daily["holding"])
    for n in (best["n"], best["n"] % 19 + 1):
        point = user.get(f"/sweeps/{sweep_id}/points/{n}").json()
        curve = user.get(f"/sweeps/{sweep_id}/points/{n}/series").json()
        grown = curve["equity"][-1] / 100_000 - 1
        assert grown == pytest.approx(point["statistics"]["total_return"], abs=1e-4)
        assert curve["holding"][-1] / 100_000 - 1 == pytest.approx(page["holding"]["total_return"], abs=1e-4)

    answer = user.post(f"/sweeps/{sweep_id}/points/{best['n']}/backtest")
    assert answer.status_code == 201, answer.text
    backtest = user.get(f"/backtests/{done(user, world, answer)['backtest']}").json()
    assert "$" not in str(backtest["strategy"]["spec"])
    for name in ("sharpe", "total_return", "max_drawdown"):
        assert backtest["metrics"][name]["value"] == pytest.approx(best["statistics"][name], rel=1e-9), name
    # What the sweep tried is not tried again by looking at it.
    assert backtest["question"]["trials"] == 19
    assert user.post(f"/sweeps/{sweep_id}/points/20/backtest").status_code == 404


def test_the_same_combination_is_no_new_trial(engine: Engine, world: World, user: httpx.Client) -> None:
    question = user.post("/questions", json={"name": "Do means cross for a reason?"}).json()["id"]
    first = user.get(f"/sweeps/{swept(user, world, question=question)}").json()
    again = user.get(f"/sweeps/{swept(user, world, question=question)}").json()
    more = GRID | {"fast": [2, 4, 8, 14]}
    wider = user.get(f"/sweeps/{swept(user, world, question=question, parameters=more)}").json()
    assert (first["new_trials"], again["new_trials"], wider["new_trials"]) == (19, 0, 4)
    assert first["best"] == again["best"] and wider["evidence"]["trials"] == 23
    assert user.get(f"/questions/{question}").json()["trials"] == 23
    with ReadSession(engine) as session:
        kinds = set(session.scalars(select(Trial.kind)))
        statistics = session.scalars(select(Trial.statistics).limit(1)).one()
        digests = session.scalars(select(Run.result_digest).order_by(Run.id)).all()
    assert kinds == {"sweep"}
    assert {"sharpe", "judged_sharpe", "cagr", "against"} <= set(statistics)
    assert digests[-3] == digests[-2] != digests[-1]


def test_a_universe_of_many_is_swept_too(world: World, user: httpx.Client) -> None:
    template = {"kind": "ranked", "score": "ts_returns(close, $n)", "top": "$top", "rebalance": "monthly"}
    parameters = {"n": [5, 20, 60], "top": [2, 4]}
    sweep_id = swept(
        user, world, universe=str(world.many), template=template, parameters=parameters, where=None
    )
    page = user.get(f"/sweeps/{sweep_id}").json()
    assert page["points"] == 6 and page["universe"]["size"] == 12
    template["score"] = "ts_returns($close, $n)"
    wanted: dict[str, Any] = {"search": "random", "count": 4, "seed": 5}
    wanted |= {"universe": str(world.many), "template": template, "parameters": parameters, "where": None}
    drawn = user.get(f"/sweeps/{swept(user, world, **wanted)}").json()
    assert drawn["points"] == 4


def test_rules_by_orders_are_swept_and_every_one_is_a_trial(world: World, user: httpx.Client) -> None:
    template = {"kind": "rule", "entries": "close >= ts_max(close, $n)", "exits": "close < ts_min(close, 5)"}
    template |= {"stop_loss": "$stop", "take_profit": "$target", "trailing": 0.2, "maximum_bars": "$most"}
    parameters = {"n": [5, 10], "stop": [0.02, 0.05], "target": [0.04, 0.5], "most": [10]}
    wanted = {"template": template, "parameters": parameters, "where": "stop < target"}
    page = user.get(f"/sweeps/{swept(user, world, **wanted)}").json()
    assert page["points"] == page["new_trials"] == page["question"]["trials"] == 6
    answer = user.post(f"/sweeps/{page['id']}/points/{page['best']['n']}/backtest")
    backtest = user.get(f"/backtests/{done(user, world, answer)['backtest']}").json()
    spec, best = backtest["strategy"]["spec"], page["best"]["values"]
    assert (spec["stop_loss"], spec["take_profit"]) == (best["stop"], best["target"])
    assert spec["maximum_bars"] == 10
    for name in ("sharpe", "total_return", "max_drawdown"):
        found = backtest["metrics"][name]["value"]
        assert found == pytest.approx(page["best"]["statistics"][name], rel=1e-9), name
    assert backtest["question"]["trials"] == 6


def test_what_optuna_tries_are_trials(world: World, user: httpx.Client) -> None:
    page = user.get(f"/sweeps/{swept(user, world, search='optuna', count=12, seed=3)}").json()
    assert page["points"] == page["new_trials"] == page["question"]["trials"] == 12
    assert page["evidence"]["trials"] == 12 and page["walk_forward"] is None
    answer = post(user, world, search="optuna", count=2_001)
    assert answer.status_code == 422 and answer.json()["errors"][0]["pointer"] == "/body/count"


def test_own_features_are_put_in(world: World, user: httpx.Client) -> None:
    made = user.post("/features", json={"name": "drift", "expression": "ts_returns(close, 20)"})
    assert made.status_code == 201, made.text
    template = {"kind": "rule", "entries": "drift > $least"}
    parameters = {"least": [-0.02, 0.0, 0.02]}
    sweep_id = swept(user, world, template=template, parameters=parameters, where=None)
    spec = user.get(f"/sweeps/{sweep_id}").json()["spec"]
    assert "drift" not in spec["template"]["entries"] and "$least" in spec["template"]["entries"]


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"template": CROSS | {"entries": "close > ts_mean(close, $lenght)"}}, "unusable_sweep", "/body/"),
        ({"parameters": {"fast": [], "slow": [5]}}, "invalid", "/body/parameters/fast"),
        ({"parameters": {"fast": [1, 1], "slow": [5]}}, "unusable_sweep", "/body/parameters/fast"),
        ({"parameters": {"fast": [1], "slow": [5], "idle": [1]}}, "unusable_sweep", "/body/parameters/idle"),
        ({"where": "fast < slo"}, "unusable_sweep", "/body/where"),
        ({"where": "__import__('os')"}, "unusable_sweep", "/body/where"),
        ({"where": "fast > 1000"}, "unusable_sweep", "/body/where"),
        (
            {"template": {"kind": "rule", "entries": "$fast >> $slow"}},
            "unusable_expression",
            "/body/template",
        ),
        ({"template": {"kind": "wish", "a": "$fast $slow"}}, "unusable_sweep", "/body/template"),
        ({"search": "random"}, "unusable_sweep", "/body/count"),
        (
            {"parameters": {"fast": list(range(1, 201)), "slow": list(range(201, 401))}},
            "too_many_combinations",
            "/body/parameters",
        ),
    ],
    ids=str,
)
def test_bad_input_is_refused_where_it_is_wrong(
    world: World, user: httpx.Client, change: dict[str, Any], code: str, pointer: str
) -> None:
    refused = post(user, world, **change)
    assert refused.status_code == 422, refused.text
    problem = refused.json()
    assert problem["code"] == code
    assert problem["errors"][0]["pointer"].startswith(pointer), problem


def test_the_measures_are_those_of_the_core() -> None:
    assert MEASURES == STATISTICS


def test_a_check_counts_before_anything_runs(world: World, user: httpx.Client, viewer: httpx.Client) -> None:
    asked = {"template": CROSS, "parameters": GRID, "where": "fast < slow", "universe": str(world.one)}
    found = user.post("/sweeps/check", json=asked).json()
    assert found == {
        "ok": True,
        "combinations": 19,
        "most": 10_000,
        "instruments": 1,
        "cost": "seconds",
        "errors": [],
    }
    many = {"fast": list(range(2, 82)), "slow": list(range(100, 200))}
    slow = user.post("/sweeps/check", json=asked | {"parameters": many, "universe": str(world.many)}).json()
    assert (slow["combinations"], slow["instruments"], slow["cost"]) == (8000, 12, "minutes")
    wrong = user.post("/sweeps/check", json=asked | {"where": "fast <"}).json()
    assert not wrong["ok"] and wrong["errors"][0]["pointer"] == "/body/where"
    assert post(viewer, world).status_code == 403
