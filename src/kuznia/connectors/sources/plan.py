"""How a file becomes rows: what its dataset declares and what the uploader said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from kuznia.connectors.sources.symbols import Interval


@dataclass(frozen=True, slots=True)
class UploadPlan:
    """How a file becomes rows: what its dataset declares and what the uploader said.

    Parameters
    ----------
    kind : str
        Dataset kind.
    frequency, calendar : str or None
        Of bars.
    timezone : str
        Of times that name no offset.
    known_rule : mapping
        ``{"rule": "bar_close" | "column" | "local_time" | "listing", ...}``.
    columns, values, constants, per_share
        See the upload options of the API.
    symbol, exchange : str or None
        The entity of a file that names none; the MIC of symbols nobody registered.
    stamp : {"start", "close"}
        What the time of an intraday bar marks.
    registered : sequence of (symbol, instrument, valid from, valid until)
        Known symbols.
    """

    kind: str
    frequency: str | None
    calendar: str | None
    timezone: str
    known_rule: Mapping[str, Any]
    format: Literal["csv", "parquet", "arrow"] | None = None
    delimiter: str | None = None
    decimal: str | None = None
    encoding: str | None = None
    date_format: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str | float | bool] = field(default_factory=dict)
    per_share: Sequence[str] = ()
    symbol: str | None = None
    exchange: str | None = None
    stamp: Literal["start", "close"] = "close"
    registered: Sequence[Interval] = ()
