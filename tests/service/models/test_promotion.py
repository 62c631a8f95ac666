"""The gate, rollback and deletion: what is refused, what is written down, and what the database holds."""

from __future__ import annotations

import subprocess
import sys
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import IntegrityError

from kuznia.core.models.routes import FILE, Routes
from kuznia.db.access import new_object
from kuznia.db.session import WriteSession
from kuznia.db.tables import AliasEvent, Audit, Job, ModelVersion, Strategy, StrategyVersion
from kuznia.domains.models.registry.gate import checks
from kuznia.domains.models.registry.schemas import GateSpec
from kuznia.domains.models.schemas import PUBLISH
from kuznia.queue.settle import finish
from kuznia.store.published import published
from tests.service.models.test_registry import Bench, Given, done, train_version

OPEN = {"biased": True, "least_ratio": None, "least_probability": None, "least_positive_folds": None}
LEARNERS = ("ridge", "elastic_net", "lightgbm_ranker")


@pytest.fixture
def trained(engine: Engine, given: Given, bench: Bench) -> list[str]:
    """Three versions of one model, over a biased universe."""
    with WriteSession(engine) as session:
        made = [str(train_version(session, given, bench, one)) for one in LEARNERS]
        session.commit()
    return made


def path(given: Given, name: str = "champion") -> str:
    return f"/models/{given.model}/aliases/{name}"


def set_gate(admin: httpx.Client, n: int = 0, **spec: Any) -> httpx.Response:
    wanted = {"spec": {**spec}, "reason": "For this test"}
    return admin.put("/promotion-gate", json=wanted, headers={"If-Match": f'"{n}"'})


def move(client: httpx.Client, given: Given, version: str, **more: Any) -> httpx.Response:
    return client.put(path(given), json={"version": version, "reason": "It is better", **more})


def share(engine: Engine, object_id: UUID, people: dict[str, UUID], level: str) -> None:
    with WriteSession(engine) as session:
        session.execute(
            text(
                "INSERT INTO grants (id, object_id, grantee_id, level, granted_by)"
                " VALUES (:id, :object, :to, :level, :by)"
            ),
            {
                "id": uuid4(),
                "object": object_id,
                "to": people["other"],
                "level": level,
                "by": people["user"],
            },
        )
        session.commit()


def test_the_gate_is_an_administrators_and_keeps_its_history(
    admin: httpx.Client, user: httpx.Client, viewer: httpx.Client
) -> None:
    first = viewer.get("/promotion-gate")
    assert (first.json()["n"], first.json()["spec"]["aliases"]) == (0, ["champion"])
    assert first.headers["etag"] == '"0"'
    assert set_gate(user, least_ratio=3.0).status_code == 403
    changed = set_gate(admin, least_ratio=3.0)
    n = changed.json()["n"]
    assert (changed.status_code, changed.json()["spec"]["least_ratio"]) == (200, 3.0)
    assert set_gate(admin, least_ratio=1.0).status_code == 412
    assert set_gate(admin, n, least_ratio=1.0).status_code == 200
    assert admin.put("/promotion-gate", json={"spec": {}, "reason": "None read"}).status_code == 428
    assert set_gate(admin, n, least_ratio=1e9).status_code == 422
    kept = viewer.get("/promotion-gate/changes").json()["items"]
    assert [one["spec"]["least_ratio"] for one in kept] == [1.0, 3.0]
    assert kept[0]["account"]["name"] == "Admin"


def test_the_gate_refuses_and_says_each_threshold(
    given: Given, trained: list[str], user: httpx.Client, admin: httpx.Client
) -> None:
    told = user.get(f"/model-versions/{trained[0]}/promotion").json()
    assert (told["gated"], told["passed"], told["may_override"]) == (True, False, True)
    assert {one["key"]: one["passed"] for one in told["checks"]}["biased"] is False
    refused = move(user, given, trained[0])
    body = refused.json()
    assert (refused.status_code, body["code"]) == (409, "promotion_refused")
    assert "survivors only" in " ".join(one["detail"] for one in body["errors"])
    assert body["checks"] == told["checks"]
    assert set_gate(admin, **{**OPEN, "least_ratio": 99.0}).status_code == 200
    (fault,) = move(user, given, trained[0]).json()["errors"]
    assert fault["pointer"] == "/body/version"
    assert fault["detail"].startswith("The rank IC over its standard error is ")
    assert fault["detail"].endswith("the gate wants at least 99.")
    other = user.put(path(given, "challenger"), json={"version": trained[0], "reason": "Not gated"})
    assert other.status_code == 200


def test_an_override_is_the_owners_or_an_administrators_and_is_kept(
    engine: Engine,
    given: Given,
    trained: list[str],
    people: dict[str, UUID],
    user: httpx.Client,
    other: httpx.Client,
    admin: httpx.Client,
) -> None:
    share(engine, given.model, people, "edit")
    said = {"override": "The only universe there is"}
    assert other.get(f"/model-versions/{trained[0]}/promotion").json()["may_override"] is False
    assert move(other, given, trained[0], **said).json()["code"] == "override_forbidden"
    assert move(user, given, trained[0], override="x").status_code == 422
    assert move(user, given, trained[0], **said).status_code == 200
    assert move(admin, given, trained[1], **said).status_code == 200
    set_gate(admin, **OPEN)
    assert move(other, given, trained[2], **said).status_code == 200
    events = user.get(f"{path(given)}/events").json()["items"]
    assert [one["override"] for one in events] == [None, said["override"], said["override"]]
    with WriteSession(engine) as session:
        kept = session.scalars(select(AliasEvent).order_by(AliasEvent.n)).all()
        assert [one.gate is None for one in kept] == [True, True, False]
        assert {one["key"] for one in kept[0].checks or []} >= {"ratio", "biased"}
        audited = session.scalars(select(Audit.after).where(Audit.action == "model.move_alias")).all()
        assert sum("override" in (one or {}) for one in audited) == 2


def test_thresholds_are_compared_with_the_versions_own_figures(engine: Engine, trained: list[str]) -> None:
    with WriteSession(engine) as session:
        version = session.get_one(ModelVersion, UUID(trained[0]))
        ic = version.summary["rank_ic"]
        ratio = ic["mean"] / ic["standard_error"]
        for wanted, passed in ((ratio - 0.01, True), (ratio + 0.01, False)):
            found = checks(version, GateSpec(least_ratio=wanted, most_age_days=1), version.trained_until)
            by_key = {one.key: one for one in found}
            assert (by_key["ratio"].value, by_key["ratio"].passed) == (ratio, passed)
            assert (by_key["age"].value, by_key["age"].passed) == (0.0, True)
        nothing = GateSpec(least_ratio=None, least_probability=None, least_positive_folds=None)
        assert [one.key for one in checks(version, nothing, version.trained_until)] == ["biased"]


def test_a_rollback_goes_back_step_by_step_and_says_what_it_takes_back(
    engine: Engine, given: Given, bench: Bench, trained: list[str], user: httpx.Client, admin: httpx.Client
) -> None:
    set_gate(admin, **OPEN)
    back = f"{path(given)}/rollback"
    assert user.get(back).json()["code"] == "alias_missing"
    assert user.get(path(given)).json()["code"] == "alias_missing"
    assert move(user, given, trained[0]).status_code == 200
    assert user.get(path(given)).json()["id"] == trained[0]
    assert (user.get(back).status_code, user.get(back).json()) == (200, None)
    for version in trained[1:]:
        assert move(user, given, version).status_code == 200
    told = user.get(back).json()
    assert (told["now"]["seq"], told["back"]["seq"], told["revision"]) == (3, 2, 3)
    assert {pin["role"] for pin in told["pins_back"]} == {"bars", "feature_set", "features", "universe"}
    set_gate(admin, 1, least_ratio=99.0)
    wish = {"reason": "It loses money"}
    assert user.post(back, json=wish, headers={"If-Match": '"1"'}).status_code == 412
    assert user.post(back, json=wish, headers={"If-Match": '"3"'}).json()["version_id"] == trained[1]
    assert user.get(back).json()["back"]["seq"] == 1
    assert user.post(back, json=wish).json()["version_id"] == trained[0]
    assert user.post(back, json=wish).json()["code"] == "nothing_to_roll_back"
    events = user.get(f"{path(given)}/events").json()["items"]
    assert [one["undoes"] for one in events] == [events[3]["n"], events[2]["n"], None, None, None]
    with WriteSession(engine) as session:
        audited = session.scalars(select(Audit.after).where(Audit.action == "model.roll_back")).all()
        assert {one["undoes"] for one in audited if one} == {events[2]["n"], events[3]["n"]}
        for job in session.scalars(select(Job).where(Job.kind == PUBLISH.name).order_by(Job.id)):
            finish(session, job, done(session, job, bench))
        session.commit()
    content = published(bench.store, FILE)
    assert content is not None
    (route,) = Routes.from_json(content).routes
    assert (route.model_version, Routes.from_json(content).revision) == (trained[0], events[0]["n"])


def test_an_alias_taken_away_is_no_route_and_leaves_its_history(
    engine: Engine, given: Given, bench: Bench, trained: list[str], user: httpx.Client
) -> None:
    name = path(given, "shadow")
    user.put(name, json={"version": trained[0], "reason": "To watch"})
    assert user.delete(name).status_code == 422
    assert user.delete(name, params={"reason": "Seen enough"}).status_code == 204
    assert user.delete(name, params={"reason": "Seen enough"}).json()["code"] == "alias_missing"
    events = user.get(f"{name}/events").json()["items"]
    assert [(one["before_seq"], one["after_seq"]) for one in events] == [(1, None), (None, 1)]
    with WriteSession(engine) as session:
        for job in session.scalars(select(Job).where(Job.kind == PUBLISH.name).order_by(Job.id)):
            done(session, job, bench)
    content = published(bench.store, FILE)
    assert content is not None and Routes.from_json(content).routes == ()


def test_what_is_used_is_not_deleted_and_what_is_deleted_is_gone(
    engine: Engine, given: Given, trained: list[str], people: dict[str, UUID], user: httpx.Client
) -> None:
    why = {"reason": "No longer wanted"}
    first, second, third = trained
    user.put(path(given, "challenger"), json={"version": first, "reason": "To compare"})
    refused = user.delete(f"/model-versions/{first}", params=why)
    assert (refused.status_code, refused.json()["code"]) == (409, "model_in_use")
    assert "challenger" in refused.json()["errors"][0]["detail"]
    with WriteSession(engine) as session:
        strategy = Strategy(id=new_object(session, "strategy", people["other"]), name="Secret")
        session.add(strategy)
        session.flush()
        session.add(
            StrategyVersion(
                strategy_id=strategy.id,
                seq=1,
                spec={},
                digest="d",
                created_by=people["other"],
                model_version_id=UUID(second),
            )
        )
        session.commit()
    hidden = user.delete(f"/model-versions/{second}", params=why).json()
    assert hidden["errors"][0]["detail"] == "1 more use it."
    assert "Secret" not in str(hidden)
    assert user.delete(f"/models/{given.model}", params=why).json()["code"] == "model_in_use"
    assert user.delete(f"/model-versions/{third}", params=why).status_code == 204
    assert user.get(f"/model-versions/{third}").status_code == 404
    assert user.delete(f"/model-versions/{third}", params=why).status_code == 404
    assert [one["seq"] for one in user.get(f"/models/{given.model}/versions").json()["items"]] == [2, 1]
    assert user.get(f"/models/{given.model}").json()["versions"] == 2
    gone = user.put(path(given, "challenger"), json={"version": third, "reason": "Gone"})
    assert gone.json()["code"] == "model_version_missing"
    empty = user.post("/models", json={"name": "Empty"}).json()["id"]
    assert user.delete(f"/models/{empty}", params=why).status_code == 204
    assert user.get(f"/models/{empty}").status_code == 404


def test_the_database_itself_holds_the_laws(
    engine: Engine, given: Given, trained: list[str], people: dict[str, UUID], user: httpx.Client
) -> None:
    user.put(path(given, "challenger"), json={"version": trained[0], "reason": "To compare"})
    remove = "INSERT INTO model_version_removals (version_id, reason, account_id) VALUES (:v, 'x', :a)"
    refused = [
        (remove, {"v": trained[0], "a": people["admin"]}),
        ("DELETE FROM model_versions WHERE id = :v", {"v": trained[0]}),
        ("UPDATE alias_events SET reason = 'nothing happened'", {}),
        ("DELETE FROM alias_events", {}),
        ("UPDATE promotion_gates SET spec = '{}'", {}),
    ]
    with WriteSession(engine) as session:
        session.execute(text(remove), {"v": trained[1], "a": people["admin"]})
        session.execute(
            text("INSERT INTO promotion_gates (spec, reason, account_id) VALUES ('{}', 'x', :a)"),
            {"a": people["admin"]},
        )
        session.commit()
    refused += [
        ("UPDATE aliases SET version_id = :v", {"v": trained[1]}),
        ("DELETE FROM model_version_removals", {}),
    ]
    for statement, values in refused:
        with WriteSession(engine) as session, pytest.raises(IntegrityError):
            session.execute(text(statement), values)
            session.flush()


WRITERS = """
import os
import sys
from uuid import UUID

from kuznia.db.session import WriteSession, make_engine
from kuznia.db.tables import Job, ModelVersion, Run
from kuznia.domains.models import service
from kuznia.domains.models.schemas import AliasMove
from kuznia.rest.principal import Principal

url, model, owner, base, writers, turns = sys.argv[1:]
model, owner, base = UUID(model), UUID(owner), UUID(base)
children = {}
for me in range(int(writers)):
    child = os.fork()
    if not child:
        break
    children[child] = me
if len(children) == int(writers):
    sys.exit(sum(os.waitpid(child, 0)[1] != 0 for child in children))
principal = Principal(owner, "user", frozenset({"read", "write"}))
engine = make_engine(url, application="writer")
for turn in range(int(turns)):
    with WriteSession(engine) as session:
        old = session.get_one(ModelVersion, base)
        job = session.get_one(Job, session.get_one(Run, old.run_id).job_id)
        names = ("model_id", "spec", "digest", "run_id", "feature_set_version_id", "bundle", "predictions",
                 "trained_until", "summary")
        new = service.NewVersion(**{name: getattr(old, name) for name in names})
        made = service.add_version(session, job, new)
        wanted = AliasMove(version=made, reason=f"Writer {me}, turn {turn}")
        service.move_alias(session, principal, model, "challenger", wanted, None)
        session.commit()
"""


def test_twenty_writers_lose_nothing(
    engine: Engine, given: Given, bench: Bench, database_url: str, admin: httpx.Client
) -> None:
    """Each adds versions and moves the one alias; every move is there, in one unbroken line."""
    with WriteSession(engine) as session:
        base = train_version(session, given, bench, "ridge")
        session.commit()
    writers, turns = 20, 5
    given_as = [database_url, given.model, given.owner, base, writers, turns]
    command = [sys.executable, "-c", WRITERS, *map(str, given_as)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert ended.returncode == 0, ended.stderr
    with WriteSession(engine) as session:
        versions = session.scalars(
            select(ModelVersion.seq).where(ModelVersion.model_id == given.model).order_by(ModelVersion.seq)
        ).all()
        assert versions == list(range(1, writers * turns + 2))
        events = session.scalars(select(AliasEvent).order_by(AliasEvent.n)).all()
        assert len({one.reason for one in events}) == writers * turns
        assert [one.before for one in events] == [None, *(one.after for one in events[:-1])]
        assert session.scalar(select(func.count()).where(Audit.action == "model.move_alias")) == 100
    shown = admin.get(f"/models/{given.model}").json()["aliases"]
    assert [(one["revision"], one["version_id"]) for one in shown] == [(100, str(events[-1].after))]
    assert admin.get("/audit/check").json()["holds"] is True
