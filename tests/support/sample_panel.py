"""The product's own sample as a panel: 30 US shares, daily, with sectors and market values."""

from __future__ import annotations

import io
from dataclasses import replace
from functools import cache

import numpy as np
import polars as pl

from kuznia.cli.sample import load
from kuznia.core.frames.known import asof_join
from kuznia.core.frames.panel import Panel, panel_from_bars

TIME = pl.Datetime("us", "UTC")


def read(key: str) -> pl.DataFrame:
    return pl.read_parquet(io.BytesIO(load().dataset(key).content()))


@cache
def sample_panel() -> Panel:
    """Bars known at their close, sectors as of the start, market values from each snapshot on."""
    close = pl.col("date").cast(TIME) + pl.duration(hours=21)
    bars = read("bars").with_columns(
        instrument="symbol", session="date", ts=close, available_at=close, volume=pl.col("volume").cast(float)
    )
    panel = panel_from_bars(bars)
    start = pl.lit(0).cast(TIME)
    sectors = read("sectors").select(
        instrument="symbol", scheme=pl.lit("sector"), label="sector", ts=start, available_at=start
    )
    values = read("fundamentals").select(
        instrument="symbol", ts="snapshot_at", available_at="snapshot_at", value="market_cap"
    )
    grid = pl.DataFrame({"instrument": panel.instruments}).join(
        pl.DataFrame({"at": pl.Series(panel.decision).cast(TIME)}), how="cross", maintain_order="left_right"
    )
    known = asof_join(grid, values, by=["instrument"], at="at", values=["value"], max_staleness=None)
    cap = known["value"].fill_null(np.nan).to_numpy().reshape(panel.shape)
    fields = {**panel.fields, "fundamentals.market_cap": np.ascontiguousarray(cap)}
    return replace(panel, fields=fields).with_groups(sectors)


def part(panel: Panel, rows: int, start: int, stop: int) -> Panel:
    """The first instruments of some bars."""
    cut = panel.between(start, stop)
    return replace(
        cut,
        instruments=cut.instruments[:rows],
        fields={name: np.ascontiguousarray(values[:rows]) for name, values in cut.fields.items()},
        groups={name: np.ascontiguousarray(codes[:rows]) for name, codes in cut.groups.items()},
    )
