"""Interleaved measurements in CPU time, and their tables in docs/benchmarks.md.

Everything of one row is run round after round, each engine once a round, so that whatever else the machine
does meets all of them; the median counts. Short works are repeated for `SHORT` seconds a round, or the
caches of the one before would be all that is measured. What takes more than `PATIENCE` seconds is run once
after a first time, and what takes more than `LONG` only that first time.
"""

from __future__ import annotations

import gc
import os
import platform
import re
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import numpy as np

from bench._peers import ROOT

PAGE = ROOT / "docs" / "benchmarks.md"
PATIENCE = 4.0
LONG = 120.0
SHORT = 0.1
HAND, OURS, KERNEL, READ = "hand", "ours", "kernel", "read"
VECTORBT = ("vectorbt numba", "vectorbt Rust")


class Differs(Exception):
    """Two engines did not do the same thing, so that their times must not be compared."""


@dataclass(frozen=True)
class Goal:
    """At most so many times the plain kernel; at least so many times faster than vectorbt's better engine."""

    hand: float | None = None
    vectorbt: float | None = None


@dataclass(frozen=True)
class Case:
    """One row: CPU seconds by engine, what it should reach, and that all gave the same."""

    name: str
    seconds: Mapping[str, float]
    goal: Goal = field(default_factory=Goal)

    def over_hand(self, ours: str) -> float:
        return self.seconds[ours] / self.seconds[HAND]

    def under_vectorbt(self, ours: str) -> float | None:
        theirs = [self.seconds[name] for name in VECTORBT if name in self.seconds]
        return min(theirs) / self.seconds[ours] if theirs else None


def cpu(work: Callable[[], object]) -> Callable[[], float]:
    """The work as one that returns its CPU seconds, over all its threads."""

    def measured() -> float:
        started = time.process_time()
        work()
        return time.process_time() - started

    return measured


def inside(module: ModuleType, work: Callable[[], object]) -> Callable[[], float]:
    """The work as one that returns the CPU seconds of the module's compiled ``run`` alone."""
    run, taken = module.run, [0.0]

    def timed(*given: object) -> object:
        started = time.process_time()
        found = run(*given)
        taken[0] += time.process_time() - started
        return found

    def measured() -> float:
        taken[0], module.run = 0.0, timed
        try:
            work()
        finally:
            module.run = run
        return taken[0]

    return measured


def interleaved(works: Mapping[str, Callable[[], float]], rounds: int = 9) -> dict[str, float]:
    """Median seconds of each work. Short works are repeated within a round."""
    gc.collect()
    gc.freeze()  # collecting what was there before would be most of the time
    first = {name: work() for name, work in works.items()}  # compiles and warms what it can
    first = {name: works[name]() if seconds < LONG else seconds for name, seconds in first.items()}
    repeats = {name: int(min(20, max(1, SHORT // max(seconds, 1e-6)))) for name, seconds in first.items()}
    taken: dict[str, list[float]] = {name: [seconds] for name, seconds in first.items() if seconds > PATIENCE}
    for _ in range(rounds):
        for name, work in works.items():
            if first[name] <= PATIENCE:
                gc.collect()
                taken.setdefault(name, []).extend(work() for _ in range(repeats[name]))
    return {name: statistics.median(taken[name]) for name in works}


def same(name: str, ours: float, others: Mapping[str, float], tolerance: float = 1e-9) -> None:
    """Raise unless every engine ended with the same equity."""
    for other, value in others.items():
        if not np.isclose(value, ours, rtol=tolerance, atol=0.0):
            raise Differs(f"{name}: ours ends at {ours!r}, {other} at {value!r}.")


def duration(seconds: float) -> str:
    """Seconds as people read them."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e6:.3g} µs"


def times(ratio: float | None) -> str:
    if ratio is None:
        return "–"
    return f"{ratio:.0f} ×" if ratio >= 10 else f"{ratio:.1f} ×" if ratio >= 1 else f"{ratio:.2f} ×"


def table(cases: Sequence[Case], ours: str = OURS) -> str:
    """A Markdown table of all engines and of what was wanted; `ours` says which of our columns is judged."""
    others = sorted({name for case in cases for name in case.seconds} - {HAND, OURS, KERNEL, READ, *VECTORBT})
    reads = [READ] if any(READ in case.seconds for case in cases) else []
    head = ["case", "by hand", "ours, kernel alone", "ours, frames to metrics"]
    head += ["ours, all columns of the log read"] * len(reads) + [*VECTORBT, *others]
    which = ", kernel alone" if ours == KERNEL else ""
    head += [f"ours / by hand{which} (goal)", f"faster than vectorbt's better one{which} (goal)"]
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    for case in cases:
        cells = [case.name]
        cells += [
            duration(case.seconds[name]) if name in case.seconds else "–"
            for name in (HAND, KERNEL, OURS, *reads, *VECTORBT, *others)
        ]
        cells.append(
            judged(case.over_hand(ours), case.goal.hand, at_most=True) if HAND in case.seconds else "–"
        )
        cells.append(judged(case.under_vectorbt(ours), case.goal.vectorbt, at_most=False))
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def judged(ratio: float | None, goal: float | None, *, at_most: bool) -> str:
    """A ratio with its goal and whether it is met."""
    if ratio is None or goal is None:
        return times(ratio)
    met = ratio <= goal if at_most else ratio >= goal
    return f"{times(ratio)} ({'≤' if at_most else '≥'} {goal:g}: {'met' if met else '**not met**'})"


def report(name: str, text: str) -> None:
    """Print a table; with ``--write`` put it between its markers in docs/benchmarks.md too."""
    print(text, flush=True)
    if "--write" not in sys.argv:
        return
    page = PAGE.read_text()
    opening, closing = f"<!-- {name} -->", f"<!-- end of {name} -->"
    if opening not in page or closing not in page:
        raise SystemExit(f"docs/benchmarks.md has no markers for {name}.")
    body = f"{opening}\n{text}\n\n{machine()}\n{closing}"
    pattern = re.escape(opening) + ".*?" + re.escape(closing)
    PAGE.write_text(re.sub(pattern, lambda _: body, page, flags=re.DOTALL))


def machine() -> str:
    """What it was measured on, without a name or a path."""
    info = Path("/proc/cpuinfo")
    model = re.search(r"model name\s*: (.*)", info.read_text()) if info.exists() else None
    what = f"{model.group(1).strip()}, {os.cpu_count()} cores" if model else platform.machine()
    when = time.strftime("%Y-%m-%d")
    return f"*{what}; {platform.system()}, Python {platform.python_version()}; {when}.*"
