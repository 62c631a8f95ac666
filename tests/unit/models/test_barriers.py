"""Triple barriers on paths made by hand, against a plain loop, and meta-labels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuznia.core.errors import ModelError
from kuznia.core.models.barriers import BarrierLabels, meta_labels, triple_barrier
from kuznia.core.typing import Float

Bars = list[tuple[float, float, float, float]]


def one(
    rows: list[tuple[float, float, float, float]], *, up: float, down: float, horizon: int
) -> BarrierLabels:
    opened, high, low, close = (np.array([column]) for column in zip(*rows, strict=True))
    wide = np.ones(opened.shape)
    return triple_barrier(opened, high, low, close, up=wide * up, down=wide * down, horizon=horizon)


CALM = (100.0, 100.5, 99.5, 100.0)


@pytest.mark.parametrize(
    ("rows", "outcome", "end", "forward"),
    [
        pytest.param([CALM, CALM, (100, 103, 99.5, 102), CALM, CALM], 1.0, 2, 0.02, id="upper"),
        pytest.param([CALM, CALM, (100, 101, 96, 97), CALM, CALM], -1.0, 2, -0.03, id="lower"),
        pytest.param([CALM, CALM, CALM, (100, 101, 99, 100.7), CALM], 0.0, 3, 0.007, id="neither"),
        pytest.param([CALM, (100, 105, 95, 100), CALM, CALM, CALM], -1.0, 1, -0.03, id="tie: the stop first"),
        pytest.param([CALM, CALM, (104, 104, 96, 100), CALM, CALM], 1.0, 2, 0.02, id="opens above"),
        pytest.param([CALM, CALM, (90, 105, 90, 100), CALM, CALM], -1.0, 2, -0.03, id="opens below"),
        pytest.param([CALM, CALM, CALM, (100, 103, 100, 100), CALM], 1.0, 3, 0.02, id="on the last bar"),
        pytest.param([CALM, CALM, CALM, CALM, (100, 103, 100, 100)], 0.0, 3, 0.0, id="a bar too late"),
    ],
)
def test_each_barrier_on_a_path_by_hand(rows: Bars, outcome: float, end: int, forward: float) -> None:
    found = one(rows, up=0.02, down=0.03, horizon=3)
    assert (found.outcome[0, 0], found.end[0, 0]) == (outcome, end)
    assert found.forward[0, 0] == pytest.approx(forward, abs=1e-12)


def test_what_the_data_does_not_reach_is_not_known() -> None:
    found = one([CALM] * 5, up=0.02, down=0.03, horizon=3)
    assert found.outcome[0].tolist()[:2] == [0.0, 0.0]
    assert np.isnan(found.outcome[0, 2:]).all()
    assert found.end[0].tolist() == [3, 4, -1, -1, -1]
    gap = one([CALM, CALM, (np.nan,) * 4, CALM, CALM], up=0.02, down=0.03, horizon=3)
    assert np.isnan(gap.outcome[0, :2]).all()


@given(seed=st.integers(0, 10_000), horizon=st.integers(1, 8))
def test_the_passes_agree_with_a_plain_loop(seed: int, horizon: int) -> None:
    rng = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(0.01 * rng.standard_normal((3, 40)), axis=1))
    opened = close * np.exp(0.004 * rng.standard_normal(close.shape))
    high = np.maximum(opened, close) * (1 + 0.004 * rng.random(close.shape))
    low = np.minimum(opened, close) * (1 - 0.004 * rng.random(close.shape))
    low[rng.random(close.shape) < 0.02] = np.nan
    up, down = 0.005 + 0.02 * rng.random(close.shape), 0.005 + 0.02 * rng.random(close.shape)
    found = triple_barrier(opened, high, low, close, up=up, down=down, horizon=horizon)
    for n in range(3):
        for t in range(40):
            expected = _walk(opened[n], high[n], low[n], close[n], up[n, t], down[n, t], t, horizon)
            np.testing.assert_equal((found.outcome[n, t], int(found.end[n, t])), expected)


def _walk(
    opened: Float, high: Float, low: Float, close: Float, up: float, down: float, t: int, horizon: int
) -> tuple[float, int]:
    if t + 1 >= len(opened):
        return np.nan, -1
    ceiling, floor = opened[t + 1] * (1 + up), opened[t + 1] * (1 - down)
    for at in range(t + 1, t + 1 + horizon):
        if at >= len(opened) or np.isnan([opened[at], high[at], low[at]]).any():
            return np.nan, -1
        if opened[at] >= ceiling:
            return 1.0, at
        if opened[at] <= floor or low[at] <= floor:
            return -1.0, at
        if high[at] >= ceiling:
            return 1.0, at
    return (0.0, t + horizon) if not np.isnan(close[t + horizon]) else (np.nan, -1)


def test_meta_labels_follow_the_side() -> None:
    labels = BarrierLabels(
        np.array([[1.0, -1.0, 0.0, np.nan, 1.0]]),
        np.array([[1, 2, 3, -1, 5]]),
        np.array([[0.02, -0.03, -0.001, np.nan, 0.02]]),
    )
    side = np.array([[-1.0, -1.0, -1.0, 1.0, 0.0]])
    np.testing.assert_array_equal(meta_labels(side, labels), [[0.0, 1.0, 1.0, np.nan, np.nan]])


def test_nonsense_is_refused() -> None:
    with pytest.raises(ModelError, match="horizon"):
        one([CALM] * 4, up=0.02, down=0.02, horizon=0)
    with pytest.raises(ModelError, match="no distance"):
        one([CALM] * 4, up=0.0, down=0.02, horizon=2)
