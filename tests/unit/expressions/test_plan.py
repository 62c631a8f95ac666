"""Sets of expressions are computed together, by blocks of instruments and spans of bars, to the same bits."""

from __future__ import annotations

import numpy as np
import pytest

from kuznia.core.errors import CoreError
from kuznia.core.expressions import check, evaluate, stream
from kuznia.core.features import check_label
from kuznia.core.frames.panel import Panel
from kuznia.core.typing import Float

N, T = 70, 1500  # more than one block of instruments
SOURCES = {
    **{f"mean_{d}": f"ts_mean(volume, {d})" for d in (5, 7, 10, 20, 30, 60, 120)},
    **{f"std_{d}": f"ts_std_dev(close, {d})" for d in (5, 10, 60)},
    **{f"var_{d}": f"ts_var(close, {d})" for d in (10, 30)},
    **{f"corr_{d}": f"ts_corr(close, log(volume), {d})" for d in (5, 10, 20, 33)},
    **{f"slope_{d}": f"ts_slope(close, {d})" for d in (10, 20)},
    **{f"fit_{d}": f"ts_rsquare(close, {d}) + ts_resid(close, {d})" for d in (20, 40)},
    **{f"high_{p}": f"ts_percentage(close, 20, 0.{p})" for p in (2, 5, 8)},
    "ranked": "rank(ts_mean(close, 10)) - ts_rank(rank(close), 20)",
    "of_a_rank": "ts_mean(rank(volume), 10) + ts_mean(rank(volume), 20) * close",
    "oldest": "ts_index_max(close, 30) - ts_arg_min(close, 60)",
    "weighted": "ts_decay_linear(close, 13) + ts_ema(close, 9)",
    "again": "ts_mean(volume, 5)",
    "field": "close",
}


@pytest.fixture(scope="module")
def panel() -> Panel:
    """Prices and volumes with gaps, one instrument that begins late and one without a gap."""
    rng = np.random.default_rng(7)
    close = np.round(50 * np.exp(np.cumsum(rng.normal(0, 0.02, (N, T)), axis=1)), 1)
    volume = rng.lognormal(12, 1, (N, T))
    for values in (close, volume):
        values[1:][rng.random((N - 1, T)) < 0.01] = np.nan
        values[3, :900] = np.nan
        values[4, 600:900] = np.nan
    volume[5, 100:400] = 1e9 + 0.1
    ts = np.arange(T, dtype=np.int64)
    names = tuple(f"I{n:03}" for n in range(N))
    return Panel(names, ts, ts.astype("M8[D]"), ts, {"close": close, "volume": volume})


@pytest.fixture(scope="module")
def whole(panel: Panel) -> dict[str, Float]:
    return evaluate({name: check(source) for name, source in SOURCES.items()}, panel)


@pytest.mark.parametrize("name", SOURCES)
def test_a_set_gives_what_its_members_give_alone(name: str, panel: Panel, whole: dict[str, Float]) -> None:
    np.testing.assert_array_equal(evaluate({"x": check(SOURCES[name])}, panel)["x"], whole[name])


def test_values_are_arrays_of_their_own(panel: Panel) -> None:
    checked = {name: check(SOURCES[name]) for name in ("again", "mean_5", "field")}
    values = evaluate(checked, panel)
    before = panel.fields["close"].copy()
    for name, array in values.items():
        others = {other: value.copy() for other, value in values.items() if other != name}
        array[:] = -1.0
        for other, value in others.items():
            np.testing.assert_array_equal(values[other], value)
    np.testing.assert_array_equal(panel.fields["close"], before)


@pytest.mark.parametrize("bars", [1, 250, 611, 5000])
def test_spans_are_columns_of_the_whole(bars: int, panel: Panel, whole: dict[str, Float]) -> None:
    part = panel.between(0, 300) if bars == 1 else panel
    done = 0
    for first, values in stream({name: check(source) for name, source in SOURCES.items()}, part, bars):
        assert first == done
        for name, found in values.items():
            np.testing.assert_array_equal(found, whole[name][:, first : first + found.shape[1]], err_msg=name)
        done += values["field"].shape[1]
    assert done == part.shape[1]


def test_one_new_bar_needs_its_look_back_alone(panel: Panel, whole: dict[str, Float]) -> None:
    checked = {name: check(source) for name, source in SOURCES.items()}
    before = max(one.lookback for one in checked.values())
    newest = evaluate(checked, panel.between(T - 1 - before, T))
    for name, values in newest.items():
        np.testing.assert_array_equal(values[:, -1], whole[name][:, -1], err_msg=name)


def test_what_looks_ahead_is_not_streamed(panel: Panel) -> None:
    label = check_label("ts_delay(close, -1) / close - 1")
    with pytest.raises(CoreError, match="label"):
        next(stream({"label": label}, panel, 10))
    with pytest.raises(CoreError, match="span"):
        next(stream({"x": check("close")}, panel, 0))


def test_equal_cells_have_their_value_as_mean_and_no_variance(panel: Panel) -> None:
    """A window of 0.1 has mean 0.1 to the bit, whatever its length and its gaps."""
    values = np.full((2, 200), 0.1)
    values[1, ::3] = np.nan
    ts = np.arange(200, dtype=np.int64)
    same = Panel(("A", "B"), ts, ts.astype("M8[D]"), ts, {"close": values})
    for d in (2, 3, 7, 10, 60, 77):
        found = evaluate({"mean": check(f"ts_mean(close, {d})"), "var": check(f"ts_var(close, {d})")}, same)
        assert set(np.unique(found["mean"][~np.isnan(found["mean"])])) == {0.1}
        assert set(np.unique(found["var"][~np.isnan(found["var"])])) == {0.0}


def test_what_is_infinite_is_not_known() -> None:
    values = np.array([[1.0, -np.inf, 3.0, np.inf, 2.0, 4.0]])
    ts = np.arange(6, dtype=np.int64)
    panel = Panel(("A",), ts, ts.astype("M8[D]"), ts, {"close": values})
    found = evaluate(
        {"sum": check("ts_sum(close, 3)"), "middle": check("ts_percentage(close, 3, 0.5)")}, panel
    )
    assert found["sum"].tolist() == [[1.0, 1.0, 4.0, 3.0, 5.0, 6.0]]
    assert found["middle"].tolist() == [[1.0, 1.0, 2.0, 3.0, 2.5, 3.0]]


def test_a_mean_of_conditions_is_a_fraction_to_the_bit() -> None:
    values = np.array([[1.0, 0.0, 1.0, 0.0, 1.0, 1.0, 0.0]])
    ts = np.arange(7, dtype=np.int64)
    panel = Panel(("A",), ts, ts.astype("M8[D]"), ts, {"close": values})
    found = evaluate({"x": check("ts_mean(close, 5)")}, panel)["x"]
    assert found[0, 4:].tolist() == [3 / 5, 3 / 5, 3 / 5]


def test_a_far_level_costs_digits_once_and_not_twice() -> None:
    """Small moves on a level of 1e9: the squares alone, 1e18, would leave none of the variance's digits."""
    rng = np.random.default_rng(3)
    moves = rng.integers(-5, 6, (1, 64)).astype(np.float64)
    other = rng.integers(-5, 6, (1, 64)).astype(np.float64)
    ts = np.arange(64, dtype=np.int64)
    panel = Panel(("A",), ts, ts.astype("M8[D]"), ts, {"close": moves + 1e9, "open": other + 1e9})
    sources = {"var": "ts_var(close, 60)", "corr": "ts_corr(close, open, 60)", "slope": "ts_slope(close, 60)"}
    found = evaluate({name: check(source) for name, source in sources.items()}, panel)
    x, y, time = moves[0, -60:], other[0, -60:], np.arange(60.0)
    assert found["var"][0, -1] == pytest.approx(np.var(x, ddof=1), rel=1e-7)
    assert found["corr"][0, -1] == pytest.approx(np.corrcoef(x, y)[0, 1], abs=1e-7)
    assert found["slope"][0, -1] == pytest.approx(np.polyfit(time, x, 1)[0], abs=1e-7)
