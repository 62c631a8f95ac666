"""Peak memory of one sweep in a process of its own: ``python -m bench._memory ours|vectorbt``.

vectorbt, whose memory grows with the combinations, gets `FEW` of them and may take `MOST` of address space,
so that no machine is filled.
"""

from __future__ import annotations

import json
import resource
import sys
import time

import numpy as np

from bench import _cases as cases
from bench._peers import Peer

COUNT, LENGTH = 10_000, 200_000
FEW = 25
"""Combinations that vectorbt gets; the rest is multiplied up."""
MOST = 12_000_000_000


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def ours() -> dict[str, float]:
    from bench.sweeps import SETTINGS, specification
    from kuznia.core.strategies.sweep.run import run_sweep

    run_sweep(cases.bars(2_520).panel(), specification(cases.pairs(400)[0], 400), SETTINGS)
    given = cases.bars(LENGTH, volatility=0.001, step=60_000_000)
    panel, spec = given.panel(), specification(cases.pairs(COUNT)[0], COUNT)
    before, started = peak(), time.process_time()
    found = run_sweep(panel, spec, SETTINGS, threads=2)
    assert np.isfinite(found.statistics["total_return"].to_numpy()).all()
    return {"before": before, "peak": peak(), "cpu": time.process_time() - started, "count": COUNT}


def vectorbt() -> dict[str, float | str]:
    resource.setrlimit(resource.RLIMIT_AS, (MOST, MOST))
    count = FEW
    given = cases.bars(LENGTH, volatility=0.001, step=60_000_000)
    windows, places = cases.pairs(count)
    options = {"commission": 1e-3, "cash": cases.CASH, "engine": "rust"}
    with Peer("vectorbt") as peer:
        tiny = {"windows": windows[:5], "pairs": places[:10]}
        before = peer.ask("sweep", cases.bars(300).arrays() | tiny, **options).peak_bytes
        arrays = given.arrays() | {"windows": windows, "pairs": places}
        answer = peer.ask("sweep", arrays, **options)
    whole = (answer.peak_bytes - before) * COUNT / count
    said = f", × {COUNT // count} for all: {whole / 1e9:.0f} GB;"
    return {"before": before, "peak": answer.peak_bytes, "cpu": answer.cpu, "count": count, "scaled": said}


if __name__ == "__main__":
    found = {"ours": ours, "vectorbt": vectorbt}[sys.argv[1]]()
    print(json.dumps(found | {"length": LENGTH}))
