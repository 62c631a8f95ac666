"""The exact as-of join of three views beside a bare chain of Polars' ``join_asof`` and beside Feast.

Run it with ``python -m bench.asof``. Entity rows are every instrument on every day; the views are daily
prices, a macro indicator with revisions, and sentiment that arrives up to three days late. All frames are
in memory and in order of time, which is what ``join_asof`` wants. The bare chain joins on the known time,
so it is wrong wherever an old event is written or revised after a newer one; it says what the least
conceivable work costs. Feast's file store builds every pair of an entity row and a row of its entity before
it filters, so it gets a part of the rows, is measured beside ours on that part, and multiplied up by the
number of entity rows, which flatters it.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl

from bench._measure import cpu, duration, interleaved, report, times
from bench._peers import ROOT, Peer, missing
from kuznia.core.frames.known import asof_join
from tests.support.plain_asof import plain_asof

HOUR = 3_600_000_000
DAY = 24 * HOUR
START = 1_262_304_000_000_000
"""2010-01-01 UTC, in microseconds."""
TIME = pl.Datetime("us", "UTC")
FULL, PART, TINY = (500, 2_500), (50, 500), (2, 20)
SAMPLED = 20
STALENESS = {"prices": 5, "macro": 120, "sentiment": 10}
"""Days after which a view's value is not known any more."""


@dataclass(frozen=True)
class Views:
    """Entity rows, and for each view its rows: ``instrument`` (not macro), the two times, a value."""

    left: pl.DataFrame
    rows: Mapping[str, pl.DataFrame]


def views(instruments: int, days: int) -> Views:
    """Seeded data of this size."""
    rng = np.random.default_rng(7)
    names = np.array([f"XNYS:I{n:03}" for n in range(instruments)])
    closes = START + np.arange(days, dtype=np.int64) * DAY + 21 * HOUR
    every, whose = np.tile(closes, instruments), np.repeat(names, days)
    late = rng.random(len(every)) < 0.01
    prices = _rows(rng, every, every + np.where(late, 30 * HOUR, 0), "prices", whose)
    months = START + np.arange(days // 30 + 1, dtype=np.int64) * 30 * DAY
    printed = months[:, None] + np.array([40, 70, 400]) * DAY
    macro = _rows(rng, np.repeat(months, 3), printed.ravel(), "macro")
    count = instruments * days // 3
    event = START + rng.integers(0, days * 24, count) * HOUR
    heard = event + rng.integers(0, 72, count) * HOUR
    sentiment = _rows(rng, event, heard, "sentiment", rng.choice(names, count))
    left = pl.DataFrame({"instrument": whose, "at": every + HOUR // 2}).with_columns(pl.col("at").cast(TIME))
    return Views(left.sort("at", "instrument"), {"prices": prices, "macro": macro, "sentiment": sentiment})


def _rows(
    rng: np.random.Generator, event: np.ndarray, known: np.ndarray, name: str, whose: np.ndarray | None = None
) -> pl.DataFrame:
    entity = {} if whose is None else {"instrument": whose}
    frame = pl.DataFrame({**entity, "ts": event, "available_at": known, name: rng.normal(size=len(event))})
    return frame.with_columns(pl.col("ts", "available_at").cast(TIME)).sort("available_at", "ts", *entity)


def ours(given: Views) -> pl.DataFrame:
    """The exact join."""
    return _chain(given, asof_join)


def _chain(given: Views, join: Callable[..., pl.DataFrame]) -> pl.DataFrame:
    found = given.left
    for name, rows in given.rows.items():
        by = ["instrument"] if "instrument" in rows.columns else []
        limit = timedelta(days=STALENESS[name])
        found = join(found, rows, by=by, at="at", values=[name], max_staleness=limit)
    return found


def bare(given: Views) -> pl.DataFrame:
    """Polars' own join on the known time, and nothing else."""
    found = given.left
    for name, rows in given.rows.items():
        found = found.join_asof(
            rows.drop("ts"),
            left_on="at",
            right_on="available_at",
            by="instrument" if "instrument" in rows.columns else None,
            tolerance=timedelta(days=STALENESS[name]),
            check_sortedness=False,
        ).drop("available_at")
    return found


def different(found: pl.DataFrame, truth: pl.DataFrame) -> int:
    """Cells that are not those of the truth."""
    return sum(int(found[name].ne_missing(truth[name]).sum()) for name in STALENESS)


def against_oracle(given: Views) -> tuple[int, int]:
    """Cells of some instruments that differ from the definition, and how many were looked at."""
    rng = np.random.default_rng(1)
    names = rng.choice(given.left["instrument"].unique().sort().to_numpy(), SAMPLED, replace=False)
    mine = pl.col("instrument").is_in(names.tolist())
    left = given.left.filter(mine).sample(100 * SAMPLED, seed=1)
    rows = {
        name: one.filter(mine) if "instrument" in one.columns else one for name, one in given.rows.items()
    }
    truth = _chain(Views(left, rows), plain_asof)
    whole = ours(given)
    found = left.join(whole, on=["instrument", "at"], how="left", maintain_order="left")
    return different(found, truth), left.height * len(STALENESS)


def feast_arrays(given: Views) -> dict[str, np.ndarray]:
    """The same rows for Feast: codes of instruments, microseconds."""
    code = pl.col("instrument").str.slice(6).cast(pl.Int64)
    arrays = {"entity": given.left.select(code).to_series().to_numpy(), "at": _micro(given.left["at"])}
    for name, rows in given.rows.items():
        if "instrument" in rows.columns:
            arrays[f"{name}.entity"] = rows.select(code).to_series().to_numpy()
        arrays |= {
            f"{name}.ts": _micro(rows["ts"]),
            f"{name}.known": _micro(rows["available_at"]),
            f"{name}.value": rows[name].to_numpy(),
        }
    return arrays


def _micro(column: pl.Series) -> np.ndarray:
    return column.dt.epoch("us").to_numpy()


@dataclass(frozen=True)
class Feast:
    """What Feast did with a part of the rows."""

    version: str
    seconds: float
    mine: float
    memory: int
    kept: int
    wrong: dict[str, int]


def feast(given: Views) -> Feast:
    """Ask Feast, with the event's time as its guides have it and with the known time."""
    truth, arrays = ours(given), feast_arrays(given)
    wrong, kept = {}, given.left.height
    with Peer("feast") as peer:
        before = peer.ask("join", feast_arrays(views(*TINY)), views=STALENESS, time="known").peak_bytes
        for which in ("ts", "known"):
            answer = peer.ask("join", arrays, full=True, views=STALENESS, time=which)
            found = pl.DataFrame(
                {"n": answer.arrays["n"]} | {name: answer.arrays[name] for name in STALENESS}
            )
            mine = truth.with_row_index("n").join(found, on="n", how="left", suffix="_theirs")
            kept = found.height
            wrong[which] = sum(
                int(mine[name].ne_missing(mine[f"{name}_theirs"].fill_nan(None)).sum()) for name in STALENESS
            )
        ask = partial(peer.ask, "join", arrays, views=STALENESS, time="known")
        works = {"feast": lambda: ask().cpu, "ours": cpu(lambda: ours(given))}
        taken = interleaved(works, rounds=3)
        memory = ask().peak_bytes - before
        return Feast(peer.version(), taken["feast"], taken["ours"], memory, kept, wrong)


def memory() -> dict[str, int]:
    """Bytes that our join takes beyond its frames, of the part and of all, in processes of their own."""
    return {
        name: json.loads(
            subprocess.check_output(
                [sys.executable, "-m", "bench.asof", "--memory", *map(str, size)], cwd=ROOT, text=True
            )
        )
        for name, size in (("part", PART), ("full", FULL))
    }


def _peak(instruments: int, days: int) -> int:
    """Bytes by which the process grows at most; the system forgets the peak of making the frames."""
    ours(views(*TINY))
    given = views(instruments, days)
    Path("/proc/self/clear_refs").write_text("5")
    before = _status("VmRSS")
    ours(given)
    return _status("VmHWM") - before


def _status(name: str) -> int:
    found = re.search(rf"{name}:\s*(\d+) kB", Path("/proc/self/status").read_text())
    assert found
    return int(found[1]) * 1024


def main() -> None:
    if "--memory" in sys.argv:
        print(json.dumps(_peak(*map(int, sys.argv[-2:]))))
        return
    given = views(*FULL)
    rows = given.left.height
    wrong, cells = against_oracle(given)
    taken = interleaved({"bare": cpu(lambda: bare(given)), "ours": cpu(lambda: ours(given))})
    ratio = taken["ours"] / taken["bare"]
    lost = different(bare(given), ours(given))
    found = {
        f"cells that differ from the definition, of {cells:,} looked at": f"{wrong} ({judged(wrong == 0)})",
        f"ours, {rows:,} entity rows, three views": f"{duration(taken['ours'])} CPU",
        f"bare `join_asof`, {lost:,} of {3 * rows:,} cells wrong": f"{duration(taken['bare'])} CPU",
        "ours / bare": f"{ratio:.2f} × (≤ 1.2: {judged(ratio <= 1.2)})",
    }
    if not missing(["feast"]):
        found |= beside_feast(rows)
    lines = [f"| {what} | {measured} |" for what, measured in found.items()]
    report("asof", "\n".join(["| what | measured |", "|---|---|", *lines]))


def judged(met: bool) -> str:
    return "met" if met else "**not met**"


def beside_feast(rows: int) -> dict[str, str]:
    """Rows of the table about Feast."""
    given = views(*PART)
    part, found, taken = given.left.height, feast(given), memory()
    speed, less = found.seconds / found.mine, found.memory / max(taken["part"], 1)
    whole = duration(found.seconds * rows / part)
    theirs, mine, full = (size / 2**20 for size in (found.memory, taken["part"], taken["full"]))
    return {
        f"Feast {found.version}, {part:,} entity rows": f"{duration(found.seconds)} CPU; all rows {whole}",
        "ours on the same rows": f"{duration(found.mine)}, {times(speed)} less (≥ 40: {judged(speed >= 40)})",
        "memory beyond the frames, Feast on these rows": f"{theirs:,.0f} MiB",
        "memory beyond the frames, ours on these rows, on all": (
            f"{mine:,.1f} MiB, {times(less)} less (≥ 5: {judged(less >= 5)}); {full:,.0f} MiB"
        ),
        "entity rows that Feast keeps": f"{found.kept:,} of {part:,}",
        "cells that Feast gets wrong, by the event's time and by the known time": (
            f"{found.wrong['ts']:,} and {found.wrong['known']:,} of {3 * part:,}"
        ),
    }


if __name__ == "__main__":
    main()
