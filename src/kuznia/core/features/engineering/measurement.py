"""What a candidate is worth: measured once on the bars that judge, and apart on those that teach."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from kuznia.core.features import forward_return, label_values
from kuznia.core.features.feature_set import FeatureError
from kuznia.core.features.statistics import (
    LEAST_INSTRUMENTS,
    paired_correlations,
    rank_returns,
    ranked,
)
from kuznia.core.frames.panel import Panel
from kuznia.core.metrics.paired import newey_west_error
from kuznia.core.metrics.performance import sharpe
from kuznia.core.typing import Bool, Float, Int

LEAST_BARS = 60
"""Bars with an information coefficient below which nothing is said of a candidate."""

LEAST_IN_PERIOD = 20
"""Bars that a year needs to have a sign."""

YEARS = 3
"""With fewer calendar years the span is cut into four equal parts instead."""


@dataclass(frozen=True, slots=True)
class MeanTest:
    """A mean that may be zero.

    Parameters
    ----------
    mean, error, t, p : float
        Mean, its standard error, their ratio, and the two-sided probability of such a ratio without
        any effect.
    count : int
        Terms.
    """

    mean: float
    error: float
    t: float
    p: float
    count: int


NOTHING = MeanTest(float("nan"), float("nan"), float("nan"), float("nan"), 0)


def overlapping_mean(values: Float, horizon: int) -> MeanTest:
    """MeanTest whether the mean of terms is zero whose neighbours share up to `horizon` bars.

    The error is Newey and West's (1987) with ``2 · horizon`` lags. Three things keep it from being too
    small: Bartlett's weights take a known part off the covariance that overlap makes, which is put
    back (their own value for full overlap over the true one); the estimated mean takes ``(lags + 1) /
    T`` off; and the ratio is read from Student's t with as many degrees of freedom as such an estimate
    of a variance has, ``3 T / (2 (lags + 1))`` (Priestley 1981).

    Parameters
    ----------
    values : float64 (T,)
        Without NaN, in order of time.
    horizon : int
        Bars of the forward return.

    Examples
    --------
    >>> draws = np.random.default_rng(0).normal(0.2, 1.0, 500)
    >>> found = overlapping_mean(draws, 1)
    >>> round(found.mean, 3), round(found.error, 3), found.p < 0.1
    (0.173, 0.045, True)
    """
    count = len(values)
    lags = 2 * horizon
    if count < max(LEAST_BARS, 2 * (lags + 1)):
        return NOTHING
    overlap = np.arange(1, horizon)
    kept = 1.0 + 2.0 * float(np.sum((1.0 - overlap / (lags + 1)) * (1.0 - overlap / horizon)))
    error = newey_west_error(values, lags) * np.sqrt(horizon / kept / (1.0 - (lags + 1) / count))
    mean = float(values.mean())
    if not error > 1e-12:
        # A perfect order at every bar has no spread: it is certain, and surely a leak.
        return MeanTest(mean, 0.0, np.copysign(np.inf, mean), 0.0, count) if abs(mean) > 1e-12 else NOTHING
    t = mean / error
    p = 2.0 * float(stdtr(1.5 * count / (lags + 1), -abs(t)))
    return MeanTest(mean, float(error), float(t), p, count)


@dataclass(frozen=True, slots=True)
class Trial:
    """Holding a candidate's ranks from bar to bar, over all bars, long the high ones and without costs.

    Parameters
    ----------
    sharpe : float
        Annual ratio.
    monthly : float32 (months,)
        Return of each calendar month of the panel; 0 where nothing was held.
    first, last, count : int
        First and last bar with a return (-1 without any), and how many have one.
    """

    sharpe: float
    monthly: NDArray[np.float32]
    first: int
    last: int
    count: int


@dataclass(frozen=True, slots=True)
class Measured:
    """One candidate on the bars that judge.

    Parameters
    ----------
    taught : MeanTest
        Rank IC on the bars that teach; nothing where there are none.
    judged : MeanTest
        Rank IC on the bars that judge.
    coverage : float
        Known values over the cells with a bar, after the candidate's look-back.
    periods, same_sign : int
        Years (or quarters of the span) with a mean IC, and those whose sign is that of the whole.
    turnover : float
        Mean value traded for each bar of a portfolio of gross worth 1 that holds its ranks, in the
        direction of its IC, over `horizon` bars.
    gross, net : float
        Mean return of that portfolio for each bar, before and after costs.
    trial : Trial
        What the ledger keeps.
    """

    taught: MeanTest
    judged: MeanTest
    coverage: float
    periods: int
    same_sign: int
    turnover: float
    gross: float
    net: float
    trial: Trial


class Judge:
    """Measures candidates against the forward return of one panel.

    Parameters
    ----------
    panel : Panel
        With the field ``open``, from which labels are made, and ``close``, which says where bars are.
    horizon : int
        Bars of the forward return.
    cost_bps : float
        Paid on the value of every trade.
    first_judged : int
        First bar that judges. Bars whose label ends before it teach; those between do neither.
    periods_per_year : float
        Of the Sharpe ratio.

    Raises
    ------
    FeatureError
        When the bars that judge are too few to say anything.
    """

    def __init__(
        self,
        panel: Panel,
        horizon: int,
        cost_bps: float,
        first_judged: int,
        periods_per_year: float = 252.0,
    ) -> None:
        self.label = ranked(label_values(forward_return(horizon), panel))
        self.following = label_values(forward_return(1), panel)
        self.earned = np.nan_to_num(self.following[:, first_judged:])
        self.per_year = periods_per_year
        self.months = month_numbers(panel)
        self.present: Bool = ~np.isnan(panel.fields["close"])
        self.horizon, self.cost, self.first = horizon, cost_bps * 1e-4, first_judged
        self.last_taught = max(first_judged - horizon - 1, 0)
        self.period = _periods(panel, first_judged)
        known = (~np.isnan(self.label.values[:, first_judged:])).sum(axis=0)
        usable = int((known >= LEAST_INSTRUMENTS).sum())
        least = max(LEAST_BARS, 12 * horizon)
        if usable < least:
            raise FeatureError(
                f"{usable} bars can judge, where {LEAST_INSTRUMENTS} instruments or more have a return.",
                f"Give at least {least}: a longer span, more instruments or a shorter horizon.",
            )

    def measure(self, values: Float, lookback: int) -> Measured:
        """Measure one candidate.

        Parameters
        ----------
        values : float64 (N, T)
            NaN where not known.
        lookback : int
            Bars at the start that count for nothing.
        """
        feature = ranked(values)
        ic = paired_correlations(feature, self.label)[1]
        judged = ic[self.first :]
        found = overlapping_mean(judged[~np.isnan(judged)], self.horizon)
        periods, same = self._signs(judged, found.mean)
        turnover, gross = self._held(feature.ranks[:, self.first :], found.mean)
        return Measured(
            taught=self.taught(ic),
            judged=found,
            coverage=self._coverage(values, lookback),
            periods=periods,
            same_sign=same,
            turnover=turnover,
            gross=gross,
            net=gross - self.cost * turnover,
            trial=self._trial(rank_returns(values, self.following, feature.ranks)),
        )

    def taught(self, ic: Float) -> MeanTest:
        """The test on the bars that teach, blind to all that judge."""
        taught = ic[: self.last_taught]
        return overlapping_mean(taught[~np.isnan(taught)], self.horizon)

    def _trial(self, returns: Float) -> Trial:
        places = np.flatnonzero(~np.isnan(returns))
        earned = returns[places]
        grown = np.ones(int(self.months[-1]) + 1)
        np.multiply.at(grown, self.months[places], 1.0 + earned)
        return Trial(
            sharpe=sharpe(earned, self.per_year) if len(earned) > 1 else float("nan"),
            monthly=(grown - 1.0).astype(np.float32),
            first=int(places[0]) if len(places) else -1,
            last=int(places[-1]) if len(places) else -1,
            count=len(places),
        )

    def _coverage(self, values: Float, lookback: int) -> float:
        start = max(self.first, lookback)
        cells = int(self.present[:, start:].sum())
        known = int((~np.isnan(values[:, start:]) & self.present[:, start:]).sum())
        return known / cells if cells else 0.0

    def _signs(self, ic: Float, mean: float) -> tuple[int, int]:
        known = ~np.isnan(ic)
        places = self.period[known]
        counts = np.bincount(places, minlength=int(self.period.max()) + 1)
        sums = np.bincount(places, weights=ic[known], minlength=len(counts))
        enough = counts >= LEAST_IN_PERIOD
        return int(enough.sum()), int((np.sign(sums[enough]) == np.sign(mean)).sum())

    def _held(self, ranks: Float, direction: float) -> tuple[float, float]:
        """Mean value traded and mean return for each bar of holding ranks over the horizon."""
        centred = np.nan_to_num(ranks - 0.5) * np.sign(np.nan_to_num(direction))
        gross = np.abs(centred).sum(axis=0)
        weights = centred / np.where(gross > 1e-12, gross, 1.0)
        total = np.cumsum(np.pad(weights, ((0, 0), (self.horizon, 0))), axis=1)
        held = (total[:, self.horizon :] - total[:, : -self.horizon]) / self.horizon
        traded = float(np.abs(np.diff(held, axis=1, prepend=0.0)).sum(axis=0).mean())
        return traded, float((held * self.earned).sum(axis=0).mean())


def month_numbers(panel: Panel) -> Int:
    """Number of each bar's calendar month, from 0 without gaps. (T,)"""
    months = panel.session.astype("datetime64[M]")
    return np.asarray(np.unique(months, return_inverse=True)[1], dtype=np.int64)


def _periods(panel: Panel, first: int) -> Int:
    """Number of the calendar year of each bar that judges, or of its quarter of the span."""
    years = panel.session[first:].astype("datetime64[Y]").astype(np.int64)
    kinds, places = np.unique(years, return_inverse=True)
    if len(kinds) >= YEARS:
        return np.asarray(places, dtype=np.int64)
    count = len(years)
    return np.arange(count, dtype=np.int64) * 4 // max(count, 1)
