"""What the measurements of features share: bars with gaps, Alpha158's formulas, the memory of a stream.

``python -m bench._features`` streams 500 features over 20 years of 500 instruments and says how much memory
it had.
"""

from __future__ import annotations

import json
import re
import resource
import sys
import time

import numpy as np

from bench._peers import Peer
from kuznia.core.expressions import Checked, Context, check, stream
from kuznia.core.frames.panel import Panel

FIELDS = ("open", "high", "low", "close", "volume", "vwap")
YEAR = 252
WINDOWS = (5, 10, 20, 30, 60)
MANY = (5, 6, 8, 10, 12, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 90, 120)


def panel(count: int, length: int, *, gaps: float = 0.005, seed: int = 0) -> Panel:
    """Random walks as float32, which is what Qlib's files hold; of each bar all is known or nothing.

    A tenth of the instruments begin late, and a share of `gaps` of the bars is missing.
    """
    rng = np.random.default_rng(seed)
    close = 50 * np.exp(np.cumsum(rng.normal(0, 0.02, (count, length)), axis=1))
    open_ = close * np.exp(rng.normal(0, 0.01, close.shape))
    high = np.maximum(open_, close) * (1 + np.abs(rng.normal(0, 0.005, close.shape)))
    low = np.minimum(open_, close) * (1 - np.abs(rng.normal(0, 0.005, close.shape)))
    volume = rng.lognormal(12, 1, close.shape)
    missing = rng.random(close.shape) < gaps
    if gaps:
        missing[: count // 10, : length // 3] = True
    made = (open_, high, low, close, volume, (high + low + close) / 3)
    fields = {}
    for name, values in zip(FIELDS, made, strict=True):
        values[missing] = np.nan
        fields[name] = values.astype(np.float32).astype(np.float64)
    ts = np.arange(length, dtype=np.int64) * 86_400_000_000
    names = tuple(f"n{n:04d}" for n in range(count))
    return Panel(names, ts, ts.astype("M8[us]").astype("M8[D]"), ts, fields)


def alpha158(qlib: Peer) -> dict[str, str]:
    """Qlib's own formulas by name."""
    found = qlib.ask("formulas", {}, full=True, which="alpha158").arrays
    return dict(zip(found["names"].tolist(), found["texts"].tolist(), strict=True))


def checked(formulas: dict[str, str]) -> dict[str, Checked]:
    return {name: check(text, Context(fields=frozenset(FIELDS))) for name, text in formulas.items()}


def many(formulas: dict[str, str]) -> dict[str, str]:
    """500 formulas: those of 60 bars with other windows too."""
    rolling = {name[:-2]: text for name, text in formulas.items() if name.endswith("60")}
    more = {f"{name}{d}": re.sub(r"\b60\b", str(d), text) for d in MANY for name, text in rolling.items()}
    rest = {name: text for name, text in formulas.items() if not re.search("[1-9]", name)}
    return dict(list({**more, **rest}.items())[:500])


def main() -> None:
    formulas = many(json.load(sys.stdin))
    given = panel(500, 20 * YEAR)
    before, started, cells = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time(), 0
    for _, values in stream(checked(formulas), given, YEAR):
        cells += sum(int((~np.isnan(one)).sum()) for one in values.values())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    said = {"before": before * 1024, "peak": peak * 1024, "cpu": time.process_time() - started}
    print(json.dumps(said | {"features": len(formulas), "known": cells}))


if __name__ == "__main__":
    main()
