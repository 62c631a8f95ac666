"""Bundles between installations: what comes in is looked at, marked and pinned; what is none leaves none."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from typing import Any
from uuid import UUID

import httpx
import numpy as np
import onnxruntime
import pytest
from sqlalchemy import Engine, func, select

from kuznia.core.errors import CoreError
from kuznia.core.models.bundle import Bundle, load_bundle
from kuznia.core.models.offered import Step
from kuznia.core.models.score import score
from kuznia.core.models.training import train
from kuznia.db.session import WriteSession
from kuznia.db.tables import Audit, FeatureSetVersion, File, Job, Model, ModelVersion, Run, Trial
from kuznia.domains.models.exchange.schemas import EXPORT, ExportInput
from kuznia.domains.models.routing import load_routes
from kuznia.domains.models.service import pinned
from kuznia.errors import KuzniaError
from kuznia.queue.enqueue import enqueue
from tests.service.models.test_registry import Bench, Given, done, train_version
from tests.support.markets import small_spec, world
from tests.unit.models.test_inspection import HOSTILE

ELSEWHERE = "elsewhere.zip"
NOUNS = ("models", "model_versions", "runs")


@pytest.fixture
def feature_set(engine: Engine, given: Given) -> str:
    """Digest of the feature set that the given run computed."""
    with WriteSession(engine) as session:
        return session.scalars(select(FeatureSetVersion.digest)).one()


def made_elsewhere(feature_set: str, learner: str = "ridge", **changes: Any) -> Bundle:
    """What another installation with the same feature set would have trained."""
    frame, panel = world(220, signal=0.3, seed=23)
    return train(frame, panel, small_spec(learner, **changes), feature_set=feature_set).bundle


def send(
    client: httpx.Client, content: bytes, features: UUID, filename: str = ELSEWHERE, **options: object
) -> httpx.Response:
    data = {"options": json.dumps({"features": str(features), **options})}
    return client.post("/model-imports", files={"file": (filename, content)}, data=data)


def carried_out(engine: Engine, answer: httpx.Response, bench: Bench) -> dict[str, UUID]:
    """Do the job that an answer names, as the worker does."""
    assert answer.status_code == 202, answer.text
    with WriteSession(engine) as session:
        made = done(session, session.get_one(Job, UUID(answer.json()["id"])), bench)
        session.commit()
    return made


def counted(engine: Engine) -> dict[str, int]:
    with WriteSession(engine) as session:
        tables = (Model, ModelVersion, Run, Trial, Job, File, Audit)
        return {
            one.__tablename__: session.scalar(select(func.count()).select_from(one)) or 0 for one in tables
        }


def test_a_bundle_from_elsewhere_becomes_a_version_without_results(
    engine: Engine, given: Given, bench: Bench, feature_set: str, user: httpx.Client, other: httpx.Client
) -> None:
    bundle = made_elsewhere(feature_set)
    answer = send(user, bundle.archive(), given.features_run, name="From afar", digest=bundle.digest)
    made = carried_out(engine, answer, bench)
    shown = user.get(f"/model-versions/{made['model_version']}").json()
    assert shown["model_name"] == "From afar"
    assert (shown["seq"], shown["digest"], shown["learner"]) == (1, bundle.digest, "ridge")
    assert shown["imported"]["filename"] == ELSEWHERE
    assert shown["created_by"]["id"] == str(given.owner)
    assert (shown["labels"], shown["verdict"]["reasons"]) == (["imported"], ["imported"])
    assert (shown["verdict"]["key"], shown["verdict"]["probability"]) == ("unproven", None)
    assert shown["rank_ic"] == {"mean": None, "standard_error": None, "bars": 0}
    assert (shown["folds"], shown["per_seed"], shown["predictions"], shown["span"]) == ([], [], 0, None)
    assert {pin["role"] for pin in shown["pins"]} == {"features", "feature_set", "universe", "bars"}
    assert shown["importance"][0]["feature"] == "a"
    assert user.get(f"/models/{made['model']}").json()["latest"]["rank_ic"]["mean"] is None
    assert other.get(f"/model-versions/{made['model_version']}").status_code == 404
    with WriteSession(engine) as session:
        assert session.scalar(select(func.count()).select_from(Trial)) == 0
        actions = session.scalars(select(Audit.action).where(Audit.object_id == made["model"])).all()
        assert set(actions) == {"model.create", "model_version.import"}
    card = user.get(f"/model-versions/{made['model_version']}/card").json()["markdown"]
    assert "what was measured elsewhere is not taken on trust" in card
    told = shown["forecast"]
    assert bundle.forecaster is not None and told["radius"] == bundle.forecaster.radius
    assert (told["skill"], told["coverage"]) == (None, None)
    assert "how they held was not measured here" in card
    assert user.get(f"/model-versions/{made['model_version']}/lineage").status_code == 200


def test_it_scores_here_as_there_and_its_bundle_goes_on(
    engine: Engine, given: Given, bench: Bench, feature_set: str, user: httpx.Client
) -> None:
    bundle = made_elsewhere(feature_set, "lightgbm_ranker")
    made = carried_out(
        engine, send(user, bundle.archive(), given.features_run, model=str(given.model)), bench
    )
    assert made["model"] == given.model
    answer = user.get(f"/model-versions/{made['model_version']}/bundle")
    assert answer.headers["kuznia-digest"] == bundle.digest
    assert int(answer.headers["content-length"]) == len(answer.content)
    frame, _ = world(50, signal=0.2)
    assert score(load_bundle(answer.content, bundle.digest), frame).equals(score(bundle, frame))


def test_the_gate_does_not_let_it_through_however_low_it_stands(
    engine: Engine, given: Given, bench: Bench, feature_set: str, user: httpx.Client, admin: httpx.Client
) -> None:
    answer = send(user, made_elsewhere(feature_set).archive(), given.features_run, model=str(given.model))
    version = str(carried_out(engine, answer, bench)["model_version"])
    told = {one["key"]: one for one in user.get(f"/model-versions/{version}/promotion").json()["checks"]}
    assert (told["biased"]["value"], told["biased"]["passed"]) == (None, False)
    nothing = {"least_ratio": None, "least_probability": None, "least_positive_folds": None, "biased": True}
    answer = admin.put(
        "/promotion-gate", json={"spec": nothing, "reason": "wide open"}, headers={"If-Match": '"0"'}
    )
    assert answer.status_code == 200, answer.text
    checks = user.get(f"/model-versions/{version}/promotion").json()
    assert not checks["passed"] and checks["checks"][0]["key"] == "measured"
    move = {"version": version, "reason": "because"}
    refused = user.put(f"/models/{given.model}/aliases/champion", json=move)
    assert refused.status_code == 409
    assert "nothing of it was measured here" in refused.json()["errors"][0]["detail"]
    past = user.put(
        f"/models/{given.model}/aliases/champion", json=move | {"override": "watched it for a month"}
    )
    assert past.status_code == 200
    with WriteSession(engine) as session:
        routed = load_routes(session, session.scalars(select(Job)).first())  # type: ignore[arg-type]
    assert [str(one.version_id) for one in routed.aliases] == [version]


def test_what_needs_out_of_sample_scores_says_that_there_are_none(
    engine: Engine, given: Given, bench: Bench, feature_set: str, user: httpx.Client
) -> None:
    answer = send(user, made_elsewhere(feature_set).archive(), given.features_run, name="Afar")
    version = carried_out(engine, answer, bench)["model_version"]
    with WriteSession(engine) as session:
        model = pinned(session, version, given.owner)
    assert not model.measured
    with pytest.raises(KuzniaError, match="imported") as caught:
        model.require_measured()
    assert caught.value.code == "not_measured"


def test_the_same_bundle_twice_names_the_version_that_is_there(
    engine: Engine, given: Given, bench: Bench, feature_set: str, user: httpx.Client, other: httpx.Client
) -> None:
    archive = made_elsewhere(feature_set).archive()
    first, second = (send(user, archive, given.features_run, name=name) for name in ("One", "Two"))
    made = carried_out(engine, first, bench)
    again = send(user, archive, given.features_run, name="Three")
    assert again.status_code == 409
    assert (again.json()["code"], again.json()["version_id"]) == ("bundle_known", str(made["model_version"]))
    assert "'One' v1" in again.json()["detail"]
    before = counted(engine)
    with pytest.raises(KuzniaError, match="very bundle"):
        carried_out(engine, second, bench)
    assert counted(engine) == before
    assert other.get("/models").json()["items"] == []


def test_a_version_that_was_trained_here_is_known_as_well(
    engine: Engine, given: Given, bench: Bench, user: httpx.Client
) -> None:
    with WriteSession(engine) as session:
        version = train_version(session, given, bench, "ridge")
        session.commit()
    content = user.get(f"/model-versions/{version}/bundle").content
    answer = send(user, content, given.features_run, name="Copy")
    assert (answer.status_code, answer.json()["version_id"]) == (409, str(version))


def test_a_bundle_of_other_features_is_refused(given: Given, user: httpx.Client) -> None:
    answer = send(user, made_elsewhere("sha256:" + "7" * 64).archive(), given.features_run, name="Other")
    assert (answer.status_code, answer.json()["code"]) == (422, "bundle_features_differ")
    assert "carries no expressions" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("options", "status", "code"),
    [
        ({}, 422, "bad_import_options"),
        ({"name": "A", "model": "00000000-0000-0000-0000-000000000001"}, 422, "bad_import_options"),
        ({"name": "A", "more": 1}, 422, "bad_import_options"),
        ({"model": "00000000-0000-0000-0000-000000000001"}, 404, "model_missing"),
        ({"name": "Ranker"}, 409, "model_name_taken"),
        ({"name": "A", "digest": "sha256:" + "0" * 64}, 422, "bundle_unfit"),
        ({"name": "A", "features": "00000000-0000-0000-0000-000000000001"}, 422, "no_feature_values"),
    ],
)
def test_options_that_cannot_be_are_refused(
    given: Given,
    feature_set: str,
    engine: Engine,
    user: httpx.Client,
    options: dict[str, Any],
    status: int,
    code: str,
) -> None:
    before = counted(engine)
    archive = made_elsewhere(feature_set).archive()
    data = {"options": json.dumps({"features": str(given.features_run)} | options)}
    answer = user.post("/model-imports", files={"file": (ELSEWHERE, archive)}, data=data)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert counted(engine) == before


def test_a_viewer_may_not_import(given: Given, viewer: httpx.Client, feature_set: str) -> None:
    answer = send(viewer, made_elsewhere(feature_set).archive(), given.features_run, name="A")
    assert answer.status_code == 403


def test_a_model_of_somebody_else_takes_no_bundle(
    given: Given, feature_set: str, other: httpx.Client
) -> None:
    answer = send(other, made_elsewhere(feature_set).archive(), given.features_run, model=str(given.model))
    assert (answer.status_code, answer.json()["code"]) == (404, "model_missing")


def test_a_hostile_file_is_a_problem_in_words_and_leaves_nothing(
    engine: Engine, given: Given, bench: Bench, feature_set: str, user: httpx.Client
) -> None:
    looked_into = 0
    for name, (make, _) in HOSTILE.items():
        before = counted(engine)
        answer = send(user, of_set(make(), feature_set), given.features_run, name="Hostile")
        if answer.status_code == 202:
            # Its envelope is in order and its numbers are not: the job says so, and writes nothing.
            refused_by_the_job(engine, UUID(answer.json()["id"]), bench)
            after = counted(engine)
            assert {one: after[one] - before[one] for one in NOUNS} == dict.fromkeys(NOUNS, 0), name
            looked_into += 1
            continue
        problem = answer.json()
        assert answer.headers["content-type"] == "application/problem+json", name
        assert (answer.status_code, problem["code"]) == (422, "bundle_unfit"), name
        assert problem["errors"][0]["pointer"] == "/body/file"
        assert counted(engine) == before, name
    assert 20 < looked_into < len(HOSTILE) - 10


def refused_by_the_job(engine: Engine, job_id: UUID, bench: Bench) -> None:
    with WriteSession(engine) as session, pytest.raises(KuzniaError) as caught:
        done(session, session.get_one(Job, job_id), bench)
    assert (caught.value.code, caught.value.status) == ("bundle_unfit", 422)
    assert len(caught.value.detail) > 40


def of_set(archive: bytes, feature_set: str) -> bytes:
    """The archive with another feature set in its manifest, where it has one that can be read."""
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as packed:
            files = {one.filename: packed.read(one) for one in packed.infolist()}
        manifest = json.loads(files["manifest.json"])
        if not manifest.get("feature_set", "").startswith("sha256:"):
            return archive
    except (zipfile.BadZipFile, KeyError, ValueError, AttributeError, RecursionError, OSError, zlib.error):
        return archive
    sink = io.BytesIO()
    files["manifest.json"] = json.dumps(manifest | {"feature_set": feature_set}).encode()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return sink.getvalue()


def test_more_than_the_limit_is_not_read(given: Given, user: httpx.Client) -> None:
    answer = send(user, bytes(64 * 2**20 + 1), given.features_run, name="Large")
    assert (answer.status_code, answer.json()["code"]) == (413, "bundle_too_large")


def test_an_export_is_a_job_whose_file_scores_as_we_do(
    engine: Engine, given: Given, bench: Bench, user: httpx.Client, other: httpx.Client
) -> None:
    with WriteSession(engine) as session:
        version = train_version(session, given, bench, "lightgbm_ranker")
        session.commit()
        bundle = load_bundle(
            bench.store.bytes(session.get_one(ModelVersion, version).bundle),
            session.get_one(ModelVersion, version).digest,
        )
    missing = user.get(f"/model-versions/{version}/onnx")
    assert (missing.status_code, missing.json()["code"]) == (404, "onnx_missing")
    wanted = {"key": "export", "kind": EXPORT.name, "input": {"version": str(version)}}
    posted = user.post("/jobs", json={"jobs": [wanted]})
    with WriteSession(engine) as session:
        done(session, session.get_one(Job, UUID(posted.json()["jobs"][0]["id"])), bench)
        session.commit()
    answer = user.get(f"/model-versions/{version}/onnx")
    assert answer.headers["content-disposition"] == 'attachment; filename="Ranker_v1.onnx"'
    frame, _ = world(50, signal=0.2)
    (said,) = onnxruntime.InferenceSession(answer.content).run(
        ["score"], {"features": frame.select("a", "b", "c").to_numpy().astype(np.float64)}
    )
    ours = score(bundle, frame)["score"].to_numpy()
    assert float(np.abs(said[:, 0] - ours).max()) < 1e-5
    assert other.get(f"/model-versions/{version}/onnx").status_code == 404


def test_what_does_not_map_fails_its_job_in_words(engine: Engine, given: Given, bench: Bench) -> None:
    with WriteSession(engine) as session:
        version = train_version(session, given, bench, "ridge", steps=(Step("rank"),))
        job = enqueue(session, EXPORT, ExportInput(version=version), owner_id=given.owner, name="Export")
        with pytest.raises(CoreError, match="among all instruments of a bar"):
            done(session, job, bench)
