"""Feast's point-in-time join over its default offline store: files, joined with dask."""

import os
import tempfile
from datetime import timedelta
from pathlib import Path

os.environ["FEAST_USAGE"] = "False"

import feast
import numpy as np
import pandas as pd
from feast import Entity, FeatureStore, FeatureView, Field, FileSource, RepoConfig, ValueType
from feast.types import Float64, Int64
from protocol import serve

ENTITY, AT = "instrument", "event_timestamp"


def times(values):
    return pd.to_datetime(values, unit="us", utc=True)


def join(arrays, options):
    """Join rows ``entity``, ``at`` with each view's ``<view>.entity``, ``.ts``, ``.known``, ``.value``.

    A view without ``entity`` is the same for all. ``options["time"]`` is what Feast gets as the event's
    timestamp: ``ts`` as in its guides, or ``known``.
    """
    folder = tempfile.TemporaryDirectory()
    root = Path(folder.name)
    store = FeatureStore(
        config=RepoConfig(
            project="bench",
            provider="local",
            registry=str(root / "registry.db"),
            entity_key_serialization_version=3,
        )
    )
    instrument = Entity(name=ENTITY, join_keys=[ENTITY], value_type=ValueType.INT64)
    views = []
    for name, days in options["views"].items():
        owned = f"{name}.entity" in arrays
        frame = pd.DataFrame(
            ({ENTITY: arrays[f"{name}.entity"]} if owned else {})
            | {
                "time": times(arrays[f"{name}.{options['time']}"]),
                "created": times(arrays[f"{name}.known"]),
                f"{name}_value": arrays[f"{name}.value"],
            }
        )
        frame.to_parquet(root / f"{name}.parquet")
        views.append(
            FeatureView(
                name=name,
                entities=[instrument] if owned else [],
                ttl=timedelta(days=days),
                schema=[
                    *([Field(name=ENTITY, dtype=Int64)] if owned else []),
                    Field(name=f"{name}_value", dtype=Float64),
                ],
                source=FileSource(
                    path=str(root / f"{name}.parquet"),
                    timestamp_field="time",
                    created_timestamp_column="created",
                ),
            )
        )
    store.apply([instrument, *views])
    entities = pd.DataFrame(
        {ENTITY: arrays["entity"], AT: times(arrays["at"]), "n": np.arange(len(arrays["at"]))}
    )
    wanted = [f"{name}:{name}_value" for name in options["views"]]

    def work():
        found = store.get_historical_features(entity_df=entities, features=wanted).to_df()
        return {"rows": len(found), "folder": len(folder.name)}, lambda: laid_out(found, options)

    return work


def laid_out(found, options):
    n = found["n"].to_numpy()
    return {"n": n} | {name: found[f"{name}_value"].to_numpy(dtype=float) for name in options["views"]}


if __name__ == "__main__":
    serve(feast.__version__, {"join": join})
