"""What results become before they are stored or sent."""

from dataclasses import dataclass

import numpy as np

from kuznia.core.frames.json_values import json_values


@dataclass(frozen=True)
class Result:
    name: str
    values: np.ndarray


def test_numbers_that_json_cannot_hold_become_null() -> None:
    found = json_values({"a": np.float64("nan"), "b": [float("inf"), 1], "c": ("x", True, np.int64(3))})
    assert found == {"a": None, "b": [None, 1], "c": ["x", True, 3]}


def test_dataclasses_become_objects_to_their_depth() -> None:
    assert json_values([Result("a", np.array([1.0, np.nan]))]) == [{"name": "a", "values": [1.0, None]}]
