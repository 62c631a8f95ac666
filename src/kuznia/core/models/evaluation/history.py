"""How much history a model needs: the same folds, learned from more and more of what lies before them."""

from __future__ import annotations

from dataclasses import replace

from kuznia.core.models.spec import ModelSpec
from kuznia.core.models.splits import label_end, walk_forward

LEAST_BARS = 20
PARTS = (0.25, 0.5, 1.0, 2.0)


def windows(spec: ModelSpec, bars: int) -> list[int | None]:
    """Lengths of history to try, shortest first; None is all of it.

    Parameters
    ----------
    spec : ModelSpec
        Parts and multiples of its window are tried, or of what lies before its first test.
    bars : int
        Length of the time axis.

    Returns
    -------
    list of int or None
        Without those that would be all of it in every fold, or fewer bars than a label needs.

    Examples
    --------
    >>> windows(ModelSpec(), 2000)
    [126, 252, 504, 1008, None]
    """
    own = spec.validation.window
    base = own or spec.validation.first_test
    longest = max((fold.train_end for fold in walk_forward(bars, spec.label, spec.validation)), default=0)
    least = max(LEAST_BARS, label_end(0, spec.label.horizon) * 2)
    wanted = {round(base * part) for part in PARTS} | ({own} if own else set())
    return [*sorted(one for one in wanted if least <= one < longest or one == own), None]


def with_window(spec: ModelSpec, window: int | None) -> ModelSpec:
    """The specification with another length of history."""
    return replace(spec, validation=replace(spec.validation, window=window))
