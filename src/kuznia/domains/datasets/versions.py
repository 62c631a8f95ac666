"""Rows → the files of a new version: merged with its parent, one file for each year or month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import polars as pl

from kuznia.core.frames.digest import json_digest
from kuznia.core.frames.findings import Checked, parted, passed
from kuznia.core.frames.kinds import DatasetKind, conformed
from kuznia.store import Store
from kuznia.store.store import Stored

BY_MONTH = ("minute", "hour")
LINE = "line"


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a version: the rows of a year or a month."""

    label: str
    digest: str
    rows: int


@dataclass(frozen=True, slots=True)
class Parent:
    """The version that a new one grows from."""

    version_id: UUID
    seq: int
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A version that is in the store and not yet in the database.

    Parameters
    ----------
    parts : sequence of Part
        All its files, in order.
    stored : mapping of label to Stored
        Those that are new.
    added, repeated : int
        Rows that were not there, and rows that were.
    """

    parts: tuple[Part, ...]
    stored: Mapping[str, Stored]
    added: int
    repeated: int
    first_ts: datetime | None
    last_ts: datetime | None
    entities: int
    digest: str

    @property
    def rows(self) -> int:
        return sum(part.rows for part in self.parts)


def labels(frequency: str | None) -> pl.Expr:
    """The part a row belongs to."""
    return pl.col("ts").dt.strftime("%Y-%m" if frequency in BY_MONTH else "%Y")


def present(store: Store, kind: DatasetKind, parts: Sequence[Part], columns: Sequence[str]) -> pl.DataFrame:
    """Some columns of what a version holds."""
    if not parts:
        return pl.DataFrame(schema={name: kind.columns[name] for name in columns})
    return store.scan([part.digest for part in parts], kind.columns).select(columns).collect()


def against_parent(
    store: Store, kind: DatasetKind, frequency: str | None, parts: Sequence[Part], rows: pl.DataFrame
) -> tuple[Checked, int]:
    """Part new rows from those whose key is there with other values; drop and count those that repeat."""
    touched = set(rows.select(labels(frequency).unique()).to_series())
    here = [part for part in parts if part.label in touched]
    if not here:
        return passed(rows), 0
    old = present(store, kind, here, list(kind.columns))
    values = [name for name in kind.columns if name not in kind.key]
    known = old.with_columns(pl.struct(values).alias("_old")).select(*kind.key, "_old")
    marked = rows.join(known, on=list(kind.key), how="left", nulls_equal=True, maintain_order="left")
    same = pl.col("_old").is_not_null() & (pl.struct(values) == pl.col("_old"))
    repeated = marked.filter(same).height
    step = parted(
        marked.filter(~same),
        pl.col("_old").is_not_null(),
        "conflict",
        pl.lit("the dataset has this key with other values"),
        "A revision needs a later known time; to replace wrong rows make a new dataset.",
    )
    return Checked(step.good.drop("_old"), step.bad.drop("_old")), repeated


def draft(
    store: Store,
    kind: DatasetKind,
    frequency: str | None,
    parts: Sequence[Part],
    rows: pl.DataFrame,
    repeated: int,
) -> Draft:
    """Write the parts that change and list all parts of the new version."""
    by_label = {part.label: part for part in parts}
    stored: dict[str, Stored] = {}
    labelled = rows.with_columns(labels(frequency).alias("_part"))
    for (label,), fresh in labelled.group_by(["_part"], maintain_order=True):
        name = str(label)
        frame = fresh.select(list(kind.columns))
        if name in by_label:
            frame = pl.concat([store.frame(by_label[name].digest), frame], how="diagonal")
        whole = conformed(frame, kind)
        stored[name] = store.put_frame(whole, kind.key)
        by_label[name] = Part(name, stored[name].digest, whole.height)
    ordered = tuple(by_label[name] for name in sorted(by_label))
    everything = present(store, kind, ordered, ["ts", kind.entity])
    span = everything.select(first=pl.col("ts").min(), last=pl.col("ts").max()).row(0)
    return Draft(
        parts=ordered,
        stored=stored,
        added=rows.height,
        repeated=repeated,
        first_ts=span[0],
        last_ts=span[1],
        entities=everything[kind.entity].n_unique(),
        digest=version_digest(kind, ordered),
    )


def version_digest(kind: DatasetKind, parts: Sequence[Part]) -> str:
    """Of the kind and the canonical digests of its parts: equal content has one digest."""
    return json_digest({"kind": kind.name, "parts": {part.label: part.digest for part in parts}})


def as_values(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as JSON: times as RFC 3339."""
    return {name: _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def from_values(values: Sequence[Mapping[str, Any]], kind: DatasetKind) -> pl.DataFrame:
    """Rows of the kind from their JSON; what is missing is null."""
    columns = []
    for name, dtype in kind.columns.items():
        cells = [one.get(name) for one in values]
        if dtype.is_temporal():
            text = pl.Series(name, cells, dtype=pl.String)
            parsed = text.str.to_date() if dtype == pl.Date() else text.str.to_datetime(time_zone="UTC")
            columns.append(parsed.cast(dtype))
        else:
            columns.append(pl.Series(name, cells, dtype=dtype, strict=False))
    return pl.DataFrame(columns)
