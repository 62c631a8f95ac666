"""Composed functions over time."""

from __future__ import annotations

from functools import partial

from kuznia.core.expressions.composed.row import (
    CONDITION,
    PAIRS,
    SKIPS,
    STRICT,
    D,
    X,
    Y,
    composed,
    number,
    window,
)
from kuznia.core.expressions.function import Family, Parameter, Takes

_over = partial(composed, Family.TIME_SERIES)

_LEVELS = (
    _over(
        "log_diff",
        (),
        (X, Parameter("d", Takes.LAG, 1.0)),
        "Change of the logarithm over d bars.",
        "log(x) - log(ts_delay(x, d))",
        "log_diff(close)",
        STRICT,
    ),
    _over(
        "ts_weighted_decay",
        ("ts_weighted_delay",),
        (X, number("k", 0.5)),
        "k of the current value and 1 - k of the one before.",
        "k * x + (1 - k) * ts_delay(x, 1)",
        "ts_weighted_decay(rank(close), 0.7)",
        STRICT,
    ),
    _over(
        "jump_decay",
        (),
        (X, D, number("sensitivity", 0.5, 0.0), number("force", 0.1)),
        "x, but only force of a step that is greater than sensitivity standard deviations of d bars.",
        "if_else(abs(ts_delta(x, 1)) > sensitivity * ts_std_dev(x, d),"
        " ts_delay(x, 1) + force * ts_delta(x, 1), x)",
        "jump_decay(rank(close), 20)",
        STRICT,
    ),
    _over(
        "ts_wilder",
        ("rma", "RMA", "smma"),
        (X, D),
        "Wilder's mean: exponential with alpha 1 / d, which is span 2 d - 1.",
        "ts_ema(x, 2 * d - 1)",
        "ts_wilder(abs(returns), 14)",
    ),
    _over(
        "dema",
        ("DEMA",),
        (X, D),
        "Double exponential mean (Mulloy 1994): 2 EMA - EMA of EMA.",
        "2 * ts_ema(x, d) - ts_ema(ts_ema(x, d), d)",
        "dema(close, 10)",
    ),
    _over(
        "ts_geometric_mean",
        ("ts_gmean",),
        (X, D),
        "Geometric mean of positive values.",
        "exp(ts_mean(log(x), d))",
        "ts_geometric_mean(volume, 20)",
    ),
    _over(
        "vwma",
        ("ts_weighted_mean",),
        (X, Parameter("weight"), D),
        "Mean of x weighted by another value, such as volume.",
        "ts_sum(x * weight, d) / ts_sum(weight + 0 * x, d)",
        "close / vwma(close, volume, 20)",
        PAIRS,
    ),
    _over(
        "ts_min_max_cps",
        (),
        (X, D, number("f", 2.0)),
        "Smallest plus greatest value, less f times x.",
        "ts_min(x, d) + ts_max(x, d) - f * x",
        "ts_min_max_cps(close, 20)",
    ),
    _over(
        "ts_min_max_diff",
        (),
        (X, D, number("f", 0.5)),
        "x less f times the sum of smallest and greatest value.",
        "x - f * (ts_min(x, d) + ts_max(x, d))",
        "ts_min_max_diff(close, 20)",
    ),
    _over(
        "ts_range",
        (),
        (X, D),
        "Greatest less smallest value.",
        "ts_max(x, d) - ts_min(x, d)",
        "ts_range(close, 20) / close",
    ),
)

_SHAPES = (
    _over(
        "ts_autocorr",
        (),
        (X, D, Parameter("lag", Takes.LAG, 1.0)),
        "Correlation with its own value lag bars before.",
        "ts_corr(x, ts_delay(x, lag), d)",
        "ts_autocorr(returns, 60)",
        PAIRS,
    ),
    _over(
        "beta",
        ("ts_beta",),
        (Y, X, D),
        "Slope of y on x.",
        "ts_regression(y, x, d, 0, 2)",
        "beta(returns, group_mean(returns, market), 60)",
        PAIRS,
    ),
    _over(
        "ts_idio_vol",
        (),
        (Y, X, D),
        "Standard deviation of y that x does not explain.",
        "sqrt(ts_var(y + 0 * x, d) * (1 - ts_rsquare_of(y, x, d)))",
        "ts_idio_vol(returns, group_mean(returns, market), 60)",
        PAIRS,
    ),
    _over(
        "ts_rsquare_of",
        (),
        (Y, X, D),
        "R² of y on x.",
        "ts_regression(y, x, d, 0, 6)",
        "ts_rsquare_of(returns, group_mean(returns, market), 60)",
        PAIRS,
    ),
    _over(
        "ts_vector_proj",
        (),
        (X, Y, D),
        "Projection of x on y over d bars.",
        "y * ts_sum(x * y, d) / ts_sum(y * y + 0 * x, d)",
        "ts_vector_proj(returns, volume, 20)",
        PAIRS,
    ),
    _over(
        "ts_vector_neut",
        (),
        (X, Y, D),
        "x less its projection on y over d bars.",
        "x - ts_vector_proj(x, y, d)",
        "ts_vector_neut(returns, volume, 20)",
        PAIRS,
    ),
    _over(
        "ts_downside_deviation",
        (),
        (X, D, number("target", 0.0)),
        "Root mean square of what falls short of target.",
        "sqrt(ts_mean(min(x - target, 0) ** 2, d))",
        "ts_downside_deviation(returns, 60)",
    ),
    _over(
        "ts_upside_deviation",
        (),
        (X, D, number("target", 0.0)),
        "Root mean square of what exceeds target.",
        "sqrt(ts_mean(max(x - target, 0) ** 2, d))",
        "ts_upside_deviation(returns, 60)",
    ),
    _over(
        "ts_sortino",
        (),
        (X, D, number("target", 0.0)),
        "Mean above target over the downside deviation.",
        "(ts_mean(x, d) - target) / ts_downside_deviation(x, d, target)",
        "ts_sortino(returns, 60)",
    ),
    _over(
        "inst_tvr",
        (),
        (X, D),
        "Sum of absolute changes over the sum of absolute values: turnover of a position.",
        "ts_sum(abs(ts_delta(x, 1)), d) / ts_sum(abs(x), d)",
        "inst_tvr(rank(close), 20)",
    ),
)

_TIMES = (
    _over(
        "bars_since",
        ("BARSLAST", "days_since"),
        (CONDITION, window(250.0)),
        "Bars since the condition last held, within d bars; 0 is the current bar.",
        "ts_arg_max(if_else(condition, 1, nan), d)",
        "bars_since(close > ts_max(ts_delay(close, 1), 20))",
        "Not known when the condition did not hold within d bars.",
    ),
    _over(
        "streak",
        (),
        (CONDITION, window(250.0)),
        "Bars in a row, up to the current one, in which the condition was not false; at most d.",
        "min(nan_to(ts_arg_max(if_else(condition, nan, 1), d), d), ts_count(condition, d))",
        "streak(close > open)",
        "Bars in which the condition is not known are not counted when it was never false.",
    ),
    _over(
        "ts_percent_true",
        (),
        (CONDITION, D),
        "Share of the bars in which the condition holds.",
        "ts_mean(condition, d)",
        "ts_percent_true(close > open, 20)",
        SKIPS,
    ),
)

WINDOWS = (*_LEVELS, *_SHAPES, *_TIMES)
