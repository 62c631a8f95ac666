"""Checks of spans: sessions that are missing, prices that stand still, bars without trade."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import polars as pl

from kuznia.core.frames.findings import Finding

STALE = 5
"""Equal closes in a row from which a price is called stale."""
PERIODS = {"month": "1mo", "quarter": "3mo", "year": "1y", "week": "1w"}
SHOWN = 20


def gaps(bars: pl.DataFrame, calendar: pl.DataFrame) -> list[Finding]:
    """Sessions of the calendar, between an instrument's first and last, that it has no row in.

    `bars` holds the rows that were kept out too: those are told of where they were.
    """
    present = bars.select("instrument", "session").drop_nulls().unique()
    spans = present.group_by("instrument").agg(first=pl.col("session").min(), last=pl.col("session").max())
    expected = spans.join(calendar.select(day="session"), how="cross").filter(
        pl.col("day").is_between("first", "last")
    )
    missing = (
        expected.join(present, left_on=["instrument", "day"], right_on=["instrument", "session"], how="anti")
        .select("instrument", "day")
        .sort("instrument", "day")
    )
    total = dict(expected.group_by("instrument").len().rows())
    order = {day: n for n, day in enumerate(calendar["session"].sort())}
    closes = dict(calendar.select("session", "closes").rows())
    findings = []
    for (name,), rows in missing.group_by(["instrument"], maintain_order=True):
        days = rows["day"].to_list()
        first, last, length = _longest(days, order)
        share = len(days) / total[str(name)]
        hole = f"; the longest hole is {length} sessions from {first} to {last}" if length > 1 else ""
        findings.append(
            Finding(
                "gap",
                "error" if (share > 0.05 and len(days) > 5) or length > 20 else "warning",
                str(name),
                f"{len(days)} of {total[str(name)]} sessions have no bar{hole}.",
                "Load the missing sessions; a long hole may mean that the ticker was another's, or changed."
                if length > 20
                else "Load the missing sessions, or mark a halt.",
                closes[days[0]],
                closes[days[-1]],
                len(days),
                {"sessions": [day.isoformat() for day in days[:SHOWN]], "longest": length},
            )
        )
    return findings


def _longest(days: list[date], order: dict[date, int]) -> tuple[date, date, int]:
    best = run = (days[0], days[0], 1)
    for before, day in pairwise(days):
        run = (run[0], day, run[2] + 1) if order[day] == order[before] + 1 else (day, day, 1)
        best = max(best, run, key=lambda one: one[2])
    return best


def stale(bars: pl.DataFrame) -> list[Finding]:
    """Runs of bars that repeat one close, with no range inside."""
    still = (pl.col("high") == pl.col("low")) & (
        pl.col("close") == pl.col("close").shift().over("instrument")
    )
    runs = (
        bars.sort("instrument", "ts")
        .with_columns(still.fill_null(value=False).alias("still"))
        .with_columns((~pl.col("still")).cum_sum().over("instrument").alias("run"))
        .group_by("instrument", "run")
        .agg(pl.len().alias("rows"), pl.col("ts").first().alias("first"), pl.col("ts").last().alias("last"))
        .filter(pl.col("rows") >= STALE)
        .group_by("instrument")
        .agg(
            pl.col("rows").sum(),
            pl.col("rows").max().alias("longest"),
            pl.len().alias("runs"),
            pl.col("first").min(),
            pl.col("last").max(),
        )
        .sort("instrument")
    )
    return [
        Finding(
            "stale",
            "warning",
            row["instrument"],
            f"The price stands still in {row['runs']} stretches, for {row['longest']} bars in the longest.",
            "Check that these bars were traded; a vendor repeats the last price when it has none.",
            row["first"],
            row["last"],
            row["rows"],
            {"longest": row["longest"], "stretches": row["runs"]},
        )
        for row in runs.iter_rows(named=True)
    ]


def zero_volume(bars: pl.DataFrame) -> list[Finding]:
    """Bars without trade: their prices are quotes at best, and nothing can be filled on them."""
    counted = (
        bars.group_by("instrument")
        .agg(
            pl.len().alias("rows"),
            (pl.col("volume") == 0).sum().alias("empty"),
            pl.col("ts").filter(pl.col("volume") == 0).min().alias("first"),
            pl.col("ts").filter(pl.col("volume") == 0).max().alias("last"),
        )
        .filter(pl.col("empty") > 0)
        .sort("instrument")
    )
    return [
        Finding(
            "zero_volume",
            "warning",
            row["instrument"],
            f"{row['empty']} of {row['rows']} bars have no volume.",
            "Nothing was traded then, or the source lacks it; simulated fills on such bars are doubtful.",
            row["first"],
            row["last"],
            row["empty"],
        )
        for row in counted.iter_rows(named=True)
    ]


def missing_periods(rows: pl.DataFrame, entity: str, frequency: str) -> list[Finding]:
    """Months (weeks, quarters, years) between a series' first and last that it has no value for."""
    step = PERIODS.get(frequency)
    if step is None:
        return []
    findings = []
    for (name,), one in rows.sort(entity, "ts").group_by([entity], maintain_order=True):
        periods = one["ts"].dt.truncate(step).unique().sort()
        expected = pl.datetime_range(periods[0], periods[-1], step, time_zone="UTC", eager=True)
        lost = expected.filter(~expected.is_in(periods.implode()))
        if len(lost) == 0:
            continue
        shown = ", ".join(lost.head(6).dt.strftime("%Y-%m").to_list())
        more = " and more" if len(lost) > 6 else ""
        findings.append(
            Finding(
                "missing_period",
                "warning",
                str(name),
                f"{len(lost)} of {len(expected)} periods have no value: {shown}{more}.",
                "If it was never published leave it; a look-back in periods then reaches further back.",
                lost[0],
                lost[-1],
                len(lost),
                {"periods": lost.head(SHOWN).dt.strftime("%Y-%m-%d").to_list()},
            )
        )
    return findings
