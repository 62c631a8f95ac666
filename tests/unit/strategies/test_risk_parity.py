"""Equal risk contributions: a published case, hand cases, and the covariance they come from."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kuznia.core.errors import StrategyError
from kuznia.core.strategies import _kernels as kernel
from kuznia.core.strategies.risk_parity import equal_risk_weights, risk_contributions
from kuznia.core.strategies.spec import RiskParity
from kuznia.core.strategies.targets import targets
from tests.support.paths import panel_of, random_panel


def test_the_published_case() -> None:
    """Maillard, Roncalli and Teiletche 2010: four assets of 10, 20, 30 and 40 % volatility."""
    spread = np.array([0.1, 0.2, 0.3, 0.4])
    correlation = np.array([[1, 0.8, 0, 0], [0.8, 1, 0, 0], [0, 0, 1, -0.5], [0, 0, -0.5, 1]])
    weights = equal_risk_weights(correlation * np.outer(spread, spread))
    np.testing.assert_allclose(weights, [0.384, 0.192, 0.243, 0.182], atol=5e-4)


def test_two_names_are_held_by_one_over_their_volatility() -> None:
    for correlation in (-0.9, 0.0, 0.7):
        covariances = np.array([[0.04, 0.02 * correlation], [0.02 * correlation, 0.01]])
        np.testing.assert_allclose(equal_risk_weights(covariances), [1 / 3, 2 / 3], rtol=1e-9)


@settings(max_examples=50, deadline=None)
@given(seed=st.integers(0, 10_000), count=st.integers(1, 12))
def test_every_name_contributes_the_same(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    moves = rng.normal(size=(60, count)) * rng.uniform(0.005, 0.05, count) + rng.normal(size=(60, 1)) * 0.01
    covariances = kernel.covariance(np.ascontiguousarray(moves))
    np.testing.assert_allclose(covariances, np.atleast_2d(np.cov(moves, rowvar=False)), rtol=1e-9, atol=1e-18)
    weights = equal_risk_weights(covariances)
    assert weights.sum() == pytest.approx(1.0) and (weights > 0).all()
    np.testing.assert_allclose(risk_contributions(weights, covariances), 1 / count, rtol=1e-6)


def test_more_names_than_bars_need_shrinkage() -> None:
    panel = random_panel(3, 14, 25)
    with pytest.raises(StrategyError, match="25 instruments from 10 bars") as caught:
        targets(RiskParity(window=10, rebalance="daily"), panel)
    assert caught.value.field == "window"
    weights = targets(RiskParity(window=10, rebalance="daily", shrinkage=0.2), panel).weights[12]
    moves = np.diff(panel.fields["close"][:, 2:13]) / panel.fields["close"][:, 2:12]
    covariances = np.cov(moves) * 0.8 + np.diag(np.var(moves, axis=1, ddof=1)) * 0.2
    np.testing.assert_allclose(risk_contributions(weights, covariances), 1 / 25, rtol=1e-6)


def test_what_has_no_variance_is_refused() -> None:
    with pytest.raises(StrategyError, match="not above zero"):
        equal_risk_weights(np.array([[0.0, 0.0], [0.0, 0.01]]))
    with pytest.raises(StrategyError, match="square"):
        equal_risk_weights(np.ones((2, 3)))


def test_a_name_without_the_whole_window_or_without_a_move_waits() -> None:
    panel = random_panel(5, 40, 3)
    close = panel.fields["close"].T.copy()
    close[:12, 1] = np.nan
    close[:, 2] = 10.0
    found = targets(RiskParity(window=10, rebalance="daily"), panel_of(close, close))
    assert found.first == 10
    assert found.weights[10].tolist() == [1.0, 0.0, 0.0]
    assert found.weights[22, 1] > 0 and found.weights[21, 1] == 0
    assert found.weights[22].sum() == pytest.approx(1.0)


def test_truncation_and_gross_hold() -> None:
    found = targets(
        RiskParity(window=10, rebalance="daily", gross=0.9, truncation=0.35), random_panel(5, 40, 3)
    )
    rows = found.weights[~np.isnan(found.weights).all(axis=1)]
    assert rows.max() <= 0.35 + 1e-12
    np.testing.assert_allclose(rows.sum(axis=1), 0.9)
