"""A pipeline's own candidates: what is there is found, luck is kept out, the evaluation is not looked at."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest

from kuznia.core.errors import ModelError
from kuznia.core.features.naming import feature_name
from kuznia.core.frames.digest import json_digest
from kuznia.core.frames.panel import KEYS, Panel
from kuznia.core.models.ensemble import load_model
from kuznia.core.models.pipeline.automate import automate
from kuznia.core.models.pipeline.book import MemoryBook
from kuznia.core.models.pipeline.development import Development
from kuznia.core.models.pipeline.generating import generated
from kuznia.core.models.pipeline.plan import CANDIDATES, Generate, PipelineSpec, step_names
from kuznia.core.models.pipeline.selecting import selected
from kuznia.core.models.rows import align
from kuznia.core.models.spec import Label
from tests.support.noise_markets import noise

SPEC = PipelineSpec(
    learners=("ridge", "elastic_net"),
    trials=1,
    label=Label(horizon=1),
    folds=2,
    test=60,
    generate=Generate(families=("momentum",), windows=(5, 20), budget=60, most=12),
)
PLANTED = "ts_mean(close / open - 1, 5)"


def market(seed: int = 1, drift: float = 0.2) -> Panel:
    return noise(np.random.default_rng(seed), 16, 400, drift=drift)


def run(panel: Panel, spec: PipelineSpec, book: MemoryBook | None = None) -> tuple[Any, MemoryBook]:
    """The candidates, then everything else, as the worker does them."""
    book = book or MemoryBook()
    step = book.step(CANDIDATES, lambda: generated(panel, spec))
    board = automate(step.frames["values"], panel, spec, feature_set="sha256:0", book=book)
    return board, book


def digest(book: MemoryBook) -> str:
    return json_digest({name: dict(step.facts) for name, step in book.steps.items()})


@pytest.fixture(scope="module")
def done() -> tuple[Panel, Any, MemoryBook]:
    panel = market()
    return (panel, *run(panel, SPEC))


def test_a_planted_signal_that_a_template_can_say_is_in_what_is_recommended(done: Any) -> None:
    _, board, book = done
    assert list(book.steps) == step_names(SPEC.learners, generate=True)
    facts = book.steps[CANDIDATES].facts
    planted = next(name for name, text in facts["made"].items() if text == PLANTED)
    assert planted in book.steps["select"].facts["kept"]
    winner = book.steps[f"evaluate {board['recommended']}"]
    assert planted in load_model(winner.blobs["bundle"], winner.facts["digest"]).features
    entry = next(one for one in board["entries"] if one["name"] == board["recommended"])
    assert entry["evaluation"]["mean"] > 3 * entry["evaluation"]["standard_error"]


def test_every_candidate_is_told_of_with_its_reason(done: Any) -> None:
    facts = done[2].steps[CANDIDATES].facts
    assert len(facts["candidates"]) == facts["generated"]
    kept = {one["expression"]: one["digest"] for one in facts["candidates"] if one["reason"] is None}
    assert facts["made"] == {feature_name(text, of): text for text, of in kept.items()} | facts["made"]
    assert set(kept) == set(facts["made"].values()) and len(kept) <= SPEC.generate.most  # type: ignore[union-attr]
    few = replace(SPEC, generate=replace(SPEC.generate, most=1))  # type: ignore[type-var]
    (only,) = generated(done[0], few).facts["made"].values()
    assert only == next(iter(facts["made"].values()))


def test_the_seed_decides_and_a_killed_pipeline_goes_on_behind_its_candidates(done: Any) -> None:
    panel, board, book = done
    again, second = run(panel, SPEC)
    assert (again, digest(second)) == (board, digest(book))
    half = MemoryBook()
    half.steps = {CANDIDATES: book.steps[CANDIDATES]}
    resumed, finished = run(panel, SPEC, half)
    assert resumed == board and digest(finished) == digest(book)
    drawn = [
        generated(panel, replace(SPEC, seed=seed, generate=Generate(windows=(5,), budget=20))).facts["made"]
        for seed in (0, 1)
    ]
    assert drawn[0] != drawn[1]


def test_no_candidate_is_chosen_on_the_evaluation(done: Any) -> None:
    panel, _, book = done
    start = SPEC.first_test(panel.shape[1])
    fields = {name: values.copy() for name, values in panel.fields.items()}
    for values in fields.values():
        values[:, start:] = values[::-1, start:]
    other = generated(replace(panel, fields=fields), SPEC)
    assert dict(other.facts) == dict(book.steps[CANDIDATES].facts)
    ours = book.steps[CANDIDATES].frames["values"]
    cut = pl.Series(panel.ts).cast(pl.Datetime("us", "UTC"))[start]
    before = pl.col("ts") < cut
    assert other.frames["values"].filter(before).equals(ours.filter(before))


def test_given_features_stand_beside_those_made(done: Any) -> None:
    panel, _, book = done
    alone = book.steps[CANDIDATES].frames["values"]
    given = alone.select(*KEYS, mine=pl.lit(1.0))
    both = generated(panel, SPEC, features=given).frames["values"]
    assert both.columns == [*KEYS, "mine", *alone.columns[len(KEYS) :]]
    assert both.drop("mine").equals(alone)


@pytest.mark.long
def test_selection_keeps_no_more_noise_than_it_allows() -> None:
    """Screening prefers what did well by luck on the same bars; selection's bound holds all the same."""
    kept, runs = 0, 20
    for seed in range(runs):
        panel = market(seed, drift=0.0)
        spec = replace(SPEC, seed=seed, generate=Generate(("momentum", "volatility"), (5, 20), 40))
        values = generated(panel, spec).frames["values"]
        facts = selected(Development.of(align(values, panel, spec.label), spec)).facts
        kept += len(facts["kept"]) if facts["stable"] else 0
    assert kept <= runs * SPEC.allowed


def test_nothing_left_after_the_screening_says_what_to_change() -> None:
    panel = market(drift=0.0)
    longest = replace(SPEC, generate=Generate(families=("momentum",), windows=(250,), budget=10))
    with pytest.raises(ModelError, match="passes the screening"):
        generated(panel, longest)
    with pytest.raises(ModelError, match="most is 0"):
        Generate(most=0)
