"""Published sets are taken over with one request, and compute like any other."""

from __future__ import annotations

import httpx
import pytest


@pytest.mark.parametrize(("key", "features"), [("alpha158", 158), ("alphas101", 101)])
def test_a_published_set_becomes_ones_own(
    user: httpx.Client, other: httpx.Client, viewer: httpx.Client, key: str, features: int
) -> None:
    listed = {one["key"]: one for one in viewer.get("/ready-made-sets").json()}
    assert listed[key]["features"] == features
    assert viewer.post(f"/ready-made-sets/{key}").status_code == 403
    made = user.post(f"/ready-made-sets/{key}")
    assert made.status_code == 201
    assert made.json()["latest"]["size"] == features
    members = user.get(f"/feature-sets/{made.json()['id']}").json()["members"]
    assert all(member["name"].startswith(f"{key}_") for member in members)
    again = user.post(f"/ready-made-sets/{key}")
    assert (again.status_code, again.json()["code"]) == (409, "feature_set_name_taken")
    assert other.get(f"/feature-sets/{made.json()['id']}").status_code == 404
    assert other.post(f"/ready-made-sets/{key}").status_code == 201


def test_a_set_that_nobody_published_is_named_with_those_that_are(user: httpx.Client) -> None:
    answer = user.post("/ready-made-sets/alpha999")
    assert answer.status_code == 404
    assert "alpha158, alpha360, alphas101" in answer.json()["detail"]
