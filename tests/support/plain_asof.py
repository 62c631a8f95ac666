"""The as-of join by its definition: for each entity row, look at every row that was known by then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import polars as pl


def plain_asof(
    left: pl.DataFrame,
    rows: pl.DataFrame,
    *,
    by: Sequence[str],
    at: str,
    values: Sequence[str],
    max_staleness: timedelta | None,
) -> pl.DataFrame:
    """Of the rows usable by a moment the latest event; of that the latest known; of these the last."""
    held: dict[tuple[Any, ...], list[tuple[Any, ...]]] = defaultdict(list)
    for n, row in enumerate(rows.iter_rows(named=True)):
        entity = tuple(row[name] for name in by)
        held[entity].append((row["ts"], row["available_at"], n, tuple(row[name] for name in values)))
    found = []
    for row in left.iter_rows(named=True):
        moment = row[at]
        usable = [one for one in held[tuple(row[name] for name in by)] if max(one[0], one[1]) <= moment]
        best = max(usable, key=lambda one: one[:3], default=None)
        fresh = best is not None and (max_staleness is None or moment - best[0] <= max_staleness)
        found.append(best[3] if best and fresh else (None,) * len(values))
    columns = zip(*found, strict=True) if found else [()] * len(values)
    return left.with_columns(
        pl.Series(name, cells, dtype=rows.schema[name]) for name, cells in zip(values, columns, strict=True)
    )
