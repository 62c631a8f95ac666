"""What a backtest is simulated on: scores known in time, dividends on the right day, honest labels."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from kuznia.cli.sample import load
from kuznia.core.backtest.settings import Settings
from kuznia.core.strategies.spec import EqualWeight, Ranked
from kuznia.domains.backtests import honesty, simulation
from kuznia.domains.backtests.errors import NoBars, UnusableBacktest
from kuznia.domains.backtests.material import Material, material
from kuznia.domains.backtests.reading import thinned
from kuznia.domains.backtests.settings import BacktestSettings
from tests.support.bench import random_bars

NAMES = ["XNYS:A", "XNYS:B", "XNYS:C"]
BARS = random_bars([*NAMES, "ARCX:SPY"], 120)
DAYS = BARS["session"].unique().sort().to_list()


def made(
    bars: pl.DataFrame,
    names: list[str],
    benchmark: str | None,
    *,
    start: date | None = None,
    end: date | None = None,
    **read: Any,
) -> Material:
    """What is simulated on, over a span."""
    return material(bars, names, BacktestSettings(benchmark=benchmark, start=start, end=end), **read)


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
        pl.lit(None, pl.Float64).alias("ref_price"),
        pl.lit(False).alias("applied"),
        "available_at",
    )


def test_only_scores_known_at_their_decision_are_traded() -> None:
    in_time = made(BARS, NAMES, None, actions=None, predictions=predictions(late=30))
    assert in_time.scores is not None
    known = np.flatnonzero(~np.isnan(in_time.scores).all(axis=0))
    assert (known[0], known[-1], in_time.panel.shape[1]) == (50, 99, 100)
    with pytest.raises(UnusableBacktest, match="no out-of-sample scores"):
        made(BARS, NAMES, None, actions=None, predictions=predictions(late=31))
    strategy = Ranked(top=1, rebalance="daily")
    found = simulation.run(strategy, in_time, Settings(), 252.0, 0)
    assert found.panel.session[0] == np.datetime64(DAYS[50])
    assert (found.account.result.positions[0] == 0).all()


def test_the_span_starts_and_ends_where_it_is_asked_to() -> None:
    given = made(BARS, NAMES, "ARCX:SPY", actions=None, start=DAYS[30], end=DAYS[89])
    found = simulation.run(EqualWeight(), given, Settings(), 252.0, 0)
    assert (found.panel.session[0], found.panel.session[-1]) == (
        np.datetime64(DAYS[30]),
        np.datetime64(DAYS[89]),
    )
    assert [one.key for one in found.benchmarks] == ["universe", "ARCX:SPY"]
    np.testing.assert_array_equal(found.account.result.equity, found.benchmarks[0].result.equity)
    with pytest.raises(NoBars, match="XNYS:Z"):
        made(BARS, [*NAMES, "XNYS:Z"], None, actions=None)


def test_a_dividend_is_paid_on_the_session_after_the_last_day_with_the_right() -> None:
    given = made(BARS, NAMES, None, actions=action("dividend", 0.5, DAYS[10]))
    assert given.market.dividends is not None
    assert np.argwhere(given.market.dividends).tolist() == [[11, 0]]


def split_in_two(day: date, spin_off: bool = False) -> pl.DataFrame:
    """The bars as they would have been traded, had the first share been split after a day."""
    raw = pl.when((pl.col("instrument") == NAMES[0]) & (pl.col("session") > day))
    prices = [raw.then(pl.col(name) / 2).otherwise(pl.col(name)) for name in ("open", "high", "low", "close")]
    return BARS.with_columns(prices if spin_off else [*prices, raw.then(2e6).otherwise(1e6).alias("volume")])


@pytest.mark.parametrize("kind", ["split", "spinoff_price_factor"])
def test_a_split_is_no_loss(kind: str) -> None:
    raw = split_in_two(DAYS[60], spin_off=kind != "split")
    told = action(kind, 2.0 if kind == "split" else 0.5, DAYS[60])
    paid = [action("dividend", 0.5, DAYS[30]), action("dividend", 0.25, DAYS[90])]
    given = made(raw, NAMES, None, actions=pl.concat([told, *paid]), adjusted_for=())
    before = made(
        BARS, NAMES, None, actions=pl.concat([paid[0], action("dividend", 0.5, DAYS[90])]), adjusted_for=()
    )
    assert before.units is None and given.units is not None
    for name in ("open", "close", "volume"):
        np.testing.assert_array_equal(given.panel.fields[name], before.panel.fields[name])
    strategy = Ranked(score="-close", top=1, rebalance="daily")
    found, twin = (simulation.run(strategy, one, Settings(), 252.0, 0) for one in (given, before))
    assert found.account.result.digest() == twin.account.result.digest()
    assert np.abs(found.account.result.returns).max() < 0.1
    assert set(given.panel.fields) == {"open", "high", "low", "close", "volume"}
    held = twin.trades.with_row_index().filter(pl.col("instrument") == NAMES[0])
    after = found.panel.session[held["opened"].to_numpy()] > np.datetime64(DAYS[60])
    shown = found.trades[held["index"]]
    np.testing.assert_array_equal(shown["entry"], held["entry"] / np.where(after, 2.0, 1.0))
    np.testing.assert_array_equal(shown["quantity"], held["quantity"] * np.where(after, 2.0, 1.0))
    np.testing.assert_array_equal(shown["pnl"], held["pnl"])


def test_what_the_bars_hold_is_not_applied_again_and_what_is_to_come_changes_nothing() -> None:
    split = action("split", 2.0, DAYS[60])
    adjusted = made(BARS, NAMES, None, actions=split, adjusted_for=("splits",))
    applied = made(BARS, NAMES, None, actions=split.with_columns(applied=True), adjusted_for=())
    assert adjusted.units is None and applied.units is None
    raw = split_in_two(DAYS[60])
    whole = made(raw, NAMES, None, actions=split, adjusted_for=())
    cut = made(raw.filter(pl.col("session") <= DAYS[40]), NAMES, None, actions=split, adjusted_for=())
    np.testing.assert_array_equal(whole.panel.fields["close"][:, :41], cut.panel.fields["close"])


def test_the_same_seed_gives_the_same_intervals() -> None:
    given = made(BARS, NAMES, None, actions=None)
    strategy = Ranked(score="close / delay(close, 5) - 1", top=1, rebalance="weekly")
    one, two = (simulation.run(strategy, given, Settings(commission_bps=10), 252.0, 7) for _ in range(2))
    assert one.account.metrics["sharpe"] == two.account.metrics["sharpe"]
    assert one.account.result.digest() == two.account.result.digest()
    assert simulation.curves(one).equals(simulation.curves(two))


def test_more_trials_deflate_more() -> None:
    given = made(BARS, NAMES, None, actions=None)
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


def test_thinning_keeps_ends_and_extremes() -> None:
    values = np.zeros(10_000)
    values[3_333], values[7_777] = 9.0, -9.0
    kept = thinned(values, 100)
    assert {0, 3_333, 7_777, 9_999} <= set(kept)
    assert len(kept) <= 102 and kept == sorted(kept)
    assert thinned(values[:50], 100) == list(range(50))


def test_apple_falls_by_half_once_and_never_by_its_splits() -> None:
    """Raw closes fell by 50 %, 50 % and 86 % over three splits; the worst real day is 2000-09-29."""
    told = load()

    def rows(key: str, day: str) -> pl.DataFrame:
        read = pl.read_parquet(told.dataset(key).content()).filter(pl.col("symbol") == "AAPL")
        at = (pl.col(day).cast(pl.Datetime("us")) + pl.duration(hours=21)).dt.replace_time_zone("UTC")
        return read.with_columns(
            instrument=pl.lit("XNAS:AAPL"), ts=at, available_at=at, session=pl.col(day), applied=pl.lit(False)
        )

    actions = rows("actions_raw", "last_cum_date").rename({"last_cum_date": "last_cum_session"})
    bars, worst = rows("bars_raw", "date"), []
    for given in (None, actions):
        found = made(bars, ["XNAS:AAPL"], None, actions=given, adjusted_for=())
        result = simulation.run(EqualWeight(), found, Settings(), 252.0, 0).account.result
        days = result.ts.astype("datetime64[us]").astype("datetime64[D]")
        worst.append((str(days[result.returns.argmin()]), round(float(result.returns.min()), 4)))
    assert worst == [("2014-06-09", -0.8549), ("2000-09-29", -0.5165)]
