"""Versions beside each other, their lineage, their card and their bundle, over the API."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from uuid import UUID

import httpx
import numpy as np
import pytest
from sqlalchemy import Engine, text

from kuznia.core.metrics.paired import newey_west_error, paired_difference
from kuznia.core.models.bundle import load_bundle
from kuznia.db.session import WriteSession
from kuznia.db.tables import ModelVersion
from kuznia.domains.models import repository
from kuznia.domains.models.schemas import DAILY, TRAIN, TrainInput
from kuznia.queue.enqueue import enqueue
from tests.service.models.test_registry import Bench, Given, done, train_spec, train_version
from tests.support.markets import small_spec


@pytest.fixture
def pair(engine: Engine, given: Given, bench: Bench) -> list[str]:
    with WriteSession(engine) as session:
        made = [str(train_version(session, given, bench, one)) for one in ("ridge", "elastic_net")]
        session.commit()
    return made


def daily(engine: Engine, bench: Bench, version: str) -> np.ndarray:
    with WriteSession(engine) as session:
        run = session.get_one(ModelVersion, UUID(version)).run_id
        digest = repository.run_files(session, run)[DAILY]
    return bench.store.frame(digest)["rank_ic"].to_numpy()


def test_two_versions_are_compared_bar_by_bar(
    engine: Engine, bench: Bench, pair: list[str], user: httpx.Client, other: httpx.Client
) -> None:
    found = user.get("/model-versions/compare", params={"ids": pair}).json()
    first, second = (daily(engine, bench, one) for one in pair)
    shown = [user.get(f"/model-versions/{one}").json() for one in pair]
    horizon = shown[0]["horizon"]
    for side, series, version in zip(found["versions"], (first, second), shown, strict=True):
        assert side["common"] == side["rank_ic"] == version["rank_ic"]
        assert side["common"]["mean"] == pytest.approx(series.mean(), abs=1e-15)
        assert side["common"]["standard_error"] == pytest.approx(newey_west_error(series, horizon), abs=1e-15)
        assert (side["common"]["bars"], side["duration_s"]) == (len(series), version["run"]["duration_s"])
    expected = paired_difference(first, second, horizon)
    (difference,) = found["differences"]
    assert difference["version_id"] == pair[1]
    assert (difference["mean"], difference["low"], difference["high"]) == pytest.approx(
        (expected.mean, expected.low, expected.high), abs=1e-15
    )
    assert (difference["bars"], difference["block"]) == (len(first), expected.block)
    unequal = [one["name"] for one in found["parameters"] if not one["equal"]]
    assert unequal[0] == "learner" and found["parameters"][0]["values"] == ["ridge", "elastic_net"]
    assert "label.horizon" not in unequal
    assert all(one["equal"] for one in found["pins"])
    assert found["reservations"] == [] and found["without_series"] == []
    assert other.get("/model-versions/compare", params={"ids": pair}).status_code == 404


def test_a_comparison_says_where_it_limps(
    engine: Engine, given: Given, bench: Bench, pair: list[str], user: httpx.Client
) -> None:
    spec = small_spec("ridge")
    longer = replace(spec, label=replace(spec.label, horizon=10))
    with WriteSession(engine) as session:
        wanted = TrainInput(model=given.model, features=given.features_run, spec=train_spec(longer))
        job = enqueue(session, TRAIN, wanted, owner_id=given.owner, name="T", question_id=given.question)
        third = str(done(session, job, bench)["model_version"])
        session.commit()
    found = user.get("/model-versions/compare", params={"ids": [pair[0], third]}).json()
    assert found["reservations"] == ["horizon"]
    assert found["differences"][0]["bars"] == found["versions"][0]["common"]["bars"]
    assert found["versions"][0]["common"]["bars"] < found["versions"][0]["rank_ic"]["bars"]
    with WriteSession(engine) as session:
        session.execute(text("ALTER TABLE run_files DISABLE TRIGGER immutable"))
        session.execute(text("DELETE FROM run_files WHERE role = :role"), {"role": DAILY})
        session.commit()
    old = user.get("/model-versions/compare", params={"ids": pair}).json()
    assert (old["differences"], old["span"], old["without_series"]) == ([], None, pair)
    assert old["versions"][0]["common"] is None
    for ids in ([], pair[:1], [pair[0], pair[0]], pair * 4):
        refused = user.get("/model-versions/compare", params={"ids": ids})
        assert refused.status_code == 422


def test_the_lineage_leads_from_data_to_aliases(given: Given, pair: list[str], user: httpx.Client) -> None:
    user.put(f"/models/{given.model}/aliases/challenger", json={"version": pair[0], "reason": "To compare"})
    found = user.get(f"/model-versions/{pair[0]}/lineage").json()
    kinds = {one["key"]: one["kind"] for one in found["nodes"]}
    steps = {(kinds[one["source"]], kinds[one["target"]]) for one in found["edges"]}
    assert steps == {
        ("dataset_version", "feature_set_version"),
        ("dataset_version", "run"),
        ("universe_version", "run"),
        ("feature_set_version", "run"),
        ("run", "model_version"),
        ("model_version", "alias"),
    }
    assert found["version"] == f"model_version:{pair[0]}"
    assert found["hidden"] == 0


def test_the_card_tells_the_versions_own_figures(
    engine: Engine, given: Given, pair: list[str], user: httpx.Client
) -> None:
    with WriteSession(engine) as session:
        session.execute(text("UPDATE models SET name = 'A | <b>'"))
        session.commit()
    version = user.get(f"/model-versions/{pair[0]}").json()
    card = user.get(f"/model-versions/{pair[0]}/card").json()
    markdown = card["markdown"]
    assert markdown.startswith("# Model card: A \\| &lt;b> v1\n")
    titles = [section["title"] for section in card["sections"]]
    assert titles == [line.removeprefix("## ") for line in markdown.splitlines() if line.startswith("## ")]
    facts = {fact["name"]: fact["value"] for section in card["sections"] for fact in section["facts"]}
    mean, error = version["rank_ic"]["mean"], version["rank_ic"]["standard_error"]
    assert facts["Rank IC"] == f"{mean:+.4f} ({mean - 1.96 * error:+.4f} to {mean + 1.96 * error:+.4f})"
    assert (facts["bundle"], facts["universe"]) == (version["digest"], "Twelve v1")
    assert "survivors only" in markdown and f"after {version['verdict']['trials']} trials" in markdown


def test_the_bundle_comes_down_whole_or_not_at_all(
    bench: Bench, pair: list[str], user: httpx.Client, other: httpx.Client
) -> None:
    version = user.get(f"/model-versions/{pair[0]}").json()
    answer = user.get(f"/model-versions/{pair[0]}/bundle")
    assert answer.headers["content-type"] == "application/zip"
    assert (
        answer.headers["content-disposition"]
        == 'attachment; filename="Ranker_v1_' + version["digest"][7:19] + '.zip"'
    )
    assert load_bundle(answer.content, version["digest"]).spec.learner == "ridge"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        assert json.loads(packed.read("manifest.json"))["spec"]["learner"] == "ridge"
    assert other.get(f"/model-versions/{pair[0]}/bundle").status_code == 404
    path = bench.store.path(version["bundle"])
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    damaged = user.get(f"/model-versions/{pair[0]}/bundle")
    assert (damaged.status_code, damaged.json()["code"]) == (503, "file_missing")
