"""How time-series functions are computed: kernels on contiguous ``(N, T)`` arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from scipy.special import ndtri

from kuznia.core.expressions.timeseries import _kernels as k
from kuznia.core.expressions.timeseries.shapes import SHAPES
from kuznia.core.expressions.timeseries.table import ema_bars
from kuznia.core.typing import Float

_GREATEST, _SMALLEST = 1.0, -1.0
_RESIDUAL, _INTERCEPT, _SLOPE, _FITTED, _CORRELATION, _COVARIANCE, _R_SQUARED = range(7)
_DEVIATION, _VARIANCE, _SKEWNESS, _KURTOSIS = 1, 2, 3, 4


def _std(x: Float, d: int) -> Float:
    return np.sqrt(k.window_moment(x, d, _VARIANCE))


def _zscore(x: Float, d: int) -> Float:
    return (x - k.window_mean(x, d)) / _std(x, d)


def _ts_scale(x: Float, d: int) -> Float:
    low = k.window_extreme(x, d, _SMALLEST)
    return (x - low) / (k.window_extreme(x, d, _GREATEST) - low)


def _ts_quantile(x: Float, d: int) -> Float:
    count = k.count_known(x, d)
    place = k.window_rank(x, d, 0) * (count - 1.0)
    return np.asarray(ndtri((place + 0.5) / count))


def _over_time(which: int) -> Callable[[Float, int], Float]:
    def compute(y: Float, d: int) -> Float:
        time = np.tile(np.arange(y.shape[1], dtype=np.float64), (y.shape[0], 1))
        return k.window_regression(y, time, d, which)

    return compute


def _regression(y: Float, x: Float, d: int, lag: float, rettype: float) -> Float:
    which = {1: _INTERCEPT, 2: _SLOPE, 3: _FITTED, 6: _R_SQUARED}.get(int(rettype), _RESIDUAL)
    return k.window_regression(y, k.delay(x, int(lag)), d, which)


def _decay_linear(x: Float, d: int) -> Float:
    return k.weighted_mean(x, np.arange(d, 0, -1, dtype=np.float64))


def _decay_exp(x: Float, d: int, factor: float) -> Float:
    return k.weighted_mean(x, factor ** np.arange(d, dtype=np.float64))


def _ema(x: Float, d: int) -> Float:
    kept = 1.0 - 2.0 / (d + 1.0)
    return k.weighted_mean(x, kept ** np.arange(ema_bars(d), dtype=np.float64))


def _cross(x: Float, y: Float, sign: float) -> Float:
    now, before = (x - y) * sign, k.delay(x - y, 1) * sign
    return np.where(np.isnan(now) | np.isnan(before), np.nan, ((now > 0) & (before <= 0)).astype(np.float64))


KERNELS: Mapping[str, Callable[..., Float]] = MappingProxyType(
    {
        "ts_delay": k.delay,
        "ts_delta": lambda x, d: x - k.delay(x, d),
        "ts_returns": lambda x, d: x / k.delay(x, d) - 1.0,
        "ts_sum": k.window_sum,
        "ts_mean": k.window_mean,
        "ts_product": k.window_product,
        "ts_std_dev": _std,
        "ts_var": lambda x, d: k.window_moment(x, d, _VARIANCE),
        "ts_zscore": _zscore,
        "ts_av_diff": lambda x, d: x - k.window_mean(x, d),
        "ts_ir": lambda x, d: k.window_mean(x, d) / _std(x, d),
        "ts_skewness": lambda x, d: k.window_moment(x, d, _SKEWNESS),
        "ts_kurtosis": lambda x, d: k.window_moment(x, d, _KURTOSIS),
        "ts_mad": lambda x, d: k.window_moment(x, d, _DEVIATION),
        "ts_median": lambda x, d: k.window_percentile(x, d, 0.5),
        "ts_percentage": k.window_percentile,
        "ts_max": lambda x, d: k.window_extreme(x, d, _GREATEST),
        "ts_min": lambda x, d: k.window_extreme(x, d, _SMALLEST),
        "ts_max_diff": lambda x, d: x - k.window_extreme(x, d, _GREATEST),
        "ts_min_diff": lambda x, d: x - k.window_extreme(x, d, _SMALLEST),
        "ts_arg_max": lambda x, d: k.window_extreme_age(x, d, _GREATEST, False),
        "ts_arg_min": lambda x, d: k.window_extreme_age(x, d, _SMALLEST, False),
        "ts_index_max": lambda x, d: d - k.window_extreme_age(x, d, _GREATEST, True),
        "ts_index_min": lambda x, d: d - k.window_extreme_age(x, d, _SMALLEST, True),
        "ts_rank": lambda x, d: k.window_rank(x, d, 0),
        "ts_percent_rank": lambda x, d: k.window_rank(x, d, 1),
        "ts_quantile": _ts_quantile,
        "ts_scale": _ts_scale,
        "ts_count": k.count_known,
        "ts_count_nans": lambda x, d: d - k.count_known(x, d),
        "ts_corr": lambda x, y, d: k.window_regression(y, x, d, _CORRELATION),
        "ts_covariance": lambda x, y, d: k.window_regression(y, x, d, _COVARIANCE),
        "ts_slope": _over_time(_SLOPE),
        "ts_rsquare": _over_time(_R_SQUARED),
        "ts_resid": _over_time(_RESIDUAL),
        "ts_regression": _regression,
        "ts_decay_linear": _decay_linear,
        "ts_decay_exp_window": _decay_exp,
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
