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
        Gives the objective of some points, more being better; what is NaN counts as the worst.

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
    lengths = [len(values) for values in spec.parameters.values()]
    left = _Left(grid, lengths)
    count = min(spec.count or len(grid), len(grid))
    rng = np.random.default_rng(spec.seed)
    known: dict[tuple[int, ...], float] = {}
    while len(known) < count:
        size = min(BATCH, count - len(known))
        batch: list[tuple[int, ...]] = []
        asked: list[tuple[Any, tuple[int, ...]]] = []
        while len(batch) < size and len(asked) < ASKED * BATCH:
            trial = study.ask(space)
            point = tuple(int(order[trial.params[name]]) for name, order in zip(names, ranked, strict=True))
            if left.take(point):
                batch.append(point)
            elif point not in known and point not in batch:
                study.tell(trial, state=trial_state.PRUNED)
                asked.append((None, point))
                continue
            asked.append((trial, point))
        batch += left.draw(size - len(batch), rng)
        found = evaluate(np.array(batch, dtype=np.int64)).tolist()
        known.update(zip(batch, found, strict=True))
        for trial, point in asked:
            if trial is not None and known[point] == known[point]:
                study.tell(trial, known[point])
            elif trial is not None:
                study.tell(trial, state=trial_state.PRUNED)
    return np.array(list(known), dtype=np.int64)


class _Left:
    """The points of a grid that were not taken yet."""

    def __init__(self, grid: Int, lengths: list[int]) -> None:
        self.grid, self.lengths = grid, lengths
        self.numbers = np.ravel_multi_index(tuple(grid.T), lengths)
        self.free = np.ones(len(grid), dtype=bool)

    def take(self, point: tuple[int, ...]) -> bool:
        """Take a point out; False if it is not among them."""
        number = np.ravel_multi_index(point, self.lengths)
        at = int(np.searchsorted(self.numbers, number))
        found = at < len(self.numbers) and self.numbers[at] == number and bool(self.free[at])
        if found:
            self.free[at] = False
        return found

    def draw(self, count: int, rng: np.random.Generator) -> list[tuple[int, ...]]:
        """Take some points out at random."""
        if count == 0:
            return []
        drawn = rng.choice(np.flatnonzero(self.free), count, replace=False)
        self.free[drawn] = False
        return [tuple(row) for row in self.grid[drawn].tolist()]


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
