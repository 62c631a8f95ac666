"""Functions of single cells."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from tests.support.reference.values import NAN, unknown


def test(compare: Callable[[float, float], bool]) -> Callable[[float, float], float]:
    return lambda x, y: NAN if unknown(x, y) else float(compare(x, y))


def strict(function: Callable[..., float]) -> Callable[..., float]:
    return lambda *values: NAN if unknown(*values) else function(*values)


def both(x: float, y: float) -> float:
    if 0.0 in (x, y):
        return 0.0
    return NAN if unknown(x, y) else 1.0


def either(x: float, y: float) -> float:
    if any(v == v and v != 0 for v in (x, y)):
        return 1.0
    return NAN if unknown(x, y) else 0.0


def sign(x: float) -> float:
    return float((x > 0) - (x < 0))


def bucket(x: float, text: str) -> float:
    start, stop, step = (float(part) for part in text.split(","))
    last = round((stop - start) / step) - 1
    return -1.0 if x != x else float(min(max(math.floor((x - start) / step), 0), last))


def to_nan(x: float, value: float, reverse: float) -> float:
    if reverse:
        return value if x != x else x
    return NAN if x == value else x


def replace(x: float, target: str, dest: str) -> float:
    before, after = ([float(n) for n in text.split()] for text in (target, dest))
    for old, new in zip(before, after, strict=True):
        if x == old:
            return new
    return x


def cross(g: float, h: float) -> float:
    if min(g, h) < 0:
        return -1.0
    return g * g + g + h if g >= h else h * h + g


def coalesce(g: float, h: float) -> float:
    return 2 * g if g >= 0 else (2 * h + 1 if h >= 0 else -1.0)


CELLS: dict[str, Callable[..., Any]] = {
    "add": lambda x, y: x + y,
    "subtract": lambda x, y: x - y,
    "multiply": lambda x, y: x * y,
    "divide": lambda x, y: x / y,
    "power": strict(lambda x, y: x**y),
    "negate": lambda x: -x,
    "inverse": lambda x: 1 / x,
    "abs": abs,
    "sign": strict(sign),
    "log": math.log,
    "log1p": math.log1p,
    "exp": math.exp,
    "sqrt": math.sqrt,
    "signed_power": strict(lambda x, y: sign(x) * abs(x) ** y),
    "s_log_1p": strict(lambda x: sign(x) * math.log1p(abs(x))),
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "tanh": math.tanh,
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "arc_sin": math.asin,
    "arc_cos": math.acos,
    "arc_tan": math.atan,
    "to_nan": to_nan,
    "replace": replace,
    "densify": lambda g: g,
    "group_cross": cross,
    "group_coalesce": coalesce,
    "floor": math.floor,
    "ceiling": math.ceil,
    "round": round,
    "fraction": lambda x: x - math.trunc(x),
    "max": strict(max),
    "min": strict(min),
    "clamp": strict(lambda x, low, high: min(max(x, low), high)),
    "pasteurize": lambda x: x,
    "is_nan": lambda x: float(x != x),
    "nan_to": lambda x, value: value if x != x else x,
    "less": test(lambda x, y: x < y),
    "less_equal": test(lambda x, y: x <= y),
    "greater": test(lambda x, y: x > y),
    "greater_equal": test(lambda x, y: x >= y),
    "equal": test(lambda x, y: x == y),
    "not_equal": test(lambda x, y: x != y),
    "and": both,
    "or": either,
    "not": strict(lambda x: float(x == 0)),
    "if_else": lambda c, x, y: NAN if c != c else (x if c != 0 else y),
    "bucket": bucket,
}
