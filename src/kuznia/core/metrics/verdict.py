"""What the numbers allow to be said, as a key with parameters; the interface finds the words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kuznia.core.metrics.bootstrap import Interval

Key = Literal["not_luck", "unproven", "luck", "loses"]
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Verdict:
    """A key and what is put into its sentence.

    Parameters
    ----------
    key : {"not_luck", "unproven", "luck", "loses"}
        What may be said.
    probability : float
        That worthless returns, the best of all trials, look worse than this.
    trials : int
        Of the question.
    against : {"universe", "zero"}
        What was to be beaten.
    reasons : tuple of str
        Why not more: ``biased``, ``optimistic``, ``unadjusted``, ``costs``, ``interval``, ``trials``.
    """

    key: Key
    probability: float
    trials: int
    against: Literal["universe", "zero"]
    reasons: tuple[str, ...]


def judge(
    *,
    alone: float,
    adjusted: float,
    trials: int,
    total_return: float,
    judged: Interval,
    against: Literal["universe", "zero"],
    biased: bool,
    optimistic: bool,
    unadjusted: bool = False,
) -> Verdict:
    """Judge a backtest.

    Parameters
    ----------
    alone, adjusted : float
        Of the maximum test: were it the only trial, and among all.
    trials : int
        Trials of the question, whoever made them.
    total_return : float
        After costs.
    judged : Interval
        Annual mean of the judged returns: in excess of the universe for a long-only strategy.
    against : {"universe", "zero"}
        What the judged returns are measured against.
    biased, optimistic, unadjusted : bool
        A universe of survivors, fills nobody gets, or splits that look like losses: such a result is
        never positive.

    Notes
    -----
    ``loses``: less than nothing after costs, or an interval wholly below zero. ``luck``: convincing
    alone, but not among so many trials. ``not_luck``: convincing among all trials. Else ``unproven``.

    Examples
    --------
    >>> good = dict(alone=0.99, adjusted=0.97, trials=3, total_return=0.5, judged=Interval(0.1, 0.02, 0.2))
    >>> judge(**good, against="universe", biased=False, optimistic=False).key
    'not_luck'
    >>> judge(**good, against="universe", biased=True, optimistic=False).key
    'unproven'
    """
    taints = {"biased": biased, "optimistic": optimistic, "unadjusted": unadjusted}
    tainted = tuple(name for name, is_so in taints.items() if is_so)
    if total_return < 0.0:
        return Verdict("loses", adjusted, trials, against, ("costs",))
    if judged.high < 0.0:
        return Verdict("loses", adjusted, trials, against, ("interval",))
    if alone >= CONFIDENCE and not adjusted >= CONFIDENCE:
        return Verdict("luck", adjusted, trials, against, (*tainted, "trials"))
    if adjusted >= CONFIDENCE:
        return Verdict("unproven" if tainted else "not_luck", adjusted, trials, against, tainted)
    return Verdict("unproven", adjusted, trials, against, (*tainted, "interval"))
