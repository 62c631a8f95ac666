"""The bundled sample, loaded as the demo does it: everything enters, and its known flaws are told."""

from __future__ import annotations

import json
from datetime import time
from typing import Any
from uuid import UUID

import numpy as np
import polars as pl
import pytest

from deploy.scripts import write_news
from kuznia.cli.sample import Sample, load
from kuznia.db.session import WriteSession
from kuznia.domains.datasets import service
from kuznia.store import Store
from tests.service.datasets.conftest import Loader


@pytest.fixture
def sample(loader: Loader) -> Sample:
    told = load()
    assert loader.client.put("/instruments", json=told.instruments).status_code == 200
    return told


def loaded(loader: Loader, sample: Sample, key: str) -> dict[str, Any]:
    wanted = sample.dataset(key)
    created = loader.client.post("/datasets", json=wanted.declare)
    assert created.status_code == 201, created.text
    dataset = created.json()["id"]
    posted = loader.client.post(
        f"/datasets/{dataset}/uploads",
        files={"file": (wanted.file, wanted.content())},
        data={"options": json.dumps(wanted.options)},
    )
    job = loader.done(posted.json())
    assert job["state"] == "done", job["error"]
    found: dict[str, Any] = loader.get(f"/datasets/{dataset}")
    return found


def rows_of(session: WriteSession, store: Store, dataset: dict[str, Any]) -> pl.DataFrame:
    owner = UUID(dataset["owner"]["id"])
    return service.read(store, service.pinned(session, UUID(dataset["latest"]["id"]), owner))


def test_the_bars_enter_whole_and_the_one_hole_is_told(loader: Loader, sample: Sample) -> None:
    bars = loaded(loader, sample, "bars")
    quality = bars["latest"]["quality"]
    assert (quality["added"], quality["entities"], quality["quarantined"]) == (39028, 31, 0)
    found = loader.findings(bars["id"])
    assert {one["check"] for one in found} == {"gap", "jump"}
    assert [(one["instrument"], one["first_ts"]) for one in found if one["check"] == "gap"] == [
        ("XNYS:SPG", "2014-05-28T20:00:00Z")
    ]
    assert sorted(one["instrument"] for one in found if one["check"] == "jump") == [
        "XNAS:BIIB",
        "XNAS:EA",
        "XNYS:AAP",
    ]


def test_a_ticker_that_changed_is_one_instrument(
    loader: Loader, sample: Sample, session: WriteSession, store: Store
) -> None:
    bars = loaded(loader, sample, "bars_raw")
    actions = loaded(loader, sample, "actions_raw")
    assert actions["latest"]["quality"]["quarantined"] == 0
    keys = {"ARCX:SPY", "XNAS:AAPL", "XNAS:QQQ"}
    assert set(rows_of(session, store, bars)["instrument"]) == keys
    assert set(rows_of(session, store, actions)["instrument"]) == keys
    gap = next(one for one in loader.findings(bars["id"]) if one["check"] == "gap")
    assert (gap["instrument"], gap["severity"], gap["detail"]["longest"]) == ("XNAS:QQQ", "error", 1588)


def test_known_times_and_flags_are_as_declared(
    loader: Loader, sample: Sample, session: WriteSession, store: Store
) -> None:
    sectors = loaded(loader, sample, "sectors")
    assert sectors["known_from"] == "listing"
    assert rows_of(session, store, sectors).height == 30
    macro = rows_of(session, store, loaded(loader, sample, "macro"))
    assert (macro["available_at"] > macro["ts"]).all()
    facts = rows_of(session, store, loaded(loader, sample, "fundamentals"))
    printed = facts.filter(pl.col("share_basis") == "as_printed")["field"].unique().sort().to_list()
    assert printed == ["book_value", "eps", "high_52w", "low_52w", "price"]
    assert facts.filter(~pl.col("field").is_in(printed))["share_basis"].null_count() > 0
    assert (facts["available_at"] == facts["ts"]).all()
    applied = (
        rows_of(session, store, loaded(loader, sample, "actions"))
        .group_by("action")
        .agg(pl.col("applied").unique())
    )
    assert dict(applied.rows()) == {"dividend": [False], "split": [True], "spinoff_price_factor": [True]}


@pytest.mark.parametrize(
    ("key", "rows"), [("macro_vintages", 1468), ("membership", 1957), ("btcusd", 1318), ("eurusd", 30883)]
)
def test_the_rest_enters_whole(loader: Loader, sample: Sample, key: str, rows: int) -> None:
    latest = loaded(loader, sample, key)["latest"]
    assert (latest["rows"], latest["quality"]["quarantined"]) == (rows, 0)


def test_the_news_is_invented_and_says_so(
    loader: Loader, sample: Sample, session: WriteSession, store: Store
) -> None:
    news = loaded(loader, sample, "news")
    rows = rows_of(session, store, news)
    assert (rows.height, news["latest"]["quality"]["quarantined"]) == (1800, 0)
    assert rows["headline"].str.starts_with("Invented: ").all()
    assert rows["instrument"].n_unique() == 30
    assert (rows["available_at"] >= rows["ts"]).all()
    local = rows["ts"].dt.convert_time_zone("America/New_York").dt.hour()
    assert (local >= 16).any() and (local < 9).any()
    by_day = rows.filter(pl.col("ts").dt.time() == time(0))
    over = by_day["available_at"].dt.convert_time_zone("America/New_York").dt.time()
    assert by_day.height > 200 and (over == time(0)).all()


def test_the_news_is_written_anew_row_for_row(sample: Sample) -> None:
    written = write_news.feed(np.random.default_rng(write_news.SEED))
    assert written.equals(pl.read_parquet(sample.dataset("news").content()))


def test_sub_industries_are_not_shipped(sample: Sample) -> None:
    columns = pl.read_parquet(sample.dataset("sectors").content()).columns
    assert "industry" not in columns
