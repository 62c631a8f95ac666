"""The audit: every change is in it, nobody changes it, and a change would be seen."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from kuznia.db.session import WriteSession
from kuznia.domains.accounts.service import audit, verify_audit
from kuznia.rest.principal import Principal

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)


def test_a_change_is_written_with_who_what_and_from_where(
    admin: httpx.Client, people: dict[str, UUID]
) -> None:
    mine = str(uuid4())
    admin.patch(
        f"/accounts/{people['user']}",
        json={"role": "viewer"},
        headers={"If-Match": '"1"', "X-Request-ID": mine},
    )
    row = admin.get("/audit").json()["items"][0]
    assert (row["action"], row["account"]["name"], row["request_id"]) == ("account.update", "Admin", mine)
    assert row["before"] == {"account": str(people["user"]), "role": "user"}
    assert row["after"] == {"account": str(people["user"]), "role": "viewer"}
    assert row["address"] == "127.0.0.1"


def test_no_secret_gets_into_it(user: httpx.Client, admin: httpx.Client) -> None:
    secret = user.post("/me/tokens", json={"name": "x", "scopes": ["read"]}).json()["secret"]
    made = admin.post("/accounts", json={"email": "new@kuznia.example", "name": "N"}).json()
    rows = admin.get("/audit").text
    assert secret not in rows and made["password"] not in rows and "argon2" not in rows


def test_what_is_refused_leaves_no_row(admin: httpx.Client, people: dict[str, UUID]) -> None:
    before = len(admin.get("/audit").json()["items"])
    admin.patch(f"/accounts/{people['admin']}", json={"role": "user"}, headers={"If-Match": '"1"'})
    assert len(admin.get("/audit").json()["items"]) == before


def test_the_chain_holds_through_many_at_once(
    sign_in: Callable[[str], httpx.Client], admin: httpx.Client
) -> None:
    clients = [sign_in(name) for name in ("user", "other", "viewer", "admin")]

    def work(client: httpx.Client) -> None:
        for n in range(5):
            assert client.patch("/me", json={"preferences": {"n": n}}).status_code == 200

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, clients))
    check = admin.get("/audit/check").json()
    assert (check["holds"], check["rows"], check["broken_at"]) == (True, 20, None)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(value=st.dictionaries(st.sampled_from("abc"), JSON, max_size=3))
def test_any_json_comes_back_as_it_was_digested(engine: Engine, value: dict[str, object]) -> None:
    with WriteSession(engine) as session:
        audit(session, None, "test.change", after=value)
        session.commit()
    with WriteSession(engine) as session:
        assert verify_audit(session).holds


def test_rows_cannot_be_changed_and_a_forced_change_is_seen(
    engine: Engine, principal: Callable[[str], Principal]
) -> None:
    with WriteSession(engine) as session:
        for n in range(3):
            audit(session, principal("user"), "test.change", after={"n": n, "at": datetime.now(UTC)})
        session.commit()
    for statement in ("UPDATE audit SET action = 'nothing.happened'", "DELETE FROM audit WHERE n > 1"):
        with pytest.raises(DBAPIError, match="never changed or deleted"), engine.begin() as connection:
            connection.execute(text(statement))
    forge = "UPDATE audit SET after = jsonb_set(after, '{n}', '9') WHERE n = (SELECT min(n) + 1 FROM audit)"
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE audit DISABLE TRIGGER immutable"))
        connection.execute(text(forge))
    with WriteSession(engine) as session:
        check = verify_audit(session)
    assert (check.holds, check.rows) == (False, 1)


def test_the_list_is_filtered_and_paged(
    admin: httpx.Client, user: httpx.Client, people: dict[str, UUID]
) -> None:
    for n in range(3):
        user.patch("/me", json={"preferences": {"n": n}})
    admin.post("/me/tokens", json={"name": "x", "scopes": ["read"]})
    mine = admin.get("/audit", params={"account_id": str(people["user"]), "limit": 2}).json()
    assert len(mine["items"]) == 2 and mine["next"]
    rest = admin.get("/audit", params={"account_id": str(people["user"]), "cursor": mine["next"]}).json()
    assert len(rest["items"]) == 1 and rest["next"] is None
    tokens = admin.get("/audit", params={"action": "token."}).json()["items"]
    assert [row["action"] for row in tokens] == ["token.create"]
    assert admin.get("/audit", params={"action": "%"}).json()["items"] == []
    late = admin.get("/audit", params={"since": "2999-01-01T00:00:00Z"}).json()["items"]
    assert late == []
