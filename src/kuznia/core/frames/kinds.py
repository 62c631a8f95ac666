"""The kinds of dataset and their fixed schemas.

Law of the kinds: every frame carries ``available_at``, never null, and no two rows share the kind's key.
Times are microseconds in UTC. A new column makes a new version of a dataset; a changed or dropped one
makes a new dataset.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from kuznia.core.errors import FrameError

TIME = pl.Datetime("us", "UTC")
TEXT = pl.String()
NUMBER = pl.Float64()
DAY = pl.Date()
FLAG = pl.Boolean()


@dataclass(frozen=True, slots=True)
class DatasetKind:
    """The schema of one kind.

    Parameters
    ----------
    name : str
        ``bars``, ``series``, ...
    columns : mapping of str to Polars type
        In canonical order.
    key : tuple of str
        Columns that identify a row.
    entity : str
        The column that names what a row is about.
    optional : frozenset of str
        Columns that may hold null; all others never do.
    """

    name: str
    columns: Mapping[str, pl.DataType]
    key: tuple[str, ...]
    entity: str
    optional: frozenset[str] = frozenset()


KINDS: Mapping[str, DatasetKind] = {
    kind.name: kind
    for kind in (
        DatasetKind(
            "bars",
            {
                "instrument": TEXT,
                "ts": TIME,
                "session": DAY,
                "open": NUMBER,
                "high": NUMBER,
                "low": NUMBER,
                "close": NUMBER,
                "volume": NUMBER,
                "available_at": TIME,
            },
            ("instrument", "ts", "available_at"),
            "instrument",
            frozenset({"volume"}),
        ),
        DatasetKind(
            "series",
            {"series": TEXT, "ts": TIME, "value": NUMBER, "available_at": TIME},
            ("series", "ts", "available_at"),
            "series",
        ),
        DatasetKind(
            "events",
            {
                "instrument": TEXT,
                "ts": TIME,
                "headline": TEXT,
                "source": TEXT,
                "score": NUMBER,
                "available_at": TIME,
            },
            ("instrument", "ts", "headline", "source", "available_at"),
            "instrument",
            frozenset({"source", "score"}),
        ),
        DatasetKind(
            "fundamentals",
            {
                "instrument": TEXT,
                "field": TEXT,
                "ts": TIME,
                "value": NUMBER,
                "available_at": TIME,
                "share_basis": TEXT,
            },
            ("instrument", "field", "ts", "available_at"),
            "instrument",
            frozenset({"share_basis"}),
        ),
        DatasetKind(
            "actions",
            {
                "instrument": TEXT,
                "ts": TIME,
                "last_cum_session": DAY,
                "action": TEXT,
                "value": NUMBER,
                "ref_price": NUMBER,
                "applied": FLAG,
                "available_at": TIME,
            },
            ("instrument", "ts", "action", "available_at"),
            "instrument",
            frozenset({"ref_price"}),
        ),
        DatasetKind(
            "classification",
            {"instrument": TEXT, "scheme": TEXT, "label": TEXT, "ts": TIME, "available_at": TIME},
            ("instrument", "scheme", "ts", "available_at"),
            "instrument",
        ),
        DatasetKind(
            "membership",
            {"index": TEXT, "instrument": TEXT, "member": FLAG, "ts": TIME, "available_at": TIME},
            ("index", "instrument", "ts", "available_at"),
            "instrument",
        ),
    )
}
"""Every kind by its name."""

ACTIONS = ("dividend", "split", "spinoff_price_factor")
"""What an action may be."""


def dataset_kind(name: str) -> DatasetKind:
    """The kind of this name.

    Examples
    --------
    >>> dataset_kind("series").key
    ('series', 'ts', 'available_at')
    """
    if name not in KINDS:
        raise FrameError(f"{name!r} is no kind of dataset.", f"Use one of {', '.join(KINDS)}.")
    return KINDS[name]


def conformed(frame: pl.DataFrame, kind: DatasetKind) -> pl.DataFrame:
    """The frame with exactly the kind's columns and types, sorted by its key; checked.

    Parameters
    ----------
    frame : DataFrame
        Has the kind's columns, in any order and with further ones, which are left out.
    kind : DatasetKind
        What it is to be.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> at = datetime(2024, 1, 2, tzinfo=UTC)
    >>> rows = pl.DataFrame({"value": [1, 2], "series": ["cpi", "cpi"], "ts": [at, at.replace(day=1)],
    ...                      "available_at": [at, at], "note": ["", ""]})
    >>> conformed(rows, dataset_kind("series"))["value"].to_list()
    [2.0, 1.0]
    """
    missing = [name for name in kind.columns if name not in frame.columns]
    if missing:
        raise FrameError(f"A frame of kind {kind.name!r} lacks the columns {missing}.", "Add them.")
    try:
        typed = frame.select(pl.col(name).cast(dtype) for name, dtype in kind.columns.items())
    except pl.exceptions.PolarsError as error:
        raise FrameError(
            f"A column of a {kind.name!r} frame has values of another type: {error}.", "Convert it first."
        ) from error
    check_kind(typed, kind)
    return typed.sort(kind.key)


def check_kind(frame: pl.DataFrame, kind: DatasetKind) -> None:
    """Refuse a frame that breaks the schema of its kind: columns, types, nulls or repeated keys."""
    expected = dict(kind.columns)
    if dict(frame.schema) != expected:
        wrong = sorted(
            name for name in {*expected, *frame.columns} if frame.schema.get(name) != expected.get(name)
        )
        raise FrameError(f"Columns {wrong} are not as kind {kind.name!r} has them.", "Conform it first.")
    for name in kind.columns:
        if name not in kind.optional and frame[name].null_count():
            raise FrameError(
                f"Column {name!r} of a {kind.name!r} frame holds nulls.", "Keep such rows out of it."
            )
    repeats = frame.select(pl.struct(kind.key).is_duplicated().sum()).item()
    if repeats:
        raise FrameError(
            f"{repeats} rows of a {kind.name!r} frame share their key {', '.join(kind.key)}.",
            "Keep one row of each; a revision has a later known time.",
        )
