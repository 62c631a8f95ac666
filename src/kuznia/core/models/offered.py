"""What a specification may name: learners and steps with their parameters, and what each one needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any

from kuznia.core.errors import ModelError

Parameter = int | float


@dataclass(frozen=True, slots=True)
class Range:
    """A parameter's default and its limits, both allowed."""

    default: Parameter
    low: Parameter
    high: Parameter

    @property
    def whole(self) -> bool:
        """Whether the parameter is a whole number."""
        return isinstance(self.default, int)


_BOOSTED = {
    "trees": Range(60, 1, 5000),
    "num_leaves": Range(15, 2, 1024),
    "learning_rate": Range(0.05, 1e-4, 1.0),
    "min_data_in_leaf": Range(200, 1, 1_000_000),
    "lambda_l2": Range(10.0, 0.0, 1e9),
    "feature_fraction": Range(0.6, 0.01, 1.0),
    "bagging_fraction": Range(0.7, 0.01, 1.0),
}
_FOREST = {
    "trees": Range(100, 1, 5000),
    "num_leaves": Range(31, 2, 4096),
    "min_data_in_leaf": Range(100, 1, 1_000_000),
    "feature_fraction": Range(0.5, 0.01, 0.999),
    "bagging_fraction": Range(0.6, 0.01, 0.999),
}
_NETWORK = {
    "units": Range(16, 1, 512),
    "penalty": Range(1.0, 0.0, 1e6),
    "learning_rate": Range(0.001, 1e-6, 1.0),
    "epochs": Range(20, 1, 10_000),
    "batch": Range(512, 1, 1_000_000),
}

ENSEMBLE = "ensemble"
"""What stands in place of a learner where several models answer as one."""

LEARNERS: Mapping[str, Mapping[str, Range]] = {
    "lightgbm_ranker": _BOOSTED,
    "lightgbm_regressor": _BOOSTED,
    "lightgbm_classifier": _BOOSTED,
    "random_forest": _FOREST,
    "extra_trees": _FOREST,
    "ridge": {"penalty": Range(1000.0, 1e-9, 1e12)},
    "elastic_net": {"penalty": Range(0.01, 1e-9, 1e6), "l1_share": Range(0.5, 0.0, 1.0)},
    "logistic": {"penalty": Range(100.0, 1e-9, 1e12)},
    "mlp": {"units": _NETWORK["units"], "layers": Range(1, 1, 4), **_NETWORK},
    "histogram_boosting": {
        "trees": Range(60, 1, 5000),
        "num_leaves": Range(15, 2, 1024),
        "learning_rate": Range(0.05, 1e-4, 1.0),
        "min_data_in_leaf": Range(200, 1, 1_000_000),
        "lambda_l2": Range(10.0, 0.0, 1e9),
        "feature_fraction": Range(0.6, 0.01, 1.0),
    },
    "xgboost": {
        "trees": Range(60, 1, 5000),
        "max_depth": Range(4, 1, 16),
        "learning_rate": Range(0.05, 1e-4, 1.0),
        "min_child_weight": Range(200.0, 0.0, 1e9),
        "lambda_l2": Range(10.0, 0.0, 1e9),
        "feature_fraction": Range(0.6, 0.01, 1.0),
        "bagging_fraction": Range(0.7, 0.01, 1.0),
    },
    "catboost": {
        "trees": Range(60, 1, 5000),
        "max_depth": Range(4, 1, 16),
        "learning_rate": Range(0.05, 1e-4, 1.0),
        "lambda_l2": Range(10.0, 0.0, 1e9),
        "feature_fraction": Range(0.6, 0.01, 1.0),
        "bagging_fraction": Range(0.7, 0.01, 1.0),
    },
    "gru": {**_NETWORK, "penalty": Range(0.001, 0.0, 1e6)},
}
"""Every learner with the parameters it takes."""

CLASSES = ("lightgbm_ranker", "lightgbm_classifier", "logistic")
"""Learners that need a target of classes: ``grade``, ``barrier`` or ``meta``."""

PROBABLE = ("lightgbm_classifier", "logistic")
"""Learners that give the chance of a class."""

SEQUENTIAL = ("gru",)
"""Learners that read the bars of a row's history one after the other."""

EXTRAS: Mapping[str, tuple[str, str]] = {
    "xgboost": ("xgboost", "pip install xgboost-cpu"),
    "catboost": ("catboost", 'make install EXTRAS="catboost"'),
    "gru": ("torch", 'make install EXTRAS="torch"'),
}
"""Learners whose library a small install lacks: the module, and how to get it."""

STEPS: Mapping[str, Mapping[str, Range]] = {
    "rank": {},
    "winsorise": {"tail": Range(0.01, 1e-6, 0.25)},
    "isolation": {
        "share": Range(0.01, 0.0, 0.5),
        "trees": Range(100, 1, 1000),
        "sample": Range(256, 8, 4096),
    },
    "dissimilarity": {"most": Range(1.0, 0.01, 100.0), "reference": Range(256, 10, 5000)},
    "pca": {"variance": Range(0.95, 0.01, 1.0)},
}
"""Every step between the features and the learner, in their usual order, with the parameters it takes."""

MOST_STEPS = 8
MOST_HISTORY = 120
"""Bars of each feature that one row may hold."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of :data:`STEPS`, fitted inside each fold on its training rows alone.

    Parameters
    ----------
    kind : str
        ``rank``: each feature becomes its rank among the instruments of the bar, −½ to ½.
        ``winsorise``: values beyond the quantiles ``tail`` and 1 − ``tail`` become those quantiles.
        ``pca``: the principal components that hold the share ``variance`` of the variance.
        ``dissimilarity``: a row whose dissimilarity index is above ``most`` is not scored.
        ``isolation``: the share ``share`` of training rows that an isolation forest finds most alone is
        not learned from, and no row that is more alone than those is scored.
    parameters : mapping of str to number
        In place of the defaults; those are filled in.

    Examples
    --------
    >>> Step("winsorise").parameters
    {'tail': 0.01}
    """

    kind: str
    parameters: Mapping[str, Parameter] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind not in STEPS:
            raise ModelError(f"Unknown step {self.kind!r}.", f"Choose one of {', '.join(STEPS)}.")
        for name, value in self.parameters.items():
            check_parameter(self.kind, STEPS[self.kind], name, value)
        defaults = {name: one.default for name, one in STEPS[self.kind].items()}
        object.__setattr__(self, "parameters", defaults | dict(self.parameters))

    def to_spec(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {"kind": self.kind, "parameters": dict(self.parameters)}


def check_parameter(owner: str, known: Mapping[str, Range], name: str, value: object) -> None:
    """Refuse a parameter that `owner` does not take, or a value out of its limits."""
    if name not in known:
        takes = f"It takes {', '.join(known)}." if known else "It takes none."
        raise ModelError(f"{owner} has no parameter {name!r}.", takes)
    limits = known[name]
    if isinstance(value, bool) or not isinstance(value, int if limits.whole else int | float):
        raise ModelError(
            f"Parameter {name!r} is {value!r}.", f"Give a {'whole ' if limits.whole else ''}number."
        )
    if not limits.low <= value <= limits.high:
        raise ModelError(
            f"Parameter {name!r} is {value!r}.", f"Give one between {limits.low} and {limits.high}."
        )


def installed(learner: str) -> bool:
    """Whether the library of a learner is there; nothing is imported."""
    return learner not in EXTRAS or find_spec(EXTRAS[learner][0]) is not None


def lacking(learner: str) -> ModelError:
    """The refusal of a learner whose library is not there."""
    module, remedy = EXTRAS[learner]
    return ModelError(
        f"The learner {learner!r} needs {module}, which is not installed where models are trained.",
        f"Install it there: {remedy}. Or choose another learner.",
    )
