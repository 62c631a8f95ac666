"""Adjusted views by hand: splits, spin-offs, dividends; nothing applied twice, nothing known too early."""

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from kuznia.core.errors import FrameError
from kuznia.core.frames.adjust import adjusted
from kuznia.core.frames.kinds import KINDS

START = datetime(2024, 1, 2, 21, tzinfo=UTC)


def day(n: int) -> datetime:
    return START + timedelta(days=n)


def bars(closes: list[float], name: str = "A") -> pl.DataFrame:
    rows = [
        (name, day(n), day(n).date(), close, close, close, close, 1000.0, day(n))
        for n, close in enumerate(closes)
    ]
    return pl.DataFrame(rows, schema=dict(KINDS["bars"].columns), orient="row")


def actions(*rows: tuple[str, int, float, float | None, bool, int]) -> pl.DataFrame:
    content = [
        ("A", day(n), day(n).date(), action, value, reference, applied, day(known))
        for action, n, value, reference, applied, known in rows
    ]
    return pl.DataFrame(content, schema=dict(KINDS["actions"].columns), orient="row")


RAW = bars([100.0, 102.0, 51.0, 52.0])
SPLIT = actions(("split", 1, 2.0, None, False, 1))


def test_a_split_halves_earlier_prices_and_doubles_their_volume() -> None:
    view = adjusted(RAW, SPLIT, as_of=day(9))
    assert view["close"].to_list() == [50.0, 51.0, 51.0, 52.0]
    assert view["volume"].to_list() == [2000.0, 2000.0, 1000.0, 1000.0]
    dollars = (view["close"] * view["volume"]).to_list()
    assert dollars == (RAW["close"] * RAW["volume"]).to_list()


def test_before_it_is_known_nothing_is_changed() -> None:
    early = RAW.filter(pl.col("ts") <= day(1))
    assert adjusted(early, SPLIT, as_of=day(1)).equals(early)


def test_what_is_applied_already_is_not_applied_again() -> None:
    done = SPLIT.with_columns(applied=True)
    assert adjusted(RAW, done, as_of=day(9)).equals(RAW)
    assert adjusted(RAW, SPLIT, as_of=day(9), adjusted_for=["splits"]).equals(RAW)


def test_a_spin_off_changes_no_volume() -> None:
    view = adjusted(RAW, actions(("spinoff_price_factor", 1, 0.5, None, False, 1)), as_of=day(9))
    assert view["close"].to_list() == [50.0, 51.0, 51.0, 52.0]
    assert view["volume"].to_list() == [1000.0] * 4


def test_dividends_only_when_wanted() -> None:
    paid = actions(("dividend", 1, 10.2, 102.0, False, 1))
    assert adjusted(RAW, paid, as_of=day(9)).equals(RAW)
    view = adjusted(RAW, paid, as_of=day(9), wanted=["dividends"])
    assert view["close"].to_list() == pytest.approx([90.0, 91.8, 51.0, 52.0])


def test_factors_accumulate_and_a_view_of_an_earlier_date_is_in_its_units() -> None:
    two = actions(("split", 0, 2.0, None, False, 0), ("split", 2, 3.0, None, False, 2))
    raw = bars([120.0, 60.0, 60.0, 20.0])
    assert adjusted(raw, two, as_of=day(9))["close"].to_list() == pytest.approx([20.0, 20.0, 20.0, 20.0])
    earlier = raw.filter(pl.col("ts") <= day(2))
    assert adjusted(earlier, two, as_of=day(2))["close"].to_list() == pytest.approx([60.0, 60.0, 60.0])


def test_returns_across_a_date_do_not_depend_on_the_date_of_the_view() -> None:
    two = actions(("split", 0, 2.0, None, False, 0), ("split", 2, 3.0, None, False, 2))
    raw = bars([121.0, 61.0, 59.0, 20.0])
    late = adjusted(raw, two, as_of=day(9))["close"].pct_change().to_list()[1:3]
    early = adjusted(raw.head(3), two, as_of=day(2))["close"].pct_change().to_list()[1:3]
    assert late == pytest.approx(early)


def test_a_later_known_row_of_an_action_replaces_the_earlier() -> None:
    revised = actions(("split", 1, 20.0, None, False, 1), ("split", 1, 2.0, None, False, 5))
    assert adjusted(RAW, revised, as_of=day(9))["close"].to_list() == [50.0, 51.0, 51.0, 52.0]


def test_an_action_without_a_factor_is_refused() -> None:
    with pytest.raises(FrameError, match="gives no factor"):
        adjusted(RAW, actions(("dividend", 1, 5.0, None, False, 1)), as_of=day(9), wanted=["dividends"])
    with pytest.raises(FrameError, match="no meaning"):
        adjusted(RAW, actions(("merger", 1, 5.0, None, False, 1)), as_of=day(9))
