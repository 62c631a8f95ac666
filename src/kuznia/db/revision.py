"""Which schema a database has, asked without loading what a migration needs.

Each start asks; loading SQLAlchemy and Alembic to hear that nothing is to be done would take longer than
everything else the start does.
"""

import re
from pathlib import Path

import psycopg

VERSIONS = Path(__file__).parent / "migrations" / "versions"


def newest_revisions() -> set[str]:
    """Return the revisions that no other one follows."""
    texts = [path.read_text() for path in VERSIONS.glob("r*.py")]
    made = {name for text in texts for name in re.findall(r'^revision = "(\w+)"', text, re.MULTILINE)}
    followed = {
        name for text in texts for name in re.findall(r'^down_revision = "(\w+)"', text, re.MULTILINE)
    }
    return made - followed


def is_newest(url: str) -> bool:
    """Tell whether the database at ``url`` (SQLAlchemy's form) has the newest schema."""
    try:
        with psycopg.connect(url.replace("+psycopg", "", 1), connect_timeout=10) as connection:
            rows = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    except psycopg.errors.UndefinedTable:
        return False
    return {str(row[0]) for row in rows} == newest_revisions()
