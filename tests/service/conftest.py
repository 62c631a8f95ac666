"""The service in one process: a database of its own for each test, and people who are signed in.

The database is a copy of one that the migrations built, not a savepoint: what a commit does is what these
tests are about (the answer after it, the jobs sent after it, NOTIFY), and a copy takes some 50 ms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, create_engine, make_url, select, text
from starlette.routing import BaseRoute
from uuid_utils.compat import uuid7

from kuznia.api.app import make_app
from kuznia.db.migrate import migrate
from kuznia.db.session import WriteSession, make_engine
from kuznia.db.tables import Account
from kuznia.domains.accounts.passwords import hash_password
from kuznia.rest.principal import ALLOWED, Principal, Role
from kuznia.settings import Settings, load_settings
from kuznia.store import Store
from kuznia.telemetry.logs import configure
from tests.support.serving import client_of, served

TEMPLATE = "kuznia_template"
KEY = "a key of tests, which signs access tokens"
PASSWORD = "correct-horse-battery"
PEOPLE: dict[str, Role] = {"admin": "admin", "user": "user", "other": "user", "viewer": "viewer"}


@pytest.fixture(scope="session", autouse=True)
def quiet() -> None:
    """Warnings and errors only, in the form that the product logs."""
    configure("tests", "warning")


@pytest.fixture(scope="session")
def template(postgres_url: str) -> Iterator[Engine]:
    """The server's own database, from which others are made; the template holds four people."""
    server = create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {TEMPLATE} WITH (FORCE)"))
        connection.execute(text(f"CREATE DATABASE {TEMPLATE}"))
    url = make_url(postgres_url).set(database=TEMPLATE).render_as_string(hide_password=False)
    migrate(url)
    engine = create_engine(url)
    stored = hash_password(PASSWORD)
    with WriteSession(engine) as session:
        for name, role in PEOPLE.items():
            email = f"{name}@kuznia.example"
            account = Account(email=email, name=name.title(), role=role, password_hash=stored, preferences={})
            session.add(account)
            session.flush()
        session.commit()
    engine.dispose()
    yield server
    server.dispose()


@contextmanager
def database_copy(template: Engine) -> Iterator[str]:
    """A fresh database with the newest schema and four people; gives SQLAlchemy's URL."""
    name = f"kuznia_{uuid7().hex}"
    with template.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY file_copy"))
    yield template.url.set(database=name).render_as_string(hide_password=False)
    with template.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def database_url(template: Engine) -> Iterator[str]:
    with database_copy(template) as url:
        yield url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    made = make_engine(database_url, application="tests")
    yield made
    made.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[WriteSession]:
    """A session of the test's own; commit before a client asks for what it wrote."""
    with WriteSession(engine) as made:
        yield made


def settings_of(folder: Path, url: str) -> Settings:
    """Settings of an installation in a folder, with the keys that tests know."""
    return load_settings(
        data=folder,
        database={"url": url, "pool_size": 5},
        broker={"url": f"filesystem://{folder}/broker"},
        security={"jwt_key": KEY, "internal_token": "internal"},
    )


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return settings_of(tmp_path, database_url)


ROUTES: list[BaseRoute] = []


@pytest.fixture
def app(settings: Settings) -> FastAPI:
    """The application; its routes are those of the first one, as reading their signatures takes long."""
    made = make_app(settings)
    if not ROUTES:
        ROUTES.extend(made.router.routes)
    made.router.routes = ROUTES
    return made


@pytest.fixture
def address(app: FastAPI) -> Iterator[str]:
    """Where the API is served, on a real socket."""
    with served(app) as found:
        yield found


@pytest.fixture
def store(app: FastAPI) -> Store:
    found: Store = app.state.store
    return found


@pytest.fixture
def people(engine: Engine) -> dict[str, UUID]:
    """Ids of ``admin``, ``user``, ``other`` (a second user) and ``viewer``."""
    with WriteSession(engine) as session:
        return {name.lower(): key for name, key in session.execute(select(Account.name, Account.id))}


@pytest.fixture
def principal(people: dict[str, UUID]) -> Callable[[str], Principal]:
    """Makes the principal of one of the people, for services that are called directly."""

    def make(name: str) -> Principal:
        role = PEOPLE[name]
        return Principal(people[name], role, ALLOWED[role])

    return make


@pytest.fixture
def sign_in(app: FastAPI, address: str, people: dict[str, UUID]) -> Iterator[Callable[[str], httpx.Client]]:
    """Makes a client of the API, signed in as one of the people. Paths begin after ``/api/v1``."""
    with ExitStack() as stack:

        def make(name: str) -> httpx.Client:
            token = app.state.access_tokens.issue(people[name], PEOPLE[name])
            return stack.enter_context(client_of(address, token))

        yield make


@pytest.fixture
def anonymous(address: str) -> Iterator[httpx.Client]:
    with client_of(address) as client:
        yield client


@pytest.fixture
def admin(sign_in: Callable[[str], httpx.Client]) -> httpx.Client:
    return sign_in("admin")


@pytest.fixture
def user(sign_in: Callable[[str], httpx.Client]) -> httpx.Client:
    return sign_in("user")


@pytest.fixture
def other(sign_in: Callable[[str], httpx.Client]) -> httpx.Client:
    """A second user, to whom the first one's objects must not exist."""
    return sign_in("other")


@pytest.fixture
def viewer(sign_in: Callable[[str], httpx.Client]) -> httpx.Client:
    return sign_in("viewer")
