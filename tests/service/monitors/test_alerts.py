"""One list of the alerts of all models: who sees which, in pages, narrowed, and taken notice of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from kuznia.db.session import ReadSession
from kuznia.db.tables import Audit
from tests.service.monitors.conftest import World, bars


@pytest.fixture
def alarmed(made: World) -> World:
    """Two reports: one asked for without an alias, and one by the champion's policy."""
    made.load(bars(2021, 2023, wide=0.08))
    made.watch(live_rank_ic=0.05, least_bars=20)
    made.check(alias=None)
    made.check()
    return made


def alerts(client: httpx.Client, **wanted: Any) -> list[dict[str, Any]]:
    answer = client.get("/alerts", params=wanted)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


def take(client: httpx.Client, rows: list[dict[str, Any]], *, back: bool = False) -> httpx.Response:
    keys = [{"report_id": one["report_id"], "position": one["position"]} for one in rows]
    return client.put("/alerts/acknowledgements", json={"alerts": keys, "acknowledged": not back})


def test_each_alert_says_where_it_was_found(alarmed: World) -> None:
    reports = alarmed.client.get(f"/model-versions/{alarmed.version}/drift-reports").json()["items"]
    found = alerts(alarmed.client)
    assert len(found) == sum(one["alerts"] for one in reports) and len(reports) == 2
    assert [one["at"] for one in found] == sorted((one["at"] for one in found), reverse=True)
    assert {one["alias"] for one in found} == {None, "champion"}
    newest = alarmed.client.get(f"/model-versions/{alarmed.version}/drift-reports/{reports[0]['id']}").json()
    shown = [{name: one[name] for name in ("kind", "subject", "value", "bound")} for one in found]
    assert shown[: len(newest["found"])] == newest["found"]
    first = found[0]
    assert (first["model_id"], first["model_name"]) == (alarmed.model, "Ranker")
    assert (first["version_id"], first["version_seq"]) == (alarmed.version, 1)
    assert first["link"] == (
        f"/models/{alarmed.model}/versions/{alarmed.version}?tab=drift&report={reports[0]['id']}"
    )
    assert first["acknowledged"] is None


def test_the_list_is_narrowed_and_given_in_pages(alarmed: World) -> None:
    client, everything = alarmed.client, alerts(alarmed.client)
    kinds = {one["kind"] for one in everything}
    assert {"feature_drift", "live_rank_ic"} <= kinds
    low = alerts(client, kind="live_rank_ic")
    assert low == [one for one in everything if one["kind"] == "live_rank_ic"]
    assert alerts(client, kind=sorted(kinds)) == everything
    assert alerts(client, model=alarmed.model) == everything
    assert alerts(client, model=alarmed.version) == []
    at = everything[0]["at"]
    assert alerts(client, since=at) == [one for one in everything if one["at"] >= at] != everything
    assert alerts(client, since=(datetime.now(UTC) + timedelta(days=1)).isoformat()) == []
    for wrong in ({"kind": "flood"}, {"since": "yesterday"}, {"since": "2024-01-01T00:00:00"}):
        assert client.get("/alerts", params=wrong).status_code == 422

    seen, cursor = [], None
    while True:
        page = client.get("/alerts", params={"limit": 1} | ({"cursor": cursor} if cursor else {})).json()
        seen += page["items"]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == everything


def test_notice_is_taken_for_all_and_taken_back(alarmed: World) -> None:
    client, everything = alarmed.client, alerts(alarmed.client)
    assert client.get("/alerts/count").json() == {"open": len(everything)}
    answer = take(client, everything[:2])
    assert answer.json() == {"open": len(everything) - 2}, answer.text
    assert take(client, everything[:2]).json() == answer.json(), "twice is once"
    noted = alerts(client, open=False)
    assert [one["acknowledged"]["by"]["name"] for one in noted] == ["User", "User"]
    assert alerts(client, open=True) == everything[2:]
    assert take(client, noted[:1], back=True).json() == {"open": len(everything) - 1}
    assert alerts(client)[0] == everything[0]
    with ReadSession(alarmed.engine) as session:
        rows = session.scalars(select(Audit).where(Audit.action == "model.acknowledge_alerts")).all()
    assert [(str(one.object_id), one.after["acknowledged"]) for one in rows if one.after] == [
        (alarmed.model, True),
        (alarmed.model, True),
        (alarmed.model, False),
    ]
    nothing = {"report_id": alarmed.version, "position": 0}
    mixed = {"alerts": [nothing, {"report_id": everything[3]["report_id"], "position": 0}]}
    refused = client.put("/alerts/acknowledgements", json=mixed)
    assert (refused.status_code, refused.json()["code"]) == (404, "alert_missing")
    assert client.get("/alerts/count").json() == {"open": len(everything) - 1}, "all of them or none"


def test_nobody_sees_or_closes_what_is_not_shared(
    alarmed: World, other: httpx.Client, viewer: httpx.Client, admin: httpx.Client
) -> None:
    everything = alerts(alarmed.client)
    assert alerts(other) == [] and other.get("/alerts/count").json() == {"open": 0}
    assert alerts(other, model=alarmed.model) == []
    assert take(other, everything[:1]).status_code == 404
    assert alerts(admin) == everything
    granted = alarmed.client.post(f"/objects/{alarmed.model}/grants", json={"level": "read"})
    assert granted.status_code == 201, granted.text
    assert alerts(other) == everything == alerts(viewer)
    assert take(other, everything[:1]).json()["code"] == "alert_missing", "reading is not enough"
    assert take(viewer, everything[:1]).status_code == 403
    assert take(admin, everything).json() == {"open": 0}


def test_alerts_of_a_deleted_version_are_gone(alarmed: World) -> None:
    assert alerts(alarmed.client)
    why = {"reason": "It lost its worth"}
    for path in (
        f"/models/{alarmed.model}/aliases/champion",
        f"/model-versions/{alarmed.version}",
    ):
        gone = alarmed.client.delete(path, params=why)
        assert gone.status_code == 204, gone.text
    assert alerts(alarmed.client) == []
    assert alarmed.client.get("/alerts/count").json() == {"open": 0}
