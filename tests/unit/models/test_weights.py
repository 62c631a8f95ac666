"""Uniqueness of labels by hand, against counting, and decay in time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuznia.core.errors import ModelError
from kuznia.core.models.weights import time_decay, uniqueness


def test_uniqueness_of_three_spans_by_hand() -> None:
    found = uniqueness(np.array([0, 1, 5]), np.array([2, 3, 6]))
    np.testing.assert_allclose(found, [2 / 3, 2 / 3, 1.0], rtol=1e-15)


@given(seed=st.integers(0, 10_000), rows=st.integers(1, 60), longest=st.integers(0, 20))
def test_uniqueness_agrees_with_counting(seed: int, rows: int, longest: int) -> None:
    rng = np.random.default_rng(seed)
    start = rng.integers(5, 60, rows)
    end = start + rng.integers(0, longest + 1, rows)
    alive = [sum(a <= bar <= b for a, b in zip(start, end, strict=True)) for bar in range(100)]
    counted = [
        np.mean([1.0 / alive[bar] for bar in range(a, b + 1)]) for a, b in zip(start, end, strict=True)
    ]
    np.testing.assert_allclose(uniqueness(start, end), counted, rtol=1e-12)


def test_decay_reaches_its_ends() -> None:
    np.testing.assert_allclose(time_decay(np.ones(5), 1.0), np.ones(5))
    np.testing.assert_allclose(time_decay(np.array([1.0, 1, 2, 4]), 0.0), [0.125, 0.25, 0.5, 1.0])
    assert time_decay(np.ones(100), 0.3)[0] == pytest.approx(0.3 + 0.7 / 100)
    assert not time_decay(np.ones(4), -0.5)[:2].any()


@pytest.mark.parametrize("oldest", [-1.0, 1.5, float("nan")])
def test_a_decay_out_of_range_is_refused(oldest: float) -> None:
    with pytest.raises(ModelError, match="oldest"):
        time_decay(np.ones(3), oldest)


def test_a_label_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(ModelError, match="Label 1 ends"):
        uniqueness(np.array([0, 4]), np.array([2, 3]))
