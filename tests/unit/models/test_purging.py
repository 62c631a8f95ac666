"""No training label touches a test span, at any split; counts and paths are those of the literature."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuznia.core.errors import ModelError
from kuznia.core.models.purging import (
    Split,
    backtest_paths,
    combinatorial,
    group_spans,
    in_test,
    purged_kfold,
    training_mask,
)


@pytest.mark.parametrize(("groups", "tested", "splits", "paths"), [(6, 2, 15, 5), (10, 8, 45, 36)])
def test_splits_and_paths_are_counted_as_published(groups: int, tested: int, splits: int, paths: int) -> None:
    """López de Prado 2018, section 12.4: φ[N, k] = k / N · C(N, N − k)."""
    found = list(combinatorial(600, groups, tested))
    assert len(found) == splits
    laid = backtest_paths(groups, tested)
    assert laid.shape == (paths, groups) == (comb(groups, tested) * tested // groups, groups)
    for path in laid:
        assert all(group in found[number].groups for group, number in enumerate(path))
    used = {(int(number), group) for path in laid for group, number in enumerate(path)}
    assert len(used) == splits * tested


@given(
    bars=st.integers(20, 200),
    groups=st.integers(2, 8),
    tested=st.integers(1, 7),
    reach=st.integers(0, 12),
    embargo=st.integers(0, 6),
    seed=st.integers(0, 1000),
)
def test_no_training_label_touches_a_test_span(
    bars: int, groups: int, tested: int, reach: int, embargo: int, seed: int
) -> None:
    tested = min(tested, groups - 1)
    rng = np.random.default_rng(seed)
    bar = np.sort(rng.integers(0, bars, 3 * bars))
    end = bar + rng.integers(0, reach + 1, len(bar))
    for split in combinatorial(bars, groups, tested):
        inside = in_test(bar, split)
        kept = training_mask(bar, end, split, embargo=embargo)
        assert not np.any(kept & inside)
        for start, stop in split.test:
            here = (bar >= start) & (bar < stop)
            last = max(end[here].max(initial=0), stop - 1)
            assert not np.any(kept & (end >= start) & (bar <= last + embargo))
            dropped = ~kept & ~inside
            near = np.zeros(len(bar), dtype=bool)
            for low, high in split.test:
                reached = max(end[(bar >= low) & (bar < high)].max(initial=0), high - 1)
                near |= (end >= low) & (bar <= reached + embargo)
            assert np.all(near[dropped])


def test_every_bar_is_tested_once_by_k_folds() -> None:
    bar = np.arange(103)
    counted = sum(in_test(bar, split).astype(int) for split in purged_kfold(103, 7))
    assert np.all(counted == 1)


def test_each_path_predicts_every_bar_once() -> None:
    splits, spans = list(combinatorial(60, 6, 2)), group_spans(60, 6)
    for path in backtest_paths(6, 2):
        counted = np.zeros(60, dtype=int)
        for group, number in enumerate(path):
            start, stop = spans[group]
            assert in_test(np.arange(60), splits[number])[start:stop].all()
            counted[start:stop] += 1
        assert np.all(counted == 1)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: group_spans(5, 6), "cannot be cut"),
        (lambda: list(combinatorial(60, 6, 6)), "cannot be tested"),
        (lambda: training_mask(np.array([3]), np.array([2]), Split(0, ((0, 1),), (0,))), "ends before"),
    ],
)
def test_nonsense_is_refused(call, words: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ModelError, match=words):
        call()
