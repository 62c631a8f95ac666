"""Accounts for administrators, oneself, and API tokens, with people who want more than is theirs."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from json import loads
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import Engine, text

from kuznia.db.session import WriteSession
from kuznia.domains.accounts.service import create_admin
from tests.service.conftest import KEY, PASSWORD

NEW = {"email": "new@kuznia.example", "name": "New"}


def change(admin: httpx.Client, account_id: UUID | str, **values: object) -> httpx.Response:
    etag = admin.get(f"/accounts/{account_id}").headers["etag"]
    return admin.patch(f"/accounts/{account_id}", json=values, headers={"If-Match": etag})


def test_a_generated_password_is_shown_once_and_works(admin: httpx.Client, anonymous: httpx.Client) -> None:
    made = admin.post("/accounts", json=NEW)
    assert made.status_code == 201
    password = made.json()["password"]
    assert (
        anonymous.post("/auth/login", json={"email": NEW["email"].upper(), "password": password}).status_code
        == 200
    )
    assert "password" not in admin.get(f"/accounts/{made.json()['id']}").json()
    given = admin.post("/accounts", json={"email": "g@kuznia.example", "name": "G", "password": PASSWORD})
    assert given.json()["password"] is None


@pytest.mark.parametrize(
    "body",
    [
        NEW | {"role": "emperor"},
        NEW | {"password": "short"},
        NEW | {"id": str(uuid4())},
        NEW | {"password_hash": "x"},
        NEW | {"email": "no at sign"},
        NEW | {"email": "nul\x00@kuznia.example"},
        NEW | {"name": "nul\x00"},
        NEW | {"name": "x" * 201},
        {},
        [],
        None,
    ],
)
def test_accounts_that_cannot_be_are_refused(admin: httpx.Client, body: object) -> None:
    assert admin.post("/accounts", json=body).status_code == 422


def test_one_e_mail_is_one_account(admin: httpx.Client) -> None:
    again = admin.post("/accounts", json={"email": "USER@kuznia.example", "name": "Again"})
    assert (again.status_code, again.json()["code"]) == (409, "email_taken")


def test_two_who_create_the_same_account_at_once_make_one(sign_in: Callable[[str], httpx.Client]) -> None:
    clients = [sign_in("admin") for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda client: client.post("/accounts", json=NEW).status_code, clients))
    assert sorted(answers) == [201, 409, 409, 409]


def test_only_administrators_see_or_change_accounts(
    user: httpx.Client, viewer: httpx.Client, people: dict[str, UUID]
) -> None:
    for client in (user, viewer):
        assert client.get("/accounts").status_code == 403
        assert client.post("/accounts", json=NEW).status_code == 403
        assert client.get(f"/accounts/{people['user']}").status_code == 403
        promoted = client.patch(
            f"/accounts/{people['user']}", json={"role": "admin"}, headers={"If-Match": '"1"'}
        )
        assert promoted.status_code == 403
        assert client.get("/audit").status_code == 403


def test_nobody_makes_themselves_an_administrator(user: httpx.Client) -> None:
    for stolen in (
        {"role": "admin"},
        {"email": "x@y"},
        {"revision": 9},
        {"disabled_at": None},
        {"id": str(uuid4())},
    ):
        assert user.patch("/me", json=stolen).status_code == 422
    assert user.get("/me").json()["role"] == "user"


def test_an_edit_names_the_revision_it_was_read_at(admin: httpx.Client, people: dict[str, UUID]) -> None:
    path = f"/accounts/{people['user']}"
    missing = admin.patch(path, json={"name": "A"})
    assert (missing.status_code, missing.json()["code"]) == (428, "match_needed")
    first = admin.patch(path, json={"name": "A"}, headers={"If-Match": '"1"'})
    assert (first.status_code, first.headers["etag"]) == (200, '"2"')
    stale = admin.patch(path, json={"name": "B"}, headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_edit")
    assert admin.patch(path, json={"name": "B"}, headers={"If-Match": '"nonsense"'}).status_code == 412
    assert (
        admin.patch(f"/accounts/{uuid4()}", json={"name": "B"}, headers={"If-Match": '"1"'}).status_code
        == 404
    )


def test_the_last_administrator_stays(admin: httpx.Client, people: dict[str, UUID]) -> None:
    for last in ({"disabled": True}, {"role": "user"}):
        refused = change(admin, people["admin"], **last)
        assert (refused.status_code, refused.json()["code"]) == (409, "last_admin")
    assert change(admin, people["other"], role="admin").status_code == 200
    assert change(admin, people["admin"], role="user").status_code == 200


def test_two_administrators_cannot_remove_each_other_at_once(
    admin: httpx.Client, sign_in: Callable[[str], httpx.Client], people: dict[str, UUID]
) -> None:
    assert change(admin, people["other"], role="admin").status_code == 200
    time.sleep(1.05)
    pairs = [(sign_in("admin"), people["other"], '"2"'), (sign_in("other"), people["admin"], '"1"')]

    def demote(pair: tuple[httpx.Client, UUID, str]) -> int:
        client, target, etag = pair
        path = f"/accounts/{target}"
        return client.patch(path, json={"role": "viewer"}, headers={"If-Match": etag}).status_code

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(demote, pairs))
    # The second is refused as the last administrator, or, if it came a moment later, as none any more.
    assert answers in ([200, 403], [200, 409])


def test_the_list_is_read_page_by_page(admin: httpx.Client) -> None:
    seen, cursor = [], None
    while True:
        page = admin.get("/accounts", params={"limit": 3} | ({"cursor": cursor} if cursor else {})).json()
        seen += [account["email"] for account in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == [f"{name}@kuznia.example" for name in ("admin", "user", "other", "viewer")]


@pytest.mark.parametrize("cursor", ["x", "W10", "WzFd", "WyInIE9SIDE9MSJd", "ż", "A" * 5000, "eyJhIjoxfQ"])
def test_a_cursor_made_by_hand_is_refused(admin: httpx.Client, cursor: str) -> None:
    for path in ("/accounts", "/audit", "/jobs"):
        answer = admin.get(path, params={"cursor": cursor})
        assert answer.status_code in (200, 422)
        assert answer.status_code == 422 or path == "/audit"


def test_preferences_are_merged_and_kept(user: httpx.Client) -> None:
    first = user.patch("/me", json={"name": "Zofia Żółć", "preferences": {"theme": "dark", "language": "pl"}})
    assert first.status_code == 200
    user.patch("/me", json={"preferences": {"theme": None, "palette": "blue_orange"}})
    me = user.get("/me").json()
    assert me["name"] == "Zofia Żółć"
    assert me["preferences"] == {"language": "pl", "palette": "blue_orange"}
    for bad in ({"a" * 41: 1}, {"x": "y" * 201}, {"x": [1]}, {"X-Y": 1}, {f"k{n}": 1 for n in range(33)}):
        assert user.patch("/me", json={"preferences": bad}).status_code == 422


def test_a_viewer_keeps_preferences_but_shares_nothing(viewer: httpx.Client) -> None:
    assert viewer.patch("/me", json={"preferences": {"theme": "light"}}).status_code == 200
    assert viewer.post(f"/objects/{uuid4()}/grants", json={}).status_code == 403


def token_client(address: str, secret: str) -> httpx.Client:
    return httpx.Client(base_url=f"{address}/api/v1", headers={"Authorization": f"Bearer {secret}"})


def test_an_api_token_does_what_its_scopes_say(user: httpx.Client, address: str, engine: Engine) -> None:
    made = user.post("/me/tokens", json={"name": "notebook", "scopes": ["read"], "expires_in_days": 7})
    assert made.status_code == 201
    secret = made.json()["secret"]
    assert secret.startswith("kz_")
    listed = user.get("/me/tokens").json()
    assert [token["name"] for token in listed] == ["notebook"] and "secret" not in listed[0]
    with engine.begin() as connection:
        assert secret not in str(connection.execute(text("SELECT * FROM api_tokens")).all())
    with token_client(address, secret) as token:
        assert token.get("/me").status_code == 200
        assert token.post(f"/objects/{uuid4()}/grants", json={}).status_code == 403
        for path, body in (("/me/tokens", {"name": "child", "scopes": ["read"]}),):
            refused = token.post(path, json=body)
            assert (refused.status_code, refused.json()["code"]) == (403, "session_needed")
        assert token.patch("/me", json={"name": "Thief"}).json()["code"] == "session_needed"
        assert user.get("/me/tokens").json()[0]["last_used_at"] is not None
        assert user.delete(f"/me/tokens/{made.json()['id']}").status_code == 204
        time.sleep(1.05)
        assert token.get("/me").status_code == 401


def test_a_token_never_has_more_than_its_owners_role(
    admin: httpx.Client, user: httpx.Client, viewer: httpx.Client, people: dict[str, UUID], address: str
) -> None:
    assert user.post("/me/tokens", json={"name": "x", "scopes": ["admin"]}).json()["code"] == "scope_too_wide"
    assert viewer.post("/me/tokens", json={"name": "x", "scopes": ["write"]}).status_code == 422
    secret = admin.post("/me/tokens", json={"name": "x", "scopes": ["admin", "read"]}).json()["secret"]
    with token_client(address, secret) as token:
        assert token.get("/accounts").status_code == 200
        assert change(admin, people["other"], role="admin").status_code == 200
        assert change(admin, people["admin"], role="user").status_code == 200
        time.sleep(1.05)
        assert token.get("/accounts").status_code == 403


def test_an_expired_token_and_another_persons_token_are_out_of_reach(
    user: httpx.Client, other: httpx.Client, address: str, engine: Engine
) -> None:
    made = user.post("/me/tokens", json={"name": "x", "scopes": ["read"], "expires_in_days": 1}).json()
    assert other.delete(f"/me/tokens/{made['id']}").status_code == 404
    with engine.begin() as connection:
        connection.execute(text("UPDATE api_tokens SET expires_at = now() - interval '1 second'"))
    with token_client(address, made["secret"]) as token:
        assert token.get("/me").status_code == 401


def test_the_first_administrator_is_made_once(engine: Engine, tmp_path: Path, database_url: str) -> None:
    with WriteSession(engine) as session:
        assert create_admin(session, "late@kuznia.example", None) is None
    with engine.begin() as connection:
        connection.execute(text("TRUNCATE accounts CASCADE"))
    command = [sys.executable, "-m", "kuznia.api", "create-admin"]
    environment = {
        "KUZNIA_DATA": str(tmp_path),
        "KUZNIA_DATABASE_URL": database_url,
        "KUZNIA_SECURITY_JWT_KEY": KEY,
        "KUZNIA_ADMIN_EMAIL": "first@kuznia.example",
    }
    answers = []
    for _ in range(2):
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        answers.append(loads(done.stdout.splitlines()[-1]))
    first, second = answers
    assert first["created"] and len(first["password"]) > 20 and first["access_token"]
    assert (second["created"], second["password"], second["email"]) == (False, None, "first@kuznia.example")
