"""How functions across instruments are computed: kernels on contiguous ``(T, N)`` arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from scipy.special import ndtri

from kuznia.core.expressions.crosssection import _kernels as k
from kuznia.core.expressions.errors import refuse
from kuznia.core.expressions.timeseries._kernels import backfill
from kuznia.core.typing import Float, Int

_COUNT, _SUM, _MEAN, _STD, _MIN, _MAX = range(6)


def _all(x: Float) -> Int:
    return np.zeros(x.shape, dtype=np.int64)


def _demean(x: Float, groups: Int) -> Float:
    return x - k.group_statistic(x, groups, _MEAN)


def _zscore(x: Float, groups: Int) -> Float:
    return _demean(x, groups) / k.group_statistic(x, groups, _STD)


def _group_scale(x: Float, groups: Int) -> Float:
    low = k.group_statistic(x, groups, _MIN)
    return (x - low) / (k.group_statistic(x, groups, _MAX) - low)


def _normalize(x: Float, use_std: float, limit: float) -> Float:
    values = _zscore(x, _all(x)) if use_std else _demean(x, _all(x))
    return np.clip(values, -limit, limit) if limit > 0 else values


def _scale(x: Float, scale: float, long: float, short: float) -> Float:
    if long <= 0 and short <= 0:
        return x * scale / k.group_statistic(np.abs(x), _all(x), _SUM)
    held = np.where(np.isnan(x), np.nan, 0.0)
    for side, size in ((x > 0, long), (x < 0, short)):
        total = k.group_statistic(np.where(side, np.abs(x), 0.0), _all(x), _SUM)
        held = np.where(side, x * size / total, held)
    return held


def _winsorize(x: Float, std: float) -> Float:
    mean = k.group_statistic(x, _all(x), _MEAN)
    reach = std * np.nan_to_num(k.group_statistic(x, _all(x), _STD))
    return np.minimum(np.maximum(x, mean - reach), mean + reach)


def _truncate(x: Float, most: float) -> Float:
    limit = most * k.group_statistic(np.abs(x), _all(x), _SUM)
    return np.minimum(np.maximum(x, -limit), limit)


def _quantile(x: Float, driver: str, sigma: float) -> Float:
    count = k.group_statistic(x, _all(x), _COUNT)
    place = (k.group_rank(x, _all(x)) * (count - 1.0) + 0.5) / count
    if driver == "gaussian":
        return np.asarray(ndtri(place) * sigma)
    if driver == "uniform":
        return (place - 0.5) * sigma
    if driver == "cauchy":
        return np.tan(np.pi * (place - 0.5)) * sigma
    raise refuse(0, 1, f"There is no driver {driver!r}.", "Use gaussian, uniform or cauchy.")


def _group_backfill(x: Float, groups: Int, d: int, std: float) -> Float:
    newest = np.ascontiguousarray(backfill(np.ascontiguousarray(x.T), d).T)
    mean = k.group_statistic(newest, groups, _MEAN)
    spread = k.group_statistic(newest, groups, _STD)
    inside = np.isnan(spread) | (np.abs(newest - mean) <= std * spread)
    clean = k.group_statistic(np.where(inside, newest, np.nan), groups, _MEAN)
    return np.where(np.isnan(x), clean, x)


def _statistic(which: int) -> Callable[[Float, Int], Float]:
    return lambda x, groups: k.group_statistic(x, groups, which)


def _whole(which: int) -> Callable[[Float], Float]:
    return lambda x: np.where(np.isnan(x), np.nan, k.group_statistic(x, _all(x), which))


KERNELS: Mapping[str, Callable[..., Float]] = MappingProxyType(
    {
        "rank": lambda x: k.group_rank(x, _all(x)),
        "zscore": lambda x: _zscore(x, _all(x)),
        "demean": lambda x: _demean(x, _all(x)),
        "normalize": _normalize,
        "scale": _scale,
        "winsorize": _winsorize,
        "quantile": _quantile,
        "truncate": _truncate,
        "cs_mean": _whole(_MEAN),
        "cs_sum": _whole(_SUM),
        "cs_count": _whole(_COUNT),
        "cs_std_dev": _whole(_STD),
        "regression_neut": lambda y, x: k.residual(y, x, True),
        "vector_neut": lambda x, y: k.residual(x, y, False),
        "group_neutralize": _demean,
        "group_rank": k.group_rank,
        "group_zscore": _zscore,
        "group_scale": _group_scale,
        "group_mean": _statistic(_MEAN),
        "group_sum": _statistic(_SUM),
        "group_count": _statistic(_COUNT),
        "group_std_dev": _statistic(_STD),
        "group_min": _statistic(_MIN),
        "group_max": _statistic(_MAX),
        "group_median": k.group_median,
        "group_backfill": _group_backfill,
    }
)
"""Computation of each function across instruments, by canonical name."""
