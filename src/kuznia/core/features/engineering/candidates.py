"""Candidates of a discovery: checked expressions, each meaning once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from kuznia.core.expressions import Checked, Context, ExpressionError, check
from kuznia.core.features.engineering.grammar import (
    RELATIVE,
    TEMPLATES,
    fillings,
    leaves_of,
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An expression that may be a feature.

    Parameters
    ----------
    expression : Checked
        What it computes.
    family : str
        Where it comes from: a family of templates, ``interaction`` or ``evolved``.
    origin : str
        The template, the form of the interaction, or the generation.
    """

    expression: Checked
    family: str
    origin: str


@dataclass(slots=True)
class Pool:
    """What was generated so far: each meaning once, by the digest of its expression.

    Parameters
    ----------
    context : Context
        What expressions may use.
    """

    context: Context
    seen: set[str] = field(default_factory=set)

    def admit(self, text: str, family: str, origin: str) -> Candidate | None:
        """A new candidate; None if its meaning is there already or the data does not allow it."""
        try:
            expression = check(text, self.context)
        except ExpressionError:
            return None
        if expression.digest in self.seen:
            return None
        self.seen.add(expression.digest)
        return Candidate(expression, family, origin)


def from_templates(
    pool: Pool,
    families: Collection[str],
    windows: Collection[int],
    count: int,
    rng: np.random.Generator,
) -> list[Candidate]:
    """Candidates from the templates of these families, at most `count`.

    Where the grammar has more, each template gives about as many as any other, drawn without
    replacement.

    Parameters
    ----------
    pool : Pool
        Takes them up; its context says which fields, series and groups there are.
    families : collection of str
        Some of ``FAMILIES``.
    windows : collection of int
        Bars.
    count : int
        At most so many.
    rng : numpy.random.Generator

    Examples
    --------
    >>> pool = Pool(Context(fields=frozenset({"close"}), series=frozenset(), groups=frozenset()))
    >>> made = from_templates(pool, ("shape",), (5, 20), 10, np.random.default_rng(0))
    >>> sorted(one.expression.canonical for one in made)[:2]
    ['ts_kurtosis(ts_returns(close, 1), 20)', 'ts_rsquare(close, 20)']
    """
    leaves, series = leaves_of(pool.context.fields), pool.context.series or ()
    chosen = [one for one in TEMPLATES if one.family in families]
    groups = sorted(pool.context.groups) if "relative" in families else []
    lines: list[Iterator[tuple[str, str, str]]] = []
    for template in chosen:
        texts = _shuffled(fillings(template, leaves, windows, series), rng)
        lines.append(iter([(text, template.family, template.text) for text in texts]))
        for wrap in RELATIVE:
            inner = _shuffled(texts, rng)
            lines += [iter([_inside(wrap, text, group) for text in inner]) for group in groups]
    return list(_in_turn(pool, lines, count))


def _inside(wrap: str, text: str, group: str) -> tuple[str, str, str]:
    return wrap.format(c=text, g=group), "relative", wrap.format(c="{c}", g=group)


def _shuffled(texts: Iterable[str], rng: np.random.Generator) -> list[str]:
    held = list(texts)
    return [held[place] for place in rng.permutation(len(held))]


def _in_turn(pool: Pool, lines: list[Iterator[tuple[str, str, str]]], count: int) -> Iterator[Candidate]:
    """One of each line, then the next of each, until there are enough."""
    waiting = lines
    given = 0
    while waiting:
        still = []
        for line in waiting:
            if given == count:
                return
            one = next(line, None)
            if one is None:
                continue
            still.append(line)
            made = pool.admit(*one)
            if made is not None:
                given += 1
                yield made
        waiting = still
