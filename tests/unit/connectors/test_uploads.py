"""Files as they come: delimiters, decimals, encodings, dates, columns, symbols, times."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, date, datetime

import polars as pl
import pytest

from kuznia.connectors.sources.calendars import closes_from_starts, session_of, sessions
from kuznia.connectors.sources.plan import UploadPlan
from kuznia.connectors.sources.uploads import Parsed, read_upload
from kuznia.core.frames.findings import WrongFile

DAILY = UploadPlan(
    kind="bars",
    frequency="day",
    calendar="XNYS",
    timezone="America/New_York",
    known_rule={"rule": "bar_close"},
    symbol="A",
    exchange="XNYS",
)
ROW = {"open": 10.0, "high": 11.5, "low": 9.5, "close": 10.5, "volume": 1234.0}


def read(text: str | bytes, **changes: object) -> Parsed:
    content = text if isinstance(text, bytes) else text.encode()
    return read_upload(content, replace(DAILY, **changes))  # type: ignore[arg-type]


def first(parsed: Parsed) -> dict[str, object]:
    return parsed.checked.good.row(0, named=True)


@pytest.mark.parametrize(
    "text",
    [
        "date,open,high,low,close,volume\n2024-01-02,10,11.5,9.5,10.5,1234\n",
        "Date;Open;High;Low;Close;Volume\r\n02.01.2024;10,0;11,5;9,5;10,5;1.234\r\n",
        "Date\tOpen\tHigh\tLow\tLast\tVol\n20240102\t10\t11.5\t9.5\t10.5\t1234\n",
        'Date,Open,High,Low,Close,Volume\n2024/01/02,$10.00,11.5,9.5,10.5,"1,234"\n',
        "\ufeffDATE|OPEN|HIGH|LOW|CLOSE|VOLUME\n2-Jan-2024|10|11.5|9.5|10.5|1234\n",
        "datetime,open,high,low,close,volume\n2024-01-02 00:00:00-05:00,10,11.5,9.5,10.5,1234\n",
    ],
    ids=["comma", "semicolon and decimal comma", "tabs", "quotes", "byte order mark", "stamped with offset"],
)
def test_one_day_is_read_whatever_the_dialect(text: str) -> None:
    row = first(read(text))
    assert {name: row[name] for name in ROW} == ROW
    assert row["session"] == date(2024, 1, 2)
    assert row["ts"] == row["available_at"] == datetime(2024, 1, 2, 21, tzinfo=UTC)
    assert row["instrument"] == "XNYS:A"
    assert row["line"] == 2


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252"])
def test_other_encodings_are_found(encoding: str) -> None:
    text = "date,open,high,low,close,volume,note\n2024-01-02,10,11.5,9.5,10.5,1234,café\n"
    assert first(read(text.encode(encoding)))["close"] == 10.5


@pytest.mark.parametrize("kind", ["parquet", "arrow"])
def test_typed_files_are_read(kind: str) -> None:
    frame = pl.DataFrame({"symbol": ["A"], "date": [date(2024, 1, 2)], **{k: [v] for k, v in ROW.items()}})
    sink = io.BytesIO()
    frame.write_parquet(sink) if kind == "parquet" else frame.write_ipc(sink)
    assert first(read(sink.getvalue(), symbol=None))["instrument"] == "XNYS:A"


def test_us_dates_are_told_from_european_ones_or_refused() -> None:
    head = "date,open,high,low,close\n"
    american = read(head + "01/02/2024,1,1,1,1\n01/16/2024,1,1,1,1\n").checked.good
    assert american["session"].to_list() == [date(2024, 1, 2), date(2024, 1, 16)]
    with pytest.raises(WrongFile, match="day and month") as caught:
        read(head + "01/02/2024,1,1,1,1\n")
    assert "date_format" in caught.value.remedy
    said = read(head + "01/02/2024,1,1,1,1\n", date_format="%d/%m/%Y")
    assert first(said)["session"] == date(2024, 2, 1)


def test_a_cell_that_is_no_number_names_line_and_column() -> None:
    text = "date,open,high,low,close\n2024-01-02,1,1,1,1\n2024-01-03,1,x1,1,1\nsoon,1,1,1,1\n"
    checked = read(text).checked
    assert checked.good.height == 1
    assert checked.bad.select("line", "check", "reason").rows() == [
        (3, "unreadable", "column 'high': 'x1' is no number"),
        (4, "unreadable", "column 'date': 'soon' is no date"),
    ]
    assert checked.bad["raw"][0]["high"] == "x1"


def test_lines_keep_their_number_behind_blank_and_torn_ones() -> None:
    text = "date,open,high,low,close\n\n2024-01-02,1,1,1,1\n2024-01-03,1,1\n\n2024-01-04,1,1,1,1\n"
    checked = read(text).checked
    assert checked.good["line"].to_list() == [3, 6]
    assert checked.bad.select("line", "check").rows() == [(4, "torn_line")]


@pytest.mark.parametrize(
    ("content", "check"),
    [
        (b"", "empty_file"),
        (b"  \n ", "empty_file"),
        (b"date,open,high,low,close\n", "empty_file"),
        (b"PAR1 broken", "unreadable_file"),
        (b"a,b\n1,2\n", "missing_column"),
        (b"date\n2024-01-02\n", "unreadable_file"),
        (b"date,open,high,low,close\nyes,1,1,1,1\n", "unreadable_dates"),
    ],
)
def test_a_file_that_is_wrong_as_a_whole_is_refused_with_a_remedy(content: bytes, check: str) -> None:
    with pytest.raises(WrongFile) as caught:
        read(content)
    assert caught.value.check == check
    assert caught.value.remedy


def test_declared_columns_win_and_missing_ones_are_named() -> None:
    text = "when,first,top,bottom,end\n2024-01-02,1,2,1,2\n"
    names = {"time": "when", "open": "first", "high": "top", "low": "bottom", "close": "end"}
    assert first(read(text, columns=names))["high"] == 2.0
    with pytest.raises(WrongFile, match="no column 'peak'"):
        read(text, columns=names | {"high": "peak"})


def test_a_symbol_stands_for_its_owner_of_the_day() -> None:
    registered = [
        ("B", "XNYS:B", None, date(2024, 1, 3)),
        ("B", "XNYS:B~2", date(2024, 1, 5), None),
    ]
    text = "symbol,date,open,high,low,close\n" + "".join(
        f"{name},2024-01-0{day},1,1,1,1\n" for name, day in [("B", 2), ("B", 4), ("B", 5), ("C", 5)]
    )
    parsed = read(text, registered=registered, symbol=None)
    assert parsed.checked.good["instrument"].to_list() == ["XNYS:B", "XNYS:B~2", "XNYS:C"]
    assert parsed.checked.bad.select("line", "check").rows() == [(3, "earlier_owner")]
    assert parsed.fresh == {"XNYS:C": "C"}


def test_a_day_without_a_session_is_kept_out() -> None:
    text = "date,open,high,low,close\n2024-01-05,1,1,1,1\n2024-01-06,1,1,1,1\n"
    bad = read(text).checked.bad
    assert bad.select("line", "check", "reason").rows() == [
        (3, "off_calendar", "2024-01-06 is in no session of XNYS")
    ]


def test_start_stamped_bars_close_at_their_end_and_at_the_session_s() -> None:
    starts = ("2024-07-03 11:30", "2024-07-03 12:30", "2024-07-05 15:30")
    text = "time,open,high,low,close\n" + "".join(f"{start},1,1,1,1\n" for start in starts)
    good = read(text, frequency="hour", stamp="start").checked.good
    closes = [
        datetime(2024, 7, day, hour, minute, tzinfo=UTC)
        for day, hour, minute in ((3, 16, 30), (3, 17, 0), (5, 20, 0))
    ]
    assert good["ts"].to_list() == closes
    assert good["session"].to_list() == [date(2024, 7, 3), date(2024, 7, 3), date(2024, 7, 5)]


def test_round_the_clock_markets_have_sessions_of_their_own() -> None:
    week = sessions("24/5", date(2024, 3, 8), date(2024, 3, 12))
    assert week["session"].to_list() == [date(2024, 3, 8), date(2024, 3, 11), date(2024, 3, 12)]
    assert week["closes"].to_list() == [
        datetime(2024, 3, 8, 22, tzinfo=UTC),
        datetime(2024, 3, 11, 21, tzinfo=UTC),
        datetime(2024, 3, 12, 21, tzinfo=UTC),
    ]
    sunday = pl.Series([datetime(2024, 3, 10, 22, tzinfo=UTC)])
    ends = closes_from_starts(sunday, 60, week)
    assert session_of(ends, week).to_list() == [date(2024, 3, 11)]
    assert sessions("24/7", date(2024, 3, 9), date(2024, 3, 10)).height == 2


def test_an_unknown_calendar_is_refused() -> None:
    with pytest.raises(WrongFile, match="no calendar"):
        read("date,open,high,low,close\n2024-01-02,1,1,1,1\n", calendar="XXXX")


SERIES = UploadPlan(
    kind="series",
    frequency="month",
    calendar=None,
    timezone="UTC",
    known_rule={"rule": "local_time", "days": 12, "time": "08:30", "timezone": "America/New_York"},
)


def test_a_wide_file_becomes_a_series_for_each_column_and_blanks_are_told() -> None:
    parsed = read_upload(b"Date,CPI,Rate\n2024-01-01,300.5,5.25\n2024-07-01,,5.5\n", SERIES)
    rows = parsed.checked.good
    assert rows.select("series", "value").rows() == [("CPI", 300.5), ("Rate", 5.25), ("Rate", 5.5)]
    assert [finding.check for finding in parsed.checked.findings] == ["blank_cells"]


def test_a_local_rule_of_known_time_follows_the_clock_of_its_zone() -> None:
    rows = read_upload(
        b"date,value\n2024-01-01,1\n2024-07-01,2\n", replace(SERIES, symbol="cpi")
    ).checked.good
    assert rows["available_at"].to_list() == [
        datetime(2024, 1, 13, 13, 30, tzinfo=UTC),
        datetime(2024, 7, 13, 12, 30, tzinfo=UTC),
    ]


def test_known_time_comes_from_a_column_and_a_date_alone_counts_when_it_is_over() -> None:
    rule = {"rule": "column", "column": "released"}
    plan = replace(SERIES, symbol="cpi", known_rule=rule)
    rows = read_upload(b"date,value,released\n2024-01-01,1,2024-02-13\n2024-02-01,2,\n", plan).checked
    assert rows.good["available_at"].to_list() == [datetime(2024, 2, 14, tzinfo=UTC)]
    assert rows.bad.select("line", "check").rows() == [(3, "no_known_time")]
    with pytest.raises(WrongFile) as caught:
        read_upload(b"date,value\n2024-01-01,1\n", plan)
    assert caught.value.check == "no_known_time"


def test_an_interval_of_membership_is_two_rows_known_apart() -> None:
    plan = replace(
        SERIES,
        kind="membership",
        exchange="XNYS",
        constants={"index": "sp500"},
        known_rule={"rule": "local_time", "days": 0, "time": "09:30", "timezone": "America/New_York"},
    )
    rows = read_upload(b"symbol,start_date,end_date\nA,2000-06-05,2010-01-04\n", plan).checked.good
    assert rows.select("member", "available_at").rows() == [
        (True, datetime(2000, 6, 5, 13, 30, tzinfo=UTC)),
        (False, datetime(2010, 1, 4, 14, 30, tzinfo=UTC)),
    ]


def test_an_action_is_known_at_the_close_of_the_last_day_with_the_right() -> None:
    plan = replace(DAILY, kind="actions", frequency=None)
    text = b"symbol,last_cum_date,action,value\nA,2024-01-02,dividend,0.5\nA,2024-01-03,gift,1\n"
    checked = read_upload(text, plan).checked
    assert checked.good["available_at"].to_list() == [datetime(2024, 1, 2, 21, tzinfo=UTC)]
    assert checked.good["applied"].to_list() == [False]
    assert checked.bad.select("line", "check").rows() == [(3, "unknown_action")]


def test_a_calendar_without_a_schedule_is_told_in_words() -> None:
    with pytest.raises(WrongFile) as caught:
        sessions("XTAE", date(2022, 1, 2), date(2024, 8, 26))
    told = str(caught.value)
    assert "XTAE has no complete schedule from 2022-01-02 to 2024-08-26" in told
    assert "Timestamp" not in told
