"""The migrations build exactly what the tables say, triggers and all, and may be run by two at once."""

from __future__ import annotations

import subprocess
import sys

import pytest
from alembic import command as alembic
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, Table, make_url, text

from kuznia.db.health import newest_revision, schema
from kuznia.db.migrate import configuration
from kuznia.db.tables import IMMUTABLE, Base

GROUPS = {"chain_id", "request_id", "trace_id"}
"""What several rows share, and no row has."""


def test_the_tables_are_what_the_migrations_build(database_url: str) -> None:
    alembic.check(configuration(database_url))


def test_there_is_one_newest_revision(database_url: str, engine: Engine) -> None:
    scripts = ScriptDirectory.from_config(configuration(database_url))
    assert scripts.get_heads() == [newest_revision()]
    assert schema(engine).current


def test_immutable_tables_refuse_changes(engine: Engine) -> None:
    query = text("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'immutable'")
    with engine.connect() as connection:
        guarded = set(connection.scalars(query))
    assert guarded == {table.__tablename__ for table in IMMUTABLE}


def test_two_at_once_migrate_once(template: Engine) -> None:
    with template.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS kuznia_twice WITH (FORCE)"))
        connection.execute(text("CREATE DATABASE kuznia_twice"))
    url = make_url(template.url).set(database="kuznia_twice").render_as_string(hide_password=False)
    command = [sys.executable, "-m", "kuznia.db.migrate"]
    both = [subprocess.Popen(command, env={"KUZNIA_DATABASE_URL": url}) for _ in range(2)]
    assert [one.wait(60) for one in both] == [0, 0]
    with template.connect() as connection:
        connection.execute(text("DROP DATABASE kuznia_twice WITH (FORCE)"))


@pytest.mark.parametrize("table", Base.metadata.sorted_tables, ids=lambda table: table.name)
def test_every_reference_is_a_true_foreign_key(table: Table) -> None:
    ids = {column for column in table.columns if column.name.endswith("_id")}
    assert {column.name for column in ids if not column.foreign_keys} <= GROUPS
