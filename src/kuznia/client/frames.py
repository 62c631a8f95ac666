"""Answers of the API as Polars frames; times become UTC datetimes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

TIMES = ("ts", "_at", "_ts")


def rows_frame(rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """A frame of a list's rows; nested values become JSON-like structs."""
    return _timed(pl.DataFrame(list(rows), infer_schema_length=None))


def columns_frame(answer: Mapping[str, Any]) -> pl.DataFrame:
    """A frame of the equally long columns of an answer; what else it holds is left out."""
    columns = {name: value for name, value in answer.items() if isinstance(value, list)}
    if not columns:
        return pl.DataFrame()
    longest = max(len(value) for value in columns.values())
    kept = {name: value for name, value in columns.items() if len(value) == longest}
    nested = {name for name, value in kept.items() if any(isinstance(one, list) for one in value)}
    return _timed(pl.DataFrame({name: value for name, value in kept.items() if name not in nested}))


def _timed(frame: pl.DataFrame) -> pl.DataFrame:
    wanted = [
        name
        for name, kind in frame.schema.items()
        if kind == pl.String and (name in TIMES or name.endswith(TIMES))
    ]
    return frame.with_columns(pl.col(name).str.to_datetime(time_zone="UTC", strict=False) for name in wanted)
