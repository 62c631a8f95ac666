"""A model trained on a year of made-up bars, whose relation to the future turns a year later."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import numpy as np
import polars as pl
import pytest
from sqlalchemy import Engine

from kuznia.queue.broker import Broker
from kuznia.store import Store
from kuznia.worker.execution import Executor
from kuznia.worker.slices import SLICES
from tests.support.stored import NAMES, Warehouse
from tests.support.workers import executor, run_all

SET = [
    {"name": "busy", "expression": "log(volume) - ts_mean(log(volume), 3)"},
    {"name": "drifting", "expression": "high / low - 1"},
]
SPEC: dict[str, Any] = {
    "learner": "ridge",
    "parameters": {"penalty": 1.0},
    "seeds": [1],
    "label": {"horizon": 1, "target": "excess"},
    "validation": {"first_test": 40, "test": 20, "window": 60},
}
GATE = "Its walk-forward years are of both signs"
"""Why the gate is passed by: the mean over the change of sign is nothing."""
BY_SIGN = {2021: 1.0, 2022: -1.0, 2023: -1.0}
"""What a busy day means for the next: after the first year the opposite."""


def bars(*years: int, wide: float = 0.02) -> pl.DataFrame:
    """Eighty bars a year; the return from the next open on has the sign of the volume's surprise, turned."""
    rows = []
    for year in years:
        rng = np.random.default_rng(year)
        days = [datetime(year, 1, 4, 21, tzinfo=UTC) + timedelta(days=4 * n) for n in range(80)]
        spread = wide if year == 2023 else 0.02
        for name in NAMES:
            surprise = rng.standard_normal(80)
            moves = rng.normal(0, 0.01, 80)
            moves[2:] += 0.01 * BY_SIGN[year] * surprise[:-2]
            opens = 100 * np.exp(np.cumsum(moves))
            widths = spread * rng.uniform(0.5, 1.5, 80)
            for day, price, width, volume in zip(days, opens, widths, np.exp(12 + surprise), strict=True):
                prices = (price, price * (1 + width), price * (1 - width), price)
                rows.append((name, day, day.date(), *prices, volume, day))
    names = ("instrument", "ts", "session", "open", "high", "low", "close", "volume", "available_at")
    frame = pl.DataFrame(rows, schema=names, orient="row")
    return frame.with_columns(pl.col("ts", "available_at").cast(pl.Datetime("us", "UTC")))


@dataclass
class World:
    """A model trained on the first year, whose champion it is."""

    client: httpx.Client
    engine: Engine
    store: Store
    worker: Executor
    warehouse: Warehouse
    model: str
    version: str

    def work(self) -> list[str]:
        return [end for _, end in run_all(self.worker)]

    def load(self, frame: pl.DataFrame) -> None:
        self.warehouse.version("bars", frame)

    def watch(self, **policy: Any) -> dict[str, Any]:
        answer = self.client.put(f"/models/{self.model}/monitors/champion", json=policy)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def check(self, version: str | None = None, alias: str | None = "champion") -> dict[str, Any]:
        """Check a version and read the report."""
        at = version or self.version
        params = {"alias": alias} if alias else {}
        answer = self.client.post(f"/model-versions/{at}/drift-reports", params=params)
        assert answer.status_code == 202, answer.text
        assert set(self.work()) == {"done"}
        job = self.client.get(f"/jobs/{answer.json()['id']}").json()
        report = job["outputs"]["report"]
        return dict(self.client.get(f"/model-versions/{at}/drift-reports/{report}").json())

    def aliases(self) -> dict[str, int]:
        return {one["name"]: one["seq"] for one in self.client.get(f"/models/{self.model}").json()["aliases"]}


@pytest.fixture
def made(
    engine: Engine, store: Store, people: dict[str, UUID], user: httpx.Client, tmp_path: Path
) -> Iterator[World]:
    warehouse = Warehouse(engine, store, people["user"])
    broker = Broker(f"filesystem://{tmp_path}/broker")
    worker = executor(engine, broker, store, SLICES)
    first = warehouse.version("bars", bars(2021))
    posted = user.post("/feature-sets", json={"name": "Two", "members": SET})
    assert posted.status_code == 201, posted.text
    model = user.post("/models", json={"name": "Ranker"}).json()["id"]
    values = {
        "feature_set": posted.json()["latest"]["id"],
        "universe": str(warehouse.universe),
        "bars": str(first),
        "context": [],
    }
    training = {"model": model, "features": {"job": "f", "output": "feature_values"}, "spec": SPEC}
    chain = [
        {"key": "f", "kind": "features.materialise", "input": values},
        {"key": "t", "kind": "models.train", "input": training},
    ]
    question = user.post("/questions", json={"name": "Does it last?"}).json()["id"]
    jobs = user.post("/jobs", json={"question": question, "jobs": chain})
    assert jobs.status_code in (201, 202), jobs.text
    ended = run_all(worker)
    assert [end for _, end in ended] == ["done", "done"], [
        user.get(f"/jobs/{job}").json()["error"] for job, _ in ended
    ]
    version = user.get(f"/models/{model}/versions").json()["items"][0]["id"]
    move = {"version": version, "reason": "The first"}
    assert user.put(f"/models/{model}/aliases/champion", json=move).status_code == 200
    run_all(worker)
    yield World(user, engine, store, worker, warehouse, model, version)
    broker.close()
