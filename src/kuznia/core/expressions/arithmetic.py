"""How elementwise functions are computed: NumPy on arrays of any shape that broadcasts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from kuznia.core.expressions.errors import refuse
from kuznia.core.typing import Float, Int

_BUCKETS = 10_000


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


def _group_cross(g: Int, h: Int) -> Int:
    size = int(h.max(initial=0)) + 1
    return np.where((g < 0) | (h < 0), -1, g * size + h).astype(np.int64)


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
        "group_cross": _group_cross,
    }
)
"""Computation of each elementwise function, by canonical name."""
