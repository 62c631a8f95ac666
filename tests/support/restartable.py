"""A PostgreSQL of one's own that a test can kill -9 and start again on the same port."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from kuznia.cli.postgres import Cluster, wait_until_ready
from tests.support.postgres import PASSWORD, database_url, free_port


@dataclass
class Postgres:
    """A durable server: what was committed is there after a kill."""

    cluster: Cluster
    port: int
    log: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return database_url(self.port)

    def start(self) -> None:
        self.cluster.prepare_start()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.cluster.command(listen_addresses="127.0.0.1", port=str(self.port)),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        wait_until_ready(self.cluster, self.process)

    def kill(self) -> None:
        """kill -9 of the server; its backends notice and end."""
        assert self.process is not None
        backends = psutil.Process(self.process.pid).children(recursive=True)
        self.process.kill()
        self.process.wait()
        psutil.wait_procs(backends, timeout=10)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(20)


@contextmanager
def restartable_postgres(folder: Path) -> Iterator[Postgres]:
    """Run a server with an empty database."""
    cluster = Cluster.at(folder / "pg", folder / "s")
    cluster.initialise(PASSWORD, durable=False)
    made = Postgres(cluster, free_port(), folder / "postgres.log")
    made.start()
    try:
        yield made
    finally:
        made.stop()
