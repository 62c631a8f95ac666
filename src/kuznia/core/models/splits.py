"""Walk-forward folds whose training labels never reach into the test fold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from kuznia.core.models.spec import Label, WalkForward


@dataclass(frozen=True, slots=True)
class Fold:
    """One fold in bar numbers; both spans are half-open.

    Parameters
    ----------
    number : int
        Position, from 0.
    train_start, train_end : int
        Rows of bars ``[train_start, train_end)`` may be trained on.
    test_start, test_end : int
        Rows of bars ``[test_start, test_end)`` are predicted.
    """

    number: int
    train_start: int
    train_end: int
    test_start: int
    test_end: int


def label_end(bar: int, horizon: int) -> int:
    """Last bar that the label of `bar` reads: the open `horizon` bars after the next one.

    Examples
    --------
    >>> label_end(10, 5)
    16
    """
    return bar + 1 + horizon


def walk_forward(bars: int, label: Label, validation: WalkForward) -> Iterator[Fold]:
    """Folds over `bars` bars, expanding or, with a window, rolling.

    A training row is dropped when the interval of its label, from its own bar to `label_end`,
    touches the test fold or its embargo, whatever the instrument. Boundaries count from the first
    bar, so more bars at the end add folds and move none.

    Parameters
    ----------
    bars : int
        Length of the time axis.
    label : Label
        Gives the horizon.
    validation : WalkForward
        Gives the lengths.

    Yields
    ------
    Fold
        In time order; none when no fold has a training row.

    Examples
    --------
    >>> for fold in walk_forward(25, Label(horizon=2), WalkForward(first_test=10, test=10)):
    ...     print(fold)
    Fold(number=0, train_start=0, train_end=7, test_start=10, test_end=20)
    Fold(number=1, train_start=0, train_end=17, test_start=20, test_end=25)
    """
    number = 0
    for test_start in range(validation.first_test, bars, validation.test):
        train_end = test_start - validation.embargo - label_end(0, label.horizon)
        if train_end > 0:
            train_start = first_training_bar(train_end, validation)
            yield Fold(number, train_start, train_end, test_start, min(test_start + validation.test, bars))
            number += 1


def first_training_bar(train_end: int, validation: WalkForward) -> int:
    """First bar learned from by what learns up to `train_end`: 0, or the start of the window."""
    return 0 if validation.window is None else max(train_end - validation.window, 0)
