"""Interactions: what two candidates say together, in ranks, each turned to the side of its own IC."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from kuznia.core.expressions.catalogue import MACRO
from kuznia.core.features.engineering.candidates import Candidate, Pool
from kuznia.core.features.engineering.measurement import Measured

PARENTS = 16
"""Candidates that are combined, at most; no two of one origin."""

LEAST_KNOWN = 0.5
"""Coverage below which a candidate is combined with none."""

YEAR_BARS = 250


@dataclass(frozen=True, slots=True)
class Form:
    """A way to join two candidates (``{a}``, ``{b}``), or one and a macro series (``{m}``)."""

    name: str
    text: str


PAIRS = (
    Form("sum", "rank({a}) + rank({b})"),
    Form("product", "rank({a}) * rank({b})"),
    Form("ratio", "(1 + rank({a})) / (1 + rank({b}))"),
    Form("condition", "if_else(rank({b}) > 0.5, rank({a}), 0.5)"),
    Form("group", 'group_rank({a}, bucket(rank({b}), range="0, 1, 0.25"))'),
)

REGIMES = (
    Form(
        "regime",
        f"if_else({{m}} > ts_mean({{m}}, {YEAR_BARS}), rank({{a}}), 1 - rank({{a}}))",
    ),
)

MIRRORED = ("sum", "product")
"""Forms that say the same with their candidates exchanged."""


def interactions(
    pool: Pool,
    candidates: Sequence[Candidate],
    measured: Sequence[Measured],
    count: int,
    rng: np.random.Generator,
) -> list[Candidate]:
    """At most `count` interactions of those that did best on the bars that teach.

    Parameters
    ----------
    pool : Pool
        Takes them up.
    candidates, measured : sequences
        What may be combined, and what was measured of it; only ``taught`` and ``coverage`` are read.
    count : int
    rng : numpy.random.Generator
        Draws among the possible ones.
    """
    made: list[Candidate] = []
    texts = list(_texts(pool, parents(candidates, measured)))
    for place in rng.permutation(len(texts)):
        if len(made) == count:
            break
        name, text = texts[place]
        one = pool.admit(text, "interaction", name)
        if one is not None:
            made.append(one)
    return made


def parents(candidates: Sequence[Candidate], measured: Sequence[Measured]) -> list[str]:
    """Expressions of the best on the bars that teach, one for each origin, best first, upright."""
    able = [
        (abs(found.taught.t), place)
        for place, found in enumerate(measured)
        if found.taught.count and found.coverage >= LEAST_KNOWN
    ]
    best: dict[str, str] = {}
    for _, place in sorted(able, key=lambda one: (-one[0], one[1])):
        origin, text = candidates[place].origin, candidates[place].expression.canonical
        best.setdefault(origin, text if measured[place].taught.mean > 0 else f"-({text})")
        if len(best) == PARENTS:
            break
    return list(best.values())


def _texts(pool: Pool, chosen: Sequence[str]) -> Iterator[tuple[str, str]]:
    for form in PAIRS:
        for a, b in combinations(chosen, 2):
            yield form.name, form.text.format(a=a, b=b)
            if form.name not in MIRRORED:
                yield form.name, form.text.format(a=b, b=a)
    for form in REGIMES:
        for name in sorted(pool.context.series or ()):
            for a in chosen:
                yield form.name, form.text.format(a=a, m=f"{MACRO}{name}")
