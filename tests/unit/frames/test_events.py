"""Events: laid against decisions, summarised by hand-computed windows, never known early."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from kuznia.core.errors import FrameError
from kuznia.core.expressions import Context, ExpressionError, check, evaluate
from kuznia.core.frames.events import EventHistory
from kuznia.core.frames.panel import Panel

DAY = 86_400_000_000
NAN = np.nan
FRIDAY = datetime(2024, 1, 5, 21, tzinfo=UTC)
CLOSES = [FRIDAY - timedelta(days=1), FRIDAY, FRIDAY + timedelta(days=3), FRIDAY + timedelta(days=4)]


def make_panel() -> Panel:
    ts = np.array([int(at.timestamp()) * 1_000_000 for at in CLOSES])
    return Panel(("A", "B"), ts, ts.astype("M8[us]").astype("M8[D]"), ts, {"close": np.ones((2, 4))})


def make_rows() -> pl.DataFrame:
    """A: before the panel, on Friday at its close, twice at the weekend (once without a score); B: none."""
    hours = [-30, 0, 20, 30, 21]
    known = [FRIDAY + timedelta(hours=h) for h in hours]
    return pl.DataFrame(
        {
            "instrument": ["A", "A", "A", "A", "Z"],
            "ts": [*known[:2], FRIDAY - timedelta(days=9), *known[3:]],
            "available_at": known,
            "score": [9.0, 1.0, 3.0, None, 5.0],
        }
    )


CONTEXT = Context(events=frozenset({"news.headline", "news.score"}))


def values(source: str) -> list[list[float]]:
    panel = make_panel().with_events(make_rows(), "news", ["score"])
    found: list[list[float]] = evaluate({"x": check(source, CONTEXT)}, panel)["x"].tolist()
    return found


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("news.count", [NAN, 1, 2, 0]),
        ("vec_count(news.headline, 3)", [NAN, 1, 3, 3]),
        ("vec_count(news.score, 3)", [NAN, 1, 2, 2]),
        ("vec_sum(news.score, 2)", [NAN, 1, 4, 3]),
        ("vec_avg(news.score, 2)", [NAN, 1, 2, 3]),
        ("vec_mean(news.score, 3, halflife=1)", [NAN, 1, (3 + 0.5) / 1.5, (1.5 + 0.25) / 0.75]),
        ("vec_count(news.headline, 3, halflife=1)", [NAN, 1, 2.5, 1.25]),
        ("vec_std(news.score, 2)", [NAN, NAN, 2**0.5, NAN]),
        ("vec_choose(news.score, 3, 0)", [NAN, 1, 1, 1]),
        ("vec_choose(news.score, 3)", [NAN, 1, 3, 3]),
        ("vec_powersum(news.score, 2)", [NAN, 1, 10, 9]),
        ("vec_range(news.score, 3)", [NAN, 0, 2, 2]),
    ],
)
def test_windows_of_events_are_those_computed_by_hand(source: str, expected: list[float]) -> None:
    np.testing.assert_allclose(values(source)[0], expected, rtol=1e-14)


def test_an_instrument_without_events_has_none_and_no_mean() -> None:
    assert values("vec_count(news.headline, 2)")[1] == [pytest.approx(NAN, nan_ok=True), 0, 0, 0]
    assert np.isnan(values("vec_mean(news.score, 2)")[1]).all()


def test_a_half_life_weighs_the_deviation() -> None:
    weights, scores = np.array([0.5, 1.0]), np.array([1.0, 3.0])
    mean = np.average(scores, weights=weights)
    freedom = weights.sum() - (weights**2).sum() / weights.sum()
    expected = np.sqrt((weights * (scores - mean) ** 2).sum() / freedom)
    assert values("vec_std(news.score, 2, halflife=1)")[0][2] == pytest.approx(expected)


def test_events_stand_only_inside_their_functions() -> None:
    for source in ("news.score + 1", "ts_mean(news.score, 5)", "rank(news.score)", "news.score"):
        with pytest.raises(ExpressionError) as caught:
            check(source, CONTEXT)
        problem = caught.value.problems[0]
        assert source[problem.position :].startswith("news.score")
        assert problem.suggestion == "Make one value of them: vec_mean(news.score, 1)."
    with pytest.raises(ExpressionError, match="name of events must stand"):
        check("vec_mean(close, 5)", CONTEXT)
    with pytest.raises(ExpressionError, match=r"Did you mean news\.score"):
        check("vec_mean(news.scor, 5)", CONTEXT)
    with pytest.raises(ExpressionError, match="The data has no"):
        evaluate({"x": check("vec_mean(news.score, 5)", CONTEXT)}, make_panel())


def test_what_an_expression_reads_names_its_events() -> None:
    checked = check("news.count / vec_std(news.score, 5)", CONTEXT)
    assert (checked.events, checked.fields, checked.lookback) == (("news.headline", "news.score"), (), 5)


def test_broken_histories_are_refused() -> None:
    with pytest.raises(FrameError, match="decrease at event 1"):
        EventHistory(np.array([0, 2]), np.array([5, 4]), np.ones(2))
    EventHistory(np.array([0, 1, 2]), np.array([5, 4]), np.ones(2))
    with pytest.raises(FrameError, match="do not fit"):
        EventHistory(np.array([0, 1]), np.array([5, 4]), np.ones(2))
    with pytest.raises(FrameError, match="lack the columns"):
        make_panel().with_events(make_rows().drop("available_at"), "news")
