"""What holding the best names against the worst would have earned, after costs.

A portfolio is chosen at every bar and held for the label's horizon, as the forward return is: bought at
the next open, sold `horizon` opens later. So `horizon` portfolios run beside each other (Jegadeesh and
Titman 1993), and each is compared with the one that it replaces for what has to be traded. No account:
no cash, no fills in part.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from kuznia.core.models.evaluation.scored import Estimate, Scored, estimate
from kuznia.core.models.targets import grade
from kuznia.core.typing import Float, Int

LEAST_NAMES = 5
"""Names that a bar needs."""


@dataclass(frozen=True, slots=True)
class Spread:
    """The best names less the worst at each bar that has enough of them.

    Parameters
    ----------
    bars : int64 (B,)
    gross, net : float64 (B,)
        Over the horizon, of one unit long and one short, before and after costs.
    turnover : float64 (B,)
        Value traded for that, 0 to 4: both sides, out of the old and into the new.
    """

    bars: Int
    gross: Float
    net: Float
    turnover: Float


def spread(scored: Scored, *, share: float = 0.2, cost_bps: float = 5.0) -> Spread:
    """Hold the best `share` of the names against the worst.

    Parameters
    ----------
    scored : Scored
        Rows without a score or a forward return are left out.
    share : float
        Part of the names on each side, at least one.
    cost_bps : float
        Costs of trading one unit, in hundredths of a percent.

    Examples
    --------
    >>> bar, row = np.repeat([0, 1], 5), np.tile(np.arange(5), 2)
    >>> up = np.tile(np.arange(5.0), 2)
    >>> found = spread(Scored(up, up / 100, up, bar, row, 1), cost_bps=10.0)
    >>> found.gross.tolist(), found.turnover.tolist(), found.net.round(4).tolist()
    ([0.04, 0.04], [2.0, 0.0], [0.038, 0.04])
    """
    known = scored.known
    names = int(known.row.max(initial=-1)) + 1
    held: dict[int, Float] = {}
    bars, gross, turnover = [], [], []
    edges = np.flatnonzero(np.diff(known.bar, prepend=-1, append=-1))
    for start, stop in pairwise(edges.tolist()):
        if stop - start < LEAST_NAMES:
            continue
        bar = int(known.bar[start])
        weights = _weights(known.score[start:stop], share)
        chosen = np.zeros(names)
        chosen[known.row[start:stop]] = weights
        before = held.pop(bar - known.horizon, None)
        turnover.append(float(np.abs(chosen if before is None else chosen - before).sum()))
        held[bar] = chosen
        gross.append(float(weights @ known.forward[start:stop]))
        bars.append(bar)
    traded, earned = np.array(turnover, dtype=np.float64), np.array(gross, dtype=np.float64)
    return Spread(np.array(bars, dtype=np.int64), earned, earned - traded * cost_bps / 1e4, traded)


def _weights(score: Float, share: float) -> Float:
    """One unit in the best, less one in the worst; none where all scores are equal."""
    weights = np.zeros(len(score))
    if score.max() - score.min() <= 0.0:
        return weights
    count = max(1, round(share * len(score)))
    order = np.argsort(score, kind="stable")
    weights[order[-count:]] += 1.0 / count
    weights[order[:count]] -= 1.0 / count
    return weights


def quantile_returns(scored: Scored, quantiles: int = 5) -> list[Estimate]:
    """Mean forward return of each part of the names by score, less that of all names, lowest first.

    Examples
    --------
    >>> bar, row = np.repeat([0, 1], 4), np.tile(np.arange(4), 2)
    >>> up = np.tile(np.arange(4.0), 2)
    >>> [one.value for one in quantile_returns(Scored(up, up, up, bar, row, 1), 2)]
    [-1.0, 1.0]
    """
    known = scored.known
    bars, place = np.unique(known.bar, return_inverse=True)
    part = grade(known.score, known.bar, quantiles)
    cell = place * quantiles + part
    size = len(bars) * quantiles
    count = np.bincount(cell, minlength=size).reshape(-1, quantiles)
    total = np.bincount(cell, known.forward, minlength=size).reshape(-1, quantiles)
    whole = total.sum(axis=1) / np.maximum(count.sum(axis=1), 1)
    means = np.where(count > 0, total / np.maximum(count, 1), np.nan) - whole[:, None]
    return [estimate(means[:, n], scored.horizon) for n in range(quantiles)]
