"""Functions of one window, oldest value first."""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import NormalDist
from typing import Any

from tests.support.reference.values import NAN, Row, known, unknown


def mean(values: Row) -> float:
    v = known(values)
    return math.fsum(v) / len(v)


def moment(values: Row, power: int) -> float:
    v = known(values)
    if min(v) == max(v):
        return 0.0
    centre = math.fsum(v) / len(v)
    return math.fsum((one - centre) ** power for one in v)


def variance(x: Row, d: int) -> float:
    return moment(x, 2) / (len(known(x)) - 1)


def std(x: Row, d: int) -> float:
    return math.sqrt(variance(x, d))


def skewness(x: Row, d: int) -> float:
    c = len(known(x))
    return c * math.sqrt(c - 1) / (c - 2) * moment(x, 3) / moment(x, 2) ** 1.5


def kurtosis(x: Row, d: int) -> float:
    c = len(known(x))
    ratio = c * (c + 1) * (c - 1) * moment(x, 4) / ((c - 2) * (c - 3) * moment(x, 2) ** 2)
    return ratio - 3 * (c - 1) ** 2 / ((c - 2) * (c - 3))


def percentile(x: Row, d: int, fraction: float) -> float:
    v = sorted(known(x))
    place = fraction * (len(v) - 1)
    low = math.floor(place)
    return v[low] + (v[min(low + 1, len(v) - 1)] - v[low]) * (place - low)


def average_rank(x: Row) -> float:
    """Zero-based average rank of the newest among the known."""
    v, last = known(x), x[-1]
    if last != last:
        return NAN
    return sum(one < last for one in v) + (sum(one == last for one in v) - 1) / 2


def ts_rank(x: Row, d: int) -> float:
    count = len(known(x))
    rank = average_rank(x)
    return rank if rank != rank else (rank / (count - 1) if count > 1 else 0.5)


def age(x: Row, best: Callable[[Row], float], oldest: bool) -> float:
    top = best(known(x))
    ages = [len(x) - 1 - n for n, v in enumerate(x) if v == top]
    return float(max(ages) if oldest else min(ages))


def pairs(y: Row, x: Row) -> list[tuple[float, float]]:
    return [(a, b) for a, b in zip(y, x, strict=True) if not unknown(a, b)]


def sums(y: Row, x: Row) -> tuple[float, float, float, float, float, int]:
    both_known = pairs(y, x)
    ys, xs = [a for a, _ in both_known], [b for _, b in both_known]
    my, mx = mean(ys), mean(xs)
    sxy = math.fsum((a - my) * (b - mx) for a, b in both_known)
    return moment(xs, 2), sxy, moment(ys, 2), mx, my, len(both_known)


def regression(y: Row, x: Row, which: int) -> float:
    sxx, sxy, syy, mx, my, count = sums(y, x)
    if count < 2:
        return NAN
    if which == 5:
        return 0.0 if 0.0 in (sxx, syy) else sxy / (count - 1)
    if which == 4:
        return sxy / math.sqrt(sxx * syy)
    if which == 6:
        return sxy**2 / (sxx * syy)
    slope = sxy / sxx
    fitted = my + slope * (x[-1] - mx)
    return {0: y[-1] - fitted, 1: my - slope * mx, 2: slope, 3: fitted}[which]


def over_time(which: int) -> Callable[[Row, int], float]:
    return lambda y, d: regression(y, [float(n) for n in range(len(y))], which)


def weighted(x: Row, weights: Callable[[int], float]) -> float:
    terms = [(weights(k), v) for k, v in enumerate(reversed(x)) if v == v]
    return math.fsum(w * v for w, v in terms) / math.fsum(w for w, _ in terms)


def lagged(x: Row, d: int) -> float:
    return x[0] if len(x) == d + 1 else NAN


WINDOWS: dict[str, Callable[..., Any]] = {
    "ts_sum": lambda x, d: math.fsum(known(x)) if known(x) else NAN,
    "ts_mean": lambda x, d: mean(x),
    "ts_product": lambda x, d: math.prod(known(x)) if known(x) else NAN,
    "ts_std_dev": std,
    "ts_var": variance,
    "ts_zscore": lambda x, d: (x[-1] - mean(x)) / std(x, d),
    "ts_av_diff": lambda x, d: x[-1] - mean(x),
    "ts_ir": lambda x, d: mean(x) / std(x, d),
    "ts_skewness": skewness,
    "ts_kurtosis": kurtosis,
    "ts_mad": lambda x, d: math.fsum(abs(v - mean(x)) for v in known(x)) / len(known(x)),
    "ts_median": lambda x, d: percentile(x, d, 0.5),
    "ts_percentage": percentile,
    "ts_max": lambda x, d: max(known(x)),
    "ts_min": lambda x, d: min(known(x)),
    "ts_max_diff": lambda x, d: x[-1] - max(known(x)),
    "ts_min_diff": lambda x, d: x[-1] - min(known(x)),
    "ts_arg_max": lambda x, d: age(x, max, False),
    "ts_arg_min": lambda x, d: age(x, min, False),
    "ts_index_max": lambda x, d: d - age(x, max, True),
    "ts_index_min": lambda x, d: d - age(x, min, True),
    "ts_rank": ts_rank,
    "ts_percent_rank": lambda x, d: (average_rank(x) + 1) / len(known(x)),
    "ts_quantile": lambda x, d: NormalDist().inv_cdf(
        ((ts_rank(x, d) * (len(known(x)) - 1)) + 0.5) / len(known(x))
    ),
    "ts_scale": lambda x, d: (x[-1] - min(known(x))) / (max(known(x)) - min(known(x))),
    "ts_count": lambda x, d: len(known(x)),
    "ts_count_nans": lambda x, d: d - len(known(x)),
    "ts_corr": lambda x, y, d: regression(y, x, 4),
    "ts_covariance": lambda x, y, d: regression(y, x, 5),
    "ts_slope": over_time(2),
    "ts_rsquare": over_time(6),
    "ts_resid": over_time(0),
    "ts_decay_linear": lambda x, d: weighted(x, lambda k: d - k),
    "ts_decay_exp_window": lambda x, d, factor: weighted(x, lambda k: factor**k),
    "ts_backfill": lambda x, d: known(x)[-1],
}
