"""The process that computes previews: ``python -m kuznia.domains.expressions.preview_process FD PARENT``.

It serves one request after the other from a socket, keeps the panels it read last, loads the kernels that the
API must not load, and may be killed at any moment: nothing is kept in it.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import threading
import time
from collections import OrderedDict
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import polars as pl

from kuznia.core.expressions import ExpressionError, check
from kuznia.core.expressions.warm import warm
from kuznia.core.frames.kinds import KINDS
from kuznia.core.frames.panel import Panel, panel_from_bars
from kuznia.core.metrics.calendar import periods_per_year
from kuznia.domains.context import service as contexts
from kuznia.domains.datasets import service as datasets
from kuznia.domains.expressions.preview_values import preview_values, work_of
from kuznia.domains.expressions.preview_work import IDLE_SECONDS, Outcome, Refusal, Work
from kuznia.errors import KuzniaError
from kuznia.store import Store

MOST_ROWS = 2_000_000
"""Bars that are read for a preview."""

MOST_WORK = 2e9
"""Operations of a preview; a second or so."""

MOST_PANELS = 4
LEAST_BARS = 1_024
MEMORY = 1536 * 1024**2
"""Bytes a preview may take beside what the process holds when it is ready."""


class Panels:
    """Panels by what they were read from, the last few."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._kept: OrderedDict[tuple[object, ...], Panel] = OrderedDict()

    def panel(self, work: Work, bars: int) -> Panel | Refusal:
        """A panel of at least this many newest bars, or all there are."""
        rounded = LEAST_BARS
        while rounded < bars:
            rounded *= 2
        key = (work.read, rounded)
        if key not in self._kept:
            made = self._read(work, rounded)
            if isinstance(made, Refusal):
                return made
            self._kept[key] = made
            while len(self._kept) > MOST_PANELS:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]

    def forget(self) -> None:
        self._kept.clear()

    def _read(self, work: Work, bars: int) -> Panel | Refusal:
        version = work.bars
        per_year = periods_per_year(version.frequency or "day", version.calendar or "24/7")
        days = timedelta(days=bars / per_year * 366 * 1.1 + 15)
        start = version.last_ts - days if version.last_ts else None
        rows = datasets.scan(self.store, version).filter(pl.col("instrument").is_in(list(work.instruments)))
        inside = rows if start is None else rows.filter(pl.col("ts") >= start)
        count = int(inside.select(pl.len()).collect().item())
        if count > MOST_ROWS:
            return Refusal(
                f"It needs {count:,} bars; a preview may read {MOST_ROWS:,}.",
                "Show fewer bars, shorten its windows, or choose a smaller universe.",
            )
        if count == 0:
            return Refusal(f"{version.name!r} has no bars of this universe.", "Choose other data.")
        frame = datasets.read(self.store, version, entities=work.instruments, start=start)
        panel = panel_from_bars(frame, decision_lag_minutes=work.decision_lag_minutes)
        return contexts.joined(self.store, panel, work.context, version, work.names)


def answer(work: Work, panels: Panels) -> Outcome:
    """Compute one preview."""
    try:
        checked = check(work.expression, work.within)
        panel = panels.panel(work, work.span + checked.lookback)
        if isinstance(panel, Refusal):
            return panel
        amount = work_of(checked, panel, work.span)
        if amount > MOST_WORK:
            return Refusal(
                f"It takes {amount:,.0f} operations over {panel.shape[0]} instruments;"
                f" a preview may take {MOST_WORK:,.0f}.",
                "Shorten its windows, show fewer bars, or choose a smaller universe.",
            )
        return preview_values(checked, panel, instruments=work.shown, span=work.span, at=work.at)
    except ExpressionError as error:
        return error.problems
    except KuzniaError as error:
        return Refusal(error.detail, " ".join(fault.detail for fault in error.errors))
    except MemoryError:
        panels.forget()
        return Refusal(
            "It took more memory than a preview may.",
            "Take it apart, show fewer bars, or choose a smaller universe.",
        )


def serve(connection: Connection, store: Store) -> None:
    """Answer until the other side is gone, or nothing was asked for a while."""
    panels = Panels(store)
    load_kernels()
    limit_memory(MEMORY)
    connection.send(None)
    while connection.poll(IDLE_SECONDS):
        try:
            work: Work = connection.recv()
        except EOFError:
            return
        connection.send(answer(work, panels))


def load_kernels() -> None:
    """Load, and compile where no cache is, every kernel that a preview may meet: none has time for it."""
    warm()
    ts = np.arange(2, dtype=np.int64)
    panel = Panel(("A",), ts, ts.astype("M8[D]"), ts, {"close": np.ones((1, 2))})
    at = [datetime(1970, 1, 1, tzinfo=UTC)]
    panel.with_groups(
        pl.DataFrame(
            {"instrument": ["A"], "scheme": ["s"], "label": ["x"], "ts": at, "available_at": at},
            schema=dict(KINDS["classification"].columns),
        )
    )


def limit_memory(more: int) -> None:
    """Let an allocation fail once the process has grown by this much, where its size is told."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return
    held = next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmData"))
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    resource.setrlimit(resource.RLIMIT_DATA, (held + more, hard))


def end_with(parent: int) -> None:
    """End this process when its parent is gone, also inside a long computation."""

    def look() -> None:
        while os.getppid() == parent:
            time.sleep(1.0)
        os._exit(0)

    threading.Thread(target=look, daemon=True).start()


def main(arguments: list[str]) -> None:
    """Serve on the socket of a descriptor, for the store in a folder."""
    descriptor, parent, root = arguments
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(5)
    end_with(int(parent))
    serve(Connection(int(descriptor)), Store(Path(root)))


if __name__ == "__main__":
    main(sys.argv[1:])
