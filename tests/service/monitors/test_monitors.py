"""From new days to drift reports, trainings anew, a challenger in shadow, and a decision."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import polars as pl
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from kuznia.core.models.routes import FILE, Routes
from kuznia.db.session import ReadSession, WriteSession
from kuznia.db.tables import Audit, Job, ModelVersion, Monitor, Trial
from kuznia.domains.monitors.retraining import challenger_of
from kuznia.domains.monitors.schemas import CHECK, Policy
from kuznia.domains.monitors.tasks import check_due
from kuznia.store.published import published
from tests.service.monitors.conftest import GATE, World, bars
from tests.support.bench import Bench
from tests.support.postgres import free_port
from tests.support.processes import service
from tests.support.stored import NAMES
from tests.support.workers import wait_until


def test_a_quiet_market_has_no_alert(made: World) -> None:
    report = made.check(alias=None)
    assert report["found"] == [] and report["alerts"] == 0
    assert [one["name"] for one in report["columns"]] != []
    assert report["recent"]["bars"] == 60 and report["unseen_bars"] == 0
    assert report["live"] == {"mean": None, "standard_error": None, "bars": 0}
    assert report["expected"]["mean"] > 0.3
    assert report["challenger"] is None
    (listed,) = made.client.get(f"/model-versions/{made.version}/drift-reports").json()["items"]
    assert (listed["id"], listed["drifted"], listed["features"]) == (report["id"], 0, 2)


def test_new_days_that_are_otherwise_are_told_apart(made: World) -> None:
    made.watch(recent_bars=60, live_rank_ic=0.05, least_bars=20)
    made.work()
    made.load(bars(2021, 2023, wide=0.08))
    report = made.check()
    first = report["columns"][0]
    assert first["name"] == "drifting" and first["psi"] > 1
    assert sum(first["shares"]) == pytest.approx(1) and first["shares"][-1] > 0.5
    kinds = {(one["kind"], one["subject"]) for one in report["found"]}
    assert ("feature_drift", "drifting") in kinds and ("feature_drift", "busy") not in kinds
    assert ("live_rank_ic", "") in kinds, "the sign of the first year is wrong since"
    assert report["live"]["mean"] < -0.3 and report["live"]["bars"] > 70
    assert report["unseen_bars"] == 60
    with ReadSession(made.engine) as session:
        kinds_done = session.scalars(select(Job.kind).order_by(Job.id)).all()
    assert kinds_done[-2:] == ["features.materialise", "monitors.check"], "values first, then the check"


def test_values_that_go_missing_are_an_alert_of_their_own(made: World) -> None:
    frame = bars(2021, 2022)
    late = (pl.col("ts").dt.year() == 2022) & pl.col("instrument").is_in(NAMES[:4])
    made.load(frame.with_columns(pl.when(~late).then(pl.col("volume")).alias("volume")))
    found = {(one["kind"], one["subject"]): one["value"] for one in made.check(alias=None)["found"]}
    assert found["missing_values", "busy"] == pytest.approx(0.5, abs=0.05)


def test_a_training_anew_stands_in_shadow_until_it_is_proven_and_accepted(made: World) -> None:
    """Drift leads to a challenger; its better rank IC to a proposal; a person moves the champion."""
    made.watch(retrain_on_drift=True, live_rank_ic=0.0, least_bars=30, feature_psi=None)
    made.work()
    made.load(bars(2021, 2022))
    with ReadSession(made.engine) as session:
        before = session.scalar(select(func.count()).select_from(Trial))
    report = made.check()
    assert [one["kind"] for one in report["found"]] == ["live_rank_ic"]
    (again,) = made.client.get(f"/models/{made.model}/retrainings").json()["items"]
    assert (again["cause"], again["from_seq"], again["job"]["state"]) == ("drift", 1, "done")
    assert made.aliases() == {"challenger": 2, "champion": 1}
    with ReadSession(made.engine) as session:
        specs = session.scalars(select(ModelVersion.spec).order_by(ModelVersion.seq)).all()
        assert specs[0] == specs[1], "the specification is pinned"
        after = session.scalar(select(func.count()).select_from(Trial))
        assert (before, after) == (1, 2), "every training is a trial"
    served = Routes.from_json(published(made.store, FILE) or b"").routes
    assert {one.alias for one in served} == {"champion", "challenger"}, "both are scored"
    assert made.check()["challenger"]["difference"]["bars"] == 0, "it has seen all of these bars"

    made.load(bars(2021, 2022, 2023))
    shadow = made.check()["challenger"]
    assert shadow["seq"] == 2 and shadow["look"] == 2 and shadow["why_not"] is None
    assert shadow["live"]["mean"] > 0.3 > -0.3 > shadow["champion"]["mean"]
    assert shadow["difference"]["p"] < shadow["level"] < 0.05
    assert made.aliases()["champion"] == 1, "a test moves nothing"
    (proposal,) = made.client.get(f"/models/{made.model}/proposals").json()["items"]
    assert (proposal["state"], proposal["champion_seq"], proposal["challenger_seq"]) == ("open", 1, 2)
    assert made.check()["challenger"]["look"] is None, "the same bars are not tested again"

    path = f"/models/{made.model}/proposals/{proposal['id']}/decision"
    decision = {"accept": True, "reason": "Better since 2022", "override": GATE}
    accepted = made.client.post(path, json=decision)
    assert accepted.json()["state"] == "accepted", accepted.text
    assert made.aliases()["champion"] == 2
    assert made.client.post(path, json={"accept": False, "reason": "Too late"}).json()["code"] == (
        "proposal_decided"
    )
    events = made.client.get(f"/models/{made.model}/aliases/champion/events").json()["items"]
    assert events[0]["reason"] == "Better since 2022"


def test_the_schedule_trains_when_its_days_are_over_and_not_twice_at_once(made: World) -> None:
    made.watch(retrain_days=1)
    made.load(bars(2021, 2022))
    made.check()
    assert made.client.get(f"/models/{made.model}/retrainings").json()["items"] == []
    with WriteSession(made.engine) as session:
        session.execute(text("ALTER TABLE model_versions DISABLE TRIGGER immutable"))
        session.execute(text("UPDATE model_versions SET created_at = created_at - interval '2 days'"))
        session.execute(text("ALTER TABLE model_versions ENABLE TRIGGER immutable"))
        session.commit()
    made.check()
    (again,) = made.client.get(f"/models/{made.model}/retrainings").json()["items"]
    assert again["cause"] == "schedule"
    made.check()
    assert len(made.client.get(f"/models/{made.model}/retrainings").json()["items"]) == 1


def test_asking_by_hand(made: World, viewer: httpx.Client, other: httpx.Client) -> None:
    path = f"/models/{made.model}/monitors/champion/retrain"
    assert made.client.post(path).json()["code"] == "monitor_missing"
    made.watch()
    assert made.client.post(path).json()["code"] == "nothing_new"
    made.load(bars(2021, 2022))
    assert viewer.post(path).status_code == 403
    assert other.post(path).status_code == 404
    assert made.client.post(path).status_code == 202
    assert made.client.post(path).json()["code"] == "retraining_runs"
    assert set(made.work()) == {"done"}
    assert made.aliases() == {"challenger": 2, "champion": 1}
    assert made.client.post(path).json()["code"] == "nothing_new"


def test_checks_fall_due_by_the_clock(made: World) -> None:
    made.watch(check_days=7)
    made.work()
    with WriteSession(made.engine) as session:
        check_due(session, Bench(made.store))
        check_due(session, Bench(made.store))
        session.commit()
        jobs = session.scalars(select(Job).where(Job.kind == CHECK.name)).all()
        assert len(jobs) == 1
        due = session.scalars(select(Monitor.next_check_at)).one()
        assert due is not None and due > datetime.now(UTC) + timedelta(days=6.9)
    assert set(made.work()) == {"done"}
    (report,) = made.client.get(f"/model-versions/{made.version}/drift-reports").json()["items"]
    assert report["alias"] == "champion"


def test_a_policy_is_edited_at_the_revision_that_was_read(
    made: World, viewer: httpx.Client, other: httpx.Client
) -> None:
    path = f"/models/{made.model}/monitors/champion"
    assert made.client.get(path).json()["code"] == "monitor_missing"
    assert viewer.put(path, json={}).status_code == 403
    assert other.put(path, json={}).status_code == 404
    new = made.client.put(path, json={}, headers={"If-Match": '"0"'})
    assert (new.headers["etag"], new.json()["policy"]) == ('"1"', Policy().model_dump())
    assert made.client.put(path, json={}, headers={"If-Match": '"0"'}).status_code == 412
    limited = {"expires_days": 30, "refuse_expired": True}
    edited = made.client.put(path, json=limited, headers={"If-Match": '"1"'}).json()
    assert edited["revision"] == 2 and edited["expired"] is False and edited["expires_at"]
    refused = made.client.put(path, json={"refuse_expired": True})
    assert refused.status_code == 422 and "expires_days" in refused.text
    (listed,) = made.client.get(f"/models/{made.model}/monitors").json()["items"]
    assert listed["alias"] == "champion"
    made.work()
    (route,) = Routes.from_json(published(made.store, FILE) or b"").routes
    assert route.refuse_expired and route.expires_at is not None
    assert made.client.delete(path).status_code == 204
    made.work()
    (route,) = Routes.from_json(published(made.store, FILE) or b"").routes
    assert route.expires_at is None
    with ReadSession(made.engine) as session:
        actions = session.scalars(select(Audit.action).where(Audit.action.like("model.%watch"))).all()
    assert sorted(actions) == ["model.unwatch", "model.watch", "model.watch"]


def test_a_version_past_its_age_is_an_alert_and_marked(made: World) -> None:
    made.watch(expires_days=10)
    with WriteSession(made.engine) as session:
        session.execute(text("ALTER TABLE model_versions DISABLE TRIGGER immutable"))
        session.execute(text("UPDATE model_versions SET created_at = created_at - interval '11 days'"))
        session.execute(text("ALTER TABLE model_versions ENABLE TRIGGER immutable"))
        session.commit()
    assert [(one["kind"], one["bound"]) for one in made.check()["found"]] == [("expired", 10.0)]
    assert made.client.get(f"/models/{made.model}/monitors/champion").json()["expired"] is True


def test_a_declined_proposal_and_one_whose_champion_moved_change_nothing(made: World) -> None:
    made.watch(live_rank_ic=0.0, least_bars=30, feature_psi=None)
    made.work()
    made.load(bars(2021, 2022))
    made.client.post(f"/models/{made.model}/monitors/champion/retrain")
    made.work()
    made.load(bars(2021, 2022, 2023))
    made.check()
    (proposal,) = made.client.get(f"/models/{made.model}/proposals").json()["items"]
    path = f"/models/{made.model}/proposals/{proposal['id']}/decision"
    challenger = {"version": proposal["challenger_id"], "reason": "By hand, at once", "override": GATE}
    moved = made.client.put(f"/models/{made.model}/aliases/champion", json=challenger)
    assert moved.status_code == 200, moved.text
    accepted = made.client.post(path, json={"accept": True, "reason": "Better"})
    assert (accepted.status_code, accepted.json()["code"]) == (409, "proposal_decided")
    declined = made.client.post(path, json={"accept": False, "reason": "It is the champion by now"})
    assert declined.json()["state"] == "declined"


def test_reports_are_written_once(made: World) -> None:
    made.check(alias=None)
    with WriteSession(made.engine) as session, pytest.raises(DBAPIError, match="never"):
        session.execute(text("UPDATE drift_reports SET alerts = 7"))


def test_others_see_neither_reports_nor_policies(made: World, other: httpx.Client) -> None:
    report = made.check(alias=None)["id"]
    for path in (
        f"/model-versions/{made.version}/drift-reports",
        f"/model-versions/{made.version}/drift-reports/{report}",
        f"/models/{made.model}/monitors",
        f"/models/{made.model}/proposals",
        f"/models/{made.model}/retrainings",
    ):
        assert made.client.get(path).status_code == 200
        assert other.get(path).status_code == 404
    assert other.post(f"/model-versions/{made.version}/drift-reports").status_code == 404


def test_scoring_follows_a_rollback_within_seconds(made: World, tmp_path: Path) -> None:
    """The real service on the installation's store: champion, challenger, promotion and the way back."""
    made.watch()
    made.load(bars(2021, 2022))
    made.client.post(f"/models/{made.model}/monitors/champion/retrain")
    assert set(made.work()) == {"done"}
    listed = made.client.get(f"/models/{made.model}/versions").json()["items"]
    second, first = (one["id"] for one in listed)
    url = f"http://127.0.0.1:{(port := free_port())}"
    env = {
        "KUZNIA_DATA": str(tmp_path / "scoring"),
        "KUZNIA_STORE_URL": made.store.root.as_uri(),
        "KUZNIA_SCORING_PORT": str(port),
        "KUZNIA_SECURITY_INTERNAL_TOKEN": "internal",
    }
    headers = {"Authorization": "Bearer internal"}
    with (
        service("kuznia.scoring", env, tmp_path / "scoring.log", f"{url}/health/ready"),
        httpx.Client(base_url=url, headers=headers, timeout=5.0) as scoring,
    ):

        def answers(alias: str) -> str:
            return str(scoring.post("/score", json={"alias": alias}).json().get("model_version"))

        assert (answers("champion"), answers("challenger")) == (first, second), "both, side by side"
        for version, reason in ((second, "Better"), (first, "Back: it lost")):
            move = {"version": version, "reason": reason, "override": GATE}
            assert made.client.put(f"/models/{made.model}/aliases/champion", json=move).status_code == 200
            made.work()
            took = wait_until(lambda wanted=version: answers("champion") == wanted, 5.0, reason)
            assert took < 5.0
        assert scoring.post("/score", json={"alias": "champion"}).json()["scores"]


@pytest.mark.parametrize(
    ("alias", "beside"), [("champion", "challenger"), ("x" * 40, "x" * 28 + "-challenger")]
)
def test_a_challenger_has_a_name_beside_the_aliases_own(alias: str, beside: str) -> None:
    assert challenger_of(alias) == beside and len(beside) <= 40
