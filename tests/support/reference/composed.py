"""Functions that the language writes in others, here from their definitions, row by row."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from tests.support.reference.columns import neutral
from tests.support.reference.states import ema, shifted
from tests.support.reference.values import NAN, Row, guarded, known, unknown
from tests.support.reference.windows import (
    age,
    covariance_of,
    mean,
    pairs,
    percentile,
    regression,
    std,
    variance,
)


def each(function: Callable[..., Any], *rows: Row) -> Row:
    """Cell by cell, not known where one is not known."""
    return [NAN if unknown(*cells) else guarded(function, *cells) for cells in zip(*rows, strict=True)]


def over(function: Callable[..., Any], d: float, *rows: Row) -> Row:
    """A function of the known values of each window, or of the rows of several."""
    d = int(d)
    out = []
    for t in range(len(rows[0])):
        cut = [row[max(0, t - d + 1) : t + 1] for row in rows]
        if len(rows) > 1:
            whole = [cells for cells in zip(*cut, strict=True) if not unknown(*cells)]
            cut = [list(column) for column in zip(*whole, strict=True)] if whole else [[] for _ in rows]
        out.append(guarded(function, *cut))
    return out


def back(x: Row, d: float = 1) -> Row:
    return shifted(x, int(d))


def total(x: Row) -> float:
    return math.fsum(known(x)) if known(x) else NAN


def steps(x: Row) -> Row:
    return each(lambda a, b: a - b, x, back(x))


def wilder(x: Row, d: float) -> Row:
    return ema(x, 2 * d - 1)


def logs(top: Row, bottom: Row) -> Row:
    return each(lambda a, b: math.log(a / b), top, bottom)


def jump_decay(x: Row, d: float, sensitivity: float, force: float) -> Row:
    wide = over(lambda w: std(w, 0), d, x)
    return each(
        lambda now, before, s: (
            before + force * (now - before) if abs(now - before) > sensitivity * s else now
        ),
        x,
        back(x),
        wide,
    )


def dot(x: Row, y: Row) -> float:
    return math.fsum(a * b for a, b in zip(x, y, strict=True))


def geometric(x: Row) -> float:
    v = [math.log(one) for one in known(x) if one > 0]
    return math.exp(math.fsum(v) / len(v))


def since(condition: Row, d: float) -> Row:
    out = []
    for t in range(len(condition)):
        held = [c for c in range(max(0, t - int(d) + 1), t + 1) if condition[c] == 1]
        out.append(float(t - held[-1]) if held else NAN)
    return out


def streak(condition: Row, d: float) -> Row:
    out = []
    for t in range(len(condition)):
        window = condition[max(0, t - int(d) + 1) : t + 1]
        false = [n for n, c in enumerate(window) if c == 0]
        longest = len(known(window))
        out.append(float(min(len(window) - 1 - false[-1] if false else longest, longest)))
    return out


def shortfall(x: Row, d: float, target: float, side: float) -> Row:
    return over(lambda w: math.sqrt(mean([max(side * (v - target), 0.0) ** 2 for v in known(w)])), d, x)


def projected(x: Row, y: Row, d: float) -> Row:
    ratio = over(lambda a, b: dot(a, b) / math.fsum(q * q for q in b), d, x, y)
    return each(lambda r, now: r * now, ratio, y)


def idiosyncratic(y: Row, x: Row, d: float) -> Row:
    def rest(a: Row, b: Row) -> float:
        return math.sqrt(variance(a, 0) * max(0.0, 1 - regression(a, b, 6)))

    return over(rest, d, y, x)


def rsi(x: Row, d: float) -> Row:
    rises = each(lambda s: max(s, 0.0), steps(x))
    return each(lambda up, all_: up / all_, wilder(rises, d), wilder(each(abs, steps(x)), d))


def placed(high: Row, low: Row, close: Row, d: float) -> Row:
    top, bottom = over(lambda w: max(known(w)), d, high), over(lambda w: min(known(w)), d, low)
    return each(lambda c, a, b: (c - b) / (a - b), close, top, bottom)


def smoothed_place(high: Row, low: Row, close: Row, d: float, smooth: float) -> Row:
    return over(mean, smooth, placed(high, low, close, d))


def typical(high: Row, low: Row, close: Row) -> Row:
    return each(lambda a, b, c: (a + b + c) / 3, high, low, close)


def cci(high: Row, low: Row, close: Row, d: float) -> Row:
    price = typical(high, low, close)

    def index(w: Row) -> float:
        centre = mean(w)
        wide = mean([abs(v - centre) for v in known(w)])
        return (w[-1] - centre) / (0.015 * wide)

    return over(index, d, price)


def aroon(high: Row, low: Row, d: float) -> Row:
    ages = over(lambda w: age(w, min, False), d + 1, low), over(lambda w: age(w, max, False), d + 1, high)
    return each(lambda a, b: (a - b) / d, *ages)


def efficiency(x: Row, d: float) -> Row:
    path = over(total, d, each(abs, steps(x)))
    return each(lambda now, before, long: abs(now - before) / long, x, back(x, d), path)


def macd(x: Row, fast: float, slow: float) -> Row:
    return each(lambda a, b: a - b, ema(x, fast), ema(x, slow))


def macd_signal(x: Row, fast: float, slow: float, signal: float) -> Row:
    return ema(macd(x, fast, slow), signal)


def band(x: Row, d: float, k: float) -> Row:
    return over(lambda w: mean(w) + k * std(w, 0), d, x)


def directional(high: Row, low: Row, close: Row, d: float) -> Row:
    up, down = steps(high), each(lambda a, b: b - a, low, back(low))
    plus = each(lambda u, v: u if u > v and u > 0 else 0.0, up, down)
    minus = each(lambda u, v: v if v > u and v > 0 else 0.0, up, down)
    return each(lambda p, m: abs(p - m) / (p + m), wilder(plus, d), wilder(minus, d))


def money_flow(high: Row, low: Row, close: Row, volume: Row, d: float) -> Row:
    price = typical(high, low, close)
    moved = each(lambda s, p, v: (s, p * v)[1] if s > 0 else 0.0, steps(price), price, volume)
    changed = each(lambda s, p, v: p * v if s != 0 else 0.0, steps(price), price, volume)
    return each(lambda a, b: a / b, over(total, d, moved), over(total, d, changed))


def chaikin(high: Row, low: Row, close: Row, volume: Row, d: float) -> Row:
    place = each(lambda a, b, c: (2 * c - a - b) / (a - b), high, low, close)
    return over(lambda p, v: dot(p, v) / math.fsum(v), d, place, volume)


def true_range(high: Row, low: Row, close: Row) -> Row:
    return each(lambda a, b, c: max(a - b, abs(a - c), abs(b - c)), high, low, back(close))


def rooted(row: Row) -> Row:
    return each(math.sqrt, row)


def parkinson(high: Row, low: Row, d: float) -> Row:
    return rooted(over(lambda w: mean([v * v for v in known(w)]) / (4 * math.log(2)), d, logs(high, low)))


def garman_klass(open_: Row, high: Row, low: Row, close: Row, d: float) -> Row:
    terms = each(
        lambda r, b: 0.5 * r * r - (2 * math.log(2) - 1) * b * b, logs(high, low), logs(close, open_)
    )
    return rooted(over(mean, d, terms))


def drift_free(open_: Row, high: Row, low: Row, close: Row) -> Row:
    return each(
        lambda hc, ho, lc, lo: hc * ho + lc * lo,
        logs(high, close),
        logs(high, open_),
        logs(low, close),
        logs(low, open_),
    )


def yang_zhang(open_: Row, high: Row, low: Row, close: Row, d: float) -> Row:
    k = 0.34 / (1.34 + (d + 1) / (d - 1)) if d > 1 else NAN
    night = over(lambda w: variance(w, 0), d, logs(open_, back(close)))
    day = over(lambda w: variance(w, 0), d, logs(close, open_))
    rest = over(mean, d, drift_free(open_, high, low, close))
    return each(lambda n, b, r: math.sqrt(n + k * b + (1 - k) * r), night, day, rest)


def ulcer(x: Row, d: float) -> Row:
    falls = each(lambda now, top: (now / top - 1) ** 2, x, over(lambda w: max(known(w)), d, x))
    return rooted(over(mean, d, falls))


def amihud(close: Row, volume: Row, d: float) -> Row:
    return over(mean, d, each(lambda c, b, v: abs(c / b - 1) / (c * v), close, back(close), volume))


def roll(close: Row, d: float) -> Row:
    moves = steps(close)
    return over(lambda a, b: 2 * math.sqrt(max(-covariance_of(a, b), 0.0)), d, moves, back(moves))


def corwin_schultz(high: Row, low: Row, d: float) -> Row:
    def spread_of(top: float, low_: float, h0: float, l0: float) -> float:
        b = math.log(top / low_) ** 2 + math.log(h0 / l0) ** 2
        g = math.log(max(top, h0) / min(low_, l0)) ** 2
        c = 3 - 2 * math.sqrt(2)
        a = (math.sqrt(2 * b) - math.sqrt(b)) / c - math.sqrt(g / c)
        return max(2 * (math.exp(a) - 1) / (1 + math.exp(a)), 0.0)

    return over(mean, d, each(spread_of, high, low, back(high), back(low)))


def shared(x: Row, function: Callable[[Row], float]) -> Row:
    return [guarded(function, known(x)) if v == v else NAN for v in x]


def robust(x: Row) -> Row:
    middle = [guarded(percentile, x, 0, 0.5)] * len(x)
    wide = guarded(percentile, each(lambda v, m: abs(v - m), x, middle), 0, 0.5)
    return each(lambda v, m: (v - m) / (1.4826 * wide), x, middle)


def between(x: Row, constant: float) -> Row:
    v = known(x)
    return [guarded(lambda one: (one - min(v)) / (max(v) - min(v)) - constant, one) for one in x]


def across_projection(x: Row, y: Row) -> Row:
    return each(lambda a, rest: a - rest, x, neutral(x, y, False))


def of_members(function: Callable[..., Row]) -> Callable[..., Row]:
    """A function of several values inside each group, the group last but for literals."""

    def compute(*arguments: Any) -> Row:
        rows = [a for a in arguments if isinstance(a, list)]
        literals = [a for a in arguments if not isinstance(a, list)]
        *values, groups = rows
        out = [NAN] * len(groups)
        for group in {g for g in groups if g >= 0}:
            members = [i for i, g in enumerate(groups) if g == group]
            found = function(*([row[i] for i in members] for row in values), *literals)
            for i, value in zip(members, found, strict=True):
                out[i] = value
        return out

    return compute


def share(x: Row, scale: float) -> Row:
    return [guarded(lambda v: v * scale / math.fsum(map(abs, known(x))), v) for v in x]


def weighed(x: Row, w: Row) -> Row:
    both = pairs(x, w)
    value = guarded(lambda: math.fsum(a * b for a, b in both) / math.fsum(b for _, b in both))
    return [value] * len(x)


def group_projection(x: Row, y: Row) -> Row:
    both = pairs(x, y)
    ratio = guarded(lambda: math.fsum(a * b for a, b in both) / math.fsum(b * b for _, b in both))
    return [guarded(lambda v: v * ratio, v) for v in y]


ROWS: dict[str, Callable[..., Row]] = {
    "log_diff": lambda x, d: each(lambda a, b: math.log(a) - math.log(b), x, back(x, d)),
    "ts_weighted_decay": lambda x, k: each(lambda a, b: k * a + (1 - k) * b, x, back(x)),
    "jump_decay": jump_decay,
    "ts_wilder": wilder,
    "dema": lambda x, d: each(lambda a, b: 2 * a - b, ema(x, d), ema(ema(x, d), d)),
    "ts_geometric_mean": lambda x, d: over(geometric, d, x),
    "vwma": lambda x, w, d: over(lambda a, b: dot(a, b) / math.fsum(b), d, x, w),
    "ts_min_max_cps": lambda x, d, f: over(lambda w: min(known(w)) + max(known(w)) - f * w[-1], d, x),
    "ts_min_max_diff": lambda x, d, f: over(lambda w: w[-1] - f * (min(known(w)) + max(known(w))), d, x),
    "ts_range": lambda x, d: over(lambda w: max(known(w)) - min(known(w)), d, x),
    "ts_autocorr": lambda x, d, lag: over(lambda a, b: regression(a, b, 4), d, x, back(x, lag)),
    "beta": lambda y, x, d: over(lambda a, b: regression(a, b, 2), d, y, x),
    "ts_idio_vol": idiosyncratic,
    "ts_rsquare_of": lambda y, x, d: over(lambda a, b: regression(a, b, 6), d, y, x),
    "ts_vector_proj": projected,
    "ts_vector_neut": lambda x, y, d: each(lambda a, p: a - p, x, projected(x, y, d)),
    "ts_downside_deviation": lambda x, d, target: shortfall(x, d, target, -1.0),
    "ts_upside_deviation": lambda x, d, target: shortfall(x, d, target, 1.0),
    "ts_sortino": lambda x, d, target: each(
        lambda m, s: (m - target) / s, over(mean, d, x), shortfall(x, d, target, -1.0)
    ),
    "inst_tvr": lambda x, d: each(
        lambda a, b: a / b, over(total, d, each(abs, steps(x))), over(total, d, each(abs, x))
    ),
    "bars_since": since,
    "streak": streak,
    "ts_percent_true": lambda c, d: over(mean, d, c),
    "rsi": rsi,
    "stochastic_k": placed,
    "stochastic_d": smoothed_place,
    "williams_r": lambda high, low, close, d: each(lambda p: p - 1, placed(high, low, close, d)),
    "cci": cci,
    "aroon": aroon,
    "efficiency_ratio": efficiency,
    "macd": macd,
    "macd_signal": macd_signal,
    "macd_histogram": lambda x, fast, slow, signal: each(
        lambda a, b: a - b, macd(x, fast, slow), macd_signal(x, fast, slow, signal)
    ),
    "bollinger_upper": band,
    "bollinger_lower": lambda x, d, k: band(x, d, -k),
    "directional_index": directional,
    "adx": lambda high, low, close, d: wilder(directional(high, low, close, d), d),
    "obv": lambda close, volume, d: over(
        total, d, each(lambda s, v: math.copysign(1.0, s) * v if s else 0.0, steps(close), volume)
    ),
    "mfi": money_flow,
    "chaikin_money_flow": chaikin,
    "true_range": true_range,
    "atr": lambda high, low, close, d: wilder(true_range(high, low, close), d),
    "parkinson": parkinson,
    "garman_klass": garman_klass,
    "rogers_satchell": lambda *bars: rooted(over(mean, bars[4], drift_free(*bars[:4]))),
    "yang_zhang": yang_zhang,
    "ulcer_index": ulcer,
    "amihud": amihud,
    "roll_spread": roll,
    "corwin_schultz": corwin_schultz,
    "is_not_nan": lambda x: [float(v == v) for v in x],
    "nan_mask": lambda x, y: each(lambda a, b: a if b >= 0 else NAN, x, y),
    "nan_out": lambda x, low, high: each(lambda v: v if low <= v <= high else NAN, x),
    "tail": lambda x, low, high, new: each(lambda v: new if low < v < high else v, x),
    "left_tail": lambda x, most: each(lambda v: v if v <= most else NAN, x),
    "right_tail": lambda x, least: each(lambda v: v if v >= least else NAN, x),
    "round_down": lambda x, f: each(lambda v: f * math.floor(v / f), x),
}

COLUMNS: dict[str, Callable[..., Row]] = {
    "cs_median": lambda x: shared(x, lambda v: percentile(v, 0, 0.5)),
    "cs_min": lambda x: shared(x, min),
    "cs_max": lambda x: shared(x, max),
    "robust_zscore": robust,
    "scale_down": between,
    "one_side": lambda x: each(lambda v: v - min(known(x)), x),
    "regression_proj": lambda y, x: each(lambda a, rest: a - rest, y, neutral(y, x, True)),
    "vector_proj": across_projection,
    "group_normalize": of_members(share),
    "group_weighted_mean": of_members(weighed),
    "group_vector_proj": of_members(group_projection),
    "group_vector_neut": of_members(lambda x, y: each(lambda a, p: a - p, x, group_projection(x, y))),
    "group_robust_zscore": of_members(robust),
}
