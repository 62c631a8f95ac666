"""Does a file contradict itself? Its dividends and splits beside its closes and adjusted closes."""

from __future__ import annotations

from math import log
from typing import Any

import polars as pl

from kuznia.core.frames.findings import Finding, Severity

TOLERANCE = 0.005
"""Of the previous close."""
LARGE = 0.15
"""A dividend above this share of the price is more often a wrong unit than a gift."""
AGAIN_DAYS, AGAIN = 5, 0.001
"""Dividends this near in days and in amount are more often one told twice; weekly payers stay outside."""


def contradictions(bars: pl.DataFrame, extras: pl.DataFrame) -> list[Finding]:
    """Compare a bars file's dividends, splits and adjusted closes with its closes.

    Parameters
    ----------
    bars : DataFrame
        Good rows with ``line``.
    extras : DataFrame
        ``line`` and some of ``adj_close``, ``dividend``, ``split``.
    """
    both = bars.join(extras, on="line").sort("instrument", "ts")
    over = {
        name: pl.col(name).shift().over("instrument")
        for name in ("close", "adj_close")
        if name in both.columns
    }
    findings: list[Finding] = []
    if "dividend" in extras.columns:
        findings += _dividends(both.with_columns(over["close"].alias("before")))
        findings += told_twice(both)
    if {"dividend", "adj_close"} <= set(extras.columns):
        findings += _adjusted(
            both.with_columns(over["close"].alias("before"), over["adj_close"].alias("adj_before"))
        )
    if "split" in extras.columns:
        findings += _splits(both.with_columns(over["close"].alias("before")))
    return findings


def _dividends(rows: pl.DataFrame) -> list[Finding]:
    large = rows.filter((pl.col("dividend") > 0) & (pl.col("dividend") > LARGE * pl.col("before")))
    return [
        _finding(
            "dividend_too_large",
            row,
            f"A dividend of {row['dividend']:g} on a price of {row['before']:g}.",
            "Check its unit (pence for pounds?) before loading it as an action.",
            {"dividend": row["dividend"], "before": row["before"]},
        )
        for row in large.iter_rows(named=True)
    ]


def told_twice(rows: pl.DataFrame) -> list[Finding]:
    """Equal dividends of one instrument within days; a later word on the same day is a correction.

    Parameters
    ----------
    rows : DataFrame
        ``instrument``, ``ts``, ``line`` and ``dividend``, zero or null where there is none.

    Examples
    --------
    >>> from datetime import date
    >>> days = pl.Series([date(2024, 1, 12), date(2024, 1, 16), date(2024, 7, 16)])
    >>> found = told_twice(
    ...     pl.DataFrame({"instrument": "A", "ts": days, "line": [2, 3, 4], "dividend": [0.015] * 3})
    ... )
    >>> [one.message for one in found]
    ['Two dividends of 0.015 within 4 days.']
    """
    paid = rows.filter(pl.col("dividend") > 0).sort("instrument", "ts")
    before = pl.col("dividend").shift().over("instrument")
    days = (pl.col("ts") - pl.col("ts").shift().over("instrument")).dt.total_days()
    again = paid.with_columns(days.alias("days")).filter(
        pl.col("days").is_between(1, AGAIN_DAYS) & ((pl.col("dividend") / before - 1).abs() <= AGAIN)
    )
    return [
        _finding(
            "dividend_told_twice",
            row,
            f"Two dividends of {row['dividend']:g} within {_days(row['days'])}.",
            "Keep the one whose day the issuer announced; if both were paid, leave them.",
            {"dividend": row["dividend"], "days": row["days"]},
        )
        for row in again.iter_rows(named=True)
    ]


def _days(count: int) -> str:
    return "a day" if count == 1 else f"{count} days"


def _adjusted(rows: pl.DataFrame) -> list[Finding]:
    """Where the adjusted close steps by something else than the dividend of that day."""
    factor = (pl.col("adj_before") / pl.col("before")) / (pl.col("adj_close") / pl.col("close"))
    implied = pl.col("before") * (1 - factor)
    split = pl.col("split") if "split" in rows.columns else pl.lit(0.0)
    told = rows.with_columns(implied.alias("implied")).filter(
        ((pl.col("implied") - pl.col("dividend")).abs() > TOLERANCE * pl.col("before"))
        & (split.fill_null(0) == 0)
    )
    return [
        _finding(
            "adjustment_contradicts",
            row,
            f"The adjusted close implies a dividend of {row['implied']:.4g}, not {row['dividend']:g}.",
            "Do not trust adjusted closes and dividends of this file; the closes themselves were loaded.",
            {"implied": row["implied"], "dividend": row["dividend"]},
        )
        for row in told.iter_rows(named=True)
    ]


def _splits(rows: pl.DataFrame) -> list[Finding]:
    found = rows.filter((pl.col("split") > 0) & (pl.col("split") != 1) & pl.col("before").is_not_null())
    findings = []
    for row in found.iter_rows(named=True):
        step = log(row["close"] / row["before"])
        raw = abs(step + log(row["split"])) < 0.2
        smooth = abs(step) < 0.2
        state = "not taken out of" if raw else "taken out of" if smooth else "only partly taken out of"
        findings.append(
            _finding(
                "split_in_file",
                row,
                f"The file tells of a split of {row['split']:g}, which is {state} the prices.",
                "Load it as an action, marked 'applied' if it is taken out."
                if raw or smooth
                else "Compare the prices before it with another source.",
                {"split": row["split"], "before": row["before"], "after": row["close"]},
                "info" if smooth else "warning" if raw else "error",
            )
        )
    return findings


def _finding(
    check: str,
    row: dict[str, Any],
    message: str,
    remedy: str,
    detail: dict[str, object],
    severity: Severity = "warning",
) -> Finding:
    return Finding(
        check,
        severity,
        str(row["instrument"]),
        message,
        remedy,
        row["ts"],
        row["ts"],
        1,
        {**detail, "line": row["line"]},
    )
