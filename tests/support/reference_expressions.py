"""The expression language in slow, plain Python: what each function means, cell by cell.

Values are lists of rows (instrument by time); not known is NaN. The fast evaluator must agree.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from statistics import NormalDist
from typing import Any

NAN = math.nan
Row = list[float]
Grid = list[Row]


def apply(name: str, arguments: Sequence[Any]) -> Grid:
    """The value of one function; panels are grids, literals numbers or text."""
    if name in CELLS:
        return by_cell(CELLS[name], arguments)
    if name in WINDOWS:
        return by_window(WINDOWS[name], arguments)
    if name in STATES:
        return by_row(STATES[name], arguments)
    if name in COLUMNS:
        return by_column(COLUMNS[name], arguments)
    raise KeyError(f"The reference has no function {name}.")


def known(values: Sequence[float]) -> Row:
    return [v for v in values if v == v]


def finite(value: float | complex) -> float:
    return value if isinstance(value, int | float) and math.isfinite(value) else NAN


def guarded(function: Callable[..., Any], *arguments: Any) -> float:
    try:
        return float(finite(function(*arguments)))
    except (ValueError, ZeroDivisionError, OverflowError, IndexError):
        return NAN


def shape_of(arguments: Sequence[Any]) -> tuple[int, int]:
    grid = next(a for a in arguments if isinstance(a, list))
    return len(grid), len(grid[0])


def at(argument: Any, i: int, t: int) -> Any:
    return argument[i][t] if isinstance(argument, list) else argument


def by_cell(function: Callable[..., Any], arguments: Sequence[Any]) -> Grid:
    n, length = shape_of(arguments)
    return [[guarded(function, *(at(a, i, t) for a in arguments)) for t in range(length)] for i in range(n)]


def by_row(function: Callable[..., Row], arguments: Sequence[Any]) -> Grid:
    n, _ = shape_of(arguments)
    return [function(*(a[i] if isinstance(a, list) else a for a in arguments)) for i in range(n)]


def by_window(function: Callable[..., Any], arguments: Sequence[Any]) -> Grid:
    """Windows oldest first, shorter at the start; then the literals after the window's length."""
    n, length = shape_of(arguments)
    panels = [a for a in arguments if isinstance(a, list)]
    d, *literals = (a for a in arguments if not isinstance(a, list))
    cut = [[[p[i][max(0, t - int(d) + 1) : t + 1] for p in panels] for t in range(length)] for i in range(n)]
    return [[guarded(function, *cut[i][t], int(d), *literals) for t in range(length)] for i in range(n)]


def by_column(function: Callable[..., Row], arguments: Sequence[Any]) -> Grid:
    n, length = shape_of(arguments)
    columns = [
        function(*([row[t] for row in a] if isinstance(a, list) else a for a in arguments))
        for t in range(length)
    ]
    return [[finite(columns[t][i]) for t in range(length)] for i in range(n)]


def unknown(*values: float) -> bool:
    return any(v != v for v in values)


def test(compare: Callable[[float, float], bool]) -> Callable[[float, float], float]:
    return lambda x, y: NAN if unknown(x, y) else float(compare(x, y))


def strict(function: Callable[..., float]) -> Callable[..., float]:
    return lambda *values: NAN if unknown(*values) else function(*values)


def both(x: float, y: float) -> float:
    if 0.0 in (x, y):
        return 0.0
    return NAN if unknown(x, y) else 1.0


def either(x: float, y: float) -> float:
    if any(v == v and v != 0 for v in (x, y)):
        return 1.0
    return NAN if unknown(x, y) else 0.0


def sign(x: float) -> float:
    return float((x > 0) - (x < 0))


def bucket(x: float, text: str) -> float:
    start, stop, step = (float(part) for part in text.split(","))
    last = round((stop - start) / step) - 1
    return -1.0 if x != x else float(min(max(math.floor((x - start) / step), 0), last))


CELLS: dict[str, Callable[..., Any]] = {
    "add": lambda x, y: x + y,
    "subtract": lambda x, y: x - y,
    "multiply": lambda x, y: x * y,
    "divide": lambda x, y: x / y,
    "power": strict(lambda x, y: x**y),
    "negate": lambda x: -x,
    "inverse": lambda x: 1 / x,
    "abs": abs,
    "sign": strict(sign),
    "log": math.log,
    "log1p": math.log1p,
    "exp": math.exp,
    "sqrt": math.sqrt,
    "signed_power": strict(lambda x, y: sign(x) * abs(x) ** y),
    "s_log_1p": strict(lambda x: sign(x) * math.log1p(abs(x))),
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "tanh": math.tanh,
    "floor": math.floor,
    "ceiling": math.ceil,
    "round": round,
    "fraction": lambda x: x - math.trunc(x),
    "max": strict(max),
    "min": strict(min),
    "clamp": strict(lambda x, low, high: min(max(x, low), high)),
    "pasteurize": lambda x: x,
    "is_nan": lambda x: float(x != x),
    "nan_to": lambda x, value: value if x != x else x,
    "less": test(lambda x, y: x < y),
    "less_equal": test(lambda x, y: x <= y),
    "greater": test(lambda x, y: x > y),
    "greater_equal": test(lambda x, y: x >= y),
    "equal": test(lambda x, y: x == y),
    "not_equal": test(lambda x, y: x != y),
    "and": both,
    "or": either,
    "not": strict(lambda x: float(x == 0)),
    "if_else": lambda c, x, y: NAN if c != c else (x if c != 0 else y),
    "bucket": bucket,
}


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


def shifted(x: Row, d: int) -> Row:
    return [x[t - int(d)] if 0 <= t - int(d) < len(x) else NAN for t in range(len(x))]


def ts_regression(y: Row, x: Row, d: int, lag: float, rettype: float) -> Row:
    d, late, which = int(d), shifted(x, int(lag)), int(rettype) if rettype in (0, 1, 2, 3, 6) else 0
    cut = [(y[max(0, t - d + 1) : t + 1], late[max(0, t - d + 1) : t + 1]) for t in range(len(y))]
    return [guarded(regression, a, b, which) for a, b in cut]


def ema(x: Row, d: int) -> Row:
    """Over the whole past: the fast one leaves out what weighs under 1e-9."""
    kept = 1 - 2 / (d + 1)
    return [guarded(weighted, x[: t + 1], lambda k: kept**k) for t in range(len(x))]


def hump(x: Row, least: float, d: float) -> Row:
    out, d = [], int(d)
    for t in range(len(x)):
        held = NAN
        for v in x[max(0, t - d + 1) : t + 1]:
            if v == v and (held != held or abs(v - held) > least):
                held = v
        out.append(held)
    return out


def trade_when(trigger: Row, x: Row, leave: Row, d: float) -> Row:
    out, d = [], int(d)
    for t in range(len(x)):
        value = NAN
        for s in range(t, max(t - d, -1), -1):
            if leave[s] == leave[s] and leave[s] != 0:
                break
            if trigger[s] == trigger[s] and trigger[s] != 0:
                value = x[s]
                break
        out.append(value)
    return out


def since_change(x: Row, d: float) -> Row:
    out, d = [], int(d)
    for t in range(len(x)):
        found = NAN
        for c in range(t, max(t - d + 1, 0), -1):
            before = [s for s in range(max(0, c - d + 1), c) if x[s] == x[s]]
            if x[c] == x[c] and before and x[c] != x[before[-1]]:
                found = float(t - c)
                break
        out.append(found)
    return out


def keep(x: Row, f: Row, d: float) -> Row:
    d = int(d)
    changed = [t > 0 and not unknown(f[t], f[t - 1]) and f[t] != f[t - 1] for t in range(len(x))]
    return [x[t] if any(changed[max(0, t - d + 1) : t + 1]) else NAN for t in range(len(x))]


def cross(x: Row, y: Row, direction: float) -> Row:
    gap = [(a - b) * direction for a, b in zip(x, y, strict=True)]
    before = shifted(gap, 1)
    return [NAN if unknown(a, b) else float(a > 0 and b <= 0) for a, b in zip(gap, before, strict=True)]


STATES: dict[str, Callable[..., Row]] = {
    "ts_delay": shifted,
    "ts_delta": lambda x, d: [a - b for a, b in zip(x, shifted(x, d), strict=True)],
    "ts_returns": lambda x, d: [
        guarded(lambda a, b: a / b - 1, a, b) for a, b in zip(x, shifted(x, d), strict=True)
    ],
    "ts_regression": ts_regression,
    "ts_ema": ema,
    "hump": hump,
    "trade_when": trade_when,
    "days_from_last_change": since_change,
    "keep": keep,
    "cross_above": lambda x, y: cross(x, y, 1.0),
    "cross_below": lambda x, y: cross(x, y, -1.0),
}


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
