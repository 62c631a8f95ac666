"""Computed feature values of a made-up market, as rows and files that a training reads."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import polars as pl

from kuznia.core.frames.kinds import KINDS
from kuznia.core.frames.panel import Panel
from kuznia.db.access import new_object
from kuznia.db.session import WriteSession
from kuznia.db.tables import FeatureSet, FeatureSetVersion, Job
from kuznia.domains.jobs.service import Pin, record_run
from kuznia.store import Store
from tests.support.bench import listed_universe, loaded_dataset


def computed(session: WriteSession, store: Store, owner: UUID, values: pl.DataFrame, panel: Panel) -> UUID:
    """The run of a feature set over the panel's bars."""
    keys = values.sort("instrument", "ts").select("instrument", "ts", "session", "available_at")
    prices = {name: pl.Series(panel.fields[name].ravel()) for name in ("open", "high", "low", "close")}
    bars = keys.with_columns(**prices, volume=pl.lit(1e6)).select(list(KINDS["bars"].columns))
    _, bars_version = loaded_dataset(session, store, owner, bars)
    _, universe = listed_universe(session, owner, panel.instruments, biased=True)
    feature_set = FeatureSet(id=new_object(session, "feature_set", owner), name="Made up")
    job = Job(
        id=new_object(session, "job", owner),
        kind="features.compute",
        name="Features",
        pool="heavy",
        owner_id=owner,
        input={},
        state="done",
    )
    session.add_all([feature_set, job])
    session.flush()
    digest = "sha256:" + "f" * 64
    version = FeatureSetVersion(
        feature_set_id=feature_set.id, seq=1, spec={}, digest=digest, created_by=owner
    )
    session.add(version)
    session.flush()
    return record_run(
        session,
        job,
        kind="features.compute",
        code="0.1.0",
        environment="e",
        parameters={},
        seed=None,
        result_digest=digest,
        started_at=datetime.now(UTC),
        inputs=[
            Pin(role="feature_set", feature_set_version_id=version.id),
            Pin(role="universe", universe_version_id=universe),
            Pin(role="bars", dataset_version_id=bars_version),
        ],
        files={"values": store.put_frame(values, ["instrument", "ts"])},
    )
