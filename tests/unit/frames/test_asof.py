"""The as-of join on larger data with everything that real data does, and what a well-known store gets wrong.

The two cases at the end are those where Feast's default join differs; docs/methods/peers.md tells of both.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from kuznia.core.frames.known import asof_join
from tests.support.plain_asof import plain_asof

START = datetime(2020, 1, 1, tzinfo=UTC)
TIME = pl.Datetime("us", "UTC")
HOUR = timedelta(hours=1)


def times(hours: Any) -> pl.Series:
    return pl.Series([START + int(hour) * HOUR for hour in hours], dtype=TIME)


def entity_rows(rng: np.random.Generator, names: list[str], count: int) -> pl.DataFrame:
    """Entities and moments in no order, some of them strangers, some moments twice."""
    return pl.DataFrame(
        {
            "instrument": rng.choice([*names, "XNAS:STRANGER"], count),
            "at": times(rng.integers(-50, 2_500, count)),
        }
    )


def late_rows(rng: np.random.Generator, names: list[str], count: int, *, latest: int) -> pl.DataFrame:
    """Rows with delays of hours to weeks, ties in every time, revisions of old events, and unknown values."""
    event = rng.integers(0, 2_000 // 24, count) * 24
    delay = rng.choice([-30, 0, 1, 24, latest], count)
    return pl.DataFrame(
        {
            "instrument": rng.choice(names, count),
            "ts": times(event),
            "available_at": times(event + delay),
            "value": pl.Series(rng.normal(size=count)).set(pl.Series(rng.random(count) < 0.1), None),
            "label": pl.Series(rng.choice(["a", "b", ""], count)).replace("", None),
        }
    )


@pytest.mark.parametrize("staleness", [None, timedelta(0), timedelta(days=3), timedelta(days=40)])
@pytest.mark.parametrize("seed", range(3))
def test_every_cell_is_that_of_the_definition(seed: int, staleness: timedelta | None) -> None:
    rng = np.random.default_rng(seed)
    names = [f"XNYS:I{n}" for n in range(12)]
    left = entity_rows(rng, names, 1_500)
    rows = late_rows(rng, names, 1_200, latest=900)
    told: dict[str, Any] = {
        "by": ["instrument"],
        "at": "at",
        "values": ["value", "label"],
        "max_staleness": staleness,
    }
    assert asof_join(left, rows, **told).equals(plain_asof(left, rows, **told))


def test_entities_of_two_columns_and_of_none() -> None:
    rng = np.random.default_rng(7)
    names = ["XNYS:A", "XNYS:B", "XNYS:C"]
    left = entity_rows(rng, names, 400).with_columns(pl.Series("field", rng.choice([1, 2, 9], 400)))
    rows = late_rows(rng, names, 500, latest=300).with_columns(pl.Series("field", rng.choice([1, 2, 3], 500)))
    for by in (["instrument", "field"], ["field"], []):
        told: dict[str, Any] = {"by": by, "at": "at", "values": ["value"], "max_staleness": None}
        assert asof_join(left, rows, **told).equals(plain_asof(left, rows, **told))


def test_a_chain_of_views_is_the_chain_of_their_joins() -> None:
    """Prices by bar, macro with revisions for all, sentiment with delay: what a training frame reads."""
    rng = np.random.default_rng(11)
    names = [f"XNYS:I{n}" for n in range(5)]
    left = entity_rows(rng, names, 600)
    views: list[tuple[pl.DataFrame, dict[str, Any]]] = [
        (late_rows(rng, names, 700, latest=0), {"by": ["instrument"], "max_staleness": timedelta(days=5)}),
        (late_rows(rng, names, 150, latest=1_000), {"by": [], "max_staleness": timedelta(days=60)}),
        (late_rows(rng, names, 900, latest=72), {"by": ["instrument"], "max_staleness": timedelta(days=2)}),
    ]
    ours = plain = left
    for n, (rows, told) in enumerate(views):
        view = rows.rename({"value": f"value{n}"})
        ours = asof_join(ours, view, at="at", values=[f"value{n}"], **told)
        plain = plain_asof(plain, view, at="at", values=[f"value{n}"], **told)
    assert ours.equals(plain)


def test_moments_without_rows_and_rows_without_moments() -> None:
    rng = np.random.default_rng(1)
    left, rows = entity_rows(rng, ["A"], 5), late_rows(rng, ["A"], 5, latest=5)
    told: dict[str, Any] = {"by": ["instrument"], "at": "at", "values": ["value"], "max_staleness": None}
    assert asof_join(left, rows.clear(), **told)["value"].to_list() == [None] * 5
    assert asof_join(left.clear(), rows, **told).is_empty()
    unknown = left.with_columns(pl.lit(None, TIME).alias("at"))
    assert asof_join(unknown, rows, **told)["value"].to_list() == [None] * 5


def test_times_of_another_unit_are_the_same_times() -> None:
    rng = np.random.default_rng(2)
    left, rows = entity_rows(rng, ["A", "B"], 50), late_rows(rng, ["A", "B"], 80, latest=50)
    told: dict[str, Any] = {"by": ["instrument"], "at": "at", "values": ["value"]}
    coarse = left.with_columns(pl.col("at").cast(pl.Datetime("ms", "UTC")))
    for limit in (None, timedelta(days=2)):
        expected = asof_join(left, rows, **told, max_staleness=limit)["value"]
        assert asof_join(coarse, rows, **told, max_staleness=limit)["value"].equals(expected)


def test_late_data_does_not_see_the_future() -> None:
    """Feast joins on the event's time: rows written two days late are used on the day of their event.

    It gives 1, 2, 3 here: two cells of three hold what nobody knew yet.
    """
    events = [0, 24, 48]
    rows = pl.DataFrame(
        {
            "instrument": ["A"] * 3,
            "ts": times(events),
            "available_at": times([0, 72, 96]),
            "value": [1.0, 2.0, 3.0],
        }
    )
    left = pl.DataFrame({"instrument": ["A"] * 3, "at": times(events)})
    joined = asof_join(left, rows, by=["instrument"], at="at", values=["value"], max_staleness=None)
    assert joined["value"].to_list() == [1.0, 1.0, 1.0]


def test_no_entity_row_is_lost_and_the_newest_revision_known_counts() -> None:
    """Feast's file store drops entity rows that repeat and may take an older revision of an event."""
    rows = pl.DataFrame(
        {
            "instrument": ["A"] * 4,
            "ts": times([24, 24, 24, 0]),
            "available_at": times([24, 30, 50, 60]),
            "value": [10.0, 11.0, 12.0, 9.0],
        }
    )
    moments = [0, 25, 40, 40, 55, 70]
    left = pl.DataFrame({"instrument": ["A"] * 6, "at": times(moments), "n": range(6)})
    joined = asof_join(left, rows, by=["instrument"], at="at", values=["value"], max_staleness=None)
    assert joined["n"].to_list() == list(range(6))
    assert joined["value"].to_list() == [None, 10.0, 11.0, 11.0, 12.0, 12.0]
