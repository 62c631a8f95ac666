"""How functions over events are computed: kernels on placed events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from kuznia.core.expressions.events import _kernels as k
from kuznia.core.frames.events import PlacedEvents
from kuznia.core.typing import Float

_COUNT, _SUM, _MEAN, _STD = range(4)
_SKEWNESS, _KURTOSIS = 3, 4


def _weighted(which: int) -> Callable[[PlacedEvents, int, float], Float]:
    return lambda e, d, halflife: k.weighted(e.edges, e.column, e.values, d, halflife, which)


def _shape(which: int) -> Callable[[PlacedEvents, int], Float]:
    return lambda e, d: k.shape(e.edges, e.values, d, which)


def _percentile(e: PlacedEvents, d: int, fraction: float) -> Float:
    return k.percentile(e.edges, e.values, d, fraction)


def _ratio(e: PlacedEvents, d: int, halflife: float) -> Float:
    return _weighted(_MEAN)(e, d, halflife) / _weighted(_STD)(e, d, halflife)


def _range(e: PlacedEvents, d: int) -> Float:
    return _percentile(e, d, 1.0) - _percentile(e, d, 0.0)


def _choose(e: PlacedEvents, d: int, nth: float) -> Float:
    return k.choose(e.edges, e.values, d, int(nth))


def _powers(e: PlacedEvents, d: int, power: float, absolute: bool = False) -> Float:
    return k.power_sum(e.edges, e.values, d, power, absolute)


KERNELS: Mapping[str, Callable[..., Float]] = MappingProxyType(
    {
        "vec_count": _weighted(_COUNT),
        "vec_sum": _weighted(_SUM),
        "vec_mean": _weighted(_MEAN),
        "vec_std": _weighted(_STD),
        "vec_ir": _ratio,
        "vec_skewness": _shape(_SKEWNESS),
        "vec_kurtosis": _shape(_KURTOSIS),
        "vec_min": lambda e, d: _percentile(e, d, 0.0),
        "vec_max": lambda e, d: _percentile(e, d, 1.0),
        "vec_range": _range,
        "vec_median": lambda e, d: _percentile(e, d, 0.5),
        "vec_percentage": _percentile,
        "vec_choose": _choose,
        "vec_norm": lambda e, d: _powers(e, d, 1.0, True),
        "vec_powersum": _powers,
    }
)
"""Computation of each function over events, by canonical name."""
