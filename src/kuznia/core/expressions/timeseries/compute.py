"""How time-series functions are computed: kernels on contiguous ``(N, T)`` arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
from scipy.special import ndtri

from kuznia.core.expressions.plan import Together
from kuznia.core.expressions.timeseries import _kernels as k
from kuznia.core.expressions.timeseries import _order_kernels as order
from kuznia.core.expressions.timeseries.shapes import SHAPES
from kuznia.core.expressions.timeseries.table import ema_bars
from kuznia.core.typing import Float

_GREATEST, _SMALLEST = 1.0, -1.0
_RESIDUAL, _INTERCEPT, _SLOPE, _FITTED = range(4)
_COVARIANCE, _R_SQUARED = 5, 6
_DEVIATION, _SKEWNESS, _KURTOSIS = 1, 3, 4


def _one(kernel: Callable[..., None], x: Float, *literals: Any) -> Float:
    """The only result of a kernel that can give several."""
    out = np.empty((1, *x.shape))
    kernel(x, *literals, out)
    return np.asarray(out[0])


def _mean(x: Float, d: int) -> Float:
    return _one(k.window_mean, x, d, 1)


def _std(x: Float, d: int) -> Float:
    return np.asarray(np.sqrt(_one(k.window_variance, x, d, 1)))


def _zscore(x: Float, d: int) -> Float:
    return (x - _mean(x, d)) / _std(x, d)


def _median(x: Float, d: int) -> Float:
    return _one(order.window_percentile, x, d, np.array([0.5]))


def _ladder(windows: Sequence[float], d: float) -> tuple[tuple[int, int], int, int]:
    """The ladder of a window: its first window and number of rungs, that number, and the window's rung."""
    first, last, rung = int(d), int(d), 0
    while first % 2 == 0 and first // 2 in windows:
        first, rung = first // 2, rung + 1
    rungs = rung + 1
    while last * 2 in windows:
        last, rungs = last * 2, rungs + 1
    return (first, rungs), rungs, rung


def _every(fractions: Sequence[float], fraction: float) -> tuple[tuple[Float], int, int]:
    """All fractions at once, how many, and which is that of one call."""
    return (np.array(fractions),), len(fractions), fractions.index(fraction)


def _ts_scale(x: Float, d: int) -> Float:
    low = k.window_extreme(x, d, _SMALLEST)
    return (x - low) / (k.window_extreme(x, d, _GREATEST) - low)


def _ts_quantile(x: Float, d: int) -> Float:
    count = k.count_known(x, d)
    place = order.window_rank(x, d, 0) * (count - 1.0)
    return np.asarray(ndtri((place + 0.5) / count))


def _regression(y: Float, x: Float, d: int, lag: float, rettype: float) -> Float:
    which = {1: _INTERCEPT, 2: _SLOPE, 3: _FITTED, 6: _R_SQUARED}.get(int(rettype), _RESIDUAL)
    return k.window_regression(y, k.delay(x, int(lag)), d, which)


def _ema(x: Float, d: int) -> Float:
    return k.fading_mean(x, ema_bars(d), 1.0 - 2.0 / (d + 1.0))


def _cross(x: Float, y: Float, sign: float) -> Float:
    now, before = (x - y) * sign, k.delay(x - y, 1) * sign
    return np.where(np.isnan(now) | np.isnan(before), np.nan, ((now > 0) & (before <= 0)).astype(np.float64))


KERNELS: Mapping[str, Callable[..., Float] | Together] = MappingProxyType(
    {
        "ts_delay": k.delay,
        "ts_delta": lambda x, d: x - k.delay(x, d),
        "ts_returns": lambda x, d: x / k.delay(x, d) - 1.0,
        "ts_sum": Together(k.window_sum, _ladder),
        "ts_mean": Together(k.window_mean, _ladder),
        "ts_product": k.window_product,
        "ts_std_dev": Together(k.window_variance, _ladder, finish="sqrt"),
        "ts_var": Together(k.window_variance, _ladder),
        "ts_zscore": _zscore,
        "ts_av_diff": lambda x, d: x - _mean(x, d),
        "ts_ir": lambda x, d: _mean(x, d) / _std(x, d),
        "ts_skewness": lambda x, d: k.window_shape(x, d, _SKEWNESS),
        "ts_kurtosis": lambda x, d: k.window_shape(x, d, _KURTOSIS),
        "ts_mad": lambda x, d: k.window_shape(x, d, _DEVIATION),
        "ts_median": _median,
        "ts_percentage": Together(order.window_percentile, _every, vary="percentage"),
        "ts_max": lambda x, d: k.window_extreme(x, d, _GREATEST),
        "ts_min": lambda x, d: k.window_extreme(x, d, _SMALLEST),
        "ts_max_diff": lambda x, d: x - k.window_extreme(x, d, _GREATEST),
        "ts_min_diff": lambda x, d: x - k.window_extreme(x, d, _SMALLEST),
        "ts_arg_max": lambda x, d: k.window_extreme_age(x, d, _GREATEST, False),
        "ts_arg_min": lambda x, d: k.window_extreme_age(x, d, _SMALLEST, False),
        "ts_index_max": lambda x, d: d - k.window_extreme_age(x, d, _GREATEST, True),
        "ts_index_min": lambda x, d: d - k.window_extreme_age(x, d, _SMALLEST, True),
        "ts_rank": lambda x, d: order.window_rank(x, d, 0),
        "ts_percent_rank": lambda x, d: order.window_rank(x, d, 1),
        "ts_quantile": _ts_quantile,
        "ts_scale": _ts_scale,
        "ts_count": k.count_known,
        "ts_count_nans": lambda x, d: d - k.count_known(x, d),
        "ts_corr": Together(k.window_correlation, _ladder),
        "ts_covariance": lambda x, y, d: k.window_regression(y, x, d, _COVARIANCE),
        "ts_slope": Together(k.window_line, _ladder, part=0, parts=3),
        "ts_rsquare": Together(k.window_line, _ladder, part=1, parts=3),
        "ts_resid": Together(k.window_line, _ladder, part=2, parts=3),
        "ts_regression": _regression,
        "ts_decay_linear": k.ramp_mean,
        "ts_decay_exp_window": k.fading_mean,
        "ts_ema": _ema,
        "ts_backfill": k.backfill,
        "days_from_last_change": k.bars_since_change,
        "hump": k.hump,
        "trade_when": k.trade_when,
        "keep": k.keep,
        "cross_above": lambda x, y: _cross(x, y, 1.0),
        "cross_below": lambda x, y: _cross(x, y, -1.0),
        **SHAPES,
    }
)
"""Computation of each time-series function, by canonical name."""
