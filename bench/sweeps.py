"""Sweeps of averages that cross, beside a plain kernel and other engines: ``python -m bench.sweeps``.

*Kernel alone* gets the averages as arrays, as the plain kernel does; *frames to metrics* starts with a
panel and a specification and ends with the table of statistics. ``--write`` puts the tables into
docs/benchmarks.md; ``--quick`` leaves out the engines that take long and the memory.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack

import numpy as np

from bench import _cases as cases
from bench import _hand as hand
from bench._measure import (
    HAND,
    KERNEL,
    OURS,
    Case,
    Differs,
    Goal,
    cpu,
    duration,
    interleaved,
    judged,
    report,
    table,
    times,
)
from bench._peers import Peer, missing
from kuznia.core.backtest.settings import Settings
from kuznia.core.backtest.sweep.outcome import statistics_of
from kuznia.core.backtest.sweep.path import path_of
from kuznia.core.backtest.sweep.signals import crossing
from kuznia.core.backtest.sweep.span import span_of
from kuznia.core.backtest.sweep.sweep import signal_sweep
from kuznia.core.strategies.sweep.run import run_sweep
from kuznia.core.strategies.sweep.spec import SweepSpec
from kuznia.core.typing import Float, Int

FEE = 1e-3
SETTINGS = Settings(commission_bps=1e4 * FEE, size_at="fill")
NAMES = ("vectorbt", "backtesting")
FEW = 20
"""Combinations that backtesting.py runs; it does one after the other, so that each costs the same."""
GIGABYTE = 1e9


def kernel_alone(given: cases.Bars, mean: Float, places: Int, threads: int = 1) -> dict[str, Float]:
    """Statistics of every pair from its averages."""
    open_, close = given.open[:, 0].copy(), given.close[:, 0].copy()
    span = span_of(given.ts, given.ts.astype("M8[us]").astype("M8[D]"), 252.0)
    outcome, refused = signal_sweep(
        path_of(open_, close, SETTINGS), crossing(mean, places), span, SETTINGS, threads=threads
    )
    assert not len(refused)
    return statistics_of(outcome, span)


def specification(windows: Int, count: int) -> SweepSpec:
    """The same pairs as a person asks for them."""
    every = tuple(int(window) for window in windows)
    template = {"kind": "rule", "entries": "ts_mean(close, $fast) > ts_mean(close, $slow)"}
    full = len(windows) * (len(windows) - 1) // 2 == count
    some = {"search": "grid"} if full else {"search": "random", "count": count}
    return SweepSpec(template, {"fast": every, "slow": every}, where="fast < slow", **some)


def sweep(peer: Callable[[str], Peer | None], count: int, goal: Goal) -> Case:
    """All pairs over ten years of days."""
    given = cases.bars(2_520)
    windows, places = cases.pairs(count)
    open_, close = given.open[:, 0].copy(), given.close[:, 0].copy()
    panel, spec = given.panel(), specification(windows, count)
    mean = hand.averages(close, windows)

    def by_hand() -> Float:
        return hand.sweep(open_, close, hand.averages(close, windows), places, cases.CASH, FEE)

    works = {
        HAND: cpu(by_hand),
        KERNEL: cpu(lambda: kernel_alone(given, mean, places)),
        OURS: cpu(lambda: run_sweep(panel, spec, SETTINGS)),
    }
    arrays = given.arrays() | {"windows": windows, "pairs": places}
    found: dict[str, Float] = {}
    for name, label, own in (
        ("vectorbt", "vectorbt numba", {"engine": "numba"}),
        ("vectorbt", "vectorbt Rust", {"engine": "rust"}),
        ("backtesting", "backtesting, × all", {"count": FEW}),
    ):
        running = peer(name)
        if running is not None:
            works[label] = asked(running, label, arrays, own, found)
    seconds = interleaved(works, rounds=5)
    if "backtesting, × all" in seconds:
        seconds["backtesting, × all"] *= count / FEW
    check(given, by_hand(), kernel_alone(given, mean, places), found)
    agrees_with_hand(given, run_sweep(panel, spec, SETTINGS), windows)
    return Case(f"sweep, {count:,} × 2,520", seconds, goal)


def asked(
    peer: Peer, label: str, arrays: dict[str, np.ndarray], own: dict[str, object], found: dict[str, Float]
) -> Callable[[], float]:
    def work() -> float:
        full = label not in found
        answer = peer.ask("sweep", arrays, full=full, commission=FEE, cash=cases.CASH, **own)
        if full:
            found[label] = answer.arrays["found"]
        return answer.cpu

    return work


def check(given: cases.Bars, plain: Float, own: dict[str, Float], others: dict[str, Float]) -> None:
    """Raise unless all engines gave each combination the same return and drawdown."""
    np.testing.assert_allclose(own["total_return"], plain[:, 0], rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(own["max_drawdown"], plain[:, 3], rtol=1e-8, atol=1e-10)
    for label, rows in others.items():
        theirs = rows if rows.ndim == 1 else rows[:, 0]
        # Their averages are other sums: where two averages tie, an order may differ by a bar.
        off = np.abs(theirs - plain[: len(theirs), 0]) > 1e-6
        if off.mean() > 0.02:
            raise Differs(f"{label}: {off.sum()} of {len(off)} combinations of {len(given.ts)} bars differ.")


def agrees_with_hand(given: cases.Bars, result, windows: Int) -> None:
    """The product's own way in starts where all combinations can decide; so does the plain kernel here."""
    first = int(result.first)
    table_ = result.combinations
    place = {int(window): k for k, window in enumerate(windows)}
    pairs = np.array([[place[f], place[s]] for f, s in zip(table_["fast"], table_["slow"], strict=True)])
    close = given.close[:, 0].copy()
    mean = np.ascontiguousarray(hand.averages(close, windows)[:, first:])
    plain = hand.sweep(given.open[first:, 0].copy(), close[first:], mean, pairs, cases.CASH, FEE)
    off = np.abs(result.statistics["total_return"].to_numpy() - plain[:, 0]) > 1e-8
    if off.mean() > 0.02:
        raise Differs(f"run_sweep: {off.sum()} of {len(off)} combinations differ from the plain kernel.")


def two_cores(length: int) -> str:
    """Wall time of one thread over that of two; on a busy machine two cannot be twice as fast."""
    given = cases.bars(length)
    windows, places = cases.pairs(4_000)
    mean = hand.averages(given.close[:, 0].copy(), windows)
    taken: dict[int, list[float]] = {1: [], 2: []}
    spent: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(15):
        for threads in taken:
            started, used = time.perf_counter(), time.process_time()
            for _ in range(3):
                kernel_alone(given, mean, places, threads)
            taken[threads].append((time.perf_counter() - started) / 3)
            spent[threads].append((time.process_time() - used) / 3)
    ratio = min(taken[1]) / min(taken[2])
    middle = statistics.median(taken[1]) / statistics.median(taken[2])
    more = statistics.median(spent[2]) / statistics.median(spent[1])
    return (
        f"| two cores, sweep of 4,000 × {length:,}, wall time | {judged(ratio, 1.7, at_most=False)}"
        f" by the best of 15, {times(middle)} by the median; CPU time of two threads {times(more)} that of"
        f" one, load {os.getloadavg()[0]:.0f} |"
    )


def memory() -> list[str]:
    """Peak memory of a fresh process that sweeps, less what it has before."""
    lines = []
    for who in ("ours", *([] if missing(("vectorbt",)) else ["vectorbt"])):
        said = subprocess.run([sys.executable, "-m", "bench._memory", who], capture_output=True, text=True)
        if said.returncode:
            lines.append(f"| memory, {who} | it did not come to its end: {said.stderr.splitlines()[-1]} |")
            continue
        found = json.loads(said.stdout.splitlines()[-1])
        more = found["peak"] - found["before"]
        goal = f" ({'met' if more <= 0.3 * GIGABYTE else '**not met**'}: ≤ 0.3 GB)" if who == "ours" else ""
        lines.append(
            f"| memory, {found['count']:,} × {found['length']:,}, {who} | {more / GIGABYTE:.2f} GB{goal}"
            f"{found.get('scaled', '')}"
            f" beyond the {found['before'] / GIGABYTE:.2f} GB of the process; {duration(found['cpu'])} CPU |"
        )
    return lines


def main() -> None:
    quick = "--quick" in sys.argv
    with ExitStack() as stack:
        lacking = missing(NAMES)
        running: dict[str, Peer] = {}

        def peer(name: str) -> Peer | None:
            if name in lacking or (quick and name != "vectorbt"):
                return None
            if name not in running:
                running[name] = stack.enter_context(Peer(name))
            return running[name]

        found = []
        for count, goal in ((400, Goal()), (4_000, Goal(0.5, 200))):
            found.append(sweep(peer, count, goal))
            print(table(found[-1:], KERNEL), flush=True)
    lines = ["", "| what | measured |", "|---|---|", two_cores(2_520), two_cores(25_200)]
    if not quick:
        lines += memory()
    report("sweeps", table(found, KERNEL) + "\n" + "\n".join(lines))


if __name__ == "__main__":
    main()
