"""The embedded PostgreSQL: ours is told from a stranger's, and nothing a kill leaves stops the next start."""

import os
import signal
import subprocess
from pathlib import Path

import psutil
import psycopg
import pytest

from kuznia.cli.errors import StartError
from kuznia.cli.postgres import Cluster, find_binaries, wait_until_ready
from tests.support.postgres import PASSWORD


@pytest.fixture
def cluster(tmp_path: Path) -> Cluster:
    made = Cluster.at(tmp_path / "pg", tmp_path / "s")
    made.initialise(PASSWORD, durable=False)
    return made


def start(cluster: Cluster) -> "subprocess.Popen[bytes]":
    cluster.prepare_start()
    server = subprocess.Popen(
        cluster.command(fsync="off"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    wait_until_ready(cluster, server)
    return server


def ask(cluster: Cluster) -> tuple[object, ...] | None:
    with psycopg.connect(
        host=str(cluster.socket), user="kuznia", password=PASSWORD, dbname="kuznia"
    ) as connection:
        return connection.execute("SELECT count(*), lower('ŻÓŁĆ') FROM pg_database").fetchone()


def test_the_shared_server_answers(postgres_url: str) -> None:
    with psycopg.connect(postgres_url.replace("+psycopg", "")) as connection:
        assert connection.execute("SHOW server_encoding").fetchone() == ("UTF8",)


def test_initialise_leaves_an_existing_cluster_alone(cluster: Cluster) -> None:
    before = (cluster.folder / "PG_VERSION").stat().st_mtime_ns
    cluster.initialise("another", durable=False)
    assert (cluster.folder / "PG_VERSION").stat().st_mtime_ns == before


def test_a_server_left_behind_is_stopped_and_replaced(cluster: Cluster) -> None:
    left = start(cluster)
    replaced = start(cluster)  # its preparation finds and ends the first
    try:
        assert left.wait(10) == 0
        assert ask(cluster) == (4, "żółć")
        assert not cluster.ready(left.pid)
    finally:
        replaced.send_signal(signal.SIGINT)
        replaced.wait(10)


def test_a_killed_server_does_not_stop_the_next(cluster: Cluster) -> None:
    server = start(cluster)
    backends = psutil.Process(server.pid).children(recursive=True)
    server.kill()
    server.wait()
    psutil.wait_procs(backends, timeout=10)
    again = start(cluster)
    assert ask(cluster) == (4, "żółć")
    again.send_signal(signal.SIGINT)
    again.wait(10)


@pytest.mark.parametrize("namespaces", [True, False] if os.geteuid() == 0 else [True])
def test_root_starts_a_server_that_is_not_root(
    tmp_path: Path, namespaces: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not namespaces:  # as in a chroot, and in some containers
        monkeypatch.setattr("kuznia.cli.privileges._namespace", tuple)
    tmp_path.chmod(0o700)
    cluster = Cluster.at(tmp_path / "pg", tmp_path / "s")
    cluster.initialise(PASSWORD, durable=False)
    server = start(cluster)
    assert ask(cluster) == (4, "żółć")
    server.send_signal(signal.SIGINT)
    assert server.wait(10) == 0


def test_a_cluster_changes_hands_between_ways_to_start_it(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kuznia.cli.privileges._namespace", tuple)
    again = Cluster.at(cluster.folder, cluster.socket)
    server = start(again)
    assert ask(again) == (4, "żółć")
    server.send_signal(signal.SIGINT)
    assert server.wait(10) == 0


def test_a_pid_file_that_names_another_process_is_removed(cluster: Cluster) -> None:
    (cluster.folder / "postmaster.pid").write_text(f"{os.getpid()}\n{cluster.folder}\n")
    server = start(cluster)
    server.send_signal(signal.SIGINT)
    assert server.wait(10) == 0


def test_binaries_that_are_nowhere_are_one_clear_sentence() -> None:
    with pytest.raises(StartError, match=r"No binaries of PostgreSQL 9, .* KUZNIA_DATABASE_URL"):
        find_binaries(9)
