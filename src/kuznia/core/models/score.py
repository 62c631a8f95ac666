"""Scores of a bundle: one function for the worker's nightly run and for the scoring service."""

from __future__ import annotations

from dataclasses import asdict, fields

import numpy as np
import polars as pl

from kuznia.core.errors import ModelError
from kuznia.core.frames.panel import KEYS
from kuznia.core.models.bundle import Bundle
from kuznia.core.models.ensemble import Ensemble, load_model
from kuznia.core.models.forecast import Forecaster, Stated
from kuznia.core.models.predicting import predictions
from kuznia.core.models.routes import Route
from kuznia.core.models.steps import rank_rows
from kuznia.core.typing import Float, Int


def score(bundle: Bundle | Ensemble, features: pl.DataFrame) -> pl.DataFrame:
    """Score rows of feature values.

    Parameters
    ----------
    bundle : Bundle or Ensemble
        A loaded model.
    features : DataFrame
        Column ``instrument``, one per feature of the bundle, and any others of ``ts``,
        ``session``, ``available_at``. A row's score depends on that row alone; of a model that ranks
        its features, on all rows of the same ``ts``, so give whole cross-sections.

    Returns
    -------
    DataFrame
        The key columns and ``score``, in the order of the input; null where no feature is known, or
        where a step refuses the row. Beside it what the bundle's forecaster says of the score:
        ``chance`` to beat the middle of the cross-section, return ``expected`` over its mean, and
        ``low`` and ``high`` around that. These depend on all rows of the same ``ts``, and are null
        where the bundle has no forecaster, the cross-section is far smaller than those it learned
        from, or no ``ts`` says which rows are one.
    """
    x = _matrix(bundle, features)
    known = ~np.isnan(x).all(axis=1)
    scores = np.full(len(x), np.nan)
    if known.any():
        bar = _bars(features)[known] if bundle.spec.ranked else None
        scores[known] = member_scores(bundle, x[known], bar).mean(axis=1)
    keys = [name for name in KEYS if name in features.columns]
    said = {"score": scores, **_stated(bundle.forecaster, features, scores)}
    return features.select(keys).with_columns(
        pl.Series(name, values).fill_nan(None) for name, values in said.items()
    )


def _stated(forecaster: Forecaster | None, features: pl.DataFrame, scores: Float) -> dict[str, Float]:
    """What is stated of each score; an older row is ranked among the rows of its own time."""
    if forecaster is None or "ts" not in features.columns:
        return {one.name: np.full(len(scores), np.nan) for one in fields(Stated)}
    return asdict(forecaster.of(scores, _bars(features)))


def routed_scores(
    archive: bytes, route: Route, values: pl.DataFrame
) -> tuple[Bundle | Ensemble, pl.DataFrame]:
    """Model and scores of a route, refused unless bundle and values are of one feature set."""
    model = load_model(archive, route.bundle)
    if model.feature_set != route.feature_set:
        raise ModelError(
            f"The bundle was trained on the feature set {model.feature_set}, the values are of "
            f"{route.feature_set}.",
            "Compute the values of its own feature set.",
        )
    return model, score(model, values)


def member_scores(bundle: Bundle | Ensemble, x: Float, bar: Int | None = None) -> Float:
    """Scores of raw feature rows by each seed's model, (R, S); a model that ranks needs each row's bar."""
    if isinstance(bundle, Ensemble):
        return bundle.combined([member_scores(part, x, bar) for part in bundle.parts])
    spec = bundle.spec
    if spec.ranked:
        if bar is None:
            raise ModelError("The model ranks its features in their bar.", "Give the bar of each row.")
        side = None if spec.label.side is None else bundle.features.index(spec.label.side)
        x = rank_rows(x, bar, keep=side)
    return predictions(spec, bundle.features, bundle.scaler, bundle.members, x)


def _bars(features: pl.DataFrame) -> Int:
    if "ts" not in features.columns:
        raise ModelError("The model ranks its features in their bar.", "Give the column 'ts'.")
    return np.unique(features["ts"].to_numpy(), return_inverse=True)[1].astype(np.int64)


def _matrix(bundle: Bundle | Ensemble, features: pl.DataFrame) -> Float:
    missing = [name for name in bundle.features if name not in features.columns]
    if missing:
        remedy = "Compute the model's own feature set."
        if bundle.spec.history > 1:
            remedy += f" Then put {bundle.spec.history} bars into a row by `with_history`."
        raise ModelError(f"The values lack the features {missing}.", remedy)
    columns = features.select(bundle.features).cast(pl.Float64).fill_null(np.nan)
    x = np.array(columns.to_numpy(), order="C")
    x[~np.isfinite(x)] = np.nan
    return x
