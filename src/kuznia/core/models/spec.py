"""What a model is asked to be: learner, label, validation and seeds, as one frozen value.

A specification and its pinned inputs decide a model version to the last bit, so the
specification has a digest and refuses what it does not know.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from math import comb
from typing import Any, TypeVar

from kuznia.core.errors import ModelError
from kuznia.core.frames.digest import json_digest

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

LEARNERS: Mapping[str, Mapping[str, Range]] = {
    "lightgbm_ranker": _BOOSTED,
    "lightgbm_regressor": _BOOSTED,
    "lightgbm_classifier": _BOOSTED,
    "random_forest": _FOREST,
    "extra_trees": _FOREST,
    "ridge": {"penalty": Range(1000.0, 1e-9, 1e12)},
    "elastic_net": {"penalty": Range(0.01, 1e-9, 1e6), "l1_share": Range(0.5, 0.0, 1.0)},
    "logistic": {"penalty": Range(100.0, 1e-9, 1e12)},
    "mlp": {
        "units": Range(16, 1, 512),
        "layers": Range(1, 1, 4),
        "penalty": Range(1.0, 0.0, 1e6),
        "learning_rate": Range(0.001, 1e-6, 1.0),
        "epochs": Range(20, 1, 10_000),
        "batch": Range(512, 1, 1_000_000),
    },
}
"""Every learner with the parameters it takes."""

CLASSES = ("lightgbm_ranker", "lightgbm_classifier", "logistic")
"""Learners that need a target of classes: ``grade`` or ``barrier``."""

MOST_SPLITS = 100
"""Splits of a cross-validation; each is a fit."""

TARGETS = ("grade", "barrier", "return", "excess", "scaled", "rank")
"""What of the forward return is learned."""

_Part = TypeVar("_Part", "Label", "WalkForward", "Weights", "CrossValidation")


@dataclass(frozen=True, slots=True)
class Label:
    """Forward return over `horizon` bars: bought at the next bar's open, sold `horizon` opens later.

    Parameters
    ----------
    horizon : int
        Bars between the two opens.
    grades : int
        Grades of the target ``grade``.
    target : str
        What a learner is fitted to. ``grade``: the returns of one bar are ranked across instruments
        and cut into equal grades. ``return``, ``excess`` (over the mean of the bar), ``scaled`` (over
        the volatility known at the decision), ``rank`` (in the bar, −½ to ½). ``barrier``: the first
        barrier met, see :mod:`kuznia.core.models.barriers`; classes lower, neither, upper.
    barrier : float
        Distance of both barriers in volatilities over the horizon.

    Notes
    -----
    Whatever the target, a model is measured by the rank IC with the forward return.
    """

    horizon: int = 5
    grades: int = 5
    target: str = "grade"
    barrier: float = 1.0

    def __post_init__(self) -> None:
        _at_least("label.horizon", self.horizon, 1)
        _at_least("label.grades", self.grades, 2)
        if self.target not in TARGETS:
            raise ModelError(f"Unknown target {self.target!r}.", f"Choose one of {', '.join(TARGETS)}.")
        _between("label.barrier", self.barrier, 0.01, 100.0)

    @property
    def levels(self) -> int:
        """Classes of the target; 0 when it is a number."""
        return {"grade": self.grades, "barrier": 3}.get(self.target, 0)


@dataclass(frozen=True, slots=True)
class WalkForward:
    """Walk-forward validation; every boundary counts bars from the first one.

    Parameters
    ----------
    first_test : int
        Bars before the first test fold.
    test : int
        Bars of each test fold; the last fold may be shorter.
    embargo : int
        Bars kept empty between the end of the last training label and the test fold.
    stride : int
        Every `stride`-th bar is a training row; labels of neighbouring bars overlap and say
        nearly the same thing. Every bar of a test fold is predicted.
    window : int, optional
        Newest bars that a fold learns from; all of them when not given.
    """

    first_test: int = 504
    test: int = 126
    embargo: int = 0
    stride: int = 1
    window: int | None = None

    def __post_init__(self) -> None:
        _at_least("validation.first_test", self.first_test, 1)
        _at_least("validation.test", self.test, 1)
        _at_least("validation.embargo", self.embargo, 0)
        _at_least("validation.stride", self.stride, 1)
        if self.window is not None:
            _at_least("validation.window", self.window, 1)


@dataclass(frozen=True, slots=True)
class Weights:
    """How much a training row counts.

    Parameters
    ----------
    uniqueness : bool
        By the share of its label that no other label of its instrument reads.
    oldest : float
        Weight of the oldest row against the newest, see :func:`kuznia.core.models.weights.time_decay`;
        1 is no decay.
    """

    uniqueness: bool = False
    oldest: float = 1.0

    def __post_init__(self) -> None:
        if not isinstance(self.uniqueness, bool):
            raise ModelError(f"weights.uniqueness is {self.uniqueness!r}.", "Give true or false.")
        _between("weights.oldest", self.oldest, -0.99, 1.0)


@dataclass(frozen=True, slots=True)
class CrossValidation:
    """Combinatorial purged cross-validation beside the walk-forward test; nothing of it is ever traded.

    Parameters
    ----------
    groups : int
        Parts of the time axis.
    tested : int
        Parts tested at once; 1 is purged k-fold.
    embargo : int
        Bars dropped behind each test span and its labels.
    """

    groups: int = 6
    tested: int = 2
    embargo: int = 0

    def __post_init__(self) -> None:
        _at_least("cross_validation.groups", self.groups, 2)
        _at_least("cross_validation.tested", self.tested, 1)
        _at_least("cross_validation.embargo", self.embargo, 0)
        if self.tested >= self.groups:
            raise ModelError(
                f"{self.tested} of {self.groups} groups are tested.", "Leave one or more to learn from."
            )
        if comb(self.groups, self.tested) > MOST_SPLITS:
            raise ModelError(
                f"{comb(self.groups, self.tested)} splits are more than {MOST_SPLITS}.", "Use fewer groups."
            )


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """One model to be trained.

    Parameters
    ----------
    learner : str
        One of :data:`LEARNERS`.
    parameters : mapping of str to number
        What the learner is given in place of its defaults.
    seeds : tuple of int
        One model is fitted for each; the score is their mean.
    label : Label
        What is learned.
    validation : WalkForward
        How it is proven.
    weights : Weights
        How much each training row counts.
    cross_validation : CrossValidation, optional
        A second proof, on many histories put together from the same bars.

    Examples
    --------
    >>> spec = ModelSpec.from_spec({"seeds": [1, 2], "label": {"horizon": 10}})
    >>> spec.label.horizon, spec.label.target
    (10, 'grade')
    >>> ModelSpec.from_spec(spec.to_spec()) == spec
    True
    >>> ModelSpec.from_spec({"learner": "oracle"})
    Traceback (most recent call last):
    ...
    kuznia.core.errors.ModelError: Unknown learner 'oracle'. Choose one of lightgbm_ranker, ...
    """

    learner: str = "lightgbm_ranker"
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    seeds: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7, 8)
    label: Label = field(default_factory=Label)
    validation: WalkForward = field(default_factory=WalkForward)
    weights: Weights = field(default_factory=Weights)
    cross_validation: CrossValidation | None = None

    def __post_init__(self) -> None:
        if self.learner not in LEARNERS:
            raise ModelError(f"Unknown learner {self.learner!r}.", f"Choose one of {', '.join(LEARNERS)}.")
        if not self.seeds or len(set(self.seeds)) != len(self.seeds):
            raise ModelError("Seeds are missing or repeated.", "Give one or more different whole numbers.")
        for seed in self.seeds:
            _at_least("seeds", seed, 0)
        for name, value in self.parameters.items():
            self._check_parameter(name, value)
        if self.learner in CLASSES and not self.label.levels:
            raise ModelError(
                f"{self.learner} learns classes and the target {self.label.target!r} has none.",
                "Choose the target 'grade' or 'barrier', or a regressor.",
            )

    def _check_parameter(self, name: str, value: object) -> None:
        known = LEARNERS[self.learner]
        if name not in known:
            raise ModelError(f"{self.learner} has no parameter {name!r}.", f"It takes {', '.join(known)}.")
        limits = known[name]
        if isinstance(value, bool) or not isinstance(value, int if limits.whole else int | float):
            raise ModelError(
                f"Parameter {name!r} is {value!r}.", f"Give a {'whole ' if limits.whole else ''}number."
            )
        if not limits.low <= value <= limits.high:
            raise ModelError(
                f"Parameter {name!r} is {value!r}.", f"Give one between {limits.low} and {limits.high}."
            )

    @property
    def chosen(self) -> dict[str, Parameter]:
        """Every parameter of the learner, with what was given in place of the defaults."""
        return {name: one.default for name, one in LEARNERS[self.learner].items()} | dict(self.parameters)

    @classmethod
    def from_spec(cls, spec: Mapping[str, Any]) -> ModelSpec:
        """Read the specification that `to_spec` wrote; what is left out takes its default."""
        _known("spec", spec, cls)
        given = dict(spec)
        if "seeds" in given:
            given["seeds"] = tuple(given["seeds"])
        if "label" in given:
            given["label"] = _part("label", given["label"], Label)
        if "validation" in given:
            given["validation"] = _part("validation", given["validation"], WalkForward)
        if "weights" in given:
            given["weights"] = _part("weights", given["weights"], Weights)
        if given.get("cross_validation") is not None:
            given["cross_validation"] = _part("cross_validation", given["cross_validation"], CrossValidation)
        return cls(**given)

    def to_spec(self) -> dict[str, Any]:
        """Plain JSON values, every default written out."""
        return {
            "learner": self.learner,
            "parameters": dict(self.parameters),
            "seeds": list(self.seeds),
            "label": asdict(self.label),
            "validation": asdict(self.validation),
            "weights": asdict(self.weights),
            "cross_validation": self.cross_validation and asdict(self.cross_validation),
        }

    @property
    def digest(self) -> str:
        """Canonical digest of the specification."""
        return json_digest(self.to_spec())


def _part(place: str, value: object, part: type[_Part]) -> _Part:
    if not isinstance(value, Mapping):
        raise ModelError(f"{place!r} is not a group of named values.", "Give an object.")
    _known(place, value, part)
    return part(**value)


def _known(place: str, given: Mapping[str, Any], part: type) -> None:
    names = [item.name for item in fields(part)]
    for name in given:
        if name not in names:
            raise ModelError(f"Unknown name {name!r} in {place!r}.", f"Known are {', '.join(names)}.")


def _at_least(name: str, value: object, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ModelError(f"{name} is {value!r}.", f"Give a whole number of at least {least}.")


def _between(name: str, value: object, low: float, high: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ModelError(f"{name} is {value!r}.", f"Give a number between {low} and {high}.")
