"""Every route: nobody gets in without a token, nobody does more than the role says, nothing breaks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from sqlalchemy import Engine, create_engine, text

from kuznia.api.app import make_app
from kuznia.api.openapi import specification_text
from kuznia.api.permissions import Declared
from kuznia.settings import Settings
from tests.service.conftest import PEOPLE, database_copy, settings_of
from tests.support.serving import client_of, served

FORGED = ["x", "W10", "WzFd", "WzEsMl0", "WyJhIiwiYiJd", "WyInIE9SIDE9MSJd", "W251bGxd", "A" * 3000]
PARAMETER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Everybody:
    """One running API for all tests of this module, and a client for each of its people."""

    app: FastAPI
    anonymous: httpx.Client
    admin: httpx.Client
    user: httpx.Client
    viewer: httpx.Client

    @property
    def routes(self) -> list[Declared]:
        return list(self.app.state.declared)

    @property
    def root(self) -> str:
        return str(self.anonymous.base_url).removesuffix("/api/v1/")


@pytest.fixture(scope="module")
def everybody(template: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Everybody]:
    with database_copy(template) as url:
        app = make_app(patient(tmp_path_factory.mktemp("everybody"), url))
        engine = create_engine(url)
        with engine.connect() as connection:
            rows = connection.execute(text("SELECT lower(name), id FROM accounts"))
            ids = dict(rows.all())
        engine.dispose()
        with served(app) as address:
            tokens = {name: app.state.access_tokens.issue(ids[name], role) for name, role in PEOPLE.items()}
            clients = {name: client_of(address, tokens[name]) for name in ("admin", "user", "viewer")}
            anonymous = client_of(address)
            yield Everybody(app, anonymous, **clients)
            for client in (anonymous, *clients.values()):
                client.close()


def patient(folder: Path, url: str) -> Settings:
    """Settings that let one address ask as often as these tests do."""
    made = settings_of(folder, url)
    often = {"requests_per_minute": 1_000_000, "logins_per_minute": 1_000_000}
    return made.model_copy(update={"limits": made.limits.model_copy(update=often)})


def ask(client: httpx.Client, root: str, one: Declared, **more: object) -> httpx.Response:
    path = PARAMETER.sub(lambda _: str(uuid4()), one.path)
    return client.request(min(one.route.methods), root + path, timeout=10.0, **more)  # type: ignore[arg-type]


def test_nobody_gets_in_without_a_token(everybody: Everybody) -> None:
    for one in everybody.routes:
        if not one.is_public:
            answer = ask(everybody.anonymous, everybody.root, one)
            assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated"), one.path


def test_nobody_does_more_than_the_role_says(everybody: Everybody) -> None:
    for one in everybody.routes:
        if one.permissions[0] in ("write", "admin"):
            assert ask(everybody.viewer, everybody.root, one).status_code == 403, one.path
        if one.permissions == ("admin",):
            assert ask(everybody.user, everybody.root, one).status_code == 403, one.path


def test_what_does_not_exist_is_404_for_everybody(everybody: Everybody) -> None:
    for one in everybody.routes:
        needs_more = any(field.field_info.is_required() for field in one.route.dependant.query_params)
        by_id = one.path.count("_id}") == one.path.count("}") > 0
        if by_id and one.route.methods == {"GET"} and not needs_more:
            allowed = (
                [everybody.admin] if one.permissions == ("admin",) else [everybody.admin, everybody.user]
            )
            for client in allowed:
                answer = ask(client, everybody.root, one)
                assert answer.status_code == 404, (one.path, answer.text)
                assert answer.json()["code"] != "not_found", one.path


def test_forged_cursors_are_refused_everywhere(everybody: Everybody) -> None:
    for one in everybody.routes:
        names = {field.alias for field in one.route.dependant.query_params}
        if "cursor" in names:
            for cursor in FORGED:
                answer = ask(everybody.user, everybody.root, one, params={"cursor": cursor})
                assert answer.status_code < 500, (one.path, cursor, answer.text)


SCHEMA = schemathesis.openapi.from_dict(json.loads(specification_text())).exclude(
    path=["/api/v1/jobs/events", "/metrics"]
)


@SCHEMA.parametrize()
@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_request_makes_an_error_of_ours(case: schemathesis.Case, everybody: Everybody) -> None:
    case.call_and_validate(
        base_url=everybody.root,
        headers={"Authorization": everybody.admin.headers["Authorization"]},
        checks=(not_a_server_error,),
    )
