"""The worked example of orders on the methods page: its tables were computed without the engine, by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kuznia.core.backtest.orders.engine import simulate_orders
from kuznia.core.backtest.orders.plan import Order, Orders
from kuznia.core.backtest.settings import Settings
from kuznia.core.frames.panel import Panel

PAGE = Path(__file__).resolve().parents[3] / "docs" / "methods" / "backtest.md"
A = "XTST:A"
LEVELS = {"limit": "limit", "stop": "stop", "trailing": "trail", "stop_limit": "stop"}


def table(name: str) -> list[dict[str, str]]:
    """Rows of a table of the page, by the comment above it."""
    lines = PAGE.read_text().split(f"<!-- {name} -->")[1].strip().splitlines()
    end = lines.index("") if "" in lines else len(lines)
    head, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[:end]]
    return [dict(zip(head, row, strict=True)) for row in rows]


def order(row: dict[str, str]) -> Order:
    """The order of a row; a child's level is a fraction, and a bracket is one group."""
    given: dict[str, Any] = {"kind": row["kind"], "tif": row["tif"]}
    if row["level"]:
        given[LEVELS[row["kind"]]] = float(row["level"])
    if row["parent"]:
        given |= {"parent": int(row["parent"]), "unit": "fraction", "group": int(row["parent"])}
    if row["kind"] == "stop_limit":
        given["limit"] = 9.5
    return Order(A, int(row["decided"]), float(row["quantity"] or "nan"), **given)


def test_the_engine_fills_what_the_page_fills_by_hand() -> None:
    bars, rows = table("order bars"), table("order fills")
    ts = np.arange(len(bars)) * 86_400_000_000
    fields = {k: np.array([[float(bar[k]) for bar in bars]]) for k in ("open", "high", "low", "close")}
    panel = Panel((A,), ts, ts.astype("datetime64[us]").astype("datetime64[D]"), ts, fields)
    account = Settings(initial_cash=1_000.0, commission_bps=10.0)
    made = simulate_orders(panel, Orders.of(panel, [order(row) for row in rows]), account)

    found = {int(made.log.orders[k, -1]): one for k, one in enumerate(made.orders.iter_rows(named=True))}
    assert len(found) == made.orders.height == len(rows)
    for number, row in enumerate(rows):
        one = found[number]
        assert (one["filled"], one["status"]) == (int(row["ends"]), row["status"]), row
        assert one["done"] == pytest.approx(float(row["done"]), abs=6e-5), row
        if row["price"]:
            assert one["price"] == pytest.approx(float(row["price"])), row
    assert made.cash[[1, 3, 4, 5]] == pytest.approx([499.5, 1048.95, 844.746, 1036.554])
    assert made.cash[6] == pytest.approx(0.0, abs=1e-9)
    assert made.equity[-1] == pytest.approx(1046.5346, abs=6e-5)
