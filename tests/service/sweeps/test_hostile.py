"""What a hostile or careless client sends to sweeps: refused with a place and a remedy, never a 500."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import Engine

from kuznia.db.session import WriteSession
from kuznia.db.tables import Job
from kuznia.domains.sweeps.tasks import HANDLERS
from kuznia.rest.paging import write_cursor
from kuznia.store import Store
from tests.support.bench import Bench, do, listed_universe, loaded_dataset, random_bars

SPY = "ARCX:SPY"
CROSS = {"kind": "rule", "entries": "ts_mean(close, $fast) > ts_mean(close, $slow)", "weight": 1.0}


def nested(depth: int) -> dict[str, Any]:
    found: dict[str, Any] = {"a": "$fast"}
    for _ in range(depth):
        found = {"a": found}
    return found


BAD: dict[str, dict[str, Any]] = {
    "import": {"where": "__import__('os').system('true') < 1"},
    "attribute": {"where": "fast.__class__ < slow"},
    "no condition": {"where": ""},
    "endless number": {"where": "fast < " + "9" * 480},
    "deep condition": {"where": "(" * 240 + "fast < 1" + ")" * 240},
    "nothing left": {"where": "fast > 1000"},
    "long condition": {"where": "fast < slow and " * 100 + "fast < 1"},
    "not swept": {"parameters": {"fast": 3, "slow": [5]}},
    "too many": {"parameters": {"fast": list(range(1, 10_001)), "slow": list(range(1, 10_001))}},
    "ten to the nine": {"parameters": {n: list(range(1, 11)) for n in "abcdefgh"} | {"fast": [1]}},
    "integer beyond float": {"parameters": {"fast": [10**400], "slow": [5]}},
    "words": {"parameters": {"fast": ["a"], "slow": [5]}},
    "null": {"parameters": {"fast": [None], "slow": [5]}},
    "not a number": {"parameters": {"fast": [float("nan")], "slow": [5]}},
    "no values": {"parameters": {"fast": [], "slow": [5]}},
    "twice": {"parameters": {"fast": [2, 2], "slow": [5]}},
    "window of nothing": {"parameters": {"fast": [0, -3], "slow": [5]}},
    "part of a bar": {"parameters": {"fast": [0.5], "slow": [5]}},
    "part of a bar among whole ones": {"parameters": {"fast": [2, 0.5, 4], "slow": [8, 10]}},
    "a window too long at last": {"parameters": {"fast": [2, 4], "slow": [8, 10**7]}},
    "a million points": {
        "parameters": {n: list(range(1, 1002)) for n in ("fast", "slow")},
        "where": "fast < 3",
    },
    "no objective": {"search": "optuna", "count": 2, "objective": "fame"},
    "window beyond time": {"parameters": {"fast": [1e300], "slow": [5]}},
    "unknown hole": {"template": CROSS | {"entries": "close > $nothing + $fast + $slow"}},
    "unknown field": {"template": CROSS | {"entries": "__import__ > $fast + $slow"}},
    "unknown key": {"template": CROSS | {"colour": "$fast"}},
    "number for text": {"template": CROSS | {"exits": 5}},
    "list for text": {"template": CROSS | {"entries": ["$fast", "$slow"]}},
    "text for number": {"template": CROSS | {"weight": "much"}},
    "weight is not a number": {"template": CROSS | {"weight": float("nan")}},
    "weight without end": {"template": CROSS | {"weight": 10**400}},
    "truth for number": {"template": CROSS | {"stop_loss": True}},
    "no kind": {"template": {"entries": "$fast > $slow"}},
    "deep template": {"template": CROSS | {"exits": nested(600)}},
    "long expression": {"template": CROSS | {"entries": " + ".join(["close"] * 5000) + " > $fast + $slow"}},
    "deep expression": {"template": CROSS | {"entries": "(" * 3000 + "$fast" + ")" * 3000 + " > $slow"}},
    "many nots": {"template": CROSS | {"entries": "not " * 2000 + "($fast > $slow)"}},
    "no search": {"search": "brute"},
    "no count": {"search": "random"},
    "negative count": {"search": "random", "count": -1},
    "seed": {"search": "random", "count": 2, "seed": -1},
    "settings": {"settings": {"initial_cash": -5}},
    "infinite cash": {"settings": {"initial_cash": float("inf")}},
    "rising tiers": {"settings": {"commission_bps": 0, "commission_tiers": [[1000, 10]]}},
    "margin at once": {"settings": {"leverage": 4, "maintenance": 0.5}},
}


@pytest.fixture
def one(engine: Engine, store: Store, people: dict[str, UUID]) -> str:
    with WriteSession(engine) as session:
        loaded_dataset(session, store, people["user"], random_bars([SPY], 300))
        found, _ = listed_universe(session, people["user"], [SPY], biased=False)
        session.commit()
    return str(found)


def send(client: httpx.Client, path: str, body: Any) -> httpx.Response:
    return client.post(path, content=json.dumps(body), headers={"content-type": "application/json"})


def refused(answer: httpx.Response, name: str) -> None:
    assert 400 <= answer.status_code < 500, (name, answer.status_code, answer.text[:500])
    problem = answer.json()
    assert problem["errors"], (name, problem)
    for error in problem["errors"]:
        assert error["pointer"].startswith("/") and error["detail"], (name, problem)


def test_what_cannot_be_swept_is_refused_with_its_place(one: str, user: httpx.Client) -> None:
    good = {"template": CROSS, "parameters": {"fast": [2, 4], "slow": [8, 10]}}
    for name, change in BAD.items():
        refused(send(user, "/sweeps", {"universe": one} | good | change), name)
        answer = send(user, "/sweeps/check", good | change)
        assert answer.status_code < 500, (name, answer.text)
        if answer.status_code == 200 and "settings" not in change:
            assert answer.json()["errors"] and not answer.json()["ok"], (name, answer.json())
    assert user.get("/sweeps").json()["items"] == []


def test_a_wrong_value_among_right_ones_is_named(user: httpx.Client) -> None:
    asked = {"template": CROSS, "parameters": {"fast": [2, 0.5, 4], "slow": [8, 10]}}
    (wrong,) = user.post("/sweeps/check", json=asked).json()["errors"]
    assert wrong["pointer"] == "/body/parameters/fast"
    assert wrong["detail"].startswith("With fast 0.5, slow 8: ")
    # What the condition leaves out need not be right.
    assert user.post("/sweeps/check", json=asked | {"where": "fast % 1 == 0"}).json()["combinations"] == 4


def test_a_sweep_is_read_by_its_owner_and_with_known_names(
    one: str,
    engine: Engine,
    store: Store,
    user: httpx.Client,
    other: httpx.Client,
    viewer: httpx.Client,
    anonymous: httpx.Client,
) -> None:
    template = {"kind": "rule", "entries": "close > ts_mean(close, $n)", "weight": 1.0}
    body = {"universe": one, "template": template, "parameters": {"n": [3, 5, 9]}}
    assert send(viewer, "/sweeps", body).status_code == 403
    assert send(anonymous, "/sweeps", body).status_code == 401
    assert send(other, "/sweeps", body).status_code == 404
    posted = send(user, "/sweeps", body)
    assert posted.status_code == 201, posted.text
    with WriteSession(engine) as session:
        job = session.get_one(Job, UUID(posted.json()["job"]["id"]))
        sweep = do(session, job, Bench(store), HANDLERS)["sweep"]
        session.commit()

    for path in (
        "/surface?x=slow",
        "/surface?y=__import__",
        "/surface?metric=_n",
        "/surface?over=median",
        "/surface?x=n&y=n",
        "/surface?y=n",
        "/points?sort=-nothing",
        "/points?limit=0",
        "/points?limit=100000",
        "/points/0",
        "/points/-1",
        "/points/99999999999999999999",
        f"/points?cursor={write_cursor('a')}",
        f"/points?cursor={write_cursor(float('inf'))}",
        f"/points?cursor={write_cursor(1, 2)}",
        "/points?cursor=%00",
    ):
        refused(user.get(f"/sweeps/{sweep}{path}"), path)
    assert user.get(f"/sweeps/{sweep}/points/4").status_code == 404
    assert user.get(f"/sweeps/{sweep}/points/4/series").status_code == 404
    assert user.post(f"/sweeps/{sweep}/points/4/backtest").status_code == 404
    for place in (10**30, -(10**30)):
        answer = user.get(f"/sweeps/{sweep}/points?cursor={write_cursor(place)}")
        assert answer.status_code == 200 and len(answer.json()["items"]) == (0 if place > 0 else 3)
    for path in ("/surface", "/surface?x=n"):
        assert user.get(f"/sweeps/{sweep}{path}").json()["x"]["values"] == [3, 5, 9], path
    assert viewer.post(f"/sweeps/{sweep}/points/1/backtest").status_code == 403
    assert viewer.delete(f"/sweeps/{sweep}").status_code == 403
    assert user.get("/sweeps/not-an-id").status_code == 422
