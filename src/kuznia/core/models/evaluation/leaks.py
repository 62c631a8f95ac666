"""Whether a model knew what could not be known: five questions to features, labels and folds.

None of them proves that nothing leaks; each finds one way in which much does. What a check measures is told
beside its bound, so that a person can judge.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.random import Generator

from kuznia.core.frames.panel import Panel
from kuznia.core.metrics.paired import Difference
from kuznia.core.models.evaluation.information import RankIC, mean_ic, rank_ic_by_bar
from kuznia.core.models.offered import Step
from kuznia.core.models.rows import Rows
from kuznia.core.models.scaling import Scaler
from kuznia.core.typing import Bool, Float, Int

Key = Literal["prefix", "overlap", "foresight", "scaler", "embargo", "shuffled"]
Status = Literal["passed", "suspicious", "failed", "unknown"]

BEYOND_BELIEF = 0.2
"""Mean rank IC with a return to come that nothing known in time has, as in searches for features."""
SURE = 4.0
"""Standard errors from zero that a suspicion needs."""
SAME = 1e-9
"""Relative distance up to which two numbers are the same."""
LOST = 0.25
"""Share of the rank IC whose loss to a longer embargo is suspicious, if it is sure."""
MOST_FINDINGS = 50


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a check came upon.

    Parameters
    ----------
    subject : str
        A feature, a fold, the bundle.
    where : str
        Which return, which day; empty when there is nothing to say.
    value, bound : float
        What was measured, and from where it is a finding.
    """

    subject: str
    where: str
    value: float
    bound: float


@dataclass(frozen=True, slots=True)
class Check:
    """An answer.

    Parameters
    ----------
    key : str
        Which question.
    status : str
        ``suspicious`` asks a person to look; ``unknown`` could not be asked.
    examined : int
        Cells, rows, features or folds that were looked at.
    findings : tuple of Finding
        The worst first.
    ic, other_ic : RankIC or None
        Of the checks that train: as it is, and changed.
    difference : Difference or None
        Of their daily rank ICs.
    """

    key: Key
    status: Status
    examined: int
    findings: tuple[Finding, ...] = ()
    ic: RankIC | None = None
    other_ic: RankIC | None = None
    difference: Difference | None = None


def prefix_check(pairs: Sequence[tuple[str, Mapping[str, tuple[Float, Float]]]]) -> Check:
    """Values that were computed on the whole history against those on a history that ends early.

    Parameters
    ----------
    pairs : sequence of (str, mapping of str to (float64, float64))
        For each cut its day, and by feature the kept values and those computed anew, of one shape.
    """
    findings, examined = [], 0
    for day, features in pairs:
        for name, (kept, again) in features.items():
            examined += kept.size
            share = float(differs(kept, again).mean()) if kept.size else 0.0
            if share > 0.0:
                findings.append(Finding(name, day, share, 0.0))
    status: Status = "failed" if findings else "passed" if examined else "unknown"
    return Check("prefix", status, examined, _worst(findings))


def differs(kept: Float, again: Float) -> Bool:
    """Where two arrays say different things; both not knowing is the same.

    Examples
    --------
    >>> differs(np.array([1.0, np.nan, 2.0]), np.array([1.0, np.nan, np.nan])).tolist()
    [False, False, True]
    """
    one, two = np.isnan(kept), np.isnan(again)
    distance = np.abs(np.where(one | two, 0.0, kept - again))
    return np.asarray((one != two) | (distance > SAME * np.maximum(np.abs(np.nan_to_num(kept)), 1.0)))


@dataclass(frozen=True, slots=True)
class FoldRows:
    """A fold as it was drawn.

    Parameters
    ----------
    subject : str
        Its name.
    chosen : bool (R,)
        Rows that were learned from.
    start, stop : int
        First bar that is tested, and the bar after the last.
    """

    subject: str
    chosen: Bool
    start: int
    stop: int


def overlap_check(bar: Int, end: Int, folds: Sequence[FoldRows]) -> Check:
    """Training rows whose label touches a test fold, or whose bar its labels still read.

    Parameters
    ----------
    bar, end : int64 (R,)
        First and last bar of each row's label.
    folds : sequence of FoldRows
    """
    findings, examined = [], 0
    for one in folds:
        inside = (bar >= one.start) & (bar < one.stop)
        last = int(end[inside].max(initial=one.stop - 1))
        touching = one.chosen & (end >= one.start) & (bar <= last)
        examined += int(one.chosen.sum())
        if touching.any():
            findings.append(Finding(one.subject, "", float(touching.sum()), 0.0))
    status: Status = "failed" if findings else "passed" if examined else "unknown"
    return Check("overlap", status, examined, _worst(findings))


def foresight_check(rows: Rows, panel: Panel, horizon: int) -> Check:
    """Features whose rank IC with a return to come is too good to be true.

    Looked at are the gap from the close of the decision's bar to the next open, the next bar from close to
    close and from open to open, and the label's own return. A return that is past by the decision is not: a
    momentum knows it, and may.
    """
    futures = {name: (values[rows.row, rows.bar], 1) for name, values in _futures(panel).items()}
    futures["label"] = (rows.forward, horizon)
    findings = []
    for n, name in enumerate(rows.features):
        for where, (forward, lags) in futures.items():
            ic = mean_ic(rank_ic_by_bar(rows.x[:, n], forward, rows.bar)[1], lags)
            if abs(ic.mean) >= BEYOND_BELIEF / 2.0 and abs(ic.mean) > SURE * ic.standard_error:
                findings.append(Finding(name, where, ic.mean, BEYOND_BELIEF))
    worst = max((abs(one.value) for one in findings), default=0.0)
    status: Status = "failed" if worst >= BEYOND_BELIEF else "suspicious" if findings else "passed"
    return Check("foresight", status, len(rows.features), _worst(findings))


def _futures(panel: Panel) -> dict[str, Float]:
    """Returns that begin with the decision's bar or after it, by name. (N, T)"""
    opens, close = panel.fields["open"], panel.fields["close"]
    gap, closes, following = (np.full(panel.shape, np.nan) for _ in range(3))
    gap[:, :-1] = opens[:, 1:] / close[:, :-1] - 1.0
    closes[:, :-1] = close[:, 1:] / close[:, :-1] - 1.0
    following[:, :-2] = opens[:, 2:] / opens[:, 1:-1] - 1.0
    return {"gap": gap, "next_close": closes, "next_open": following}


def scaler_check(
    rows: Rows,
    scalers: Sequence[tuple[str, Scaler, Bool]],
    steps: Sequence[Step] = (),
    seed: int = 0,
) -> Check:
    """Scalers against the statistics of the rows that they may know.

    Parameters
    ----------
    rows : Rows
    scalers : sequence of (str, Scaler, bool (R,))
        Each with its name and the rows that were learned from.
    steps, seed
        Of the specification: what the scalers went through first.
    """
    findings = []
    for subject, scaler, chosen in scalers:
        own = Scaler.fit(rows.x[chosen], steps, seed)
        distance = float(np.max(np.abs(scaler.mean - own.mean) / own.scale, initial=0.0))
        distance = max(distance, float(np.max(np.abs(scaler.scale / own.scale - 1.0), initial=0.0)))
        if distance > SAME:
            everything = Scaler.fit(rows.x, steps, seed)
            nearer = np.abs(scaler.mean - everything.mean) / own.scale
            where = "all_rows" if float(nearer.max(initial=0.0)) <= SAME else ""
            findings.append(Finding(subject, where, distance, SAME))
    status: Status = "failed" if findings else "passed" if scalers else "unknown"
    return Check("scaler", status, len(scalers), _worst(findings))


def embargo_check(ic: RankIC, longer: RankIC, difference: Difference, bars: int) -> Check:
    """What a model loses when it may learn only from labels that ended `bars` earlier.

    Parameters
    ----------
    ic, longer : RankIC
        As it is, and with the longer embargo.
    difference : Difference
        Of the daily rank ICs, as it is less with the longer embargo.
    bars : int
        How much longer it is.
    """
    lost = difference.mean / ic.mean if ic.mean > 0 else 0.0
    suspicious = difference.low > 0.0 and lost >= LOST
    found = (Finding("embargo", str(bars), lost, LOST),) if suspicious else ()
    status: Status = "suspicious" if suspicious else "passed" if difference.bars else "unknown"
    return Check("embargo", status, difference.bars, found, ic, longer, difference)


def shuffled_rows(rows: Rows, rng: Generator) -> Rows:
    """The rows with what came of them handed to other instruments of the same bar: nothing to be learned."""
    order = np.lexsort((rng.random(len(rows.bar)), rows.bar))
    return replace(rows, forward=rows.forward[order], outcome=rows.outcome[order], end=rows.end[order])


def shuffled_check(ic: RankIC) -> Check:
    """A training on labels that belong to others: what it finds, it cannot have learned."""
    bound = SURE * ic.standard_error
    failed = abs(ic.mean) > bound
    found = (Finding("shuffled", "", ic.mean, bound),) if failed else ()
    status: Status = "failed" if failed else "passed" if ic.bars > 1 else "unknown"
    return Check("shuffled", status, ic.bars, found, other_ic=ic)


def _worst(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda one: -abs(one.value))[:MOST_FINDINGS])
