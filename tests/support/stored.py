"""Three years of made-up bars, a macro series and sectors, as dataset versions that can be revised."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np
import polars as pl
from sqlalchemy import Engine, func, select

from kuznia.core.frames.kinds import KINDS
from kuznia.db.access import new_object
from kuznia.db.session import WriteSession
from kuznia.db.tables import (
    Dataset,
    DatasetVersion,
    Instrument,
    Job,
    Run,
    Universe,
    UniverseVersion,
    VersionFile,
)
from kuznia.domains.jobs.service import record_run, register_files
from kuznia.store import Store

NAMES = [f"XNYS:S{n:02d}" for n in range(8)]
YEARS = (2021, 2022, 2023)
LONG_AGO = datetime(2010, 1, 1, tzinfo=UTC)


def bars(years: tuple[int, ...] = YEARS, names: list[str] | None = None) -> pl.DataFrame:
    """Eighty bars a year of each name, with a gap; a year's rows do not depend on the years asked for."""
    rows = []
    for year in years:
        rng = np.random.default_rng(year)
        days = [datetime(year, 1, 4, 21, tzinfo=UTC) + timedelta(days=4 * n) for n in range(80)]
        for n, name in enumerate(NAMES):
            close = 100 * np.exp(np.cumsum(rng.normal(0, 0.02, len(days))))
            for day, price, volume in zip(days, close, rng.lognormal(12, 0.5, len(days)), strict=True):
                if name in (names or NAMES) and not (n == 3 and day == days[40]):
                    prices = (price * 0.99, price * 1.02, price * 0.98, price)
                    rows.append((name, day, day.date(), *prices, volume, day))
    return pl.DataFrame(rows, schema=dict(KINDS["bars"].columns), orient="row")


def series() -> pl.DataFrame:
    """A value for each bar, known at its close."""
    days = bars()["ts"].unique().sort()
    values = np.random.default_rng(7).normal(15, 2, len(days))
    return pl.DataFrame(
        {"series": ["VIX"] * len(days), "ts": days, "value": values, "available_at": days},
        schema=dict(KINDS["series"].columns),
    )


def sectors() -> pl.DataFrame:
    rows = [(name, "sector", "AB"[n % 2], LONG_AGO, LONG_AGO) for n, name in enumerate(NAMES)]
    return pl.DataFrame(rows, schema=dict(KINDS["classification"].columns), orient="row")


@dataclass
class Warehouse:
    """Datasets of one person, with a file for each year, and a universe of all names."""

    engine: Engine
    store: Store
    owner: UUID
    run: UUID = field(init=False)
    datasets: dict[str, UUID] = field(default_factory=dict)
    universe: UUID = field(init=False)

    def __post_init__(self) -> None:
        with WriteSession(self.engine) as session:
            job = Job(
                id=new_object(session, "job", self.owner), kind="datasets.ingest", name="",
                pool="interactive", owner_id=self.owner, input={}, state="done",
            )  # fmt: skip
            session.add(job)
            session.add_all(
                Instrument(key=name, name=name, exchange="XNYS", currency="USD", asset_class="share")
                for name in NAMES
            )
            session.flush()
            self.run = record_run(
                session, job, kind="datasets.ingest", code="", environment="", parameters={}, seed=None,
                result_digest="", started_at=datetime.now(UTC), inputs=[], files={},
            )  # fmt: skip
            for kind in ("bars", "series", "classification"):
                row = Dataset(
                    id=new_object(session, "dataset", self.owner), name=kind, kind=kind, timezone="UTC",
                    frequency="day" if kind == "bars" else None, calendar="XNYS",
                    known_rule={"rule": "column"},
                )  # fmt: skip
                session.add(row)
                self.datasets[kind] = row.id
            made = Universe(id=new_object(session, "universe", self.owner), name="Eight")
            session.add(made)
            session.flush()
            version = UniverseVersion(
                universe_id=made.id, seq=1, spec={"instruments": NAMES}, digest="sha256:eight",
                created_by=self.owner, biased=False, bias_reason=None,
            )  # fmt: skip
            session.add(version)
            session.flush()
            self.universe = version.id
            session.commit()

    def version(self, kind: str, frame: pl.DataFrame) -> UUID:
        """A new version with these rows, in a file for each year."""
        years = [part for _, part in frame.group_by(pl.col("ts").dt.year(), maintain_order=True)]
        with WriteSession(self.engine) as session:
            newest = session.scalar(
                select(func.max(DatasetVersion.seq)).where(DatasetVersion.dataset_id == self.datasets[kind])
            )
            files = [self.store.put_frame(part.sort(KINDS[kind].key), KINDS[kind].key) for part in years]
            register_files(session, files)
            session.flush()
            row = DatasetVersion(
                dataset_id=self.datasets[kind], seq=(newest or 0) + 1,
                digest="+".join(file.digest for file in files), rows=frame.height, quality={},
                run_id=self.run, created_by=self.owner,
            )  # fmt: skip
            session.add(row)
            session.flush()
            session.add_all(
                VersionFile(
                    version_id=row.id, position=n, digest=file.digest, part=str(n), rows=file.rows or 0
                )
                for n, file in enumerate(files)
            )
            session.commit()
            return row.id

    def facts(self, run_id: str) -> tuple[int, int]:
        """How many values of feature and chunk a run computed, and how many it found made."""
        with WriteSession(self.engine) as session:
            facts = session.get_one(Run, UUID(run_id)).facts
        return facts["values_computed"], facts["values_reused"]
