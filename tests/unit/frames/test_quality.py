"""Each check of quality, on frames made by hand: which rows are kept out, why, and what is only told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from kuznia.core.frames import quality
from kuznia.core.frames.findings import Checked, WrongFile
from kuznia.core.frames.kinds import KINDS

NOW = datetime(2026, 1, 1, tzinfo=UTC)
FIRST = date(2020, 1, 6)


def bars_of(closes: list[float], instrument: str = "XNYS:A", **columns: list[object]) -> pl.DataFrame:
    """Daily bars with a range of one percent around each close; line 2 is the first."""
    days = [FIRST + timedelta(days=n) for n in range(len(closes))]
    stamps = [datetime(day.year, day.month, day.day, 21, tzinfo=UTC) for day in days]
    frame = pl.DataFrame(
        {
            "line": list(range(2, len(closes) + 2)),
            "instrument": [instrument] * len(closes),
            "ts": stamps,
            "session": days,
            "open": closes,
            "high": [close * 1.01 for close in closes],
            "low": [close * 0.99 for close in closes],
            "close": closes,
            "volume": [100.0] * len(closes),
            "available_at": stamps,
        }
    )
    return frame.with_columns(pl.Series(name, values, strict=False) for name, values in columns.items())


def walk(n: int = 60, seed: int = 1, start: float = 50.0) -> list[float]:
    steps = np.random.default_rng(seed).normal(0, 0.01, n)
    return [float(x) for x in start * np.exp(np.cumsum(steps))]


def check(rows: pl.DataFrame, kind: str = "bars", **context: object) -> Checked:
    return quality.check(rows, KINDS[kind], quality.Context(NOW, **context))  # type: ignore[arg-type]


def kept_out(checked: Checked) -> list[tuple[int, str]]:
    return sorted(checked.bad.select("line", "check").rows())


def told(checked: Checked) -> list[str]:
    return [finding.check for finding in checked.findings]


def test_clean_bars_pass_without_a_word() -> None:
    checked = check(bars_of(walk()))
    assert checked.good.height == 60
    assert checked.bad.is_empty()
    assert checked.findings == ()


@pytest.mark.parametrize(
    ("column", "value", "name", "words"),
    [
        ("open", None, "null", "open is missing"),
        ("close", 0.0, "non_positive", "close is 0.0"),
        ("low", -1.0, "non_positive", "low is -1.0"),
        ("high", 1.0, "ohlc", "high 1.0 is below low"),
        ("low", 999.0, "ohlc", "is below low 999.0"),
        ("volume", -5.0, "negative_volume", "volume is -5.0"),
        ("available_at", datetime(2027, 1, 1, tzinfo=UTC), "future", "2027-01-01"),
        ("available_at", datetime(2019, 1, 1, tzinfo=UTC), "known_too_early", "before its close"),
    ],
)
def test_a_row_that_cannot_be_true_is_kept_out_with_line_and_reason(
    column: str, value: object, name: str, words: str
) -> None:
    rows = bars_of(walk())
    values = rows[column].to_list()
    values[10] = value
    checked = check(rows.with_columns(pl.Series(column, values, dtype=rows[column].dtype)))
    assert kept_out(checked) == [(12, name)]
    assert words in checked.bad["reason"][0]
    assert checked.bad["remedy"][0]
    assert checked.good.height == 59


def test_a_row_written_twice_is_kept_once_and_told() -> None:
    rows = bars_of(walk())
    again = rows.slice(5, 1).with_columns(line=pl.lit(99, pl.Int64))
    checked = check(pl.concat([rows, again]))
    assert checked.good.height == 60
    assert told(checked) == ["repeated_rows"]


def test_of_two_rows_with_one_key_and_other_values_neither_is_believed() -> None:
    rows = bars_of(walk())
    other = rows.slice(5, 1).with_columns(pl.col("close") * 1.001, line=pl.lit(99, pl.Int64))
    checked = check(pl.concat([rows, other]))
    assert kept_out(checked) == [(7, "duplicate_key"), (99, "duplicate_key")]
    assert "lines 7, 99" in checked.bad["reason"][0]


@pytest.mark.parametrize(
    ("factor", "rows", "name"),
    [
        (0.5, 1, "split_undone"),
        (8000.0, 1, "spike"),
        (0.1, 1, "split_undone"),
        (100.0, 3, "unit_change"),
        (2.3, 2, "spike"),
    ],
)
def test_a_jump_undone_within_days_is_kept_out_and_named(factor: float, rows: int, name: str) -> None:
    closes = walk()
    for n in range(20, 20 + rows):
        closes[n] *= factor
    checked = check(bars_of(closes))
    assert kept_out(checked) == [(n + 2, name) for n in range(20, 20 + rows)]


def test_a_crash_that_the_bar_itself_spans_is_true() -> None:
    closes = walk()
    closes[20] *= 0.55
    rows = bars_of(closes)
    highs = rows["high"].to_list()
    highs[20] = closes[19]
    checked = check(rows.with_columns(pl.Series("high", highs)))
    assert checked.bad.is_empty()
    assert "jump" in told(checked)


def test_a_lasting_split_like_step_is_an_error_only_if_the_bars_should_be_adjusted() -> None:
    closes = [close / 5 if n >= 30 else close for n, close in enumerate(walk())]
    adjusted = check(bars_of(closes), adjusted_for=("splits",))
    raw = check(bars_of(closes))
    assert adjusted.bad.is_empty()
    found = [finding for finding in adjusted.findings if finding.check == "split_like"]
    assert [(one.severity, one.detail["line"]) for one in found] == [("error", 32)]
    assert "5 for 1" in found[0].message
    assert [one.severity for one in raw.findings if one.check == "split_like"] == ["info"]


def test_an_unadjusted_spin_off_is_told_with_its_size() -> None:
    closes = [close * 0.43 if n >= 30 else close for n, close in enumerate(walk())]
    checked = check(bars_of(closes), adjusted_for=("splits",))
    found = [finding for finding in checked.findings if finding.check == "jump"]
    assert [one.severity for one in found] == ["error"]
    assert "spin-off" in found[0].remedy
    assert checked.good.height == 60


def test_a_few_rows_in_another_unit_are_kept_out() -> None:
    closes = [close * 100 if n >= 56 else close for n, close in enumerate(walk())]
    assert kept_out(check(bars_of(closes))) == [(n, "unit_change") for n in range(58, 62)]


def test_a_file_in_two_units_is_refused_because_nothing_says_which_is_right() -> None:
    closes = [close * 100 if 20 <= n < 45 else close for n, close in enumerate(walk())]
    checked = check(bars_of(closes))
    assert checked.good.is_empty()
    with pytest.raises(WrongFile, match="two units") as caught:
        quality.refuse_if_nothing_is_good(checked)
    assert caught.value.check == "unit_change"
    assert "Convert" in caught.value.remedy


def test_an_earlier_owner_of_the_ticker_is_kept_out() -> None:
    closes = [close / 5000 if n < 25 else close for n, close in enumerate(walk())]
    checked = check(bars_of(closes))
    assert kept_out(checked) == [(n, "ticker_reuse") for n in range(2, 27)]
    assert checked.good.height == 35


def test_new_rows_are_judged_beside_what_the_dataset_has() -> None:
    closes = walk()
    closes[58] *= 0.5
    rows = bars_of(closes)
    present = rows.head(58).select("instrument", "ts", "session", "close")
    assert kept_out(check(rows.tail(2), present=present)) == [(60, "split_undone")]
    pence = bars_of([close * 100 for close in walk()]).tail(2)
    assert kept_out(check(pence, present=present)) == [(60, "unit_change"), (61, "unit_change")]
    halved = bars_of([close / 2 for close in walk()]).tail(10)
    told_of = check(halved, present=present.head(50), adjusted_for=("splits",)).findings
    assert [(one.check, one.detail["line"]) for one in told_of] == [("split_like", 52)]


def test_one_series_under_two_names_in_one_file_is_believed_of_neither() -> None:
    twin = bars_of(walk(), "XNYS:B").with_columns(pl.col("line") + 100)
    other = bars_of(walk(seed=2), "XNYS:C").with_columns(pl.col("line") + 200)
    checked = check(pl.concat([bars_of(walk()), twin, other]))
    assert set(checked.bad["check"]) == {"same_series"}
    assert set(checked.good["instrument"]) == {"XNYS:C"}


def test_one_series_under_a_new_name_is_kept_out_and_the_old_one_stays() -> None:
    present = bars_of(walk()).select("instrument", "ts", "session", "close")
    checked = check(bars_of([2 * close for close in walk()], "XNYS:B"), present=present)
    assert checked.good.is_empty()
    assert "XNYS:A in the dataset" in checked.bad["reason"][0]


def test_prices_that_contradict_what_is_there_are_mislabelled() -> None:
    present = bars_of(walk(seed=3)).select("instrument", "ts", "session", "close")
    checked = check(bars_of(walk(start=80.0)), present=present)
    assert set(checked.bad["check"]) == {"mislabelled"}


def test_missing_sessions_are_told_once_with_the_longest_hole() -> None:
    rows = bars_of(walk())
    calendar = rows.select("session", opens="ts", closes="ts")
    checked = check(rows.filter(~pl.col("line").is_in([12, 13, 14, 40])), calendar=calendar)
    (gap,) = checked.findings
    assert (gap.check, gap.rows, gap.detail["longest"]) == ("gap", 4, 3)
    assert "4 of 60 sessions" in gap.message


def test_a_hole_between_the_dataset_and_the_file_is_found() -> None:
    rows = bars_of(walk())
    calendar = rows.select("session", opens="ts", closes="ts")
    present = rows.head(20).select("instrument", "ts", "session", "close")
    checked = check(rows.tail(35), calendar=calendar, present=present)
    assert [finding.rows for finding in checked.findings] == [5]


def test_stale_prices_and_bars_without_trade_are_told() -> None:
    closes = walk()
    closes[20:30] = [closes[20]] * 10
    rows = bars_of(closes)
    still = pl.col("line").is_between(22, 31)
    checked = check(
        rows.with_columns(
            pl.when(still).then("close").otherwise("high").alias("high"),
            pl.when(still).then("close").otherwise("low").alias("low"),
            pl.when(still).then(0.0).otherwise("volume").alias("volume"),
        )
    )
    assert told(checked) == ["stale", "zero_volume"]
    assert [finding.rows for finding in checked.findings] == [10, 10]


def test_dividends_and_adjusted_closes_that_contradict_each_other_are_told() -> None:
    rows = bars_of(walk())
    dividends = [0.0] * 60
    dividends[30] = 20.0
    extras = pl.DataFrame({"line": rows["line"], "adj_close": rows["close"], "dividend": dividends})
    checked = check(rows, extras=extras)
    assert told(checked) == ["dividend_too_large", "adjustment_contradicts"]


def test_a_dividend_told_twice_within_days_is_found() -> None:
    rows = bars_of(walk())
    dividends = [0.0] * 60
    dividends[10] = dividends[12] = 0.015
    dividends[30], dividends[31] = 0.5, 0.015
    dividends[50] = 0.015
    extras = pl.DataFrame({"line": rows["line"], "dividend": dividends})
    found = check(rows, extras=extras).findings
    assert [(one.check, one.detail["line"]) for one in found] == [("dividend_told_twice", rows["line"][12])]


def test_actions_have_no_dividend_twice_and_a_correction_is_none() -> None:
    days = [datetime(2024, 1, day, tzinfo=UTC) for day in (12, 16, 16)]
    known = [*days[:2], datetime(2024, 2, 1, tzinfo=UTC)]
    rows = pl.DataFrame(
        {
            "instrument": ["XNYS:A"] * 3,
            "last_cum_session": [day.date() for day in days],
            "action": ["dividend"] * 3,
            "value": [0.015] * 3,
            "ref_price": [None] * 3,
            "applied": [False] * 3,
            "ts": days,
            "available_at": known,
            "line": [2, 3, 4],
        }
    )
    found = check(rows, "actions").findings
    assert [(one.check, one.detail["line"]) for one in found] == [("dividend_told_twice", 3)]


def series_of(values: list[float | None], name: str = "cpi") -> pl.DataFrame:
    months = pl.datetime_range(
        datetime(2000, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC), "1mo", eager=True
    ).head(len(values))
    return pl.DataFrame(
        {
            "line": list(range(2, len(values) + 2)),
            "series": [name] * len(values),
            "ts": months,
            "value": pl.Series(values, dtype=pl.Float64),
            "available_at": months.dt.offset_by("40d"),
        }
    )


def test_zeros_that_stand_for_missing_values_are_kept_out() -> None:
    values: list[float | None] = [0.0] * 12 + [*walk(60)] + [0.0] * 3
    checked = check(series_of(values), "series")
    assert kept_out(checked) == [(n, "zero_means_missing") for n in [*range(2, 14), *range(74, 77)]]


def test_a_rate_that_came_down_to_zero_is_true() -> None:
    values: list[float | None] = [*np.linspace(2.0, 0.02, 40).tolist(), 0.0, 0.0, 0.01, 0.0, 0.0, 0.02, 0.05]
    assert check(series_of(values), "series").bad.is_empty()


def test_a_negative_price_in_a_series_is_true() -> None:
    values: list[float | None] = [*walk(40, start=20.0), -36.98, *walk(20, start=10.0)]
    checked = check(series_of(values), "series")
    assert checked.bad.is_empty()
    assert told(checked) == ["jump"]


def test_a_month_that_was_never_published_is_named() -> None:
    rows = series_of([*walk(40)]).filter(pl.col("line") != 20)
    (finding,) = check(rows, "series", frequency="month").findings
    assert (finding.check, finding.rows) == ("missing_period", 1)
    assert "2001-07" in finding.message


def test_a_change_of_unit_in_fundamentals_is_an_error() -> None:
    rows = series_of([*walk(10, start=150.0), *[value * 1e9 for value in walk(10, start=150.0)]])
    facts = rows.rename({"series": "instrument"}).with_columns(
        field=pl.lit("market_cap"), share_basis=pl.lit(None, pl.String)
    )
    (finding,) = check(facts, "fundamentals").findings
    assert (finding.check, finding.severity, finding.entity) == ("unit_change", "error", "cpi.market_cap")


def test_the_report_counts_everything() -> None:
    closes = walk()
    closes[20] *= 0.5
    report = quality.summary(check(bars_of(closes)))
    assert report == {
        "good": 59,
        "quarantined": 1,
        "checks": {"split_undone": 1},
        "findings": {"error": 0, "warning": 0, "info": 0},
    }
