"""Sharing: what is not shared does not exist, and only owners share."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

import httpx
import pytest

from kuznia.db.access import new_object
from kuznia.db.session import WriteSession
from kuznia.db.tables import Universe


@pytest.fixture
def universe(session: WriteSession, people: dict[str, UUID]) -> str:
    """An object of ``user``."""
    key = new_object(session, "universe", people["user"])
    session.add(Universe(id=key, name="Mine", description=""))
    session.commit()
    return str(key)


def test_others_objects_do_not_exist(other: httpx.Client, viewer: httpx.Client, universe: str) -> None:
    assert other.get(f"/universes/{universe}").status_code == 404
    for path in (f"/objects/{universe}/grants", f"/objects/{uuid4()}/grants"):
        answers = [other.get(path), viewer.get(path), other.post(path, json={})]
        assert [answer.json()["code"] for answer in answers] == ["object_not_found"] * 3
        assert other.delete(f"{path}/{uuid4()}").status_code == 404


def test_a_grant_lets_one_person_in_and_can_be_taken_back(
    user: httpx.Client, other: httpx.Client, viewer: httpx.Client, universe: str
) -> None:
    path = f"/objects/{universe}/grants"
    made = user.post(path, json={"email": "OTHER@kuznia.example", "level": "read"})
    assert made.status_code == 201 and made.json()["grantee"]["name"] == "Other"
    assert other.get(path).json()["code"] == "not_owner"
    assert other.post(path, json={}).json()["code"] == "not_owner"
    assert viewer.get(path).status_code == 404
    again = user.post(path, json={"email": "other@kuznia.example", "level": "edit"})
    assert (again.json()["id"], again.json()["level"]) == (made.json()["id"], "edit")
    assert len(user.get(path).json()) == 1
    assert user.delete(f"{path}/{made.json()['id']}").status_code == 204
    assert other.get(path).status_code == 404
    assert user.delete(f"{path}/{made.json()['id']}").json()["code"] == "grant_not_found"


def test_a_grant_to_all_lets_everybody_in(user: httpx.Client, viewer: httpx.Client, universe: str) -> None:
    path = f"/objects/{universe}/grants"
    assert user.post(path, json={}).json()["grantee"] is None
    assert viewer.get(path).json()["code"] == "not_owner"


def test_administrators_see_and_share_everything(admin: httpx.Client, universe: str) -> None:
    assert admin.get(f"/objects/{universe}/grants").status_code == 200
    assert admin.post(f"/objects/{universe}/grants", json={"level": "run"}).status_code == 201


@pytest.mark.parametrize(
    "body",
    [
        {"email": "nobody@kuznia.example"},
        {"level": "own"},
        {"granted_by": str(uuid4())},
        {"email": "'; DROP TABLE grants; --@x"},
    ],
)
def test_grants_that_cannot_be_are_refused(user: httpx.Client, universe: str, body: dict[str, str]) -> None:
    assert user.post(f"/objects/{universe}/grants", json=body).status_code == 422


def test_a_token_with_read_alone_does_not_share(
    user: httpx.Client, address: str, universe: str, sign_in: Callable[[str], httpx.Client]
) -> None:
    secret = user.post("/me/tokens", json={"name": "x", "scopes": ["read"]}).json()["secret"]
    headers = {"Authorization": f"Bearer {secret}"}
    path = f"/objects/{universe}/grants"
    assert user.get(path, headers=headers).status_code == 200
    assert user.post(path, json={}, headers=headers).status_code == 403
