"""Times of rows: a bar's close and session, the known time by the dataset's rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import polars as pl

from kuznia.connectors.sources import calendars, cells
from kuznia.connectors.sources.plan import UploadPlan
from kuznia.core.frames.findings import Checked, WrongFile, parted, passed
from kuznia.core.frames.kinds import ACTIONS, TIME

MINUTES = {"minute": 1, "hour": 60}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def calendar_of(rows: pl.DataFrame, plan: UploadPlan) -> pl.DataFrame | None:
    if plan.kind not in ("bars", "actions") or plan.calendar is None or rows.is_empty():
        return None
    days = rows["time"].cast(pl.Date).drop_nulls()
    if days.is_empty():
        return None
    span = (
        days.to_frame("d").select(first=pl.col("d").min(), last=pl.col("d").max().dt.offset_by("4d")).row(0)
    )
    return calendars.sessions(plan.calendar, *span)


def _bars_times(rows: pl.DataFrame, plan: UploadPlan, calendar: pl.DataFrame | None) -> Checked:
    if calendar is None:
        raise WrongFile("unreadable_dates", "No row has a date that is understood.", "Name 'date_format'.")
    if plan.frequency == "day":
        timed = rows.with_columns(
            pl.col("time").alias("session"), calendars.closes_of(rows["time"], calendar).alias("ts")
        )
        return _in_calendar(timed, plan, pl.col("time"))
    ends = rows["time"]
    if plan.stamp == "start":
        ends = calendars.closes_from_starts(ends, MINUTES[str(plan.frequency)], calendar)
    inside = calendars.session_of(ends, calendar)
    timed = rows.with_columns(
        inside.alias("session"),
        pl.select(pl.when(inside.is_not_null()).then(ends)).to_series().alias("ts"),
    )
    return _in_calendar(timed, plan, pl.col("time"))


def _actions_times(rows: pl.DataFrame, plan: UploadPlan, calendar: pl.DataFrame | None) -> Checked:
    if calendar is None:
        raise WrongFile("unreadable_dates", "No row has a date that is understood.", "Name 'date_format'.")
    timed = rows.with_columns(
        pl.col("time").alias("last_cum_session"), calendars.closes_of(rows["time"], calendar).alias("ts")
    )
    known = parted(
        timed,
        ~pl.col("action").is_in(ACTIONS),
        "unknown_action",
        pl.format("{} is no action", "action"),
        f"Use one of {', '.join(ACTIONS)}.",
    )
    return known.then(_in_calendar(known.good, plan, pl.col("time")))


def _in_calendar(timed: pl.DataFrame, plan: UploadPlan, shown: pl.Expr) -> Checked:
    return parted(
        timed,
        pl.col("ts").is_null() & pl.col("time").is_not_null(),
        "off_calendar",
        pl.format(f"{{}} is in no session of {plan.calendar}", shown),
        "Correct the date, or declare the calendar that this market keeps.",
    )


def _plain_times(rows: pl.DataFrame, plan: UploadPlan, calendar: pl.DataFrame | None) -> Checked:  # noqa: ARG001 (one of a table)
    if "time" not in rows.columns:
        return passed(rows.with_columns(pl.lit(EPOCH).cast(TIME).alias("ts")))
    midnight = cells.moment(rows["time"], "time", "UTC", None)
    return passed(rows.with_columns(midnight.alias("ts")))


def _membership_times(rows: pl.DataFrame, plan: UploadPlan, calendar: pl.DataFrame | None) -> Checked:
    """An interval becomes two rows, because its end is known later than its start."""
    if "until" in rows.columns:
        starts = rows.with_columns(pl.lit(value=True).alias("member"))
        ends = rows.filter(pl.col("until").is_not_null()).with_columns(
            pl.col("until").alias("time"), pl.lit(value=False).alias("member")
        )
        rows = pl.concat([starts, ends])
    return _plain_times(rows, plan, calendar)


TIMES: Mapping[str, Callable[[pl.DataFrame, UploadPlan, pl.DataFrame | None], Checked]] = {
    "bars": _bars_times,
    "actions": _actions_times,
    "membership": _membership_times,
    **dict.fromkeys(("series", "events", "fundamentals", "classification"), _plain_times),
}


def with_known_time(rows: pl.DataFrame, plan: UploadPlan) -> Checked:
    """Say of each row when it could first be known; a row that does not say is kept out."""
    rule = plan.known_rule
    if rule["rule"] in ("bar_close", "listing"):
        known = rows["ts"]
    elif rule["rule"] == "local_time":
        local = rows["session"] if "session" in rows.columns else _local_day(rows, plan)
        known = cells.wall_clock(local, int(rule["days"]), str(rule["time"]), str(rule["timezone"]))
    else:
        known = rows["available_at"]
    dated = rows.with_columns(known.cast(TIME).alias("available_at"))
    missing = pl.col("available_at").is_null() & pl.col("ts").is_not_null()
    return parted(
        dated,
        missing,
        "no_known_time",
        pl.lit("the row does not say when it was known"),
        "Fill the column of the known time and upload the line again.",
    )


def _local_day(rows: pl.DataFrame, plan: UploadPlan) -> pl.Series:
    if rows["time"].dtype == pl.Date:
        return rows["time"]
    return rows["time"].dt.convert_time_zone(plan.timezone).dt.date()
