"""Fundamentals, memberships, groups and their units in the panel: by hand, and against the definition."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kuznia.core.errors import FrameError
from kuznia.core.frames.adjust import forward_factors, in_bar_units, in_first_units
from kuznia.core.frames.kinds import KINDS
from kuznia.core.frames.names import spelled
from kuznia.core.frames.panel import Panel, panel_from_bars
from kuznia.core.typing import Float
from tests.support.plain_asof import plain_asof

CLOSE = datetime(2024, 1, 2, 21, tzinfo=UTC)
LAG = timedelta(minutes=30)
NAMES = ("A", "B")
DAYS = 8


def day(n: float) -> datetime:
    return CLOSE + timedelta(days=n)


def rows(kind: str, *values: tuple[object, ...]) -> pl.DataFrame:
    return pl.DataFrame(list(values), schema=dict(KINDS[kind].columns), orient="row")


def panel(close: dict[str, list[float]] | None = None) -> Panel:
    prices = close or {name: [10.0] * DAYS for name in NAMES}
    return panel_from_bars(
        rows(
            "bars",
            *(
                (name, day(n), day(n).date(), value, value, value, value, 1.0, day(n))
                for name, values in prices.items()
                for n, value in enumerate(values)
            ),
        )
    )


def fact(
    name: str, event: float, known: float, value: float | None, basis: str | None = None
) -> tuple[object, ...]:
    return (name, "eps", day(event), value, day(known), basis)


def test_an_item_is_as_known_at_each_decision_and_goes_stale() -> None:
    facts = rows(
        "fundamentals",
        fact("A", -30, 0, 1.0),
        fact("A", 1, 3, 2.0),
        fact("A", -30, 4, 9.0),  # the old period again, after the newer one
        ("A", "P/E ratio", day(0), 15.0, day(0), None),
        fact("C", 0, 0, 5.0),
    )
    found = panel().with_fundamentals(facts, max_staleness_days=32)
    nan = np.nan
    np.testing.assert_array_equal(
        found.fields["fundamentals.eps"], [[1.0, 1.0, nan, 2.0, 2.0, 2.0, 2.0, 2.0], [nan] * DAYS]
    )
    assert found.fields["fundamentals.P_E_ratio"][0].tolist() == [15.0] * DAYS


def test_members_are_those_known_then() -> None:
    told = rows(
        "membership",
        ("sp500", "A", True, day(1), day(1)),
        ("sp500", "A", False, day(5), day(3)),  # announced two days before it takes effect
        ("sp500", "A", True, day(7), day(7)),
        ("S&P 400", "B", True, day(2), day(6)),
    )
    found = panel().with_membership(told)
    nan = np.nan
    np.testing.assert_array_equal(
        found.fields["membership.sp500"], [[nan, 1, 1, 1, 1, 0, 0, 1], [nan, 0, 0, 0, 0, 0, 0, 0]]
    )
    np.testing.assert_array_equal(found.fields["membership.S_P_400"][1], [nan] * 6 + [1, 1])


def test_several_schemes_at_once() -> None:
    groups = rows(
        "classification",
        ("A", "sector", "Tech", day(-9), day(-9)),
        ("B", "sector", "Oil", day(-9), day(-9)),
        ("A", "country", "PL", day(-9), day(2)),
    )
    found = panel().with_groups(groups).groups
    assert found["sector"][:, 0].tolist() == [1, 0]
    assert found["country"].tolist() == [[-1, -1, 0, 0, 0, 0, 0, 0], [-1] * DAYS]


VALUES = st.none() | st.integers(-5, 5).map(float)
FACTS = st.lists(
    st.tuples(st.sampled_from(NAMES), st.integers(-3, 8), st.integers(-3, 9), VALUES), max_size=12
)


@settings(max_examples=60, deadline=None)
@given(FACTS, st.none() | st.integers(0, 5))
def test_cells_are_those_of_the_definition(
    facts: list[tuple[str, int, int, float | None]], limit: int | None
) -> None:
    """Late data, revisions of old periods after newer prints, ties, staleness and nulls."""
    frame = rows("fundamentals", *(fact(*one) for one in facts))
    found = panel().with_fundamentals(frame, max_staleness_days=limit)
    left = pl.DataFrame(
        [(name, day(n) + LAG) for name in NAMES for n in range(DAYS)],
        schema={"instrument": pl.String, "at": pl.Datetime("us", "UTC")},
        orient="row",
    )
    told = {"by": ["instrument"], "at": "at", "values": ["value"]}
    staleness = None if limit is None else timedelta(days=limit)
    truth = plain_asof(left, frame, **told, max_staleness=staleness)["value"].cast(pl.Float64)
    if facts:
        np.testing.assert_array_equal(
            found.fields["fundamentals.eps"].ravel(), truth.fill_null(np.nan).to_numpy()
        )


SPLIT = rows("actions", ("A", day(3), date(2024, 1, 5), "split", 7.0, None, True, day(3)))


def test_earnings_for_one_share_follow_the_split_that_the_bars_hold() -> None:
    """Printed 42 and 6.6 before and after a split of seven: 6 and 6.6 in the shares of adjusted bars."""
    facts = rows("fundamentals", fact("A", 0, 1, 42.0, "as_printed"), fact("A", 4, 5, 6.6, "as_printed"))
    told = in_bar_units(facts, SPLIT, adjusted_for=["splits"], until=day(DAYS - 1))
    assert told["value"].to_list() == [6.0, 6.6]
    early = in_bar_units(facts, SPLIT, adjusted_for=["splits"], until=day(2))
    assert early["value"].to_list() == [42.0, 6.6], "bars that end before the split do not hold it"


def test_other_amounts_and_other_bases_are_left_alone() -> None:
    facts = rows("fundamentals", fact("A", 0, 1, 42.0, None), fact("A", 1, 1, 6.0, "as_adjusted"))
    assert in_bar_units(facts, SPLIT, adjusted_for=["splits"], until=day(7))["value"].to_list() == [42.0, 6.0]
    with pytest.raises(FrameError, match="'diluted'"):
        in_bar_units(
            rows("fundamentals", fact("A", 0, 1, 1.0, "diluted")), SPLIT, adjusted_for=[], until=day(7)
        )


def test_a_ratio_of_price_and_amount_is_the_same_in_every_unit() -> None:
    """Raw bars in the units of their first, adjusted bars, and the ratio as it was printed at the time."""
    split = SPLIT.with_columns(applied=pl.lit(value=False))
    raw = [70.0, 71.0, 72.0, 77.0, 11.0, 12.0, 13.0, 14.0]
    adjusted = [price / (7.0 if n <= 3 else 1.0) for n, price in enumerate(raw)]
    facts = rows("fundamentals", fact("A", 0, 0, 35.0, "as_printed"), fact("A", 4, 4, 5.5, "as_printed"))
    bars = rows("bars", *(("A", day(n), day(n).date(), p, p, p, p, 1.0, day(n)) for n, p in enumerate(raw)))
    factors = forward_factors(bars, split)
    until = day(DAYS - 1)
    ours = in_bar_units(facts, split, adjusted_for=[], until=until, factors=factors)
    first = panel_from_bars(in_first_units(bars, factors).drop("units")).with_fundamentals(ours)
    theirs = in_bar_units(facts, split, adjusted_for=["splits"], until=until)
    last = panel({"A": adjusted}).with_fundamentals(theirs)

    def ratio(one: Panel) -> Float:
        return one.fields["fundamentals.eps"][0] / one.fields["close"][0]

    expected = [35.0 / price for price in raw[:4]] + [5.5 / price for price in raw[4:]]
    np.testing.assert_allclose(ratio(first), expected, rtol=1e-14)
    np.testing.assert_allclose(ratio(last), expected, rtol=1e-14)


@pytest.mark.parametrize(
    ("name", "written"),
    [("a.b", "a.b"), ("", "_"), ("1.2", "_1._2"), ("zażółć", "za_"), ("a..b", "a._.b"), ("a.", "a._")],
)
def test_every_name_can_be_spelled(name: str, written: str) -> None:
    assert spelled(name) == written
