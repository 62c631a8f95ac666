"""Compile the language's kernels ahead of their first use: ``python -m kuznia.core.expressions.warm``."""

from __future__ import annotations

import numpy as np

from kuznia.core.expressions.catalogue import BAR_FIELDS, EVENT_FIELDS, FUNCTIONS
from kuznia.core.expressions.check import check
from kuznia.core.expressions.evaluate import evaluate
from kuznia.core.frames.events import EventHistory
from kuznia.core.frames.panel import Panel

_BARS = 8


def warm() -> int:
    """Compute the example of every function on a tiny panel, which fills numba's cache on disk.

    Returns
    -------
    int
        How many functions were computed.
    """
    ts = np.arange(_BARS, dtype=np.int64)
    values = np.linspace(1.0, 2.0, 2 * _BARS).reshape(2, _BARS)
    events = EventHistory(np.array([0, _BARS, 2 * _BARS]), np.tile(ts, 2), np.linspace(-1.0, 1.0, 2 * _BARS))
    panel = Panel(
        ("A", "B"),
        ts,
        ts.astype("M8[D]"),
        ts,
        {name: values.copy() for name in BAR_FIELDS},
        {"sector": np.zeros((2, _BARS), dtype=np.int64)},
        events=dict.fromkeys(EVENT_FIELDS, events),
    )
    evaluate({function.name: check(function.example) for function in FUNCTIONS.values()}, panel)
    return len(FUNCTIONS)


if __name__ == "__main__":
    warm()
