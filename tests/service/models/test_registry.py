"""From feature values to a model version, its alias, and the routes of the scoring service."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import httpx
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kuznia.client import Client
from kuznia.core.models.bundle import load_bundle
from kuznia.core.models.history import with_history
from kuznia.core.models.offered import Step
from kuznia.core.models.routes import FILE, Routes
from kuznia.core.models.score import score
from kuznia.core.models.spec import CrossValidation, ModelSpec, WalkForward
from kuznia.db.access import new_object
from kuznia.db.session import WriteSession
from kuznia.db.tables import (
    Account,
    Audit,
    Dataset,
    DatasetVersion,
    FeatureSet,
    FeatureSetVersion,
    Job,
    Model,
    ModelVersion,
    Question,
    RunInput,
    Trial,
    Universe,
    UniverseVersion,
    VersionFile,
)
from kuznia.domains.jobs.service import Pin, record_run
from kuznia.domains.models import service
from kuznia.domains.models.errors import ModelMissing, NoFeatureValues
from kuznia.domains.models.routing import republish
from kuznia.domains.models.schemas import PUBLISH, TRAIN, PublishInput, TrainInput, TrainSpec
from kuznia.domains.models.tasks import HANDLERS
from kuznia.queue.enqueue import enqueue
from kuznia.queue.handlers import Handler
from kuznia.queue.settle import finish
from kuznia.store import Store
from kuznia.store.published import publish, published
from tests.service.conftest import PASSWORD
from tests.support.markets import small_spec, world

STATED = ("chance", "expected", "low", "high")

BY_KIND: dict[str, Handler] = {handler.kind: handler for handler in HANDLERS}  # type: ignore[type-arg]


@dataclass
class Bench:
    """What a computation may use, in this process."""

    store: Store
    code: str = "0.1.0"
    environment: str = "sha256:" + "e" * 64
    said: list[tuple[float, str]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def now(self) -> datetime:
        return datetime.now(UTC)

    def report(self, fraction: float, message: str) -> None:
        self.said.append((fraction, message))

    def log(self, message: str, level: str = "info") -> None:
        self.lines.append(message)

    def keep(self, write: Callable[[Session, Job], None]) -> None:
        raise AssertionError("a bench has no job whose parts could be kept")


@dataclass(frozen=True)
class Given:
    """Everything a training reads, owned by one person."""

    owner: UUID
    model: UUID
    question: UUID
    features_run: UUID


@pytest.fixture
def bench(store: Store) -> Bench:
    return Bench(store)


@pytest.fixture
def given(engine: Engine, bench: Bench, people: dict[str, UUID]) -> Given:
    with WriteSession(engine) as session:
        made = _given(session, bench, people["user"])
        session.commit()
    return made


def _given(session: WriteSession, bench: Bench, owner: UUID) -> Given:
    values, panel = world(200, signal=0.2)
    instruments = list(panel.instruments)
    bars = values.select("instrument", "ts", "session", "available_at").sort("instrument", "ts")
    price = pl.Series(panel.fields["open"].ravel())
    bars = bars.with_columns(
        **dict.fromkeys(("open", "high", "low", "close"), price), volume=pl.lit(1e6)
    ).select("instrument", "ts", "session", "open", "high", "low", "close", "volume", "available_at")
    job = Job(
        id=new_object(session, "job", owner),
        kind="features.compute",
        name="Features",
        pool="heavy",
        owner_id=owner,
        input={},
        state="done",
    )
    session.add(job)
    universe = Universe(id=new_object(session, "universe", owner), name="Twelve")
    feature_set = FeatureSet(id=new_object(session, "feature_set", owner), name="Three")
    model = Model(id=new_object(session, "model", owner), name="Ranker")
    question = Question(id=new_object(session, "question", owner), name="Can it rank?")
    dataset = Dataset(
        id=new_object(session, "dataset", owner),
        name="Bars",
        kind="bars",
        timezone="UTC",
        frequency="day",
        calendar="24/7",
        known_rule={"rule": "bar_close"},
        adjusted_for=["splits"],
    )
    session.add_all([universe, feature_set, model, question, dataset])
    session.flush()
    at = {"code": "0.1.0", "environment": "e", "parameters": {}, "seed": None, "started_at": bench.now()}
    stored = bench.store.put_frame(bars, ["instrument", "ts", "available_at"])
    digest = stored.digest
    load_run = record_run(
        session, job, kind="datasets.ingest", result_digest=digest, inputs=[], files={"rows": stored}, **at
    )
    by = {"seq": 1, "created_by": owner}
    version = DatasetVersion(
        dataset_id=dataset.id, digest=digest, rows=bars.height, quality={}, run_id=load_run, **by
    )
    universe_version = UniverseVersion(
        universe_id=universe.id,
        spec={"instruments": instruments},
        digest=digest,
        biased=True,
        bias_reason="Survivors",
        **by,
    )
    set_version = FeatureSetVersion(feature_set_id=feature_set.id, spec={}, digest=digest, **by)
    session.add_all([version, universe_version, set_version])
    session.flush()
    session.add(VersionFile(version_id=version.id, position=0, digest=digest, part="2020", rows=bars.height))
    run = record_run(
        session,
        job,
        kind="features.compute",
        result_digest=digest,
        inputs=[
            Pin(role="feature_set", feature_set_version_id=set_version.id),
            Pin(role="universe", universe_version_id=universe_version.id),
            Pin(role="bars", dataset_version_id=version.id),
        ],
        files={"values": bench.store.put_frame(values, ["instrument", "ts"])},
        **at,
    )
    return Given(owner, model.id, question.id, run)


def done(session: WriteSession, job: Job, bench: Bench) -> dict[str, UUID]:
    """Do a job as the worker does: load, compute, record."""
    handler = BY_KIND[job.kind]
    made = handler.compute(handler.load(session, job), bench)
    return dict(handler.record(session, job, made))


def train_spec(spec: ModelSpec) -> TrainSpec:
    return TrainSpec.model_validate(spec.to_spec())


def train_version(session: WriteSession, given: Given, bench: Bench, learner: str, **changes: object) -> UUID:
    spec = train_spec(replace(small_spec(learner), **changes))  # type: ignore[arg-type]
    wanted = TrainInput(model=given.model, features=given.features_run, spec=spec)
    job = enqueue(session, TRAIN, wanted, owner_id=given.owner, name="Train", question_id=given.question)
    return done(session, job, bench)["model_version"]


def test_a_training_leaves_a_version_its_pins_and_a_trial_for_each_seed(
    engine: Engine, given: Given, bench: Bench, user: httpx.Client, other: httpx.Client
) -> None:
    with WriteSession(engine) as session:
        version_id = train_version(session, given, bench, "lightgbm_ranker")
        session.commit()
        version = session.get_one(ModelVersion, version_id)
        roles = session.scalars(select(RunInput.role).where(RunInput.run_id == version.run_id))
        assert set(roles) == {"features", "feature_set", "universe", "bars"}
        trials = session.scalars(select(Trial).where(Trial.question_id == given.question)).all()
        assert [trial.kind for trial in trials] == ["model", "model"]
        assert all(trial.run_id == version.run_id and trial.returns for trial in trials)
        stored, predictions = version.bundle, bench.store.frame(version.predictions)
        bundle = load_bundle(bench.store.bytes(stored), version.digest)
    assert predictions.columns == [
        *("instrument", "ts", "session", "available_at"),
        *("score", "score_1", "score_2"),
    ]
    assert bundle.spec == small_spec()
    assert bench.said[-1][0] == pytest.approx(0.98)
    assert "Fold 1 of 2, seed 1 of 2" in [message for _, message in bench.said]

    shown = user.get(f"/model-versions/{version_id}").json()
    assert shown["model_name"] == "Ranker"
    assert (len(shown["folds"]), len(shown["per_seed"]), shown["features"]) == (2, 2, 3)
    assert shown["importance"][0]["feature"] == "a"
    assert {pin["role"]: pin["name"] for pin in shown["pins"] if pin["name"]} == {
        "bars": "Bars",
        "feature_set": "Three",
        "universe": "Twelve",
    }
    assert shown["labels"] == ["biased"]
    assert (shown["verdict"]["key"], shown["verdict"]["reasons"]) == ("unproven", ["biased"])
    assert shown["verdict"]["trials"] == 2
    (listed,) = user.get(f"/models/{given.model}/versions").json()["items"]
    assert listed["id"] == str(version_id)
    assert user.get("/models").json()["items"][0]["latest"]["seq"] == 1
    assert other.get(f"/model-versions/{version_id}").status_code == 404
    assert other.get("/models").json()["items"] == []


def test_a_cross_validation_is_told_with_the_version(
    engine: Engine, given: Given, bench: Bench, user: httpx.Client
) -> None:
    spec = replace(small_spec("elastic_net", target="barrier"), cross_validation=CrossValidation(4, 2))
    wanted = TrainInput(model=given.model, features=given.features_run, spec=train_spec(spec))
    with WriteSession(engine) as session:
        job = enqueue(session, TRAIN, wanted, owner_id=given.owner, name="T", question_id=given.question)
        version = done(session, job, bench)["model_version"]
        session.commit()
    shown = user.get(f"/model-versions/{version}").json()
    assert len(shown["paths"]) == 3
    assert all(path["bars"] > 190 for path in shown["paths"])
    assert shown["spec"]["cross_validation"] == {"groups": 4, "tested": 2, "embargo": 0}
    assert shown["spec"]["label"]["target"] == "barrier"


def test_the_same_training_twice_gives_the_same_digests_and_no_new_trial(
    engine: Engine, given: Given, bench: Bench
) -> None:
    with WriteSession(engine) as session:
        one = session.get_one(ModelVersion, train_version(session, given, bench, "lightgbm_ranker"))
        two = session.get_one(ModelVersion, train_version(session, given, bench, "lightgbm_ranker"))
        assert (one.seq, two.seq) == (1, 2)
        assert (one.digest, one.bundle, one.predictions) == (two.digest, two.bundle, two.predictions)
        assert session.scalar(select(func.count()).select_from(Trial)) == 2


def test_an_alias_moves_with_its_history_and_reaches_the_routes(
    engine: Engine,
    given: Given,
    bench: Bench,
    address: str,
    user: httpx.Client,
    viewer: httpx.Client,
    other: httpx.Client,
) -> None:
    with WriteSession(engine) as session:
        first, second = (train_version(session, given, bench, one) for one in ("lightgbm_ranker", "ridge"))
        session.commit()
    path = f"/models/{given.model}/aliases/challenger"
    move = {"version": str(first), "reason": "The first one"}
    assert viewer.put(path, json=move).status_code == 403
    assert other.put(path, json=move).status_code == 404
    assert user.put(path, json=move).json()["revision"] == 1
    assert user.put(path, json=move).json()["code"] == "alias_unchanged"
    move = {"version": str(second), "reason": "Half the parameters"}
    assert user.put(path, json=move, headers={"If-Match": '"7"'}).status_code == 412
    assert user.put(path, json=move, headers={"If-Match": '"1"'}).json() == {
        "name": "challenger",
        "version_id": str(second),
        "seq": 2,
        "revision": 2,
    }
    assert user.put(path, json={"version": str(uuid4()), "reason": "Nowhere"}).status_code == 404
    events = user.get(f"{path}/events").json()["items"]
    assert [(one["before_seq"], one["after_seq"], one["reason"]) for one in events] == [
        (1, 2, "Half the parameters"),
        (None, 1, "The first one"),
    ]
    with WriteSession(engine) as session:
        jobs = session.scalars(select(Job).where(Job.kind == PUBLISH.name).order_by(Job.id)).all()
        assert len(jobs) == 2
        audited = session.scalars(select(Audit.action).where(Audit.action == "model.move_alias")).all()
        assert len(audited) == 2
        for job in reversed(jobs):
            done(session, job, bench)
        session.commit()
    content = published(bench.store, FILE)
    assert content is not None
    (route,) = Routes.from_json(content).routes
    assert (route.alias, route.model_version) == ("challenger", str(second))
    values = bench.store.frame(route.values)
    assert values.height == 12
    bundle = load_bundle(bench.store.bytes(route.bundle_file), route.bundle)
    assert bundle.feature_set == route.feature_set
    said = score(bundle, values)
    assert said["score"].null_count() == 0

    newest = user.get(f"/model-versions/{second}/scores").json()
    assert newest["published_at"] is not None
    shown = pl.DataFrame(newest["items"]).select("instrument", "score", *STATED)
    wanted = said.sort("score", descending=True).select("instrument", "score", *STATED)
    assert_frame_equal(shown, wanted)
    assert shown["chance"].null_count() == 0 and (shown["low"] < shown["high"]).all()
    assert other.get(f"/model-versions/{second}/scores").status_code == 404
    with Client(address, patience=2.0) as client:
        client.login("user@kuznia.example", PASSWORD)
        assert_frame_equal(client.scores(str(second)).select(wanted.columns), wanted)
        assert client.scores(str(second))["ts"].n_unique() == 1
        assert client.scores(str(first)).is_empty()  # it was never published


def test_a_version_tells_what_it_states_and_how_that_held_or_why_not(
    engine: Engine, given: Given, bench: Bench, user: httpx.Client
) -> None:
    with WriteSession(engine) as session:
        stating = train_version(session, given, bench, "ridge")
        late = WalkForward(first_test=180, test=60)
        silent = train_version(session, given, bench, "ridge", validation=late)
        session.commit()
        version = session.get_one(ModelVersion, stating)
        bundle = load_bundle(bench.store.bytes(version.bundle), version.digest)
    shown = user.get(f"/model-versions/{stating}").json()
    told = shown["forecast"]
    assert bundle.forecaster is not None and shown["no_forecast"] is None
    assert (told["radius"], told["rows"], told["names"]) == (bundle.forecaster.radius, 77 * 12, 12)
    assert told["skill"]["value"] > 0
    assert told["coverage"]["value"] is None  # all out-of-sample bars lie in one year
    card = user.get(f"/model-versions/{stating}/card").json()["markdown"]
    assert "Isotonic regressions of 924 out-of-sample rows on 77 bars" in card
    assert f"| half-width of the interval | {told['radius']:.2%} |" in card
    assert f"| Brier score saved by the chances | {told['skill']['value']:+.5f} (" in card
    assert user.get(f"/model-versions/{stating}/scores").json() is None  # it never was on an alias

    shown = user.get(f"/model-versions/{silent}").json()
    assert shown["forecast"] is None
    lack = shown["no_forecast"]
    assert (lack["kind"], lack["found"], lack["least"]) == ("rows", 17 * 12, 500)
    assert lack["why"] in user.get(f"/model-versions/{silent}/card").json()["markdown"]


def test_a_list_and_an_alias_tell_of_a_version_what_its_page_does(
    engine: Engine, given: Given, bench: Bench, user: httpx.Client
) -> None:
    with WriteSession(engine) as session:
        session.get_one(Account, given.owner).name = 'Ada "\\" Łukasz\u2028'
        first, second = (train_version(session, given, bench, one) for one in ("lightgbm_ranker", "ridge"))
        session.commit()
    for name in ("staging", "challenger"):
        move = {"version": str(second), "reason": "To be listed"}
        assert user.put(f"/models/{given.model}/aliases/{name}", json=move).status_code == 200
    listed = user.get(f"/models/{given.model}/versions").json()["items"]
    pages = [user.get(f"/model-versions/{one}").json() for one in (second, first)]
    assert listed == [{name: page[name] for name in one} for one, page in zip(listed, pages, strict=True)]
    assert [one["aliases"] for one in listed] == [["challenger", "staging"], []]
    for name in ("staging", "challenger"):
        assert user.get(f"/models/{given.model}/aliases/{name}").json() == listed[0]
    assert user.get(f"/models/{given.model}/aliases/champion").json()["code"] == "alias_missing"


def test_a_model_with_steps_and_a_history_is_published_with_rows_that_hold_it(
    engine: Engine, given: Given, bench: Bench, user: httpx.Client
) -> None:
    steps = (Step("rank"), Step("winsorise"), Step("pca"))
    with WriteSession(engine) as session:
        version = train_version(session, given, bench, "ridge", steps=steps, history=3)
        session.commit()
    shown = user.get(f"/model-versions/{version}").json()
    assert [one["kind"] for one in shown["spec"]["steps"]] == ["rank", "winsorise", "pca"]
    assert shown["features"] == 3  # with all their bars
    move = {"version": str(version), "reason": "The first one"}
    assert user.put(f"/models/{given.model}/aliases/challenger", json=move).status_code == 200
    with WriteSession(engine) as session:
        done(session, session.scalars(select(Job).where(Job.kind == PUBLISH.name)).one(), bench)
        session.commit()
    content = published(bench.store, FILE)
    assert content is not None
    (route,) = Routes.from_json(content).routes
    bundle = load_bundle(bench.store.bytes(route.bundle_file), route.bundle)
    values = bench.store.frame(route.values)
    assert values.height == 12
    frame, _ = world(200, signal=0.2)
    whole = score(bundle, with_history(frame, 3)).filter(pl.col("ts") == pl.col("ts").max())
    assert score(bundle, values).sort("instrument")["score"].equals(whole.sort("instrument")["score"])


def test_the_database_itself_keeps_an_aliased_version(
    engine: Engine, given: Given, bench: Bench, user: httpx.Client
) -> None:
    with WriteSession(engine) as session:
        version_id = train_version(session, given, bench, "ridge")
        session.commit()
    user.put(
        f"/models/{given.model}/aliases/challenger", json={"version": str(version_id), "reason": "Only one"}
    )
    with WriteSession(engine) as session, pytest.raises(IntegrityError):
        session.delete(session.get_one(ModelVersion, version_id))
        session.flush()


def test_a_stranger_cannot_train_on_what_is_not_shared(
    engine: Engine, given: Given, bench: Bench, people: dict[str, UUID], user: httpx.Client
) -> None:
    with WriteSession(engine) as session:
        own = Question(id=new_object(session, "question", people["other"]), name="Mine")
        model = Model(id=new_object(session, "model", people["other"]), name="Mine")
        session.add_all([own, model])
        session.flush()
        for target, expected in ((given.model, ModelMissing), (model.id, NoFeatureValues)):
            wanted = TrainInput(model=target, features=given.features_run)
            job = enqueue(session, TRAIN, wanted, owner_id=people["other"], name="Train", question_id=own.id)
            with pytest.raises(expected):
                BY_KIND[TRAIN.name].load(session, job)


def test_publishing_without_an_alias_says_so_with_an_empty_list(
    engine: Engine, bench: Bench, people: dict[str, UUID]
) -> None:
    with WriteSession(engine) as session:
        job = enqueue(session, PUBLISH, PublishInput(), owner_id=people["admin"], name="Publish")
        done(session, job, bench)
    content = published(bench.store, FILE)
    assert content is not None
    assert Routes.from_json(content) == Routes(0, ())


def test_lost_or_damaged_routes_are_published_again(
    engine: Engine, given: Given, bench: Bench, user: httpx.Client
) -> None:
    with WriteSession(engine) as session:
        republish(session, bench)
        assert session.scalars(select(Job.id).where(Job.kind == PUBLISH.name)).all() == []
        version_id = train_version(session, given, bench, "ridge")
        session.commit()
    move = {"version": str(version_id), "reason": "Only one"}
    user.put(f"/models/{given.model}/aliases/challenger", json=move)
    with WriteSession(engine) as session:
        (job,) = session.scalars(select(Job).where(Job.kind == PUBLISH.name)).all()
        republish(session, bench)
        finish(session, job, done(session, job, bench))
        republish(session, bench)
        assert len(session.scalars(select(Job.id).where(Job.kind == PUBLISH.name)).all()) == 1
        publish(bench.store, FILE, b"{half", lambda old: True)
        republish(session, bench)
        again = session.scalars(select(Job).where(Job.kind == PUBLISH.name, Job.state == "queued")).one()
        done(session, again, bench)
    content = published(bench.store, FILE)
    assert content is not None
    assert [route.alias for route in Routes.from_json(content).routes] == ["challenger"]


def test_names_are_unique_to_their_owner(user: httpx.Client, other: httpx.Client) -> None:
    made = user.post("/models", json={"name": "Ranker"})
    assert made.status_code == 201
    assert made.json()["latest"] is None
    assert user.post("/models", json={"name": "Ranker"}).json()["code"] == "model_name_taken"
    assert other.post("/models", json={"name": "Ranker"}).status_code == 201
    assert other.get(f"/models/{made.json()['id']}").status_code == 404


@pytest.mark.parametrize(
    ("mean", "error", "trials", "biased", "key", "reasons"),
    [
        (0.014, 0.014, 8, False, "unproven", ["interval"]),
        (0.03, 0.014, 8, False, "unproven", ["trials"]),
        (0.06, 0.014, 8, False, "not_luck", []),
        (0.06, 0.014, 8, True, "unproven", ["biased"]),
        (float("nan"), float("nan"), 1, False, "unproven", ["interval"]),
    ],
)
def test_a_verdict_needs_statistics_that_pass(
    mean: float, error: float, trials: int, biased: bool, key: str, reasons: list[str]
) -> None:
    verdict = service.judge(mean, error, trials, biased=biased)
    assert (verdict.key, verdict.reasons) == (key, reasons)
