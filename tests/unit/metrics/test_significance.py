"""Known answers of the papers, resampling, and the verdict."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import ndtr

from kuznia.core.metrics.bootstrap import (
    Interval,
    block_length,
    draw_blocks,
    growth_interval,
    mean_interval,
    sharpe_interval,
    sortino_interval,
    volatility_interval,
)
from kuznia.core.metrics.multiplicity import clusters, correlations, maximum_test
from kuznia.core.metrics.performance import sortino, volatility
from kuznia.core.metrics.significance import (
    deflated_sharpe,
    expected_maximum,
    minimum_track_record,
    probabilistic_sharpe,
)
from kuznia.core.metrics.verdict import judge


@pytest.mark.parametrize(("trials", "expected"), [(100, 0.9004), (46, 0.9505)])
def test_deflated_sharpe_of_the_paper(trials: int, expected: float) -> None:
    """Bailey and López de Prado 2014: 2.5 a year, 1250 days, skew -3, kurtosis 10, variance 1/2."""
    found = deflated_sharpe(2.5 / math.sqrt(250), 1250, -3.0, 10.0, 0.5 / 250, trials)
    assert found == pytest.approx(expected, abs=5e-5)


@pytest.mark.parametrize(("periods", "years"), [(250, 2.73), (52, 2.83), (12, 3.24)])
def test_minimum_track_record_of_the_paper(periods: int, years: float) -> None:
    """Bailey and López de Prado 2012: 2 against 1 at 95 %, normal returns."""
    found = minimum_track_record(2 / math.sqrt(periods), 1 / math.sqrt(periods)) / periods
    assert found == pytest.approx(years, abs=5e-3)


def test_minimum_track_record_of_hedge_fund_like_months() -> None:
    found = minimum_track_record(2 / math.sqrt(12), 1 / math.sqrt(12), -0.72, 5.78) / 12
    assert found == pytest.approx(4.99, abs=5e-3)
    assert minimum_track_record(0.1, 0.2) == math.inf


def test_probabilistic_sharpe_of_the_paper() -> None:
    assert probabilistic_sharpe(0.458, 0.0, 24) == pytest.approx(0.982, abs=5e-4)
    assert probabilistic_sharpe(0.458, 0.0, 24, -2.448, 10.164) == pytest.approx(0.913, abs=5e-4)


@pytest.mark.parametrize(("skew", "kurtosis"), [(0.0, 3.0), (-0.72, 5.78), (-2.448, 10.164)])
def test_a_record_of_the_least_length_is_just_convincing(skew: float, kurtosis: float) -> None:
    rows = minimum_track_record(0.458, 0.1, skew, kurtosis)
    ends = [probabilistic_sharpe(0.458, 0.1, n, skew, kurtosis) for n in (math.floor(rows), math.ceil(rows))]
    assert ends[0] <= 0.95 <= ends[1]


def test_one_trial_has_nothing_to_deflate() -> None:
    assert expected_maximum(0.5, 1) == 0.0
    assert deflated_sharpe(0.1, 100, 0.0, 3.0, 0.5, 1) == probabilistic_sharpe(0.1, 0.0, 100)


def test_expected_maximum_agrees_with_simulation() -> None:
    draws = np.random.default_rng(1).normal(size=(20_000, 50)).max(axis=1).mean()
    assert expected_maximum(1.0, 50) == pytest.approx(draws, rel=0.02)


def test_blocks_sum_like_their_rows() -> None:
    values = np.random.default_rng(2).normal(size=23)
    blocks = draw_blocks(23, np.random.default_rng(3), resamples=7, length=5)
    expected = []
    for starts in blocks.starts:
        rows = [(s + i) % 23 for s in starts[:-1] for i in range(5)]
        rows += [(starts[-1] + i) % 23 for i in range(23 - len(rows))]
        assert len(rows) == 23
        expected.append(values[rows].sum())
    np.testing.assert_allclose(blocks.sums(values), expected, atol=1e-12)
    assert block_length(1000) == 10 and block_length(1) == 1


def test_intervals_cover_and_repeat() -> None:
    """About 95 of 100 intervals of independent returns hold the true ratio."""
    rng = np.random.default_rng(4)
    hits = 0
    for _ in range(200):
        returns = rng.normal(0.001, 0.01, 400)
        found = sharpe_interval(returns, 1.0, draw_blocks(400, rng, resamples=400))
        hits += found.low <= 0.1 <= found.high
    assert 180 <= hits <= 199
    returns = rng.normal(0.001, 0.01, 300)
    same = [sharpe_interval(returns, 252.0, draw_blocks(300, np.random.default_rng(9))) for _ in range(2)]
    assert same[0] == same[1]
    assert same[0].value == pytest.approx(returns.mean() / returns.std(ddof=1) * math.sqrt(252))
    growth = growth_interval(returns, 365.25, draw_blocks(300, np.random.default_rng(9)))
    assert growth.low < growth.value < growth.high
    assert growth.value == pytest.approx(np.prod(1 + returns) - 1)
    mean = mean_interval(returns, 252.0, draw_blocks(300, np.random.default_rng(9)))
    assert mean.value == pytest.approx(returns.mean() * 252)


def test_intervals_of_volatility_and_sortino_cover() -> None:
    """Of a normal: deviation 0.01, and the downside deviation that its integral gives."""
    rng = np.random.default_rng(14)
    hits = {"volatility": 0, "sortino": 0}
    drift, spread = 0.001, 0.01
    z = drift / spread
    below = (drift**2 + spread**2) * ndtr(-z) - drift * spread * math.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    for _ in range(200):
        returns = rng.normal(drift, spread, 400)
        blocks = draw_blocks(400, rng, resamples=400)
        found = volatility_interval(returns, 1.0, blocks)
        hits["volatility"] += found.low <= spread <= found.high
        found = sortino_interval(returns, 1.0, blocks)
        hits["sortino"] += found.low <= drift / math.sqrt(below) <= found.high
    assert 176 <= hits["volatility"] <= 199 and 178 <= hits["sortino"] <= 199
    returns = rng.normal(drift, spread, 300)
    blocks = draw_blocks(300, rng)
    assert volatility_interval(returns, 252.0, blocks).value == pytest.approx(volatility(returns, 252.0))
    assert sortino_interval(returns, 252.0, blocks).value == pytest.approx(sortino(returns, 252.0))
    assert math.isnan(sortino_interval(np.abs(returns), 252.0, blocks).value)
    assert math.isnan(volatility_interval(returns[:2], 252.0, blocks).value)


def test_correlations_with_gaps_equal_numpy_on_common_rows() -> None:
    draws = np.random.default_rng(6).normal(size=(100, 3))
    draws[:, 1] += draws[:, 0]
    draws[:30, 2] = np.nan
    found = correlations(draws)
    assert found[0, 1] == pytest.approx(np.corrcoef(draws[:, 0], draws[:, 1])[0, 1])
    assert found[0, 2] == pytest.approx(np.corrcoef(draws[30:, 0], draws[30:, 2])[0, 1])


def test_variants_of_one_idea_are_one_cluster() -> None:
    rng = np.random.default_rng(7)
    ideas = rng.normal(size=(500, 3))
    variants = np.repeat(ideas, 5, axis=1) + 0.3 * rng.normal(size=(500, 15))
    assert len(set(clusters(variants).tolist())) == 3


def test_the_best_of_many_worthless_trials_is_luck() -> None:
    rng = np.random.default_rng(8)
    returns = rng.normal(0.0, 0.01, (750, 100))
    blocks = draw_blocks(750, np.random.default_rng(1))
    best = int(np.argmax(returns.mean(axis=0)))
    found = maximum_test(returns, best, blocks)
    assert found.alone > 0.95 > found.adjusted
    skilled = returns.copy()
    skilled[:, best] += 0.002
    assert maximum_test(skilled, best, blocks).adjusted > 0.99


def test_the_maximum_test_holds_its_level() -> None:
    """Under no skill, the best of ten passes at 95 % in about one of twenty worlds."""
    rng = np.random.default_rng(10)
    passed = 0
    for _ in range(200):
        returns = rng.normal(0.0, 0.01, (250, 10))
        best = int(np.argmax(returns.mean(axis=0) / returns.std(axis=0)))
        passed += maximum_test(returns, best, draw_blocks(250, rng, resamples=300)).adjusted >= 0.95
    assert passed <= 22


BASE = {
    "alone": 0.99,
    "adjusted": 0.97,
    "trials": 12,
    "total_return": 0.4,
    "judged": Interval(0.05, 0.01, 0.09),
    "against": "universe",
    "biased": False,
    "optimistic": False,
}


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({}, "not_luck"),
        ({"biased": True}, "unproven"),
        ({"optimistic": True}, "unproven"),
        ({"adjusted": 0.6}, "luck"),
        ({"alone": 0.8, "adjusted": 0.4}, "unproven"),
        ({"total_return": -0.1}, "loses"),
        ({"judged": Interval(-0.2, -0.3, -0.1), "alone": 0.01, "adjusted": 0.0}, "loses"),
        ({"alone": math.nan, "adjusted": math.nan}, "unproven"),
    ],
)
def test_verdicts(change: dict[str, object], key: str) -> None:
    assert judge(**(BASE | change)).key == key  # type: ignore[arg-type]
