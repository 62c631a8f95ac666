"""Jobs in the test's own process: real database, real store, a file broker nobody reads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from kuznia.queue.broker import Broker
from kuznia.store import Store
from kuznia.worker.execution import Executor
from tests.support.workers import executor


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    made = Broker(f"filesystem://{tmp_path}/broker")
    yield made
    made.close()


@pytest.fixture
def here(engine: Engine, broker: Broker, tmp_path: Path) -> Executor:
    """Does jobs in this process."""
    return executor(engine, broker, Store(tmp_path / "store"))
