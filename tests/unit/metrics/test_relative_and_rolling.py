"""Beside a market and over moving windows: hand values, plain loops, what must not change."""

from __future__ import annotations

import math

import numpy as np
import pytest

from kuznia.core.errors import CoreError
from kuznia.core.metrics import performance, relative, rolling
from kuznia.core.metrics.regression import least_squares, newey_west_lags
from tests.support.return_series import real_looking

OWN, MARKET, _ = real_looking(600)
STATSMODELS = {
    "params": [1.2849573353117749e-05, 0.7704941903059541, 1.3470264206254097],
    "bse": [0.00017177659495817138, 0.019322651627012754, 1.1417473271694025],
    "rsquared": [0.47243198673422115],
}


def test_figures_of_the_peers_on_one_series() -> None:
    """Values that empyrical-reloaded 0.7.1 and quantstats 0.0.86 gave, in our conventions."""
    own, market, _ = real_looking()
    assert relative.beta(own, market) == pytest.approx(0.7702676065, abs=6e-11)
    assert relative.alpha(own, market, 252.0) == pytest.approx(0.0225951062, abs=6e-11)
    assert relative.correlation(own, market) ** 2 == pytest.approx(0.4720318033, abs=6e-11)
    assert relative.information_ratio(own, market, 1.0) == pytest.approx(-0.0025662317, abs=6e-11)


def test_a_leveraged_market_has_the_figures_of_its_leverage() -> None:
    double = 2.0 * MARKET
    assert relative.treynor(double, MARKET, 252.0) == pytest.approx(MARKET.mean() * 252.0)
    assert relative.modigliani(double, MARKET, 252.0) == pytest.approx(MARKET.mean() * 252.0)
    assert relative.correlation(double, MARKET) == pytest.approx(1.0)
    assert relative.alpha(double, MARKET, 252.0) == pytest.approx(0.0)
    assert relative.capture(MARKET, MARKET, rising=True) == pytest.approx(1.0)
    assert relative.batting_average(MARKET + 0.001, MARKET) == 1.0


def test_the_riskless_rate_moves_alpha_by_what_beta_leaves() -> None:
    slope, rate = relative.beta(OWN, MARKET), 0.0001
    moved = relative.alpha(OWN, MARKET, 252.0, rate) - relative.alpha(OWN, MARKET, 252.0)
    assert moved == pytest.approx(-rate * (1 - slope) * 252.0)


def test_capture_by_hand() -> None:
    own, market = np.array([0.05, -0.02, 0.10]), np.array([0.10, -0.04, 0.10])
    rising = (math.sqrt(1.05 * 1.10) - 1) / (math.sqrt(1.10 * 1.10) - 1)
    assert relative.capture(own, market, rising=True) == pytest.approx(rising)
    assert relative.capture(own, market, rising=False) == pytest.approx(0.5)
    assert math.isnan(relative.capture(own, np.abs(market), rising=False))
    assert math.isnan(relative.treynor(own, np.zeros(3), 252.0))
    assert math.isnan(relative.correlation(own, np.zeros(3)))


@pytest.mark.parametrize("window", [2, 21, 126, 600])
def test_rolling_equals_each_window_alone(window: int) -> None:
    found = {
        "return": rolling.rolling_return(OWN, window),
        "volatility": rolling.rolling_volatility(OWN, window, 252.0),
        "sharpe": rolling.rolling_sharpe(OWN, window, 252.0),
        "beta": rolling.rolling_beta(OWN, MARKET, window),
        "correlation": rolling.rolling_correlation(OWN, MARKET, window),
    }
    for values in found.values():
        assert np.isnan(values[: window - 1]).all() and len(values) == len(OWN)
    for t in range(window - 1, len(OWN), 37):
        own, market = OWN[t - window + 1 : t + 1], MARKET[t - window + 1 : t + 1]
        assert found["return"][t] == pytest.approx(performance.total_return(own), abs=1e-11)
        assert found["volatility"][t] == pytest.approx(performance.volatility(own, 252.0), rel=1e-8)
        assert found["sharpe"][t] == pytest.approx(performance.sharpe(own, 252.0), rel=1e-7)
        assert found["beta"][t] == pytest.approx(relative.beta(own, market), rel=1e-6)
        assert found["correlation"][t] == pytest.approx(relative.correlation(own, market), rel=1e-6)


def test_windows_that_do_not_fit_or_vary_are_nan() -> None:
    assert np.isnan(rolling.rolling_sharpe(OWN[:5], 6, 252.0)).all()
    assert np.isnan(rolling.rolling_volatility(OWN[:5], 1, 252.0)).all()
    assert np.isnan(rolling.rolling_sharpe(np.full(9, 0.01), 3, 252.0)).all()
    assert np.isnan(rolling.rolling_beta(OWN[:9], np.full(9, 0.01), 3)).all()
    ruined = rolling.rolling_return(np.array([0.1, -1.0, 0.1, 0.1]), 2)
    assert ruined[1:].tolist() == pytest.approx([-1.0, -1.0, 0.21])


def test_rolling_windows_do_not_see_what_follows() -> None:
    whole = rolling.rolling_return(OWN, 20)
    np.testing.assert_allclose(whole[:300], rolling.rolling_return(OWN[:300], 20), atol=1e-12)


def test_newey_west_by_the_formula() -> None:
    """Sandwich with Bartlett weights, written out as sums over pairs of rows."""
    rng = np.random.default_rng(3)
    factors = rng.normal(size=(60, 2))
    y = 0.1 + factors @ np.array([1.0, -2.0]) + rng.normal(size=60)
    fit = least_squares(y, factors, lags=3)
    design = np.column_stack((np.ones(60), factors))
    middle = np.zeros((3, 3))
    for s in range(60):
        for t in range(60):
            weight = max(0.0, 1.0 - abs(s - t) / 4.0)
            middle += weight * fit.residuals[s] * fit.residuals[t] * np.outer(design[s], design[t])
    inverse = np.linalg.inv(design.T @ design)
    np.testing.assert_allclose(fit.errors, np.sqrt(np.diag(inverse @ middle @ inverse)), rtol=1e-10)
    np.testing.assert_allclose(fit.coefficients, np.linalg.lstsq(design, y, rcond=None)[0], rtol=1e-10)
    assert fit.lags == 3 and newey_west_lags(1000) == 6


def test_newey_west_equals_statsmodels() -> None:
    """Values of statsmodels 0.15.0: OLS(...).fit(cov_type="HAC", cov_kwds={"maxlags": 5})."""
    own, market, _ = real_looking()
    fit = least_squares(own, np.column_stack((market, market**2)), lags=5)
    np.testing.assert_allclose(fit.coefficients, STATSMODELS["params"], rtol=1e-8)
    np.testing.assert_allclose(fit.errors, STATSMODELS["bse"], rtol=1e-8)
    assert fit.r_squared == pytest.approx(STATSMODELS["rsquared"][0], rel=1e-9)


def test_errors_cover_under_overlap() -> None:
    """Residuals that follow each other: plain errors are too small, Newey–West's nearly right."""
    rng = np.random.default_rng(5)
    hits = 0
    for _ in range(200):
        shocks = rng.normal(size=404)
        overlapped = np.convolve(shocks, np.ones(5), "valid")
        fit = least_squares(overlapped, rng.normal(size=(400, 1)), lags=8)
        hits += fit.low[0] < 0.0 < fit.high[0]
    assert 172 <= hits <= 196


@pytest.mark.parametrize(
    "factors", [np.ones((50, 1)), np.tile(np.arange(50.0)[:, None], (1, 2)), np.zeros((50, 1))]
)
def test_factors_that_follow_from_others_are_refused(factors: np.ndarray) -> None:
    with pytest.raises(CoreError, match="constant or follows"):
        least_squares(np.arange(50.0), factors)


def test_too_few_rows_are_refused() -> None:
    with pytest.raises(CoreError, match="too few"):
        least_squares(np.arange(3.0), np.arange(3.0)[:, None])
