"""Print the specification: ``python -m kuznia.api.openapi``. Needs no database and no secrets."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from kuznia.api.app import make_app
from kuznia.api.specification import as_text
from kuznia.settings import load_settings


def specification_text() -> str:
    """The specification of this code, as it is committed in ``docs/openapi.json``."""
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(
            data=Path(folder),
            database={"url": "postgresql+psycopg://nobody@localhost/none"},
            broker={"url": f"filesystem://{folder}/broker"},
            store={"url": Path(folder, "store").as_uri()},
            security={"jwt_key": "x" * 32},
        )
        return as_text(make_app(settings))


def print_specification() -> int:
    sys.stdout.write(specification_text())
    return 0


if __name__ == "__main__":
    raise SystemExit(print_specification())
