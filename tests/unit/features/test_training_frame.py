"""Training frames: what was known at each decision, the label beside it, and rows of one's own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from kuznia.core.expressions import check
from kuznia.core.features import FeatureError, feature_values, forward_return, label_values, training_frame
from kuznia.core.frames.panel import Panel, panel_from_bars

CLOSE = datetime(2024, 1, 2, 21, tzinfo=UTC)
LAG = timedelta(minutes=30)
TIME = pl.Datetime("us", "UTC")
FEATURES = {"gain": check("ts_returns(close, 2)"), "rate": check("ts_delta(macro.CPI, 1)")}
FEATURES |= {"yield": check("fundamentals.eps / close"), "member": check("membership.idx")}
LABEL = forward_return(3)


def panel(days: int = 30) -> Panel:
    """Two names, one with a missing bar, and data beside them that comes late."""
    rng = np.random.default_rng(0)
    moments = [CLOSE + timedelta(days=n) for n in range(days)]
    bars = pl.DataFrame(
        [
            (name, at, at.date(), *rng.uniform(9, 11, 4), 1.0, at)
            for name in ("A", "B")
            for n, at in enumerate(moments)
            if (name, n) != ("B", 7)
        ],
        schema=["instrument", "ts", "session", "open", "high", "low", "close", "volume", "available_at"],
        orient="row",
    ).cast({"ts": TIME, "available_at": TIME})
    late = pl.DataFrame({"ts": moments[::3], "available_at": [at + timedelta(days=4) for at in moments[::3]]})
    count = late.height
    macro = late.with_columns(series=pl.lit("CPI"), value=pl.Series(rng.normal(size=count)))
    facts = late.with_columns(
        instrument=pl.lit("A"), field=pl.lit("eps"), value=pl.Series(rng.normal(size=count))
    )
    index = late.with_columns(
        instrument=pl.lit("B"), index=pl.lit("idx"), member=pl.Series([n % 2 == 0 for n in range(count)])
    )
    found = panel_from_bars(bars).with_series(macro.cast({"ts": TIME, "available_at": TIME}))
    return found.with_fundamentals(facts).with_membership(index)


def test_a_row_holds_the_values_of_its_decision_and_the_label_with_its_known_time() -> None:
    given = panel()
    frame = training_frame(FEATURES, given, LABEL)
    assert frame.height == 2 * 30 - 1
    values, label = feature_values(FEATURES, given), label_values(LABEL, given)
    for row in frame.iter_rows(named=True):
        n, t = given.instruments.index(row["instrument"]), (row["ts"] - CLOSE).days
        assert row["available_at"] == row["ts"] + LAG
        for name, value in [*values.items(), ("label", label)]:
            assert row[name] is None if np.isnan(value[n, t]) else row[name] == value[n, t]
        expected = row["ts"] + timedelta(days=LABEL.horizon) + LAG if row["label"] is not None else None
        assert row["label_known_at"] == expected
    assert frame["label"].null_count() >= 2 * LABEL.horizon


def test_rows_of_ones_own_get_the_newest_decision_taken_by_then() -> None:
    given = panel()
    whole = training_frame(FEATURES, given, LABEL)
    at = [CLOSE + timedelta(days=5), CLOSE + timedelta(days=5) + LAG, CLOSE, CLOSE + timedelta(days=90)]
    wanted = pl.DataFrame({"instrument": ["A", "A", "B", "B"], "at": at, "n": range(4)}).cast({"at": TIME})
    found = training_frame(FEATURES, given, LABEL, entities=wanted, max_staleness=timedelta(days=10))
    assert found.columns[:3] == ["instrument", "at", "n"]
    assert found["n"].to_list() == [0, 1, 2, 3]
    days = [None if ts is None else (ts - CLOSE).days for ts in found["ts"]]
    assert days == [4, 5, None, None]
    same = whole.filter((pl.col("instrument") == "A") & (pl.col("ts") == CLOSE + timedelta(days=5)))
    assert found.select(whole.columns)[1].equals(same)


@pytest.mark.parametrize("t", [5, 12, 29])
def test_a_frame_of_less_data_is_the_beginning_of_the_whole(t: int) -> None:
    given = panel()
    whole, before = training_frame(FEATURES, given), training_frame(FEATURES, given.until(t))
    assert whole.head(before.height).equals(before)


def test_names_that_columns_have_are_refused() -> None:
    with pytest.raises(FeatureError, match="label"):
        training_frame({"label": check("close")}, panel())
    with pytest.raises(FeatureError, match="future"):
        training_frame({"ahead": LABEL}, panel())
