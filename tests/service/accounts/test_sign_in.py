"""Sign-in, access tokens and refresh tokens, with people who cheat."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import jwt
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, text

from tests.service.conftest import KEY, PASSWORD

LOGIN = {"email": "user@kuznia.example", "password": PASSWORD}


def cookie_of(response: Any) -> str:
    for header in response.headers.get_list("set-cookie"):
        if header.startswith("kuznia_refresh="):
            return str(header)
    raise AssertionError("no refresh cookie")


def refresh_with(client: httpx.Client, secret: str) -> Any:
    client.cookies.clear()
    return client.post("/auth/refresh", headers={"Cookie": f"kuznia_refresh={secret}"})


def signed(claims: dict[str, Any], key: str = KEY, algorithm: str = "HS256") -> str:
    now = datetime.now(UTC)
    return jwt.encode({"iat": now, "exp": now + timedelta(minutes=5)} | claims, key, algorithm=algorithm)


def me(client: httpx.Client, token: str) -> Any:
    return client.get("/me", headers={"Authorization": f"Bearer {token}"})


def test_signing_in_gives_a_token_and_a_cookie_that_no_script_reads(anonymous: httpx.Client) -> None:
    answer = anonymous.post("/auth/login", json=LOGIN)
    assert answer.status_code == 200
    body = answer.json()
    assert (body["token_type"], body["expires_in"], body["account"]["role"]) == ("bearer", 900, "user")
    assert "password" not in answer.text
    cookie = cookie_of(answer)
    assert "HttpOnly" in cookie and "SameSite=strict" in cookie and "Path=/api/v1/auth" in cookie
    assert me(anonymous, body["access_token"]).json()["email"] == LOGIN["email"]
    assert answer.headers["cache-control"] == "no-store"


def test_the_cookie_is_for_https_only_when_https_is_used(anonymous: httpx.Client) -> None:
    behind_tls = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}
    answer = anonymous.post("/auth/login", json=LOGIN, headers=behind_tls)
    assert "Secure" in cookie_of(answer)
    assert "strict-transport-security" in answer.headers


@pytest.mark.parametrize(
    "attempt",
    [
        {"email": "user@kuznia.example", "password": "wrong"},
        {"email": "nobody@kuznia.example", "password": PASSWORD},
        {"email": "' OR 1=1 --", "password": "' OR 'a'='a"},
        {"email": "\ud800@kuznia.example", "password": "\ud800"},
        {"email": "nul\x00@kuznia.example", "password": "x\x00"},
    ],
)
def test_wrong_sign_ins_are_refused_the_same_way(anonymous: httpx.Client, attempt: dict[str, str]) -> None:
    body = json.dumps(attempt).encode()
    answer = anonymous.post("/auth/login", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (401, 422)
    if answer.status_code == 401:
        assert answer.json()["code"] == "bad_credentials"
        assert answer.headers["www-authenticate"] == "Bearer"


def test_an_unknown_address_takes_as_long_as_a_wrong_password(anonymous: httpx.Client) -> None:
    def seconds(email: str) -> float:
        began = time.perf_counter()
        anonymous.post("/auth/login", json={"email": email, "password": "wrong-password"})
        return time.perf_counter() - began

    seconds("warm@kuznia.example")
    known = min(seconds("user@kuznia.example") for _ in range(3))
    unknown = min(seconds(f"nobody{n}@kuznia.example") for n in range(3))
    assert unknown > 0.6 * known


def test_failed_sign_ins_are_limited_for_their_address_and_e_mail(anonymous: httpx.Client) -> None:
    wrong = LOGIN | {"password": "wrong"}
    codes = [anonymous.post("/auth/login", json=wrong).status_code for _ in range(12)]
    assert codes == [401] * 10 + [429] * 2
    refused = anonymous.post("/auth/login", json=LOGIN)
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0
    fine = {"email": "other@kuznia.example", "password": PASSWORD}
    assert anonymous.post("/auth/login", json=fine).status_code == 200


def test_forged_and_stale_tokens_are_nobody(
    anonymous: httpx.Client, people: dict[str, UUID], app: FastAPI
) -> None:
    admin = str(people["admin"])
    past = datetime.now(UTC) - timedelta(seconds=1)
    forged = [
        signed({"sub": admin}, key="another key of the same length, by a thief"),
        signed({"sub": admin}, key="", algorithm="none"),
        signed({"sub": admin, "exp": past}),
        signed({"sub": str(uuid4())}),
        signed({"sub": "' OR 1=1 --"}),
        jwt.encode({"sub": admin, "iat": past}, KEY),
        app.state.access_tokens.issue(people["admin"], "admin")[:-2] + "xx",
        "kz_" + "a" * 43,
        "not.a.token",
        "ż".encode().decode("latin-1"),
    ]
    for token in forged:
        answer = anonymous.get("/me", headers={"Authorization": f"Bearer {token}".encode("latin-1")})
        assert answer.status_code == 401, token
        assert answer.json()["code"] == "unauthenticated"
    assert anonymous.get("/me", headers={"Authorization": "Basic YWRtaW46YWRtaW4="}).status_code == 401
    assert anonymous.get("/me").status_code == 401


def test_a_role_in_the_token_is_not_believed(anonymous: httpx.Client, people: dict[str, UUID]) -> None:
    token = signed({"sub": str(people["viewer"]), "role": "admin"})
    answer = anonymous.get("/accounts", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 403


def test_a_disabled_account_is_nobody_within_a_second(
    admin: httpx.Client, user: httpx.Client, people: dict[str, UUID], anonymous: httpx.Client
) -> None:
    assert user.get("/me").status_code == 200
    account = admin.get(f"/accounts/{people['user']}")
    changed = admin.patch(
        f"/accounts/{people['user']}", json={"disabled": True}, headers={"If-Match": account.headers["etag"]}
    )
    assert changed.status_code == 200
    time.sleep(1.05)
    assert user.get("/me").status_code == 401
    assert anonymous.post("/auth/login", json=LOGIN).status_code == 401


def test_refreshing_rotates_and_a_stolen_token_closes_the_family(
    anonymous: httpx.Client, engine: Engine
) -> None:
    first = anonymous.post("/auth/login", json=LOGIN).cookies["kuznia_refresh"]
    second = refresh_with(anonymous, first).cookies["kuznia_refresh"]
    assert second != first
    with engine.begin() as connection:
        connection.execute(text("UPDATE refresh_tokens SET used_at = used_at - interval '1 minute'"))
    stolen = refresh_with(anonymous, first)
    assert (stolen.status_code, stolen.json()["code"]) == (401, "session_closed")
    assert refresh_with(anonymous, second).status_code == 401


def test_a_page_without_a_cookie_learns_that_nobody_is_signed_in(anonymous: httpx.Client) -> None:
    answer = anonymous.post("/auth/refresh")
    assert (answer.status_code, answer.content) == (204, b"")


def test_two_tabs_that_refresh_at_once_both_stay_signed_in(anonymous: httpx.Client) -> None:
    first = anonymous.post("/auth/login", json=LOGIN).cookies["kuznia_refresh"]
    tabs = [refresh_with(anonymous, first), refresh_with(anonymous, first)]
    assert [tab.status_code for tab in tabs] == [200, 200]
    assert all(refresh_with(anonymous, tab.cookies["kuznia_refresh"]).status_code == 200 for tab in tabs)


def test_signing_out_ends_the_session(anonymous: httpx.Client) -> None:
    first = anonymous.post("/auth/login", json=LOGIN).cookies["kuznia_refresh"]
    assert anonymous.post("/auth/logout").status_code == 204
    assert refresh_with(anonymous, first).status_code == 401
    assert anonymous.post("/auth/logout").status_code == 204


def test_another_sites_page_cannot_use_the_cookie(anonymous: httpx.Client) -> None:
    anonymous.post("/auth/login", json=LOGIN)
    for site in ("cross-site", "same-site"):
        answer = anonymous.post("/auth/refresh", headers={"Sec-Fetch-Site": site})
        assert (answer.status_code, answer.json()["code"]) == (403, "cross_site")
    assert anonymous.post("/auth/refresh", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 200


def test_a_new_password_ends_all_sessions(
    anonymous: httpx.Client, sign_in: Callable[[str], httpx.Client]
) -> None:
    refresh = anonymous.post("/auth/login", json=LOGIN).cookies["kuznia_refresh"]
    user = sign_in("user")
    wrong = user.patch("/me", json={"password": {"current": "guess", "new": "another-long-one"}})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "wrong_password")
    weak = user.patch("/me", json={"password": {"current": PASSWORD, "new": "aaaaaaaaaaaa"}})
    assert (weak.status_code, weak.json()["code"]) == (422, "weak_password")
    fine = user.patch("/me", json={"password": {"current": PASSWORD, "new": "another-long-one"}})
    assert fine.status_code == 200
    assert refresh_with(anonymous, refresh).status_code == 401
    assert anonymous.post("/auth/login", json=LOGIN | {"password": "another-long-one"}).status_code == 200
