"""The Python client against the real API: sign-in, retries, jobs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, text

from kuznia.client import Client, JobFailed, NoAnswer, ProblemError
from kuznia.db.access import new_object
from kuznia.db.session import WriteSession
from kuznia.db.tables import Job
from tests.service.conftest import PASSWORD
from tests.support.postgres import free_port


@pytest.fixture
def client(address: str) -> Iterator[Client]:
    with Client(address, patience=2.0) as made:
        made.login("user@kuznia.example", PASSWORD)
        yield made


@pytest.fixture
def job_of_user(session: WriteSession, people: dict[str, UUID]) -> Callable[[], str]:
    """Makes a queued job that nobody runs; tests change its row as a worker would."""

    def make() -> str:
        owner = people["user"]
        key = new_object(session, "job", owner)
        job = Job(id=key, kind="t", name="T", pool="heavy", owner_id=owner, input={}, state="queued")
        session.add(job)
        session.commit()
        return str(key)

    return make


def change(engine: Engine, job_id: str, **values: object) -> None:
    assigned = ", ".join(f"{name} = :{name}" for name in values)
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE jobs SET {assigned} WHERE id = :id"), values | {"id": job_id})


def test_an_expired_access_token_is_refreshed(client: Client) -> None:
    client.transport._token = "expired"
    assert client.get("/me")["email"] == "user@kuznia.example"


def test_a_problem_is_raised_in_the_servers_words(client: Client) -> None:
    with pytest.raises(ProblemError, match="permission 'admin'") as caught:
        client.get("/accounts")
    assert (caught.value.status, caught.value.code) == (403, "forbidden")
    with pytest.raises(ProblemError, match="/body/scopes"):
        client.post("/me/tokens", {"name": "n", "scopes": ["admin"]})


def test_an_api_token_works_without_a_session(client: Client, address: str) -> None:
    secret = client.post("/me/tokens", {"name": "notebook", "scopes": ["read"]})["secret"]
    with Client(address, token=secret) as reading:
        assert reading.get("/me")["name"] == "User"
        with pytest.raises(ProblemError, match="permission 'write'"):
            reading.create_universe("U", ["XNYS:JNJ"])


def test_a_server_that_is_not_there_is_one_clear_error() -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    with (
        Client(nowhere, token="kz_x", patience=0.3) as client,
        pytest.raises(NoAnswer, match="did not answer"),
    ):
        client.get("/me")


def test_following_reports_each_change_until_the_end(
    client: Client, engine: Engine, job_of_user: Callable[[], str]
) -> None:
    job = job_of_user()
    seen: list[tuple[str, float]] = []
    steps = iter([("running", 0.25), ("running", 0.5), ("done", 1.0)])

    def on_change(one: dict[str, object]) -> None:
        """Each state that is seen lets the job go on to the next."""
        seen.append((str(one["state"]), float(str(one["progress"]))))
        step = next(steps, None)
        if step is not None:
            change(engine, job, state=step[0], progress=step[1])

    ended = client.jobs.follow(job, on_change, timeout=60)
    assert ended[job]["state"] == "done"
    assert seen == [("queued", 0.0), ("running", 0.25), ("running", 0.5), ("done", 1.0)]


def test_following_survives_streams_that_break(
    client: Client, app: FastAPI, engine: Engine, job_of_user: Callable[[], str]
) -> None:
    jobs = [job_of_user(), job_of_user()]

    def work() -> None:
        time.sleep(0.3)
        app.state.job_events.close()  # every stream ends now, and so do new ones
        for job in jobs:
            change(engine, job, state="done", progress=1.0)

    worker = threading.Thread(target=work)
    worker.start()
    ended = client.jobs.follow(jobs, timeout=20)
    worker.join()
    assert {job["state"] for job in ended.values()} == {"done"}


def test_a_job_that_failed_raises_with_its_reason(
    client: Client, engine: Engine, job_of_user: Callable[[], str]
) -> None:
    job = job_of_user()
    problem = '{"type": "/", "title": "Bad bars", "status": 422, "code": "bad_bars", "detail": "No close."}'
    change(engine, job, state="failed", error=problem)
    with pytest.raises(JobFailed, match="Bad bars: No close"):
        client.jobs.follow(job, timeout=20)
    assert client.jobs.follow(job, timeout=20, check=False)[job]["state"] == "failed"


def test_following_ends_at_its_time_limit(client: Client, job_of_user: Callable[[], str]) -> None:
    with pytest.raises(TimeoutError, match="1 jobs had not ended"):
        client.jobs.follow(job_of_user(), timeout=0.01)


def test_pages_are_read_to_the_end(client: Client, job_of_user: Callable[[], str]) -> None:
    made = {job_of_user() for _ in range(5)}
    assert {job["id"] for job in client.pages("/jobs", limit=2)} == made
    frame = client.frame("/jobs", limit=2)
    assert frame.height == 5 and str(frame["created_at"].dtype).startswith("Datetime")
