"""What is done by the clock: schedules post their chains, periodic work runs, forgotten files go."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import Engine, select

from kuznia.db.access import new_object
from kuznia.db.session import ReadSession, WriteSession
from kuznia.db.tables import File, Job, Schedule
from kuznia.domains.jobs import tasks
from kuznia.queue.broker import Broker
from kuznia.queue.handlers import Periodic, Resources
from kuznia.queue.reconcile import reconcile
from kuznia.worker.execution import Executor
from kuznia.worker.schedules import fire_schedules, run_periodic
from tests.support.steps.schemas import JOB_KINDS
from tests.support.workers import run_all

KINDS = {kind.name: kind for kind in JOB_KINDS}
CHAIN = [
    {"key": "a", "kind": "steps.short", "input": {"number": 1}},
    {"key": "b", "kind": "steps.short", "input": {"reads": [{"job": "a", "output": "run"}]}, "name": "Last"},
]


def schedule(engine: Engine, owner_id: UUID, chain: list[dict[str, object]], late: timedelta) -> UUID:
    with WriteSession(engine) as session:
        key = new_object(session, "schedule", owner_id)
        next_at = datetime.now(UTC) - late
        session.add(Schedule(id=key, name="Often", chain=chain, every_seconds=60, next_at=next_at))
        session.commit()
        return key


def next_at(engine: Engine, key: UUID) -> datetime:
    with ReadSession(engine) as session:
        return session.get_one(Schedule, key).next_at


def test_a_schedule_posts_its_chain_when_its_time_has_come(
    engine: Engine, here: Executor, broker: Broker, people: dict[str, UUID]
) -> None:
    key = schedule(engine, people["user"], CHAIN, timedelta(seconds=1))
    due = next_at(engine, key)
    assert reconcile(engine, broker, lease=timedelta(seconds=15)).schedules_due
    assert fire_schedules(here, KINDS) == 1
    assert fire_schedules(here, KINDS) == 0
    assert next_at(engine, key) == due + timedelta(seconds=60)
    assert [end for _, end in run_all(here)] == ["done", "done"]
    with ReadSession(engine) as session:
        jobs = session.scalars(select(Job).order_by(Job.id)).all()
    assert [(job.name, job.owner_id) for job in jobs] == [
        ("A short step", people["user"]),
        ("Last", people["user"]),
    ]


def test_missed_times_are_made_up_once(engine: Engine, here: Executor, people: dict[str, UUID]) -> None:
    key = schedule(engine, people["user"], CHAIN, timedelta(hours=10))
    assert fire_schedules(here, KINDS) == 1
    assert next_at(engine, key) > datetime.now(UTC)


def test_a_schedule_that_cannot_be_posted_waits_for_its_next_time(
    engine: Engine, here: Executor, people: dict[str, UUID]
) -> None:
    key = schedule(engine, people["user"], [{"key": "a", "kind": "none.such"}], timedelta(seconds=1))
    fire_schedules(here, KINDS)
    assert next_at(engine, key) > datetime.now(UTC)
    with ReadSession(engine) as session:
        assert session.scalars(select(Job)).all() == []


def test_periodic_work_runs_when_due_and_survives_its_errors(here: Executor) -> None:
    done: list[str] = []

    def work(session: WriteSession, resources: Resources) -> None:
        done.append(resources.code)

    def broken(session: WriteSession, resources: Resources) -> None:
        raise RuntimeError("broken")

    periodic = (Periodic("broken", 0, broken), Periodic("often", 0, work), Periodic("rarely", 60, work))
    last: dict[str, float] = {}
    run_periodic(here, periodic, last)
    run_periodic(here, periodic, last)
    assert done == ["test"] * 3


def test_old_files_without_a_row_are_swept_unless_there_are_no_rows(here: Executor) -> None:
    kept, forgotten = (here.store.put_bytes(one, "bundle") for one in (b"kept", b"forgotten"))
    long_ago = time.time() - 30 * 86_400
    for stored in (kept, forgotten):
        os.utime(here.store.path(stored.digest), (long_ago, long_ago))
    run_periodic(here, tasks.PERIODIC, {})
    assert here.store.has(forgotten.digest)
    with WriteSession(here.engine) as session:
        session.add(File(digest=kept.digest, kind="bundle", size=kept.size))
        session.commit()
    run_periodic(here, tasks.PERIODIC, {})
    assert (here.store.has(kept.digest), here.store.has(forgotten.digest)) == (True, False)
