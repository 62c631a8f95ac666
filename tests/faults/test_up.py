"""`kuznia up` as a whole: ready, one at a time, stopped by a signal, and started again after kill -9."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from kuznia.cli.leftovers import TOKEN
from tests.support.postgres import free_port

KUZNIA = (sys.executable, "-m", "kuznia.cli.main")
SERVICES = ("postgres", "api", "worker", "scoring")


class Installation:
    """A data folder and the commands on it, as a person runs them."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = free_port()
        self.process: subprocess.Popen[str] | None = None
        self.environment = {**os.environ, "KUZNIA_SCORING_PORT": str(free_port())}

    def up(self) -> "subprocess.Popen[str]":
        command = [*KUZNIA, "up", "--data", str(self.data), "--port", str(self.port), "--no-demo"]
        self.process = subprocess.Popen(
            command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        return self.process

    def status(self) -> dict[str, object]:
        command = [*KUZNIA, "status", "--data", str(self.data), "--json"]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        found: dict[str, object] = json.loads(done.stdout)
        assert done.returncode == (0 if found["ready"] else 1)
        return found

    def wait_until(self, met: Callable[[], bool], seconds: float = 60.0) -> None:
        end = time.monotonic() + seconds
        while not met():
            assert self.process is not None
            if self.process.poll() is not None:
                pytest.fail(self.process.communicate()[0])
            assert time.monotonic() < end, self.status()
            time.sleep(0.1)

    def all_run(self) -> bool:
        found = self.status()
        services = found["services"]
        assert isinstance(services, dict)
        return bool(found["ready"]) and all(
            services.get(name, {}).get("state") == "running" for name in SERVICES
        )

    def pids(self) -> list[int]:
        services = self.status()["services"]
        assert isinstance(services, dict)
        return [service["pid"] for service in services.values() if service["pid"]]

    @property
    def token(self) -> str:
        return str(json.loads((self.data / "run" / "state.json").read_text())["token"])


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    made = Installation(tmp_path / "data")
    yield made
    if made.process:
        made.process.send_signal(signal.SIGTERM)
        made.process.communicate(timeout=90)


def with_token(token: str) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(TOKEN) == token and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found


def test_up_is_ready_refuses_a_second_and_leaves_nothing_when_stopped(installation: Installation) -> None:
    process = installation.up()
    installation.wait_until(installation.all_run)
    token = installation.token
    with urllib.request.urlopen(f"http://127.0.0.1:{installation.port}/api/v1/openapi.json") as answer:
        assert json.load(answer)["openapi"].startswith("3.")

    second = Installation(installation.data).up()
    said, _ = second.communicate(timeout=60)
    assert second.returncode == 1
    assert f"already runs on {installation.data} (http://127.0.0.1:{installation.port})" in said

    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=90)
    assert process.returncode == 0
    assert "sign in as admin@kuznia.local with the password" in said
    assert with_token(token) == []
    assert not installation.status()["running"]


def test_a_start_after_kill_9_of_the_parent_is_ready(installation: Installation) -> None:
    process = installation.up()
    installation.wait_until(installation.all_run)
    token, before = installation.token, installation.pids()
    process.kill()
    process.communicate(timeout=30)

    installation.up()
    installation.wait_until(installation.all_run)
    assert with_token(token) == []
    assert set(before).isdisjoint(installation.pids())


def test_killed_services_come_back(installation: Installation) -> None:
    installation.up()
    installation.wait_until(installation.all_run)
    for name in SERVICES:
        services = installation.status()["services"]
        assert isinstance(services, dict)
        pid = services[name]["pid"]
        os.kill(pid, signal.SIGKILL)
        installation.wait_until(lambda pid=pid: pid not in installation.pids() and installation.all_run())
