"""Where Feast's point-in-time join differs from the definition; docs/methods/peers.md tells of it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from bench._peers import Peer

HOUR = 3_600_000_000
START = 1_600_000_000_000_000 // HOUR
LATE = ([0, 24, 48], [0, 24, 48], [0, 72, 96], [1.0, 2.0, 3.0])
REVISED = ([0, 25, 40, 40, 55, 70], [24, 24, 24, 0], [24, 30, 50, 60], [10.0, 11.0, 12.0, 9.0])
"""Moments, then events, known times and values, in hours."""


@pytest.fixture(scope="module")
def feast() -> Iterator[Peer]:
    with Peer("feast") as peer:
        yield peer


def asked(peer: Peer, case: tuple[list[int], ...], which: str) -> dict[int, float]:
    """What Feast gives for each moment that it keeps, by its place."""
    at, event, known, value = case
    arrays = {
        "entity": np.zeros(len(at), dtype=np.int64),
        "at": (START + np.array(at)) * HOUR,
        "x.entity": np.zeros(len(event), dtype=np.int64),
        "x.ts": (START + np.array(event)) * HOUR,
        "x.known": (START + np.array(known)) * HOUR,
        "x.value": np.array(value),
    }
    found = peer.ask("join", arrays, full=True, views={"x": 400}, time=which).arrays
    return dict(sorted(zip(found["n"].tolist(), found["x"].tolist(), strict=True)))


def test_by_the_time_of_the_event_late_rows_are_seen_before_they_were_known(feast: Peer) -> None:
    assert asked(feast, LATE, "ts") == {0: 1.0, 1: 2.0, 2: 3.0}
    assert asked(feast, LATE, "known") == {0: 1.0, 1: 1.0, 2: 1.0}


def test_by_the_time_of_the_event_rows_are_lost_and_revisions_mistaken(feast: Peer) -> None:
    found = asked(feast, REVISED, "ts")
    assert len(found) == 5
    assert found != {0: None, 1: 10.0, 2: 11.0, 3: 11.0, 4: 12.0, 5: 12.0}
    assert found[1] == 12.0, "known 25 hours later"


def test_by_the_known_time_a_revised_old_event_hides_the_newer_one(feast: Peer) -> None:
    found = asked(feast, REVISED, "known")
    assert len(found) == 4
    assert found[5] == 9.0, "12 is the newest event that was known"
