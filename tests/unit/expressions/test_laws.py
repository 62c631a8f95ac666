"""Fast equals reference, and the laws: prefix, increment, canonical form keeps values."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from kuznia.core.expressions import FUNCTIONS, Checked, Context, ExpressionError, check, evaluate
from kuznia.core.expressions.catalogue import MARKET
from kuznia.core.expressions.function import Function, Kind, Takes
from kuznia.core.frames.events import EventHistory
from kuznia.core.frames.known import SeriesHistory
from kuznia.core.frames.panel import Panel
from kuznia.core.typing import Float
from tests.support import reference
from tests.support.agreement import agree

N, T = 5, 36
DAY = 86_400_000_000
FIELDS = ("close", "open", "volume", "fundamentals.eps")
WILDER_QUOTIENTS = ("rsi", "directional_index", "adx")


def make_events(rng: np.random.Generator) -> EventHistory:
    """Some before the panel and some after it, several at one time, some without a value."""
    sizes = rng.integers(0, 40, N)
    known = [np.sort(rng.integers(-4, 4 * T + 8, size)) * (DAY // 4) for size in sizes]
    values = np.round(rng.normal(0, 1, int(sizes.sum())), 1)
    values[rng.random(len(values)) < 0.1] = np.nan
    return EventHistory(np.concatenate([[0], np.cumsum(sizes)]), np.concatenate(known), values)


def make_panel(seed: int, missing: float = 0.15) -> Panel:
    """Values on a coarse grid, so that there are ties, with gaps, a late listing and a constant stretch."""
    rng = np.random.default_rng(seed)
    fields = {}
    for name in FIELDS:
        values = rng.integers(-8, 9, (N, T)) / 4.0
        values[rng.random((N, T)) < missing] = np.nan
        values[0, :6] = np.nan
        values[1, 10:20] = 1.25
        fields[name] = values
    ts = np.arange(1, T + 1, dtype=np.int64) * DAY
    periods = np.arange(40, dtype=np.int64) * DAY
    history = SeriesHistory(periods, periods + DAY // 2, np.round(rng.normal(15, 3, 40), 1))
    groups = np.repeat(rng.integers(-1, 2, (N, 1)), T, axis=1)
    return Panel(
        tuple("ABCDE"),
        ts,
        ts.astype("M8[us]").astype("M8[D]"),
        ts,
        fields,
        {"sector": groups},
        {"VIX": history.last(ts, 1)[:, 0].copy()},
        {"VIX": history},
        {"news.headline": make_events(rng), "sentiment.vader": make_events(rng)},
    )


CONTEXT = Context(fields=frozenset(FIELDS), series=frozenset({"VIX"}))
EVENTS = st.sampled_from(["news.headline", "sentiment.vader"])
WINDOW = st.integers(1, 9)


def literal(takes: Takes, name: str) -> st.SearchStrategy[str]:
    if takes is Takes.WINDOW:
        return WINDOW.map(str)
    if takes is Takes.LAG:
        return st.integers(0, 6).map(str)
    if takes is Takes.TEXT:
        choices = {"driver": ['"gaussian"', '"uniform"', '"cauchy"'], "range": ['"-1, 1, 0.5"']}
        return st.sampled_from(choices.get(name, ['"0 1 1.25"', '"1.25 0 -1"']))
    choices = {
        "buckets": ["1", "3", "10"],
        "k": ["1", "2", "3"],
        "order": ["0.5", "1", "-0.3"],
        "reverse": ["0", "1"],
        "rettype": ["0", "1", "2", "3", "6"],
        "lag": ["0", "2"],
        "percentage": ["0", "0.3", "1"],
        "factor": ["0.5", "0.9", "1"],
        "maxPercent": ["0.05", "0.5"],
        "useStd": ["0", "1"],
        "halflife": ["0", "2"],
        "nth": ["0", "-1", "2"],
        "lower": ["-1", "0"],
        "upper": ["0.5", "1"],
    }
    return st.sampled_from(choices.get(name, ["0.25", "1", "2"]))


LEAVES = st.sampled_from([*FIELDS, "returns", "macro.VIX", "0.5", "2"])
BUCKETS = 'bucket(close, range="-1, 1, 1")'
CROSSED = f"group_cross({BUCKETS}, group_cross(sector, {BUCKETS}))"
GROUPS = st.sampled_from(
    ["sector", MARKET, "densify(sector)", BUCKETS, CROSSED, f"group_coalesce(sector, {BUCKETS})"]
)
COMPOSED = [f for f in FUNCTIONS.values() if f.expansion]
PLAIN = [f for f in FUNCTIONS.values() if f.returns is not Kind.GROUP]


@st.composite
def calls(draw: st.DrawFn, function: Function, values: st.SearchStrategy[str]) -> str:
    """A call of one function with arguments of the right types."""
    parts = []
    for parameter in function.parameters:
        if parameter.takes is Takes.VALUES:
            parts.append(draw(values))
        elif parameter.takes is Takes.CONDITION:
            parts.append(f"({draw(values)} > {draw(values)})")
        elif parameter.takes is Takes.GROUP:
            parts.append(draw(GROUPS))
        elif parameter.takes is Takes.EVENTS:
            parts.append(draw(EVENTS))
        else:
            parts.append(draw(literal(parameter.takes, parameter.name)))
    name = draw(st.sampled_from([function.name, *function.aliases]))
    infix = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/", "and": "and", "or": "or"}
    if function.name in infix:
        return f"({parts[0]} {infix[function.name]} {parts[1]})"
    return f"(not {parts[0]})" if function.name == "not" else f"{name}({', '.join(parts)})"


EXPRESSIONS = st.recursive(
    LEAVES, lambda inner: st.sampled_from(PLAIN).flatmap(lambda f: calls(f, inner)), max_leaves=10
)
ROOTS = st.one_of(EXPRESSIONS, GROUPS)


def usable(source: str) -> Checked:
    """The checked expression; generated ones that mix series or lack a panel are left out."""
    try:
        return check(source, CONTEXT)
    except ExpressionError:
        assume(False)
        raise


def fast(source: str, panel: Panel) -> Float:
    return evaluate({"x": check(source, CONTEXT)}, panel)["x"]


def test_one_instrument_and_one_bar_are_enough() -> None:
    panel = make_panel(5)
    for n, t in ((1, T), (N, 1), (1, 1)):
        fields = {name: np.ascontiguousarray(values[:n, :t]) for name, values in panel.fields.items()}
        groups = {"sector": np.ascontiguousarray(panel.groups["sector"][:n, :t])}
        events = {
            name: EventHistory(
                held.starts[: n + 1], held.known[: held.starts[n]], held.values[: held.starts[n]]
            )
            for name, held in panel.events.items()
        }
        small = replace(
            panel.until(t), instruments=panel.instruments[:n], fields=fields, groups=groups, events=events
        )
        examples = {f.name: re.sub(r"\b(high|low)\b", "open", f.example) for f in PLAIN}
        values = evaluate({name: check(source, CONTEXT) for name, source in examples.items()}, small)
        assert {value.shape for value in values.values()} == {(n, t)}


@pytest.mark.parametrize("name", [f.name for f in FUNCTIONS.values() if not f.expansion])
@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data(), st.integers(0, 1000))
def test_every_function_agrees_with_the_reference(name: str, data: st.DataObject, seed: int) -> None:
    source = data.draw(calls(FUNCTIONS[name], st.sampled_from(FIELDS)))
    agree(check(source, CONTEXT).tree, make_panel(seed))


@pytest.mark.parametrize("name", [f.name for f in COMPOSED])
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data(), st.integers(0, 1000), st.sampled_from([0.0, 3.25]))
def test_every_composed_function_is_what_its_definition_says(
    name: str, data: st.DataObject, seed: int, raised: float
) -> None:
    """Its expansion against a definition in plain Python, on prices and on values of both signs."""
    panel = make_panel(seed)
    panel = replace(panel, fields={name: values + raised for name, values in panel.fields.items()})
    sources, given, groups = [], [], []
    for parameter in FUNCTIONS[name].parameters:
        if parameter.takes is Takes.VALUES:
            sources.append(data.draw(st.sampled_from(FIELDS)))
        elif parameter.takes is Takes.CONDITION:
            sources.append(f"({data.draw(st.sampled_from(FIELDS))} > {data.draw(st.sampled_from(FIELDS))})")
        elif parameter.takes is Takes.GROUP:
            sources.append(data.draw(GROUPS))
            groups.append(fast(sources[-1], panel).tolist())
            continue
        else:
            sources.append(data.draw(literal(parameter.takes, parameter.name)))
            given.append(float(sources[-1]))
            continue
        given.append(fast(sources[-1], panel).tolist())
    found = fast(f"{name}({', '.join(sources)})", panel)
    grids = [g for g in given if isinstance(g, list)]
    literals = [g for g in given if not isinstance(g, list)]
    expected = reference.apply(name, [*grids, *groups, *literals])
    expected = np.array(expected)
    # Sums that cancel leave nothing but rounding to divide by.
    rounding = np.abs(expected) > 1e12
    assert (np.abs(found[rounding]) > 1e9).all()
    # A quotient of Wilder's means may stand on what the fast one leaves out, where all newer moves are none.
    error = 1e-4 if name in WILDER_QUOTIENTS else 1e-6
    np.testing.assert_allclose(
        found[~rounding], expected[~rounding], rtol=error, atol=error, err_msg=str(sources)
    )


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(EXPRESSIONS, st.integers(0, 1000))
def test_generated_expressions_agree_with_the_reference(source: str, seed: int) -> None:
    agree(usable(source).tree, make_panel(seed))


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(ROOTS, st.integers(0, 1000), st.integers(1, T))
def test_prefix_law(source: str, seed: int, cut: int) -> None:
    checked, panel = usable(source), make_panel(seed)
    whole = evaluate({"x": checked}, panel)["x"]
    part = evaluate({"x": checked}, panel.until(cut))["x"]
    np.testing.assert_array_equal(part, whole[:, :cut])


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(ROOTS, st.integers(0, 1000), st.integers(0, T - 1))
def test_increment_law(source: str, seed: int, first: int) -> None:
    checked, panel = usable(source), make_panel(seed)
    start = max(first - checked.lookback, 0)
    whole = evaluate({"x": checked}, panel)["x"]
    part = evaluate({"x": checked}, panel.between(start, T))["x"]
    np.testing.assert_array_equal(part[:, first - start :], whole[:, first:])


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(EXPRESSIONS, st.integers(0, 1000))
def test_canonical_form_keeps_values(source: str, seed: int) -> None:
    checked, panel = usable(source), make_panel(seed)
    again = check(checked.canonical, CONTEXT)
    assert (again.canonical, again.digest, again.lookback) == (
        checked.canonical,
        checked.digest,
        checked.lookback,
    )
    values = evaluate({"a": checked, "b": again}, panel)
    np.testing.assert_array_equal(values["a"], values["b"])


def test_a_set_gives_the_values_of_its_members_alone() -> None:
    panel = make_panel(3)
    sources = {"a": "rank(ts_mean(close, 5))", "b": "ts_mean(close, 5) - close", "c": "ts_mean(close, 5)"}
    together = evaluate({name: check(source, CONTEXT) for name, source in sources.items()}, panel)
    for name, source in sources.items():
        np.testing.assert_array_equal(together[name], fast(source, panel))


def test_a_series_runs_in_its_own_periods_inside_the_vintage_known() -> None:
    event = np.array([1, 31, 1, 61], dtype=np.int64) * DAY
    known = np.array([40, 70, 75, 100], dtype=np.int64) * DAY
    history = SeriesHistory(event, known, np.array([100.0, 102.0, 101.0, 105.0]))
    ts = np.array([50, 72, 80, 120], dtype=np.int64) * DAY
    panel = Panel(
        ("A",), ts, ts.astype("M8[us]").astype("M8[D]"), ts, {"close": np.ones((1, 4))},
        series={"CPI": history.last(ts, 1)[:, 0]}, histories={"CPI": history},
    )  # fmt: skip
    change = evaluate({"x": check("ts_delta(macro.CPI, 1)")}, panel)["x"]
    np.testing.assert_array_equal(change, [[np.nan, 2.0, 1.0, 3.0]])


def test_an_exit_of_minus_one_never_comes() -> None:
    panel = make_panel(2, missing=0.0)
    held = fast("trade_when(close > 0, open, -1)", panel)
    expected = fast("trade_when(close > 0, open, close > 1000)", panel)
    np.testing.assert_array_equal(held, expected)
    assert not np.isnan(held[2:, -1]).any()


def test_fractional_differences_have_the_published_weights() -> None:
    panel = make_panel(4, missing=0.0)
    x = panel.fields["close"][3]
    weights = [1, -0.5, -0.125, -0.0625, -0.0390625]
    found = fast("frac_diff(close, 0.5, 5)", panel)[3]
    assert np.isnan(found[:4]).all()
    assert found[20] == pytest.approx(sum(w * x[20 - k] for k, w in enumerate(weights)), abs=1e-12)


def test_groups_with_great_codes_are_those_with_small_ones() -> None:
    panel = make_panel(6)
    crossed = fast(
        "group_mean(close, group_cross(group_cross(sector, market), group_cross(sector, sector)))", panel
    )
    np.testing.assert_array_equal(crossed, fast("group_mean(close, sector)", panel))
    fine = 'bucket(close, range="-8, 8, 0.01")'
    buckets = f"group_cross({fine}, {fine})"
    np.testing.assert_array_equal(
        fast(f"group_count(close, {buckets})", panel), fast(f"group_count(close, {fine})", panel)
    )
    with pytest.raises(ExpressionError, match="too many combinations"):
        fast(f"group_count(close, group_cross({buckets}, {buckets}))", panel)
