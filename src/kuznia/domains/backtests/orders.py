"""Orders of a result: kept as a frame of its run, filtered and paged, so that nothing unfilled is lost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kuznia.domains.backtests.schemas import OrderRead
from kuznia.store import Store

if TYPE_CHECKING:  # the API reads orders, and starts without Polars and NumPy
    import polars as pl

    from kuznia.core.backtest.result import BacktestResult
    from kuznia.core.typing import Float

COLUMNS = (
    "n",
    "decided_at",
    "filled_at",
    "instrument",
    "kind",
    "asked",
    "done",
    "price",
    "commission",
    "spread",
    "slippage",
    "status",
)


def kept(result: BacktestResult, units: Float | None, first: int) -> pl.DataFrame:
    """Every order with its times, numbered in order of decision, in the share units of its day."""
    import numpy as np
    import polars as pl

    orders = result.orders
    times = pl.Series("ts", result.ts).cast(pl.Datetime("us", "UTC"))
    decided, filled = orders["decided"].to_numpy(), orders["filled"].to_numpy()
    shown = orders.with_columns(
        pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("n"),
        times.gather(decided).alias("decided_at"),
        pl.Series("filled_at", times.gather(np.maximum(filled, 0))).set(pl.Series(filled < 0), None),
        *([] if "kind" in orders.columns else [pl.lit("market").alias("kind")]),
    )
    if units is not None:
        codes = {key: n for n, key in enumerate(result.instruments)}
        rows = np.array([codes[key] for key in orders["instrument"]], dtype=np.int64)
        unit = pl.Series(units[rows, first + np.where(filled < 0, decided, filled)])
        shown = shown.with_columns(pl.col("asked") * unit, pl.col("done") * unit, pl.col("price") / unit)
    return shown.select(COLUMNS).with_columns(
        pl.col("asked", "done", "price", "commission", "spread", "slippage").fill_nan(None)
    )


def page(
    store: Store,
    digest: str,
    *,
    statuses: Sequence[str],
    kind: str | None,
    instrument: str | None,
    unfilled: bool | None,
    after: int,
    limit: int,
) -> list[OrderRead]:
    """Orders with a number above `after`; one more than `limit`."""
    import polars as pl

    rows = store.scan([digest]).filter(pl.col("n") > after)
    if statuses:
        rows = rows.filter(pl.col("status").is_in(list(statuses)))
    if kind:
        rows = rows.filter(pl.col("kind") == kind)
    if instrument:
        rows = rows.filter(pl.col("instrument") == instrument)
    if unfilled is not None:
        whole = (pl.col("done") - pl.col("asked")).abs() <= pl.col("asked").abs() * 1e-9
        rows = rows.filter(~whole if unfilled else whole)
    found = rows.sort("n").head(limit + 1).collect()
    return [OrderRead.model_validate(row) for row in found.iter_rows(named=True)]
