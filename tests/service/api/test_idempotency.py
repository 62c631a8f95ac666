"""``Idempotency-Key``: one effect and one answer, however often and however early a request is sent again."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
from sqlalchemy import Engine, text

BODY = {"name": "notebook", "scopes": ["read"]}


def names(client: httpx.Client) -> list[str]:
    return [token["name"] for token in client.get("/me/tokens").json()]


def test_the_same_key_gives_the_same_answer_and_one_effect(user: httpx.Client) -> None:
    first, second = (user.post("/me/tokens", json=BODY, headers={"Idempotency-Key": "a"}) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert second.headers["idempotency-replayed"] == "true"
    assert names(user) == ["notebook"]


def test_many_at_once_have_one_effect(user: httpx.Client, sign_in: Callable[[str], httpx.Client]) -> None:
    clients = [sign_in("user") for _ in range(6)]
    headers = {"Idempotency-Key": "b"}
    with ThreadPoolExecutor(6) as pool:
        answers = list(
            pool.map(lambda client: client.post("/me/tokens", json=BODY, headers=headers), clients)
        )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["secret"] for answer in answers}) == 1
    assert names(user) == ["notebook"]


def test_a_key_belongs_to_one_request_of_one_person(user: httpx.Client, other: httpx.Client) -> None:
    headers = {"Idempotency-Key": "c"}
    assert user.post("/me/tokens", json=BODY, headers=headers).status_code == 201
    reused = user.post("/me/tokens", json=BODY | {"name": "another"}, headers=headers)
    assert (reused.status_code, reused.json()["code"]) == (409, "idempotency_key_used")
    assert other.post("/me/tokens", json=BODY, headers=headers).status_code == 201
    assert names(user) == ["notebook"]


def test_a_request_that_failed_may_be_mended_under_its_key(user: httpx.Client) -> None:
    headers = {"Idempotency-Key": "d"}
    assert user.post("/me/tokens", json=BODY | {"scopes": ["admin"]}, headers=headers).status_code == 422
    assert user.post("/me/tokens", json=BODY, headers=headers).status_code == 201


def test_an_effect_whose_answer_was_lost_is_not_repeated(user: httpx.Client, engine: Engine) -> None:
    headers = {"Idempotency-Key": "e"}
    user.post("/me/tokens", json=BODY, headers=headers)
    with engine.begin() as connection:
        connection.execute(text("UPDATE idempotency_keys SET status = NULL, body = NULL"))
    again = user.post("/me/tokens", json=BODY, headers=headers)
    assert (again.status_code, again.json()["code"]) == (409, "already_done")
    assert names(user) == ["notebook"]


def test_keys_that_cannot_be_are_refused(user: httpx.Client) -> None:
    for key in ("", "x" * 201, "ż".encode()):
        answer = user.post("/me/tokens", json=BODY, headers={"Idempotency-Key": key})
        assert answer.status_code == 422, key
    assert names(user) == []
