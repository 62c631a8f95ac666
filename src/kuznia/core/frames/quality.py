"""Quality at the door: every check in its order, and the judgement of a file as a whole.

Bad rows are parted with check, reason and remedy, doubtful ones are told of and kept, and a file of which
nothing is good is refused. Nothing is dropped without a word.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from kuznia.core.frames import adjustments, identity, jumps, row_checks, series_checks, span_checks
from kuznia.core.frames.findings import Checked, Finding, WrongFile, passed
from kuznia.core.frames.kinds import DatasetKind


@dataclass(frozen=True, slots=True)
class Context:
    """What the checks compare with.

    Parameters
    ----------
    now : datetime
        Nothing may be known later than this.
    frequency : str or None
        Declared of the dataset.
    adjusted_for : tuple of str
        Declared of the dataset.
    calendar : DataFrame or None
        Expected sessions: ``session``, ``opens``, ``closes``.
    present : DataFrame or None
        Of bars the dataset has already: ``instrument``, ``ts``, ``session``, ``close``.
    extras : DataFrame or None
        ``line`` and columns that contradict or confirm: ``adj_close``, ``dividend``, ``split``.
    """

    now: datetime
    frequency: str | None = None
    adjusted_for: tuple[str, ...] = ()
    calendar: pl.DataFrame | None = None
    present: pl.DataFrame | None = None
    extras: pl.DataFrame | None = None


def check(rows: pl.DataFrame, kind: DatasetKind, context: Context) -> Checked:
    """Run all checks of a kind.

    Parameters
    ----------
    rows : DataFrame
        The kind's columns (nulls allowed) and ``line``.
    kind : DatasetKind
        What the rows are.
    context : Context
        What they are compared with.
    """
    step = row_checks.nulls(rows, kind)
    step = step.then(row_checks.from_the_future(step.good, context.now))
    if kind.name == "bars":
        step = step.then(_bars(step.good, rows, kind, context))
    else:
        step = step.then(row_checks.repeated(step.good, kind))
    if kind.name == "actions":
        paid = step.good.filter(pl.col("action") == "dividend").rename({"value": "dividend"})
        step = step.then(passed(step.good, *adjustments.told_twice(paid)))
    if kind.name in ("series", "fundamentals") and step.good.height:
        step = step.then(_values(step.good, kind, context))
    return step


def _bars(rows: pl.DataFrame, every: pl.DataFrame, kind: DatasetKind, context: Context) -> Checked:
    step = row_checks.non_positive(rows)
    step = step.then(row_checks.inconsistent(step.good))
    step = step.then(row_checks.negative_volume(step.good))
    step = step.then(row_checks.known_before_event(step.good))
    step = step.then(row_checks.repeated(step.good, kind))
    if context.present is not None and context.present.height and step.good.height:
        step = step.then(identity.contradicting(step.good, context.present))
    present = rows.clear() if context.present is None else context.present
    step = step.then(identity.one_under_many_names(step.good, present))
    step = step.then(jumps.check_jumps(step.good, context.adjusted_for, present))
    good = step.good
    if good.is_empty():
        return step
    findings = [*span_checks.stale(good), *span_checks.zero_volume(good)]
    if context.calendar is not None:
        seen = pl.concat([one.select("instrument", "session") for one in (every, present)])
        findings += span_checks.gaps(seen.filter(_of(good)), context.calendar)
    if context.extras is not None and context.extras.width > 1:
        findings += adjustments.contradictions(good, context.extras)
    return step.then(passed(good, *findings))


def _of(good: pl.DataFrame) -> pl.Expr:
    """Rows of instruments that have any good row."""
    return pl.col("instrument").is_in(good["instrument"].unique().implode())


def _values(rows: pl.DataFrame, kind: DatasetKind, context: Context) -> Checked:
    keys = ["series"] if kind.name == "series" else ["instrument", "field"]
    step = passed(rows)
    if kind.name == "series":
        step = step.then(series_checks.zeros_that_mean_missing(step.good, keys))
    findings = series_checks.unit_changes(step.good, keys)
    if kind.name == "series":
        findings += series_checks.jumps(step.good, keys)
        findings += span_checks.missing_periods(step.good, "series", context.frequency or "")
    return step.then(passed(step.good, *findings))


def refuse_if_nothing_is_good(checked: Checked) -> None:
    """Refuse a file of which no row can be used, for the reason that most of its rows have."""
    if checked.good.height or checked.bad.is_empty():
        return
    most = checked.bad["check"].value_counts(sort=True)["check"][0]
    first = checked.bad.filter(pl.col("check") == most).row(0, named=True)
    raise WrongFile(
        str(most),
        f"No row of the file can be used. Line {first['line']}: {first['reason']}.",
        str(first["remedy"]),
    )


def summary(checked: Checked) -> dict[str, object]:
    """Counts for a version's quality report."""

    def count(severity: str) -> int:
        return sum(1 for finding in checked.findings if finding.severity == severity)

    return {
        "good": checked.good.height,
        "quarantined": checked.bad.height,
        "checks": dict(sorted(checked.bad["check"].value_counts().rows())),
        "findings": {severity: count(severity) for severity in ("error", "warning", "info")},
    }


__all__ = ["Checked", "Context", "Finding", "WrongFile", "check", "refuse_if_nothing_is_good", "summary"]
