"""The law behind kept values: a chunk from its look-back alone equals that chunk of all, to the bit."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from kuznia.core.expressions import check
from kuznia.core.features import FeatureSet, feature_values
from kuznia.core.features.chunks import Chunk, Source, chunk_key, chunks_of, touched
from kuznia.core.frames.panel import Panel

SPEC = {
    "features": [
        {"name": "mean", "expression": "ts_mean(close, 15) / close"},
        {"name": "decay", "expression": "ts_decay_linear(returns, 8) * rank(volume)"},
        {"name": "spread", "expression": "ts_corr(close, volume, 12) - ts_std_dev(returns, 20)"},
        {"name": "nested", "expression": "ts_rank(ts_delta(mean, 4), 9)"},
    ]
}
DAY = 86_400_000_000


def panel(seed: int, bars: int = 90) -> Panel:
    rng = np.random.default_rng(seed)
    ts = np.datetime64("2022-11-15T21:00", "us").astype(np.int64) + np.arange(bars) * DAY
    close = 50 * np.exp(np.cumsum(rng.normal(0, 0.02, (7, bars)), axis=1))
    close[rng.random(close.shape) < 0.05] = np.nan
    volume = rng.lognormal(10, 1, close.shape)
    fields = {
        "open": close * 0.99,
        "high": close * 1.01,
        "low": close * 0.98,
        "close": close,
        "volume": volume,
    }
    session = ts.astype("datetime64[us]").astype("datetime64[D]")
    return Panel(tuple(f"X:{n}" for n in range(7)), ts, session, ts, fields)


@given(st.integers(0, 2**32 - 1), st.integers(0, 85), st.integers(1, 40))
@settings(max_examples=40, deadline=None)
def test_columns_from_their_look_back_alone_are_those_of_all(seed: int, start: int, size: int) -> None:
    whole = panel(seed)
    stop = min(start + size, 90)
    checked = FeatureSet.from_spec(SPEC).checked()
    every, cut = feature_values(checked, whole), feature_values(checked, whole, start, stop)
    for name, values in cut.items():
        assert values.tobytes() == np.ascontiguousarray(every[name][:, start:stop]).tobytes()


def test_chunks_are_the_calendars_and_cover_every_column_once() -> None:
    ts = panel(1).ts
    years, months = chunks_of(ts), chunks_of(ts, "month")
    assert [one.label for one in years] == ["2022", "2023"]
    assert [one.label for one in months] == ["2022-11", "2022-12", "2023-01", "2023-02"]
    for chunks in (years, months):
        assert [n for one in chunks for n in range(one.start, one.stop)] == list(range(90))
    assert chunks_of(ts[:0]) == ()


def test_a_file_counts_when_a_row_of_it_may_lie_in_the_look_back() -> None:
    ts = np.arange(0, 100, 10)
    files = [Source("late", 50, 99), Source("early", 0, 49)]
    second = Chunk("x", 5, 10)
    assert touched(files, ts, second, 0) == ("late",)
    assert touched(files, ts, second, 1) == ("early", "late")


def test_a_key_tells_apart_all_that_a_value_depends_on() -> None:
    base = {"label": "2022", "universe": "u", "decision_lag_minutes": 30, "context": {}}
    mean, spread = check("ts_mean(close, 5)"), check("Mean($close, 6)")
    keys = [
        chunk_key(mean, ["a"], **base),
        chunk_key(spread, ["a"], **base),
        chunk_key(mean, ["b"], **base),
        chunk_key(mean, ["a", "b"], **base),
        *(
            chunk_key(mean, ["a"], **{**base, name: value})
            for name, value in {
                "label": "2023", "universe": "v", "decision_lag_minutes": 0, "context": {"macro": "d"}
            }.items()
        ),
    ]  # fmt: skip
    assert len(set(keys)) == len(keys)
    assert chunk_key(check("Mean($close, 5)"), ["a"], **base) == keys[0]
