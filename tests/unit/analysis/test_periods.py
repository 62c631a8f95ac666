"""Returns by calendar and by regime: every bar belongs to one part, and no regime knows tomorrow."""

from __future__ import annotations

import numpy as np
import pytest

from kuznia.core.backtest.analysis.periods import (
    by_code,
    by_month,
    by_weekday,
    by_year,
    trend_regime,
    volatility_regime,
)
from kuznia.core.errors import BacktestError
from kuznia.core.metrics import performance
from tests.support.return_series import real_looking

OWN, MARKET, DAYS = real_looking()


@pytest.mark.parametrize("split", [by_year, by_month, by_weekday])
def test_parts_hold_every_bar_once(split: object) -> None:
    parts = split(OWN, DAYS, 252.0, MARKET)  # type: ignore[operator]
    assert sum(one.bars for one in parts) == len(OWN)
    whole = np.prod([1.0 + one.total_return for one in parts])
    assert whole == pytest.approx(1.0 + performance.total_return(OWN))
    others = np.prod([1.0 + one.benchmark_return for one in parts])
    assert others == pytest.approx(1.0 + performance.total_return(MARKET))


def test_a_year_alone() -> None:
    chosen = DAYS.astype("datetime64[Y]") == np.datetime64("2017")
    (part,) = (one for one in by_year(OWN, DAYS, 252.0) if one.key == "2017")
    assert part.sharpe == pytest.approx(performance.sharpe(OWN[chosen], 252.0))
    assert part.volatility == pytest.approx(performance.volatility(OWN[chosen], 252.0))
    assert np.isnan(part.benchmark_return)


def test_weekdays_are_the_calendars() -> None:
    days = np.array(["2024-01-01", "2024-01-05", "2024-01-07"], dtype="datetime64[D]")
    assert [one.key for one in by_weekday(np.zeros(3), days, 252.0)] == ["Monday", "Friday", "Sunday"]


@pytest.mark.parametrize("regime", [volatility_regime, trend_regime])
def test_regimes_are_known_the_bar_before(regime: object) -> None:
    whole = regime(MARKET)  # type: ignore[operator]
    for cut in (300, 700, 1200):
        changed = MARKET.copy()
        changed[cut:] = 0.5
        later = regime(changed)  # type: ignore[operator]
        assert np.array_equal(later[: cut + 1], whole[: cut + 1])
        assert np.array_equal(regime(MARKET[:cut]), whole[:cut])  # type: ignore[operator]


def test_terciles_by_plain_counting() -> None:
    codes = volatility_regime(MARKET, 21, 60)
    recent = [MARKET[t - 20 : t + 1].std(ddof=1) for t in range(20, len(MARKET))]
    assert (codes[: 20 + 60 + 1] == -1).all()
    for t in range(20 + 61, len(MARKET), 97):
        past = recent[: t - 20]
        share = np.mean(np.array(past) < past[-1])
        assert codes[t] == min(int(share * 3), 2)


def test_a_wild_time_is_wild() -> None:
    rng = np.random.default_rng(1)
    market = np.concatenate((rng.normal(0, 0.005, 600), rng.normal(0, 0.03, 200)))
    codes = volatility_regime(market)
    assert (codes[680:] == 2).all()
    assert (trend_regime(np.full(300, 0.001))[200:] == 1).all()


def test_codes_must_fit() -> None:
    with pytest.raises(BacktestError, match="2 codes for 3"):
        by_code(np.zeros(3), np.zeros(2, np.int64), ["a"], 252.0)
    assert by_code(np.zeros(3), np.full(3, -1), ["a"], 252.0) == []
