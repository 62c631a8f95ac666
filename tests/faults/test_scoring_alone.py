"""The scoring service goes on when everything around it is gone: API, database, and the store itself."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import polars as pl
import psutil
import pytest

from kuznia.core.models.routes import FILE, Route, Routes
from kuznia.core.models.training import train
from kuznia.db.migrate import migrate
from kuznia.store import Store
from kuznia.store.published import publish
from tests.support.markets import small_spec, world
from tests.support.postgres import free_port, postgres_server
from tests.support.processes import service

SET = "sha256:" + "a" * 64
TOKEN = {"Authorization": "Bearer internal"}
KEY = "a key of tests, which signs access tokens"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store with one champion, published."""
    store = Store(tmp_path / "data" / "store")
    frame, panel = world(200, signal=0.2)
    bundle = train(frame, panel, small_spec(), feature_set=SET).bundle
    values = store.put_frame(frame.filter(pl.col("ts") == pl.col("ts").max()), ["instrument", "ts"])
    archive = store.put_bytes(bundle.archive(), "bundle").digest
    route = Route(str(uuid4()), "champion", str(uuid4()), archive, bundle.digest, SET, values.digest)
    publish(store, FILE, Routes(1, (route,)).to_json(), lambda _: True)
    return store


@pytest.fixture
def database(tmp_path: Path) -> Iterator[str]:
    """A PostgreSQL of this test's own, which it may kill."""
    folder = tmp_path / "postgres"
    folder.mkdir()
    with postgres_server(folder) as url:
        migrate(url)
        yield url


def test_what_it_has_loaded_outlives_api_database_and_store(
    store: Store, database: str, tmp_path: Path
) -> None:
    ports = {"api": free_port(), "scoring": free_port()}
    env = {
        "KUZNIA_DATA": str(tmp_path / "data"),
        "KUZNIA_DATABASE_URL": database,
        "KUZNIA_BROKER_URL": f"filesystem://{tmp_path}/broker",
        "KUZNIA_API_PORT": str(ports["api"]),
        "KUZNIA_SCORING_PORT": str(ports["scoring"]),
        "KUZNIA_SECURITY_INTERNAL_TOKEN": "internal",
        "KUZNIA_SECURITY_JWT_KEY": KEY,
    }
    at = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    with (
        service("kuznia.api", env, tmp_path / "api.log", f"{at['api']}/health/ready") as api,
        service("kuznia.scoring", env, tmp_path / "scoring.log", f"{at['scoring']}/health/ready") as scoring,
    ):
        stop, statuses = threading.Event(), list[int]()

        def ask() -> None:
            with httpx.Client(base_url=at["scoring"], headers=TOKEN, timeout=5.0) as client:
                while not stop.is_set():
                    statuses.append(client.post("/score", json={"alias": "champion"}).status_code)

        asking = [threading.Thread(target=ask) for _ in range(3)]
        for thread in asking:
            thread.start()
        os.kill(api.pid, signal.SIGKILL)
        kill_server(tmp_path / "postgres")
        store.root.rename(store.root.with_name("gone"))
        with pytest.raises(httpx.TransportError):
            httpx.get(f"{at['api']}/health/live", timeout=2.0)
        before = len(statuses)
        stop.wait(3.0)
        stop.set()
        for thread in asking:
            thread.join()
        assert len(statuses) > before + 20 and set(statuses) == {200}
        answer = httpx.post(f"{at['scoring']}/score", json={"alias": "champion"}, headers=TOKEN).json()
        assert len(answer["scores"]) == 12 and answer["missing"] == []
        assert scoring.poll() is None
        store.root.with_name("gone").rename(store.root)


def kill_server(folder: Path) -> None:
    """Kill the postmaster of this folder alone; its children follow."""
    pid = int((folder / "postgres" / "postmaster.pid").read_text().splitlines()[0])
    os.kill(pid, signal.SIGKILL)
    psutil.wait_procs([psutil.Process(pid)] if psutil.pid_exists(pid) else [], timeout=10)
