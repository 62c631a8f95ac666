"""Universes over the API: versions that never change, and the label of survivorship."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

SHARES = [
    {"key": f"XNYS:{name}", "name": name, "currency": "USD", "symbols": [{"symbol": name}]}
    for name in ("A", "B", "C")
]
GONE = {
    "key": "XNYS:OLD",
    "name": "Delisted",
    "currency": "USD",
    "symbols": [{"symbol": "OLD", "valid_from": "1990-01-02", "valid_until": "2009-06-01"}],
}
FUND = {
    "key": "ARCX:SPY",
    "name": "A fund",
    "currency": "USD",
    "asset_class": "etf",
    "symbols": [{"symbol": "SPY"}],
}


@pytest.fixture
def registered(user: httpx.Client) -> httpx.Client:
    assert user.put("/instruments", json=[*SHARES, GONE, FUND]).json() == {"written": 5}
    return user


def made(client: httpx.Client, name: str, *keys: str) -> dict[str, Any]:
    answer = client.post("/universes", json={"name": name, "spec": {"instruments": list(keys)}})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_list_of_survivors_is_labelled_biased_with_the_reason(registered: httpx.Client) -> None:
    latest = made(registered, "Survivors", "XNYS:B", "XNYS:A", "XNYS:A")["latest"]
    assert latest["instruments"] == ["XNYS:A", "XNYS:B"]
    assert (latest["seq"], latest["size"], latest["biased"]) == (1, 2, True)
    assert "survivors" in latest["bias_reason"]


@pytest.mark.parametrize("keys", [("XNYS:A", "XNYS:OLD"), ("ARCX:SPY",)])
def test_a_list_with_delisted_names_or_of_funds_is_not(
    registered: httpx.Client, keys: tuple[str, ...]
) -> None:
    latest = made(registered, "Whole", *keys)["latest"]
    assert (latest["biased"], latest["bias_reason"]) == (False, None)


def test_a_changed_list_is_a_new_version_and_the_same_list_is_none(registered: httpx.Client) -> None:
    universe = made(registered, "Mine", "XNYS:A")
    path = f"/universes/{universe['id']}/versions"
    registered.post(path, json={"instruments": ["XNYS:A", "XNYS:B"]})
    registered.post(path, json={"instruments": ["XNYS:B", "XNYS:A"]})
    versions = registered.get(f"/universes/{universe['id']}").json()["versions"]
    assert [(one["seq"], one["size"]) for one in versions] == [(2, 2), (1, 1)]
    assert versions[1]["id"] == universe["latest"]["id"]


def test_unknown_instruments_are_named(registered: httpx.Client) -> None:
    answer = registered.post(
        "/universes", json={"name": "No", "spec": {"instruments": ["XNYS:A", "XNYS:ZZZ"]}}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_instruments")
    assert "XNYS:ZZZ" in answer.json()["errors"][0]["detail"]


def test_a_name_is_taken_once_and_another_s_universe_does_not_exist(
    registered: httpx.Client, other: httpx.Client, viewer: httpx.Client
) -> None:
    universe = made(registered, "Mine", "XNYS:A")
    again = registered.post("/universes", json={"name": "Mine", "spec": {"instruments": ["XNYS:B"]}})
    assert (again.status_code, again.json()["code"]) == (409, "universe_name_taken")
    assert other.get(f"/universes/{universe['id']}").status_code == 404
    assert other.get("/universes").json() == {"items": [], "next": None}
    assert (
        viewer.post("/universes", json={"name": "x", "spec": {"instruments": ["XNYS:A"]}}).status_code == 403
    )


def test_instruments_are_found_by_key_name_and_symbol_and_keep_their_currency(
    registered: httpx.Client,
) -> None:
    found = [
        [one["key"] for one in registered.get("/instruments", params={"q": text}).json()["items"]]
        for text in ("spy", "delis", "old", "xnys:b")
    ]
    assert found == [["ARCX:SPY"], ["XNYS:OLD"], ["XNYS:OLD"], ["XNYS:B"]]
    clash = registered.put("/instruments", json=[SHARES[0] | {"currency": "EUR"}])
    assert (clash.status_code, clash.json()["code"]) == (409, "instrument_clash")
    first = registered.get("/instruments", params={"limit": 2}).json()
    rest = registered.get("/instruments", params={"limit": 9, "cursor": first["next"]}).json()
    assert [one["key"] for one in first["items"] + rest["items"]] == sorted(
        ["ARCX:SPY", "XNYS:A", "XNYS:B", "XNYS:C", "XNYS:OLD"]
    )
