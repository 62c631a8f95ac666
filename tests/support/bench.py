"""A worker's bench in this process: resources of a computation, and loaded bars to compute on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import numpy as np
import polars as pl
from sqlalchemy.orm import Session

from kuznia.core.frames.kinds import KINDS
from kuznia.db.access import new_object
from kuznia.db.session import WriteSession
from kuznia.db.tables import Dataset, DatasetVersion, Instrument, Job, Universe, UniverseVersion, VersionFile
from kuznia.domains.jobs.service import record_run
from kuznia.queue.handlers import Handler
from kuznia.queue.settle import finish
from kuznia.store import Store


@dataclass
class Bench:
    """What a computation may use, without a worker around it."""

    store: Store
    code: str = "0.1.0"
    environment: str = "sha256:" + "e" * 64
    said: list[str] = field(default_factory=list)

    def now(self) -> datetime:
        return datetime.now(UTC)

    def report(self, fraction: float, message: str) -> None:
        self.said.append(message)

    def log(self, message: str, level: str = "info") -> None:
        self.said.append(message)

    def keep(self, write: Callable[[Session, Job], None]) -> None:
        raise AssertionError("a bench has no job whose parts could be kept")


def do(
    session: WriteSession, job: Job, bench: Bench, handlers: Sequence[Handler[Any, Any]]
) -> dict[str, UUID]:
    """Do a job as the worker does: load, compute, record, mark it done."""
    handler = next(one for one in handlers if one.kind == job.kind)
    made = handler.compute(handler.load(session, job), bench)
    outputs = dict(handler.record(session, job, made))
    finish(session, job, outputs)
    return outputs


def random_bars(
    instruments: Sequence[str], bars: int, *, seed: int = 3, drift: float = 0.0004
) -> pl.DataFrame:
    """Weekday bars of random walks, known at their close of 21:00 UTC."""
    rng = np.random.default_rng(seed)
    days: list[date] = []
    day = date(2020, 1, 1)
    while len(days) < bars:
        if day.weekday() < 5:
            days.append(day)
        day += timedelta(days=1)
    frames = []
    for instrument in instruments:
        close = 40.0 * np.exp(np.cumsum(rng.normal(drift, 0.015, bars)))
        open_ = close * np.exp(rng.normal(0, 0.004, bars))
        at = [datetime.combine(one, time(21), UTC) for one in days]
        frames.append(
            pl.DataFrame(
                {
                    "instrument": [instrument] * bars,
                    "ts": pl.Series(at, dtype=pl.Datetime("us", "UTC")),
                    "session": days,
                    "open": open_,
                    "high": np.maximum(open_, close) * 1.005,
                    "low": np.minimum(open_, close) * 0.995,
                    "close": close,
                    "volume": np.full(bars, 1e6),
                    "available_at": pl.Series(at, dtype=pl.Datetime("us", "UTC")),
                }
            )
        )
    return pl.concat(frames)


def loaded_dataset(
    session: WriteSession,
    store: Store,
    owner: UUID,
    rows: pl.DataFrame,
    *,
    name: str = "Bars",
    kind: str = "bars",
    adjusted_for: Sequence[str] = ("splits",),
) -> tuple[UUID, UUID]:
    """A dataset with one version of these rows: the ids of both."""
    for key in rows["instrument"].unique().sort() if "instrument" in rows.columns else ():
        if session.get(Instrument, key) is None:
            exchange = key.partition(":")[0]
            session.add(Instrument(key=key, name=key, exchange=exchange, currency="USD", asset_class="share"))
    job = Job(
        id=new_object(session, "job", owner),
        kind="datasets.ingest",
        name="Load",
        pool="interactive",
        owner_id=owner,
        input={},
        state="done",
    )
    dataset = Dataset(
        id=new_object(session, "dataset", owner),
        name=name,
        kind=kind,
        timezone="UTC",
        frequency="day",
        calendar="XNYS",
        known_rule={"rule": "bar_close"},
        adjusted_for=list(adjusted_for),
    )
    session.add_all([job, dataset])
    session.flush()
    stored = store.put_frame(rows, list(KINDS[kind].key))
    run_id = record_run(
        session,
        job,
        kind="datasets.ingest",
        code="0.1.0",
        environment="e",
        parameters={},
        seed=None,
        result_digest=stored.digest,
        started_at=datetime.now(UTC),
        inputs=[],
        files={"rows": stored},
    )
    version = DatasetVersion(
        dataset_id=dataset.id,
        seq=1,
        digest=stored.digest,
        rows=rows.height,
        first_ts=rows["ts"].min(),
        last_ts=rows["ts"].max(),
        quality={},
        run_id=run_id,
        created_by=owner,
    )
    session.add(version)
    session.flush()
    session.add(
        VersionFile(version_id=version.id, position=0, digest=stored.digest, part="all", rows=rows.height)
    )
    session.flush()
    return dataset.id, version.id


def listed_universe(
    session: WriteSession, owner: UUID, instruments: Sequence[str], *, biased: bool, name: str = "Names"
) -> tuple[UUID, UUID]:
    """A universe with one version: the ids of both."""
    universe = Universe(id=new_object(session, "universe", owner), name=name)
    session.add(universe)
    session.flush()
    version = UniverseVersion(
        universe_id=universe.id,
        seq=1,
        spec={"instruments": list(instruments)},
        digest="sha256:" + "0" * 64,
        biased=biased,
        bias_reason="Survivors" if biased else None,
        created_by=owner,
    )
    session.add(version)
    session.flush()
    return universe.id, version.id
