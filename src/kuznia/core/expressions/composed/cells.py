"""Composed functions of single cells."""

from __future__ import annotations

from functools import partial

from kuznia.core.expressions.composed.row import STRICT, X, Y, composed, number
from kuznia.core.expressions.function import Family, Kind

_cell = partial(composed, Family.ELEMENTWISE, rule=STRICT)

CELLS = (
    _cell(
        "is_not_nan",
        ("is_finite", "NotNull"),
        (X,),
        "Whether x is known.",
        "not is_nan(x)",
        "is_not_nan(close)",
        rule="Always known.",
        returns=Kind.BOOL,
    ),
    _cell(
        "nan_mask",
        (),
        (X, Y),
        "x where y is 0 or above, not known where y is negative.",
        "if_else(y < 0, nan, x)",
        "nan_mask(close, returns)",
    ),
    _cell(
        "nan_out",
        (),
        (X, number("lower", 0.0), number("upper", 0.0)),
        "x inside lower to upper, not known outside.",
        "if_else(x < lower or x > upper, nan, x)",
        "nan_out(returns, -0.2, 0.2)",
    ),
    _cell(
        "tail",
        (),
        (X, number("lower", 0.0), number("upper", 0.0), number("newval", 0.0)),
        "newval strictly between lower and upper, x elsewhere.",
        "if_else(x > lower and x < upper, newval, x)",
        "tail(returns, -0.01, 0.01)",
    ),
    _cell(
        "left_tail",
        (),
        (X, number("maximum", 0.0)),
        "x up to maximum, not known above.",
        "if_else(x > maximum, nan, x)",
        "left_tail(returns, 0)",
    ),
    _cell(
        "right_tail",
        (),
        (X, number("minimum", 0.0)),
        "x from minimum up, not known below.",
        "if_else(x < minimum, nan, x)",
        "right_tail(returns, 0)",
    ),
    _cell(
        "round_down",
        (),
        (X, number("f", 1.0, 1e-12)),
        "Greatest multiple of f not above x.",
        "f * floor(x / f)",
        "round_down(close, 5)",
    ),
)
