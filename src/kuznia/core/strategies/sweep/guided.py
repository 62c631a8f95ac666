"""Combinations that Optuna chooses by what it has found so far; the only module that imports it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kuznia.core.errors import StrategyError
from kuznia.core.strategies.sweep.spec import SweepSpec
from kuznia.core.typing import Float, Int

BATCH = 16
"""Combinations that are chosen before their ratios are known: fixed, so that threads change nothing."""
ASKED = 4
"""Proposals for each combination of a batch, before the rest of it is drawn at random."""


def guided_places(spec: SweepSpec, grid: Int, evaluate: Callable[[Int], Float]) -> Int:
    """Choose and evaluate `count` different points of a grid by a seeded TPE sampler.

    Parameters
    ----------
    spec : SweepSpec
        With ``search`` ``"optuna"``.
    grid : int64 (G, P)
        The points that satisfy the condition, as places in each parameter's values.
    evaluate : callable
        Gives the annual Sharpe ratios of some points; what is NaN counts as the worst.

    Returns
    -------
    int64 (K, P)
        Points in the order in which they were evaluated; each once.

    Raises
    ------
    StrategyError
        Optuna is not installed.

    Notes
    -----
    A point outside the condition is told as pruned, one that was evaluated before as its ratio again. When
    the sampler proposes little that is new, the rest of a batch is drawn from what is left.
    """
    study, trial_state, distribution = _study(spec)
    names = list(spec.parameters)
    # Places in ascending order of the values: neighbours are near for the sampler, whatever the list's order.
    ranked = [np.argsort(np.asarray(values, dtype=np.float64)) for values in spec.parameters.values()]
    space = {name: distribution(0, len(order) - 1) for name, order in zip(names, ranked, strict=True)}
    left = {tuple(row): None for row in grid.tolist()}
    count = min(spec.count or len(left), len(left))
    rng = np.random.default_rng(spec.seed)
    known: dict[tuple[int, ...], float] = {}
    while len(known) < count:
        size = min(BATCH, count - len(known))
        batch: list[tuple[int, ...]] = []
        asked: list[tuple[Any, tuple[int, ...]]] = []
        while len(batch) < size and len(asked) < ASKED * BATCH:
            trial = study.ask(space)
            point = tuple(int(order[trial.params[name]]) for name, order in zip(names, ranked, strict=True))
            if point in left:
                del left[point]
                batch.append(point)
            elif point not in known and point not in batch:
                study.tell(trial, state=trial_state.PRUNED)
                asked.append((None, point))
                continue
            asked.append((trial, point))
        batch += _drawn(left, size - len(batch), rng)
        found = evaluate(np.array(batch, dtype=np.int64)).tolist()
        known.update(zip(batch, found, strict=True))
        for trial, point in asked:
            if trial is not None and known[point] == known[point]:
                study.tell(trial, known[point])
            elif trial is not None:
                study.tell(trial, state=trial_state.PRUNED)
    return np.array(list(known), dtype=np.int64)


def _drawn(left: dict[tuple[int, ...], None], count: int, rng: np.random.Generator) -> list[tuple[int, ...]]:
    """Some of the points that are left, drawn at random and taken out."""
    if count == 0:
        return []
    points = list(left)
    drawn = [points[at] for at in rng.choice(len(points), count, replace=False).tolist()]
    for point in drawn:
        del left[point]
    return drawn


def _study(spec: SweepSpec) -> tuple[Any, Any, Any]:
    """A study in memory, with the names of Optuna that are needed."""
    try:
        import optuna
    except ImportError:
        raise StrategyError(
            "A search by Optuna needs the package optuna, which is not installed.",
            'Install it with: pip install "kuznia[ml]", or search the grid or at random.',
        ) from None
    sampler = optuna.samplers.TPESampler(seed=spec.seed % 2**32, n_startup_trials=BATCH)
    said = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)  # a study greets on standard error
    try:
        study = optuna.create_study(direction="maximize", sampler=sampler)
    finally:
        optuna.logging.set_verbosity(said)
    return study, optuna.trial.TrialState, optuna.distributions.IntDistribution
