"""Fewer points for a screen: open-high-low-close buckets, and lowest and highest of a line."""

from __future__ import annotations

from typing import Any

import polars as pl


def ohlc_points(bars: pl.DataFrame, points: int) -> tuple[int, dict[str, list[Any]]]:
    """Sum up neighbouring bars so that at most `points` remain; sorted by time in, and out.

    Returns
    -------
    (int, dict)
        Bars in a point, and the columns ``ts open high low close volume``; ``ts`` is the last bar's.
    """
    bucket = max(1, -(-bars.height // points))
    summed = (
        bars.with_row_index("n")
        .group_by(pl.col("n") // bucket, maintain_order=True)
        .agg(
            pl.col("ts").last(),
            pl.col("open").first(),
            pl.col("high").max(),
            pl.col("low").min(),
            pl.col("close").last(),
            pl.when(pl.col("volume").is_not_null().any()).then(pl.col("volume").sum()).alias("volume"),
        )
    )
    return bucket, summed.drop("n").to_dict(as_series=False)


def series_points(rows: pl.DataFrame, points: int) -> dict[str, list[Any]]:
    """Keep first, last, lowest and highest value of each stretch, so that no peak is lost."""
    columns = ("ts", "value", "available_at")
    if rows.height <= points:
        return rows.select(columns).to_dict(as_series=False)
    bucket = -(-rows.height // max(1, points // 4))
    numbered = rows.with_row_index("n")
    stretch = (pl.col("n") // bucket).alias("stretch")
    kept = numbered.group_by(stretch).agg(
        pl.col("n").first().alias("first"),
        pl.col("n").get(pl.col("value").arg_min()).alias("low"),
        pl.col("n").get(pl.col("value").arg_max()).alias("high"),
        pl.col("n").last().alias("last"),
    )
    wanted = kept.unpivot(["first", "low", "high", "last"])["value"].unique()
    return numbered.filter(pl.col("n").is_in(wanted.implode())).select(columns).to_dict(as_series=False)
