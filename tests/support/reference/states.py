"""Functions of a whole row."""

from __future__ import annotations

from collections.abc import Callable

from tests.support.reference.values import NAN, Row, guarded, unknown
from tests.support.reference.windows import fractional, regression, weighted


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
            if leave[s] > 0:
                break
            if trigger[s] > 0:
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


def fractional_difference(x: Row, order: float, d: float) -> Row:
    return [guarded(fractional, x[max(0, t - int(d) + 1) : t + 1], int(d), order) for t in range(len(x))]


def last_different(x: Row, d: float) -> Row:
    out = []
    for t, now in enumerate(x):
        others = [v for v in x[max(0, t - int(d)) : t] if v == v and v != now]
        out.append(others[-1] if others and now == now else NAN)
    return out


STATES: dict[str, Callable[..., Row]] = {
    "ts_frac_diff": fractional_difference,
    "last_diff_value": last_different,
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
