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
from kuznia.core.models.offered import CLASSES as CLASSES
from kuznia.core.models.offered import LEARNERS as LEARNERS
from kuznia.core.models.offered import (
    MOST_HISTORY,
    MOST_STEPS,
    PROBABLE,
    Parameter,
    Step,
    check_parameter,
)
from kuznia.core.models.offered import SEQUENTIAL as SEQUENTIAL

MOST_SPLITS = 100
"""Splits of a cross-validation; each is a fit."""

TARGETS = ("grade", "barrier", "return", "excess", "scaled", "rank", "meta")
"""What of the forward return is learned."""

_Part = TypeVar("_Part", "Label", "WalkForward", "Weights", "CrossValidation", Step)


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
        barrier met, see :mod:`kuznia.core.models.barriers`; classes lower, neither, upper. ``meta``:
        whether following the side of another rule between those barriers would have paid.
    barrier : float
        Distance of both barriers in volatilities over the horizon.
    side : str, optional
        The feature whose sign is the side of the target ``meta``: long above 0, short below.

    Notes
    -----
    Whatever the target, a model is measured by the rank IC with the forward return.
    """

    horizon: int = 5
    grades: int = 5
    target: str = "grade"
    barrier: float = 1.0
    side: str | None = None

    def __post_init__(self) -> None:
        _at_least("label.horizon", self.horizon, 1)
        _at_least("label.grades", self.grades, 2)
        if self.target not in TARGETS:
            raise ModelError(f"Unknown target {self.target!r}.", f"Choose one of {', '.join(TARGETS)}.")
        _between("label.barrier", self.barrier, 0.01, 100.0)
        if (self.target == "meta") != (self.side is not None):
            raise ModelError(
                f"The target is {self.target!r} and label.side is {self.side!r}.",
                "Name the feature that says the side with the target 'meta', and with no other.",
            )
        if self.side is not None and (not isinstance(self.side, str) or not self.side):
            raise ModelError(f"label.side is {self.side!r}.", "Name a feature of the set.")

    @property
    def levels(self) -> int:
        """Classes of the target; 0 when it is a number."""
        return {"grade": self.grades, "barrier": 3, "meta": 2}.get(self.target, 0)

    def to_spec(self) -> dict[str, Any]:
        """Plain JSON values; the side when there is one."""
        values = asdict(self)
        return values if self.side is not None else {k: v for k, v in values.items() if k != "side"}


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
    steps : tuple of Step
        What happens to the features before the learner, in order, fitted inside each fold.
    history : int
        Bars of each feature that a row holds, its own included, see
        :func:`kuznia.core.models.history.with_history`.
    features : tuple of str
        What is learned from, in order; all of the feature set when empty.

    Notes
    -----
    Features, steps, a history and a side stand in the plain values only when they are asked for, so that a
    specification from before there were any keeps its digest.

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
    steps: tuple[Step, ...] = ()
    history: int = 1
    features: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.learner not in LEARNERS:
            raise ModelError(f"Unknown learner {self.learner!r}.", f"Choose one of {', '.join(LEARNERS)}.")
        if not self.seeds or len(set(self.seeds)) != len(self.seeds):
            raise ModelError("Seeds are missing or repeated.", "Give one or more different whole numbers.")
        for seed in self.seeds:
            _at_least("seeds", seed, 0)
        for name, value in self.parameters.items():
            check_parameter(self.learner, LEARNERS[self.learner], name, value)
        if self.learner in CLASSES and not self.label.levels:
            raise ModelError(
                f"{self.learner} learns classes and the target {self.label.target!r} has none.",
                "Choose the target 'grade' or 'barrier', or a regressor.",
            )
        if self.label.target == "meta" and self.learner not in PROBABLE:
            raise ModelError(
                f"{self.learner} gives no chance that a side pays.", f"Choose one of {', '.join(PROBABLE)}."
            )
        self._check_inputs()

    def _check_inputs(self) -> None:
        """Refuse steps and histories that cannot be."""
        kinds = [step.kind for step in self.steps]
        if len(kinds) > MOST_STEPS or len(set(kinds)) != len(kinds):
            raise ModelError(f"The steps are {kinds}.", f"Give each kind once, {MOST_STEPS} at most.")
        if "rank" in kinds[1:]:
            raise ModelError("The step 'rank' is not the first one.", "Rank what was known, then go on.")
        if len(set(self.features)) != len(self.features):
            raise ModelError("A feature is named twice.", "Name each once.")
        _at_least("history", self.history, 1)
        if self.history > MOST_HISTORY:
            raise ModelError(f"history is {self.history}.", f"Give {MOST_HISTORY} bars at most.")
        if self.learner in SEQUENTIAL and self.history < 2:
            raise ModelError(
                f"{self.learner} reads bars one after the other and history is {self.history}.",
                "Give a history of 2 bars or more.",
            )
        if self.learner in SEQUENTIAL and "pca" in kinds:
            raise ModelError(
                f"{self.learner} reads bars and components have none.", "Leave out the step 'pca'."
            )

    @property
    def ranked(self) -> bool:
        """Whether features are ranked in their bar first."""
        return bool(self.steps) and self.steps[0].kind == "rank"

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
        if "steps" in given:
            given["steps"] = tuple(_part("steps", one, Step) for one in given["steps"])
        if "features" in given:
            given["features"] = tuple(given["features"])
        return cls(**given)

    def to_spec(self) -> dict[str, Any]:
        """Plain JSON values, every default written out."""
        added: dict[str, Any] = {}
        if self.features:
            added["features"] = list(self.features)
        if self.steps:
            added["steps"] = [step.to_spec() for step in self.steps]
        if self.history > 1:
            added["history"] = self.history
        return {
            "learner": self.learner,
            "parameters": dict(self.parameters),
            "seeds": list(self.seeds),
            "label": self.label.to_spec(),
            "validation": asdict(self.validation),
            "weights": asdict(self.weights),
            "cross_validation": self.cross_validation and asdict(self.cross_validation),
            **added,
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
