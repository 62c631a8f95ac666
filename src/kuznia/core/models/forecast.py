"""What a score says of the return to come: a chance, an expected value and an interval around it.

A score's place among the names of its bar is turned into the chance to beat the middle of the bar, and
into the return expected over the mean of the bar, by monotone regression (isotonic: Zadrozny and Elkan
2002). Both are learned from out-of-sample scores and outcomes that were known, never from rows that the
model was fitted to. The interval is split conformal (Lei et al. 2018): its half-width is an order statistic
of errors that were out of sample once more, see :func:`foretold`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, Literal

import numpy as np

from kuznia.core.models.conformal import conformal_radius
from kuznia.core.models.ensembling import unit_ranks_by_bar
from kuznia.core.models.isotonic import Isotonic
from kuznia.core.models.splits import label_end
from kuznia.core.typing import Bool, Float, Int

STRETCHES = 8
"""Parts of the time; the first is learned from and not judged."""
ALPHA = 0.1
"""Share of returns that may lie outside the interval."""
LEAST_ROWS = 500
"""Out-of-sample rows with a known outcome, below which nothing is stated."""
LEAST_SPANS = 10
"""Spans of the label that do not overlap, below which nothing is stated; rows of one bar move together."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Where each score stood in its bar, and what came of it; bars with one name known are left out.

    Parameters
    ----------
    rank : float64 (R,)
        Place among all scores of the bar, 0 to 1.
    above : float64 (R,)
        1 where the forward return was above the middle of the bar, else 0.
    excess : float64 (R,)
        Forward return over the mean of the bar.
    bar : int64 (R,)
        Sorted.
    names : int64 (R,)
        Scores of the row's bar.
    horizon : int
        Of the label.
    """

    rank: Float
    above: Float
    excess: Float
    bar: Int
    names: Int
    horizon: int

    def where(self, chosen: Bool) -> Placed:
        """Some of the rows."""
        return Placed(
            self.rank[chosen],
            self.above[chosen],
            self.excess[chosen],
            self.bar[chosen],
            self.names[chosen],
            self.horizon,
        )

    @property
    def end(self) -> Int:
        """Last bar that the outcome of each row reads."""
        return self.bar + label_end(0, self.horizon)


def placed(score: Float, forward: Float, bar: Int, horizon: int) -> Placed:
    """Lay scores beside what came of them.

    Parameters
    ----------
    score, forward : float64 (R,)
        NaN where not known. A score without an outcome counts in its bar's ranking, as it did at the time.
    bar : int64 (R,)
        Sorted.
    horizon : int
        Bars of the label.

    Examples
    --------
    >>> score, forward = np.array([1.0, 2.0, 3.0]), np.array([0.01, -0.02, 0.04])
    >>> found = placed(score, forward, np.zeros(3, dtype=int), 1)
    >>> found.rank.tolist(), found.above.tolist(), found.excess.round(3).tolist()
    ([0.0, 0.5, 1.0], [0.0, 0.0, 1.0], [0.0, -0.03, 0.03])
    """
    said = ~np.isnan(score)
    score, forward, bar = score[said], forward[said], bar[said]
    rank, names = unit_ranks_by_bar(score[:, None], bar)[:, 0], _counts(bar)
    known = ~np.isnan(forward)
    known[known] = _counts(bar[known]) > 1
    rank, forward, bar, names = rank[known], forward[known], bar[known], names[known]
    above = (unit_ranks_by_bar(forward[:, None], bar)[:, 0] > 0.5).astype(np.float64)
    return Placed(rank, above, forward - _means(forward, bar), bar, names, horizon)


@dataclass(frozen=True, slots=True)
class Foretold:
    """What was said of each row, once there was something to learn from.

    Parameters
    ----------
    chance, expected : float64 (R,)
        Chance of an outcome above the middle of the bar; return expected over the mean of the bar.
    above, excess : float64 (R,)
        What came: 1 or 0, and a return.
    base : float64 (R,)
        Share of ones seen before.
    bar : int64 (R,)
    horizon : int
    """

    chance: Float
    expected: Float
    above: Float
    excess: Float
    base: Float
    bar: Int
    horizon: int

    @property
    def errors(self) -> Float:
        """Distance of what came from what was expected."""
        return np.abs(self.excess - self.expected)


def foretold(known: Placed, stretches: int = STRETCHES) -> Foretold:
    """Turn places into chances and expected returns, stretch by stretch of time.

    Parameters
    ----------
    known : Placed
    stretches : int
        Parts of the bars; each but the first is foretold from those before it whose outcomes were known.
    """
    chance, expected, base = (np.full(len(known.bar), np.nan) for _ in range(3))
    bars = np.unique(known.bar)
    edges = np.linspace(0, len(bars), min(stretches, max(len(bars), 1)) + 1).astype(int)
    for first, stop in list(pairwise(edges.tolist()))[1:]:
        begin = bars[first]
        past = known.end < begin
        here = (known.bar >= begin) & (known.bar <= bars[stop - 1])
        if not past.any():
            continue
        rank = known.rank[past]
        chance[here] = Isotonic.fit(rank, known.above[past])(known.rank[here])
        expected[here] = Isotonic.fit(rank, known.excess[past])(known.rank[here])
        base[here] = known.above[past].mean()
    said = ~np.isnan(chance)
    known = known.where(said)
    return Foretold(
        chance[said], expected[said], known.above, known.excess, base[said], known.bar, known.horizon
    )


@dataclass(frozen=True, slots=True)
class Stated:
    """What is stated of each score; NaN where nothing is.

    Parameters
    ----------
    chance : float64 (R,)
        To beat the middle of the cross-section.
    expected, low, high : float64 (R,)
        Return over the mean of the cross-section over the label's horizon, and an interval for it.
    """

    chance: Float
    expected: Float
    low: Float
    high: Float


@dataclass(frozen=True, slots=True)
class Forecaster:
    """States a chance, an expected return and an interval for each score of a cross-section.

    Parameters
    ----------
    chance, expected : Isotonic
        Of a score's place in its cross-section, 0 to 1.
    radius : float
        Half-width of the interval around the expected return.
    alpha : float
        Share of returns that may lie outside.
    horizon : int
        Bars of the label.
    names : int
        Names of the middle cross-section that was learned from.
    rows, bars : int
        Learned from.
    learned_until : datetime
        Close of the last bar that an outcome learned from reads.
    """

    chance: Isotonic
    expected: Isotonic
    radius: float
    alpha: float
    horizon: int
    names: int
    rows: int
    bars: int
    learned_until: datetime

    def of(self, scores: Float, bar: Int) -> Stated:
        """State what scores say.

        Parameters
        ----------
        scores : float64 (R,)
            Whole cross-sections; NaN where there is none.
        bar : int64 (R,)
            Cross-section of each row, in any order.

        Returns
        -------
        Stated
            Nothing of a cross-section with less than half of the names that it learned from: a place among
            a few, such as those whose newest bar is an older one, is not the place it learned about.

        Examples
        --------
        >>> line = Isotonic(np.array([0.0, 1.0]), np.array([0.4, 0.6]))
        >>> gain = Isotonic(np.array([0.0, 1.0]), np.array([-0.01, 0.01]))
        >>> made = Forecaster(line, gain, 0.05, 0.1, 5, 3, 900, 300, datetime(2026, 1, 2))
        >>> found = made.of(np.array([2.0, 1.0, 3.0, 9.0]), np.array([0, 0, 0, 1]))
        >>> found.chance.round(2).tolist()
        [0.5, 0.4, 0.6, nan]
        >>> found.low.round(2).tolist(), found.high.round(2).tolist()
        ([-0.05, -0.06, -0.04, nan], [0.05, 0.04, 0.06, nan])
        """
        order = np.argsort(bar, kind="stable")
        order = order[~np.isnan(scores[order])]
        sorted_bar = bar[order]
        order, sorted_bar = (part[2 * _counts(sorted_bar) >= self.names] for part in (order, sorted_bar))
        rank = np.full(len(scores), np.nan)
        rank[order] = unit_ranks_by_bar(scores[order][:, None], sorted_bar)[:, 0]
        expected = self.expected(rank)
        return Stated(self.chance(rank), expected, expected - self.radius, expected + self.radius)

    def state(self) -> dict[str, Any]:
        """Plain JSON values."""
        curves = {
            name: {"at": one.at.tolist(), "value": one.value.tolist()}
            for name, one in (("chance", self.chance), ("expected", self.expected))
        }
        return {**curves, **self.facts()}

    def facts(self) -> dict[str, Any]:
        """Plain JSON values of all but the two functions."""
        names = ("radius", "alpha", "horizon", "names", "rows", "bars")
        return {
            **{name: getattr(self, name) for name in names},
            "learned_until": self.learned_until.isoformat(),
        }

    @classmethod
    def read(cls, state: Mapping[str, Any]) -> Forecaster:
        """Read what :meth:`state` wrote."""
        chance, expected = (
            Isotonic(*(np.array(state[name][part], dtype=np.float64) for part in ("at", "value")))
            for name in ("chance", "expected")
        )
        given = {name: state[name] for name in ("radius", "alpha", "horizon", "names", "rows", "bars")}
        until = datetime.fromisoformat(state["learned_until"])
        return cls(chance, expected, **given, learned_until=until)


@dataclass(frozen=True, slots=True)
class Lack:
    """Why a version states nothing.

    Parameters
    ----------
    kind : {'cross_section', 'rows', 'spans'}
        No bar with two names; too few rows; too few spans of the label that do not overlap.
    found, least : int
        What there is, and what it takes.
    """

    kind: Literal["cross_section", "rows", "spans"]
    found: int
    least: int

    def __str__(self) -> str:
        if self.kind == "cross_section":
            return "No out-of-sample bar has two instruments with a known outcome, so no middle to beat."
        what = {
            "rows": "out-of-sample rows with a known outcome",
            "spans": "spans of the label that do not overlap, out of sample",
        }[self.kind]
        return f"There are {self.found:,} {what}, and {self.least:,} are the fewest to learn from."


def learn_forecaster(
    score: Float, forward: Float, bar: Int, horizon: int, *, times: Sequence[datetime], until: datetime
) -> tuple[Forecaster | Lack, Foretold]:
    """Learn from a version's own out-of-sample scores.

    Parameters
    ----------
    score, forward : float64 (R,)
        NaN where not known.
    bar : int64 (R,)
        Sorted.
    horizon : int
        Bars of the label.
    times : sequence of datetime (T,)
        Close of each bar.
    until : datetime
        End of the bundle's training: outcomes that end later are not read.

    Returns
    -------
    Forecaster or Lack
        With the reason when there is too little.
    Foretold
        What would have been said at the time of the rows learned from, for judging it.

    Examples
    --------
    >>> from datetime import UTC, timedelta
    >>> rng = np.random.default_rng(1)
    >>> bar, score = np.repeat(np.arange(400), 20), rng.standard_normal(8000)
    >>> forward = 0.01 * (0.3 * score + rng.standard_normal(8000))
    >>> times = [datetime(2025, 1, 1, tzinfo=UTC) + timedelta(n) for n in range(402)]
    >>> made, _ = learn_forecaster(score, forward, bar, 1, times=times, until=times[-1])
    >>> stated = made.of(np.linspace(-2, 2, 21), np.zeros(21, dtype=int))
    >>> stated.chance[[0, 10, 20]].round(1).tolist(), round(made.radius, 3)
    ([0.3, 0.5, 0.7], 0.016)
    """
    last = bisect_left(times, until)
    known = placed(score, forward, bar, horizon)
    known = known.where(known.end <= last)
    told = foretold(known)
    lack = _lack(known)
    if lack is not None:
        return lack, told
    bars = np.unique(known.bar)
    made = Forecaster(
        chance=Isotonic.fit(known.rank, known.above).knots(),
        expected=Isotonic.fit(known.rank, known.excess).knots(),
        radius=conformal_radius(told.errors, ALPHA),
        alpha=ALPHA,
        horizon=horizon,
        names=int(np.median(_counts_of(known.names, known.bar))),
        rows=len(known.bar),
        bars=len(bars),
        learned_until=times[int(known.end[-1])],
    )
    return made, told


def _lack(known: Placed) -> Lack | None:
    if not len(known.bar):
        return Lack("cross_section", 0, 1)
    if len(known.bar) < LEAST_ROWS:
        return Lack("rows", len(known.bar), LEAST_ROWS)
    spans = len(np.unique(known.bar)) // label_end(0, known.horizon)
    return Lack("spans", spans, LEAST_SPANS) if spans < LEAST_SPANS else None


def _counts(bar: Int) -> Int:
    """Rows of each row's bar."""
    _, place, count = np.unique(bar, return_inverse=True, return_counts=True)
    return count[place].astype(np.int64)


def _counts_of(names: Int, bar: Int) -> Int:
    """Names of each bar, once."""
    return names[np.unique(bar, return_index=True)[1]]


def _means(values: Float, bar: Int) -> Float:
    _, place = np.unique(bar, return_inverse=True)
    means: Float = np.bincount(place, values) / np.maximum(np.bincount(place), 1)
    return means[place]
