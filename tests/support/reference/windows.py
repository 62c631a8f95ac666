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


def covariance_of(y: Row, x: Row) -> float:
    return sums(y, x)[1] / (len(pairs(y, x)) - 1)


def over_time(which: int) -> Callable[[Row, int], float]:
    return lambda y, d: regression(y, [float(n) for n in range(len(y))], which)


def weighted(x: Row, weights: Callable[[int], float]) -> float:
    terms = [(weights(k), v) for k, v in enumerate(reversed(x)) if v == v]
    return math.fsum(w * v for w, v in terms) / math.fsum(w for w, _ in terms)


def lagged(x: Row, d: int) -> float:
    return x[0] if len(x) == d + 1 else NAN


def central_moment(x: Row, d: int, power: float) -> float:
    v = known(x)
    return math.fsum((one - mean(v)) ** int(power) for one in v) / len(v)


def entropy(x: Row, d: int, buckets: float) -> float:
    v = known(x)
    low, wide = min(v), max(v) - min(v)
    places = [min(int((one - low) / wide * buckets), int(buckets) - 1) if wide else 0 for one in v]
    shares = [places.count(place) / len(v) for place in set(places)]
    return -math.fsum(share * math.log(share) for share in shares)


def max_drawdown(x: Row, d: int) -> float:
    v = known(x)
    falls = [1 - v[b] / max(v[: b + 1]) for b in range(len(v)) if max(v[: b + 1]) > 0]
    return max(falls)


def co_moment(y: Row, x: Row, power: int) -> float:
    _, _, _, mx, my, count = sums(y, x)
    syy, sxx = moment([a for a, _ in pairs(y, x)], 2), moment([b for _, b in pairs(y, x)], 2)
    joint = math.fsum((a - my) * (b - mx) ** power for a, b in pairs(y, x)) / count
    return joint / (math.sqrt(syy / count) * math.sqrt(sxx / count) ** power)


def partial_correlation(x: Row, y: Row, z: Row) -> float:
    """From the three correlations, over the bars in which all are known."""
    rows = [(a, b, c) for a, b, c in zip(x, y, z, strict=True) if not unknown(a, b, c)]
    if len(rows) < 3:
        return NAN
    a, b, c = (list(column) for column in zip(*rows, strict=True))
    ab, ac, bc = regression(a, b, 4), regression(a, c, 4), regression(b, c, 4)
    free = (1 - ac**2) * (1 - bc**2)
    return (ab - ac * bc) / math.sqrt(free) if min(1 - ac**2, 1 - bc**2) > 1e-12 else NAN


def fractional(x: Row, d: int, order: float) -> float:
    """Binomial weights (−1)^k C(order, k)."""
    if len(x) < d:
        return NAN
    total, weight = 0.0, 1.0
    for k, v in enumerate(reversed(x)):
        weight = weight if k == 0 else weight * (k - 1 - order) / k
        total += weight * v
    return total


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
    "ts_moment": central_moment,
    "ts_entropy": entropy,
    "kth_element": lambda x, d, k: known(x)[::-1][int(k) - 1],
    "ts_max_drawdown": max_drawdown,
    "ts_co_skewness": lambda y, x, d: co_moment(y, x, 2),
    "ts_co_kurtosis": lambda y, x, d: co_moment(y, x, 3),
    "ts_partial_corr": lambda x, y, z, d: partial_correlation(x, y, z),
    "ts_decay_linear": lambda x, d: weighted(x, lambda k: d - k),
    "ts_decay_exp_window": lambda x, d, factor: weighted(x, lambda k: factor**k),
    "ts_backfill": lambda x, d: known(x)[-1],
}
