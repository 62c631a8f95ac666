"""A worker beside the client: what it follows is done while it waits."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from kuznia.queue.broker import Broker
from kuznia.store import Store
from kuznia.worker.slices import SLICES
from tests.service.models.test_registry import bench, given
from tests.support.workers import executor, run_all

__all__ = ["bench", "given"]


@pytest.fixture
def worker(engine: Engine, store: Store, tmp_path: Path) -> Iterator[None]:
    """Does every queued job as it comes."""
    broker, over = Broker(f"filesystem://{tmp_path}/broker"), threading.Event()
    hands = executor(engine, broker, store, SLICES)

    def work() -> None:
        while not over.wait(0.05):
            run_all(hands)

    thread = threading.Thread(target=work)
    thread.start()
    yield
    over.set()
    thread.join()
    broker.close()
