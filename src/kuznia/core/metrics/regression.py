"""Least squares of a return series on factors, with errors that allow for what follows from what."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr, stdtrit

from kuznia.core.errors import CoreError
from kuznia.core.typing import Float


@dataclass(frozen=True, slots=True)
class Regression:
    """A fitted line.

    Parameters
    ----------
    coefficients, errors, t, p : float64 (K + 1,)
        Intercept first, then one for each factor: estimate, standard error (Newey and West 1987), their
        ratio, and the two-sided probability of such a ratio without any effect.
    low, high : float64 (K + 1,)
        Bounds of the interval of each coefficient.
    r_squared : float
        Share of the variance explained.
    residuals : float64 (T,)
    lags : int
        Of the errors' kernel.
    """

    coefficients: Float
    errors: Float
    t: Float
    p: Float
    low: Float
    high: Float
    r_squared: float
    residuals: Float
    lags: int


def newey_west_lags(rows: int) -> int:
    """Lags that grow with the rows: ``4 (rows / 100) ** (2 / 9)``, rounded down (Newey and West 1994).

    Examples
    --------
    >>> newey_west_lags(100), newey_west_lags(2520)
    (4, 8)
    """
    return int(4.0 * (rows / 100.0) ** (2.0 / 9.0))


def least_squares(
    returns: Float, factors: Float, lags: int | None = None, confidence: float = 0.95
) -> Regression:
    """Fit ``returns = intercept + factors @ slopes`` with Newey–West errors.

    Parameters
    ----------
    returns : float64 (T,)
        What is explained; finite.
    factors : float64 (T, K)
        What explains it; finite, not collinear.
    lags : int, optional
        Of the Bartlett kernel, by default `newey_west_lags`; 0 allows for unequal variances alone.
    confidence : float
        Of the intervals, from Student's t with ``T - K - 1`` degrees of freedom.

    Raises
    ------
    CoreError
        Fewer than ``K + 3`` rows, or factors of which one follows from the others.

    Examples
    --------
    >>> market = np.random.default_rng(1).normal(0, 0.01, 500)
    >>> noise = np.random.default_rng(2).normal(0, 0.002, 500)
    >>> found = least_squares(0.001 + 1.5 * market + noise, market[:, None])
    >>> bool(found.low[1] < 1.5 < found.high[1]), round(float(found.coefficients[1]), 1)
    (True, 1.5)
    """
    rows, count = factors.shape
    if rows < count + 3:
        raise CoreError(
            f"{rows} rows are too few for {count} factors.", "Choose a longer span or fewer factors."
        )
    design = np.column_stack((np.ones(rows), factors))
    scale = np.sqrt((design**2).mean(axis=0))
    if np.any(scale <= 0) or np.linalg.matrix_rank(design / np.where(scale > 0, scale, 1.0)) < count + 1:
        raise CoreError("One of the factors is constant or follows from the others.", "Leave it out.")
    scaled = design / scale
    inverse = np.linalg.inv(scaled.T @ scaled)
    coefficients = inverse @ (scaled.T @ returns)
    residuals = returns - scaled @ coefficients
    used = newey_west_lags(rows) if lags is None else lags
    scores = scaled * residuals[:, None]
    middle = scores.T @ scores
    for lag in range(1, min(used, rows - 1) + 1):
        shared = scores[lag:].T @ scores[:-lag]
        middle += (1.0 - lag / (used + 1.0)) * (shared + shared.T)
    covariance = inverse @ middle @ inverse
    errors = np.sqrt(np.maximum(np.diag(covariance), 0.0)) / scale
    coefficients = coefficients / scale
    t = np.divide(coefficients, errors, out=np.full(count + 1, np.nan), where=errors > 0)
    freedom = rows - count - 1
    reach = stdtrit(freedom, 0.5 + confidence / 2.0) * errors
    total = float(((returns - returns.mean()) ** 2).sum())
    explained = 1.0 - float((residuals**2).sum()) / total if total > 0 else float("nan")
    p = 2.0 * stdtr(freedom, -np.abs(t))
    return Regression(
        coefficients, errors, t, p, coefficients - reach, coefficients + reach, explained, residuals, used
    )
