"""Statistics with their run, lineage, versions side by side, retirement and deletion."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.service.features.test_values import SET, Bench, bench, data, warehouse

__all__ = ["bench", "data", "warehouse"]


def made(client: httpx.Client, name: str, expression: str) -> dict[str, Any]:
    answer = client.post("/features", json={"name": name, "expression": expression, "tags": ["t"]})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def change(client: httpx.Client, feature_id: str, revision: int = 1, **body: Any) -> httpx.Response:
    return client.patch(f"/features/{feature_id}", json=body, headers={"If-Match": f'"{revision}"'})


@pytest.fixture
def computed(bench: Bench, data: dict[str, UUID]) -> dict[str, str]:
    """Ids of the set's features by name, measured; and of the set and the run."""
    bench.make_set(SET)
    found = bench.client.get("/feature-sets").json()["items"][0]
    run = bench.run(found["latest"]["id"], data, "features.compute", horizon=5)
    members = bench.client.get(f"/feature-sets/{found['id']}").json()["members"]
    return {"set": found["id"], "run": run} | {one["name"]: one["feature_id"] for one in members}


def test_statistics_name_the_run_they_come_from(user: httpx.Client, computed: dict[str, str]) -> None:
    told = user.get(f"/features/{computed['short']}/statistics").json()
    assert told["run"]["run_id"] == computed["run"]
    assert (told["run"]["horizon"], told["run"]["universe"]) == (5, "Eight")
    assert [one["horizon"] for one in told["decay"]] == [1, 2, 5, 10, 21, 63]
    at_five = next(one for one in told["decay"] if one["horizon"] == 5)
    assert at_five["rank_ic"] == told["summary"]["rank_ic"]
    assert [one["year"] for one in told["years"]] == ["2021", "2022", "2023"]
    # Three of eighty bars have no look-back yet, and one name lacks one bar, which is no cell.
    assert told["years"][0]["coverage"] == pytest.approx(1 - 3 * 8 / (80 * 8 - 1), abs=0.01)
    assert told["years"][1]["coverage"] > told["years"][0]["coverage"]
    cells = sum(one["count"] for one in told["histogram"])
    assert cells == round(told["summary"]["coverage"] * (240 * 8 - 3))
    assert told["shape"]["quantiles"]["0"] <= told["shape"]["quantiles"]["50"]
    assert told["drift"]["size"] in ("little", "some", "much")
    assert {one["name"] for one in told["neighbours"]} == {"long", "macro"}
    assert len(told["months"]) > 30


def test_a_feature_that_was_never_measured_says_so(user: httpx.Client) -> None:
    told = user.get(f"/features/{made(user, 'alone', 'ts_mean(close, 5)')['id']}/statistics").json()
    assert (told["run"], told["summary"], told["decay"]) == (None, None, [])
    assert user.get(f"/features/{UUID(int=1)}/statistics").status_code == 404


def test_correlations_are_a_symmetric_matrix_in_the_sets_order(
    user: httpx.Client, computed: dict[str, str]
) -> None:
    told = user.get(f"/feature-sets/{computed['set']}/correlations").json()
    assert told["features"] == ["short", "long", "macro"]
    matrix = told["matrix"]
    assert all(matrix[i][i] == 1.0 for i in range(3))
    assert all(matrix[i][j] == matrix[j][i] for i in range(3) for j in range(3))
    # A rise above a mean of twenty bars is a fall of the ratio that `long` ranks.
    assert matrix[0][1] < -0.2


def test_a_feature_on_features_keeps_the_versions_it_was_made_from(user: httpx.Client) -> None:
    base = made(user, "base", "ts_mean(close, 5)")
    top = made(user, "top", "rank(base) - rank(volume)")
    user.post(f"/features/{base['id']}/versions", json={"expression": "ts_mean(close, 9)"})
    versions = user.get(f"/features/{top['id']}/versions").json()
    assert versions[0]["canonical"] == "rank(ts_mean(close, 5)) - rank(volume)"
    assert versions[0]["uses"] == [{"feature_id": base["id"], "name": "base", "seq": 1, "newest": 2}]
    user.post(f"/features/{top['id']}/versions", json={"expression": "rank(base)"})
    assert [one["uses"][0]["seq"] for one in user.get(f"/features/{top['id']}/versions").json()] == [2, 1]
    told = user.get(f"/features/{base['id']}/lineage").json()
    assert ("feature:" + base["id"], "feature:" + top["id"]) in edges(told)


def edges(told: dict[str, Any]) -> set[tuple[str, str]]:
    return {(one["source"], one["target"]) for one in told["edges"]}


def test_lineage_leads_from_data_to_what_uses_the_feature(
    user: httpx.Client, computed: dict[str, str]
) -> None:
    told = user.get(f"/features/{computed['macro']}/lineage").json()
    names = {(one["kind"], one["name"], one["seq"]) for one in told["nodes"]}
    assert {
        ("dataset", "bars", 1),
        ("dataset", "series", 1),
        ("field", "close", None),
        ("field", "macro.VIX", None),
        ("feature", "macro", 1),
        ("feature_set", "Small", 1),
    } <= names
    key = {one["name"]: one["key"] for one in told["nodes"] if one["kind"] != "feature"}
    assert {
        (key["series"], key["macro.VIX"]),
        (key["macro.VIX"], told["feature"]),
        (told["feature"], key["Small"]),
    } <= edges(told)
    assert not any(one["name"] == "classification" for one in told["nodes"])


def test_a_strategy_that_spells_a_feature_is_found(user: httpx.Client) -> None:
    feature = made(user, "quick", "close / ts_mean(close, 7)")
    strategy = {"kind": "ranked", "score": "-quick", "top": 3, "rebalance": "weekly"}
    answer = user.post("/strategies", json={"name": "Fade", "spec": strategy})
    assert answer.status_code == 201, answer.text
    told = user.get(f"/features/{feature['id']}/lineage").json()
    assert [one["name"] for one in told["nodes"] if one["kind"] == "strategy"] == ["Fade"]


def test_description_and_tags_are_edited_at_the_revision_that_was_read(user: httpx.Client) -> None:
    feature = made(user, "edited", "close")
    read = user.get(f"/features/{feature['id']}")
    assert read.headers["ETag"] == '"1"'
    changed = change(user, feature["id"], description="Last price", tags=["price", "raw", "price"])
    assert changed.status_code == 200, changed.text
    assert (changed.json()["tags"], changed.headers["ETag"]) == (["price", "raw"], '"2"')
    assert change(user, feature["id"], description="Late").status_code == 412
    assert user.patch(f"/features/{feature['id']}", json={"tags": []}).status_code == 428
    same = change(user, feature["id"], 2, description="Last price")
    assert same.headers["ETag"] == '"2"'


def test_a_retired_feature_is_not_offered_warns_and_still_computes(
    user: httpx.Client, bench: Bench, data: dict[str, UUID]
) -> None:
    feature = made(user, "old", "close / Ref($close, 3) - 1")
    version = bench.make_set([{"name": "old", "expression": "close / Ref($close, 3) - 1"}])
    assert change(user, feature["id"], retired=True).json()["retired_at"] is not None
    assert user.get("/features").json()["items"] == []
    assert [one["name"] for one in user.get("/features", params={"retired": True}).json()["items"]] == ["old"]
    told = user.post("/expressions/check", json={"expression": "rank(old)"}).json()
    assert (told["ok"], len(told["warnings"])) == (True, 1)
    assert bench.warehouse.facts(bench.run(version, data)) == (3, 0)
    assert change(user, feature["id"], 2, retired=False).json()["retired_at"] is None
    assert user.post("/expressions/check", json={"expression": "rank(old)"}).json()["warnings"] == []


def test_a_feature_in_use_is_not_deleted_and_its_users_are_named(
    user: httpx.Client, other: httpx.Client
) -> None:
    base = made(user, "base", "ts_mean(close, 5)")
    top = made(user, "top", "rank(base)")
    user.post("/feature-sets", json={"name": "Users", "members": [base["latest"]["id"]]})
    refused = user.delete(f"/features/{base['id']}")
    assert (refused.status_code, refused.json()["code"]) == (409, "feature_in_use")
    told = " ".join(one["detail"] for one in refused.json()["errors"])
    assert "feature set Users" in told
    assert "feature top" in told
    assert other.delete(f"/features/{top['id']}").status_code == 404
    assert user.delete(f"/features/{top['id']}").status_code == 204
    assert user.get(f"/features/{top['id']}").status_code == 404
    assert "feature top" not in str(user.delete(f"/features/{base['id']}").json()["errors"])


def test_users_that_are_not_shared_are_counted_only(user: httpx.Client, other: httpx.Client) -> None:
    base = made(user, "base", "ts_mean(close, 5)")
    grant = {"level": "read", "email": "other@kuznia.example"}
    assert user.post(f"/objects/{base['id']}/grants", json=grant).status_code == 201
    secret = {"name": "Secret", "members": [base["latest"]["id"]]}
    assert other.post("/feature-sets", json=secret).status_code == 201
    told = user.get(f"/features/{base['id']}/lineage").json()
    assert told["hidden"] == 1
    assert "Secret" not in str(told)
    refused = user.delete(f"/features/{base['id']}").json()
    assert "Secret" not in str(refused)
    assert "1 more" in refused["errors"][0]["detail"]
    assert other.patch(
        f"/features/{base['id']}", json={"tags": []}, headers={"If-Match": '"1"'}
    ).status_code in (403, 404)
