"""What fitted members say of rows, the same in a fold, in a bundle and in service."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import expit

from kuznia.core.models.learners import Fitted
from kuznia.core.models.scaling import Scaler
from kuznia.core.models.spec import ModelSpec
from kuznia.core.typing import Float


def predictions(
    spec: ModelSpec, features: Sequence[str], scaler: Scaler, members: Sequence[Fitted], x: Float
) -> Float:
    """Scores of each member.

    Parameters
    ----------
    spec : ModelSpec
        For the side that a meta-label follows.
    features : sequence of str
        Names of the columns.
    scaler : Scaler
        Fitted with the members.
    members : sequence of Fitted
        One for each seed.
    x : float64 (R, F)
        Raw rows; ranked in their bar already if the specification asks for it.

    Returns
    -------
    float64 (R, S)
        NaN for a row that a step refuses. Of a meta-model the chance that the side pays, with its sign,
        and 0 where there is no side.
    """
    scaled = scaler.apply(x)
    scores = np.column_stack([member.predict(scaled) for member in members])
    scores[np.isnan(scaled).all(axis=1)] = np.nan
    if spec.label.side is not None:
        if spec.learner == "logistic":
            scores = expit(scores)  # its own score is the logarithm of the odds
        scores = scores * side_of(x, features, spec.label.side)[:, None]
    return scores


def side_of(x: Float, features: Sequence[str], name: str) -> Float:
    """Sign of the feature that says the side; 0 where it is not known."""
    return np.nan_to_num(np.sign(x[:, list(features).index(name)]), nan=0.0)
