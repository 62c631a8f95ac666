"""A real PostgreSQL for tests: one server for each pytest process, in a folder and on a port of its own.

Built from the same binaries and by the same code as the product's embedded server, except that it does not
wait for the disk. ``KUZNIA_TEST_DATABASE_URL`` names a server to use instead.
"""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kuznia.cli.postgres import Cluster, wait_until_ready

PASSWORD = "test"
UNSAFE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_wal_size": "128MB"}
MEMORY = Path("/dev/shm")
ENOUGH = 2 << 30


def free_port() -> int:
    """Return a loopback port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def database_url(port: int, database: str = "kuznia") -> str:
    """Return SQLAlchemy's URL of a database on the test server."""
    return f"postgresql+psycopg://kuznia:{PASSWORD}@127.0.0.1:{port}/{database}"


def quick_folder() -> str | None:
    """A file system in memory where there is room on one: copying a database is 15 times as fast there."""
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ENOUGH
    return str(MEMORY) if roomy else None


@contextmanager
def postgres_server(folder: Path | None = None, *, durable: bool = False) -> Iterator[str]:
    """Run a server and give its URL; stop it at the end. Also for tests that need one of their own."""
    made = None if durable else quick_folder()
    base = Path(tempfile.mkdtemp(prefix="kuznia-pg-", dir=made)) if folder is None else folder
    port = free_port()
    cluster = Cluster.at(base / "postgres", base / "run")
    cluster.initialise(PASSWORD, durable=durable)
    cluster.prepare_start()
    options = {} if durable else UNSAFE
    with (base / "postgres.log").open("ab") as log:
        server = subprocess.Popen(
            cluster.command(listen_addresses="127.0.0.1", port=str(port), **options),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        wait_until_ready(cluster, server)
        yield database_url(port)
    finally:
        server.send_signal(signal.SIGINT)
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.send_signal(signal.SIGQUIT)
            server.wait(10)
        if folder is None:
            shutil.rmtree(base, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """SQLAlchemy URL of an empty database on a real PostgreSQL, shared by one pytest process."""
    given = os.environ.get("KUZNIA_TEST_DATABASE_URL")
    if given:
        yield given
        return
    with postgres_server() as url:
        yield url
