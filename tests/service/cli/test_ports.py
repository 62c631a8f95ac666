"""Choosing a port: the one asked for or a clear sentence, else the next free one."""

import socket
from collections.abc import Iterator

import pytest

from kuznia.cli.errors import StartError
from kuznia.cli.ports import choose_port


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield int(server.getsockname()[1])


def test_a_port_asked_for_and_taken_is_refused(taken: int) -> None:
    with pytest.raises(StartError, match=f"Port {taken} on 127.0.0.1 is taken: choose another"):
        choose_port("127.0.0.1", taken, asked=True)


def test_the_next_free_port_is_taken_when_nobody_asked(taken: int) -> None:
    assert choose_port("127.0.0.1", taken, asked=False) > taken


def test_no_free_port_is_told(monkeypatch: pytest.MonkeyPatch, taken: int) -> None:
    monkeypatch.setattr("kuznia.cli.ports.TRIED", 1)
    with pytest.raises(StartError, match=r"No port from \d+ to \d+"):
        choose_port("127.0.0.1", taken, asked=False)
