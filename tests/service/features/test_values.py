"""Values are computed once, by chunks, and are those that computing all of them would give."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import polars as pl
import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, func, select

from kuznia.core.expressions import Context
from kuznia.core.features import FeatureSet, feature_frame, feature_values
from kuznia.core.frames.panel import Panel, panel_from_bars
from kuznia.db.session import WriteSession
from kuznia.db.tables import FeatureValues, RunFile, Trial
from kuznia.domains.features.service import newest_values
from kuznia.domains.features.tasks import HANDLERS
from kuznia.store import Store
from kuznia.worker.execution import Executor
from tests.support.stored import Warehouse, bars, sectors, series

SET = [
    {"name": "short", "expression": "close / Ref($close, 3) - 1"},
    {"name": "long", "expression": "group_zscore(ts_mean(close, 20) / close, sector)"},
    {"name": "macro", "expression": "rank(Std(returns, 10)) * (macro.VIX - ts_mean(macro.VIX, 5))"},
]


class Bench:
    """Posts jobs as ``user`` and does them in this process."""

    def __init__(self, client: httpx.Client, warehouse: Warehouse, execute: Callable[[str], str]) -> None:
        self.client, self.warehouse, self.execute = client, warehouse, execute

    def make_set(self, members: Sequence[dict[str, str]], name: str = "Small") -> str:
        answer = self.client.post("/feature-sets", json={"name": name, "members": members})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["latest"]["id"])

    def run(
        self, version: str, data: dict[str, UUID], kind: str = "features.materialise", **more: Any
    ) -> str:
        given = {
            "feature_set": version,
            "universe": str(data.get("universe", self.warehouse.universe)),
            "bars": str(data["bars"]),
            "context": [str(data["series"]), str(data["classification"])],
            **more,
        }
        answer = self.client.post("/jobs", json={"jobs": [{"key": "f", "kind": kind, "input": given}]})
        assert answer.status_code in (201, 202), answer.text
        job = str(answer.json()["jobs"][0]["id"])
        assert self.execute(job) == "done", self.client.get(f"/jobs/{job}").json()["error"]
        return str(self.client.get(f"/jobs/{job}").json()["outputs"]["feature_values"])

    def files(self, run_id: str) -> dict[str, str]:
        with WriteSession(self.warehouse.engine) as session:
            query = select(RunFile.role, RunFile.digest).where(RunFile.run_id == UUID(run_id))
            return dict(session.execute(query).all())

    def values(self, run_id: str) -> pl.DataFrame:
        files = [digest for role, digest in self.files(run_id).items() if role.startswith("values/")]
        return self.warehouse.store.scan(files).sort("ts", "instrument").collect()


@pytest.fixture
def warehouse(engine: Engine, store: Store, people: dict[str, UUID]) -> Warehouse:
    return Warehouse(engine, store, people["user"])


@pytest.fixture
def data(warehouse: Warehouse) -> dict[str, UUID]:
    frames = {"bars": bars(), "series": series(), "classification": sectors()}
    return {kind: warehouse.version(kind, frame) for kind, frame in frames.items()}


@pytest.fixture
def bench(user: httpx.Client, warehouse: Warehouse, engine: Engine, app: FastAPI, store: Store) -> Bench:
    executor = Executor(
        engine=engine, broker=app.state.broker, store=store, handlers={one.kind: one for one in HANDLERS},
        worker="tests", lease=timedelta(seconds=60), code="tests", environment="tests",
    )  # fmt: skip
    return Bench(user, warehouse, lambda job: executor.run(UUID(job)))


def panel_of(frame: pl.DataFrame) -> Panel:
    return panel_from_bars(frame).with_series(series()).with_groups(sectors())


def all_at_once(frame: pl.DataFrame, members: Sequence[dict[str, str]] = SET) -> pl.DataFrame:
    """The same values without chunks, keys or files."""
    context = Context(series=frozenset({"VIX"}))
    checked = FeatureSet.from_spec({"features": members}).checked(context)
    panel = panel_of(frame)
    return feature_frame(feature_values(checked, panel), panel)


def test_chunks_hold_what_computing_all_of_it_gives(bench: Bench, data: dict[str, UUID]) -> None:
    run = bench.run(bench.make_set(SET), data)
    assert bench.warehouse.facts(run) == (9, 0)
    assert [role for role in bench.files(run) if role.startswith("values")] == [
        "values/2021", "values/2022", "values/2023"
    ]  # fmt: skip
    assert bench.values(run).equals(all_at_once(bars()))


def test_nothing_is_computed_twice(bench: Bench, data: dict[str, UUID], engine: Engine) -> None:
    first = bench.run(bench.make_set(SET), data)
    again = bench.run(bench.make_set(SET, "The same"), data)
    assert bench.warehouse.facts(again) == (0, 9)
    assert bench.files(again) == bench.files(first)
    with WriteSession(engine) as session:
        assert session.scalar(select(func.count()).select_from(FeatureValues)) == 9
        assert session.scalar(select(func.count()).select_from(Trial)) == 0


def test_another_set_takes_what_it_shares_under_other_names(bench: Bench, data: dict[str, UUID]) -> None:
    bench.run(bench.make_set(SET), data)
    others = [
        {"name": "renamed", "expression": "Div($close, ts_delay(close, 3)) - 1"},
        {"name": "fresh", "expression": "ts_max(high, 7)"},
    ]
    run = bench.run(bench.make_set(others, "Other"), data)
    assert bench.warehouse.facts(run) == (3, 3)
    assert bench.values(run).equals(all_at_once(bars(), others))


def test_new_days_recompute_the_last_chunk_alone(bench: Bench, data: dict[str, UUID]) -> None:
    version = bench.make_set(SET)
    early = bars().filter(pl.col("ts") < datetime(2023, 6, 1, tzinfo=UTC))
    bench.run(version, {**data, "bars": bench.warehouse.version("bars", early)})
    run = bench.run(version, data)
    assert bench.warehouse.facts(run) == (3, 6)
    assert bench.values(run).equals(all_at_once(bars()))


def test_a_revised_old_file_recomputes_what_its_look_back_touches(
    bench: Bench, data: dict[str, UUID]
) -> None:
    version = bench.make_set(SET)
    bench.run(version, data)
    revised = bars().with_columns(
        close=pl.when(pl.col("ts").dt.year() == 2021).then(pl.col("close") * 1.01).otherwise(pl.col("close"))
    )
    run = bench.run(version, {**data, "bars": bench.warehouse.version("bars", revised)})
    # 2021 itself, and 2022 whose look-backs reach into it; 2023 stays.
    assert bench.warehouse.facts(run) == (6, 3)
    assert bench.values(run).equals(all_at_once(revised))


def test_a_revised_series_recomputes_only_who_reads_it_and_from_when_it_was_known(
    bench: Bench, data: dict[str, UUID]
) -> None:
    version = bench.make_set(SET)
    bench.run(version, data)
    at = datetime(2022, 7, 1, tzinfo=UTC)
    old = series().filter(pl.col("ts") < at).tail(1)
    revised = pl.concat([series(), old.with_columns(value=pl.lit(99.0), available_at=pl.lit(at))])
    revised = revised.with_columns(pl.col("available_at").cast(pl.Datetime("us", "UTC")))
    run = bench.run(version, {**data, "series": bench.warehouse.version("series", revised)})
    assert bench.warehouse.facts(run) == (2, 7)
    panel = panel_from_bars(bars()).with_series(revised).with_groups(sectors())
    checked = FeatureSet.from_spec({"features": SET}).checked(Context(series=frozenset({"VIX"})))
    assert bench.values(run).equals(feature_frame(feature_values(checked, panel), panel))


def test_an_older_history_recomputes_what_it_reaches(bench: Bench, data: dict[str, UUID]) -> None:
    version = bench.make_set(SET)
    bench.run(version, {**data, "bars": bench.warehouse.version("bars", bars((2022, 2023)))})
    run = bench.run(version, data)
    # 2021 is new, 2022 has a look-back now, and 2023 is as it was.
    assert bench.warehouse.facts(run) == (6, 3)
    assert bench.values(run).equals(all_at_once(bars()))


def test_the_order_of_the_context_is_no_other_value(bench: Bench, data: dict[str, UUID]) -> None:
    version = bench.make_set(SET)
    bench.run(version, data)
    swapped = [str(data["classification"]), str(data["series"])]
    assert bench.warehouse.facts(bench.run(version, data, context=swapped)) == (0, 9)


def test_another_lag_is_another_value(bench: Bench, data: dict[str, UUID]) -> None:
    version = bench.make_set(SET)
    bench.run(version, data)
    assert bench.warehouse.facts(bench.run(version, data, decision_lag_minutes=60)) == (9, 0)


def test_a_lost_file_is_computed_again(bench: Bench, data: dict[str, UUID], store: Store) -> None:
    version = bench.make_set(SET)
    first = bench.run(version, data)
    lost = bench.files(first)["values/2022"]
    store.path(lost).unlink()
    again = bench.run(version, data)
    assert bench.warehouse.facts(again) == (3, 6)
    assert store.has(lost)
    assert bench.files(again) == bench.files(first)


def test_values_found_made_are_measured_as_fresh_ones(bench: Bench, data: dict[str, UUID]) -> None:
    version = bench.make_set(SET)
    fresh = bench.run(version, data, "features.compute")
    again = bench.run(version, data, "features.compute")
    assert (bench.warehouse.facts(fresh), bench.warehouse.facts(again)) == ((9, 0), (0, 9))
    assert bench.files(again) == bench.files(fresh)


def test_the_newest_values_are_those_of_the_history_and_of_a_world_that_ends_there(
    bench: Bench, data: dict[str, UUID], engine: Engine, store: Store
) -> None:
    version = bench.make_set(SET)
    early = bars().filter(pl.col("ts") < datetime(2023, 6, 1, tzinfo=UTC))
    trained = bench.run(version, {**data, "bars": bench.warehouse.version("bars", early)}, "features.compute")
    later = bars().with_columns(volume=pl.col("volume") + 1.0)
    newer = bench.run(version, {**data, "bars": bench.warehouse.version("bars", later)})
    bench.run(version, data, decision_lag_minutes=60)
    with WriteSession(engine) as session:
        newest = newest_values(session, UUID(trained))
    assert newest is not None
    assert newest.latest == bench.files(newer)["latest"]
    online = store.frame(newest.latest).sort("instrument")
    offline = bench.values(newer)
    assert online.equals(offline.filter(pl.col("ts") == pl.col("ts").max()).sort("instrument"))
    known_then = bench.files(trained)["latest"]
    assert (
        store.frame(known_then)
        .sort("instrument")
        .equals(offline.filter(pl.col("ts") == early["ts"].max()).sort("instrument"))
    )


def test_values_of_others_are_used_but_their_data_is_not_seen(
    bench: Bench, data: dict[str, UUID], other: httpx.Client
) -> None:
    bench.run(bench.make_set(SET), data)
    theirs = Bench(other, bench.warehouse, bench.execute)
    with pytest.raises(AssertionError, match="dataset_version_missing"):
        theirs.run(theirs.make_set(SET), data)
