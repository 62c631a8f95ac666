"""Scores of a bundle: one function for the worker's nightly run and for the scoring service."""

from __future__ import annotations

import numpy as np
import polars as pl

from kuznia.core.errors import ModelError
from kuznia.core.models.bundle import Bundle
from kuznia.core.typing import Float


def score(bundle: Bundle, features: pl.DataFrame) -> pl.DataFrame:
    """Score rows of feature values.

    Parameters
    ----------
    bundle : Bundle
        A loaded model.
    features : DataFrame
        Column ``instrument``, one per feature of the bundle, and any others of ``ts``,
        ``session``, ``available_at``. A row's score depends on that row alone.

    Returns
    -------
    DataFrame
        The key columns and ``score``, in the order of the input; null where no feature is known.
    """
    x = _matrix(bundle, features)
    known = ~np.isnan(x).all(axis=1)
    scores = np.full(len(x), np.nan)
    if known.any():
        scores[known] = member_scores(bundle, x[known]).mean(axis=1)
    keys = [name for name in ("instrument", "ts", "session", "available_at") if name in features.columns]
    return features.select(keys).with_columns(pl.Series("score", scores).fill_nan(None))


def member_scores(bundle: Bundle, x: Float) -> Float:
    """Scores of raw feature rows by each seed's model, (R, S)."""
    scaled = bundle.scaler.apply(x)
    return np.column_stack([member.predict(scaled) for member in bundle.members])


def _matrix(bundle: Bundle, features: pl.DataFrame) -> Float:
    missing = [name for name in bundle.features if name not in features.columns]
    if missing:
        raise ModelError(f"The values lack the features {missing}.", "Compute the model's own feature set.")
    columns = features.select(bundle.features).cast(pl.Float64).fill_null(np.nan)
    x = np.ascontiguousarray(columns.to_numpy())
    x[~np.isfinite(x)] = np.nan
    return x
