"""Indicators of technical analysis, as fractions where a fraction is meant."""

from __future__ import annotations

from functools import partial

from kuznia.core.expressions.composed.row import (
    CLOSE,
    HIGH,
    LOW,
    PAIRS,
    STRICT,
    VOLUME,
    D,
    X,
    composed,
    number,
    window,
)
from kuznia.core.expressions.function import Family

_indicator = partial(composed, Family.TECHNICAL)
_BARS = (HIGH, LOW, CLOSE)
_FAST, _SLOW, _SIGNAL = window(12.0, "fast"), window(26.0, "slow"), window(9.0, "signal")
_UP = "max(ts_delta(x, 1), 0)"
_TYPICAL = "(high + low + close) / 3"
_RISE = "high - ts_delay(high, 1)"
_FALL = "ts_delay(low, 1) - low"
_PLUS = f"if_else({_RISE} > {_FALL}, max({_RISE}, 0), 0)"
_MINUS = f"if_else({_FALL} > {_RISE}, max({_FALL}, 0), 0)"

_OSCILLATORS = (
    _indicator(
        "rsi",
        ("RSI",),
        (X, window(14.0)),
        "Relative strength index (Wilder 1978) as a fraction: mean rise over mean change.",
        f"ts_wilder({_UP}, d) / ts_wilder(abs(ts_delta(x, 1)), d)",
        "rsi(close, 14) < 0.3",
    ),
    _indicator(
        "stochastic_k",
        ("STOCHK",),
        (*_BARS, window(14.0)),
        "Place of the close between the lowest low (0) and the highest high (1); Lane's %K.",
        "(close - ts_min(low, d)) / (ts_max(high, d) - ts_min(low, d))",
        "stochastic_k(high, low, close, 14)",
    ),
    _indicator(
        "stochastic_d",
        ("STOCHD",),
        (*_BARS, window(14.0), window(3.0, "smooth")),
        "Mean of %K over the last bars.",
        "ts_mean(stochastic_k(high, low, close, d), smooth)",
        "stochastic_d(high, low, close)",
    ),
    _indicator(
        "williams_r",
        ("WILLR",),
        (*_BARS, window(14.0)),
        "Place of the close below the highest high: 0 at it, -1 at the lowest low.",
        "(close - ts_max(high, d)) / (ts_max(high, d) - ts_min(low, d))",
        "williams_r(high, low, close)",
    ),
    _indicator(
        "cci",
        ("CCI",),
        (*_BARS, window(20.0)),
        "Commodity channel index (Lambert 1980): typical price against its mean in 0.015 deviations.",
        f"ts_av_diff({_TYPICAL}, d) / (0.015 * ts_mad({_TYPICAL}, d))",
        "cci(high, low, close)",
    ),
    _indicator(
        "aroon",
        ("AROONOSC",),
        (HIGH, LOW, window(25.0)),
        "Aroon oscillator: age of the low less age of the high, over d.",
        "(ts_arg_min(low, d + 1) - ts_arg_max(high, d + 1)) / d",
        "aroon(high, low)",
    ),
    _indicator(
        "efficiency_ratio",
        ("kaufman_er",),
        (X, window(10.0)),
        "Distance travelled over the path's length (Kaufman 1995): 1 for a straight line.",
        "abs(ts_delta(x, d)) / ts_sum(abs(ts_delta(x, 1)), d)",
        "efficiency_ratio(close)",
    ),
)

_TRENDS = (
    _indicator(
        "macd",
        ("MACD",),
        (X, _FAST, _SLOW),
        "Difference of a fast and a slow exponential mean (Appel).",
        "ts_ema(x, fast) - ts_ema(x, slow)",
        "macd(close) / close",
    ),
    _indicator(
        "macd_signal",
        (),
        (X, _FAST, _SLOW, _SIGNAL),
        "Exponential mean of the MACD line.",
        "ts_ema(macd(x, fast, slow), signal)",
        "cross_above(macd(close), macd_signal(close))",
    ),
    _indicator(
        "macd_histogram",
        ("MACDHIST",),
        (X, _FAST, _SLOW, _SIGNAL),
        "MACD line less its signal.",
        "macd(x, fast, slow) - macd_signal(x, fast, slow, signal)",
        "macd_histogram(close) / close",
    ),
    _indicator(
        "bollinger_upper",
        (),
        (X, window(20.0), number("k", 2.0)),
        "Mean plus k standard deviations (ddof 1; Bollinger takes ddof 0).",
        "ts_mean(x, d) + k * ts_std_dev(x, d)",
        "close > bollinger_upper(close)",
    ),
    _indicator(
        "bollinger_lower",
        (),
        (X, window(20.0), number("k", 2.0)),
        "Mean less k standard deviations (ddof 1).",
        "ts_mean(x, d) - k * ts_std_dev(x, d)",
        "close < bollinger_lower(close)",
    ),
    _indicator(
        "directional_index",
        ("DX",),
        (*_BARS, window(14.0)),
        "Wilder's directional movement index as a fraction: |DI+ - DI-| / (DI+ + DI-).",
        f"abs(ts_wilder({_PLUS}, d) - ts_wilder({_MINUS}, d))"
        f" / (ts_wilder({_PLUS}, d) + ts_wilder({_MINUS}, d))",
        "directional_index(high, low, close)",
    ),
    _indicator(
        "adx",
        ("ADX",),
        (*_BARS, window(14.0)),
        "Average directional index (Wilder 1978) as a fraction: how strong a trend is.",
        "ts_wilder(directional_index(high, low, close, d), d)",
        "adx(high, low, close) > 0.25",
    ),
)

_VOLUMES = (
    _indicator(
        "obv",
        ("OBV",),
        (CLOSE, VOLUME, D),
        "On-balance volume of the last d bars: volume with the sign of the change of the close.",
        "ts_sum(sign(ts_delta(close, 1)) * volume, d)",
        "obv(close, volume, 20) / ts_sum(volume, 20)",
        PAIRS,
    ),
    _indicator(
        "mfi",
        ("MFI",),
        (*_BARS, VOLUME, window(14.0)),
        "Money flow index as a fraction: flow on rising typical prices over all that moved.",
        f"ts_sum(if_else(ts_delta({_TYPICAL}, 1) > 0, {_TYPICAL} * volume, 0), d)"
        f" / ts_sum(if_else(ts_delta({_TYPICAL}, 1) == 0, 0, {_TYPICAL} * volume), d)",
        "mfi(high, low, close, volume)",
        PAIRS,
    ),
    _indicator(
        "chaikin_money_flow",
        ("CMF",),
        (*_BARS, VOLUME, window(20.0)),
        "Volume weighted by the close's place in the bar, from -1 to 1.",
        "ts_sum((2 * close - high - low) / (high - low) * volume, d)"
        " / ts_sum(volume + 0 * (2 * close - high - low) / (high - low), d)",
        "chaikin_money_flow(high, low, close, volume)",
        PAIRS,
    ),
    _indicator(
        "true_range",
        ("TRANGE",),
        _BARS,
        "Greatest of high - low and the distances of both from the close before.",
        "max(high - low, max(abs(high - ts_delay(close, 1)), abs(low - ts_delay(close, 1))))",
        "true_range(high, low, close)",
        STRICT,
    ),
    _indicator(
        "atr",
        ("ATR",),
        (*_BARS, window(14.0)),
        "Wilder's mean of the true range.",
        "ts_wilder(true_range(high, low, close), d)",
        "atr(high, low, close) / close",
    ),
)

TECHNICAL = (*_OSCILLATORS, *_TRENDS, *_VOLUMES)
