"""The paired difference beside the compiled bootstrap, and how often its interval is right."""

from __future__ import annotations

import math

import numpy as np
import pytest

from kuznia.core.metrics.bootstrap import draw_blocks, mean_interval
from kuznia.core.metrics.paired import paired_difference


def test_it_is_the_bootstrap_of_the_difference() -> None:
    draws = np.random.default_rng(3).normal(0.0, 1.0, (2, 500))
    found = paired_difference(draws[0], draws[1], 5, seed=7)
    blocks = draw_blocks(500, np.random.default_rng(7))
    expected = mean_interval(draws[1] - draws[0], 1.0, blocks)
    assert (found.bars, found.block) == (500, blocks.length)
    assert (found.mean, found.low, found.high) == pytest.approx(
        (expected.value, expected.low, expected.high), abs=1e-12
    )


def test_what_moves_both_alike_cancels() -> None:
    rng = np.random.default_rng(4)
    market, noise = rng.normal(0.0, 1.0, 600), rng.normal(0.0, 0.01, 600)
    found = paired_difference(market, market + 0.01 + noise, 1)
    assert 0.0 < found.low < found.mean < found.high < 0.02


def test_blocks_are_as_long_as_the_labels_overlap() -> None:
    values = np.random.default_rng(5).normal(0.0, 1.0, 300)
    assert paired_difference(values, values, 21).block == 21
    assert paired_difference(values[:10], values[:10], 21).block == 10


def test_two_pairs_say_nothing() -> None:
    found = paired_difference(np.zeros(2), np.ones(2), 1)
    assert math.isnan(found.mean) and math.isnan(found.low) and found.bars == 2


def test_the_interval_covers_as_often_as_it_says() -> None:
    """Moving sums of 5, as overlapping labels make them; 95 % is the promise, small samples fall short."""
    rng, hit = np.random.default_rng(6), 0
    for n in range(200):
        noise = rng.normal(0.0, 1.0, 504)
        overlapping = np.convolve(noise, np.ones(5), "valid")
        found = paired_difference(np.zeros(500), overlapping, 5, seed=n)
        hit += found.low <= 0.0 <= found.high
    assert 170 <= hit <= 200
