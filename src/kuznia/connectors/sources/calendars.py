"""Sessions of a calendar with their opens and closes, in UTC.

An exchange's calendar comes from ``exchange_calendars``, which brings pandas and is imported when first
asked for: in a worker, never in the API. Round-the-clock markets need no library: ``24/7`` has a session
for each UTC day, ``24/5`` one for each weekday that ends at 17:00 in New York, where currencies turn over.
"""

from __future__ import annotations

import warnings
from datetime import date, timedelta

import polars as pl

from kuznia.connectors.sources.cells import wall_clock
from kuznia.core.frames.findings import WrongFile
from kuznia.core.frames.kinds import TIME

ROLL = ("17:00", "America/New_York")
SESSION = pl.col("session")


def sessions(calendar: str, first: date, last: date) -> pl.DataFrame:
    """The sessions from `first` to `last`, both included.

    Parameters
    ----------
    calendar : str
        An exchange's MIC such as ``XNYS``, ``24/5`` or ``24/7``.
    first, last : date
        Span.

    Returns
    -------
    DataFrame
        ``session`` date, ``opens`` and ``closes`` in UTC, sorted.
    """
    if calendar == "24/7":
        return _all_days(first, last)
    if calendar == "24/5":
        return _weekdays(first, last)
    return _exchange(calendar, first, last)


def _days(first: date, last: date) -> pl.DataFrame:
    return pl.date_range(first, last, "1d", eager=True).alias("session").to_frame()


def _all_days(first: date, last: date) -> pl.DataFrame:
    midnight = SESSION.cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    return _days(first, last).with_columns(opens=midnight, closes=midnight.dt.offset_by("1d"))


def _weekdays(first: date, last: date) -> pl.DataFrame:
    days = _days(first, last).filter(SESSION.dt.weekday() <= 5)
    closes = wall_clock(days["session"], 0, *ROLL)
    before = days.select(SESSION.dt.offset_by("-1d"))["session"]
    return days.with_columns(opens=wall_clock(before, 0, *ROLL), closes=closes)


def _exchange(calendar: str, first: date, last: date) -> pl.DataFrame:
    import exchange_calendars as xcals

    try:
        with warnings.catch_warnings():
            # The library lags behind pandas: its own calls are deprecated there.
            warnings.simplefilter("ignore", DeprecationWarning)
            warnings.simplefilter("ignore", FutureWarning)
            # It refuses a span without sessions, so some days are added on both sides.
            found = xcals.get_calendar(
                calendar,
                start=(first - timedelta(days=10)).isoformat(),
                end=(last + timedelta(days=10)).isoformat(),
            )
            schedule = found.schedule
    except xcals.errors.InvalidCalendarName as error:
        raise WrongFile(
            "calendar",
            f"{calendar!r} is no calendar.",
            "Use an exchange's MIC such as XNYS, or 24/5, or 24/7.",
        ) from error
    except ValueError as error:
        raise WrongFile(
            "calendar",
            f"The calendar {calendar} has no complete schedule from {first} to {last}.",
            "Check the dates of the file; if they are right, use 24/5 or another exchange's calendar.",
        ) from error
    frame = pl.DataFrame(
        {
            "session": schedule.index.to_numpy().astype("datetime64[D]"),
            "opens": schedule["open"].dt.tz_convert(None).to_numpy().astype("datetime64[us]"),
            "closes": schedule["close"].dt.tz_convert(None).to_numpy().astype("datetime64[us]"),
        }
    )
    utc = (pl.col("opens", "closes").dt.replace_time_zone("UTC")).cast(TIME)
    return frame.with_columns(utc).filter(SESSION.is_between(first, last))


def closes_of(days: pl.Series, calendar: pl.DataFrame) -> pl.Series:
    """The close of each date's session; null where the calendar has none."""
    wanted = days.alias("session").to_frame()
    return wanted.join(calendar, on="session", how="left", maintain_order="left")["closes"]


def session_of(closes: pl.Series, calendar: pl.DataFrame) -> pl.Series:
    """The session in which a bar with this close lies: opens < close <= closes; else null."""
    asked = closes.alias("at").to_frame().with_row_index("n").sort("at")
    matched = asked.join_asof(
        calendar.sort("closes"), left_on="at", right_on="closes", strategy="forward"
    ).with_columns(pl.when(pl.col("at") > pl.col("opens")).then(SESSION).alias("session"))
    return matched.sort("n")["session"]


def closes_from_starts(starts: pl.Series, minutes: int, calendar: pl.DataFrame) -> pl.Series:
    """The close of a bar from its start: the start plus its length, cut at the session's end."""
    asked = starts.alias("start").to_frame().with_row_index("n").sort("start")
    matched = asked.join_asof(calendar.sort("opens"), left_on="start", right_on="opens", strategy="backward")
    end = pl.col("start") + pl.duration(minutes=minutes)
    cut = pl.when(pl.col("start") < pl.col("closes")).then(pl.min_horizontal(end, "closes")).otherwise(end)
    return matched.with_columns(cut.alias("end")).sort("n")["end"]
