"""A big sweep is split over workers: it waits on rows, ends as one, and its numbers are those of one job."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import polars as pl
import pytest
from sqlalchemy import Engine, func, select, text, update

from kuznia.db.session import ReadSession, WriteSession
from kuznia.db.tables import Job, Run, RunFile, RunInput, Sweep, Trial
from kuznia.queue.broker import Broker
from kuznia.queue.claim import claim
from kuznia.queue.reconcile import take_back
from kuznia.store import Store
from kuznia.worker.execution import Executor
from kuznia.worker.slices import SLICES
from tests.support.bench import listed_universe, loaded_dataset, random_bars
from tests.support.workers import executor, run_all, wait_until

MANY = [f"XNYS:N{n}" for n in range(80)]
RANKED = {"kind": "ranked", "score": "ts_returns(close, $n)", "top": "$top", "rebalance": "weekly"}
GRID = {"n": list(range(1, 41)), "top": list(range(1, 16))}


@dataclass(frozen=True)
class World:
    universe: UUID
    worker: Executor


@pytest.fixture
def world(engine: Engine, store: Store, people: dict[str, UUID], tmp_path: Path) -> Iterator[World]:
    with WriteSession(engine) as session:
        loaded_dataset(session, store, people["user"], random_bars(MANY, 150))
        universe, _ = listed_universe(session, people["user"], MANY, biased=False, name="Many")
        session.commit()
    broker = Broker(f"filesystem://{tmp_path}/broker")
    yield World(universe, executor(engine, broker, store, SLICES))
    broker.close()


def post(client: httpx.Client, world: World, **change: Any) -> UUID:
    body = {"universe": str(world.universe), "template": RANKED, "parameters": GRID}
    answer = client.post("/sweeps", json=body | change)
    assert answer.status_code == 201, answer.text
    return UUID(answer.json()["job"]["id"])


def parts(engine: Engine, whole: UUID) -> Sequence[Job]:
    with ReadSession(engine) as session:
        return session.scalars(select(Job).where(Job.parent_id == whole).order_by(Job.id)).all()


def states(engine: Engine, whole: UUID) -> list[str]:
    return [one.state for one in parts(engine, whole)]


def row(engine: Engine, job_id: UUID) -> Job:
    with ReadSession(engine) as session:
        return session.get_one(Job, job_id)


def test_parts_make_the_numbers_of_one_job(
    engine: Engine, store: Store, world: World, user: httpx.Client
) -> None:
    whole = post(user, world)
    assert row(engine, whole).state == "waiting" and states(engine, whole) == ["queued"] * 2
    # Whichever is done first: the order of the parts is that of their combinations.
    first, second = parts(engine, whole)
    assert world.worker.run(second.id) == "done"
    assert row(engine, whole).state == "waiting"
    assert world.worker.run(first.id) == "done"
    assert run_all(world.worker) == [(whole, "done")]
    sweep_id = user.get(f"/jobs/{whole}").json()["outputs"]["sweep"]
    page = user.get(f"/sweeps/{sweep_id}").json()
    assert page["points"] == page["new_trials"] == page["question"]["trials"] == 600
    assert page["reproduction"] is None

    answer = user.post(f"/sweeps/{sweep_id}/reproduce")
    assert answer.status_code == 202, answer.text
    run_all(world.worker)
    again = user.get(f"/sweeps/{sweep_id}").json()["reproduction"]
    assert again["equal"] and again["differs"] == []
    assert user.get(f"/sweeps/{sweep_id}").json()["question"]["trials"] == 600
    with ReadSession(engine) as session:
        runs = {run.kind: run for run in session.scalars(select(Run))}
        made = session.scalars(select(RunInput.role).where(RunInput.run_id == runs["sweeps.run"].id)).all()
        files = {
            (kind, role): session.scalars(
                select(RunFile.digest).where(RunFile.run_id == runs[kind].id, RunFile.role == role)
            ).one()
            for kind in ("sweeps.run", "sweeps.reproduce")
            for role in ("points", "monthly")
        }
    assert made.count("part") == 2
    assert runs["sweeps.run"].result_digest == runs["sweeps.reproduce"].result_digest
    for role in ("points", "monthly"):
        frames = [store.frame(files[kind, role]) for kind in ("sweeps.run", "sweeps.reproduce")]
        assert frames[0].equals(frames[1]) and frames[0].select(pl.len()).item() >= 600


def test_what_differs_is_said(engine: Engine, world: World, user: httpx.Client) -> None:
    whole = post(user, world, parameters={"n": [5, 10], "top": [3]})
    assert parts(engine, whole) == []
    run_all(world.worker)
    sweep_id = user.get(f"/jobs/{whole}").json()["outputs"]["sweep"]
    with WriteSession(engine) as session:
        # A run never changes: as superuser, past the trigger that says so.
        session.execute(text("SET LOCAL session_replication_role = replica"))
        changed = {"result_digest": "sha256:" + "0" * 64, "code": "other"}
        session.execute(update(Run).where(Run.kind == "sweeps.run").values(changed))
        session.commit()
    assert user.post(f"/sweeps/{sweep_id}/reproduce").status_code == 202
    run_all(world.worker)
    again = user.get(f"/sweeps/{sweep_id}").json()["reproduction"]
    assert not again["equal"] and again["differs"] == ["numbers", "code"]


def test_a_dead_worker_s_part_is_done_again(engine: Engine, world: World, user: httpx.Client) -> None:
    whole = post(user, world)
    first, second = parts(engine, whole)
    held = claim(engine, first.id, worker="gone/1", lease=world.worker.lease)
    assert held is not None
    with WriteSession(engine) as session:
        assert take_back(session, ["gone/1"]) == 1
        session.commit()
    ended = run_all(world.worker)
    assert ended == [(first.id, "done"), (second.id, "done"), (whole, "done")]
    assert row(engine, first.id).attempt == 2
    with ReadSession(engine) as session:
        assert session.scalar(select(func.count()).where(Run.job_id == first.id)) == 1


def test_progress_is_that_of_all_parts(engine: Engine, world: World, user: httpx.Client) -> None:
    whole = post(user, world)
    first, _ = parts(engine, whole)
    world.worker.run(first.id)
    found = user.get(f"/jobs/{whole}").json()
    assert found["progress"] == pytest.approx(0.45) and found["message"] == "1 of 2 parts done"
    listed = user.get("/jobs").json()["items"]
    assert [one["id"] for one in listed if one["kind"].startswith("sweeps.")] == [str(whole)]
    assert listed[0]["parent_id"] is None
    chain = user.get("/jobs", params={"chain": found["chain_id"]}).json()["items"]
    assert [one["parent_id"] for one in chain] == [None, str(whole), str(whole)]


def test_cancelling_ends_all_parts_and_leaves_nothing(
    engine: Engine, world: World, user: httpx.Client
) -> None:
    whole = post(user, world)
    first, _ = parts(engine, whole)
    ends: list[str] = []
    runner = threading.Thread(target=lambda: ends.append(world.worker.run(first.id)))
    runner.start()
    wait_until(lambda: 0.03 < row(engine, first.id).progress < 0.9, 60, "a part is under way")
    answer = user.post(f"/jobs/{whole}/cancel")
    assert answer.json()["state"] == "cancelled"
    runner.join(30)
    assert ends == ["lost"]
    # In a pool the parent has killed the process of the first by now, and says cancelled.
    assert row(engine, first.id).cancel_requested and states(engine, whole)[1] == "cancelled"
    with ReadSession(engine) as session:
        for table in (Sweep, Trial):
            assert session.scalar(select(func.count()).select_from(table)) == 0
        assert session.scalar(select(func.count()).where(Run.kind.startswith("sweeps."))) == 0


def test_one_that_fails_ends_all_and_a_retry_brings_all_back(
    engine: Engine, world: World, user: httpx.Client
) -> None:
    early = {"cash_flows": [{"date": "1950-01-02", "amount": 100}]}
    whole = post(user, world, settings=early)
    first, second = parts(engine, whole)
    assert world.worker.run(first.id) == "failed"
    assert states(engine, whole) == ["failed", "cancelled"] and row(engine, whole).state == "failed"
    assert row(engine, whole).error["producer"] == str(first.id)
    # Of a part alone nobody would have use: to retry it is to retry the whole.
    assert user.post(f"/jobs/{second.id}/retry").status_code == 200
    assert states(engine, whole) == ["queued"] * 2 and row(engine, whole).state == "waiting"
    assert world.worker.run(second.id) == "failed"
    assert states(engine, whole) == ["cancelled", "failed"] and row(engine, whole).state == "failed"


def test_a_run_that_is_no_part_of_it_is_refused(
    engine: Engine, world: World, user: httpx.Client, other: httpx.Client
) -> None:
    whole = post(user, world)
    run_all(world.worker)
    given = row(engine, whole).input
    made = [one.outputs["run"] for one in parts(engine, whole)]
    lies = [
        given | {"parts": made[::-1]},
        given | {"parts": made[:1]},
        given | {"parts": made, "settings": given["settings"] | {"commission_bps": 0.0}},
        given | {"parts": made, "sweep": given["sweep"] | {"template": RANKED | {"rebalance": "daily"}}},
    ]
    for input in lies:
        body = {"jobs": [{"key": "a", "kind": "sweeps.run", "input": input}]}
        posted = user.post("/jobs", json=body)
        assert posted.status_code in (201, 202), posted.text
        run_all(world.worker)
        job = user.get(f"/jobs/{posted.json()['jobs'][0]['id']}").json()
        assert (job["state"], job["error"]["code"]) == ("failed", "unusable_sweep"), job
