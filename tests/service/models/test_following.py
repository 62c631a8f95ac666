"""A rollback as scoring sees it: the process follows within seconds, features and data with the model."""

from __future__ import annotations

import time
from pathlib import Path
from uuid import UUID

import httpx
from sqlalchemy import Engine, select

from kuznia.core.models.routes import FILE, Routes
from kuznia.db.session import WriteSession
from kuznia.db.tables import (
    FeatureSet,
    FeatureSetVersion,
    Job,
    ModelVersion,
    RunInput,
)
from kuznia.domains.jobs.service import Pin, record_run
from kuznia.domains.models.schemas import PUBLISH, TRAIN, TrainInput
from kuznia.queue.enqueue import enqueue
from kuznia.queue.settle import finish
from kuznia.store.published import published
from tests.service.models.test_registry import Bench, Given, done, train_spec, train_version
from tests.support.markets import small_spec, world
from tests.support.postgres import free_port
from tests.support.processes import service


def other_features(session: WriteSession, given: Given, bench: Bench) -> UUID:
    """A run of another version of the feature set, over the same bars and universe."""
    pins = session.scalars(select(RunInput).where(RunInput.run_id == given.features_run)).all()
    features = session.scalars(select(FeatureSet)).one()
    digest = "sha256:" + "d" * 64
    newer = FeatureSetVersion(
        feature_set_id=features.id, spec={}, digest=digest, seq=2, created_by=given.owner
    )
    session.add(newer)
    session.flush()
    job = session.scalars(select(Job).where(Job.kind == "features.compute")).one()
    values, _ = world(200, signal=0.2)
    return record_run(
        session,
        job,
        kind="features.compute",
        code="0.1.0",
        environment="e",
        parameters={},
        seed=None,
        result_digest=digest,
        started_at=bench.now(),
        inputs=[
            Pin(role="feature_set", feature_set_version_id=newer.id),
            *(
                Pin(
                    role=pin.role,
                    universe_version_id=pin.universe_version_id,
                    dataset_version_id=pin.dataset_version_id,
                )
                for pin in pins
                if pin.feature_set_version_id is None
            ),
        ],
        files={"values": bench.store.put_frame(values, ["instrument", "ts"])},
    )


def publish_all(engine: Engine, bench: Bench) -> None:
    """Do what the worker does with the jobs that the moves left."""
    with WriteSession(engine) as session:
        waiting = select(Job).where(Job.kind == PUBLISH.name, Job.state == "queued").order_by(Job.id)
        for job in session.scalars(waiting).all():
            finish(session, job, done(session, job, bench))
        session.commit()


def test_scoring_follows_a_rollback_with_features_and_data(
    engine: Engine, given: Given, bench: Bench, user: httpx.Client, tmp_path: Path
) -> None:
    with WriteSession(engine) as session:
        first = train_version(session, given, bench, "ridge")
        wanted = TrainInput(
            model=given.model,
            features=other_features(session, given, bench),
            spec=train_spec(small_spec("elastic_net")),
        )
        job = enqueue(session, TRAIN, wanted, owner_id=given.owner, name="T", question_id=given.question)
        second = done(session, job, bench)["model_version"]
        session.commit()
        rows = [session.get_one(ModelVersion, one) for one in (first, second)]
        bundles = [row.digest for row in rows]
        sets = [session.get_one(FeatureSetVersion, row.feature_set_version_id).digest for row in rows]
    assert len(set(bundles)) == len(set(sets)) == 2
    name = f"/models/{given.model}/aliases/champion"
    for version in (first, second):
        move = {"version": str(version), "reason": "Newer", "override": "A universe for tests"}
        assert user.put(name, json=move).status_code == 200
    publish_all(engine, bench)
    url = f"http://127.0.0.1:{(port := free_port())}"
    env = {
        "KUZNIA_DATA": str(bench.store.root.parent),
        "KUZNIA_SCORING_PORT": str(port),
        "KUZNIA_SECURITY_INTERNAL_TOKEN": "internal",
    }
    with (
        service("kuznia.scoring", env, tmp_path / "scoring.log", f"{url}/health/ready"),
        httpx.Client(base_url=url, headers={"Authorization": "Bearer internal"}, timeout=5.0) as scoring,
    ):
        asked = {"alias": "champion", "model": str(given.model)}
        assert scoring.post("/score", json=asked).json()["bundle"] == bundles[1]
        told = user.get(f"{name}/rollback").json()
        pins = [{pin["role"]: pin["seq"] for pin in told[one]} for one in ("pins_now", "pins_back")]
        assert (pins[0]["feature_set"], pins[1]["feature_set"]) == (2, 1)
        assert user.post(f"{name}/rollback", json={"reason": "It loses money"}).status_code == 200
        publish_all(engine, bench)
        started = time.monotonic()
        while scoring.post("/score", json=asked).json()["bundle"] != bundles[0]:
            assert time.monotonic() - started < 5.0
            time.sleep(0.05)
    content = published(bench.store, FILE)
    assert content is not None
    (route,) = Routes.from_json(content).routes
    assert (route.bundle, route.feature_set, route.model_version) == (bundles[0], sets[0], str(first))
