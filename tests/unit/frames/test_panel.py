"""The panel holds what was known at each decision: bars, revisions, macro series, groups."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from kuznia.core.errors import FrameError
from kuznia.core.frames.panel import Panel, panel_from_bars

CLOSE = datetime(2024, 1, 2, 21, tzinfo=UTC)


def day(n: int) -> datetime:
    return CLOSE + timedelta(days=n)


def bars(rows: list[tuple[str, int, float, timedelta]]) -> pl.DataFrame:
    return pl.DataFrame(
        [(name, day(n), day(n).date(), close, day(n) + late) for name, n, close, late in rows],
        schema=["instrument", "ts", "session", "close", "available_at"],
        orient="row",
    ).cast({"ts": pl.Datetime("us", "UTC"), "available_at": pl.Datetime("us", "UTC")})


NONE = timedelta()
PANEL = panel_from_bars(
    bars([("B", 0, 1.0, NONE), ("A", 0, 2.0, NONE), ("A", 1, 3.0, NONE), ("A", 1, 9.0, timedelta(hours=1))]),
    fields=("close",),
)


def test_a_revision_after_the_decision_is_not_seen() -> None:
    assert PANEL.instruments == ("A", "B")
    np.testing.assert_array_equal(PANEL.fields["close"], [[2.0, 3.0], [1.0, np.nan]])


def test_series_are_joined_as_of_the_decision() -> None:
    rows = pl.DataFrame(
        {
            "series": ["VIX", "VIX"],
            "ts": [day(0), day(1)],
            "available_at": [day(0) + timedelta(minutes=15), day(1) + timedelta(minutes=45)],
            "value": [14.0, 15.0],
        }
    ).cast({"ts": pl.Datetime("us", "UTC"), "available_at": pl.Datetime("us", "UTC")})
    panel = PANEL.with_series(rows, max_staleness_days=7)
    np.testing.assert_array_equal(panel.series["VIX"], [14.0, 14.0])
    assert panel.until(1).series["VIX"].tolist() == [14.0]


def test_groups_are_joined_as_of_the_decision() -> None:
    rows = pl.DataFrame(
        {
            "instrument": ["A", "A", "B"],
            "scheme": ["sector"] * 3,
            "label": ["Tech", "Energy", "Tech"],
            "ts": [day(-9), day(1), day(1)],
            "available_at": [day(-9), day(1), day(5)],
        }
    ).cast({"ts": pl.Datetime("us", "UTC"), "available_at": pl.Datetime("us", "UTC")})
    np.testing.assert_array_equal(PANEL.with_groups(rows).groups["sector"], [[1, 0], [-1, -1]])


def test_a_cut_panel_is_what_the_world_looked_like_then() -> None:
    np.testing.assert_array_equal(PANEL.until(1).fields["close"], [[2.0], [1.0]])
    np.testing.assert_array_equal(PANEL.between(1, 2).fields["close"], [[3.0], [np.nan]])


def test_what_breaks_the_law_is_refused() -> None:
    with pytest.raises(FrameError, match="lack the columns"):
        panel_from_bars(bars([]).drop("available_at"))
    with pytest.raises(FrameError, match="before its bar's close"):
        Panel(("A",), np.array([2]), np.array(["2024-01-01"], "M8[D]"), np.array([1]), {})
    with pytest.raises(FrameError, match="does not increase"):
        Panel(("A",), np.array([2, 2]), np.array(["2024-01-01"] * 2, "M8[D]"), np.array([2, 2]), {})
