"""Parameters of a learner, found by Optuna on the purged folds of the development."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kuznia.core.errors import ModelError
from kuznia.core.models.offered import LEARNERS, Parameter, Range
from kuznia.core.models.pipeline.book import Step
from kuznia.core.models.pipeline.development import Development

PART = 2
"""Folds that are fitted before a trial may be pruned: fixed, so that threads change nothing."""

STARTED = 5
"""Trials before the sampler and the pruner go by what was found."""

REACH = {"penalty": 100.0, "lambda_l2": 10.0, "trees": 2.0, "epochs": 2.0}
"""How far from its default a parameter is sought, as a factor; 4 when not named."""

Told = Callable[[float, str], None]


def limits(name: str, known: Range) -> tuple[Parameter, Parameter]:
    """Smallest and largest value that tuning tries.

    Examples
    --------
    >>> limits("penalty", LEARNERS["ridge"]["penalty"])
    (10.0, 100000.0)
    >>> limits("num_leaves", LEARNERS["extra_trees"]["num_leaves"])
    (8, 124)
    """
    reach = REACH.get(name, 4.0)
    low = max(known.default / reach, known.low)
    high = min(known.default * reach if known.default else 1.0, known.high)
    return (round(low), round(high)) if known.whole else (float(low), float(high))


def tuned(development: Development, learner: str, *, threads: int, told: Told) -> Step:
    """Try configurations of a learner, the defaults first.

    Returns
    -------
    Step
        Facts: ``trials`` with ``number``, ``parameters``, ``rank_ic`` and ``pruned``; ``best``, the
        parameters that did best, and its ``rank_ic``. The value of a trial is the mean rank IC out of fold of
        the first seed; one whose first folds do worse than the median is pruned.
    """
    optuna = _optuna()
    spec = development.spec
    study = _study(optuna, spec.seed)
    space = _space(optuna, learner)
    study.enqueue_trial({name: LEARNERS[learner][name].default for name in space})
    trials: list[dict[str, Any]] = []
    for number in range(spec.trials):
        trial = study.ask(space)
        parameters = {name: trial.params[name] for name in space}
        value, pruned = _valued(development, learner, parameters, trial, threads)
        if pruned or np.isnan(value):
            study.tell(trial, state=optuna.trial.TrialState.PRUNED)
        else:
            study.tell(trial, value)
        plain = None if np.isnan(value) else value
        trials.append({"number": number, "parameters": parameters, "rank_ic": plain, "pruned": pruned})
        told((number + 1) / spec.trials, f"trial {number + 1} of {spec.trials}")
    whole = [one for one in trials if not one["pruned"] and one["rank_ic"] is not None]
    if not whole:
        raise ModelError(
            f"No trial of {learner} has a rank IC.", "Five instruments or more need a score at the same bar."
        )
    best = max(whole, key=lambda one: (one["rank_ic"], -one["number"]))
    return Step({"trials": trials, "best": best["parameters"], "rank_ic": best["rank_ic"]})


def _valued(
    development: Development, learner: str, parameters: dict[str, Any], trial: Any, threads: int
) -> tuple[float, bool]:
    """Mean rank IC out of fold, and whether the trial was given up after its first folds."""
    model = development.model(learner, parameters)
    scores = np.full(len(development.rows.bar), np.nan)
    for start in range(0, len(development.splits), PART):
        part = development.splits[start : start + PART]
        found = development.out_of_fold(model, part, model.seeds[:1], threads)[:, 0]
        scores = np.where(np.isnan(found), scores, found)
        value = development.measured(scores).mean
        last = start + PART >= len(development.splits)
        if not last and not np.isnan(value):
            trial.report(value, start)
            if trial.should_prune():
                return value, True
    return value, False


def _space(optuna: Any, learner: str) -> dict[str, Any]:
    space = {}
    for name, known in LEARNERS[learner].items():
        low, high = limits(name, known)
        if low < high:
            kind = (
                optuna.distributions.IntDistribution
                if known.whole
                else optuna.distributions.FloatDistribution
            )
            space[name] = kind(low, high, log=low > 0)
    return space


def _study(optuna: Any, seed: int) -> Any:
    said = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)  # a study greets on standard error
    try:
        return optuna.create_study(
            direction="maximize",
            sampler=optuna.samplers.TPESampler(seed=seed % 2**32, n_startup_trials=STARTED),
            pruner=optuna.pruners.MedianPruner(n_startup_trials=STARTED),
        )
    finally:
        optuna.logging.set_verbosity(said)


def _optuna() -> Any:
    try:
        import optuna
    except ImportError:
        raise ModelError(
            "Tuning needs the package optuna, which is not installed.", 'Install "kuznia[ml]".'
        ) from None
    return optuna
