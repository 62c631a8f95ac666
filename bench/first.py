"""The first result of a fresh process, and of a worker that is warm: ``python -m bench.first``.

CPU seconds from starting Python to a first account with metrics, 2,520 bars, averages that cross. Ours has
its kernels compiled at install; vectorbt is started with an empty cache of numba's and again with the one
that the first run left.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile

from bench._measure import duration, report, times
from bench._peers import ROOT, interpreter, not_installed

ROUNDS = 5
OURS = """
import json, time
from bench import _cases as cases
from kuznia.core.backtest.engine import simulate
from kuznia.core.backtest.evaluation import summary
from kuznia.core.backtest.settings import Settings
{warm}
given = cases.bars(2_520)
entries, exits = cases.crosses(given, 20, 50)
panel = given.panel()
started = time.process_time()
result = simulate(panel, cases.target(entries, exits), Settings(commission_bps=10.0, half_spread_bps=5.0))
found = summary(result, 252.0)
assert len(result.log.orders)
print(json.dumps(time.process_time() - started))
"""
WARM = "from kuznia.worker.warm import warm_backtest; warm_backtest()"
THEIRS = """
import numpy as np, pandas as pd, vectorbt as vbt
rng = np.random.default_rng(1)
days = pd.date_range("2010-01-01", periods=2520)
close = pd.Series(50 * np.exp(np.cumsum(rng.normal(0, 0.01, 2520))), days)
fast, slow = vbt.MA.run(close, 20, engine="{engine}"), vbt.MA.run(close, 50, engine="{engine}")
into, out = fast.ma_crossed_above(slow), fast.ma_crossed_below(slow)
made = vbt.Portfolio.from_signals(close, into, out, fees=1e-3, slippage=5e-4, freq="1D", engine="{engine}")
made.total_return(), made.sharpe_ratio(), made.max_drawdown(), made.orders.count()
"""


def process(python: str, code: str, **environment: str) -> tuple[float, str]:
    """CPU seconds of a process, and the last line it printed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    said = subprocess.run(
        [python, "-W", "ignore", "-c", code],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, said.splitlines()[-1] if said else ""


def main() -> None:
    fresh, warm = [], []
    process(sys.executable, OURS.format(warm=""))
    for _ in range(ROUNDS):
        fresh.append(process(sys.executable, OURS.format(warm=""))[0])
        warm.append(json.loads(process(sys.executable, OURS.format(warm=WARM))[1]))
    whole, first = statistics.median(fresh), statistics.median(warm)
    lines = [
        "| first result | CPU |",
        "|---|---|",
        f"| ours, a fresh process | {duration(whole)} ({'met' if whole <= 3 else '**not met**'}: ≤ 3 s) |",
        f"| ours, a warm worker | {duration(first)} ({'met' if first <= 0.05 else '**not met**'}: ≤ 50 ms) |",
    ]
    if "--quick" not in sys.argv and not not_installed(("vectorbt",)):
        for engine, label in (("numba", "numba"), ("rust", "Rust")):
            with tempfile.TemporaryDirectory() as cache:
                for state in ("no cache yet", "cached"):
                    code = THEIRS.format(engine=engine)
                    cpu = process(str(interpreter("vectorbt")), code, NUMBA_CACHE_DIR=cache)[0]
                    ratio = f"{times(cpu / whole)} ours"
                    lines.append(f"| vectorbt {label}, a fresh process, {state} | {duration(cpu)}, {ratio} |")
    report("first", "\n".join(lines))


if __name__ == "__main__":
    main()
