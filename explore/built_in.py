"""Simulate every built-in strategy in an installation and print what came of it as a Markdown table.

``python explore/built_in.py``, with the address and a token in ``KUZNIA_ADDRESS`` and ``KUZNIA_TOKEN``.
All are trials of one question, so each is judged among the others.
"""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any

from kuznia.client import Client

Record = dict[str, Any]
QUESTION = "Do the built-in strategies earn anything?"
SETTINGS = {"commission_bps": 5.0, "half_spread_bps": 5.0}
"""Ten basis points each way, filled at the next open."""
ON_THE_INDEX = ("trend_200d", "sma_cross")
COLUMNS = (
    "strategy",
    "on",
    "CAGR, 95 %",
    "Sharpe, 95 %",
    "deepest fall",
    "above equal weight a year, 95 %",
    "turnover a year",
    "costs a year",
    "verdict",
)


def main() -> None:
    """Simulate, wait, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--universe", default="30 US large caps", help="name of the universe of shares")
    parser.add_argument("--index", default="SPY", help="name of the universe of one index")
    parser.add_argument("--index-bars", help="name of a dataset of the index's bars; else it is found")
    parser.add_argument("--index-actions", help="name of a dataset of the index's dividends")
    asked = parser.parse_args()
    with Client(os.environ["KUZNIA_ADDRESS"], os.environ["KUZNIA_TOKEN"]) as client:
        universes = {one["name"]: one["id"] for one in client.pages("/universes")}
        datasets = {one["name"]: one["id"] for one in client.pages("/datasets")}
        question = _question(client)
        # The first round writes the ledger, so that in the second each is judged among all.
        for _ in range(2):
            jobs = simulated(client, asked, universes, datasets, question)
            ended = client.jobs.follow(list(jobs.values()))
        sys.stdout.write(f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}\n")
        for (name, universe), job in jobs.items():
            found = client.get(f"/backtests/{ended[job]['outputs']['backtest']}")
            sys.stdout.write(f"| {' | '.join(row(name, universe, found))} |\n")


def simulated(
    client: Client,
    asked: argparse.Namespace,
    universes: dict[str, str],
    datasets: dict[str, str],
    question: str,
) -> dict[tuple[str, str], str]:
    """The job of each built-in strategy on the shares, and of two on the index."""
    jobs = {}
    for one in client.get("/strategies/built-in"):
        body = {
            "name": one["name"],
            "strategy_name": one["name"],
            "question": question,
            "strategy": one["spec"],
            "universe": universes[asked.universe],
            "settings": SETTINGS | {"benchmark": "ARCX:SPY"},
        }
        jobs[one["name"], asked.universe] = client.post("/backtests", body)["job"]["id"]
        if one["key"] in ON_THE_INDEX:
            given = {"bars": asked.index_bars, "actions": asked.index_actions}
            body |= {key: datasets[name] for key, name in given.items() if name}
            body |= {"universe": universes[asked.index]}
            jobs[one["name"], asked.index] = client.post("/backtests", body)["job"]["id"]
    return jobs


def row(name: str, universe: str, found: Record) -> list[str]:
    """One strategy's figures with their intervals."""
    metrics = found["metrics"]
    verdict, params = found["verdict"]["key"].replace("_", " "), found["verdict"]["params"]
    sure = params.get("probability")
    return [
        name,
        f"{universe}, {found['span']['start'][:4]}–{found['span']['end'][:4]}",
        between(metrics["cagr"], percent=True),
        between(metrics["sharpe"]),
        f"{metrics['max_drawdown']['value']:.0%}",
        between(metrics["excess_return"], percent=True),
        f"{metrics['turnover']['value']:.1f}",
        f"{metrics['cost_per_year']['value']:.2%}",
        verdict if sure is None else f"{verdict} ({sure:.0%} not luck)",
    ]


def between(metric: Record, *, percent: bool = False) -> str:
    """A value with the bounds of its interval."""
    shown = [metric[name] for name in ("value", "low", "high")]
    value, low, high = ["–" if x is None else f"{x:.1%}" if percent else f"{x:.2f}" for x in shown]
    return f"{value} ({low} to {high})".replace("-", "−")


def _question(client: Client) -> str:
    known = [one["id"] for one in client.pages("/questions") if one["name"] == QUESTION]
    return str(known[0] if known else client.post("/questions", {"name": QUESTION})["id"])


if __name__ == "__main__":
    main()
