"""How elementwise functions are computed: NumPy on arrays of any shape that broadcasts."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from kuznia.core.expressions.errors import refuse
from kuznia.core.typing import Float, Int

_BUCKETS = 10_000
_MOST_CODES = 2**30


def _where_known(result: Any, *inputs: Any) -> Float:
    known = np.logical_and.reduce(np.broadcast_arrays(*(~np.isnan(np.asarray(i)) for i in inputs)))
    return np.where(known, np.asarray(result, dtype=np.float64), np.nan)


def _comparison(compare: Callable[..., Any]) -> Callable[..., Float]:
    return lambda x, y: _where_known(compare(x, y), x, y)


def _and(x: Float, y: Float) -> Float:
    false = (np.asarray(x) == 0) | (np.asarray(y) == 0)
    return np.where(false, 0.0, _where_known(np.ones(()), x, y))


def _or(x: Float, y: Float) -> Float:
    true = (_true(x)) | (_true(y))
    return np.where(true, 1.0, _where_known(np.zeros(()), x, y))


def _true(x: Any) -> Any:
    return (np.asarray(x) != 0) & ~np.isnan(np.asarray(x))


def _if_else(condition: Float, x: Float, y: Float) -> Float:
    return np.where(np.isnan(condition), np.nan, np.where(_true(condition), x, y))


def _power(x: Float, y: Float) -> Float:
    # NumPy's 1 ** NaN and NaN ** 0 are 1; here what is not known stays so.
    return _where_known(np.power(x, y), x, y)


def _signed_power(x: Float, y: Float) -> Float:
    return np.asarray(np.sign(x) * _power(np.abs(x), y))


def _sigmoid(x: Float) -> Float:
    return np.asarray(1.0 / (1.0 + np.exp(-x)))


def _bucket(x: Float, text: str) -> Int:
    try:
        start, stop, step = (float(part) for part in text.split(","))
        count = round((stop - start) / step)
    except (ValueError, ZeroDivisionError, OverflowError):
        raise refuse(0, 1, f"The range {text!r} cannot be read.", 'Write "from, to, step".') from None
    if not 1 <= count <= _BUCKETS:
        raise refuse(0, 1, f"The range {text!r} has {count} steps.", "Use 1 to 10,000.")
    steps = np.clip(np.floor((np.nan_to_num(x) - start) / step), 0, count - 1)
    return np.where(np.isnan(x), -1, steps).astype(np.int64)


def _bounded(codes: Int) -> Int:
    if codes.max(initial=0) > _MOST_CODES:
        raise refuse(0, 1, "The groups have too many combinations.", "Use fewer or wider buckets.")
    return codes


def _group_cross(g: Int, h: Int) -> Int:
    # Szudzik's pairing: a code depends on the two codes alone, not on how many there are.
    pair = np.where(g >= h, g * g + g + h, h * h + g)
    return _bounded(np.where((g < 0) | (h < 0), -1, pair))


def _group_coalesce(g: Int, h: Int) -> Int:
    return _bounded(np.where(g >= 0, 2 * g, np.where(h >= 0, 2 * h + 1, -1)))


def _to_nan(x: Float, value: float, reverse: float) -> Float:
    return np.where(np.isnan(x), value, x) if reverse else np.where(x == value, np.nan, x)


def _replace(x: Float, target: str, dest: str) -> Float:
    before, after = ([float(n) for n in re.split(r"[ ,]+", text.strip())] for text in (target, dest))
    if len(before) != len(after):
        raise refuse(0, 1, "target and dest differ in length.", "Give a number of dest for each of target.")
    out = np.array(x, dtype=np.float64)
    for old, new in zip(before, after, strict=True):
        out = np.where(x == old, new, out)
    return out


ARITHMETIC: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "add": np.add,
        "subtract": np.subtract,
        "multiply": np.multiply,
        "divide": np.divide,
        "power": _power,
        "negate": np.negative,
        "inverse": np.reciprocal,
        "abs": np.abs,
        "sign": np.sign,
        "log": np.log,
        "log1p": np.log1p,
        "exp": np.exp,
        "sqrt": np.sqrt,
        "signed_power": _signed_power,
        "s_log_1p": lambda x: np.sign(x) * np.log1p(np.abs(x)),
        "sigmoid": _sigmoid,
        "tanh": np.tanh,
        "sin": np.sin,
        "cos": np.cos,
        "tan": np.tan,
        "arc_sin": np.arcsin,
        "arc_cos": np.arccos,
        "arc_tan": np.arctan,
        "floor": np.floor,
        "ceiling": np.ceil,
        "round": np.round,
        "fraction": lambda x: x - np.trunc(x),
        "max": np.maximum,
        "min": np.minimum,
        "clamp": lambda x, lower, upper: np.minimum(np.maximum(x, lower), upper),
        "pasteurize": np.positive,
        "is_nan": lambda x: np.isnan(x).astype(np.float64),
        "nan_to": lambda x, value: np.where(np.isnan(x), value, x),
        "less": _comparison(np.less),
        "less_equal": _comparison(np.less_equal),
        "greater": _comparison(np.greater),
        "greater_equal": _comparison(np.greater_equal),
        "equal": _comparison(np.equal),
        "not_equal": _comparison(np.not_equal),
        "and": _and,
        "or": _or,
        "not": lambda x: _where_known(np.asarray(x) == 0, x),
        "if_else": _if_else,
        "bucket": _bucket,
        "to_nan": _to_nan,
        "replace": _replace,
        "densify": np.positive,
        "group_coalesce": _group_coalesce,
        "group_cross": _group_cross,
    }
)
"""Computation of each elementwise function, by canonical name."""
