"""Metrics beside empyrical-reloaded and quantstats, on one series; where they differ, by which convention."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from scipy.special import ndtri
from scipy.stats import norm

from bench._peers import Answer, Peer
from kuznia.core.metrics import drawdown, performance, relative, rolling, significance
from tests.support.return_series import real_looking

OWN, MARKET, DAYS = real_looking()
TS = DAYS.astype("datetime64[us]").astype(np.int64)
EQUITY = np.cumprod(1.0 + OWN)
BARS, YEAR, WINDOW = len(OWN), 252.0, 126
GIVEN = {"returns": OWN, "benchmark": MARKET, "ts": TS}
FALL = drawdown.deepest(EQUITY, TS, 1.0).depth
BY_BARS = float(EQUITY[-1] ** (YEAR / BARS) - 1.0)
SKEW, KURTOSIS = performance.skewness(OWN), performance.kurtosis(OWN)
RATIO = performance.sharpe(OWN, 1.0)

SAME: dict[str, Callable[[], float]] = {
    "total_return": lambda: performance.total_return(OWN),
    "volatility": lambda: performance.volatility(OWN, YEAR),
    "sharpe": lambda: performance.sharpe(OWN, YEAR),
    "sortino": lambda: performance.sortino(OWN, YEAR),
    "omega": lambda: performance.omega(OWN),
    "tail_ratio": lambda: performance.tail_ratio(OWN),
    "beta": lambda: relative.beta(OWN, MARKET),
    # Losses are positive here, negative there.
    "max_drawdown": lambda: -FALL,
    # Years are calendar days / 365.25 here, bars / 252 there.
    "cagr": lambda: BY_BARS,
    "calmar": lambda: BY_BARS / FALL,
    # Annual here, per bar there.
    "information_ratio": lambda: relative.information_ratio(OWN, MARKET, 1.0),
}


def geometric_alpha() -> float:
    return float((1.0 + relative.alpha(OWN, MARKET, 1.0)) ** YEAR - 1.0)


def annual_capture(rising: bool) -> float:
    """Both sides raised to a year's power before they are divided."""
    chosen = MARKET > 0 if rising else MARKET < 0
    power = YEAR / chosen.sum()
    own, other = (float(np.prod(1.0 + x[chosen]) ** power - 1.0) for x in (OWN, MARKET))
    return own / other


EMPYRICAL = SAME | {
    "downside_deviation": lambda: performance.downside_deviation(OWN, YEAR),
    "value_at_risk": lambda: -performance.value_at_risk(OWN),
    # The worst whole number of bars; here the bar on the border counts in part (5 % of 1500 is whole).
    "expected_shortfall": lambda: -performance.expected_shortfall(OWN),
    # Compounded to a year, here times the bars of a year.
    "alpha": geometric_alpha,
    "up_capture": lambda: annual_capture(True),
    "down_capture": lambda: annual_capture(False),
}


def sample_skew() -> float:
    return SKEW * float(np.sqrt(BARS * (BARS - 1.0)) / (BARS - 2.0))


def sample_excess_kurtosis() -> float:
    spread = (BARS - 1.0) / ((BARS - 2.0) * (BARS - 3.0))
    return spread * ((BARS + 1.0) * (KURTOSIS - 3.0) + 6.0)


def normal_quantile() -> float:
    return float(OWN.mean() + OWN.std(ddof=1) * ndtri(0.05))


QUANTSTATS = SAME | {
    "gain_to_pain": lambda: performance.gain_to_pain(OWN),
    "payoff_ratio": lambda: performance.payoff_ratio(OWN),
    "profit_factor": lambda: performance.profit_factor(OWN),
    "win_rate": lambda: performance.win_rate(OWN),
    "alpha": lambda: relative.alpha(OWN, MARKET, YEAR),
    "r_squared": lambda: relative.correlation(OWN, MARKET) ** 2,
    # Of a normal distribution with the sample's mean and deviation; here of the sample itself.
    "value_at_risk": normal_quantile,
    "expected_shortfall": lambda: float(OWN.mean() - OWN.std(ddof=1) * norm.pdf(ndtri(0.05)) / 0.05),
    # Corrected for the sample and in excess of 3; here plain moments, 3 for a normal.
    "skewness": sample_skew,
    "kurtosis": sample_excess_kurtosis,
    # Divided by one less than the bars.
    "ulcer": lambda: drawdown.ulcer(EQUITY, 1.0) * float(np.sqrt(BARS / (BARS - 1.0))),
    # Compound return of the whole span over beta; here the annual mean.
    "treynor": lambda: performance.total_return(OWN) / relative.beta(OWN, MARKET),
}


@pytest.fixture(scope="module")
def peer() -> Iterator[Peer]:
    with Peer("metrics") as running:
        yield running


@pytest.fixture(scope="module")
def empyrical(peer: Peer) -> Answer:
    return peer.ask("empyrical", GIVEN, full=True, window=WINDOW)


@pytest.fixture(scope="module")
def quantstats(peer: Peer) -> Answer:
    return peer.ask("quantstats", GIVEN, full=True)


@pytest.mark.parametrize("name", EMPYRICAL)
def test_equals_empyrical(empyrical: Answer, name: str) -> None:
    assert EMPYRICAL[name]() == pytest.approx(empyrical.values[name], rel=1e-10)


@pytest.mark.parametrize("name", QUANTSTATS)
def test_equals_quantstats(quantstats: Answer, name: str) -> None:
    assert QUANTSTATS[name]() == pytest.approx(quantstats.values[name], rel=1e-10)


def test_probabilistic_sharpe_equals_quantstats_with_its_moments(quantstats: Answer) -> None:
    skew, kurtosis = sample_skew(), sample_excess_kurtosis() + 3.0
    found = significance.probabilistic_sharpe(RATIO, 0.0, BARS, skew, kurtosis)
    assert found == pytest.approx(quantstats.values["probabilistic_sharpe"], rel=1e-9)
    spread = np.sqrt((1.0 - skew * RATIO + (kurtosis - 1.0) / 4.0 * RATIO**2) / (BARS - 1.0))
    assert found == pytest.approx(float(norm.cdf(RATIO / spread)), rel=1e-12)


def test_rolling_series_equal_empyrical(empyrical: Answer) -> None:
    ours = {
        "rolling_sharpe": rolling.rolling_sharpe(OWN, WINDOW, YEAR),
        "rolling_beta": rolling.rolling_beta(OWN, MARKET, WINDOW),
        "rolling_volatility": rolling.rolling_volatility(OWN, WINDOW, YEAR),
    }
    for name, values in ours.items():
        np.testing.assert_allclose(values[WINDOW - 1 :], empyrical.arrays[name], atol=1e-11)


def test_the_drawdown_table_equals_quantstats(quantstats: Answer) -> None:
    """It dates a drawdown from its first bar below the peak to its last; here from peak to recovery."""
    table = drawdown.table(EQUITY, TS, 1.0, 5)
    days = DAYS.astype(np.int64)
    np.testing.assert_allclose([-one.depth for one in table], quantstats.arrays["depths"], atol=1e-12)
    assert [days[one.peak + 1] for one in table] == quantstats.arrays["starts"].tolist()
    assert [days[one.trough] for one in table] == quantstats.arrays["valleys"].tolist()
    ends = [one.recovered for one in table if one.recovered is not None]
    assert [days[row - 1] for row in ends] == quantstats.arrays["ends"].tolist()
