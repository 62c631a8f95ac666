"""Functions across instruments at one time."""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import NormalDist

from tests.support.reference.values import NAN, Grid, Row, by_window, guarded, known, unknown
from tests.support.reference.windows import WINDOWS, mean, pairs, percentile, std, ts_rank


def spread(x: Row) -> float:
    return guarded(std, x, 0)


def ranks(x: Row) -> Row:
    v = known(x)
    if len(v) == 1:
        return [0.5 if one == one else NAN for one in x]
    return [ts_rank([*(o for n, o in enumerate(x) if n != i), one], 0) for i, one in enumerate(x)]


def shared(x: Row, value: float) -> Row:
    return [value if one == one else NAN for one in x]


def centred(x: Row) -> Row:
    return [one - mean(x) for one in x] if known(x) else x


def ratio(x: Row, bottom: float) -> Row:
    return [guarded(lambda a: a / bottom, one) for one in x]


def zscore(x: Row) -> Row:
    return ratio(centred(x), spread(x))


def normalize(x: Row, use_std: float, limit: float) -> Row:
    values = zscore(x) if use_std else centred(x)
    return [min(max(v, -limit), limit) if v == v and limit > 0 else v for v in values]


def scale(x: Row, size: float, long: float, short: float) -> Row:
    if long <= 0 and short <= 0:
        return ratio([v * size for v in x], math.fsum(abs(v) for v in known(x)))
    up, down = math.fsum(v for v in known(x) if v > 0), math.fsum(-v for v in known(x) if v < 0)
    return [v if v != v else (v * long / up if v > 0 else (v * short / down if v < 0 else 0.0)) for v in x]


def clipped(x: Row, low: float, high: float) -> Row:
    return [v if v != v else min(max(v, low), high) for v in x]


def winsorize(x: Row, size: float) -> Row:
    if not known(x):
        return x
    reach = size * (spread(x) if spread(x) == spread(x) else 0.0)
    return clipped(x, mean(x) - reach, mean(x) + reach)


def quantile(x: Row, driver: str, sigma: float) -> Row:
    count = len(known(x))
    places = [(r * (count - 1) + 0.5) / count if r == r else NAN for r in ranks(x)]
    draw: dict[str, Callable[[float], float]] = {
        "gaussian": NormalDist().inv_cdf,
        "uniform": lambda p: p - 0.5,
        "cauchy": lambda p: math.tan(math.pi * (p - 0.5)),
    }
    return [draw[driver](p) * sigma if p == p else NAN for p in places]


def neutral(y: Row, x: Row, intercept: bool) -> Row:
    both_known = pairs(y, x)
    if not both_known:
        return [NAN] * len(y)
    my = mean([a for a, _ in both_known]) if intercept else 0.0
    mx = mean([b for _, b in both_known]) if intercept else 0.0
    sxx = math.fsum((b - mx) ** 2 for _, b in both_known)
    sxy = math.fsum((a - my) * (b - mx) for a, b in both_known)
    slope = sxy / sxx if sxx > 0 else 0.0
    return [NAN if unknown(a, b) else (a - my) - slope * (b - mx) for a, b in zip(y, x, strict=True)]


def grouped(function: Callable[[Row], Row]) -> Callable[[Row, Row], Row]:
    def compute(x: Row, groups: Row) -> Row:
        out = [NAN] * len(x)
        for group in {g for g in groups if g >= 0}:
            members = [i for i, g in enumerate(groups) if g == group]
            for i, value in zip(members, function([x[i] for i in members]), strict=True):
                out[i] = value
        return out

    return compute


def everywhere(function: Callable[[Row], float]) -> Callable[[Row, Row], Row]:
    return grouped(lambda x: [guarded(function, x)] * len(x))


def between(x: Row) -> Row:
    v = known(x)
    return ratio([one - min(v) for one in x], max(v) - min(v)) if v else x


COLUMNS: dict[str, Callable[..., Row]] = {
    "rank": ranks,
    "zscore": zscore,
    "demean": centred,
    "normalize": normalize,
    "scale": scale,
    "winsorize": winsorize,
    "quantile": quantile,
    "truncate": lambda x, most: clipped(
        x, -most * math.fsum(map(abs, known(x))), most * math.fsum(map(abs, known(x)))
    ),
    "cs_mean": lambda x: shared(x, guarded(mean, x)),
    "cs_sum": lambda x: shared(x, math.fsum(known(x))),
    "cs_count": lambda x: shared(x, float(len(known(x)))),
    "cs_std_dev": lambda x: shared(x, spread(x)),
    "regression_neut": lambda y, x: neutral(y, x, True),
    "vector_neut": lambda x, y: neutral(x, y, False),
    "group_neutralize": grouped(centred),
    "group_rank": grouped(ranks),
    "group_zscore": grouped(zscore),
    "group_scale": grouped(between),
    "group_mean": everywhere(mean),
    "group_sum": everywhere(lambda x: math.fsum(known(x)) if known(x) else NAN),
    "group_count": everywhere(lambda x: float(len(known(x)))),
    "group_std_dev": everywhere(lambda x: std(x, 0)),
    "group_min": everywhere(lambda x: min(known(x))),
    "group_max": everywhere(lambda x: max(known(x))),
    "group_median": everywhere(lambda x: percentile(x, 0, 0.5)),
}


def group_backfill(x: Grid, groups: Grid, d: int, size: float) -> Grid:
    """Two steps in time and then across, so it stands apart from the tables."""
    newest = by_window(WINDOWS["ts_backfill"], [x, d])
    out = [list(row) for row in x]
    for t in range(len(x[0])):
        for i, row in enumerate(x):
            if row[t] == row[t] or groups[i][t] < 0:
                continue
            held = known([newest[j][t] for j in range(len(x)) if groups[j][t] == groups[i][t]])
            centre, wide = (mean(held), spread(held)) if held else (NAN, NAN)
            inside = [v for v in held if wide != wide or abs(v - centre) <= size * wide]
            out[i][t] = guarded(mean, inside)
    return out
