"""Two promises of the product, over the demo's own chain on the bundled sample.

The same pins give the same numbers, and what is known by a day never changes what was said before it:
with the last year cut off, every value before the cut is equal to the last bit, from bars to fills.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from sqlalchemy import Engine, func, select

from kuznia.api.app import make_app
from kuznia.cli.demo import QUESTIONS, chain, load_sample
from kuznia.cli.demo_features import DEMO_FEATURES
from kuznia.cli.sample import Sample, SampleDataset, load
from kuznia.client import Client
from kuznia.core.strategies.spec import strategy_from_spec
from kuznia.core.strategies.targets import Targets, targets
from kuznia.db.session import ReadSession, make_engine
from kuznia.db.tables import Account, Job, ModelVersion, Run
from kuznia.domains.backtests import simulation, tasks
from kuznia.domains.backtests.computation import read_material
from kuznia.domains.backtests.material import Material
from kuznia.domains.datasets import service as datasets
from kuznia.domains.features import service as features
from kuznia.store import Store
from kuznia.worker.execution import Executor
from kuznia.worker.slices import SLICES
from tests.service.conftest import database_copy, settings_of
from tests.support.bench import Bench
from tests.support.serving import served
from tests.support.workers import executor, run_all

CUT = date(2017, 2, 7)
"""The last session that the second set of data has: a Tuesday, a year before the bars end."""
KNOWN = datetime.combine(CUT, time(23, 59), UTC)
BACKTESTS = ("momentum", "ranker", "reversal", "trend")
SMALL = {"seeds": [1, 2], "parameters": {"trees": 12, "min_data_in_leaf": 50}, "validation": {"stride": 5}}
"""The demo's ranker with fewer trees and seeds."""


class CutDataset(SampleDataset):
    """The same file without what happened, or became known, after the cut."""

    def content(self) -> bytes:
        rows = pl.read_parquet(super().content())
        if "available_at" in rows.columns:
            rows = rows.filter(pl.col("available_at") <= KNOWN)
        elif "snapshot_at" in rows.columns:
            rows = rows.filter(pl.col("snapshot_at") <= KNOWN)
        elif "end_date" in rows.columns:
            ended = pl.when(pl.col("end_date") <= CUT).then(pl.col("end_date"))
            rows = rows.filter(pl.col("start_date") <= CUT).with_columns(end_date=ended)
        else:
            days = [name for name in ("date", "last_cum_date") if name in rows.columns]
            rows = rows.filter(*(pl.col(name) <= CUT for name in days))
        buffer = BytesIO()
        rows.write_parquet(buffer)
        return buffer.getvalue()


@dataclass(frozen=True)
class Server:
    """The product in this process: an address, its database and store, and who does the jobs."""

    engine: Engine
    store: Store
    worker: Executor
    app: Any
    address: str

    def client(self, name: str) -> tuple[Client, UUID]:
        with ReadSession(self.engine) as session:
            query = select(Account.id).where(func.lower(Account.name) == name)
            account = session.scalars(query).one()
        return Client(self.address, self.app.state.access_tokens.issue(account, "user")), account


@dataclass(frozen=True)
class Demo:
    """One person's demo, done."""

    server: Server
    client: Client
    owner: UUID
    loaded: dict[str, str]
    jobs: dict[str, str]
    model: str
    question: str

    def output(self, job: str, name: str) -> str:
        found: str = self.client.jobs.get(job)["outputs"][name]
        return found

    def rows(self, key: str) -> pl.DataFrame:
        version = UUID(self.output(self.loaded[key], "dataset_version"))
        with ReadSession(self.server.engine) as session:
            pinned = datasets.pinned(session, version, self.owner)
        return datasets.read(self.server.store, pinned)

    def features(self) -> pl.DataFrame:
        run = self.output(self.jobs["features"], "feature_values")
        with ReadSession(self.server.engine) as session:
            found = features.values_of(session, UUID(run))
        assert found is not None
        return pl.concat(self.server.store.frame(digest) for digest in found.files)

    def model_version(self, job: str) -> ModelVersion:
        with ReadSession(self.server.engine) as session:
            return session.get_one(ModelVersion, UUID(self.output(job, "model_version")))

    def simulated(self, key: str) -> tuple[Targets, simulation.Simulation, Material]:
        """A backtest computed from its job's pins, with what is not stored: weights, fills, positions."""
        with ReadSession(self.server.engine) as session:
            loaded = tasks.load(session, session.get_one(Job, UUID(self.jobs[key])))
        given = read_material(loaded, Bench(self.server.store))
        strategy = strategy_from_spec(loaded.spec)
        found = simulation.run(strategy, given, loaded.account, 252.0, loaded.settings.seed)
        return targets(strategy, given.panel, given.scores, given.start), found, given


def demo(server: Server, person: str, sample: Sample) -> Demo:
    """Load, post the demo's chain, and do its jobs in this process."""
    client, owner = server.client(person)
    loaded = load_sample(client, sample)
    universes = {
        one.key: client.create_universe(one.name, one.instruments, one.description)
        for one in sample.universes
    }
    questions = {key: client.create_question(name) for key, (name, _) in QUESTIONS.items()}
    feature_set = client.post("/feature-sets", {"name": "Set", "members": [*DEMO_FEATURES]})
    model = client.post("/models", {"name": "Ranker"})
    jobs = chain(loaded, universes, questions, feature_set, model)
    next(one for one in jobs if one["key"] == "train")["input"]["spec"] = SMALL
    question = questions["large_caps"]["id"]
    posted = client.jobs.post_chain(jobs, question=question)
    assert {end for _, end in run_all(server.worker)} == {"done"}
    return Demo(server, client, owner, loaded, posted["keys"], model["id"], question)


@contextmanager
def serving(template: Engine, folder: Path) -> Iterator[Server]:
    with ExitStack() as stack:
        url = stack.enter_context(database_copy(template))
        app = make_app(settings_of(folder, url))
        address = stack.enter_context(served(app))
        engine = make_engine(url, application="tests")
        stack.callback(engine.dispose)
        done_by = executor(engine, app.state.broker, app.state.store, SLICES)
        yield Server(engine, app.state.store, done_by, app, address)


@pytest.fixture(scope="module")
def whole(template: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with serving(template, tmp_path_factory.mktemp("whole")) as server:
        made = demo(server, "user", load())
        with made.client:
            yield made


@pytest.fixture(scope="module")
def cut(template: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """On a server of its own: kept values of the whole must not stand in for those that it computes."""
    told = load()
    kept = tuple(CutDataset(**{name: getattr(one, name) for name in one.__slots__}) for one in told.datasets)
    with serving(template, tmp_path_factory.mktemp("cut")) as server:
        made = demo(server, "user", replace(told, datasets=kept))
        with made.client:
            yield made


def digest_of(server: Server, run: str) -> str:
    with ReadSession(server.engine) as session:
        return session.get_one(Run, UUID(run)).result_digest


@pytest.mark.parametrize("key", BACKTESTS)
def test_a_backtest_run_twice_has_the_same_numbers(whole: Demo, key: str) -> None:
    backtest = whole.output(whole.jobs[key], "backtest")
    again = whole.client.post(f"/backtests/{backtest}/reproduce")
    assert run_all(whole.server.worker) == [(UUID(again["id"]), "done")]
    first, second = whole.output(whole.jobs[key], "run"), whole.output(again["id"], "run")
    assert first != second
    assert digest_of(whole.server, first) == digest_of(whole.server, second)
    assert whole.client.backtest(backtest)["reproduction"]["equal"] is True
    assert whole.simulated(key)[1].account.result.digest() == digest_of(whole.server, first)


def test_a_model_trained_twice_is_the_same(whole: Demo) -> None:
    first = whole.jobs["train"]
    values = {"job": whole.jobs["features"], "output": "feature_values"}
    wanted = {"model": whole.model, "features": values, "spec": SMALL}
    job = {"key": "again", "kind": "models.train", "name": "Again", "input": wanted}
    posted = whole.client.jobs.post_chain([job], question=whole.question)
    assert {end for _, end in run_all(whole.server.worker)} == {"done"}
    versions = [whole.model_version(one) for one in (first, posted["keys"]["again"])]
    assert versions[0].id != versions[1].id
    assert versions[0].bundle == versions[1].bundle
    assert versions[0].predictions == versions[1].predictions


@pytest.mark.parametrize(
    "key",
    [
        *("bars", "bars_raw", "actions", "actions_raw", "sectors", "macro", "macro_vintages"),
        *("fundamentals", "membership", "news"),
    ],
)
def test_rows_before_the_cut_are_the_same(whole: Demo, cut: Demo, key: str) -> None:
    before, rows = whole.rows(key), cut.rows(key)
    assert rows.height < before.height or key == "sectors"
    assert_frame_equal(before.filter(pl.col("available_at") <= KNOWN), rows, check_exact=True)


def test_feature_values_before_the_cut_are_the_same(whole: Demo, cut: Demo) -> None:
    values, before = cut.features(), whole.features().filter(pl.col("session") <= CUT)
    assert {one["name"] for one in DEMO_FEATURES} < {*values.columns}
    assert values["session"].max() == CUT
    assert_frame_equal(before, values, check_exact=True)


def test_out_of_sample_predictions_before_the_cut_are_the_same(whole: Demo, cut: Demo) -> None:
    """Of every fold, the one that the cut goes through included: it was fitted before its first bar."""
    scores = cut.server.store.frame(cut.model_version(cut.jobs["train"]).predictions)
    before = whole.server.store.frame(whole.model_version(whole.jobs["train"]).predictions)
    assert scores["session"].max() == CUT
    assert scores["session"].n_unique() > 500
    assert_frame_equal(before.filter(pl.col("session") <= CUT), scores, check_exact=True)


@pytest.mark.parametrize("key", BACKTESTS)
def test_weights_fills_positions_and_equity_before_the_cut_are_the_same(
    whole: Demo, cut: Demo, key: str
) -> None:
    wanted, found, given = whole.simulated(key)
    wanted_cut, found_cut, given_cut = cut.simulated(key)
    until = len(given_cut.panel.ts)
    assert given_cut.panel.session[-1] == np.datetime64(CUT) and until < len(given.panel.ts)
    assert wanted.first == wanted_cut.first
    np.testing.assert_array_equal(wanted.weights[:until], wanted_cut.weights)
    pairs = [(found.account.result, found_cut.account.result)]
    pairs += [
        (one.result, two.result) for one, two in zip(found.benchmarks, found_cut.benchmarks, strict=True)
    ]
    for one, two in pairs:
        bars = len(two.ts)
        for name in ("ts", "equity", "cash", "positions", "exposure"):
            np.testing.assert_array_equal(getattr(one, name)[:bars], getattr(two, name), err_msg=name)
        for name, flow in two.flows.items():
            np.testing.assert_array_equal(one.flows[name][:bars], flow, err_msg=name)
        fills = one.orders.filter(pl.col("filled").is_between(0, bars - 1))
        fills_cut = two.orders.filter(pl.col("filled") >= 0)
        assert fills_cut.height > 0
        assert_frame_equal(fills, fills_cut, check_exact=True)
        closed = one.trades.filter((pl.col("closed") < bars) & (pl.col("reason") != "open"))
        assert_frame_equal(closed, two.trades.filter(pl.col("reason") != "open"), check_exact=True)
