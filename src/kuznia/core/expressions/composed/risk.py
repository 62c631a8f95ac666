"""Estimators of volatility and liquidity from bars, per bar."""

from __future__ import annotations

from functools import partial

from kuznia.core.expressions.composed.row import (
    CLOSE,
    HIGH,
    LOW,
    OPEN,
    PAIRS,
    VOLUME,
    D,
    X,
    composed,
)
from kuznia.core.expressions.function import Family

_estimator = partial(composed, Family.RISK, rule=PAIRS)
_BARS = (OPEN, HIGH, LOW, CLOSE)
_ROGERS = "log(high / close) * log(high / open) + log(low / close) * log(low / open)"
_BETA = "(log(high / low) ** 2 + log(ts_delay(high, 1) / ts_delay(low, 1)) ** 2)"
_GAMMA = "(log(max(high, ts_delay(high, 1)) / min(low, ts_delay(low, 1))) ** 2)"
_ALPHA = f"((sqrt(2 * {_BETA}) - sqrt({_BETA})) / (3 - 2 * sqrt(2)) - sqrt({_GAMMA} / (3 - 2 * sqrt(2))))"

_VOLATILITY = (
    _estimator(
        "parkinson",
        (),
        (HIGH, LOW, D),
        "Volatility from the range (Parkinson 1980).",
        "sqrt(ts_mean(log(high / low) ** 2, d) / (4 * log(2)))",
        "parkinson(high, low, 20)",
    ),
    _estimator(
        "garman_klass",
        (),
        (*_BARS, D),
        "Volatility from range and body (Garman and Klass 1980).",
        "sqrt(ts_mean(0.5 * log(high / low) ** 2 - (2 * log(2) - 1) * log(close / open) ** 2, d))",
        "garman_klass(open, high, low, close, 20)",
    ),
    _estimator(
        "rogers_satchell",
        (),
        (*_BARS, D),
        "Volatility that a drift does not disturb (Rogers and Satchell 1991).",
        f"sqrt(ts_mean({_ROGERS}, d))",
        "rogers_satchell(open, high, low, close, 20)",
    ),
    _estimator(
        "yang_zhang",
        (),
        (*_BARS, D),
        "Volatility with opening gaps (Yang and Zhang 2000), k = 0.34 / (1.34 + (d + 1) / (d - 1)).",
        "sqrt(ts_var(log(open / ts_delay(close, 1)), d)"
        " + 0.34 / (1.34 + (d + 1) / (d - 1)) * ts_var(log(close / open), d)"
        f" + (1 - 0.34 / (1.34 + (d + 1) / (d - 1))) * ts_mean({_ROGERS}, d))",
        "yang_zhang(open, high, low, close, 20)",
    ),
    _estimator(
        "ulcer_index",
        (),
        (X, D),
        "Root mean square of the distance below the greatest value of d bars (Martin and McCann 1989).",
        "sqrt(ts_mean((x / ts_max(x, d) - 1) ** 2, d))",
        "ulcer_index(close, 20)",
    ),
)

_LIQUIDITY = (
    _estimator(
        "amihud",
        ("illiquidity",),
        (CLOSE, VOLUME, D),
        "Absolute return for each unit of money traded (Amihud 2002).",
        "ts_mean(abs(ts_returns(close, 1)) / (close * volume), d)",
        "amihud(close, volume, 20)",
    ),
    _estimator(
        "roll_spread",
        (),
        (CLOSE, D),
        "Spread from the covariance of successive changes (Roll 1984): 2 √-cov, 0 when it is positive.",
        "2 * sqrt(max(-ts_covariance(ts_delta(close, 1), ts_delay(ts_delta(close, 1), 1), d), 0))",
        "roll_spread(close, 60) / close",
    ),
    _estimator(
        "corwin_schultz",
        (),
        (HIGH, LOW, D),
        "Spread from ranges of one and two bars (Corwin and Schultz 2012), a fraction; negative ones are 0.",
        f"ts_mean(max(2 * (exp({_ALPHA}) - 1) / (1 + exp({_ALPHA})), 0), d)",
        "corwin_schultz(high, low, 20)",
    ),
)

RISK = (*_VOLATILITY, *_LIQUIDITY)
