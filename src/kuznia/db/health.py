"""Whether the database answers, and whether its schema is this code's."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sqlalchemy import Engine, text

VERSIONS = Path(__file__).parent / "migrations" / "versions"
NAME = re.compile(r"r(\d{4})_\w+\.py")


@dataclass(frozen=True, slots=True)
class Schema:
    """The server's version, and the revision its schema is at."""

    server: str
    revision: str | None

    @property
    def current(self) -> bool:
        return self.revision == newest_revision()


@dataclass(frozen=True, slots=True)
class Backlog:
    """Unfinished jobs of one pool in one state; ``due`` is how long the oldest has been due, in seconds."""

    pool: str
    state: str
    jobs: int
    due: float


def backlog(engine: Engine) -> list[Backlog]:
    """What workers have before them: a backlog that grows old means that none takes it."""
    query = text(
        "SELECT pool, state, count(*), greatest(0, max(extract(epoch FROM clock_timestamp() - run_after)))"
        " FROM jobs WHERE state IN ('waiting', 'queued', 'running') GROUP BY pool, state"
    )
    with engine.connect() as connection:
        return [
            Backlog(pool, state, jobs, float(due)) for pool, state, jobs, due in connection.execute(query)
        ]


@cache
def newest_revision() -> str:
    """The newest migration of this code, by its file name: Alembic itself is slow to load."""
    return max(found[1] for path in VERSIONS.iterdir() if (found := NAME.fullmatch(path.name)))


def schema(engine: Engine) -> Schema:
    """Ask the database; raises what SQLAlchemy raises when it does not answer."""
    with engine.connect() as connection:
        server = connection.execute(text("SHOW server_version")).scalar_one()
        there = connection.execute(text("SELECT to_regclass('alembic_version')")).scalar_one()
        query = text("SELECT version_num FROM alembic_version")
        revision = connection.execute(query).scalar_one_or_none() if there else None
    return Schema(server, revision)
