"""Real brokers for tests: RabbitMQ and Redis, each a server of its own on free ports."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from tests.support.postgres import free_port
from tests.support.programs import RABBITMQ, REDIS

SECONDS = 90.0
# The program that Debian's wrapper of the same name starts as another user, who cannot write here.
DEBIAN = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")


@contextmanager
def redis_server(folder: Path, port: int | None = None) -> Iterator[str]:
    """Run a Redis that keeps nothing, and give its URL."""
    port = port or free_port()
    command = [
        str(REDIS.path),
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--dir",
        str(folder),
    ]
    with _running(command, {}, folder / "redis.log", port):
        yield f"redis://127.0.0.1:{port}/0"


@contextmanager
def rabbitmq_server(folder: Path, port: int | None = None) -> Iterator[str]:
    """Run a RabbitMQ with an epmd of its own, and give its URL. Both end with the test."""
    port, epmd_port = port or free_port(), free_port()
    home = folder / "rabbitmq"
    home.mkdir(exist_ok=True)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("RABBITMQ_")},
        "HOME": str(home),
        "RABBITMQ_NODENAME": f"kuznia{port}@localhost",
        "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODE_PORT": str(port),
        "RABBITMQ_DIST_PORT": str(free_port()),
        "RABBITMQ_MNESIA_BASE": str(home / "data"),
        "RABBITMQ_LOG_BASE": str(home / "logs"),
        "RABBITMQ_PID_FILE": str(home / "pid"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "plugins"),
        "ERL_EPMD_PORT": str(epmd_port),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
    }
    (home / "plugins").write_text("[].")
    epmd = shutil.which("epmd")
    command = [epmd, "-port", str(epmd_port)] if epmd else ["true"]
    mapper = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with _running(
            [str(DEBIAN if DEBIAN.exists() else RABBITMQ.path)], environment, folder / "rabbitmq.log", port
        ):
            yield f"amqp://guest:guest@127.0.0.1:{port}//"
    finally:
        mapper.kill()
        mapper.wait(10)


@contextmanager
def _running(command: list[str], environment: Mapping[str, str], log: Path, port: int) -> Iterator[None]:
    with log.open("ab") as sink:
        server = subprocess.Popen(
            command,
            env=environment or None,
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait(server, port, log)
        yield
    finally:
        _end(server)


def _end(server: subprocess.Popen[bytes]) -> None:
    family = psutil.Process(server.pid).children(recursive=True) if server.poll() is None else []
    for one in family:
        with suppress(psutil.NoSuchProcess):
            one.send_signal(signal.SIGTERM)
    server.terminate()
    _, alive = psutil.wait_procs(family, timeout=20)
    for one in alive:
        one.kill()
    server.wait(20)


def _wait(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        if server.poll() is not None:
            break
        with socket.socket() as probe:
            probe.settimeout(0.5)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError(f"The broker did not start:\n{log.read_text()[-4000:]}")
