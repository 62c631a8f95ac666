"""``python -m kuznia.api`` as a process: it starts, logs in one form, and stops with streams open."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from tests.service.conftest import KEY
from tests.support.postgres import free_port

SECONDS = 30.0


@pytest.fixture
def process(database_url: str, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A running API and its address."""
    port = free_port()
    environment = {
        **os.environ,
        "KUZNIA_DATA": str(tmp_path),
        "KUZNIA_DATABASE_URL": database_url,
        "KUZNIA_SECURITY_JWT_KEY": KEY,
        "KUZNIA_API_PORT": str(port),
    }
    command = [sys.executable, "-m", "kuznia.api"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as started:
        address = f"http://127.0.0.1:{port}"
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            try:
                httpx.get(f"{address}/health/ready").raise_for_status()
                break
            except httpx.HTTPError:
                time.sleep(0.05)
        yield started, address
        started.kill()


def test_a_stop_ends_open_streams_within_moments(
    process: tuple[subprocess.Popen[str], str], app: FastAPI, people: dict[str, UUID]
) -> None:
    started, address = process
    token = app.state.access_tokens.issue(people["user"], "user")
    headers = {"Authorization": f"Bearer {token}"}
    with httpx.stream("GET", f"{address}/api/v1/jobs/events", headers=headers, timeout=SECONDS) as stream:
        lines = stream.iter_lines()
        assert next(lines).startswith("retry:")
        assert stream.headers["x-accel-buffering"] == "no" and "content-encoding" not in stream.headers
        began = time.monotonic()
        started.send_signal(signal.SIGTERM)
        assert not [line for line in lines if line.startswith("data:")]
    assert started.wait(SECONDS) in (0, -signal.SIGTERM)
    assert time.monotonic() - began < 3.0


def test_every_line_it_logs_is_json_with_ecs_names(process: tuple[subprocess.Popen[str], str]) -> None:
    started, address = process
    assert httpx.get(f"{address}/api/v1/nothing").status_code == 404
    started.send_signal(signal.SIGTERM)
    assert started.stdout is not None
    lines = [json.loads(line) for line in started.stdout.read().splitlines()]
    assert all({"@timestamp", "log.level", "message", "service.name"} <= set(line) for line in lines)
    asked = next(line for line in lines if line.get("url.path") == "/api/v1/nothing")
    assert (asked["http.response.status_code"], asked["error.code"]) == (404, "not_found")
    assert UUID(asked["trace.id"])
