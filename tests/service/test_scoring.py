"""Scoring end to end: the real process on a real store, through alias moves and damaged bundles."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import numpy as np
import polars as pl
import pytest

from kuznia.core.models.bundle import Bundle
from kuznia.core.models.routes import FILE, Route, Routes
from kuznia.core.models.score import score
from kuznia.core.models.training import train
from kuznia.store import Store
from kuznia.store.published import publish, published
from tests.support.markets import small_spec, world
from tests.support.postgres import free_port
from tests.support.processes import service

SET = "sha256:" + "a" * 64
TOKEN = {"Authorization": "Bearer internal"}
MODEL = str(uuid4())
STATED = ("chance", "expected", "low", "high")


@dataclass(frozen=True)
class Served:
    """A running scoring service with two trained bundles and a frame of latest values in its store."""

    store: Store
    client: httpx.Client
    bundles: tuple[Bundle, Bundle]
    routes: tuple[Route, Route]
    values: pl.DataFrame

    def publish(self, revision: int, *routes: Route) -> None:
        content = Routes(revision, routes).to_json()
        assert publish(self.store, FILE, content, lambda old: True)

    def await_revision(self, revision: int) -> None:
        self.wait(lambda: self.client.get("/health/ready").json()["revision"] == revision)

    @staticmethod
    def wait(done: Callable[[], bool], seconds: float = 60.0) -> None:
        end = time.monotonic() + seconds
        while not done():
            assert time.monotonic() < end
            time.sleep(0.02)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("scoring")
    store = Store(folder / "store")
    frame, panel = world(200, signal=0.2)
    values = frame.filter(pl.col("ts") == pl.col("ts").max())
    kept = store.put_frame(values, ["instrument", "ts"])
    bundles = tuple(
        train(frame, panel, small_spec(learner), feature_set=SET).bundle
        for learner in ("lightgbm_ranker", "ridge")
    )
    routes = tuple(
        Route(
            model=MODEL,
            alias="champion",
            model_version=str(uuid4()),
            bundle_file=store.put_bytes(bundle.archive(), "bundle").digest,
            bundle=bundle.digest,
            feature_set=SET,
            values=kept.digest,
        )
        for bundle in bundles
    )
    url = f"http://127.0.0.1:{(port := free_port())}"
    env = {
        "KUZNIA_DATA": str(folder),
        "KUZNIA_SCORING_PORT": str(port),
        "KUZNIA_SECURITY_INTERNAL_TOKEN": "internal",
    }
    with (
        service("kuznia.scoring", env, folder / "scoring.log", f"{url}/health/ready"),
        httpx.Client(base_url=url, headers=TOKEN, timeout=5.0) as client,
    ):
        yield Served(store, client, (bundles[0], bundles[1]), (routes[0], routes[1]), values)


def test_it_answers_what_the_library_answers(served: Served) -> None:
    served.publish(1, served.routes[0])
    served.await_revision(1)
    expected = score(served.bundles[0], served.values)
    answer = served.client.post("/score", json={"alias": "champion", "instruments": ["XNAS:I03", "XNAS:ZZ"]})
    body = answer.json()
    assert answer.status_code == 200
    assert body["bundle"] == served.bundles[0].digest
    assert body["model_version"] == served.routes[0].model_version
    assert body["missing"] == ["XNAS:ZZ"]
    (one,) = body["scores"]
    assert one["score"] == expected.filter(pl.col("instrument") == "XNAS:I03")["score"].item()
    assert one["ts"] == "2020-07-18T21:00:00Z"
    assert one["available_at"] == "2020-07-18T21:30:00Z"
    by_version = served.client.post("/score", json={"model_version": served.routes[0].model_version})
    assert len(by_version.json()["scores"]) == 12


def test_it_states_chances_and_intervals_of_the_whole_cross_section(served: Served) -> None:
    bundle = served.bundles[0]
    older = replace(bundle, forecaster=None)
    silent = replace(
        served.routes[1],
        alias="older",
        bundle=older.digest,
        bundle_file=served.store.put_bytes(older.archive(), "bundle").digest,
    )
    week_old = pl.col("instrument").is_in(["XNAS:I00", "XNAS:I01"])
    stragglers = served.values.with_columns(
        pl.when(week_old).then(pl.col("ts") - timedelta(days=7)).otherwise(pl.col("ts")).alias("ts")
    )
    kept = served.store.put_frame(stragglers, ["instrument", "ts"]).digest
    late = replace(served.routes[0], alias="late", values=kept)
    served.publish(5, served.routes[0], silent, late)
    served.await_revision(5)

    def ask(alias: str, instruments: list[str] | None = None) -> dict[str, Any]:
        answer = served.client.post("/score", json={"alias": alias, "instruments": instruments})
        assert answer.status_code == 200
        return dict(answer.json())

    whole = ask("champion")
    by_score = sorted(whole["scores"], key=lambda one: one["score"])
    assert len(by_score) == 12
    for name in ("chance", "expected"):
        said = [one[name] for one in by_score]
        assert said == sorted(said) and said[0] < said[-1]
    assert all(one["low"] < one["expected"] < one["high"] for one in by_score)
    assert all(0 <= one["chance"] <= 1 for one in by_score)
    made = bundle.forecaster
    assert made is not None
    assert (whole["forecast"]["horizon"], whole["forecast"]["alpha"]) == (2, 0.1)
    assert datetime.fromisoformat(whole["forecast"]["learned_until"]) == made.learned_until
    expected = score(bundle, served.values).to_dicts()
    assert [(one["chance"], one["low"]) for one in whole["scores"]] == [
        (one["chance"], one["low"]) for one in expected
    ]
    few = [by_score[n]["instrument"] for n in (11, 0, 5)]
    assert ask("champion", few)["scores"] == [by_score[n] for n in (11, 0, 5)]

    told = ask("older")
    assert told["forecast"] is None
    assert [one["score"] for one in told["scores"]] == [one["score"] for one in whole["scores"]]
    assert {one[name] for one in told["scores"] for name in STATED} == {None}

    # Two instruments whose newest bar is an older one are no cross-section; the ten others are one.
    told = ask("late")
    assert len(told["scores"]) == 12 and all(one["score"] is not None for one in told["scores"])
    old = [one for one in told["scores"] if one["instrument"] in ("XNAS:I00", "XNAS:I01")]
    assert {one[name] for one in old for name in STATED} == {None}
    new = sorted((one for one in told["scores"] if one not in old), key=lambda one: one["score"])
    ranks = made.chance(np.linspace(0, 1, 10)).tolist()
    assert [one["chance"] for one in new] == pytest.approx(ranks, abs=1e-12)


def test_an_alias_moves_without_a_failed_request(served: Served) -> None:
    served.publish(10, served.routes[0])
    served.await_revision(10)
    stop, statuses, bundles = threading.Event(), [], []

    def ask() -> None:
        with httpx.Client(base_url=served.client.base_url, headers=TOKEN, timeout=5.0) as client:
            while not stop.is_set():
                answer = client.post("/score", json={"alias": "champion"})
                statuses.append(answer.status_code)
                bundles.append(answer.json()["bundle"])

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for revision in range(11, 14):
        served.publish(revision, served.routes[revision % 2])
        served.await_revision(revision)
    served.wait(lambda: bundles[-1] == served.bundles[1].digest)
    stop.set()
    for thread in threads:
        thread.join()
    assert set(statuses) == {200}
    assert set(bundles) == {bundle.digest for bundle in served.bundles}


def test_a_bundle_of_another_digest_or_feature_set_is_refused(served: Served) -> None:
    wrong = replace(served.routes[0], alias="digest", bundle=served.routes[1].bundle)
    other = replace(served.routes[0], alias="features", feature_set="sha256:" + "b" * 64)
    gone = replace(served.routes[0], alias="gone", bundle_file="sha256:" + "c" * 64)
    served.publish(20, wrong, other, gone, served.routes[1])
    served.await_revision(20)
    for alias, words in (("digest", "digest"), ("features", "feature set"), ("gone", "not in the store")):
        answer = served.client.post("/score", json={"alias": alias})
        assert answer.status_code == 503
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == "bundle_refused"
        assert words in answer.json()["detail"]
    assert served.client.post("/score", json={"alias": "champion"}).status_code == 200
    assert served.client.get("/health/ready").json()["refused"] == ["digest", "features", "gone"]


def test_what_it_has_loaded_survives_a_damaged_routes_file(served: Served) -> None:
    served.publish(30, served.routes[0])
    served.await_revision(30)
    publish(served.store, FILE, b"{half", lambda old: True)
    time.sleep(1.3)
    answer = served.client.post("/score", json={"alias": "champion"})
    assert (answer.status_code, answer.json()["revision"]) == (200, 30)


def test_a_version_past_its_age_says_so_or_is_refused(served: Served) -> None:
    hour = timedelta(hours=1)
    old, young = ((datetime.now(UTC) + sign * hour).isoformat() for sign in (-1, 1))
    limits = {"old": (old, False), "refused": (old, True), "young": (young, True), "free": (None, False)}
    routes = [
        replace(served.routes[0], alias=alias, expires_at=at, refuse_expired=refuse)
        for alias, (at, refuse) in limits.items()
    ]
    served.publish(35, *routes)
    served.await_revision(35)
    said = {alias: served.client.post("/score", json={"alias": alias}) for alias in limits}
    assert {alias: answer.status_code for alias, answer in said.items()} == {
        "old": 200,
        "refused": 503,
        "young": 200,
        "free": 200,
    }
    assert said["refused"].json()["code"] == "model_expired"
    assert (said["old"].json()["expired"], said["young"].json()["expired"]) == (True, False)
    assert (said["young"].json()["expires_at"] is None, said["free"].json()["expires_at"]) == (False, None)
    assert served.client.get("/health/ready").json()["expired"] == ["old", "refused"]
    assert "kuznia_scoring_expired 2.0" in served.client.get("/metrics").text
    content = Routes(36, (replace(served.routes[0], expires_at="tomorrow"),)).to_json()
    publish(served.store, FILE, content, lambda old: True)
    time.sleep(1.3)
    assert served.client.get("/health/ready").json()["revision"] == 35, "what cannot be read changes nothing"


def test_strangers_and_wrong_questions_are_refused(served: Served) -> None:
    served.publish(40, served.routes[0], replace(served.routes[1], model=str(uuid4())))
    served.await_revision(40)
    post = served.client.post
    refusals = [
        (
            post("/score", json={"alias": "champion"}, headers={"Authorization": "Bearer x"}),
            401,
            "token_refused",
        ),
        (post("/score", json={"alias": "nobody"}), 404, "route_missing"),
        (post("/score", json={"alias": "champion"}), 422, "alias_ambiguous"),
        (post("/score", json={"instruments": []}), 422, "invalid"),
    ]
    for answer, status, code in refusals:
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert post("/score", json={"alias": "champion", "model": MODEL}).status_code == 200


def test_it_is_measured(served: Served) -> None:
    served.publish(50, served.routes[0])
    served.await_revision(50)
    assert served.client.post("/score", json={"alias": "champion"}).status_code == 200
    text = served.client.get("/metrics").text
    assert 'kuznia_scoring_requests_total{outcome="scored"}' in text
    assert "kuznia_scoring_seconds_bucket" in text


def test_an_older_writer_does_not_win(tmp_path: Path) -> None:
    store = Store(tmp_path)

    def newer_than(revision: int) -> Callable[[bytes | None], bool]:
        return lambda old: old is None or Routes.from_json(old).revision < revision

    assert publish(store, FILE, Routes(2, ()).to_json(), newer_than(2))
    assert not publish(store, FILE, Routes(1, ()).to_json(), newer_than(1))
    assert published(store, FILE) == Routes(2, ()).to_json()
