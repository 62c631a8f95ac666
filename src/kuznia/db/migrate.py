"""Bring a database to the newest schema: ``python -m kuznia.db.migrate``."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from kuznia.db.revision import is_newest

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"


def configuration(url: str) -> Config:
    """Alembic's configuration, made here so that no ini file has to be found at run time."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    return config


def migrate(url: str, revision: str = "head") -> None:
    """Upgrade the database at `url`; a second caller waits for the first (advisory lock)."""
    from alembic import command

    command.upgrade(configuration(url), revision)


def main() -> int:
    url = os.environ.get("KUZNIA_DATABASE_URL")
    if not url:
        sys.stderr.write("Set KUZNIA_DATABASE_URL to the database that is to be migrated.\n")
        return 2
    if not is_newest(url):
        migrate(url)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
