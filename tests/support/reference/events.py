"""Functions over the events between two decisions."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from tests.support.reference.values import NAN, Row, guarded
from tests.support.reference.windows import kurtosis, percentile, skewness

Weighed = list[tuple[float, float]]


def windows(known_at: Sequence[int], values: Row, at: Sequence[int], d: float) -> list[tuple[Row, Row]]:
    """Values of the events of each window with their ages in bars; column 0 has none."""
    out: list[tuple[Row, Row]] = []
    for t in range(len(at)):
        begin = at[max(t - int(d), 0)]
        inside = [(v, k) for v, k in zip(values, known_at, strict=True) if begin < k <= at[t] and v == v]
        ages = [float(t - min(c for c in range(len(at)) if at[c] >= k)) for _, k in inside]
        out.append(([v for v, _ in inside], ages))
    return out


def plain(function: Callable[..., float]) -> Callable[..., Row]:
    def compute(known_at: Sequence[int], values: Row, at: Sequence[int], d: float, *literals: Any) -> Row:
        found = [guarded(function, v, *literals) for v, _ in windows(known_at, values, at, d)]
        return [NAN, *found[1:]]

    return compute


def weighed(function: Callable[[Weighed], float]) -> Callable[..., Row]:
    def compute(known_at: Sequence[int], values: Row, at: Sequence[int], d: float, halflife: float) -> Row:
        found = []
        for inside, ages in windows(known_at, values, at, d):
            weights = [2.0 ** (-age / halflife) if halflife > 0 else 1.0 for age in ages]
            found.append(guarded(function, list(zip(weights, inside, strict=True))))
        return [NAN, *found[1:]]

    return compute


def total(pairs: Weighed) -> float:
    return math.fsum(w for w, _ in pairs)


def weighed_sum(pairs: Weighed) -> float:
    return math.fsum(w * v for w, v in pairs) if pairs else NAN


def weighed_mean(pairs: Weighed) -> float:
    return weighed_sum(pairs) / total(pairs)


def weighed_std(pairs: Weighed) -> float:
    if len(pairs) < 2:
        return NAN
    if len({v for _, v in pairs}) == 1:
        return 0.0
    spread = math.fsum(w * (v - weighed_mean(pairs)) ** 2 for w, v in pairs)
    return math.sqrt(spread / (total(pairs) - math.fsum(w * w for w, _ in pairs) / total(pairs)))


def nth(values: Row, place: float) -> float:
    return values[int(place)]


EVENTS: dict[str, Callable[..., Row]] = {
    "vec_count": weighed(total),
    "vec_sum": weighed(weighed_sum),
    "vec_mean": weighed(weighed_mean),
    "vec_std": weighed(weighed_std),
    "vec_ir": weighed(lambda pairs: weighed_mean(pairs) / weighed_std(pairs)),
    "vec_skewness": plain(lambda v: skewness(v, 0)),
    "vec_kurtosis": plain(lambda v: kurtosis(v, 0)),
    "vec_min": plain(min),
    "vec_max": plain(max),
    "vec_range": plain(lambda v: max(v) - min(v)),
    "vec_median": plain(lambda v: percentile(v, 0, 0.5)),
    "vec_percentage": plain(lambda v, fraction: percentile(v, 0, fraction)),
    "vec_choose": plain(nth),
    "vec_norm": plain(lambda v: math.fsum(map(abs, v)) if v else NAN),
    "vec_powersum": plain(lambda v, power: math.fsum(math.pow(one, power) for one in v) if v else NAN),
}
