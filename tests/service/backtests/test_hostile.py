"""What a hostile or careless client sends to backtests: refused with a place and a remedy, never a 500."""

from __future__ import annotations

import json
from typing import Any

import httpx
from sqlalchemy import Engine

from kuznia.rest.paging import write_cursor
from kuznia.store import Store
from tests.support.ideas import MOMENTUM, World, run

RULE = {"kind": "rule", "entries": "close > ts_mean(close, 20)"}

BAD: dict[str, dict[str, Any]] = {
    "import": {"strategy": RULE | {"entries": "__import__('os').system('true')"}},
    "long expression": {"strategy": RULE | {"entries": " + ".join(["close"] * 5000) + " > 1"}},
    "deep expression": {"strategy": RULE | {"entries": "(" * 3000 + "close" + ")" * 3000 + " > 1"}},
    "many nots": {"strategy": RULE | {"entries": "not " * 2000 + "(close > 1)"}},
    "number for text": {"strategy": RULE | {"entries": 5}},
    "weight is not a number": {"strategy": RULE | {"weight": float("nan")}},
    "weight without end": {"strategy": RULE | {"weight": 10**400}},
    "stop of all": {"strategy": RULE | {"stop_loss": 1.0}},
    "nothing held": {"strategy": MOMENTUM | {"top": 0}},
    "negative": {"strategy": MOMENTUM | {"top": -3}},
    "beyond integers": {"strategy": MOMENTUM | {"top": 10**400}},
    "unknown kind": {"strategy": {"kind": "oracle"}},
    "no strategy": {"strategy": None},
    "a list": {"strategy": [1, 2]},
    "no cash": {"settings": {"initial_cash": 0}},
    "endless cash": {"settings": {"initial_cash": float("inf")}},
    "words": {"settings": {"delay": "soon"}},
    "part of a bar": {"settings": {"delay": 1.5}},
    "everything costs": {"settings": {"commission_bps": 10_000}},
    "rising tiers": {"settings": {"commission_bps": 0, "commission_tiers": [[1000, 10]]}},
    "tiers of words": {"settings": {"commission_tiers": [["a", "b"]]}},
    "margin at once": {"settings": {"leverage": 4, "maintenance": 0.5}},
    "backwards": {"settings": {"start": "2021-06-01", "end": "2020-06-01"}},
    "unknown setting": {"settings": {"colour": "red"}},
    "seed": {"settings": {"seed": -1}},
    "key": {"settings": {"borrow_fees": {"'; drop table": 0.1}}},
    "no universe": {"universe": None},
    "two universes": {"universe_version": "00000000-0000-0000-0000-000000000000"},
}


def send(client: httpx.Client, body: Any) -> httpx.Response:
    return client.post("/backtests", content=json.dumps(body), headers={"content-type": "application/json"})


def refused(answer: httpx.Response, name: str) -> None:
    assert 400 <= answer.status_code < 500, (name, answer.status_code, answer.text[:500])
    problem = answer.json()
    assert problem["errors"], (name, problem)
    for error in problem["errors"]:
        assert error["pointer"].startswith("/") and error["detail"], (name, problem)


def test_what_cannot_be_simulated_is_refused_with_its_place(world: World, user: httpx.Client) -> None:
    good = {"name": "An idea", "universe": str(world.universe), "strategy": MOMENTUM}
    for name, change in BAD.items():
        refused(send(user, good | change), name)
    assert user.get("/backtests").json()["items"] == []


def test_a_backtest_is_read_by_its_owner_and_with_known_names(
    engine: Engine,
    store: Store,
    world: World,
    user: httpx.Client,
    other: httpx.Client,
    viewer: httpx.Client,
    anonymous: httpx.Client,
) -> None:
    good = {"name": "An idea", "universe": str(world.universe), "strategy": MOMENTUM}
    assert send(viewer, good).status_code == 403
    assert send(anonymous, good).status_code == 401
    assert send(other, good).status_code == 404
    found = f"/backtests/{run(user, engine, store, world)}"
    for path in (
        "/series?points=1",
        "/series?points=1000000",
        "/rolling?points=x",
        "/trades?sort=_n",
        "/trades?side=up",
        "/trades?limit=-1",
        f"/trades?cursor={write_cursor(1)}",
        f"/trades?cursor={write_cursor('x', 'y')}",
        f"/trades?sort=bars&cursor={write_cursor(float('inf'), 1)}",
        f"/orders?cursor={write_cursor('x')}",
        f"/orders?cursor={write_cursor(float('inf'))}",
        "/orders?cursor=%00",
        "/orders?unfilled=perhaps",
    ):
        refused(user.get(found + path), path)
    for path in (
        f"/orders?cursor={write_cursor(10**30)}",
        f"/orders?cursor={write_cursor(-(10**30))}",
        f"/trades?cursor={write_cursor(10**30, 10**30)}",
        f"/trades?sort=pnl&cursor={write_cursor(float('nan'), 1)}",
        "/orders?instrument=%27%3B--",
        "/orders?status=nothing&kind=nothing",
        "/trades?q=%25%5C%27",
        "/trades?instrument=%00",
        "/trades?q=" + "9" * 400,
    ):
        answer = user.get(found + path)
        assert answer.status_code < 500, (path, answer.text)
    for path in ("", "/series", "/rolling", "/analysis", "/robustness", "/examination", "/trades", "/orders"):
        assert other.get(found + path).status_code == 404, path
    for path in ("/examine", "/reproduce"):
        assert other.post(found + path).status_code == 404
        assert viewer.post(found + path).status_code == 403
    assert viewer.delete(found).status_code == 403
    assert user.get("/backtests/not-an-id").status_code == 422
