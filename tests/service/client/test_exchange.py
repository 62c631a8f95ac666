"""Bundles and exports through the client, against the real API and a worker that does the jobs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from sqlalchemy import Engine, select

from kuznia.client import Client, JobFailed, ProblemError
from kuznia.core.models.bundle import Bundle, load_bundle
from kuznia.core.models.offered import Step
from kuznia.core.models.score import score
from kuznia.db.session import WriteSession
from kuznia.db.tables import FeatureSetVersion, ModelVersion
from tests.service.conftest import PASSWORD
from tests.service.models.test_exchange import made_elsewhere
from tests.service.models.test_registry import Bench, Given, train_version
from tests.support.markets import world

pytestmark = pytest.mark.usefixtures("worker")


@pytest.fixture
def client(address: str) -> Iterator[Client]:
    with Client(address) as made:
        made.login("user@kuznia.example", PASSWORD)
        yield made


def trained(engine: Engine, given: Given, bench: Bench, learner: str, *steps: Step) -> tuple[str, Bundle]:
    """A version of this learner, and its bundle as the store has it."""
    with WriteSession(engine) as session:
        version = train_version(session, given, bench, learner, steps=steps)
        session.commit()
        row = session.get_one(ModelVersion, version)
        return str(version), load_bundle(bench.store.bytes(row.bundle), row.digest)


def elsewhere(engine: Engine) -> Bundle:
    """What another installation made of the same features."""
    with WriteSession(engine) as session:
        return made_elsewhere(session.scalars(select(FeatureSetVersion.digest)).one())


def test_a_bundle_is_what_the_store_has(client: Client, engine: Engine, given: Given, bench: Bench) -> None:
    version, ours = trained(engine, given, bench, "ridge")
    content = client.bundle(version)
    assert content == ours.archive()
    frame, _ = world(50, signal=0.2)
    assert score(load_bundle(content, ours.digest), frame).equals(score(ours, frame))
    with pytest.raises(ProblemError) as caught:
        client.bundle(str(given.features_run))
    assert caught.value.code == "model_version_missing"


def test_a_bundle_comes_in_as_bytes_or_from_a_file(
    client: Client, engine: Engine, given: Given, tmp_path: Path
) -> None:
    bundle, features = elsewhere(engine), str(given.features_run)
    first = client.import_bundle(bundle.archive(), features, name="From afar", digest=bundle.digest)
    assert (first["model_name"], first["seq"], first["digest"]) == ("From afar", 1, bundle.digest)
    assert client.bundle(first["id"]) == bundle.archive()

    with pytest.raises(ProblemError) as caught:
        client.import_bundle(bundle.archive(), features, name="Once more")
    assert caught.value.status == 409
    with pytest.raises(ProblemError, match="no readable archive"):
        client.import_bundle(bundle.archive()[:-100], features, name="Torn")

    with WriteSession(engine) as session:
        digest = session.scalars(select(FeatureSetVersion.digest)).one()
    second = made_elsewhere(digest, "elastic_net")
    path = tmp_path / "second.zip"
    path.write_bytes(second.archive())
    other = client.import_bundle(path, features, model=first["model_id"])
    assert (other["model_id"], other["seq"]) == (first["model_id"], 2)
    assert other["imported"]["filename"] == "second.zip"


def test_an_export_scores_as_the_bundle_does(
    client: Client, engine: Engine, given: Given, bench: Bench
) -> None:
    version, ours = trained(engine, given, bench, "ridge")
    frame, _ = world(50, signal=0.2)
    (said,) = onnxruntime.InferenceSession(client.onnx(version)).run(
        ["score"], {"features": frame.select("a", "b", "c").to_numpy().astype(np.float64)}
    )
    assert float(np.abs(said[:, 0] - score(ours, frame)["score"].to_numpy()).max()) < 1e-5


def test_an_export_that_cannot_be_says_why(
    client: Client, engine: Engine, given: Given, bench: Bench
) -> None:
    version, _ = trained(engine, given, bench, "ridge", Step("rank"))
    with pytest.raises(JobFailed, match="among all instruments of a bar"):
        client.onnx(version)
