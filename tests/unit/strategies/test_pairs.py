"""Pairs: which are chosen, when the spread is traded, and with which hedge."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kuznia.core.errors import StrategyError
from kuznia.core.frames.panel import Panel
from kuznia.core.strategies import _kernels as kernel
from kuznia.core.strategies.pairs import closest_pairs, sides
from kuznia.core.strategies.spec import Pairs
from kuznia.core.strategies.targets import targets
from tests.support.paths import panel_of, random_panel


def together(seed: int = 0, length: int = 200) -> Panel:
    """A walk, twice its log with a wobble around it, and a stranger."""
    rng = np.random.default_rng(seed)
    walk = np.cumsum(rng.normal(0, 0.01, length))
    wobble = 0.02 * np.sin(np.arange(length) / 7.0) + rng.normal(0, 0.003, length)
    stranger = np.cumsum(rng.normal(0, 0.03, length))
    close = 50.0 * np.exp(np.stack([walk * 1.5 + wobble, walk, stranger], axis=1))
    return panel_of(close, close)


def test_the_spread_is_the_residual_of_a_regression() -> None:
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=30), rng.normal(size=30)
    y += 0.7 * x
    scores, slopes = kernel.spread(y, x, 20)
    assert np.isnan(scores[:19]).all()
    slope, level = np.polyfit(x[5:25], y[5:25], 1)
    rest = y[5:25] - slope * x[5:25] - level
    np.testing.assert_allclose(slopes[24], slope)
    np.testing.assert_allclose(scores[24], rest[-1] / rest.std(ddof=1))
    holed = x.copy()
    holed[10] = np.nan
    assert np.isnan(kernel.spread(y, holed, 20)[0][10:30]).all()


def test_the_closest_pairs_come_first() -> None:
    close = np.array([[1.0, 2.0, 3.0], [10.0, 20.5, 30.0], [4.0, 4.0, 4.0], [2.0, np.nan, 2.0]])
    assert closest_pairs(close, 2) == [(0, 1), (0, 2)]
    assert closest_pairs(close, 9) == [(0, 1), (0, 2), (1, 2)]


def test_a_side_is_held_until_the_spread_is_back() -> None:
    strategy = Pairs(enter=2.0, exit=0.5)
    scores = np.array([1.9, 2.1, 3.0, np.nan, 0.6, 0.5, -2.5, -0.4, 2.2])
    assert sides(scores, strategy).tolist() == [0, -1, -1, -1, -1, 0, 1, 0, -1]


def test_a_spread_that_runs_away_is_given_up_until_it_came_back() -> None:
    strategy = Pairs(enter=2.0, exit=0.5, stop=3.0)
    scores = np.array([2.5, 3.5, 2.5, 1.9, 2.5])
    assert sides(scores, strategy).tolist() == [-1, 0, 0, 0, -1]


def test_a_named_pair_is_hedged_by_its_slope() -> None:
    panel = together()
    found = targets(Pairs("XTST:A", "XTST:B", window=40, enter=1.5, exit=0.2), panel)
    rows = found.weights[~np.isnan(found.weights).all(axis=1)]
    open_ = rows[np.abs(rows).sum(axis=1) > 0]
    assert len(open_) > 3 and (open_[:, 2] == 0).all()
    np.testing.assert_allclose(np.abs(open_).sum(axis=1), 1.0)
    assert (np.sign(open_[:, 0]) == -np.sign(open_[:, 1])).all()
    ratio = -open_[:, 1] / open_[:, 0]
    assert ((ratio > 0.8) & (ratio < 2.5)).all(), "about the slope of 1.5"


def test_pairs_are_chosen_and_chosen_anew() -> None:
    found = targets(Pairs(count=1, window=40, every=30, enter=1.5, exit=0.2, gross=0.8), together())
    assert found.first == 39
    rows = found.weights[~np.isnan(found.weights).all(axis=1)]
    sizes = np.abs(rows).sum(axis=1)
    assert sizes.max() == pytest.approx(0.8) and sizes.min() == 0.0


def test_what_is_no_pair_is_refused() -> None:
    with pytest.raises(StrategyError, match="not in the universe"):
        targets(Pairs("XTST:A", "XTST:Z"), together())
    with pytest.raises(StrategyError, match="needs two"):
        targets(Pairs(), random_panel(1, 300, 1))


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), named=st.booleans(), cut=st.integers(60, 139))
def test_no_pair_sees_the_future(seed: int, named: bool, cut: int) -> None:
    panel = random_panel(seed, 140, 4)
    panel.fields["close"][:2, 70:74] = np.nan
    names = ("XTST:A", "XTST:B") if named else (None, None)
    strategy = Pairs(*names, count=2, window=20, every=25, enter=1.0, exit=0.2, stop=2.5)
    whole, part = targets(strategy, panel), targets(strategy, panel.until(cut))
    np.testing.assert_array_equal(whole.weights[: cut - 1], part.weights[: cut - 1])
