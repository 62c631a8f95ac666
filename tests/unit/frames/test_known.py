"""The as-of join against a brute-force oracle, and the cases that plain joins get wrong."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kuznia.core.errors import FrameError
from kuznia.core.frames.known import SeriesHistory, asof_join, asof_series, series_histories

START = datetime(2024, 1, 1, tzinfo=UTC)

Row = tuple[str, int, int, float | None]


def day(n: int) -> datetime:
    return START + timedelta(days=n)


def frame(rows: list[Row]) -> pl.DataFrame:
    schema = {
        "series": pl.String,
        "ts": pl.Datetime("us", "UTC"),
        "available_at": pl.Datetime("us", "UTC"),
        "value": pl.Float64,
    }
    return pl.DataFrame([(s, day(e), day(k), v) for s, e, k, v in rows], schema=schema, orient="row")


def oracle(rows: list[Row], series: str, at: int, staleness: int | None) -> float | None:
    """The latest event among the rows usable by `at`; of that event the latest known, then the last row."""
    usable = [(e, k, i, v) for i, (s, e, k, v) in enumerate(rows) if s == series and max(e, k) <= at]
    if not usable:
        return None
    event, _, _, value = max(usable, key=lambda row: row[:3])
    return None if staleness is not None and at - event > staleness else value


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["A", "B"]),
        st.integers(0, 12),
        st.integers(0, 15),
        st.none() | st.integers(-5, 5).map(float),
    ),
    max_size=14,
)


@settings(max_examples=150, deadline=None)
@given(ROWS, st.none() | st.integers(0, 6))
def test_join_agrees_with_the_oracle(rows: list[Row], staleness: int | None) -> None:
    moments = [(s, at) for at in (15, 3, 8, 0, 11, 5) for s in ("B", "A", "C")]
    left = pl.DataFrame(
        [(s, day(at)) for s, at in moments],
        schema={"series": pl.String, "at": pl.Datetime("us", "UTC")},
        orient="row",
    )
    limit = None if staleness is None else timedelta(days=staleness)
    joined = asof_join(left, frame(rows), by=["series"], at="at", values=["value"], max_staleness=limit)
    assert joined["value"].to_list() == [oracle(rows, s, at, staleness) for s, at in moments]
    assert joined.select("series", "at").equals(left)


@settings(max_examples=100, deadline=None)
@given(ROWS, st.none() | st.integers(0, 6), st.integers(1, 4))
def test_vintages_agree_with_the_oracle(rows: list[Row], staleness: int | None, periods: int) -> None:
    at = np.array([int(day(n).timestamp()) * 1_000_000 for n in range(17)])
    histories = series_histories(frame(rows), max_staleness_days=staleness)
    for name, history in histories.items():
        seen = history.last(at, periods)
        for n in range(17):
            usable = sorted(
                (e, k, i, v) for i, (s, e, k, v) in enumerate(rows) if s == name and max(e, k) <= n
            )
            vintage = {e: v for e, _, _, v in usable}
            newest = [vintage[e] for e in sorted(vintage)][-periods:]
            if staleness is not None and vintage and n - max(vintage) > staleness:
                newest = []
            expected = [np.nan] * (periods - len(newest)) + [np.nan if v is None else v for v in newest]
            np.testing.assert_array_equal(seen[n], expected)


def test_an_old_period_revised_after_a_newer_one_was_printed_changes_nothing_now() -> None:
    rows = frame([("CPI", 0, 30, 100.0), ("CPI", 31, 60, 101.0), ("CPI", 0, 75, 99.0)])
    left = pl.DataFrame({"series": ["CPI"] * 3, "at": [day(40), day(70), day(80)]}).cast(
        {"at": pl.Datetime("us", "UTC")}
    )
    joined = asof_join(left, rows, by=["series"], at="at", values=["value"], max_staleness=None)
    assert joined["value"].to_list() == [100.0, 101.0, 101.0]


def test_late_data_is_not_seen_before_it_was_known() -> None:
    rows = frame([("A", 1, 9, 1.0)])
    at = np.array([int(day(n).timestamp()) * 1_000_000 for n in (1, 8, 9)])
    np.testing.assert_array_equal(asof_series(rows, at)["A"], [np.nan, np.nan, 1.0])


def test_a_stale_value_is_not_known() -> None:
    rows = frame([("DAILY", 0, 0, 1.0), ("MONTHLY", 0, 0, 2.0)])
    at = np.array([int(day(n).timestamp()) * 1_000_000 for n in (7, 8, 60)])
    seen = asof_series(rows, at, max_staleness_days={"DAILY": 7, "MONTHLY": 45})
    np.testing.assert_array_equal(seen["DAILY"], [1.0, np.nan, np.nan])
    np.testing.assert_array_equal(seen["MONTHLY"], [2.0, 2.0, np.nan])


def test_a_row_known_in_advance_waits_for_its_event() -> None:
    history = SeriesHistory(np.array([10]), np.array([1]), np.array([5.0]))
    np.testing.assert_array_equal(history.last(np.array([9, 10]), 1), [[np.nan], [5.0]])


def test_rows_without_known_time_are_refused() -> None:
    left = pl.DataFrame({"series": ["A"], "at": [1]})
    wanted = {"by": ["series"], "at": "at", "values": ["value"], "max_staleness": None}
    with pytest.raises(FrameError, match="available_at"):
        asof_join(left, pl.DataFrame({"series": ["A"], "ts": [1], "value": [1.0]}), **wanted)
    unknown = pl.DataFrame({"series": ["A"], "ts": [1], "available_at": [None], "value": [1.0]})
    with pytest.raises(FrameError, match="nulls"):
        asof_join(left, unknown, **wanted)
