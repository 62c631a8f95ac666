"""Independent engines given the same booleans or weights end with the same orders and the same account."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from bench._peers import Peer
from tests.peers.comparison import CHECKS, Check


@pytest.fixture(scope="module")
def peer() -> Iterator[Callable[[str], Peer]]:
    """The running driver of a peer; each is started once."""
    running: dict[str, Peer] = {}
    with ExitStack() as stack:

        def named(name: str) -> Peer:
            if name not in running:
                running[name] = stack.enter_context(Peer(name))
            return running[name]

        yield named


# vectorbt's two engines are one account, and its older one compiles for minutes: the table has both.
QUICK = [check for check in CHECKS if "numba" not in check.name]


@pytest.mark.parametrize("check", QUICK, ids=lambda check: f"{check.peer}: {check.name}")
def test_the_same_account(check: Check, peer: Callable[[str], Peer]) -> None:
    found = check.compare(peer(check.peer))
    assert found.same_orders, "number, bars, instruments or sides of orders differ"
    assert found.orders > 50
    assert found.largest <= check.tolerance, found
