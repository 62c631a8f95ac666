"""Folds in time for labels that overlap: purged k-fold and combinatorial purged cross-validation.

A label is an interval of bars, from the bar of its row to the last bar that it reads. A training row is
dropped if that interval touches the span of a test fold, which reaches from the fold's first bar to the
last bar that its own labels read; on both sides, whatever the instrument. Behind a test fold an embargo
drops rows whose features still remember it. López de Prado, Advances in Financial Machine Learning (2018),
chapters 7 and 12.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np

from kuznia.core.errors import ModelError
from kuznia.core.typing import Bool, Int

Span = tuple[int, int]
"""First bar and the bar after the last."""


@dataclass(frozen=True, slots=True)
class Split:
    """One split of the rows.

    Parameters
    ----------
    number : int
        Position, from 0.
    test : tuple of (int, int)
        Spans of bars that are predicted, in order, neighbours joined.
    groups : tuple of int
        Groups of bars that they are made of.
    """

    number: int
    test: tuple[Span, ...]
    groups: tuple[int, ...]


def group_spans(bars: int, groups: int) -> tuple[Span, ...]:
    """Cut the time axis into groups of nearly equal length, counted from the first bar.

    Examples
    --------
    >>> group_spans(10, 3)
    ((0, 4), (4, 7), (7, 10))
    """
    if not 2 <= groups <= bars:
        raise ModelError(f"{bars} bars cannot be cut into {groups} groups.", "Use 2 groups or more.")
    edges = [0]
    for n in range(groups):
        edges.append(edges[-1] + bars // groups + (n < bars % groups))
    return tuple(pairwise(edges))


def purged_kfold(bars: int, folds: int) -> Iterator[Split]:
    """Each group of bars is tested once; :func:`training_mask` says what may be learned from.

    Examples
    --------
    >>> [split.test for split in purged_kfold(9, 3)]
    [((0, 3),), ((3, 6),), ((6, 9),)]
    """
    return combinatorial(bars, folds, 1)


def combinatorial(bars: int, groups: int, tested: int) -> Iterator[Split]:
    """Every choice of `tested` groups out of `groups` is a test set.

    Parameters
    ----------
    bars : int
        Length of the time axis.
    groups : int
        Parts of the time axis.
    tested : int
        Parts tested at once.

    Yields
    ------
    Split
        ``C(groups, tested)`` of them.

    Examples
    --------
    >>> [split.test for split in combinatorial(6, 3, 2)]
    [((0, 4),), ((0, 2), (4, 6)), ((2, 6),)]
    """
    if not 1 <= tested < groups:
        raise ModelError(f"{tested} of {groups} groups cannot be tested.", "Leave one or more to learn from.")
    spans = group_spans(bars, groups)
    for number, chosen in enumerate(combinations(range(groups), tested)):
        yield Split(number, _joined([spans[group] for group in chosen]), chosen)


def _joined(spans: Sequence[Span]) -> tuple[Span, ...]:
    joined: list[Span] = []
    for start, stop in spans:
        if joined and joined[-1][1] == start:
            joined[-1] = (joined[-1][0], stop)
        else:
            joined.append((start, stop))
    return tuple(joined)


def backtest_paths(groups: int, tested: int) -> Int:
    """Lay the tests of a combinatorial cross-validation side by side as whole histories.

    Each group is tested ``C(groups − 1, tested − 1)`` times, so that many paths can be put together, each
    of which predicts every bar exactly once.

    Returns
    -------
    int64 (paths, groups)
        Number of the split that predicts each group on each path.

    Examples
    --------
    >>> backtest_paths(4, 2).tolist()
    [[0, 0, 1, 2], [1, 3, 3, 4], [2, 4, 5, 5]]
    """
    by_group: list[list[int]] = [[] for _ in range(groups)]
    for number, chosen in enumerate(combinations(range(groups), tested)):
        for group in chosen:
            by_group[group].append(number)
    return np.array(by_group, dtype=np.int64).T


def in_test(bar: Int, split: Split) -> Bool:
    """Rows whose bar lies in a test span, (R,)."""
    inside = np.zeros(len(bar), dtype=np.bool_)
    for start, stop in split.test:
        inside |= (bar >= start) & (bar < stop)
    return inside


def training_mask(bar: Int, end: Int, split: Split, *, embargo: int = 0) -> Bool:
    """Rows that may be learned from.

    Parameters
    ----------
    bar, end : int64 (R,)
        First and last bar of each row's label; `end` is not before `bar`.
    split : Split
        What is tested.
    embargo : int
        Bars dropped behind each test span and its labels.

    Returns
    -------
    bool (R,)

    Examples
    --------
    Labels of three bars; bars 4 and 5 are tested, their labels reach to 8, bar 9 is under embargo:

    >>> bar = np.arange(12)
    >>> training_mask(bar, bar + 3, Split(0, ((4, 6),), (0,)), embargo=1).nonzero()[0].tolist()
    [0, 10, 11]
    """
    if np.any(end < bar):
        at = int(np.flatnonzero(end < bar)[0])
        raise ModelError(f"The label of row {at} ends before its bar.", "Give the last bar that it reads.")
    kept = np.ones(len(bar), dtype=np.bool_)
    for start, stop in split.test:
        last = int(end[(bar >= start) & (bar < stop)].max(initial=stop - 1))
        kept &= (end < start) | (bar > last + embargo)
    return kept
