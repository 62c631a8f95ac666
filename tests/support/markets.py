"""Small made-up markets: random walks, with or without a feature that knows tomorrow's drift."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from kuznia.core.frames.panel import Panel
from kuznia.core.models.spec import LEARNERS, SEQUENTIAL, Label, ModelSpec, WalkForward

FIRST = date(2020, 1, 1)


def world(
    bars: int, *, signal: float, seed: int = 7, instruments: int = 12, horizon: int = 2
) -> tuple[pl.DataFrame, Panel]:
    """A features frame and its panel; column ``a`` has a correlation of about `signal` with the label."""
    rng = np.random.default_rng(seed)
    shape = (instruments, bars)
    steps = 0.01 * rng.standard_normal(shape)
    opens = 100.0 * np.exp(np.cumsum(steps, axis=1))
    days = [datetime(2020, 1, 1, 21, tzinfo=UTC) + timedelta(days=n) for n in range(bars)]
    ts = np.array([int(day.timestamp()) * 1_000_000 for day in days], dtype=np.int64)
    session = np.array([FIRST + timedelta(days=n) for n in range(bars)], dtype="datetime64[D]")
    names = tuple(f"XNAS:I{n:02d}" for n in range(instruments))
    prices = dict.fromkeys(("open", "high", "low", "close"), opens)
    panel = Panel(names, ts, session, ts + 1_800_000_000, prices)
    ahead = np.zeros(shape)
    ahead[:, : bars - horizon - 1] = np.log(opens[:, horizon + 1 :] / opens[:, 1 : bars - horizon]) / (
        0.01 * np.sqrt(horizon)
    )
    noise = rng.standard_normal((3, *shape))
    values = {"a": signal * ahead + np.sqrt(1 - signal**2) * noise[0], "b": noise[1], "c": noise[2]}
    frame = pl.DataFrame(
        {
            "instrument": np.repeat(names, bars),
            "ts": days * instruments,
            "session": [day.date() for day in days] * instruments,
            "available_at": [day + timedelta(minutes=30) for day in days] * instruments,
            **{name: column.ravel() for name, column in values.items()},
        },
        schema_overrides={"ts": pl.Datetime("us", "UTC"), "available_at": pl.Datetime("us", "UTC")},
    )
    return frame, panel


SMALL: dict[str, dict[str, int | float]] = {
    "lightgbm_ranker": {"trees": 20, "num_leaves": 7, "min_data_in_leaf": 30},
    "lightgbm_regressor": {"trees": 20, "num_leaves": 7, "min_data_in_leaf": 30},
    "lightgbm_classifier": {"trees": 10, "num_leaves": 7, "min_data_in_leaf": 30},
    "random_forest": {"trees": 20, "num_leaves": 15, "min_data_in_leaf": 20},
    "extra_trees": {"trees": 20, "num_leaves": 15, "min_data_in_leaf": 20},
    "histogram_boosting": {"trees": 20, "num_leaves": 7, "min_data_in_leaf": 30},
    "xgboost": {"trees": 20, "max_depth": 3, "min_child_weight": 30.0},
    "catboost": {"trees": 20, "max_depth": 3, "learning_rate": 0.2},
    "gru": {"units": 4, "epochs": 8, "batch": 128, "learning_rate": 0.01},
    "mlp": {"units": 4, "epochs": 8, "batch": 128, "learning_rate": 0.01},
}
"""Parameters with which a learner is fitted in a moment."""

EACH = [pytest.param(name, marks=pytest.mark.torch) if name == "gru" else name for name in LEARNERS]
"""Every learner, for a test that takes each; the one that PyTorch fits is left out where there is none."""


def small_spec(
    learner: str = "lightgbm_ranker", *, seeds: tuple[int, ...] = (1, 2), target: str = "grade"
) -> ModelSpec:
    """A specification that trains in a moment."""
    return ModelSpec(
        learner,
        SMALL.get(learner, {}),
        seeds,
        Label(horizon=2, grades=4, target=target),
        WalkForward(first_test=120, test=60),
        history=3 if learner in SEQUENTIAL else 1,
    )
