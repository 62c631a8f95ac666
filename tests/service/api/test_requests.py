"""Every request: ids, headers, problems, limits, and bodies that nobody should send."""

from __future__ import annotations

import json
import logging
import socket
import time
from collections.abc import Iterator
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, text

from kuznia.api.app import make_app
from kuznia.db.access import new_object
from kuznia.db.session import WriteSession
from kuznia.db.tables import Job
from kuznia.settings import Settings
from tests.support.serving import client_of, served


def root(client: httpx.Client, path: str) -> str:
    parts = urlsplit(str(client.base_url))
    return f"{parts.scheme}://{parts.netloc}{path}"


def test_a_request_keeps_its_id_if_it_is_one(user: httpx.Client) -> None:
    mine = str(uuid4())
    assert user.get("/me", headers={"X-Request-ID": mine}).headers["x-request-id"] == mine
    for forged in ("", "1; DROP TABLE jobs", "a" * 500):
        given = user.get("/me", headers={"X-Request-ID": forged}).headers["x-request-id"]
        assert given != forged and UUID(given)


def test_an_error_is_a_problem_with_the_requests_id(user: httpx.Client) -> None:
    answer = user.get("/nothing/here")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert set(problem) == {"type", "title", "status", "detail", "instance", "code", "trace_id", "errors"}
    assert (problem["code"], problem["instance"]) == ("not_found", "/api/v1/nothing/here")
    assert problem["trace_id"] == answer.headers["x-request-id"]
    wrong = user.put("/me", json={})
    assert (wrong.status_code, wrong.json()["code"]) == (405, "method_not_allowed")
    assert "GET" in wrong.headers["allow"] or "PATCH" in wrong.headers["allow"]
    assert user.get("/me/").status_code == 404


def test_every_answer_carries_the_security_headers(user: httpx.Client) -> None:
    for answer in (user.get("/me"), user.get("/nothing"), user.get(root(user, "/health/live"))):
        policy = answer.headers["content-security-policy"]
        assert "script-src 'self';" in policy and "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "server" not in answer.headers
    assert user.get("/me").headers["cache-control"] == "no-store"


def test_json_is_compressed_for_who_asks(admin: httpx.Client) -> None:
    for n in range(12):
        admin.post("/me/tokens", json={"name": f"{n}" * 100, "scopes": ["read"]})
    assert admin.get("/me/tokens").headers["content-encoding"] == "gzip"
    assert "content-encoding" not in admin.get("/me/tokens", headers={"Accept-Encoding": "identity"}).headers


BODIES = {
    "a lone surrogate": b'{"name": "\\ud800"}',
    "a NUL": b'{"name": "a\\u0000b"}',
    "a NUL in preferences": b'{"preferences": {"theme": "a\\u0000"}}',
    "not UTF-8": b'{"name": "\xff\xfe"}',
    "NaN": b'{"preferences": {"theme": NaN}}',
    "a huge number": b'{"preferences": {"theme": 1e999}}',
    "a huge integer": b'{"preferences": {"theme": ' + b"9" * 5000 + b"}}",
    "deep nesting": b'{"preferences": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    "no JSON": b"{",
    "another type": b"[]",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_bodies_that_cannot_be_stored_are_refused_and_never_an_error_of_ours(
    user: httpx.Client, body: bytes
) -> None:
    answer = user.patch("/me", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (400, 422)
    assert answer.json()["status"] == answer.status_code
    assert user.get("/me").json()["name"] == "User"


def test_a_path_that_holds_a_nul_is_refused(user: httpx.Client) -> None:
    assert user.get("/me/tokens/%00").status_code in (404, 405, 422)
    assert user.get("/jobs?kind=%00").status_code in (200, 422)
    assert user.get("/jobs?kind=%ff%fe").status_code in (200, 422)


@pytest.fixture
def small(settings: Settings) -> Iterator[httpx.Client]:
    """An API whose limits are soon met."""
    limits = settings.limits.model_copy(
        update={"body_bytes": 1000, "upload_bytes": 5000, "requests_per_minute": 30}
    )
    with (
        served(make_app(settings.model_copy(update={"limits": limits}))) as address,
        client_of(address) as made,
    ):
        yield made


def test_large_bodies_are_refused_whether_they_say_so_or_not(small: httpx.Client) -> None:
    said = small.post("/auth/login", json={"email": "a@b", "password": "x" * 2000})
    assert (said.status_code, said.json()["code"]) == (413, "too_large")

    def chunks() -> Iterator[bytes]:
        for _ in range(30):
            yield b"x" * 100

    unsaid = small.post("/auth/login", content=chunks(), headers={"Content-Type": "application/json"})
    assert (unsaid.status_code, unsaid.json()["code"]) == (413, "too_large")
    form = small.post("/auth/login", files={"file": b"x" * 6000})
    assert form.status_code == 413


def test_one_address_gets_so_many_requests_a_minute(small: httpx.Client) -> None:
    answers = [small.get("/me") for _ in range(40)]
    assert {answer.status_code for answer in answers[:25]} == {401}
    assert answers[-1].json()["code"] == "too_many_requests"
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert small.get(root(small, "/health/live")).status_code == 200


def test_an_unknown_error_says_nothing_but_its_trace_id(
    app: FastAPI, address: str, user: httpx.Client, capsys: pytest.CaptureFixture[str]
) -> None:
    app.state.access_tokens = None  # a broken installation, from the inside
    answer = user.get("/me")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "NoneType" not in answer.text and UUID(answer.json()["trace_id"])


def test_a_database_that_does_not_answer_is_503(
    app: FastAPI, address: str, user: httpx.Client, template: Engine, engine: Engine
) -> None:
    name = engine.url.database
    with template.connect() as connection:
        connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
        connection.execute(
            text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        )
    answer = user.get("/accounts")
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    ready = httpx.get(f"{address}/health/ready")
    assert (ready.status_code, ready.json()) == (
        503,
        {"ready": False, "parts": {"database": "does not answer"}},
    )
    assert httpx.get(f"{address}/health/live").status_code == 200
    with template.connect() as connection:
        connection.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true"))
    assert httpx.get(f"{address}/health/ready").status_code == 200


def test_a_schema_of_another_version_is_not_ready(address: str, engine: Engine) -> None:
    assert httpx.get(f"{address}/health/ready").json() == {"ready": True, "parts": {"database": "ok"}}
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    stale = httpx.get(f"{address}/health/ready")
    assert stale.status_code == 503 and "0001" in stale.json()["parts"]["database"]


def test_the_installation_tells_its_versions_and_metrics(
    user: httpx.Client, address: str, session: WriteSession, people: dict[str, UUID]
) -> None:
    key = new_object(session, "job", people["user"])
    made = Job(id=key, kind="t", name="T", pool="heavy", owner_id=people["user"], input={}, state="queued")
    session.add(made)
    session.commit()
    system = user.get("/system").json()
    assert system["version"] and system["database"] and system["schema_revision"]
    metrics = httpx.get(f"{address}/metrics").text
    assert 'kuznia_jobs{pool="heavy",state="queued"} 1.0' in metrics
    assert 'kuznia_jobs_oldest_due_seconds{pool="heavy"}' in metrics
    assert 'kuznia_http_requests_total{method="GET",route="/api/v1/system",status="200"}' in metrics


def test_an_access_is_logged_as_one_line_without_secrets(
    user: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "kuznia.api.access"):
        user.get("/me?cursor=secret-in-the-query")
        lines: list[object] = []
        end = time.monotonic() + 5.0
        while not lines and time.monotonic() < end:  # it is written after the answer was sent
            lines = [record.msg for record in caplog.records if record.name == "kuznia.api.access"]
            time.sleep(0.01)
    line = lines[0]
    assert isinstance(line, dict)
    assert (line["url.path"], line["http.response.status_code"]) == ("/api/v1/me", 200)
    assert "secret" not in json.dumps(line, default=str) and "Bearer" not in json.dumps(line, default=str)


def test_half_a_request_does_not_hold_the_server(address: str, user: httpx.Client) -> None:
    parts = urlsplit(address)
    with socket.create_connection((parts.hostname or "", parts.port or 0)) as half:
        half.sendall(b"POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        assert user.get("/me").status_code == 200
    assert user.get("/me").status_code == 200
