"""Probability of backtest overfitting against its definition, and the numbers of the papers."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from kuznia.core.errors import CoreError
from kuznia.core.metrics.overfitting import (
    expected_maximum_sharpe,
    maximum_trials,
    minimum_backtest_length,
    probability_of_overfitting,
)
from kuznia.core.typing import Float, Int


def in_blocks(returns: Float, blocks: int = 16) -> tuple[Float, Float, Int]:
    """Sums, squares and counts of returns (T, K) in blocks."""
    parts = np.array_split(returns, blocks)
    sums = np.stack([part.sum(axis=0) for part in parts], axis=1)
    squares = np.stack([(part**2).sum(axis=0) for part in parts], axis=1)
    return sums, squares, np.array([len(part) for part in parts])


@pytest.mark.parametrize("seed", range(3))
def test_it_is_its_definition(seed: int) -> None:
    returns = np.random.default_rng(seed).normal(0.01, 1.0, (121, 7))
    parts = np.array_split(returns, 6)
    logits = []
    for chosen in combinations(range(6), 3):
        inside = np.concatenate([parts[b] for b in chosen])
        outside = np.concatenate([parts[b] for b in range(6) if b not in chosen])
        mine, theirs = (x.mean(axis=0) / x.std(axis=0) for x in (inside, outside))
        best = int(np.argmax(mine))
        rank = (np.sum(theirs < theirs[best]) + 1) / 8
        logits.append(np.log(rank / (1 - rank)))
    found = probability_of_overfitting(*in_blocks(returns, 6))
    assert found.splits == 20
    np.testing.assert_allclose(found.logits, logits, rtol=1e-9)
    assert found.probability == np.mean(np.array(logits) <= 0)


def plainly(sums: Float, squares: Float, counts: Int) -> tuple[Float, float, float]:
    """Logits, degradation and loss by matrix products over all splits: the slow form, kept as reference."""
    blocks = sums.shape[1]
    halves = np.array(list(combinations(range(blocks), blocks // 2)))
    pick = np.zeros((blocks, len(halves)))
    pick[halves.T, np.arange(len(halves))] = 1.0
    mean = sums @ pick / (counts @ pick)
    variance = squares @ pick / (counts @ pick) - mean**2
    mine = np.where(variance > 1e-30, mean / np.sqrt(np.maximum(variance, 1e-30)), 0.0)
    theirs = mine[:, ::-1]  # lexicographic order puts each split's complement at the mirrored place
    best, at = np.argmax(mine, axis=0), np.arange(len(halves))
    inside, outside = mine[best, at], theirs[best, at]
    below = (theirs < outside).sum(axis=0) + 0.5 * ((theirs == outside).sum(axis=0) - 1)
    rank = (below + 1.0) / (len(sums) + 1.0)
    centred = inside - inside.mean()
    slope = float(centred @ outside / (centred @ centred))
    return np.log(rank / (1.0 - rank)), slope, float(np.mean(outside < 0.0))


@pytest.mark.parametrize("blocks", [2, 4, 6, 8, 10, 12, 16])
def test_the_kernel_is_the_plain_form_with_ties_and_without_trades(blocks: int) -> None:
    rng = np.random.default_rng(blocks)
    counts = rng.integers(20, 30, blocks)
    returns = rng.normal(0.0005, 0.01, (60, blocks, 20))
    returns[30:45] = returns[30]  # the same configuration under many names
    returns[50:56, : blocks // 2] = 0.0  # no trade in some halves
    returns[56:] = 0.0  # nor in any
    given = returns.sum(axis=2), (returns**2).sum(axis=2), counts
    found, (logits, slope, loss) = probability_of_overfitting(*given), plainly(*given)
    np.testing.assert_allclose(found.logits, logits, rtol=1e-12, atol=1e-12)
    assert (found.splits, found.loss) == (len(logits), loss)
    assert found.probability == np.mean(logits <= 0.0)
    if blocks > 2:
        assert found.degradation == pytest.approx(slope, rel=1e-12, abs=1e-12)


def test_noise_is_overfitted_every_second_time() -> None:
    found = [
        probability_of_overfitting(
            *in_blocks(np.random.default_rng(seed).normal(size=(1_000, 50)))
        ).probability
        for seed in range(200)
    ]
    assert np.mean(found) == pytest.approx(0.50, abs=0.05)


def test_a_true_edge_is_not_overfitting() -> None:
    found = []
    for seed in range(20):
        returns = np.random.default_rng(seed).normal(size=(1_260, 100))
        returns[:, 17] += 3.0 / np.sqrt(252.0)
        found.append(probability_of_overfitting(*in_blocks(returns)).probability)
    assert np.mean(found) <= 0.05


def test_the_papers_backtest_length() -> None:
    assert minimum_backtest_length(45) == pytest.approx(5.0, abs=0.005)
    assert maximum_trials(5.0) == 45
    assert maximum_trials(2.0) == 7
    assert expected_maximum_sharpe(45, 5.0) == pytest.approx(1.0, abs=0.001)


def test_what_cannot_be_halved_is_refused() -> None:
    for shape in ((1, 16), (5, 15)):
        with pytest.raises(CoreError, match="even number of blocks"):
            probability_of_overfitting(np.ones(shape), np.ones(shape), np.ones(shape[1], dtype=np.int64))
    with pytest.raises(CoreError, match="20 blocks at most"):
        probability_of_overfitting(np.ones((3, 22)), np.ones((3, 22)), np.ones(22, dtype=np.int64))
