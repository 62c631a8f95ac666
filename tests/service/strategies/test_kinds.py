"""Each kind of strategy over HTTP: kept, refused where it is wrong, and simulated to its page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import Engine

from kuznia.db.session import WriteSession
from kuznia.db.tables import Job
from kuznia.domains.backtests.tasks import HANDLERS
from kuznia.store import Store
from tests.support.bench import Bench, do, listed_universe, loaded_dataset, random_bars

NAMES = [f"XNYS:N{n}" for n in range(6)]
MOVE = "close / delay(close, 5) - 1"
SPECS: dict[str, dict[str, Any]] = {
    "construction": {
        "kind": "ranked",
        "score": MOVE,
        "top": 2,
        "bottom": 1,
        "rebalance": "weekly",
        "decay": 3,
        "neutralise": "market",
        "weighting": "score",
        "truncation": 0.4,
        "buffer": 1,
        "minimum_bars": 5,
        "threshold": 0.02,
        "volatility_target": 0.1,
        "volatility_window": 20,
    },
    "everything": {"kind": "ranked", "score": MOVE, "weighting": "score", "neutralise": "market"},
    "risk parity": {"kind": "risk_parity", "window": 40, "rebalance": "weekly"},
    "pairs": {"kind": "pairs", "count": 2, "window": 40, "every": 30, "enter": 1.0, "stop": 3.0},
    "named pair": {"kind": "pairs", "first": NAMES[0], "second": NAMES[1], "window": 40, "enter": 1.0},
    "orders": {
        "kind": "rule",
        "entries": "close > ts_mean(close, 20)",
        "stop_loss": 2.0,
        "trailing": 3.0,
        "distance": "atr",
        "sizing": "risk",
        "risk": 0.01,
        "maximum_bars": 30,
    },
    "volatility": {"kind": "equal_weight", "volatility_target": 0.1, "volatility_window": 20},
}


def simulated(
    user: httpx.Client, engine: Engine, store: Store, universe: UUID, spec: dict[str, Any]
) -> dict[str, Any]:
    body = {
        "name": "A kind",
        "universe": str(universe),
        "strategy": spec,
        "settings": {"commission_bps": 5.0},
    }
    answer = user.post("/backtests", json=body)
    assert answer.status_code == 201, answer.text
    with WriteSession(engine) as session:
        job = session.get_one(Job, UUID(answer.json()["job"]["id"]))
        backtest = do(session, job, Bench(store), HANDLERS)["backtest"]
        session.commit()
    page = user.get(f"/backtests/{backtest}")
    assert page.status_code == 200, page.text
    found: dict[str, Any] = page.json()
    return found


@pytest.fixture
def universe(engine: Engine, store: Store, people: dict[str, UUID]) -> UUID:
    with WriteSession(engine) as session:
        loaded_dataset(session, store, people["user"], random_bars(NAMES, 160))
        found: UUID = listed_universe(session, people["user"], NAMES, biased=False)[0]
        session.commit()
    return found


@pytest.mark.parametrize("which", sorted(SPECS))
def test_every_kind_has_its_page(
    engine: Engine, store: Store, universe: UUID, user: httpx.Client, which: str
) -> None:
    spec = SPECS[which]
    page = simulated(user, engine, store, universe, spec)
    stored = page["strategy"]["spec"]
    asked = {name: value for name, value in spec.items() if name not in ("score", "entries")}
    assert {name: stored[name] for name in asked} == asked
    assert page["trades"] > 0 and page["metrics"]["sharpe"]["value"] is not None
    trust = {row["key"]: row for row in page["trust"]}
    assert trust["look_ahead"]["status"] == "good"
    if which == "orders":
        rows = user.get(f"/backtests/{page['id']}/trades", params={"limit": 200}).json()["items"]
        reasons = {row["exit_reason"] for row in rows}
        assert "stop" in reasons and reasons <= {"stop", "trailing", "exited", "open"}


def test_the_built_in_ones_are_whole(user: httpx.Client) -> None:
    known = user.get("/strategies/built-in").json()
    assert len({one["key"] for one in known}) == len(known) >= 11
    for one in known:
        assert one["source"] and one["description"]
        made = user.post("/strategies", json={"name": one["name"], "spec": one["spec"]})
        assert made.status_code == 201, made.text
        assert made.json()["latest"]["spec"]["kind"] == one["spec"]["kind"]


@pytest.mark.parametrize(
    ("spec", "pointer"),
    [
        ({"kind": "pairs", "enter": 1.0, "exit": 1.0}, "/body/spec/exit"),
        ({"kind": "pairs", "first": "XNYS:A"}, "/body/spec/second"),
        ({"kind": "ranked", "score": "close"}, "/body/spec/top"),
        ({"kind": "ranked", "score": "rnk(close)", "top": 1}, "/body/spec/score"),
        ({"kind": "rule", "entries": "close > 1", "sizing": "risk"}, "/body/spec/stop_loss"),
        ({"kind": "rule", "entries": "close >", "stop_loss": 0.1}, "/body/spec/entries"),
        ({"kind": "risk_parity", "window": 2}, "/body/spec/risk_parity/window"),
        ({"kind": "ranked", "score": "close", "top": 1, "truncation": 0}, "/body/spec/ranked/truncation"),
        ({"kind": "magic"}, "/body/spec"),
    ],
)
def test_what_is_wrong_is_pointed_at(user: httpx.Client, spec: dict[str, Any], pointer: str) -> None:
    refused = user.post("/strategies", json={"name": "Wrong", "spec": spec})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == pointer, refused.text


def test_a_group_to_neutralise_must_be_known(universe: UUID, user: httpx.Client) -> None:
    spec = {"kind": "ranked", "score": MOVE, "top": 1, "neutralise": "sector"}
    refused = user.post("/backtests", json={"universe": str(universe), "strategy": spec})
    assert refused.status_code == 422 and "sector" in refused.json()["detail"], refused.text
