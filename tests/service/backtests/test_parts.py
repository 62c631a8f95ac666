"""What lies behind a result: orders, analysis, robustness, and the examination that somebody asks for."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import Engine, select

from kuznia.db.session import WriteSession
from kuznia.db.tables import Backtest, RunInput
from kuznia.store import Store
from tests.support.ideas import MOMENTUM, World, run, simulated

SCARCE = {"participation": 0.0001, "rest": "cancel", "commission_bps": 10.0}


def every(client: httpx.Client, path: str, **query: Any) -> list[dict[str, Any]]:
    """All rows of a paged list, a few at a time."""
    rows: list[dict[str, Any]] = []
    cursor = None
    while True:
        page = client.get(
            path, params={"limit": 70, **query, **({"cursor": cursor} if cursor else {})}
        ).json()
        rows += page["items"]
        cursor = page["next"]
        if cursor is None:
            return rows


def test_orders_are_filtered_and_paged(
    engine: Engine, store: Store, world: World, user: httpx.Client, other: httpx.Client
) -> None:
    backtest_id = run(user, engine, store, world, settings=SCARCE)
    page = user.get(f"/backtests/{backtest_id}").json()
    path = f"/backtests/{backtest_id}/orders"
    rows = every(user, path)
    assert [row["n"] for row in rows] == list(range(1, sum(page["orders"].values()) + 1))
    assert {row["kind"] for row in rows} == {"market"}
    counted = {status: sum(row["status"] == status for row in rows) for status in page["orders"]}
    assert counted == page["orders"] and counted["partial"] > 0
    partial = every(user, path, status="partial")
    assert len(partial) == counted["partial"]
    assert all(abs(row["done"]) < abs(row["asked"]) for row in partial)
    short = every(user, path, unfilled=True)
    whole = every(user, path, unfilled=False)
    assert {row["n"] for row in short} >= {row["n"] for row in partial}
    assert len(short) + len(whole) == len(rows)
    one = rows[0]["instrument"]
    assert {row["instrument"] for row in every(user, path, instrument=one)} == {one}
    assert every(user, path, kind="limit") == []
    for row in rows:
        assert row["filled_at"] is None or row["filled_at"] > row["decided_at"]
    assert user.get(path, params={"cursor": "nonsense"}).status_code == 422
    assert other.get(path).status_code == 404


def test_the_analysis_adds_up(
    engine: Engine, store: Store, world: World, user: httpx.Client, other: httpx.Client
) -> None:
    backtest_id = run(user, engine, store, world)
    page = user.get(f"/backtests/{backtest_id}").json()
    analysis = user.get(f"/backtests/{backtest_id}/analysis").json()
    parts = analysis["attribution"]
    for split in ("sides", "instruments"):
        assert sum(one["pnl"] for one in parts[split]) + parts["cash"] == pytest.approx(parts["total"])
    grown = 1.0
    for year in analysis["years"]:
        grown *= 1.0 + year["total_return"]
    assert grown - 1.0 == pytest.approx(page["metrics"]["total_return"]["value"])
    falls = [fall["depth"] for fall in analysis["drawdowns"]]
    assert falls == sorted(falls, reverse=True)
    assert falls[0] == pytest.approx(page["metrics"]["max_drawdown"]["value"])
    costs = {one["kind"]: one["cash"] for one in analysis["costs"]}
    assert costs["commission"] == pytest.approx(page["costs"]["commission"])
    assert [one["name"] for one in analysis["factors"]["loadings"]] == ["universe", "ARCX:SPY"]
    assert analysis["capacity"]["capital"] is None or analysis["capacity"]["capital"] >= 0

    rolling = user.get(f"/backtests/{backtest_id}/rolling", params={"points": 50}).json()
    assert 25 <= len(rolling["ts"]) <= 50 and rolling["window"] == 94
    assert rolling["ts"][-1] == page["span"]["end"]
    assert rolling["sharpe"][-1] is not None and max(x for x in rolling["names"]) <= 3
    for part in ("analysis", "rolling", "robustness", "examination"):
        assert other.get(f"/backtests/{backtest_id}/{part}").status_code == 404


def test_what_else_could_have_happened(
    engine: Engine, store: Store, world: World, user: httpx.Client
) -> None:
    backtest_id = run(user, engine, store, world)
    page = user.get(f"/backtests/{backtest_id}").json()
    told = user.get(f"/backtests/{backtest_id}/robustness").json()
    variants = {one["key"]: one for one in told["variants"]}
    assert variants["base"]["sharpe"] == pytest.approx(page["metrics"]["sharpe"]["value"])
    assert variants["doubled_costs"]["sharpe"] == pytest.approx(page["costs"]["sharpe_doubled"])
    assert variants["no_costs"]["cagr"] > variants["base"]["cagr"] > variants["doubled_costs"]["cagr"]
    chance = told["random_entry"]
    assert chance["kind"] == "selection" and len(chance["values"]) == chance["draws"] >= 20
    assert chance["values"] == sorted(chance["values"])
    fan = told["fan"]
    assert {len(curve) for curve in fan["curves"]} == {len(fan["ts"])} == {len(fan["actual"])}
    assert fan["curves"][0][-1] < fan["curves"][2][-1] < fan["curves"][4][-1]
    trust = {row["key"]: row for row in page["trust"]}
    assert trust["delayed"]["value"] == pytest.approx(variants["one_bar_later"]["sharpe"])
    assert trust["random_entry"]["value"] == pytest.approx(chance["beaten"])
    assert trust["capacity"]["params"]["covered"] > 0.9


def test_an_examination_is_asked_for_and_kept(
    engine: Engine, store: Store, world: World, user: httpx.Client, viewer: httpx.Client
) -> None:
    backtest_id = run(user, engine, store, world, strategy={**MOMENTUM, "top": 2})
    path = f"/backtests/{backtest_id}"
    assert user.get(f"{path}/examination").json() is None
    assert viewer.post(f"{path}/examine").status_code == 403
    found = []
    for _ in range(2):
        job = user.post(f"{path}/examine")
        assert job.status_code == 202, job.text
        outputs = simulated(engine, store, job.json()["id"])
        found.append(user.get(f"{path}/examination").json())
        assert found[-1]["run_id"] == str(outputs["run"])
    assert found[0]["noise"] == found[1]["noise"] and found[0]["random_entry"] == found[1]["random_entry"]
    base = user.get(f"{path}/robustness").json()["variants"][0]
    assert found[0]["noise"]["actual"] == pytest.approx(base["sharpe"])
    assert len(found[0]["noise"]["values"]) >= 10 and found[0]["random_entry"]["draws"] >= 100
    assert user.get(path).json()["question"]["trials"] == 1
    assert user.get(path).json()["reproduction"] is None
    with WriteSession(engine) as session:
        source = session.get_one(Backtest, UUID(backtest_id)).run_id
        query = select(RunInput.role).where(RunInput.source_run_id == source)
        assert session.scalars(query).all() == ["examined", "examined"]


def test_a_rule_that_trades_by_orders_prints_what_orders_assume(
    engine: Engine, store: Store, world: World, user: httpx.Client
) -> None:
    rule = {"kind": "rule", "entries": "close > delay(close, 5)", "stop_loss": 0.03, "take_profit": 0.05}
    printed = []
    for strategy in (rule, MOMENTUM):
        backtest_id = run(user, engine, store, world, strategy=strategy)
        lines = user.get(f"/backtests/{backtest_id}").json()["conventions"]
        printed.append([line["key"] for line in lines])
        assert len(set(printed[-1])) == len(lines)
    assert {"fill", "limit", "stop", "trailing", "inside", "bracket", "sides", "day"} <= set(printed[0])
    assert not {"limit", "stop", "inside"} & set(printed[1])
