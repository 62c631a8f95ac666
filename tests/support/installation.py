"""A whole installation for tests: ``kuznia up`` on a data folder and ports of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.support.postgres import free_port

EMAIL = "founder@kuznia.example"
PASSWORD = "anvil-and-hammer-12"
DEMO_MODEL = "Weekly ranker"
"""The demo's model; other tests on the same installation make more."""
READY_SECONDS = 120.0
KUZNIA = str(Path(sys.executable).with_name("kuznia"))


@dataclass
class Installation:
    """A running ``kuznia up`` and how to reach it."""

    data: Path
    address: str
    process: "subprocess.Popen[bytes]"

    @property
    def log(self) -> Path:
        return log_beside(self.data)

    @contextmanager
    def signed_in(self) -> Iterator[httpx.Client]:
        """An HTTP client with the administrator's access token."""
        with httpx.Client(base_url=f"{self.address}/api/v1", timeout=60.0) as client:
            answer = client.post("/auth/login", json={"email": EMAIL, "password": PASSWORD})
            answer.raise_for_status()
            client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
            yield client

    def status(self) -> dict[str, Any]:
        """What ``kuznia status --json`` says."""
        command = [KUZNIA, "status", "--json", "--data", str(self.data)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        said: dict[str, Any] = json.loads(done.stdout)
        return said

    def wait_until_ready(self) -> None:
        """Wait for 200 of the readiness check and for the page."""
        end = time.monotonic() + READY_SECONDS
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise RuntimeError(self.log.read_text())
            try:
                if httpx.get(f"{self.address}/health/ready", timeout=2.0).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.1)
        raise RuntimeError(f"not ready in {READY_SECONDS} s: {self.log.read_text()}")


def log_beside(data: Path) -> Path:
    """Where the output goes: not into the data folder, which a first start wants empty."""
    return data.with_name(f"{data.name}.log")


def start_installation(data: Path, port: int, *, demo: bool) -> Installation:
    """Start ``kuznia up`` and return at once."""
    command = [KUZNIA, "up", "--data", str(data), "--port", str(port)]
    environment = {
        **os.environ,
        "KUZNIA_ADMIN_EMAIL": EMAIL,
        "KUZNIA_ADMIN_PASSWORD": PASSWORD,
        "KUZNIA_SCORING_PORT": str(free_port()),
    }
    data.parent.mkdir(parents=True, exist_ok=True)
    with log_beside(data).open("ab") as log:
        process = subprocess.Popen(
            [*command, "--demo" if demo else "--no-demo"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
        )
    return Installation(data, f"http://127.0.0.1:{port}", process)


@contextmanager
def installation(data: Path, *, demo: bool) -> Iterator[Installation]:
    """A ready installation; stopped as Ctrl-C does at the end."""
    running = start_installation(data, free_port(), demo=demo)
    try:
        running.wait_until_ready()
        yield running
    finally:
        if running.process.poll() is None:
            running.process.send_signal(signal.SIGINT)
        running.process.wait(90)
