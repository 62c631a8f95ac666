"""Jobs live: what a browser sees on connecting, then each change, also after the connection was lost."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from queue import Queue
from typing import Any
from uuid import UUID

import httpx
import jwt
from fastapi import FastAPI
from sqlalchemy import Engine, text

from kuznia.worker.execution import Executor
from tests.support.serving import client_of
from tests.support.workers import post, run_all


class Stream:
    """Reads an event stream in a thread."""

    def __init__(self, client: httpx.Client, **given: Any) -> None:
        self.events: Queue[tuple[str, dict[str, Any]]] = Queue()
        self.ended = threading.Event()
        self.headers: httpx.Headers | None = None
        self._open = threading.Event()
        self._thread = threading.Thread(target=self._read, args=(client, given), daemon=True)
        self._thread.start()
        assert self._open.wait(30)

    def _read(self, client: httpx.Client, given: dict[str, Any]) -> None:
        with suppress(httpx.TransportError, httpx.StreamError):  # the client was closed: the test is over
            self._events(client, given)
        self.ended.set()

    def _events(self, client: httpx.Client, given: dict[str, Any]) -> None:
        event_id = ""
        with client.stream("GET", "/jobs/events", timeout=30, **given) as answer:
            self.headers = answer.headers
            for line in answer.iter_lines():
                self._open.set()
                name, _, value = line.partition(": ")
                if name == "id":
                    event_id = value
                elif name == "data":
                    self.events.put((event_id, json.loads(value)))

    def next(self, seconds: float = 5.0) -> dict[str, Any]:
        event_id, job = self.events.get(timeout=seconds)
        assert event_id == str(job["revision"])
        return job

    def until(self, job_id: UUID, state: str) -> list[dict[str, Any]]:
        seen = [self.next()]
        while (seen[-1]["id"], seen[-1]["state"]) != (str(job_id), state):
            seen.append(self.next())
        return seen


@contextmanager
def connections_cut(engine: Engine) -> Iterator[None]:
    query = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE '%listening%'"
    with engine.begin() as connection:
        connection.execute(text(query))
    yield


def test_a_browser_gets_the_unfinished_jobs_and_then_each_change(
    user: httpx.Client, engine: Engine, here: Executor
) -> None:
    old = post(engine, None)
    run_all(here)
    job = post(engine, None)
    stream = Stream(user)
    assert stream.headers is not None
    assert stream.headers["content-type"].startswith("text/event-stream")
    assert (stream.headers["x-accel-buffering"], stream.headers["cache-control"]) == ("no", "no-store")
    first = stream.next()
    assert (first["id"], first["state"]) == (str(job), "queued")
    run_all(here)
    seen = stream.until(job, "done")
    assert str(old) not in {one["id"] for one in seen}
    revisions = [one["revision"] for one in seen]
    assert revisions == sorted(revisions)


def test_others_see_nothing_and_administrators_everything(
    user: httpx.Client, other: httpx.Client, admin: httpx.Client, engine: Engine
) -> None:
    streams = [Stream(client) for client in (user, other, admin)]
    job = post(engine, None)
    assert streams[0].next()["id"] == streams[2].next()["id"] == str(job)
    time.sleep(0.3)
    assert streams[1].events.empty()


def test_a_browser_that_comes_back_gets_what_it_missed(
    user: httpx.Client, engine: Engine, here: Executor
) -> None:
    job = post(engine, None)
    last = Stream(user).next()["revision"]
    run_all(here)
    assert Stream(user, headers={"Last-Event-ID": str(last)}).until(job, "done")


def test_one_job_can_be_watched_even_when_it_is_done(
    user: httpx.Client, engine: Engine, here: Executor
) -> None:
    job, _ = post(engine, None), post(engine, None)
    run_all(here)
    stream = Stream(user, params={"job": str(job)})
    assert stream.next()["state"] == "done"
    time.sleep(0.2)
    assert stream.events.empty()


def test_a_lost_connection_to_the_database_loses_no_change(
    user: httpx.Client, engine: Engine, here: Executor
) -> None:
    stream = Stream(user)
    first = post(engine, None)
    assert stream.next()["id"] == str(first)
    with connections_cut(engine):
        run_all(here)
    stream.until(first, "done")


def test_a_stream_ends_at_once_when_the_server_stops(app: FastAPI, user: httpx.Client) -> None:
    stream = Stream(user)
    started = time.monotonic()
    app.state.job_events.close()
    assert stream.ended.wait(2)
    assert time.monotonic() - started < 1


def test_a_stream_ends_with_its_token(app: FastAPI, address: str, people: dict[str, UUID]) -> None:
    now = int(time.time())
    claims = {"sub": str(people["user"]), "role": "user", "iat": now, "exp": now + 2}
    with client_of(address, jwt.encode(claims, app.state.access_tokens.key, algorithm="HS256")) as client:
        assert Stream(client).ended.wait(4)
