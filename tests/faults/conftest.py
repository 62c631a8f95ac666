"""A database server that a test can kill and start again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kuznia.db.migrate import migrate
from tests.support.restartable import Postgres, restartable_postgres


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[Postgres]:
    with restartable_postgres(tmp_path) as made:
        migrate(made.url)
        yield made
