"""The worked example of the methods page: its tables were computed without the engine, by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kuznia.core.backtest.engine import simulate
from kuznia.core.backtest.market import Market
from kuznia.core.backtest.settings import Settings
from kuznia.core.frames.panel import Panel
from kuznia.core.typing import Float

PAGE = Path(__file__).resolve().parents[3] / "docs" / "methods" / "backtest.md"
DAY = 86_400_000_000


def table(name: str) -> dict[str, Float]:
    """A table of the page, by its heading."""
    lines = PAGE.read_text().split(f"<!-- {name} -->")[1].strip().splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    whole = [row for row in rows[2:] if len(row) == len(rows[0])]
    return {head: np.array([float(row[k]) for row in whole[:7]]) for k, head in enumerate(rows[0])}


def test_the_engine_gives_what_the_page_computes_by_hand() -> None:
    bars, account = table("bars"), table("account")
    ts = np.cumsum(bars["days"]).astype(np.int64) * DAY
    prices = {kind: np.stack([bars[f"{kind} A"], bars[f"{kind} B"]]) for kind in ("open", "close")}
    days = ts.astype("datetime64[us]").astype("datetime64[D]")
    panel = Panel(("XTST:A", "XTST:B"), ts, days, ts, prices)
    weights = np.full((7, 2), np.nan)
    weights[0], weights[3] = (0.6, -0.3), (0.0, 0.5)
    costs = Settings(
        initial_cash=10_000.0,
        commission_bps=10.0,
        commission_minimum=1.0,
        half_spread_bps=5.0,
        cash_interest=0.03,
        borrow_fee=0.02,
    )
    dividends = np.stack([bars["dividend A"], np.zeros(7)], axis=1)
    made = simulate(panel, weights, costs, Market(dividends=dividends))

    for name in ("interest", "borrow", "dividends", "commission", "spread"):
        assert made.flows[name] == pytest.approx(account[name], abs=6e-5), name
    assert made.cash == pytest.approx(account["cash"], abs=6e-5)
    assert made.equity == pytest.approx(account["equity"], abs=6e-5)
    assert made.positions[:, 0] == pytest.approx(account["A"], abs=6e-5)
    assert made.positions[:, 1] == pytest.approx(account["B"], abs=6e-5)
    trips = made.trades.sort("opened", "instrument", "closed")
    assert trips["costs"].to_list() == pytest.approx([18.45, 4.545 + 4.41, 261.3783222997 * 19.6 * 0.0015])
    assert trips["reason"].to_list() == ["exited", "flipped", "open"]
