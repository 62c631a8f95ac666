"""What a backtest is simulated on: scores known in time, dividends on the right day, honest labels."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from kuznia.core.backtest.settings import Settings
from kuznia.core.strategies.spec import EqualWeight, Ranked
from kuznia.domains.backtests import honesty, simulation
from kuznia.domains.backtests.errors import NoBars, UnusableBacktest
from kuznia.domains.backtests.reading import thinned
from tests.support.bench import random_bars

NAMES = ["XNYS:A", "XNYS:B", "XNYS:C"]
BARS = random_bars([*NAMES, "ARCX:SPY"], 120)
DAYS = BARS["session"].unique().sort().to_list()


def predictions(*, late: int = 0) -> pl.DataFrame:
    """Scores of bars 50 to 99, known `late` minutes after the close."""
    rows = BARS.filter(pl.col("session").is_between(DAYS[50], DAYS[99]) & pl.col("instrument").is_in(NAMES))
    known = pl.col("ts") + timedelta(minutes=late)
    return rows.select("instrument", "ts", known.alias("available_at"), (-pl.col("close")).alias("score"))


def action(kind: str, value: float, day: date, instrument: str = NAMES[0]) -> pl.DataFrame:
    row = BARS.filter((pl.col("session") == day) & (pl.col("instrument") == instrument))
    return row.select(
        "instrument",
        "ts",
        pl.col("session").alias("last_cum_session"),
        pl.lit(kind).alias("action"),
        pl.lit(value).alias("value"),
        pl.lit(False).alias("applied"),
        "available_at",
    )


def test_only_scores_known_at_their_decision_are_traded() -> None:
    in_time = simulation.material(BARS, NAMES, None, actions=None, predictions=predictions(late=30))
    assert in_time.scores is not None
    known = np.flatnonzero(~np.isnan(in_time.scores).all(axis=0))
    assert (known[0], known[-1], in_time.panel.shape[1]) == (50, 99, 100)
    with pytest.raises(UnusableBacktest, match="no out-of-sample scores"):
        simulation.material(BARS, NAMES, None, actions=None, predictions=predictions(late=31))
    strategy = Ranked(top=1, rebalance="daily")
    found = simulation.run(strategy, in_time, Settings(), 252.0, 0)
    assert found.panel.session[0] == np.datetime64(DAYS[50])
    assert (found.account.result.positions[0] == 0).all()


def test_the_span_starts_and_ends_where_it_is_asked_to() -> None:
    given = simulation.material(BARS, NAMES, "ARCX:SPY", actions=None, start=DAYS[30], end=DAYS[89])
    found = simulation.run(EqualWeight(), given, Settings(), 252.0, 0)
    assert (found.panel.session[0], found.panel.session[-1]) == (
        np.datetime64(DAYS[30]),
        np.datetime64(DAYS[89]),
    )
    assert [one.key for one in found.benchmarks] == ["universe", "ARCX:SPY"]
    np.testing.assert_array_equal(found.account.result.equity, found.benchmarks[0].result.equity)
    with pytest.raises(NoBars, match="XNYS:Z"):
        simulation.material(BARS, [*NAMES, "XNYS:Z"], None, actions=None)


def test_a_dividend_is_paid_on_the_session_after_the_last_day_with_the_right() -> None:
    given = simulation.material(BARS, NAMES, None, actions=action("dividend", 0.5, DAYS[10]))
    assert given.dividends is not None
    assert np.argwhere(given.dividends).tolist() == [[11, 0]]
    split = action("split", 2.0, DAYS[10])
    with pytest.raises(UnusableBacktest, match="was split"):
        simulation.material(BARS, NAMES, None, actions=split, split_adjusted=False)
    assert simulation.material(BARS, NAMES, None, actions=split).dividends is None


def test_the_same_seed_gives_the_same_intervals() -> None:
    given = simulation.material(BARS, NAMES, None, actions=None)
    strategy = Ranked(score="close / delay(close, 5) - 1", top=1, rebalance="weekly")
    one, two = (simulation.run(strategy, given, Settings(commission_bps=10), 252.0, 7) for _ in range(2))
    assert one.account.metrics["sharpe"] == two.account.metrics["sharpe"]
    assert one.account.result.digest() == two.account.result.digest()
    assert simulation.curves(one).equals(simulation.curves(two))


def test_more_trials_deflate_more() -> None:
    given = simulation.material(BARS, NAMES, None, actions=None)
    strategy = Ranked(score="close / delay(close, 5) - 1", top=1, rebalance="weekly")
    found = simulation.run(strategy, given, Settings(), 252.0, 0)
    rng = np.random.default_rng(1)
    ts = pl.Series("ts", found.panel.ts[1:]).cast(pl.Datetime("us", "UTC"))
    others = [
        pl.DataFrame({"ts": ts, "judged": rng.normal(0, 0.01, len(ts)).astype(np.float32)}) for _ in range(20)
    ]
    ratios = rng.normal(0, 0.05, 20).tolist()

    def weighed(count: int) -> honesty.Evidence:
        return honesty.weigh(
            found,
            long_only=True,
            periods_per_year=252.0,
            others=others[:count],
            other_sharpes=ratios[:count],
            trials=count + 1,
        )

    alone, crowd = weighed(0), weighed(20)
    assert (alone.trials, crowd.trials) == (1, 21)
    assert 15 <= crowd.clusters <= 21
    assert crowd.test.adjusted < alone.test.adjusted == pytest.approx(crowd.test.alone)


def test_numbers_that_json_cannot_hold_become_null() -> None:
    found = honesty.plain({"a": np.float64("nan"), "b": [float("inf"), 1], "c": ("x", True, np.int64(3))})
    assert found == {"a": None, "b": [None, 1], "c": ["x", True, 3]}


def test_thinning_keeps_ends_and_extremes() -> None:
    values = np.zeros(10_000)
    values[3_333], values[7_777] = 9.0, -9.0
    kept = thinned(values, 100)
    assert {0, 3_333, 7_777, 9_999} <= set(kept)
    assert len(kept) <= 102 and kept == sorted(kept)
    assert thinned(values[:50], 100) == list(range(50))
