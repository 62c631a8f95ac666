"""The automated pipeline: planted signals are found, luck is not, and the result hangs on the seed alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy.stats import binomtest

from kuznia.core.errors import ModelError
from kuznia.core.frames.digest import json_digest
from kuznia.core.frames.panel import Panel
from kuznia.core.models.ensemble import Ensemble, load_model
from kuznia.core.models.evaluation.scored import scored
from kuznia.core.models.forecast import Forecaster, learn_forecaster
from kuznia.core.models.pipeline import blending
from kuznia.core.models.pipeline.automate import automate
from kuznia.core.models.pipeline.book import MemoryBook
from kuznia.core.models.pipeline.development import Development
from kuznia.core.models.pipeline.plan import BLENDS, PRESETS, PipelineSpec, step_names
from kuznia.core.models.pipeline.selecting import selected
from kuznia.core.models.rows import align
from kuznia.core.models.score import member_scores, score
from kuznia.core.models.selection.stability import (
    first_on_the_path,
    stability_selection,
    stable_on_the_path,
)
from kuznia.core.models.spec import LEARNERS, Label
from kuznia.core.models.splits import label_end
from kuznia.core.models.targets import forward_returns
from tests.support.markets import world
from tests.support.sample_panel import part, sample_panel

SMALL = PipelineSpec(
    learners=("ridge", "elastic_net"), trials=2, seeds=(1, 2), label=Label(horizon=2), folds=2, test=40
)


def planted(panel: Panel, label: Label, ic: float, count: int, noise: int, seed: int) -> pl.DataFrame:
    """Features of real returns: some with a correlation of `ic` with what follows, the rest noise."""
    rng = np.random.default_rng(seed)
    ahead = forward_returns(panel, label)
    known = ~np.isnan(ahead).all(axis=0)
    unit = np.zeros(panel.shape)
    mean, spread = np.nanmean(ahead[:, known], axis=0), np.nanstd(ahead[:, known], axis=0)
    unit[:, known] = np.nan_to_num((ahead[:, known] - mean) / spread)
    values = {f"noise_{n}": rng.standard_normal(panel.shape) for n in range(noise)}
    for n in range(count):
        values[f"planted_{n}"] = ic * unit + np.sqrt(1.0 - ic**2) * rng.standard_normal(panel.shape)
    rows, bars = panel.shape
    ts = pl.Series(np.tile(panel.ts, rows)).cast(pl.Datetime("us", "UTC"))
    return pl.DataFrame(
        {
            "instrument": np.repeat(panel.instruments, bars),
            "ts": ts,
            "session": np.tile(panel.session, rows),
            "available_at": ts,
            **{name: column.ravel() for name, column in values.items()},
        }
    )


def run(features: pl.DataFrame, panel: Panel, spec: PipelineSpec, **how: Any) -> tuple[Any, MemoryBook]:
    book = how.pop("book", None) or MemoryBook()
    return automate(features, panel, spec, feature_set="sha256:0", book=book, **how), book


def digest(book: MemoryBook) -> str:
    return json_digest({name: dict(step.facts) for name, step in book.steps.items()})


@pytest.fixture(scope="module")
def done() -> tuple[pl.DataFrame, Panel, Any, MemoryBook]:
    features, panel = world(300, signal=0.25)
    return (features, panel, *run(features, panel, SMALL))


def test_five_planted_of_a_hundred_are_kept_and_the_rest_is_dropped_in_real_returns() -> None:
    panel, label = sample_panel(), Label(horizon=1)
    features = planted(panel, label, 0.05, 5, 95, seed=1)
    spec = PipelineSpec(label=label, learners=("ridge",))
    found = selected(Development.of(align(features, panel, label), spec)).facts
    assert sorted(found["kept"]) == [f"planted_{n}" for n in range(5)]
    assert found["stable"] and found["false_bound"] <= 1.0


def test_a_copy_is_dropped_and_does_not_take_the_original_along() -> None:
    panel, label = part(sample_panel(), 31, 0, 700), Label(horizon=1)
    features = planted(panel, label, 0.1, 2, 10, seed=2)
    features = features.with_columns(
        copy=pl.col("planted_0") * -3.0, flat=pl.lit(1.0), rare=pl.lit(None, pl.Float64)
    )
    spec = PipelineSpec(label=label, learners=("ridge",))
    facts = selected(Development.of(align(features, panel, label), spec)).facts
    by_name = {one["feature"]: one for one in facts["features"]}
    assert "planted_1" in facts["kept"] and len({"planted_0", "copy"} & set(facts["kept"])) == 1
    dropped = by_name["copy"] if by_name["copy"]["reason"] else by_name["planted_0"]
    assert dropped["reason"] == "alike" and dropped["like"] in facts["kept"]
    assert (by_name["flat"]["reason"], by_name["rare"]["reason"]) == ("flat", "coverage")


def test_selection_from_moments_is_selection_from_rows() -> None:
    rng = np.random.default_rng(3)
    bar = np.repeat(np.arange(300), 8)
    x = rng.standard_normal((len(bar), 12)) + 5.0
    y = 0.1 * x[:, 3] - 0.1 * x[:, 7] + rng.standard_normal(len(bar))
    how = {"pairs": 20, "block": 10}
    rows = stability_selection(x, y, bar, first_on_the_path(3), np.random.default_rng(1), **how)
    moments = stable_on_the_path(x, y, bar, 3, np.random.default_rng(1), **how)
    assert rows.frequency.tolist() == moments.frequency.tolist()
    assert rows.false_bound == moments.false_bound


@pytest.mark.long
def test_stack_and_ensembles_reach_the_best_member_less_one_standard_error() -> None:
    panel, label = part(sample_panel(), 31, 0, 700), Label(horizon=1)
    features = planted(panel, label, 0.05, 3, 5, seed=4)
    spec = replace(SMALL, learners=("ridge", "elastic_net", "extra_trees"), label=label, seeds=(1,), trials=1)
    board, _ = run(features, panel, spec)
    entries = {one["name"]: one["evaluation"] for one in board["entries"]}
    best = max((entries[one] for one in spec.learners), key=lambda one: one["mean"])
    assert best["mean"] > 2 * best["standard_error"]
    for blend in BLENDS:
        assert entries[blend]["mean"] >= best["mean"] - best["standard_error"], blend


@pytest.mark.long
def test_an_ic_of_a_fiftieth_is_blended_but_only_partly_selected_on_so_few_bars() -> None:
    """35,000 rows are too few to keep all of five that are planted; noise is kept out, and blends hold."""
    panel, label, draws = sample_panel(), Label(horizon=1), 3
    spec = PipelineSpec(label=label, learners=("ridge",), evaluated=0.1)
    kept = [
        name
        for seed in range(draws)
        for name in selected(
            Development.of(align(planted(panel, label, 0.02, 5, 35, seed), panel, label), spec)
        ).facts["kept"]
    ]
    found = sum(name.startswith("planted") for name in kept)
    assert 0.1 <= found / (5 * draws) <= 0.75
    assert len(kept) - found <= spec.allowed * draws

    features = planted(panel, label, 0.02, 3, 0, seed=4)
    spec = replace(SMALL, label=label, seeds=(1,), trials=1, test=120, evaluated=0.5, select=False)
    board, _ = run(features, panel, spec)
    entries = {one["name"]: one["evaluation"] for one in board["entries"]}
    best = max((entries[one] for one in spec.learners), key=lambda one: one["mean"])
    for blend in BLENDS:
        assert entries[blend]["mean"] >= best["mean"] - best["standard_error"], blend


@pytest.mark.long
def test_shuffled_labels_are_beyond_two_errors_as_seldom_as_luck() -> None:
    """The whole pipeline, selection and choice included; its entry is judged on bars that chose nothing."""
    beyond, runs = 0, 40
    for seed in range(runs):
        features, panel = world(220, signal=0.0, seed=seed, horizon=1)
        spec = replace(SMALL, label=Label(horizon=1), seeds=(1,), seed=seed, evaluated=0.5)
        board, _ = run(features, panel, spec)
        ic = next(one["evaluation"] for one in board["entries"] if one["name"] == board["recommended"])
        beyond += abs(ic["mean"]) > 2 * ic["standard_error"]
    assert binomtest(beyond, runs, 0.046, alternative="greater").pvalue > 0.01, beyond


def test_every_step_is_in_the_book_and_the_seed_decides(done: Any) -> None:
    features, panel, board, book = done
    assert list(book.steps) == step_names(SMALL.learners)
    again, second = run(features, panel, SMALL, threads=3)
    assert (again, digest(second)) == (board, digest(book))
    _, other = run(features, panel, replace(SMALL, seed=1))
    assert digest(other) != digest(book)


@pytest.mark.parametrize("finished", [1, 4, 6])
def test_a_pipeline_that_is_taken_up_again_ends_the_same(done: Any, finished: int) -> None:
    features, panel, board, book = done
    half = MemoryBook()
    half.steps = dict(list(book.steps.items())[:finished])
    resumed, _ = run(features, panel, SMALL, book=half)
    assert resumed == board and digest(half) == digest(book)


def test_nothing_is_chosen_on_the_evaluation(done: Any) -> None:
    """Other prices and features from the evaluation on: what the development chose stays to the last bit."""
    features, panel, board, book = done
    start = SMALL.first_test(len(panel.ts))
    cut = pl.Series(panel.ts).cast(pl.Datetime("us", "UTC"))[start]
    turned = features.with_columns(
        *(pl.when(pl.col("ts") >= cut).then(-pl.col(name)).otherwise(name).alias(name) for name in "abc")
    )
    fields = {name: values.copy() for name, values in panel.fields.items()}
    for values in fields.values():
        values[:, start:] = values[::-1, start:]
    _, other = run(turned, replace(panel, fields=fields), SMALL)
    for name in (
        "select",
        *(f"{what} {one}" for what in ("tune", "score") for one in SMALL.learners),
        "blend",
    ):
        assert other.steps[name].facts == book.steps[name].facts, name
    assert other.steps["board"].facts["recommended"] == board["recommended"]


def test_no_fold_learns_from_a_label_that_touches_its_test() -> None:
    features, panel = world(200, signal=0.2)
    development = Development.of(align(features, panel, SMALL.label), replace(SMALL, embargo=3))
    bar = development.rows.bar
    end = bar + label_end(0, SMALL.label.horizon)
    assert end[development.known].max() < development.first_test - 3
    for split in development.splits:
        tested, learned = development.tested(split), development.training(split)
        first, last = bar[tested].min(), end[tested].max()
        assert not (learned & (end >= first) & (bar <= last + 3)).any()


def test_an_ensemble_is_read_back_and_scores_each_row_by_itself(done: Any) -> None:
    features, panel, board, book = done
    step = book.steps[f"evaluate {board['blend']}"]
    ensemble = load_model(step.blobs["bundle"], step.facts["digest"])
    assert isinstance(ensemble, Ensemble) and ensemble.digest == step.facts["digest"]
    assert ensemble.archive() == step.blobs["bundle"]
    assert ensemble.forecaster is not None
    said = scored(step.frames["predictions"], panel, SMALL.label)
    times = sorted(features["ts"].unique().to_list())
    again, _ = learn_forecaster(
        said.score, said.forward, said.bar, said.horizon, times=times, until=ensemble.trained_until
    )
    assert isinstance(again, Forecaster) and again.state() == ensemble.forecaster.state()
    whole = score(ensemble, features)["score"].to_numpy()
    alone = [score(ensemble, features[n : n + 1])["score"][0] for n in (0, 17, 99)]
    assert whole[[0, 17, 99]].tolist() == alone
    x = features.select(ensemble.features).to_numpy().copy()
    assert member_scores(ensemble, x).shape == (features.height, 2)
    one = book.steps["evaluate ridge"]
    assert not isinstance(load_model(one.blobs["bundle"], one.facts["digest"]), Ensemble)
    with pytest.raises(ModelError, match="digest"):
        load_model(step.blobs["bundle"], "sha256:" + "1" * 64)


def test_blends_weigh_what_they_are_named_after() -> None:
    rng = np.random.default_rng(5)
    bar = np.repeat(np.arange(400), 20)
    truth = rng.standard_normal(len(bar))
    unit = np.column_stack([truth + rng.standard_normal(len(bar)), rng.standard_normal(len(bar)), -truth])
    moments = blending.moments_of(unit, truth, bar)
    assert blending.equal(moments).tolist() == [1 / 3] * 3
    stacked = blending.stack(moments)
    assert stacked[2] == 0.0 and stacked[0] > 0.9 and stacked.sum() == pytest.approx(1.0)
    assert blending.linear(moments)[2] < 0.0
    greedy = blending.greedy(moments)
    assert greedy.tolist() == [1.0, 0.0, 0.0]
    assert set(blending.BLENDS) == set(BLENDS)


def test_minutes_are_planned_and_not_measured() -> None:
    spec = PipelineSpec(trials=50, minutes=1.0)
    assert spec.planned(1_000, 5).trials == 50
    assert 1 <= spec.planned(300_000, 50).trials < 50
    assert spec.planned(10**9, 500).trials == 1
    assert replace(spec, minutes=None).planned(10**9, 500).trials == 50


def test_presets_name_learners_and_can_be_run() -> None:
    for preset in PRESETS.values():
        assert set(preset["learners"]) <= set(LEARNERS)
        assert PipelineSpec.from_spec(PipelineSpec(**preset).to_spec()) == PipelineSpec(**preset)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"learners": ()}, "missing or repeated"),
        ({"trials": 0}, "trials is 0"),
        ({"minutes": -1.0}, "minutes is"),
        ({"evaluated": 0.9}, "evaluated is"),
        ({"folds": 5}, "even number"),
        ({"allowed": 0.0}, "allowed is"),
        ({"learners": ("logistic",), "label": Label(target="return")}, "classes"),
    ],
)
def test_what_cannot_be_is_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ModelError, match=words):
        replace(SMALL, **change)
