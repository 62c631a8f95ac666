"""What of an account's return its factors explain, and what is left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from kuznia.core.errors import BacktestError
from kuznia.core.metrics.bootstrap import Interval
from kuznia.core.metrics.regression import least_squares
from kuznia.core.typing import Float


@dataclass(frozen=True, slots=True)
class Loading:
    """One factor's coefficient.

    Parameters
    ----------
    name : str
    beta : Interval
        Slope with its 95 % interval.
    error, t, p : float
        Newey–West standard error, their ratio, and its two-sided probability without any effect.
    """

    name: str
    beta: Interval
    error: float
    t: float
    p: float


@dataclass(frozen=True, slots=True)
class FactorModel:
    """Regression of returns on factors.

    Parameters
    ----------
    alpha : Interval
        Annual mean that the factors do not explain, with its 95 % interval.
    alpha_t, alpha_p : float
        Of the intercept.
    loadings : tuple of Loading
        In the order of the factors.
    r_squared : float
        Share of the variance explained.
    residual_volatility, appraisal : float
        Annual standard deviation of what is left, and alpha over it (Treynor and Black 1973).
    bars, lags : int
        Bars used, and lags of the errors.
    """

    alpha: Interval
    alpha_t: float
    alpha_p: float
    loadings: tuple[Loading, ...]
    r_squared: float
    residual_volatility: float
    appraisal: float
    bars: int
    lags: int


def factor_model(
    returns: Float, factors: Mapping[str, Float], periods_per_year: float, lags: int | None = None
) -> FactorModel:
    """Regress returns on factor returns.

    Parameters
    ----------
    returns : float64 (T,)
        Simple returns of the account, in excess of the riskless rate where that is meant.
    factors : mapping of str to float64 (T,)
        Returns of the factors over the same bars; a bar with a NaN anywhere is left out.
    periods_per_year : float
        Bars of a year.
    lags : int, optional
        See `kuznia.core.metrics.regression.least_squares`.

    Raises
    ------
    BacktestError
        No factor, or one of another length.

    Examples
    --------
    >>> market = np.random.default_rng(1).normal(0, 0.01, 500)
    >>> own = 0.0004 + 0.5 * market + np.random.default_rng(2).normal(0, 0.001, 500)
    >>> found = factor_model(own, {"market": market}, 252.0)
    >>> found.loadings[0].name, round(found.loadings[0].beta.value, 1), found.alpha.low > 0
    ('market', 0.5, True)
    """
    wrong = [name for name, values in factors.items() if values.shape != returns.shape]
    if wrong or not factors:
        raise BacktestError(
            f"The factors {wrong} have other bars." if wrong else "There is no factor.",
            f"Give each {len(returns)} returns.",
        )
    table = np.column_stack(list(factors.values()))
    known = ~np.isnan(table).any(axis=1) & ~np.isnan(returns)
    fit = least_squares(returns[known], table[known], lags)
    freedom = int(known.sum()) - len(factors) - 1
    left = float(np.sqrt((fit.residuals**2).sum() / freedom * periods_per_year))
    alpha = Interval(*(float(x[0]) * periods_per_year for x in (fit.coefficients, fit.low, fit.high)))
    loadings = tuple(
        Loading(
            name,
            Interval(float(fit.coefficients[k]), float(fit.low[k]), float(fit.high[k])),
            float(fit.errors[k]),
            float(fit.t[k]),
            float(fit.p[k]),
        )
        for k, name in enumerate(factors, start=1)
    )
    return FactorModel(
        alpha,
        float(fit.t[0]),
        float(fit.p[0]),
        loadings,
        fit.r_squared,
        left,
        alpha.value / left if left > 0 else float("nan"),
        int(known.sum()),
        fit.lags,
    )
