"""Checks of single rows: what cannot be true whatever stands around it."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from kuznia.core.frames.findings import Checked, Finding, parted
from kuznia.core.frames.kinds import DatasetKind

PRICES = ("open", "high", "low", "close")
ROUNDING = 1e-6
"""Relative difference that is a matter of rounding."""


def nulls(rows: pl.DataFrame, kind: DatasetKind) -> Checked:
    """Keep out rows that lack what the kind needs."""
    needed = [name for name in kind.columns if name not in kind.optional]
    named = [pl.when(pl.col(name).is_null()).then(pl.lit(name)) for name in needed]
    reason = pl.format("{} is missing", pl.concat_str(named, separator=", ", ignore_nulls=True))
    return parted(
        rows,
        pl.any_horizontal(pl.col(needed).is_null()),
        "null",
        reason,
        "Upload the line again with all its values.",
    )


def non_positive(rows: pl.DataFrame) -> Checked:
    """Keep out bars at or below zero. A series may be negative; a bar that truly was, is released by hand."""
    named = [pl.when(pl.col(name) <= 0).then(pl.format(f"{name} is {{}}", name)) for name in PRICES]
    return parted(
        rows,
        pl.any_horizontal(pl.col(PRICES) <= 0),
        "non_positive",
        pl.concat_str(named, separator=", ", ignore_nulls=True),
        "Correct the price; release the row if it truly was not positive.",
    )


def inconsistent(rows: pl.DataFrame) -> Checked:
    """Keep out bars whose high is not the highest or whose low is not the lowest price."""
    slack = 1 + ROUNDING
    top = pl.max_horizontal("open", "close")
    bottom = pl.min_horizontal("open", "close")
    reasons = [
        pl.when(pl.col("high") * slack < pl.col("low")).then(
            pl.format("high {} is below low {}", "high", "low")
        ),
        pl.when(pl.col("high") * slack < top).then(
            pl.format("high {} is below open {} or close {}", "high", "open", "close")
        ),
        pl.when(pl.col("low") > bottom * slack).then(
            pl.format("low {} is above open {} or close {}", "low", "open", "close")
        ),
    ]
    text = pl.concat_str(reasons, separator="; ", ignore_nulls=True)
    return parted(rows, text != "", "ohlc", text, "Compare with another source and correct the price.")


def negative_volume(rows: pl.DataFrame) -> Checked:
    return parted(
        rows,
        pl.col("volume") < 0,
        "negative_volume",
        pl.format("volume is {}", "volume"),
        "Correct the volume, or leave it blank.",
    )


def from_the_future(rows: pl.DataFrame, now: datetime) -> Checked:
    """Keep out rows that say they were known later than now: their dates are wrong."""
    return parted(
        rows,
        pl.col("available_at") > now,
        "future",
        pl.format("it is dated {}", pl.col("available_at").dt.strftime("%Y-%m-%d")),
        "Correct the date.",
    )


def known_before_event(rows: pl.DataFrame) -> Checked:
    """Keep out bars that claim to be known before they closed."""
    return parted(
        rows,
        pl.col("available_at") < pl.col("ts"),
        "known_too_early",
        pl.format("it is said to be known at {}, before its close", pl.col("available_at").dt.to_string()),
        "Correct the known time, or the rule that makes it.",
    )


def repeated(rows: pl.DataFrame, kind: DatasetKind) -> Checked:
    """Of rows that are alike keep one; of rows that share a key and differ keep none."""
    values = [name for name in kind.columns if name not in kind.key]
    once = rows.unique([*kind.key, *values], keep="first", maintain_order=True)
    same = rows.height - once.height
    lines = pl.col("line").cast(pl.String).implode().over(kind.key).list.join(", ")
    step = parted(
        once.with_columns(lines.alias("_lines")),
        pl.struct(kind.key).is_duplicated(),
        "duplicate_key",
        pl.format("lines {} share their key and differ", "_lines"),
        "Release the right one; a true revision needs a later known time.",
    )
    findings = []
    if same:
        findings.append(
            Finding(
                "repeated_rows",
                "info",
                None,
                f"{same} rows repeat another word for word; one of each was kept.",
                "Nothing.",
                rows=same,
            )
        )
    return Checked(step.good.drop("_lines"), step.bad.drop("_lines"), tuple(findings))
