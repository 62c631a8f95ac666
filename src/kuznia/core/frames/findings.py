"""What a check of quality says: findings, rows to be kept out, files refused as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import polars as pl

from kuznia.core.errors import FrameError

Severity = Literal["info", "warning", "error"]
VERDICT = {"check": pl.String(), "reason": pl.String(), "remedy": pl.String()}
"""Columns a row gains when it is kept out."""


class WrongFile(FrameError):
    """A file that is wrong as a whole: nothing of it may enter.

    Parameters
    ----------
    check : str
        Name of the check that refused it.
    what, remedy : str
        What is wrong, with the place; how to mend it.
    """

    def __init__(self, check: str, what: str, remedy: str) -> None:
        super().__init__(what, remedy)
        self.check = check


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know about the data.

    Parameters
    ----------
    check : str
        Name of the check.
    severity : {"info", "warning", "error"}
        Error: results on these rows are likely wrong.
    entity : str or None
        Instrument or series; None for the whole file.
    message, remedy : str
        For people.
    first_ts, last_ts : datetime or None
        Span it is about.
    rows : int
        How many rows.
    detail : mapping
        Numbers behind the message.
    """

    check: str
    severity: Severity
    entity: str | None
    message: str
    remedy: str
    first_ts: datetime | None = None
    last_ts: datetime | None = None
    rows: int = 0
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Checked:
    """A frame parted by a check.

    Parameters
    ----------
    good : DataFrame
        Rows that pass.
    bad : DataFrame
        Rows kept out, with the columns ``check``, ``reason`` and ``remedy`` added.
    findings : tuple of Finding
        What was seen besides.
    """

    good: pl.DataFrame
    bad: pl.DataFrame
    findings: tuple[Finding, ...] = ()

    def then(self, other: Checked) -> Checked:
        """This check followed by `other`, which was made from ``self.good``."""
        bad = pl.concat([self.bad, other.bad], how="diagonal_relaxed")
        return Checked(other.good, bad, (*self.findings, *other.findings))


def passed(frame: pl.DataFrame, *findings: Finding) -> Checked:
    """All rows pass."""
    nothing = frame.clear().with_columns(pl.lit(None, dtype).alias(name) for name, dtype in VERDICT.items())
    return Checked(frame, nothing, findings)


def parted(frame: pl.DataFrame, wrong: pl.Expr, check: str, reason: pl.Expr, remedy: str) -> Checked:
    """Part a frame by an expression that is true for bad rows.

    Examples
    --------
    >>> frame = pl.DataFrame({"close": [1.0, -2.0]})
    >>> why = pl.format("close is {}", "close")
    >>> split = parted(frame, pl.col("close") <= 0, "non_positive", why, "Mend.")
    >>> split.good.height, split.bad["reason"].to_list()
    (1, ['close is -2.0'])
    """
    flagged = wrong.fill_null(value=False)
    bad = frame.filter(flagged).with_columns(
        pl.lit(check).alias("check"), reason.alias("reason"), pl.lit(remedy).alias("remedy")
    )
    return Checked(frame.filter(~flagged), bad)
