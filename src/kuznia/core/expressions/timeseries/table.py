"""The table of time-series functions."""

from __future__ import annotations

import math

from kuznia.core.expressions.function import (
    Family,
    Function,
    Kind,
    Literals,
    Parameter,
    Takes,
    lag_memory,
    window_memory,
)

_SKIP = "Skips cells that are not known; not known when too few are left."
_PAIRS = "Uses pairs known on both sides; not known when too few are left or one side is constant."
_EMA_TAIL = 1e-9
STATE_BARS = 250.0
"""Bars that stateful functions remember by default."""

_WINDOW = Parameter("d", Takes.WINDOW)
_XD = (Parameter("x"), _WINDOW)
_XYD = (Parameter("x"), Parameter("y"), _WINDOW)
_MEMORY = Parameter("d", Takes.WINDOW, STATE_BARS)


def ema_bars(d: int) -> int:
    """Bars of an exponential mean of span `d` before the rest weighs under 1e-9.

    Examples
    --------
    >>> ema_bars(20)
    208
    """
    return max(math.ceil(math.log(_EMA_TAIL) / math.log1p(-2.0 / (d + 1.0))), 1) if d > 1 else 1


def _ema_memory(literals: Literals) -> int:
    return ema_bars(int(literals["d"])) - 1


def _window_and_lag(literals: Literals) -> int:
    return int(literals["d"]) - 1 + int(literals["lag"])


def _one_more(literals: Literals) -> int:
    return int(literals["d"])


def _one_bar(_: Literals) -> int:
    return 1


def _twice(literals: Literals) -> int:
    return 2 * int(literals["d"])


def _over(
    name: str,
    aliases: tuple[str, ...],
    doc: str,
    parameters: tuple[Parameter, ...] = _XD,
    nan_rule: str = _SKIP,
    weight: float = 1.0,
    example: str = "",
) -> Function:
    text = example or (f"{name}(close, volume, 20)" if parameters is _XYD else f"{name}(close, 20)")
    return Function(
        name,
        aliases,
        Family.TIME_SERIES,
        parameters,
        doc,
        nan_rule,
        text,
        memory=window_memory,
        weight=weight,
    )


def _lagged(name: str, aliases: tuple[str, ...], doc: str) -> Function:
    parameters = (Parameter("x"), Parameter("d", Takes.LAG))
    rule = "Not known where either value is not known."
    return Function(
        name, aliases, Family.TIME_SERIES, parameters, doc, rule, f"{name}(close, 5)", memory=lag_memory
    )


WINDOWS = (
    _lagged("ts_delay", ("Ref", "delay"), "Value d bars ago."),
    _lagged("ts_delta", ("Delta", "delta"), "Change over d bars."),
    _lagged("ts_returns", ("Returns", "returns", "ROC"), "Relative change over d bars."),
    _over("ts_sum", ("Sum", "sum"), "Sum of the last d bars."),
    _over("ts_mean", ("Mean", "MA", "mean"), "Mean of the last d bars.", weight=2.0),
    _over("ts_product", ("Product", "product"), "Product of the last d bars."),
    _over("ts_std_dev", ("Std", "ts_std", "stddev", "std"), "Standard deviation (ddof 1).", weight=4.0),
    _over("ts_var", ("Var", "ts_variance", "var"), "Variance (ddof 1).", weight=4.0),
    _over("ts_zscore", ("Zscore",), "Distance from the mean in standard deviations.", weight=6.0),
    _over("ts_av_diff", (), "Distance from the mean.", weight=2.0),
    _over("ts_ir", ("ts_sharpe",), "Mean over standard deviation.", weight=6.0),
    _over("ts_skewness", ("Skew", "ts_skew", "skew"), "Sample skewness.", weight=5.0),
    _over("ts_kurtosis", ("Kurt", "ts_kurt", "kurt"), "Sample excess kurtosis.", weight=5.0),
    _over("ts_mad", ("Mad", "mad"), "Mean absolute deviation from the mean.", weight=4.0),
    _over("ts_median", ("Med", "median"), "Median.", weight=3.0),
    _over(
        "ts_percentage",
        ("Quantile", "ts_percentile"),
        "Quantile of the window, linearly interpolated.",
        (Parameter("x"), _WINDOW, Parameter("percentage", Takes.NUMBER, 0.5, 0.0, 1.0)),
        weight=3.0,
        example="Quantile(close, 20, 0.8)",
    ),
    _over("ts_max", ("Max", "Ts_Max", "HHV"), "Greatest value."),
    _over("ts_min", ("Min", "Ts_Min", "LLV"), "Smallest value."),
    _over("ts_max_diff", (), "Distance from the greatest value: x - ts_max(x, d)."),
    _over("ts_min_diff", (), "Distance from the smallest value: x - ts_min(x, d)."),
    _over("ts_arg_max", (), "Bars since the greatest value; 0 is the current bar."),
    _over("ts_arg_min", (), "Bars since the smallest value; 0 is the current bar."),
    _over(
        "ts_index_max",
        ("IdxMax", "ts_argmax", "Ts_ArgMax"),
        "Place of the greatest value in the window: 1 oldest, d newest.",
    ),
    _over(
        "ts_index_min",
        ("IdxMin", "ts_argmin", "Ts_ArgMin"),
        "Place of the smallest value in the window: 1 oldest, d newest.",
    ),
    _over("ts_rank", ("Ts_Rank",), "Rank of the current value among the last d, from 0 to 1.", weight=3.0),
    _over("ts_percent_rank", ("Rank",), "Rank of the current value over the count, in (0, 1].", weight=3.0),
    _over(
        "ts_quantile",
        (),
        "Normal quantile of the current value's rank in the window.",
        weight=3.0,
    ),
    _over("ts_scale", (), "Place between the smallest (0) and greatest (1) value of the window.", weight=2.0),
    _over("ts_count", ("Count",), "Known cells of the window.", nan_rule="Always known."),
    _over(
        "ts_count_nans", ("count_nans",), "Cells of the window that are not known.", nan_rule="Always known."
    ),
    _over("ts_corr", ("Corr", "correlation"), "Correlation of two values.", _XYD, _PAIRS, 7.0),
    _over("ts_covariance", ("Cov", "covariance"), "Covariance of two values (ddof 1).", _XYD, _PAIRS, 7.0),
    _over("ts_slope", ("Slope",), "Slope of the least-squares line over time.", nan_rule=_PAIRS, weight=7.0),
    _over("ts_rsquare", ("Rsquare",), "R² of the least-squares line over time.", nan_rule=_PAIRS, weight=7.0),
    _over("ts_resid", ("Resi",), "Current value less the least-squares line.", nan_rule=_PAIRS, weight=7.0),
    Function(
        "ts_regression",
        (),
        Family.TIME_SERIES,
        (
            Parameter("y"),
            Parameter("x"),
            _WINDOW,
            Parameter("lag", Takes.NUMBER, 0.0, 0.0, 5000.0),
            Parameter("rettype", Takes.NUMBER, 0.0, 0.0, 6.0),
        ),
        "Least squares of y on x, x lagged: 0 residual, 1 intercept, 2 slope, 3 fitted value, 6 R².",
        _PAIRS,
        "ts_regression(returns, volume, 60, 0, 2)",
        memory=_window_and_lag,
        weight=7.0,
    ),
    _over(
        "ts_decay_linear", ("WMA", "wma", "decay_linear"), "Mean with weights d, d-1, ..., 1 from the newest."
    ),
    Function(
        "ts_decay_exp_window",
        ("decay_exp",),
        Family.TIME_SERIES,
        (Parameter("x"), _WINDOW, Parameter("factor", Takes.NUMBER, 0.5, 0.0, 1.0)),
        "Mean with weights 1, factor, factor², ... from the newest.",
        _SKIP,
        "ts_decay_exp_window(close, 20, 0.9)",
        memory=window_memory,
    ),
    Function(
        "ts_ema",
        ("EMA", "ema"),
        Family.TIME_SERIES,
        _XD,
        "Exponential mean of span d (alpha 2 / (d + 1)), cut where the rest weighs under 1e-9.",
        _SKIP,
        "ts_ema(close, 12)",
        memory=_ema_memory,
        weight=10.0,
    ),
    _over(
        "ts_backfill",
        ("backfill",),
        "Newest known value of the last d bars.",
        nan_rule="Fills gaps up to d bars.",
    ),
)

STATEFUL = (
    Function(
        "days_from_last_change",
        (),
        Family.TIME_SERIES,
        (Parameter("x"), _MEMORY),
        "Bars since the value last changed, within d bars.",
        "Not known when no change is remembered.",
        "days_from_last_change(close)",
        memory=_twice,
        weight=0.1,
    ),
    Function(
        "hump",
        (),
        Family.TIME_SERIES,
        (Parameter("x"), Parameter("hump", Takes.NUMBER, 0.01, 0.0), _MEMORY),
        "Holds its value until x has moved by more than hump; remembers d bars.",
        _SKIP,
        "hump(rank(close), 0.05)",
        memory=window_memory,
        weight=2.0,
    ),
    Function(
        "trade_when",
        (),
        Family.TIME_SERIES,
        (
            Parameter("trigger", Takes.CONDITION),
            Parameter("x"),
            Parameter("exit", Takes.CONDITION),
            _MEMORY,
        ),
        "The value of x at the last trigger, nothing after an exit (-1: never); remembers d bars.",
        "A condition that is not known does not trigger.",
        "trade_when(volume > ts_mean(volume, 20), -returns, volume < ts_min(volume, 5) * 1.1)",
        memory=window_memory,
        weight=0.1,
    ),
    Function(
        "keep",
        (),
        Family.TIME_SERIES,
        (Parameter("x"), Parameter("f"), Parameter("d", Takes.WINDOW, 5.0)),
        "x while f has changed within the last d bars.",
        "Not known where f has not changed.",
        "keep(close, sign(returns), 5)",
        memory=_one_more,
        weight=0.1,
    ),
    Function(
        "cross_above",
        (),
        Family.TIME_SERIES,
        (Parameter("x"), Parameter("y")),
        "Whether x is above y now and was not one bar ago.",
        "Not known where one of the four values is not known.",
        "cross_above(close, ts_mean(close, 200))",
        Kind.BOOL,
        memory=_one_bar,
        weight=2.0,
    ),
    Function(
        "cross_below",
        (),
        Family.TIME_SERIES,
        (Parameter("x"), Parameter("y")),
        "Whether x is below y now and was not one bar ago.",
        "Not known where one of the four values is not known.",
        "cross_below(close, ts_mean(close, 200))",
        Kind.BOOL,
        memory=_one_bar,
        weight=2.0,
    ),
)

_YXD = (Parameter("y"), Parameter("x"), _WINDOW)

SHAPES = (
    _over(
        "ts_moment",
        (),
        "Central moment: mean of the distances from the mean, each to the power k (ddof 0).",
        (Parameter("x"), _WINDOW, Parameter("k", Takes.NUMBER, 2.0, 0.0, 8.0)),
        weight=4.0,
        example="ts_moment(returns, 60, 4)",
    ),
    _over(
        "ts_entropy",
        (),
        "Entropy in nats of the window's histogram of equal bins between its extremes.",
        (Parameter("x"), _WINDOW, Parameter("buckets", Takes.NUMBER, 10.0, 1.0, 1000.0)),
        weight=6.0,
        example="ts_entropy(returns, 60)",
    ),
    _over(
        "kth_element",
        (),
        "The kth known value of the last d bars, counted from the newest.",
        (Parameter("x"), _WINDOW, Parameter("k", Takes.NUMBER, 1.0, 1.0, 5000.0)),
        example="kth_element(close, 20, 2)",
    ),
    Function(
        "last_diff_value",
        (),
        Family.TIME_SERIES,
        _XD,
        "The newest of the d values before that differs from the current one.",
        "Skips cells that are not known; not known when none differs.",
        "last_diff_value(round(close), 20)",
        memory=_one_more,
    ),
    _over(
        "ts_max_drawdown",
        (),
        "Greatest fall inside the window from a peak of it, as a fraction of the peak.",
        nan_rule="Skips cells that are not known; not known before a peak above 0.",
        weight=3.0,
    ),
    Function(
        "ts_frac_diff",
        ("frac_diff",),
        Family.TIME_SERIES,
        (
            Parameter("x"),
            Parameter("order", Takes.NUMBER, 0.5, -2.0, 2.0),
            Parameter("d", Takes.WINDOW, 100.0),
        ),
        "Fractional difference with d weights 1, -order, ... (fixed width; López de Prado 2018, chapter 5).",
        "Not known unless all d values are known.",
        "ts_frac_diff(log(close), 0.4, 60)",
        memory=window_memory,
    ),
)

JOINT = (
    _over(
        "ts_co_skewness",
        (),
        "Co-skewness E[(y - my)(x - mx)²] / (sy sx²) (ddof 0).",
        _YXD,
        _PAIRS,
        8.0,
        "ts_co_skewness(returns, group_mean(returns, market), 60)",
    ),
    _over(
        "ts_co_kurtosis",
        (),
        "Co-kurtosis E[(y - my)(x - mx)³] / (sy sx³) (ddof 0).",
        _YXD,
        _PAIRS,
        8.0,
        "ts_co_kurtosis(returns, group_mean(returns, market), 60)",
    ),
    _over(
        "ts_partial_corr",
        (),
        "Correlation of x and y after both are freed of z.",
        (Parameter("x"), Parameter("y"), Parameter("z"), _WINDOW),
        "Uses bars in which all three are known; not known when too few are left or z explains one.",
        30.0,
        "ts_partial_corr(returns, volume, group_mean(returns, market), 60)",
    ),
)

TIME_SERIES = (*WINDOWS, *SHAPES, *JOINT, *STATEFUL)
