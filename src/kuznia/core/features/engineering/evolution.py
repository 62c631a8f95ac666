"""Symbolic search: formulas that are bred, for what no template says.

Genetic programming (Koza 1992) in one type: every tree is a pure number, so that any part may stand
for any other and a price never meets a volume. Parents win tournaments; children come of subtree
crossover, of a new subtree, or of one operator changed; size costs fitness (parsimony). Depth, size and
evaluations are bounded, and one generator decides everything, so that a seed gives one course.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from kuznia.core.features.engineering.candidates import Candidate, Pool
from kuznia.core.features.engineering.grammar import Unit, leaves_of
from kuznia.core.typing import Float

Fitness = Callable[[Sequence[Candidate]], Float]
"""What the bars that teach say of candidates, higher is better; NaN where they say nothing."""


@dataclass(frozen=True, slots=True)
class Evolution:
    """Bounds and habits of the search.

    Parameters
    ----------
    population : int
        Formulas that live at one time.
    tournament : int
        Drawn for each parent; the fittest wins.
    depth, size : int
        Most of a tree: steps from its root, and parts.
    crossover, subtree : float
        Probabilities of the first two ways to a child; the rest change one operator.
    parsimony : float
        Fitness that each part costs.
    """

    population: int = 60
    tournament: int = 4
    depth: int = 5
    size: int = 15
    crossover: float = 0.6
    subtree: float = 0.25
    parsimony: float = 0.05


@dataclass(frozen=True, slots=True)
class Operator:
    """A function of pure numbers that gives one: ``{0}`` and ``{1}`` take parts, ``{d}`` a window."""

    text: str
    arity: int

    @property
    def windowed(self) -> bool:
        """Whether it has a window."""
        return "{d}" in self.text


OPERATORS = (
    Operator("rank({0})", 1),
    Operator("zscore({0})", 1),
    Operator("abs({0})", 1),
    Operator("s_log_1p({0})", 1),
    Operator("(-{0})", 1),
    Operator("ts_mean({0}, {d})", 1),
    Operator("ts_std_dev({0}, {d})", 1),
    Operator("ts_zscore({0}, {d})", 1),
    Operator("ts_rank({0}, {d})", 1),
    Operator("ts_delta({0}, {d})", 1),
    Operator("ts_delay({0}, {d})", 1),
    Operator("ts_decay_linear({0}, {d})", 1),
    Operator("ts_min({0}, {d})", 1),
    Operator("ts_max({0}, {d})", 1),
    Operator("ts_corr({0}, {1}, {d})", 2),
    Operator("({0} + {1})", 2),
    Operator("({0} - {1})", 2),
    Operator("({0} * {1})", 2),
    Operator("min({0}, {1})", 2),
    Operator("max({0}, {1})", 2),
)

GROUPED = ("group_neutralize({0}, %s)", "group_rank({0}, %s)")


@dataclass(frozen=True, slots=True)
class Tree:
    """A formula: a leaf's text, or an operator with its parts.

    Examples
    --------
    >>> Tree(OPERATORS[5], (Tree("returns"),), 20).text
    'ts_mean(returns, 20)'
    """

    root: Operator | str
    parts: tuple[Tree, ...] = ()
    window: int = 0

    @property
    def text(self) -> str:
        """The expression."""
        if isinstance(self.root, str):
            return self.root
        return self.root.text.format(*(part.text for part in self.parts), d=self.window)

    @property
    def size(self) -> int:
        """Number of its parts, itself included."""
        return 1 + sum(part.size for part in self.parts)

    @property
    def depth(self) -> int:
        """Steps from here to the deepest leaf."""
        return 1 + max(part.depth for part in self.parts) if self.parts else 0

    def places(self, at: tuple[int, ...] = ()) -> Iterator[tuple[int, ...]]:
        """The way to each part, itself first."""
        yield at
        for n, part in enumerate(self.parts):
            yield from part.places((*at, n))

    def part(self, at: tuple[int, ...]) -> Tree:
        """The part at the end of a way."""
        return self.parts[at[0]].part(at[1:]) if at else self

    def with_part(self, at: tuple[int, ...], other: Tree) -> Tree:
        """This tree with another part at the end of a way."""
        if not at:
            return other
        parts = list(self.parts)
        parts[at[0]] = parts[at[0]].with_part(at[1:], other)
        return Tree(self.root, tuple(parts), self.window)


class Breeder:
    """Draws trees and joins them.

    Parameters
    ----------
    pool : Pool
        Its context says which leaves and groups there are.
    windows : sequence of int
    habits : Evolution
    rng : numpy.random.Generator
    """

    def __init__(
        self, pool: Pool, windows: Sequence[int], habits: Evolution, rng: np.random.Generator
    ) -> None:
        ratios = [leaf.expression for leaf in leaves_of(pool.context.fields) if leaf.unit is Unit.RATIO]
        sizes = [leaf.expression for leaf in leaves_of(pool.context.fields) if leaf.unit is not Unit.RATIO]
        self.leaves = [f"({one})" if not one.isidentifier() else one for one in ratios]
        self.leaves += [f"ts_returns({one}, {d})" for one in sizes for d in windows]
        groups = [Operator(text % name, 1) for text in GROUPED for name in sorted(pool.context.groups)]
        self.operators = (*OPERATORS, *groups)
        self.windows, self.habits, self.rng = tuple(windows), habits, rng

    def drawn(self, depth: int) -> Tree:
        """A random tree of at most this depth."""
        if depth == 0 or self.rng.random() < 0.2:
            return Tree(self.leaves[self.rng.integers(len(self.leaves))])
        operator = self.operators[self.rng.integers(len(self.operators))]
        parts = tuple(self.drawn(depth - 1) for _ in range(operator.arity))
        return Tree(operator, parts, self._window(operator))

    def child(self, mother: Tree, father: Tree) -> Tree:
        """A tree made of two others, or of one of them; the first itself if it would grow too large."""
        chance = self.rng.random()
        at = self._place(mother)
        if chance < self.habits.crossover:
            made = mother.with_part(at, father.part(self._place(father)))
        elif chance < self.habits.crossover + self.habits.subtree:
            made = mother.with_part(at, self.drawn(2))
        else:
            made = mother.with_part(at, self._changed(mother.part(at)))
        fits = made.depth <= self.habits.depth and made.size <= self.habits.size
        return made if fits else mother

    def _changed(self, tree: Tree) -> Tree:
        if isinstance(tree.root, str):
            return self.drawn(0)
        same = [one for one in self.operators if one.arity == tree.root.arity]
        operator = same[self.rng.integers(len(same))]
        return Tree(operator, tree.parts, self._window(operator))

    def _place(self, tree: Tree) -> tuple[int, ...]:
        places = list(tree.places())
        return places[self.rng.integers(len(places))]

    def _window(self, operator: Operator) -> int:
        return self.windows[self.rng.integers(len(self.windows))] if operator.windowed else 0


def evolve(
    pool: Pool,
    windows: Sequence[int],
    count: int,
    fitness: Fitness,
    rng: np.random.Generator,
    habits: Evolution | None = None,
) -> list[Candidate]:
    """Breed formulas until `count` were evaluated; all of them are candidates, not the winners alone.

    Parameters
    ----------
    pool : Pool
        Takes up each meaning once: one that is there already is not evaluated again.
    windows : sequence of int
    count : int
        Evaluations, at most.
    fitness : callable
        Asked once for each generation.
    rng : numpy.random.Generator
    habits : Evolution, optional
    """
    habits = habits or Evolution()
    breeder = Breeder(pool, windows, habits, rng)
    living: list[Tree] = []
    scores = np.empty(0)
    found: list[Candidate] = []
    generation = 0
    while len(found) < count:
        brood = _brood(pool, breeder, living, scores, min(habits.population, count - len(found)), generation)
        if not brood:
            break
        made = [candidate for _, candidate in brood]
        worth = fitness(made) - habits.parsimony * np.array([tree.size for tree, _ in brood])
        found += made
        living += [tree for tree, _ in brood]
        scores = np.concatenate([scores, np.where(np.isnan(worth), -np.inf, worth)])
        fittest = np.argsort(-scores, kind="stable")[: habits.population]
        living, scores = [living[place] for place in fittest], scores[fittest]
        generation += 1
    return found


def _brood(
    pool: Pool, breeder: Breeder, living: Sequence[Tree], scores: Float, count: int, generation: int
) -> list[tuple[Tree, Candidate]]:
    """Trees of new meaning; fewer than `count` when they hardly come any more."""
    made: list[tuple[Tree, Candidate]] = []
    for _ in range(20 * count):
        if len(made) == count:
            break
        if living:
            tree = breeder.child(_winner(breeder, living, scores), _winner(breeder, living, scores))
        else:
            tree = breeder.drawn(1 + len(made) % 3)
        candidate = pool.admit(tree.text, "evolved", f"generation {generation + 1}")
        if candidate is not None:
            made.append((tree, candidate))
    return made


def _winner(breeder: Breeder, living: Sequence[Tree], scores: Float) -> Tree:
    drawn = breeder.rng.integers(len(living), size=breeder.habits.tournament)
    return living[int(drawn[np.argmax(scores[drawn])])]
