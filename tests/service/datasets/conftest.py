"""Datasets made and files loaded over the API, the jobs done in the test's process."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine

from kuznia.store import Store
from kuznia.worker.execution import Executor
from tests.support.workers import executor, run_all

SLICES = ("kuznia.domains.datasets", "kuznia.domains.universes")
BARS: dict[str, Any] = {
    "name": "Prices",
    "kind": "bars",
    "frequency": "day",
    "calendar": "XNYS",
    "timezone": "America/New_York",
    "currency": "USD",
    "known_rule": {"rule": "bar_close"},
    "adjusted_for": ["splits"],
}


@dataclass(frozen=True)
class Loader:
    """A person who makes datasets and uploads files, and the worker that reads them."""

    client: httpx.Client
    worker: Executor

    def dataset(self, **changes: Any) -> str:
        answer = self.client.post("/datasets", json=BARS | changes)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def upload(
        self, dataset: str, content: str | bytes, name: str = "file.csv", **options: Any
    ) -> dict[str, Any]:
        """Upload a file, let the worker read it, and give the job as it ended."""
        posted = self.client.post(
            f"/datasets/{dataset}/uploads",
            files={"file": (name, content if isinstance(content, bytes) else content.encode())},
            data={"options": json.dumps({"exchange": "XNYS"} | options)},
        )
        assert posted.status_code == 202, posted.text
        return self.done(posted.json())

    def done(self, job: dict[str, Any]) -> dict[str, Any]:
        run_all(self.worker)
        found: dict[str, Any] = self.client.get(f"/jobs/{job['id']}").json()
        return found

    def get(self, path: str, **params: Any) -> Any:
        answer = self.client.get(path, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def quarantine(self, dataset: str, **params: Any) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.get(f"/datasets/{dataset}/quarantine", **params)["items"]
        return rows

    def findings(self, dataset: str, **params: Any) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.get(f"/datasets/{dataset}/findings", **params)["items"]
        return rows


@pytest.fixture
def worker(engine: Engine, app: FastAPI, store: Store) -> Executor:
    return executor(engine, app.state.broker, store, SLICES)


@pytest.fixture
def loader(user: httpx.Client, worker: Executor) -> Loader:
    return Loader(user, worker)


@pytest.fixture
def loader_of(worker: Executor) -> Callable[[httpx.Client], Loader]:
    return lambda client: Loader(client, worker)
