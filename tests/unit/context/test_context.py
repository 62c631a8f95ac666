"""Datasets of every kind beside bars: one panel, names, clashes, and no look ahead through any of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import numpy as np
import polars as pl
import pytest

from kuznia.core.expressions import ExpressionError, check
from kuznia.core.expressions.nodes import names
from kuznia.core.features import FeatureSet, feature_values
from kuznia.core.frames.kinds import KINDS, conformed
from kuznia.core.frames.panel import Panel, panel_from_bars
from kuznia.core.typing import Float
from kuznia.domains.context import service as contexts
from kuznia.domains.context.errors import UnusableContext
from kuznia.domains.datasets.service import PinnedVersion
from kuznia.store import Store

CLOSE = datetime(2024, 1, 2, 21, tzinfo=UTC)
NAMES = ("XNYS:A", "XNYS:B", "XNYS:C", "XNYS:D")
DAYS = 60
Rows = dict[str, pl.DataFrame]
FEATURES = FeatureSet.from_spec(
    {
        "features": [
            {"name": "yield", "expression": "group_neutralize(fundamentals.eps / close, sector)"},
            {"name": "growth", "expression": "ts_delta(fundamentals.eps, 20) * rank(volume)"},
            {"name": "members", "expression": "if_else(membership.idx > 0, ts_zscore(close, 10), nan)"},
            {"name": "macro", "expression": "ts_corr(returns, ts_delta(macro.CPI, 1), 20)"},
            {"name": "vintage", "expression": "close * ts_returns(macro.CPI, 3)"},
            {"name": "news", "expression": "vec_count(news.headline, 5) + news.count"},
            {"name": "tone", "expression": "vec_mean(sentiment.vader, 10, halflife=3)"},
            {"name": "score", "expression": "group_rank(vec_sum(sentiment.score, 20), country)"},
        ]
    }
)


def moments(rng: np.random.Generator, count: int) -> tuple[list[datetime], list[datetime]]:
    """Events, and known times that are often late."""
    event = [CLOSE + timedelta(hours=int(n)) for n in rng.integers(-24 * 40, 24 * DAYS, count)]
    late = rng.choice([0, 1, 24, 24 * 15], count)
    return event, [one + timedelta(hours=int(n)) for one, n in zip(event, late, strict=True)]


def world(seed: int) -> Rows:
    """Random data of every kind in which rows come late, revise old periods and end later."""
    rng = np.random.default_rng(seed)
    found: dict[str, pl.DataFrame] = {}

    def add(kind: str, count: int, **columns: object) -> None:
        event, known = moments(rng, count)
        frame = pl.DataFrame({"ts": event, "available_at": known, **columns})
        blank = {name: None for name in KINDS[kind].columns if name not in frame.columns}
        frame = frame.with_columns(pl.lit(value).alias(name) for name, value in blank.items())
        found[kind] = conformed(frame.unique(KINDS[kind].key, keep="first", maintain_order=True), KINDS[kind])

    def whose(count: int) -> list[str]:
        return rng.choice(NAMES, count).tolist()

    add("series", 40, series="CPI", value=rng.normal(100, 1, 40))
    add("fundamentals", 60, instrument=whose(60), field="eps", value=rng.normal(5, 1, 60))
    add("membership", 30, instrument=whose(30), index="idx", member=rng.random(30) < 0.6)
    schemes = rng.choice(["sector", "country"], 60).tolist()
    add("classification", 60, instrument=whose(60), scheme=schemes, label=rng.choice(["x", "y"], 60).tolist())
    texts = rng.choice(["a great quarter", "a terrible loss", "a meeting"], 120).tolist()
    add("events", 120, instrument=whose(120), headline=texts, source="wire", score=rng.normal(size=120))
    bars = []
    for name in NAMES:
        for n, price in enumerate(50 * np.exp(np.cumsum(rng.normal(0, 0.02, DAYS)))):
            at = CLOSE + timedelta(days=n)
            known = at + timedelta(hours=int(rng.choice([0, 0, 0, 2])))  # some after the decision
            bars.append((name, at, at.date(), price, price, price, price, rng.lognormal(), known))
    found["bars"] = pl.DataFrame(bars, schema=dict(KINDS["bars"].columns), orient="row")
    return found


def version(store: Store, kind: str, frame: pl.DataFrame, name: str | None = None) -> PinnedVersion:
    stored = store.put_frame(frame, KINDS[kind].key)
    return PinnedVersion(
        version_id=uuid4(),
        dataset_id=uuid4(),
        name=name or kind,
        kind=kind,
        digests=(stored.digest,),
        digest=stored.digest,
        frequency=None,
        calendar=None,
        timezone="UTC",
        currency=None,
        adjusted_for=("splits",),
        known_from=None,
        max_staleness_days=45 if kind in ("series", "fundamentals") else None,
        first_ts=None,
        last_ts=frame["ts"].max() if frame.height else None,  # type: ignore[arg-type]
    )


def computed(store: Store, given: Rows) -> tuple[Panel, dict[str, Float]]:
    """As a job does it: names, checks, one panel, values."""
    bars = version(store, "bars", given["bars"])
    beside = [version(store, kind, frame) for kind, frame in given.items() if kind != "bars"]
    plain = panel_from_bars(given["bars"])
    within = contexts.vocabulary(store, beside, plain.fields)
    checked = FEATURES.checked(within)
    wanted = {name for one in checked.values() for name in names(one.tree)}
    panel = contexts.joined(store, plain, beside, bars, wanted)
    return panel, feature_values(checked, panel)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


@pytest.mark.parametrize("seed", range(4))
def test_what_becomes_known_later_changes_no_value(store: Store, seed: int) -> None:
    """The prefix law over the whole chain, with rows of every kind that arrive late."""
    given = world(seed)
    panel, values = computed(store, given)
    assert all(np.isfinite(value).any() for value in values.values()), "each feature has values"
    for t in (25, 26, 40, DAYS - 1):
        decision = datetime.fromtimestamp(panel.decision[t] / 1e6, UTC)
        known = {kind: frame.filter(pl.col("available_at") <= decision) for kind, frame in given.items()}
        _, before = computed(store, known)
        for name, value in values.items():
            np.testing.assert_array_equal(before[name][:, : t + 1], value[:, : t + 1], err_msg=f"{name} {t}")


def test_late_rows_do_change_what_comes_after_them(store: Store) -> None:
    """The test above would hold for a panel that reads nothing: this one says that all kinds are read."""
    given = world(0)
    _, values = computed(store, given)
    reads = {
        "series": {"macro", "vintage"},
        "fundamentals": {"yield", "growth"},
        "membership": {"members"},
        "classification": {"yield", "score"},
        "events": {"news", "tone", "score"},
    }
    for kind, changed in reads.items():
        fewer = given | {kind: given[kind].sort("available_at").head(given[kind].height // 3)}
        _, other = computed(store, fewer)
        found = {name for name in values if not np.array_equal(values[name], other[name], equal_nan=True)}
        assert found == changed, kind


def test_what_is_not_there_is_told_with_what_may_have_been_meant(store: Store) -> None:
    given = world(0)
    beside = [version(store, kind, frame) for kind, frame in given.items() if kind != "bars"]
    within = contexts.vocabulary(store, beside, ("close",))
    for source, meant in (
        ("fundamentals.epss", "fundamentals.eps"),
        ("membership.indx", "membership.idx"),
        ("macro.CPX", "macro.CPI"),
        ("group_rank(close, secto)", "sector"),
        ("vec_mean(sentiment.vadr)", "sentiment.vader"),
    ):
        with pytest.raises(ExpressionError, match=f"Did you mean {meant}"):
            check(source, within)


def test_one_name_in_two_datasets_is_refused_when_it_is_read(store: Store) -> None:
    given = world(0)
    bars, panel = version(store, "bars", given["bars"]), panel_from_bars(given["bars"])
    twice = [version(store, "series", given["series"], name) for name in ("First", "Second")]
    with pytest.raises(UnusableContext, match=r"macro\.CPI is in 'First' and in 'Second'"):
        contexts.joined(store, panel, twice, bars, {"macro.CPI"})
    assert contexts.joined(store, panel, twice, bars, {"close"}).series == {}


def test_events_of_several_datasets_are_one_stream_and_each_counts_once(store: Store) -> None:
    given = world(0)
    bars, panel = version(store, "bars", given["bars"]), panel_from_bars(given["bars"])
    half = given["events"].height // 2
    parts = [given["events"].head(half + 5), given["events"].tail(-half)]
    both = [version(store, "events", part, str(n)) for n, part in enumerate(parts)]
    whole = [version(store, "events", given["events"])]
    counts = [
        len(contexts.joined(store, panel, one, bars, {"news.headline"}).events["news.headline"].known)
        for one in (both, whole)
    ]
    assert counts == [given["events"].height] * 2


def test_headlines_are_scored_alike_whatever_else_is_there(store: Store) -> None:
    given = world(0)
    bars, panel = version(store, "bars", given["bars"]), panel_from_bars(given["bars"])
    beside = [version(store, "events", given["events"])]
    values = contexts.joined(store, panel, beside, bars, {"sentiment.vader"}).events["sentiment.vader"].values
    # x / sqrt(x² + 15) of the lexicon's great 3.1, and of terrible -2.1 with loss -1.3.
    assert set(np.round(values, 4)) == {0.6249, -0.6597, 0.0}
    told = contexts.facts(store, beside, {"sentiment.vader"})
    assert str(told["sentiment"]).startswith("vaderSentiment 3.")
    assert "sentiment" not in contexts.facts(store, beside, {"news.headline"})


def test_amounts_as_printed_without_actions_are_flagged(store: Store) -> None:
    facts = world(0)["fundamentals"].with_columns(share_basis=pl.lit("as_printed"))
    beside = [version(store, "fundamentals", facts, "Reports")]
    assert contexts.facts(store, beside, {"fundamentals.eps"})["unconverted"] == ["Reports"]
    assert "unconverted" not in contexts.facts(store, beside, {"close"})
    actions = version(store, "actions", pl.DataFrame(schema=dict(KINDS["actions"].columns)))
    assert "unconverted" not in contexts.facts(store, [*beside, actions], {"fundamentals.eps"})


def test_bars_are_no_context(store: Store) -> None:
    bars = version(store, "bars", world(0)["bars"])
    with pytest.raises(UnusableContext, match="holds bars") as caught:
        contexts.require_context([replace(bars, name="Prices")])
    assert caught.value.errors[0].pointer == "/context/0"
