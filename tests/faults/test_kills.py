"""kill -9 of whatever takes part, while a chain runs: every job ends once, and nothing is left behind."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from uuid import UUID

import psutil
import pytest
from sqlalchemy import Engine, select
from sqlalchemy.exc import DBAPIError

from kuznia.db.session import ReadSession, WriteSession, make_engine
from kuznia.db.tables import Account, Job, Run
from kuznia.queue.broker import Broker
from tests.support.restartable import Postgres
from tests.support.workers import Workers, children, post, row, runs, wait_for, wait_until, workers

LAYERS, WIDTH = 6, 3


@pytest.fixture
def engine(postgres: Postgres) -> Iterator[Engine]:
    made = make_engine(postgres.url, application="tests")
    with WriteSession(made) as session:
        session.add(Account(email="u@kuznia.example", name="User", role="user", password_hash="none"))
        session.commit()
    yield made
    made.dispose()


class House:
    """Two pools and a database, and somebody who starts again what ended."""

    def __init__(self, workers: Workers, postgres: Postgres) -> None:
        self.workers, self.postgres = workers, postgres
        self.pools = {pool: workers.start(pool) for pool in ("interactive", "heavy")}

    def parent(self, pool: str) -> None:
        self.pools[pool].kill()
        self.pools[pool].wait()
        self.pools[pool] = self.workers.start(pool)

    def child(self, pool: str) -> None:
        for one in children(self.pools[pool]):
            with suppress(psutil.NoSuchProcess):
                one.kill()

    def database(self) -> None:
        self.postgres.kill()
        time.sleep(1.0)
        self.postgres.start()


def lattice(engine: Engine, broker: Broker) -> list[UUID]:
    """Layers of jobs over both pools; each reads from all of the layer before."""
    jobs: list[UUID] = []
    layer: list[UUID] = []
    for depth in range(LAYERS):
        layer = [
            post(engine, broker, long=n == 0, reads=layer, seconds=1.0, number=10 * depth + n)
            for n in range(WIDTH)
        ]
        jobs += layer
    return jobs


def unfinished(engine: Engine) -> bool:
    try:
        with ReadSession(engine) as session:
            return bool(session.scalars(select(Job.id).where(Job.state != "done").limit(1)).all())
    except DBAPIError:
        return True


def family(house: House) -> list[psutil.Process]:
    return [one for pool in house.pools.values() for one in [psutil.Process(pool.pid), *children(pool)]]


@pytest.mark.timeout(600)
def test_every_job_ends_once_whatever_is_killed(postgres: Postgres, engine: Engine, tmp_path: Path) -> None:
    broker_url = f"filesystem://{tmp_path}/broker"
    broker = Broker(broker_url)
    with workers(postgres.url, broker_url, tmp_path, lease=4.0) as made:
        house = House(made, postgres)
        wait_for(engine, [post(engine, broker), post(engine, broker, long=True)], "done", 120)
        jobs = lattice(engine, broker)
        ways: list[Callable[[], None]] = [
            lambda: house.child("heavy"),
            lambda: house.parent("heavy"),
            house.database,
            lambda: house.parent("interactive"),
            lambda: house.child("interactive"),
            house.database,
        ]
        seen = set(family(house))
        pauses = random.Random(1)
        for way in ways:
            time.sleep(pauses.uniform(1.0, 3.0))
            assert unfinished(engine)
            way()
            seen |= set(family(house))
        wait_until(lambda: not unfinished(engine), 240, "the chain is done")
    broker.close()
    assert [row(engine, one).state for one in jobs] == ["done"] * len(jobs)
    assert [runs(engine, one) for one in jobs] == [1] * len(jobs)
    with ReadSession(engine) as session:
        made_by = dict(session.execute(select(Job.id, Job.outputs)).all())
        recorded = {job: {"run": str(run)} for job, run in session.execute(select(Run.job_id, Run.id))}
    assert made_by == recorded
    psutil.wait_procs(list(seen), timeout=10)
    assert [one for one in seen if one.is_running() and one.status() != psutil.STATUS_ZOMBIE] == []


def test_a_worker_dies_whole(postgres: Postgres, engine: Engine, tmp_path: Path) -> None:
    broker_url = f"filesystem://{tmp_path}/broker"
    broker = Broker(broker_url)
    with workers(postgres.url, broker_url, tmp_path, lease=4.0) as made:
        parent = made.start("heavy")
        job = post(engine, broker, long=True, act="svd", seconds=60)
        wait_for(engine, [job], "running", 60)
        below = children(parent)
        assert below
        parent.kill()
        parent.wait()
        _, alive = psutil.wait_procs(below, timeout=5)
        assert [one for one in alive if one.status() != psutil.STATUS_ZOMBIE] == []
    broker.close()


def test_a_launcher_that_is_killed_takes_its_pools_along(
    postgres: Postgres, engine: Engine, tmp_path: Path
) -> None:
    environment = {
        **os.environ,
        "KUZNIA_DATA": str(tmp_path),
        "KUZNIA_DATABASE_URL": postgres.url,
        "KUZNIA_BROKER_URL": f"filesystem://{tmp_path}/broker",
    }
    with (tmp_path / "launcher.log").open("ab") as log:
        launcher = subprocess.Popen(
            [sys.executable, "-m", "kuznia.worker"],
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    wait_until(lambda: len(children(launcher)) >= 4, 60, "both pools have a process")
    below = children(launcher)
    launcher.kill()
    launcher.wait()
    _, alive = psutil.wait_procs(below, timeout=20)
    assert [one for one in alive if one.status() != psutil.STATUS_ZOMBIE] == []
