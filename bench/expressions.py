"""Expressions: operators beside Polars' ``.over``, Alpha158 beside Qlib and beside kernels by hand.

``python -m bench.expressions``; ``--write`` puts the tables into docs/benchmarks.md, ``--full`` runs Qlib on
all instruments and not on a tenth of them. All in CPU time over all threads of a process.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping

import numpy as np
import polars as pl

from bench import _features as features
from bench import _hand_features as hand
from bench._measure import Differs, cpu, duration, interleaved, judged, report, times
from bench._peers import Peer, missing
from kuznia.core.expressions import Checked, check, evaluate, stream
from kuznia.core.expressions.warm import warm
from kuznia.core.frames.panel import Panel
from kuznia.core.typing import Bool, Float

N, T = 500, 2520
TENTH = 10
SPAN = 630
X, Y = pl.col("close"), pl.col("volume")
GIB = 1024**3

PEERS = {
    "ts_mean(close, 60)": X.rolling_mean(60, min_samples=1).over("instrument"),
    "ts_std_dev(close, 60)": X.rolling_std(60, min_samples=2).over("instrument"),
    "ts_max(close, 60)": X.rolling_max(60, min_samples=1).over("instrument"),
    "ts_percentage(close, 60, 0.8)": X.rolling_quantile(0.8, "linear", 60, min_samples=1).over("instrument"),
    "ts_skewness(close, 60)": X.rolling_skew(60, bias=False, min_samples=3).over("instrument"),
    "ts_corr(close, volume, 60)": pl.rolling_corr(X, Y, window_size=60, min_samples=2).over("instrument"),
    "ts_mean(close, 250)": X.rolling_mean(250, min_samples=1).over("instrument"),
    "rank(close)": ((X.rank() - 1) / (pl.len() - 1)).over("ts"),
    "zscore(close)": ((X - X.mean()) / X.std()).over("ts"),
}

BY_CONVENTION = {
    "IdxMax": "ts_count(close, {d}) < {d}",
    "IdxMin": "ts_count(close, {d}) < {d}",
    "Mean($close>": "ts_count(close - ts_delay(close, 1), {d}) < {d}",
    "Mean($close<": "ts_count(close - ts_delay(close, 1), {d}) < {d}",
}
"""Windows whose values differ by convention: with gaps, Qlib takes a gap for the place of an extreme, and a
comparison with what is not known for false."""


def operators() -> str:
    """Single operators on complete values, in the layout that each side likes best."""
    panel = features.panel(N, T, gaps=0.0)
    close, volume = panel.fields["close"], panel.fields["volume"]
    rows = {"instrument": np.repeat(np.arange(N), T), "ts": np.tile(panel.ts, N)}
    frame = pl.DataFrame({**rows, "close": close.ravel(), "volume": volume.ravel()})
    lines = ["| operator | ours | Polars `.over` | faster | largest difference |", "|---|---|---|---|---|"]
    for source, peer in PEERS.items():
        expression = {"x": check(source)}
        ours = evaluate(expression, panel)["x"]
        other = frame.select(peer).to_series().to_numpy().reshape(N, T)
        gap = float(np.nanmax(np.abs(ours - other)))
        taken = interleaved(
            {
                "ours": cpu(lambda expression=expression: evaluate(expression, panel)),
                "polars": cpu(lambda peer=peer: frame.select(peer)),
            },
            rounds=5,
        )
        cells = (f"`{source}`", duration(taken["ours"]), duration(taken["polars"]))
        lines.append(f"| {' | '.join(cells)} | {times(taken['polars'] / taken['ours'])} | {gap:.0e} |")
    return "\n".join(lines)


def streamed(expressions: Mapping[str, Checked], panel: Panel) -> None:
    for _ in stream(expressions, panel, SPAN):
        pass


def agreement(ours: Mapping[str, Float], theirs: Mapping[str, Float]) -> tuple[float, int]:
    """Largest difference in standard deviations, and cells that one side alone does not know."""
    gap, places = 0.0, 0
    for name, mine in ours.items():
        other = theirs[name]
        places += int((np.isnan(mine) != np.isnan(other)).sum())
        gap = max(gap, float(np.nanmax(np.abs(mine - other)) / np.nanstd(other)))
    return gap, places


def by_convention(formulas: Mapping[str, str], panel: Panel) -> dict[str, Bool]:
    """Where values differ because conventions do."""
    found = {}
    for name, text in formulas.items():
        rules = [rule for sign, rule in BY_CONVENTION.items() if sign in text]
        if rules:
            window = int(name.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
            found[name] = evaluate({"x": check(rules[0].format(d=window))}, panel)["x"] != 0.0
    return found


def alpha158(qlib: Peer) -> str:
    formulas = features.alpha158(qlib)
    expressions, panel = features.checked(formulas), features.panel(N, T)
    asked = panel if "--full" in sys.argv else every(panel, TENTH)
    answer = qlib.ask("expressions", dict(asked.fields), full=True, formulas=list(formulas.values()))
    theirs = {name: answer.arrays[str(n)].astype(np.float64) for n, name in enumerate(formulas)}
    ours = evaluate(expressions, asked)
    by_hand, places = agreement(ours, hand.alpha158(asked.fields))
    if places or by_hand > 1e-4:
        raise Differs(f"by hand: {by_hand:.1e} standard deviations, {places} cells")
    for name, masked in by_convention(formulas, asked).items():
        ours[name][masked] = theirs[name][masked] = np.nan
    taken = interleaved(
        {
            "held": cpu(lambda: evaluate(expressions, panel)),
            "streamed": cpu(lambda: streamed(expressions, panel)),
            "hand": cpu(lambda: hand.alpha158(panel.fields)),
        },
        rounds=5,
    )
    which = "all of them" if asked is panel else f"{len(asked.instruments)} of them, times {TENTH}"
    rows = speed(taken, answer.cpu * N / len(asked.instruments), f"{qlib.version()}, {which}")
    rows += met(*agreement(ours, theirs))
    return "\n".join([*rows, *new_day(expressions, panel), *memory(formulas)])


def every(panel: Panel, step: int) -> Panel:
    """Every so many instruments of a panel."""
    fields = {name: np.ascontiguousarray(values[::step]) for name, values in panel.fields.items()}
    return Panel(panel.instruments[::step], panel.ts, panel.session, panel.decision, fields)


def speed(taken: Mapping[str, float], theirs: float, qlib: str) -> list[str]:
    held, spans, plain = taken["held"], taken["streamed"], taken["hand"]
    faster = [judged(theirs / ours, 40, at_most=False) for ours in (held, spans)]
    return [
        "| Alpha158, 500 × 2,520, with gaps | CPU | beside ours |",
        "|---|---|---|",
        f"| ours, all values held (1.6 GB of them) | {duration(held)} | |",
        f"| ours, streamed in spans of {SPAN} bars | {duration(spans)} | |",
        f"| {qlib} | {duration(theirs)} | held {faster[0]}, streamed {faster[1]} |",
        f"| kernels by hand, all values held | {duration(plain)} | ours, held, takes "
        f"{judged(held / plain, 2, at_most=True)} |",
        "",
    ]


def met(gap: float, places: int) -> list[str]:
    told = ["met" if reached else "**not met**" for reached in (gap <= 1e-3, places == 0)]
    return [
        "| what | measured |",
        "|---|---|",
        f"| largest difference from Qlib, standard deviations | {gap:.0e} (≤ 1e-3: {told[0]}) |",
        f"| cells that Qlib or ours alone does not know | {places} (0: {told[1]}) |",
    ]


def new_day(expressions: Mapping[str, Checked], panel: Panel) -> list[str]:
    """The newest column alone, out of its look-back."""
    before = max(one.lookback for one in expressions.values())
    whole = evaluate(expressions, panel)
    walls, seconds = [], []

    def newest() -> dict[str, Float]:
        return evaluate(expressions, panel.between(T - 1 - before, T))

    for _ in range(9):
        wall, used = time.perf_counter(), time.process_time()
        found = newest()
        walls.append(time.perf_counter() - wall)
        seconds.append(time.process_time() - used)
    for name, values in found.items():
        if not np.array_equal(values[:, -1], whole[name][:, -1], equal_nan=True):
            raise Differs(f"{name} of the new day is not that of all days")
    used, waited = statistics.median(seconds), statistics.median(walls)
    told = "met" if used <= 0.2 else "**not met**"
    return [
        f"| one new day, 500 × 158, equal to the bit | {duration(used)} of CPU (≤ 200 ms: {told}), "
        f"{duration(waited)} by the clock |"
    ]


def memory(formulas: Mapping[str, str]) -> list[str]:
    """500 features over 20 years, streamed in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "bench._features"],
        input=json.dumps(formulas),
        capture_output=True,
        text=True,
        check=True,
    )
    found = json.loads(done.stdout)
    peak = found["peak"] / GIB
    return [
        f"| memory, 500 × {20 * features.YEAR:,} × {found['features']} features streamed by years, "
        f"{duration(found['cpu'])} of CPU | {peak:.2f} GiB at most, the bars among them "
        f"({'met' if peak <= 4 else '**not met**'}: ≤ 4) |"
    ]


def main() -> None:
    warm()
    report("operators", operators())
    if missing(("qlib",)):
        return
    with Peer("qlib") as qlib:
        report("alpha158", alpha158(qlib))


if __name__ == "__main__":
    main()
