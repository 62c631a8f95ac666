"""Digests say what a value is: golden values, and everything that must or must not change them."""

from datetime import UTC, date, datetime

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kuznia.core.errors import FrameError
from kuznia.core.frames.digest import array_digest, canonical_json, frame_digest, json_digest

FRAME = pl.DataFrame(
    {
        "instrument": ["XNAS:AAPL", "XNYS:JNJ", "XNYS:JNJ"],
        "ts": [datetime(2024, 1, 2, 21, tzinfo=UTC), datetime(2024, 1, 2, 21, tzinfo=UTC), None],
        "session": [date(2024, 1, 2), date(2024, 1, 2), date(2024, 1, 3)],
        "close": [10.5, float("nan"), None],
        "volume": [1, 2, 3],
        "halted": [False, True, None],
    }
)
KEY = ("instrument", "ts")


def test_golden_values() -> None:
    """Stored digests must stay valid: if this fails, the canonical form has changed."""
    assert frame_digest(FRAME, KEY) == GOLDEN_FRAME
    assert array_digest({"x": np.array([[1.0, np.nan]]), "n": np.array([3])}) == GOLDEN_ARRAYS
    assert json_digest({"name": "żółw", "alpha": 0.1, "n": 3}) == GOLDEN_JSON


def test_rows_columns_and_chunks_in_any_order_have_one_digest() -> None:
    shuffled = FRAME.select(sorted(FRAME.columns, reverse=True)).reverse()
    chunked = pl.concat([FRAME[2:], FRAME[:1], FRAME[1:2]], rechunk=False)
    assert frame_digest(shuffled, KEY) == frame_digest(FRAME, KEY) == frame_digest(chunked, KEY)


@pytest.mark.parametrize(
    "cast",
    [
        {"instrument": pl.Categorical},
        {"instrument": pl.Enum(["XNYS:JNJ", "XNAS:AAPL"])},
        {"volume": pl.Int32},
        {"volume": pl.UInt64},
        {"ts": pl.Datetime("ms", "UTC")},
        {"ts": pl.Datetime("ns", "Europe/Warsaw")},
    ],
)
def test_encoding_does_not_count(cast: dict[str, pl.DataType]) -> None:
    assert frame_digest(FRAME.cast(cast), KEY) == frame_digest(FRAME, KEY)


@pytest.mark.parametrize(
    "change",
    [
        pl.col("close").fill_nan(None),
        pl.col("close").fill_null(float("nan")),
        pl.col("close") + 1e-12,
        pl.col("volume").cast(pl.Float64),
        pl.col("ts").dt.replace_time_zone(None),
        pl.col("ts") + pl.duration(microseconds=1),
        pl.col("halted").fill_null(False),
        pl.col("instrument") + "~2",
        pl.col("volume").alias("shares"),
    ],
)
def test_every_true_change_counts(change: pl.Expr) -> None:
    assert frame_digest(FRAME.with_columns(change), KEY) != frame_digest(FRAME, KEY)


def test_zero_has_one_sign_and_nan_one_payload() -> None:
    odd_nan = np.array([0x7FF8000000000001, 0x8000000000000000], dtype=np.uint64).view(np.float64)
    plain = pl.DataFrame({"id": [1, 2], "x": [float("nan"), 0.0]})
    assert frame_digest(pl.DataFrame({"id": [1, 2], "x": odd_nan}), ["id"]) == frame_digest(plain, ["id"])
    assert array_digest({"x": odd_nan}) == array_digest({"x": plain["x"].to_numpy()})


def test_text_boundaries_count() -> None:
    one, other = pl.DataFrame({"a": ["ab", "c"]}), pl.DataFrame({"a": ["a", "bc"]})
    assert frame_digest(one, ["a"]) != frame_digest(other, ["a"])


def test_rows_that_share_a_key_are_still_ordered() -> None:
    frame = pl.DataFrame({"id": [1, 1, 1], "x": [3.0, None, float("nan")], "y": ["c", "b", "a"]})
    assert frame_digest(frame, ["id"]) == frame_digest(frame.reverse(), ["id"])


def test_empty_frames_differ_by_their_columns() -> None:
    assert frame_digest(FRAME.clear(), KEY) != frame_digest(FRAME.clear().drop("volume"), KEY)


def test_shape_counts() -> None:
    assert array_digest({"x": np.zeros((2, 3))}) != array_digest({"x": np.zeros((3, 2))})


def test_what_has_no_canonical_form_is_refused() -> None:
    with pytest.raises(FrameError, match="no canonical form"):
        frame_digest(pl.DataFrame({"a": [[1, 2]]}), [])
    with pytest.raises(FrameError, match="lacks the key"):
        frame_digest(FRAME, ["symbol"])
    with pytest.raises(FrameError, match="microsecond"):
        frame_digest(pl.DataFrame({"t": pl.Series([1], dtype=pl.Datetime("ns", "UTC"))}), ["t"])
    for value in (float("nan"), {1: 2}, object(), b"x"):
        with pytest.raises(FrameError):
            json_digest(value)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_json_numbers_survive_the_text(value: float) -> None:
    assert float(canonical_json(value)) == value


@given(st.permutations(range(6)), st.lists(st.floats(), min_size=6, max_size=6))
def test_any_permutation_has_one_digest(order: list[int], values: list[float]) -> None:
    frame = pl.DataFrame({"id": [0, 0, 1, 1, 2, 2], "x": values})
    assert frame_digest(frame[order], ["id"]) == frame_digest(frame, ["id"])


GOLDEN_FRAME = "sha256:d7d27683899211ac00bdf8a70deeec220ce298d6a4d37a88dbd91b69ee8826bc"
GOLDEN_ARRAYS = "sha256:eca6eca7d1780e3018a43a9054555464948d372c379602d89027d31e9f9612ca"
GOLDEN_JSON = "sha256:941f05e06ce5ad4c81183651664f5361f42f8b469eba0a20ee91f8b92cf997fe"
