"""What the grammar of candidates gives: well-typed, pure numbers, each meaning once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from kuznia.core.expressions import Context, check
from kuznia.core.features import feature_values
from kuznia.core.features.engineering.candidates import Candidate, Pool, from_templates
from kuznia.core.features.engineering.evolution import Breeder, Evolution, evolve
from kuznia.core.features.engineering.grammar import FAMILIES, RELATIVE, TEMPLATES, fillings, leaves_of
from kuznia.core.frames.panel import Panel
from kuznia.core.typing import Float
from tests.support.noise_markets import noise

FIELDS = frozenset({"open", "high", "low", "close", "volume"})
WINDOWS = (5, 10, 20)


def context(**more: frozenset[str]) -> Context:
    given = {"fields": FIELDS, "series": frozenset(), "groups": frozenset({"sector"})}
    return Context(**(given | more))  # type: ignore[arg-type]


def made(count: int = 10_000, seed: int = 0) -> list[Candidate]:
    return from_templates(Pool(context()), FAMILIES, WINDOWS, count, np.random.default_rng(seed))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda one: one.text)
def test_every_filling_of_every_template_can_be_computed(template: object) -> None:
    within = context(series=frozenset({"VIX"}), fields=FIELDS | {"vwap"})
    texts = list(fillings(template, leaves_of(within.fields), WINDOWS, {"VIX"}))  # type: ignore[arg-type]
    assert texts
    assert {check(text, within).kind for text in texts} == {"panel"}


def test_each_meaning_is_there_once_and_the_seed_decides_the_draw() -> None:
    everything = made()
    digests = [one.expression.digest for one in everything]
    assert len(set(digests)) == len(digests) > 900
    some = made(150, seed=3)
    assert [one.expression for one in some] == [one.expression for one in made(150, seed=3)]
    assert [one.expression for one in some] != [one.expression for one in made(150, seed=4)]
    plain = {one.text for one in TEMPLATES if one.family != "macro"}
    assert {one.origin for one in some} == plain | {text.format(c="{c}", g="sector") for text in RELATIVE}


def scaled(panel: Panel, rng: np.random.Generator) -> Panel:
    """The same market with every instrument quoted in another currency and lot, by powers of two."""
    money = 2.0 ** rng.integers(-3, 4, (panel.shape[0], 1))
    lots = 2.0 ** rng.integers(-3, 4, (panel.shape[0], 1))
    fields = {name: values * money for name, values in panel.fields.items() if name != "volume"}
    return replace(panel, fields={**fields, "volume": panel.fields["volume"] * lots})


def test_no_candidate_depends_on_the_unit_of_prices_or_volumes() -> None:
    rng = np.random.default_rng(5)
    panel = noise(rng, 6, 60)
    pool = Pool(context())
    chosen = from_templates(pool, FAMILIES, WINDOWS, 10_000, rng)
    chosen += evolve(pool, WINDOWS, 200, lambda some: np.ones(len(some)), rng)
    expressions = {one.expression.canonical: one.expression for one in chosen}
    before, after = (feature_values(expressions, one) for one in (panel, scaled(panel, rng)))
    for text in expressions:
        np.testing.assert_allclose(after[text], before[text], rtol=1e-6, atol=1e-9, err_msg=text)


def test_bred_formulas_stay_in_their_bounds_and_one_seed_gives_one_course() -> None:
    habits = Evolution(population=20, depth=3, size=7)

    def course(seed: int) -> list[str]:
        # Any fitness will do that prefers some over others.
        found = evolve(
            Pool(context()),
            WINDOWS,
            120,
            lambda some: np.array([len(one.expression.canonical) % 7 for one in some], dtype=float),
            np.random.default_rng(seed),
            habits,
        )
        return [one.expression.canonical for one in found]

    assert len(course(1)) == len(set(course(1))) == 120
    assert course(1) == course(1) != course(2)
    breeder = Breeder(Pool(context()), WINDOWS, habits, np.random.default_rng(0))
    mother, father = breeder.drawn(3), breeder.drawn(3)
    for _ in range(500):
        child = breeder.child(mother, father)
        assert child.depth <= 3 and (child.size <= 7 or child is mother)
        mother, father = (child, mother) if child.size <= 7 else (breeder.drawn(2), father)


def test_breeding_climbs_where_drawing_does_not() -> None:
    """Fitness is the number of wanted words in a formula; 200 evaluations either way."""

    def worth(some: Sequence[Candidate]) -> Float:
        words = ("ts_mean", "ts_corr", "group_rank", "ts_std_dev", "ts_delta")
        return np.array([float(sum(w in one.expression.canonical for w in words)) for one in some])

    bred: list[float] = []
    drawn: list[float] = []
    for seed in range(4):
        kinds = (Evolution(population=30, parsimony=0.0), Evolution(population=200, parsimony=0.0))
        for into, habits in zip((bred, drawn), kinds, strict=True):
            pool, rng = Pool(context()), np.random.default_rng(seed)
            found = evolve(pool, WINDOWS, 200, worth, rng, habits)
            into.append(worth(found).max())
    assert sum(bred) > sum(drawn)
    assert min(bred) >= 3


def test_a_fitness_that_says_nothing_stops_nothing() -> None:
    nothing = np.full(60, np.nan)
    found = evolve(Pool(context()), WINDOWS, 60, lambda some: nothing[: len(some)], np.random.default_rng(0))
    assert len(found) == 60
