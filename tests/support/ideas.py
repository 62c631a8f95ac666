"""Ideas as a person posts them, simulated in this process as a worker does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import Engine

from kuznia.db.session import WriteSession
from kuznia.db.tables import Job
from kuznia.domains.backtests.tasks import HANDLERS
from kuznia.store import Store
from tests.support.bench import Bench, do

NAMES = [f"XNYS:N{n}" for n in range(8)]
MOMENTUM = {"kind": "ranked", "score": "close / delay(close, 20) - 1", "top": 3, "rebalance": "weekly"}


@dataclass(frozen=True)
class World:
    bars: UUID
    universe: UUID


def simulated(engine: Engine, store: Store, job_id: str) -> dict[str, UUID]:
    with WriteSession(engine) as session:
        outputs = do(session, session.get_one(Job, UUID(job_id)), Bench(store), HANDLERS)
        session.commit()
    return outputs


def post(client: httpx.Client, world: World, **change: Any) -> httpx.Response:
    body = {
        "name": "An idea",
        "universe": str(world.universe),
        "strategy": MOMENTUM,
        "settings": {"commission_bps": 10.0, "benchmark": "ARCX:SPY"},
    }
    return client.post("/backtests", json=body | change)


def run(client: httpx.Client, engine: Engine, store: Store, world: World, **change: Any) -> str:
    answer = post(client, world, **change)
    assert answer.status_code == 201, answer.text
    return str(simulated(engine, store, answer.json()["job"]["id"])["backtest"])
