"""Text cells → numbers, dates and times. What cannot be read becomes null and is told by line."""

from __future__ import annotations

from datetime import time
from zoneinfo import ZoneInfo

import polars as pl

from kuznia.core.frames.findings import WrongFile
from kuznia.core.frames.kinds import TIME

BLANK = ("", "null", "none", "nan", "n/a", "na", "#n/a", "-", ".", "nil")
ISO_DATE = r"^\d{4}-\d{2}-\d{2}"
DATE_SHAPES = (
    (r"^\d{4}-\d{1,2}-\d{1,2}$", "%Y-%m-%d"),
    (r"^\d{8}$", "%Y%m%d"),
    (r"^\d{4}/\d{1,2}/\d{1,2}$", "%Y/%m/%d"),
    (r"^\d{1,2}\.\d{1,2}\.\d{4}$", "%d.%m.%Y"),
    (r"^\d{1,2}-[A-Za-z]{3}-\d{4}$", "%d-%b-%Y"),
    (r"^[A-Za-z]{3} \d{1,2}, \d{4}$", "%b %d, %Y"),
    (r"^\d{4}-\d{2}$", "%Y-%m"),
)
SLASHES = r"^(\d{1,2})/(\d{1,2})/(\d{4})$"
TRUE = ("true", "t", "yes", "y", "1")
FALSE = ("false", "f", "no", "n", "0")


def text_of(column: pl.Series) -> pl.Series:
    """Trimmed text, with the usual marks of a missing value as null."""
    text = column.cast(pl.String).str.strip_chars()
    return text.set(text.str.to_lowercase().is_in(BLANK).fill_null(value=False), None)


def number(column: pl.Series, decimal: str) -> pl.Series:
    """Numbers; signs of thousands and currency are taken off, a wrong cell becomes null.

    Examples
    --------
    >>> number(pl.Series(["1.234,50", "-3", "abc", ""]), ",").to_list()
    [1234.5, -3.0, None, None]
    """
    if column.dtype.is_numeric():
        return column.cast(pl.Float64).fill_nan(None)
    thousands = "." if decimal == "," else ","
    plain = (
        text_of(column)
        .str.replace_all(r"[\s$€£%']", "")
        .str.replace_all(thousands, "", literal=True)
        .str.replace(decimal, ".", literal=True)
    )
    value = plain.cast(pl.Float64, strict=False)
    return value.set(~value.is_finite().fill_null(value=True), None)


def flag(column: pl.Series) -> pl.Series:
    if column.dtype == pl.Boolean:
        return column
    text = text_of(column).str.to_lowercase()
    yes, no = text.is_in(TRUE), text.is_in(FALSE)
    return pl.select(pl.when(yes).then(statement=True).when(no).then(statement=False)).to_series()


def day(column: pl.Series, name: str, date_format: str | None) -> pl.Series:
    """Dates. A time of day and an offset behind the date are left out: the date is local already.

    Raises
    ------
    WrongFile
        Day and month cannot be told apart, or no cell is a date.
    """
    if column.dtype == pl.Date:
        return column
    if isinstance(column.dtype, pl.Datetime):
        return column.dt.date()
    text = text_of(column)
    if date_format is None:
        shown = text.drop_nulls()
        stamped = len(shown) > 0 and shown.str.contains(ISO_DATE + r"[T ]").mean()
        if stamped and float(str(stamped)) > 0.5:
            text = text.str.slice(0, 10)
        date_format = _date_format(text.drop_nulls(), name)
    if "%H" in date_format:
        return text.str.to_datetime(date_format, strict=False, time_unit="us").dt.date()
    return text.str.to_date(date_format, strict=False)


def _date_format(cells: pl.Series, name: str) -> str:
    sample = cells.head(5000)
    for shape, pattern in DATE_SHAPES:
        if sample.str.contains(shape).sum() > len(sample) / 2:
            return pattern
    if sample.str.contains(SLASHES).sum() > len(sample) / 2:
        return _slashed(sample, name)
    example = cells[0] if len(cells) else ""
    raise WrongFile(
        "unreadable_dates",
        f"Column {name!r} holds no dates that are understood: the first cell is {example!r}.",
        "Name its format in date_format, for instance %d.%m.%Y.",
    )


def _slashed(cells: pl.Series, name: str) -> str:
    first = cells.str.extract(SLASHES, 1).cast(pl.Int32).max()
    second = cells.str.extract(SLASHES, 2).cast(pl.Int32).max()
    if isinstance(first, int) and first > 12:
        return "%d/%m/%Y"
    if isinstance(second, int) and second > 12:
        return "%m/%d/%Y"
    raise WrongFile(
        "ambiguous_dates",
        f"In column {name!r} day and month cannot be told apart: {cells[0]!r}.",
        "Name the format in date_format: %d/%m/%Y or %m/%d/%Y.",
    )


def moment(column: pl.Series, name: str, timezone: str, date_format: str | None) -> pl.Series:
    """Times in UTC. A time without an offset is in `timezone`; a date alone is its midnight there."""
    if column.dtype == pl.Date:
        return _utc(column.cast(pl.Datetime("us")), timezone)
    if isinstance(column.dtype, pl.Datetime):
        if column.dtype.time_zone is None:
            return _utc(column.cast(pl.Datetime("us")), timezone)
        return column.cast(pl.Datetime("us", column.dtype.time_zone)).dt.convert_time_zone("UTC")
    if column.dtype.is_numeric():
        return _epoch(column.cast(pl.Int64))
    text = text_of(column)
    shown = text.drop_nulls()
    if date_format is None and len(shown) and shown.str.contains(ISO_DATE + r"[T ]\d").all():
        return _iso(text, timezone)
    if date_format is not None and "%H" in date_format:
        return _utc(text.str.to_datetime(date_format, strict=False, time_unit="us"), timezone)
    return _utc(day(column, name, date_format).cast(pl.Datetime("us")), timezone)


def _epoch(ticks: pl.Series) -> pl.Series:
    """Seconds, milliseconds or microseconds since 1970, by their size."""
    largest = ticks.abs().max()
    size = int(largest) if isinstance(largest, int) else 0
    factor = 1_000_000 if size < 10**11 else 1000 if size < 10**14 else 1
    return (ticks * factor).cast(TIME)


def _iso(text: pl.Series, timezone: str) -> pl.Series:
    """``2024-01-02 15:00[:00[.123]][+01:00|Z]``; rows with and without an offset may be mixed."""
    parts = pl.DataFrame({"text": text.str.replace("T", " ", literal=True).str.replace(r"Z$", "+00:00")})
    offset = pl.col("text").str.extract(r"([+-]\d{2}:?\d{2})$", 1)
    clock = pl.col("text").str.replace(r"\s*[+-]\d{2}:?\d{2}$", "")
    seconds = pl.when(clock.str.len_chars() == 16).then(clock + ":00").otherwise(clock)
    naive = seconds.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", strict=False, time_unit="us")
    sign = pl.when(offset.str.starts_with("-")).then(-1).otherwise(1)
    minutes = sign * (offset.str.slice(1, 2).cast(pl.Int64) * 60 + offset.str.slice(-2, 2).cast(pl.Int64))
    parts = parts.with_columns(naive=naive, minutes=minutes)
    local = _utc(parts["naive"], timezone)
    shifted = parts.select(
        (pl.col("naive") - pl.duration(minutes=pl.col("minutes"))).dt.replace_time_zone("UTC")
    ).to_series()
    return pl.select(pl.when(parts["minutes"].is_null()).then(local).otherwise(shifted)).to_series()


def _utc(naive: pl.Series, timezone: str) -> pl.Series:
    """A wall clock's time as UTC: of a repeated hour the first, of a skipped hour none."""
    aware = naive.dt.replace_time_zone(timezone, ambiguous="earliest", non_existent="null")
    return aware.dt.convert_time_zone("UTC")


def wall_clock(days: pl.Series, after_days: int, at: str, timezone: str) -> pl.Series:
    """So many days after a date at a wall clock's time, in UTC.

    Examples
    --------
    >>> from datetime import date
    >>> wall_clock(pl.Series([date(2024, 3, 8), date(2024, 3, 11)]), 0, "08:30", "America/New_York").to_list()
    [datetime.datetime(2024, 3, 8, 13, 30, tzinfo=zoneinfo.ZoneInfo(key='UTC')), \
datetime.datetime(2024, 3, 11, 12, 30, tzinfo=zoneinfo.ZoneInfo(key='UTC'))]
    """
    hour = time.fromisoformat(at)
    zone = ZoneInfo(timezone)
    stamps = (
        days.to_frame("day")
        .select(pl.col("day").dt.offset_by(f"{after_days}d").dt.combine(hour))
        .to_series()
        .cast(pl.Datetime("us"))
    )
    return _utc(stamps, zone.key)
