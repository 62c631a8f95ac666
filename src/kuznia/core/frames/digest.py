"""Canonical digests: what a value *is*, whatever file, order, chunking or encoding carried it.

Two frames have one digest when they hold the same named columns of the same logical types and the
same rows. Row order, column order, chunks, categorical encoding, integer and float widths and the
unit of a datetime do not count; ``−0.0`` is ``0.0``; there is one NaN; null differs from NaN.
Whole column buffers are hashed, never rows.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from kuznia.core.errors import FrameError

_SAFE_INTEGER = 2**53


def frame_digest(frame: pl.DataFrame, key: Sequence[str]) -> str:
    """Digest of a frame's names, logical types and values, with rows sorted by `key`.

    Parameters
    ----------
    frame : DataFrame
        Columns of numbers, booleans, text, dates, datetimes or durations.
    key : sequence of str
        Columns that identify a row. Rows that share a key are ordered by their other columns.

    Returns
    -------
    str
        ``sha256:`` and 64 hexadecimal digits.

    Examples
    --------
    >>> a = pl.DataFrame({"id": ["x", "y"], "value": [0.0, 1.5]})
    >>> b = pl.DataFrame({"value": [1.5, -0.0], "id": ["y", "x"]})
    >>> frame_digest(a, ["id"]) == frame_digest(b, ["id"])
    True
    """
    missing = [name for name in key if name not in frame.columns]
    if missing:
        raise FrameError(f"The frame lacks the key columns {missing}.", "Name columns that it has.")
    names = sorted(frame.columns)
    kinds: dict[str, str] = {}
    columns: list[pl.Series] = []
    for name in names:
        kinds[name], column = _canonical_column(frame[name])
        columns.append(column)
    canonical = pl.DataFrame(columns)
    unique = len(key) > 0 and not canonical.select(pl.struct(list(key)).is_duplicated().any()).item()
    order = list(key) if unique else [*key, *(name for name in names if name not in key)]
    if order:
        canonical = canonical.sort(order, nulls_last=False)
    whole = hashlib.sha256(f"frame/1 {frame.height} {len(names)}".encode())
    for name in names:
        _feed(whole, name, kinds[name], (frame.height,), _series_buffers(canonical[name]))
    return f"sha256:{whole.hexdigest()}"


def array_digest(arrays: Mapping[str, NDArray[Any]]) -> str:
    """Digest of named arrays: names, logical types, shapes and values.

    Examples
    --------
    >>> array_digest({"x": np.array([0.0, np.nan])}) == array_digest({"x": np.array([-0.0, -np.nan])})
    True
    >>> array_digest({"x": np.array([1.0])}) == array_digest({"x": np.array([1])})
    False
    """
    whole = hashlib.sha256(f"arrays/1 {len(arrays)}".encode())
    for name in sorted(arrays):
        values = np.asarray(arrays[name])
        kind, column = _canonical_column(pl.Series(name, np.ascontiguousarray(values).reshape(-1)))
        _feed(whole, name, kind, values.shape, _series_buffers(column))
    return f"sha256:{whole.hexdigest()}"


def json_digest(value: object) -> str:
    """Digest of a JSON value: sorted keys, shortest numbers, ``1.0`` equal to ``1``.

    Examples
    --------
    >>> json_digest({"b": 1.0, "a": [True, None]}) == json_digest({"a": [True, None], "b": 1})
    True
    """
    return f"sha256:{hashlib.sha256(canonical_json(value).encode()).hexdigest()}"


def canonical_json(value: object) -> str:
    """The one text of a JSON value that :func:`json_digest` hashes.

    Examples
    --------
    >>> canonical_json({"b": 1.0, "a": (0.1, -0.0)})
    '{"a":[0.1,0],"b":1}'
    """
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return _plain_number(float(value))
    if isinstance(value, Mapping):
        if not all(isinstance(name, str) for name in value):
            raise FrameError("A JSON object has a key that is no text.", "Make every key a string.")
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return [_plain(item) for item in value]
    raise FrameError(f"{type(value).__name__} is no JSON value.", "Convert it to text or a number first.")


def _plain_number(value: float) -> int | float:
    if not math.isfinite(value):
        raise FrameError(f"{value} is no JSON number.", "Use null where a number is not known.")
    return int(value) if value.is_integer() and abs(value) < _SAFE_INTEGER else value


def _canonical_column(column: pl.Series) -> tuple[str, pl.Series]:
    """The column's logical type and its values in the one physical type that stands for it."""
    dtype = column.dtype
    if dtype == pl.UInt64:
        return "integer", _without_loss(column, pl.Int64)
    if dtype.is_integer():
        return "integer", column.cast(pl.Int64)
    if dtype.is_float():
        return "float", column.cast(pl.Float64) + 0.0
    if dtype == pl.Boolean:
        return "boolean", column.cast(pl.UInt8)
    if dtype in (pl.String, pl.Categorical, pl.Enum):
        return "text", column.cast(pl.String)
    if dtype == pl.Date:
        return "date", column.cast(pl.Int32).cast(pl.Int64)
    if isinstance(dtype, pl.Datetime):
        kind = "instant" if dtype.time_zone else "datetime"
        return kind, _microseconds(column, dtype.time_unit)
    if isinstance(dtype, pl.Duration):
        return "duration", _microseconds(column, dtype.time_unit)
    if dtype == pl.Null:
        return "null", column.cast(pl.UInt8)
    raise FrameError(f"Column {column.name!r} of type {dtype} has no canonical form.", "Use plain types.")


def _without_loss(column: pl.Series, to: type[pl.Int64]) -> pl.Series:
    cast = column.cast(to, strict=False)
    if cast.null_count() != column.null_count():
        raise FrameError(f"Column {column.name!r} exceeds 64 signed bits.", "Store such numbers as text.")
    return cast


def _microseconds(column: pl.Series, unit: str) -> pl.Series:
    ticks = column.to_physical().cast(pl.Int64)
    if unit == "ms":
        return ticks * 1000
    if unit == "ns":
        if (ticks % 1000 != 0).any():
            raise FrameError(
                f"Column {column.name!r} is finer than a microsecond.", "Round it to microseconds."
            )
        return ticks // 1000
    return ticks


def _series_buffers(column: pl.Series) -> tuple[NDArray[Any], ...]:
    nulls = np.packbits(column.is_null().to_numpy())
    if column.dtype == pl.Float64:
        values = column.fill_null(0.0).to_numpy()
        return nulls, np.where(np.isnan(values), np.nan, values + 0.0)
    if column.dtype != pl.String:
        return nulls, column.fill_null(0).to_numpy()
    text = column.fill_null("")
    joined = str(text.str.join("").item()) if len(text) else ""
    lengths = text.str.len_bytes().cast(pl.Int64).to_numpy()
    return nulls, lengths, np.frombuffer(joined.encode(), dtype=np.uint8)


def _feed(
    whole: hashlib._Hash, name: str, kind: str, shape: tuple[int, ...], buffers: tuple[NDArray[Any], ...]
) -> None:
    whole.update(json.dumps([name, kind, list(shape)], ensure_ascii=True).encode())
    for buffer in buffers:
        little = np.ascontiguousarray(buffer, dtype=buffer.dtype.newbyteorder("<"))
        whole.update(little.nbytes.to_bytes(8, "little"))
        whole.update(little.data if little.size else b"")
