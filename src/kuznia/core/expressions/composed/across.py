"""Composed functions across instruments and inside groups."""

from __future__ import annotations

from functools import partial

from kuznia.core.expressions.composed.row import GROUP, PAIRS, X, Y, composed, number
from kuznia.core.expressions.function import Family, Parameter

_MEMBERS = "Instruments whose value is not known are left out and stay not known."
_across = partial(composed, Family.CROSS_SECTION, rule=_MEMBERS)
_inside = partial(composed, Family.GROUP, rule=PAIRS)


CROSS_SECTION = (
    _across(
        "cs_median",
        (),
        (X,),
        "Median across instruments.",
        "if_else(is_nan(x), nan, group_median(x, market))",
        "close / cs_median(close)",
    ),
    _across(
        "cs_min",
        (),
        (X,),
        "Smallest value across instruments.",
        "if_else(is_nan(x), nan, group_min(x, market))",
        "close / cs_min(close)",
    ),
    _across(
        "cs_max",
        (),
        (X,),
        "Greatest value across instruments.",
        "if_else(is_nan(x), nan, group_max(x, market))",
        "close / cs_max(close)",
    ),
    _across(
        "robust_zscore",
        (),
        (X,),
        "Distance from the median in 1.4826 median absolute deviations.",
        "(x - cs_median(x)) / (1.4826 * cs_median(abs(x - cs_median(x))))",
        "robust_zscore(returns)",
    ),
    _across(
        "scale_down",
        (),
        (X, number("constant", 0.0)),
        "Place between the smallest (0) and the greatest (1) value, less constant.",
        "(x - cs_min(x)) / (cs_max(x) - cs_min(x)) - constant",
        "scale_down(close)",
    ),
    _across(
        "one_side",
        (),
        (X,),
        "Shifted up so that the smallest is 0: long only. Short only is -one_side(-x).",
        "x - cs_min(x)",
        "one_side(rank(returns))",
    ),
    _across(
        "regression_proj",
        (),
        (Y, X),
        "What least squares of y on x across instruments explains.",
        "y - regression_neut(y, x)",
        "regression_proj(returns, log(volume))",
        rule=PAIRS,
    ),
    _across(
        "vector_proj",
        (),
        (X, Y),
        "Projection of x on y across instruments.",
        "x - vector_neut(x, y)",
        "vector_proj(demean(returns), demean(close))",
        rule=PAIRS,
    ),
)

GROUPED = (
    _inside(
        "group_normalize",
        (),
        (X, GROUP, number("scale", 1.0)),
        "Absolute values of the group sum to scale.",
        "x * scale / group_sum(abs(x), group)",
        "group_normalize(returns, sector)",
        rule=_MEMBERS,
    ),
    _inside(
        "group_weighted_mean",
        (),
        (X, Parameter("weight"), GROUP),
        "Mean of the group, weighted by another value.",
        "group_sum(x * weight, group) / group_sum(weight + 0 * x, group)",
        "group_weighted_mean(returns, volume, sector)",
    ),
    _inside(
        "group_vector_proj",
        (),
        (X, Y, GROUP),
        "Projection of x on y inside the group.",
        "y * group_sum(x * y, group) / group_sum(y * y + 0 * x, group)",
        "group_vector_proj(returns, close, sector)",
    ),
    _inside(
        "group_vector_neut",
        (),
        (X, Y, GROUP),
        "x less its projection on y inside the group.",
        "x - group_vector_proj(x, y, group)",
        "group_vector_neut(returns, close, sector)",
    ),
    _inside(
        "group_robust_zscore",
        (),
        (X, GROUP),
        "Distance from the group's median in 1.4826 of its median absolute deviations.",
        "(x - group_median(x, group)) / (1.4826 * group_median(abs(x - group_median(x, group)), group))",
        "group_robust_zscore(returns, sector)",
        rule=_MEMBERS,
    ),
)

ACROSS = (*CROSS_SECTION, *GROUPED)
