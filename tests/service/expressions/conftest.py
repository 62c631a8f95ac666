"""One running API with eight names, their sectors and a macro series, all of ``user``."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import httpx
import polars as pl
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, select

from kuznia.api.app import make_app
from kuznia.core.frames.kinds import KINDS
from kuznia.db.session import WriteSession, make_engine
from kuznia.db.tables import Account
from kuznia.store import Store
from tests.service.conftest import PEOPLE, database_copy, settings_of
from tests.support.bench import listed_universe, loaded_dataset, random_bars
from tests.support.ideas import NAMES
from tests.support.serving import client_of, served

BARS = 400


@dataclass(frozen=True)
class World:
    """The process that computes previews takes seconds to start, so all tests of a module share one."""

    app: FastAPI
    engine: Engine
    clients: dict[str, httpx.Client]
    frame: pl.DataFrame
    bars: UUID
    universe: UUID
    series: UUID


@pytest.fixture(scope="module")
def world(template: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with database_copy(template) as url:
        app = make_app(settings_of(tmp_path_factory.mktemp("previews"), url))
        engine = make_engine(url, application="tests")
        with WriteSession(engine) as session:
            ids = {name.lower(): key for name, key in session.execute(select(Account.name, Account.id))}
        tokens = {name: app.state.access_tokens.issue(ids[name], role) for name, role in PEOPLE.items()}
        frame, data = load(engine, app.state.store, ids["user"])
        with served(app) as address:
            clients = {name: client_of(address, token) for name, token in tokens.items()}
            wait_until_ready(clients["user"])
            yield World(app, engine, clients, frame, **data)
            for client in clients.values():
                client.close()
        engine.dispose()


def wait_until_ready(client: httpx.Client) -> None:
    """The first preview starts the process, which may compile kernels."""
    end = time.monotonic() + 200
    while client.post("/expressions/preview", json={"expression": "close"}).status_code == 503:
        assert time.monotonic() < end


def load(engine: Engine, store: Store, owner: UUID) -> tuple[pl.DataFrame, dict[str, UUID]]:
    frame = random_bars(NAMES, BARS)
    long_ago = datetime(2010, 1, 1, tzinfo=UTC)
    sectors = [(name, "sector", "AB"[n % 2], long_ago, long_ago) for n, name in enumerate(NAMES)]
    days = frame.filter(pl.col("instrument") == NAMES[0])["ts"]
    vix = [("VIX", day, 10.0 + n % 7, day) for n, day in enumerate(days)]
    other = {
        kind: pl.DataFrame(rows, schema=dict(KINDS[kind].columns), orient="row")
        for kind, rows in {"classification": sectors, "series": vix}.items()
    }
    with WriteSession(engine) as session:
        bars, _ = loaded_dataset(session, store, owner, frame)
        made = {
            kind: loaded_dataset(session, store, owner, rows, name=kind, kind=kind)[0]
            for kind, rows in other.items()
        }
        universe, _ = listed_universe(session, owner, NAMES, biased=True)
        session.commit()
    return frame, {"bars": bars, "universe": universe, "series": made["series"]}


@pytest.fixture
def user(world: World) -> httpx.Client:
    return world.clients["user"]


@pytest.fixture
def other(world: World) -> httpx.Client:
    return world.clients["other"]


@pytest.fixture
def viewer(world: World) -> httpx.Client:
    return world.clients["viewer"]


@pytest.fixture
def admin(world: World) -> httpx.Client:
    return world.clients["admin"]
