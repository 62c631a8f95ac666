"""Eight names with an index beside them, and the universe that they make."""

from uuid import UUID

import pytest
from sqlalchemy import Engine

from kuznia.db.session import WriteSession
from kuznia.store import Store
from tests.support.bench import listed_universe, loaded_dataset, random_bars
from tests.support.ideas import NAMES, World


@pytest.fixture
def world(engine: Engine, store: Store, people: dict[str, UUID]) -> World:
    with WriteSession(engine) as session:
        bars, _ = loaded_dataset(session, store, people["user"], random_bars([*NAMES, "ARCX:SPY"], 400))
        universe, _ = listed_universe(session, people["user"], NAMES, biased=True)
        session.commit()
    return World(bars, universe)
