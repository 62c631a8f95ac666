"""A whole installation under kill -9, one part after the other, while the demo's chain runs.

After it: the chain is done, each job had its effect once, and no process is left behind.
"""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from sqlalchemy import Engine, select
from sqlalchemy.exc import DBAPIError

from kuznia.db.session import ReadSession, make_engine
from kuznia.db.tables import Job, Run, Trial
from kuznia.settings import load_settings
from tests.support.installation import Installation, start_installation
from tests.support.postgres import free_port
from tests.support.workers import wait_until

CHAIN_SECONDS = 900.0


def belongs(process: psutil.Process, data: Path) -> bool:
    """Whether a living process is of this installation: its data folder is in what started it."""
    with suppress(psutil.Error):
        told = [process.environ().get("KUZNIA_DATA", ""), *process.cmdline()]
        return process.status() != psutil.STATUS_ZOMBIE and str(data) in " ".join(told)
    return False


def left(data: Path) -> list[psutil.Process]:
    return [one for one in psutil.process_iter() if belongs(one, data) and one.pid != os.getpid()]


class Watch:
    """Looks at the jobs in the database, whatever happens to it meanwhile."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self._engine: Engine | None = None

    def jobs(self) -> list[Job]:
        if self._engine is None:
            with suppress(OSError):
                settings = load_settings(data=self.data)
                self._engine = make_engine(settings.database_url(), application="tests")
        if self._engine is None:
            return []
        try:
            with ReadSession(self._engine) as session:
                return list(session.scalars(select(Job).order_by(Job.id)).all())
        except DBAPIError:
            return []

    def running(self, kind: str) -> Job | None:
        """A job of a kind that a process computes right now."""
        return next((job for job in self.jobs() if job.kind == kind and job.state == "running"), None)

    def done(self) -> bool:
        """Whether every job ended, the publishing of the demo's alias too: the last that it asks for."""
        jobs = self.jobs()
        wrong = [job.error for job in jobs if job.state in ("failed", "cancelled")]
        assert not wrong, wrong
        kinds = Counter(job.kind for job in jobs)
        whole = kinds["backtests.run"] >= 4 and kinds["models.publish_routes"] >= 1
        return whole and all(job.state == "done" for job in jobs)

    def session(self) -> ReadSession:
        assert self._engine is not None
        return ReadSession(self._engine)

    def close(self) -> None:
        if self._engine is not None:
            self._engine.dispose()


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    made = Watch(tmp_path / "data")
    yield made
    made.close()


def service(house: Installation, name: str) -> int:
    """The process of a service, once it runs."""
    found: list[int] = []

    def up() -> bool:
        pid = house.status()["services"].get(name, {}).get("pid")
        found[:] = [pid] if pid else []
        return bool(found)

    wait_until(up, 60, f"{name} runs", 0.2)
    return found[0]


def meets(watch: Watch, kind: str, after: int = 0) -> Job:
    """Wait until a job of a kind is being computed, in a later attempt than `after`."""
    met: list[Job] = []

    def running() -> bool:
        job = watch.running(kind)
        met[:] = [job] if job and job.attempt > after else []
        return bool(met)

    wait_until(running, 300, f"{kind} runs", 0.05)
    return met[0]


@pytest.mark.timeout(1500)
def test_the_demo_survives_every_kill(tmp_path: Path, watch: Watch) -> None:
    data, port = tmp_path / "data", free_port()
    house = start_installation(data, port, demo=True)
    try:
        house.wait_until_ready()
        worker, api, postgres = (service(house, name) for name in ("worker", "api", "postgres"))
        job = meets(watch, "features.compute")
        os.kill(worker, signal.SIGKILL)

        meets(watch, "features.compute", after=job.attempt)
        os.kill(api, signal.SIGKILL)
        os.kill(postgres, signal.SIGKILL)

        job = meets(watch, "models.train")
        os.kill(int(str(job.worker).rpartition("/")[2]), signal.SIGKILL)

        meets(watch, "models.train", after=job.attempt)
        house.process.kill()
        house.process.wait()
        house = start_installation(data, port, demo=True)
        house.wait_until_ready()
        wait_until(watch.done, CHAIN_SECONDS, "the demo's chain is done", 0.5)
        per_job, twice = effects(watch)
        assert (set(per_job), twice) == ({1}, 0)
        assert sum(job.hand_backs for job in watch.jobs()) >= 3
    finally:
        if house.process.poll() is None:
            house.process.send_signal(signal.SIGINT)
            wait_until(lambda: house.process.poll() is not None, 90, "it stopped")
    wait_until(lambda: not left(data), 15, f"nothing is left behind: {left(data)}")


def effects(watch: Watch) -> tuple[list[int], int]:
    """Runs of each job, and how many trials are there twice."""
    with watch.session() as session:
        per_job = Counter(session.scalars(select(Run.job_id)))
        trials = Counter(session.execute(select(Trial.question_id, Trial.config_digest)).all())
    return [per_job[job.id] for job in watch.jobs()], sum(count - 1 for count in trials.values())
