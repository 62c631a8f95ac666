"""A real worker on real brokers: jobs are done, cancelled in C code, handed back, and slots come back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from kuznia.db.session import WriteSession
from kuznia.queue.broker import Broker
from kuznia.queue.control import request_cancel
from tests.support.workers import Workers, post, row, runs, wait_for, workers


@pytest.fixture
def pool(database_url: str, tmp_path: Path) -> Iterator[Workers]:
    with workers(database_url, f"filesystem://{tmp_path}/broker", tmp_path) as made:
        yield made


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    made = Broker(f"filesystem://{tmp_path}/broker")
    yield made
    made.close()


def test_a_short_job_is_done_at_once(pool: Workers, engine: Engine, broker: Broker) -> None:
    pool.start("interactive")
    wait_for(engine, [post(engine, broker)], "done")
    took = [wait_for(engine, [post(engine, broker, seconds=0.02)], "done") for _ in range(10)]
    assert sorted(took)[5] < 0.2


def test_a_chain_over_both_pools_is_done_in_order(pool: Workers, engine: Engine, broker: Broker) -> None:
    pool.start("interactive")
    pool.start("heavy")
    first = post(engine, broker, long=True, seconds=0.1)
    second = post(engine, broker, reads=[first])
    third = post(engine, broker, long=True, reads=[first, second])
    wait_for(engine, [first, second, third], "done")
    assert [runs(engine, one) for one in (first, second, third)] == [1, 1, 1]


def test_a_job_deep_in_c_code_keeps_its_lease_and_is_cancelled(
    pool: Workers, engine: Engine, broker: Broker
) -> None:
    pool.start("heavy")
    job = post(engine, broker, long=True, act="svd", seconds=60)
    wait_for(engine, [job], "running")
    time.sleep(5.0)
    assert row(engine, job).attempt == 1
    with WriteSession(engine) as session:
        request_cancel(session, job)
        session.commit()
    assert wait_for(engine, [job], "cancelled", 3) < 1.0
    wait_for(engine, [post(engine, broker, long=True)], "done")
    assert runs(engine, job) == 0
