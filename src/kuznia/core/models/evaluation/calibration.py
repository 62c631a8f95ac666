"""Whether the chances and intervals that scores are turned into hold.

What :mod:`kuznia.core.models.forecast` says of a stretch of time learns from earlier stretches alone, and
only from outcomes that were known when the stretch began; so what is measured here is out of sample twice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kuznia.core.models.conformal import conformal_radius
from kuznia.core.models.evaluation.scored import Estimate, Scored, by_bar, share
from kuznia.core.models.forecast import ALPHA, STRETCHES, Foretold, placed
from kuznia.core.models.forecast import foretold as foretold_of
from kuznia.core.models.splits import label_end
from kuznia.core.typing import Float, Int, Sessions

BINS = 10
POOL_BARS = 63
"""Newest bars whose errors an adaptive interval is taken from."""


def foretold(scored: Scored, stretches: int = STRETCHES) -> Foretold:
    """Turn scores into chances and expected returns, see :func:`kuznia.core.models.forecast.foretold`."""
    return foretold_of(placed(scored.score, scored.forward, scored.bar, scored.horizon), stretches)


@dataclass(frozen=True, slots=True)
class Bin:
    """Rows whose stated chance is alike: what was said, and what came."""

    stated: float
    observed: Estimate
    rows: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """Whether stated chances hold.

    Parameters
    ----------
    bins : tuple of Bin
        In the order of the chance.
    brier : Estimate
        Mean squared distance of chance and outcome (Brier 1950).
    base : float
        The same for always saying the share seen before.
    skill : Estimate
        ``base − brier``: above zero the score says something.
    expected_error : float
        Mean distance of stated and observed chance, by rows (ECE).
    """

    bins: tuple[Bin, ...]
    brier: Estimate
    base: float
    skill: Estimate
    expected_error: float


def calibration(told: Foretold, bins: int = BINS) -> Calibration:
    """Compare stated chances with what came.

    Examples
    --------
    >>> even = np.tile([0.0, 1.0], 50)
    >>> half = np.full(100, 0.5)
    >>> found = calibration(Foretold(half, half, even, even, half, np.arange(100) // 10, 0))
    >>> found.brier.value, found.skill.value, found.expected_error
    (0.25, 0.0, 0.0)
    """
    squared = (told.chance - told.above) ** 2
    plain = (told.base - told.above) ** 2
    _, worse, counts = by_bar(plain - squared, told.bar)
    if not len(told.bar):
        nothing = Estimate(float("nan"), float("nan"), 0)
        return Calibration((), nothing, float("nan"), nothing, float("nan"))
    made = _bins(told, bins)
    distance = sum(one.rows * abs(one.stated - one.observed.value) for one in made) / len(told.bar)
    return Calibration(
        made,
        share(by_bar(squared, told.bar)[1], counts, told.horizon),
        float(plain.mean()),
        share(worse, counts, told.horizon),
        float(distance),
    )


def _bins(told: Foretold, bins: int) -> tuple[Bin, ...]:
    edges = np.unique(np.quantile(told.chance, np.linspace(0, 1, bins + 1)[1:-1]))
    part = np.searchsorted(edges, told.chance, side="left")
    made = []
    for n in np.unique(part):
        here = part == n
        _, hits, counts = by_bar(told.above[here], told.bar[here])
        rows = int(here.sum())
        made.append(Bin(float(told.chance[here].mean()), share(hits, counts, told.horizon), rows))
    return tuple(made)


@dataclass(frozen=True, slots=True)
class Coverage:
    """How often the truth lay inside an interval, in one year.

    Parameters
    ----------
    key : str
        The year; ``all`` for everything.
    fixed : Estimate
        Of split conformal intervals, their radius from all errors known before the year.
    adaptive : Estimate
        Of intervals that follow the misses.
    fixed_radius, adaptive_radius : float
        Mean half-widths, in return; infinite ones are left out.
    """

    key: str
    fixed: Estimate
    adaptive: Estimate
    fixed_radius: float
    adaptive_radius: float


def coverage(told: Foretold, session: Sessions, *, alpha: float = 0.1, rate: float = 0.01) -> list[Coverage]:
    """Conformal intervals around the expected excess return, judged on market years.

    Parameters
    ----------
    told : Foretold
    session : datetime64[D] (T,)
        Trading date of each bar of the panel.
    alpha : float
        Share of misses aimed at.
    rate : float
        How fast the adaptive level moves from bar to bar (Gibbs and Candès 2021).

    Returns
    -------
    list of Coverage
        Everything first, then each year that has intervals.
    """
    errors = told.errors
    bars, place = np.unique(told.bar, return_inverse=True)
    years = session[bars].astype("datetime64[Y]")
    fixed = _fixed_radius(errors, told, bars, years, alpha)
    adaptive = _adaptive_radius(errors, told, bars, alpha, rate)
    judged = ~np.isnan(fixed) & ~np.isnan(adaptive)
    counts = np.bincount(place, minlength=len(bars)).astype(np.float64)
    inside = [np.bincount(place, errors <= radius[place], len(bars)) for radius in (fixed, adaptive)]
    wanted = [("all", judged), *((str(year), judged & (years == year)) for year in np.unique(years))]
    return [
        Coverage(
            key,
            share(inside[0][chosen], counts[chosen], told.horizon),
            share(inside[1][chosen], counts[chosen], told.horizon),
            _finite_mean(fixed[chosen]),
            _finite_mean(adaptive[chosen]),
        )
        for key, chosen in wanted
        if chosen.any()
    ]


@dataclass(frozen=True, slots=True)
class Held:
    """How what was stated held, in short.

    Parameters
    ----------
    skill : Estimate
        Of the chances, see :class:`Calibration`.
    coverage : Estimate
        Share of returns inside split conformal intervals, see :class:`Coverage`; NaN within one year.
    """

    skill: Estimate
    coverage: Estimate


def held(told: Foretold, session: Sessions, *, alpha: float = ALPHA) -> Held:
    """The two figures of :func:`calibration` and :func:`coverage` that a version is described by."""
    bars, place = np.unique(told.bar, return_inverse=True)
    radius = _fixed_radius(told.errors, told, bars, session[bars].astype("datetime64[Y]"), alpha)
    known = ~np.isnan(radius)
    counts = np.bincount(place, minlength=len(bars)).astype(np.float64)
    inside = np.bincount(place, told.errors <= radius[place], len(bars)).astype(np.float64)
    return Held(calibration(told).skill, share(inside[known], counts[known], told.horizon))


def _fixed_radius(errors: Float, told: Foretold, bars: Int, years: Sessions, alpha: float) -> Float:
    """Of each bar, from what was known before its year; NaN in the first year."""
    found = np.full(len(bars), np.nan)
    for year in np.unique(years):
        here = years == year
        past = told.bar + label_end(0, told.horizon) < bars[here][0]
        if past.any():
            found[here] = conformal_radius(errors[past], alpha)
    return found


def _adaptive_radius(errors: Float, told: Foretold, bars: Int, alpha: float, rate: float) -> Float:
    """Of each bar, from errors of the newest bars that were known; the level follows the share of misses."""
    found, missed = np.full(len(bars), np.nan), np.full(len(bars), np.nan)
    edges = np.searchsorted(told.bar, np.append(bars, bars[-1] + 1)) if len(bars) else np.zeros(1, int)
    seen, level = 0, alpha
    for t, bar in enumerate(bars):
        while seen < t and bars[seen] + label_end(0, told.horizon) < bar:
            if not np.isnan(missed[seen]):
                level += rate * (alpha - missed[seen])
            seen += 1
        pool = errors[edges[max(seen - POOL_BARS, 0)] : edges[seen]]
        if not len(pool):
            continue
        found[t] = np.inf if level <= 0 else 0.0 if level >= 1 else conformal_radius(pool, level)
        missed[t] = float(np.mean(errors[edges[t] : edges[t + 1]] > found[t]))
    return found


def _finite_mean(values: Float) -> float:
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if len(finite) else float("nan")
