"""A real worker on real brokers: jobs are done, cancelled in C code, handed back, and slots come back."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from sqlalchemy import Engine

from kuznia.db.session import WriteSession
from kuznia.queue.broker import Broker
from kuznia.queue.control import request_cancel
from tests.support.brokers import rabbitmq_server, redis_server
from tests.support.workers import Workers, children, post, row, runs, states, wait_for, wait_until, workers

KINDS = [
    "files",
    pytest.param("rabbitmq", marks=pytest.mark.rabbitmq),
    pytest.param("redis", marks=pytest.mark.redis),
]


@dataclass
class Queue:
    """Workers, and the broker that the test sends with."""

    engine: Engine
    broker: Broker
    workers: Workers

    def cancel(self, job: object) -> None:
        with WriteSession(self.engine) as session:
            request_cancel(session, job)  # type: ignore[arg-type]
            session.commit()


@pytest.fixture
def make(database_url: str, engine: Engine, tmp_path: Path) -> Iterator[Callable[[str], Queue]]:
    with ExitStack() as stack:

        def on(kind: str) -> Queue:
            url = f"filesystem://{tmp_path}/broker"
            if kind == "rabbitmq":
                url = stack.enter_context(rabbitmq_server(tmp_path))
            elif kind == "redis":
                url = stack.enter_context(redis_server(tmp_path))
            broker = Broker(url)
            stack.callback(broker.close)
            return Queue(engine, broker, stack.enter_context(workers(database_url, url, tmp_path)))

        yield on


@pytest.mark.parametrize("kind", KINDS)
def test_a_chain_over_both_pools_is_done_in_order(kind: str, make: Callable[[str], Queue]) -> None:
    queue = make(kind)
    engine, broker = queue.engine, queue.broker
    queue.workers.start("interactive")
    queue.workers.start("heavy")
    first = post(engine, broker, long=True, seconds=0.1)
    second = post(engine, broker, reads=[first])
    third = post(engine, broker, long=True, reads=[first, second])
    wait_for(engine, [first, second, third], "done", 60)
    took = sorted(wait_for(engine, [post(engine, broker, seconds=0.02)], "done") for _ in range(9))
    assert took[4] < 0.3, took
    assert [runs(engine, one) for one in (first, second, third)] == [1, 1, 1]


@pytest.mark.parametrize("kind", KINDS)
def test_a_job_deep_in_c_code_keeps_its_lease_and_is_cancelled(
    kind: str, make: Callable[[str], Queue]
) -> None:
    queue = make(kind)
    engine, broker = queue.engine, queue.broker
    queue.workers.start("heavy")
    job = post(engine, broker, long=True, act="svd", seconds=60)
    dependent = post(engine, broker, reads=[job])
    wait_for(engine, [job], "running", 60)
    time.sleep(6.0)  # more than a lease
    assert (row(engine, job).attempt, row(engine, job).hand_backs) == (1, 0)
    queue.cancel(job)
    assert wait_for(engine, [job, dependent], "cancelled", 10) < 2.0
    wait_for(engine, [post(engine, broker, long=True)], "done", 60)
    assert runs(engine, job) == 0


def test_many_kills_in_a_row_leave_every_slot_alive(make: Callable[[str], Queue]) -> None:
    queue = make("files")
    engine, broker = queue.engine, queue.broker
    queue.workers.environment["KUZNIA_WORKER_INTERACTIVE"] = "2"
    parent = queue.workers.start("interactive")
    for _ in range(12):
        jobs = [post(engine, broker, seconds=60) for _ in range(2)]
        wait_for(engine, jobs, "running", 60)
        for job in jobs:
            queue.cancel(job)
        wait_for(engine, jobs, "cancelled", 10)
    wait_for(engine, [post(engine, broker) for _ in range(4)], "done", 60)

    def both_alive() -> bool:
        found = [one.status() for one in children(parent)]
        return len(found) == 2 and psutil.STATUS_ZOMBIE not in found

    wait_until(both_alive, 10, "both slots are alive and no zombie is left")


@pytest.mark.parametrize("kind", KINDS)
def test_spare_messages_cost_no_process(kind: str, make: Callable[[str], Queue]) -> None:
    queue = make(kind)
    engine, broker = queue.engine, queue.broker
    parent = queue.workers.start("heavy")
    first = post(engine, broker, long=True, seconds=0.5)
    wait_for(engine, [first], "running", 60)
    used = str(row(engine, first).worker).rpartition("/")[2]
    wait_for(engine, [first], "done", 60)
    wait_until(lambda: [str(one.pid) for one in children(parent)] not in ([used], []), 20, "it was replaced")
    broker.send([("heavy", first)] * 8)
    fresh = children(parent)[0].pid
    second = post(engine, broker, long=True, seconds=60)
    wait_for(engine, [second], "running", 60)
    assert str(row(engine, second).worker).rpartition("/")[2] == str(fresh)


def test_an_idle_process_that_is_killed_is_replaced(make: Callable[[str], Queue]) -> None:
    queue = make("files")
    parent = queue.workers.start("interactive")
    wait_for(queue.engine, [post(queue.engine, queue.broker)], "done", 60)
    children(parent)[0].kill()
    wait_for(queue.engine, [post(queue.engine, queue.broker)], "done", 60)


def test_what_a_stopped_worker_does_not_finish_goes_back_to_the_queue(
    make: Callable[[str], Queue],
) -> None:
    queue = make("files")
    engine, broker = queue.engine, queue.broker
    parent = queue.workers.start("interactive")
    wait_for(engine, [post(engine, broker)], "done", 60)
    quick = post(engine, broker, seconds=1.0)
    wait_for(engine, [quick], "running")
    parent.send_signal(signal.SIGTERM)
    assert parent.wait(15) == 0
    assert states(engine, [quick]) == ["done"]

    parent = queue.workers.start("interactive")
    endless = post(engine, broker, seconds=600)
    wait_for(engine, [endless], "running", 60)
    parent.send_signal(signal.SIGTERM)
    assert parent.wait(15) == 0
    handed = row(engine, endless)
    assert (handed.state, handed.hand_backs) == ("queued", 1)


def test_a_job_that_kills_its_process_ends(make: Callable[[str], Queue]) -> None:
    queue = make("files")
    queue.workers.start("interactive")
    job = post(queue.engine, queue.broker, act="crash")
    wait_for(queue.engine, [job], "failed", 120)
    assert (row(queue.engine, job).error or {})["code"] == "worker_lost"


def test_the_parent_loads_nothing_that_does_not_survive_a_fork(make: Callable[[str], Queue]) -> None:
    queue = make("files")
    parent = queue.workers.start("interactive")
    wait_for(queue.engine, [post(queue.engine, queue.broker)], "done", 60)
    mapped = {Path(one.path).name for one in psutil.Process(parent.pid).memory_maps()}
    heavy = [name for name in mapped if "polars" in name or "llvmlite" in name or "lightgbm" in name]
    assert heavy == []


@pytest.mark.parametrize("url", ["amqp://guest:guest@127.0.0.1:1//", "redis://127.0.0.1:1/0"])
def test_a_broker_that_is_away_costs_the_sender_no_time(url: str, engine: Engine) -> None:
    broker = Broker(url)
    started = time.monotonic()
    jobs = [post(engine, broker) for _ in range(3)]
    assert time.monotonic() - started < 5
    assert states(engine, jobs) == ["queued"] * 3
    broker.close()


def test_half_written_and_foreign_files_are_stepped_over(
    make: Callable[[str], Queue], tmp_path: Path
) -> None:
    queue = make("files")
    folder = tmp_path / "broker"
    (folder / "0-bad.interactive.msg").write_text('{"body": "e')
    (folder / "0-list.interactive.msg").write_text("[1]")
    (folder / "0-odd.interactive.msg").write_text('{"body": "x", "properties": {}}')
    (folder / "notes.txt").write_text("somebody else's")
    queue.workers.start("interactive")
    wait_for(queue.engine, [post(queue.engine, queue.broker)], "done", 60)
    wait_until(lambda: not list(folder.glob("0-*")), 10, "bad files gone")
    assert (folder / "notes.txt").exists()
