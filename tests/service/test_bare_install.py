"""``pip install .`` without extras is a library: it computes a backtest with no service's package there."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.support.source import ROOT

SERVICES = (
    "fastapi",
    "sqlalchemy",
    "psycopg",
    "celery",
    "pydantic",
    "httpx",
    "typer",
    "lightgbm",
    "sklearn",
    "pandas",
)

PROGRAM = f"""
import importlib.util, json
from datetime import UTC, date, datetime, timedelta

import polars as pl

import kuznia.core
from kuznia.core.backtest.engine import simulate
from kuznia.core.frames.panel import panel_from_bars
from kuznia.core.strategies.spec import EqualWeight
from kuznia.core.strategies.targets import targets

days = [date(2024, 1, 1) + timedelta(days=n) for n in range(20)]
rows = [
    (name, datetime(d.year, d.month, d.day, 21, tzinfo=UTC), d, price * (1 + 0.01 * n))
    for name, price in (("XNAS:A", 10.0), ("XNAS:B", 20.0))
    for n, d in enumerate(days)
]
bars = pl.DataFrame(rows, schema=["instrument", "ts", "session", "close"], orient="row").with_columns(
    available_at=pl.col("ts"), open="close", high="close", low="close", volume=pl.lit(1.0)
)
panel = panel_from_bars(bars)
result = simulate(panel, targets(EqualWeight(), panel).weights)
found = [name for name in {SERVICES!r} if importlib.util.find_spec(name)]
print(json.dumps({{"found": found, "equity": result.equity.tolist()}}))
"""


def test_a_bare_install_computes_a_backtest(tmp_path: Path) -> None:
    installer = [sys.executable, "-I", str(ROOT / "deploy" / "scripts" / "install.py"), "bare"]
    subprocess.run([*installer, str(tmp_path / "bare")], check=True, capture_output=True, timeout=280)
    done = subprocess.run(
        [tmp_path / "bare" / "bin" / "python", "-I", "-c", PROGRAM],
        cwd=tmp_path,
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},  # this is about packages; compiling is for all others
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["found"] == []
    assert said["equity"][-1] > said["equity"][0]
