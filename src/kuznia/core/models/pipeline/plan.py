"""What an automated pipeline is asked to do, and how many trials its time allows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from kuznia.core.errors import ModelError
from kuznia.core.models.offered import LEARNERS, Parameter
from kuznia.core.models.spec import Label, ModelSpec, WalkForward
from kuznia.core.models.splits import walk_forward

PRESETS: Mapping[str, Mapping[str, Any]] = {
    "fast": {"learners": ("ridge", "lightgbm_regressor", "extra_trees"), "trials": 6, "seeds": (1,)},
    "medium": {
        "learners": ("ridge", "elastic_net", "lightgbm_regressor", "lightgbm_ranker", "extra_trees"),
        "trials": 20,
        "seeds": (1, 2),
    },
    "best": {
        "learners": (
            "ridge",
            "elastic_net",
            "lightgbm_regressor",
            "lightgbm_ranker",
            "random_forest",
            "extra_trees",
            "mlp",
        ),
        "trials": 60,
        "seeds": (1, 2, 3, 4),
    },
}
"""How much is tried: learners, trials of each, and seeds of each model that is kept."""

TUNING = 0.6
"""Share of the minutes that tuning gets; the rest is for selection and evaluation."""

_FLAT, _TREE, _EPOCH = 2e-9, 9e-9, 3e-8
"""Seconds for each row and feature: of a linear fit's squared feature, of a tree, of an epoch."""


FAMILIES = ("momentum", "level", "volatility", "shape", "comovement")
"""Families of templates that need nothing but bars."""


@dataclass(frozen=True, slots=True)
class Generate:
    """Candidate features that are made from prices, see :mod:`kuznia.core.features.engineering`.

    Parameters
    ----------
    families : tuple of str
        Of templates.
    windows : tuple of int
        Bars.
    budget : int
        Candidates that are generated, at most. Each is a trial.
    most : int
        Candidates that go into the selection, at most.
    """

    families: tuple[str, ...] = FAMILIES
    windows: tuple[int, ...] = (5, 10, 20, 60, 120)
    budget: int = 200
    most: int = 40

    def __post_init__(self) -> None:
        if not 1 <= self.most <= 200:
            raise ModelError(f"most is {self.most}.", "Give a number from 1 to 200.")


@dataclass(frozen=True, slots=True)
class PipelineSpec:
    """One automated pipeline.

    Parameters
    ----------
    learners : tuple of str
        Each is tuned, evaluated and a member of the ensembles.
    trials : int
        Configurations of each learner that are tried, at most; the defaults are the first.
    minutes : float, optional
        Lowers `trials` before anything is computed, by an estimate that looks at no clock: the same
        request gives the same result on any machine, and takes longer on a slow one.
    seeds : tuple of int
        Of each model that is kept; tuning fits the first alone.
    seed : int
        Of selection and tuning.
    label : Label
        What is learned.
    evaluated : float
        Share of the bars, the newest ones, that selection and tuning never see.
    test, embargo, stride : int
        Of the walk-forward evaluation, see `WalkForward`.
    folds : int
        Purged folds of the development bars, an even number.
    select : bool
        Whether features are selected.
    allowed : float
        Falsely kept features that stability selection may expect.
    generate : Generate, optional
        Candidates that are made from prices first.

    Examples
    --------
    >>> PipelineSpec(evaluated=0.25).first_test(1000)
    750
    >>> PipelineSpec(folds=3)
    Traceback (most recent call last):
    ...
    kuznia.core.errors.ModelError: folds is 3. Give an even number from 2 to 20.
    """

    learners: tuple[str, ...] = ("ridge", "lightgbm_regressor", "extra_trees")
    trials: int = 6
    minutes: float | None = None
    seeds: tuple[int, ...] = (1,)
    seed: int = 0
    label: Label = field(default_factory=Label)
    evaluated: float = 0.35
    test: int = 126
    embargo: int = 0
    stride: int = 1
    folds: int = 4
    select: bool = True
    allowed: float = 1.0
    generate: Generate | None = None

    def __post_init__(self) -> None:
        if not self.learners or len(set(self.learners)) != len(self.learners):
            raise ModelError("Learners are missing or repeated.", "Name one or more different learners.")
        for learner in self.learners:
            self.model(learner, {}, first_test=1)
        if not 1 <= self.trials <= 1_000:
            raise ModelError(f"trials is {self.trials}.", "Give a number from 1 to 1000.")
        if self.minutes is not None and not 0.0 < self.minutes <= 10_000.0:
            raise ModelError(f"minutes is {self.minutes}.", "Give a number above 0, up to 10000.")
        if not 0.1 <= self.evaluated <= 0.8:
            raise ModelError(f"evaluated is {self.evaluated}.", "Give a share from 0.1 to 0.8.")
        if self.folds not in range(2, 21, 2):
            raise ModelError(f"folds is {self.folds}.", "Give an even number from 2 to 20.")
        if not 0.1 <= self.allowed <= 100.0:
            raise ModelError(f"allowed is {self.allowed}.", "Give a number from 0.1 to 100.")

    def model(self, learner: str, parameters: Mapping[str, Parameter], *, first_test: int) -> ModelSpec:
        """The specification of one learner, evaluated walk-forward from a bar on."""
        validation = WalkForward(first_test, self.test, self.embargo, self.stride)
        return ModelSpec(learner, dict(parameters), self.seeds, self.label, validation)

    def first_test(self, bars: int) -> int:
        """First bar of the evaluation."""
        return bars - int(bars * self.evaluated)

    def development_end(self, bars: int) -> int:
        """Bars before this one have labels that end before the evaluation and its embargo."""
        start = self.first_test(bars)
        fold = next(iter(walk_forward(bars, self.label, WalkForward(start, self.test, self.embargo))), None)
        if fold is None or fold.train_end < 2 * self.folds * (self.label.horizon + 1):
            raise ModelError(
                f"{bars} bars are too few for {self.folds} folds of labels over {self.label.horizon} bars.",
                "Give a longer span, a shorter horizon or fewer folds.",
            )
        return fold.train_end

    @classmethod
    def from_spec(cls, spec: Mapping[str, Any]) -> PipelineSpec:
        """Read what `to_spec` wrote; what is left out takes its default."""
        given = dict(spec)
        for name in ("learners", "seeds"):
            if name in given:
                given[name] = tuple(given[name])
        if "label" in given:
            given["label"] = Label(**given["label"])
        if given.get("generate") is not None:
            made = given["generate"]
            given["generate"] = Generate(
                **{**made, "families": tuple(made["families"]), "windows": tuple(made["windows"])}
            )
        return cls(**given)

    def to_spec(self) -> dict[str, Any]:
        """Plain JSON values, every default written out."""
        spec = {**asdict(self), "learners": list(self.learners), "seeds": list(self.seeds)}
        if self.generate is None:
            del spec["generate"]
        return spec

    def planned(self, rows: int, features: int) -> PipelineSpec:
        """The same with as many trials as its minutes allow, one at least.

        Parameters
        ----------
        rows, features : int
            Training rows before the evaluation, and features that were kept.
        """
        if self.minutes is None:
            return self
        fits = sum(_seconds(learner, rows, features) for learner in self.learners) * (self.folds - 1)
        fitting = int(self.minutes * 60.0 * TUNING / max(fits, 1e-9))
        return replace(self, trials=min(self.trials, max(fitting, 1)))


def _seconds(learner: str, rows: int, features: int) -> float:
    """Estimate of one fit with the learner's defaults."""
    known = LEARNERS[learner]
    cells = rows * max(features, 1)
    if "trees" in known:
        return _TREE * cells * known["trees"].default
    if "epochs" in known:
        return _EPOCH * cells * known["epochs"].default
    return _FLAT * cells * max(features, 1)


BLENDS = ("rank_average", "greedy", "stack", "linear_stack")
"""Names of the ways to weight members, see :mod:`kuznia.core.models.pipeline.blending`."""


CANDIDATES = "candidates"
"""Name of the step that generates."""


def step_names(learners: Sequence[str], *, generate: bool = False) -> list[str]:
    """Names of all steps, in their order.

    Parameters
    ----------
    learners : sequence of str
        As of `PipelineSpec`.
    generate : bool
        Whether candidates are made from prices first.

    Examples
    --------
    >>> step_names(("ridge", "mlp"))[:4]
    ['select', 'tune ridge', 'tune mlp', 'score ridge']
    """
    each = [f"{what} {one}" for what in ("tune", "score") for one in learners]
    blends = [f"evaluate {one}" for one in BLENDS] if len(learners) > 1 else []
    evaluated = [*(f"evaluate {one}" for one in learners), *blends]
    first = [CANDIDATES] if generate else []
    return [*first, "select", *each, "blend", *evaluated, "explain", "board"]
