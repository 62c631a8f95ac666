"""One account, beside a kernel written by hand and other people's engines: ``python -m bench.backtest``.

From frames in memory to metrics and an order log, in CPU time. All engines get the same booleans or
weights and must end with the same equity. Options: ``--write`` puts the table into docs/benchmarks.md,
``--quick`` leaves out the engines that take seconds, and a word keeps only the cases that contain it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import numpy as np

from bench import _cases as cases
from bench import _hand as hand
from bench._measure import HAND, KERNEL, OURS, READ, Case, Goal, cpu, inside, interleaved, report, same, table
from bench._peers import Peer, missing
from kuznia.core.backtest import _kernels as kernel
from kuznia.core.backtest.engine import simulate
from kuznia.core.backtest.evaluation import summary
from kuznia.core.backtest.market import Market
from kuznia.core.backtest.orders import _kernels as orders_kernel
from kuznia.core.backtest.orders.engine import simulate_orders
from kuznia.core.backtest.orders.signals import from_signals
from kuznia.core.backtest.settings import Settings
from kuznia.core.frames.panel import Panel
from kuznia.core.typing import Float

YEAR = 252.0
NAMES = ("vectorbt", "backtesting", "bt", "zipline")
Measured = dict[str, Callable[[], float]]


class Peers:
    """The drivers that are installed, started when first asked."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._lacking = missing(NAMES)
        self._running: dict[str, Peer] = {}
        self.quick = "--quick" in sys.argv

    def works(self, ends: dict[str, float], task: str, arrays: dict, **options: dict | None) -> Measured:
        """What to measure of each peer with these options; ``ends`` gets the equity it ends with."""
        found: Measured = {}
        for name, own in options.items():
            peer = name.split("_")[0]
            if own is None or peer in self._lacking or (self.quick and peer != "vectorbt"):
                continue
            if peer not in self._running:
                self._running[peer] = self._stack.enter_context(Peer(peer))
            label = {"vectorbt_numba": "vectorbt numba", "vectorbt_rust": "vectorbt Rust"}.get(name, name)
            found[label] = self._work(self._running[peer], label, ends, task, arrays, own)
        return found

    @staticmethod
    def _work(peer: Peer, label: str, ends: dict[str, float], task: str, arrays: dict, own: dict):
        def work() -> float:
            answer = peer.ask(task, arrays, cash=cases.CASH, **own)
            ends[label] = answer.values["final"]
            return answer.cpu

        return work


def ours(panel: Panel, weights: Float, settings: Settings, market: Market | None = None) -> float:
    """What is measured of ours: the account, its order log and its metrics."""
    result = simulate(panel, weights, settings, market)
    summary(result, YEAR)
    assert result.order_counts
    return float(result.equity[-1])


def read(panel: Panel, weights: Float, settings: Settings) -> None:
    """The same, and every column of every order, as the log has them when somebody asks for them."""
    result = simulate(panel, weights, settings)
    summary(result, YEAR)
    assert len(result.log.orders)


def single(peers: Peers, length: int, goal: Goal) -> Case:
    """Two averages that cross, all cash in or out, commission and slippage."""
    long = length > 10_000
    given = cases.bars(length, volatility=0.001 if long else 0.01, step=60_000_000 if long else cases.DAY)
    entries, exits = cases.crosses(given, *((50, 200) if long else (20, 50)))
    fee, slip = (2e-4, 1e-4) if long else (1e-3, 5e-4)
    panel = given.panel()
    settings = Settings(commission_bps=1e4 * fee, half_spread_bps=1e4 * slip, size_at="fill")
    open_, close = given.open[:, 0].copy(), given.close[:, 0].copy()
    own = {"commission": fee, "slippage": slip}
    ends: dict[str, float] = {}
    works: Measured = {
        HAND: cpu(lambda: hand.single(open_, close, entries, exits, cases.CASH, fee + slip)),
        KERNEL: inside(kernel, lambda: ours(panel, cases.target(entries, exits), settings)),
        OURS: cpu(lambda: ours(panel, cases.target(entries, exits), settings)),
    }
    arrays = given.arrays() | {"entries": entries, "exits": exits}
    works |= peers.works(
        ends,
        "signals",
        arrays,
        vectorbt_numba=own | {"engine": "numba"},
        vectorbt_rust=own | {"engine": "rust"},
    )
    other: dict[str, float] = {}
    works |= peers.works(other, "signals", arrays, backtesting={"commission": fee + slip})
    seconds = interleaved(works)
    ends[HAND] = float(hand.single(open_, close, entries, exits, cases.CASH, fee + slip)[0][-1])
    same("single", ours(panel, cases.target(entries, exits), settings), ends)
    same("single", ends[HAND], other, 1e-6)  # it rounds to units of 1e-8 at each of its trades
    return Case(f"one instrument, averages that cross, {length:,} bars", seconds, goal)


def portfolio(peers: Peers) -> Case:
    """Monthly into 50 of 500."""
    given = cases.bars(2_520, 500, seed=5)
    weights = cases.monthly(given, 50)
    slow = {"commission": 1e-3}
    return held(
        peers,
        "500 instruments, 2,520 bars, monthly into 50",
        given,
        weights,
        1e-3,
        Goal(3, 100),
        bt=slow,
        zipline=slow,
    )


def dense(peers: Peers) -> Case:
    """Every instrument traded at every bar: 800,000 orders."""
    given = cases.bars(2_501, 320, seed=6)
    return held(peers, "dense, 800,000 orders", given, cases.daily(given), 1e-4, Goal(3, 40))


def held(
    peers: Peers, name: str, given: cases.Bars, weights: Float, fee: float, goal: Goal, **slow: dict
) -> Case:
    """Target weights of many instruments on one cash account."""
    panel, settings = given.panel(), Settings(commission_bps=1e4 * fee)
    rebalance = ~np.isnan(weights[:, 0])
    wanted = np.where(rebalance[:, None], weights, 0.0)

    def by_hand() -> float:
        return float(hand.portfolio(given.open, given.close, wanted, rebalance, cases.CASH, fee)[0][-1])

    ends: dict[str, float] = {}
    works = {
        HAND: cpu(by_hand),
        KERNEL: inside(kernel, lambda: ours(panel, weights, settings)),
        OURS: cpu(lambda: ours(panel, weights, settings)),
        READ: cpu(lambda: read(panel, weights, settings)),
    }
    arrays = given.arrays() | {"weights": weights}
    own = {"commission": fee}
    works |= peers.works(
        ends,
        "weights",
        arrays,
        vectorbt_numba=own | {"engine": "numba"},
        vectorbt_rust=own | {"engine": "rust"},
    )
    works |= peers.works({}, "weights", arrays, **slow)  # another bar or whole shares: tests/peers compares
    seconds = interleaved(works, rounds=5)
    ends[HAND] = by_hand()
    same(name, ours(panel, weights, settings), ends)
    return Case(name, seconds, goal)


def brackets(peers: Peers, name: str, **levels: float) -> Case:
    """Entries at the next open, out by stop, target or trailing stop."""
    given = cases.bars(500_000, volatility=0.001, step=60_000_000)
    entries = cases.crosses(given, 50, 200)[0]
    # vectorbt does not watch the bar of an entry: one price on it makes both conventions give the same.
    calm = np.flatnonzero(entries[:-1]) + 1
    for field in (given.high, given.low, given.close):
        field[calm] = given.open[calm]
    fee = 2e-4
    columns = [np.ascontiguousarray(x[:, 0]) for x in (given.open, given.high, given.low, given.close)]
    panel, never = given.panel(), np.zeros((len(entries), 1), dtype=bool)
    names = {"stop": "stop_loss", "target": "take_profit", "trail": "trailing"}
    distances = {names[level]: value for level, value in levels.items()}
    stop, target, trail = (levels.get(k, 2.0) for k in ("stop", "target", "trail"))
    settings = Settings(commission_bps=1e4 * fee, size_at="fill")

    def by_hand() -> float:
        log = hand.brackets(*columns, entries, cases.CASH, fee, stop, target, trail, True)
        return float(log[0][-1])

    def own() -> float:
        found = simulate_orders(panel, from_signals(panel, entries[:, None], never, **distances), settings)
        summary(found, YEAR)
        assert len(found.log.orders)
        return float(found.equity[-1])

    ends: dict[str, float] = {}
    works = {HAND: cpu(by_hand), KERNEL: inside(orders_kernel, own), OURS: cpu(own)}
    options = {"commission": fee, "slippage": 0.0, **levels}
    works |= peers.works(
        ends,
        "signals",
        given.arrays() | {"entries": entries, "exits": never[:, 0]},
        vectorbt_numba=options | {"engine": "numba"},
        vectorbt_rust=options | {"engine": "rust"},
    )
    seconds = interleaved(works)
    ends[HAND] = by_hand()
    same(name, own(), ends)
    return Case(name, seconds)


def realism(peers: Peers) -> Case:
    """Monthly into 50 of 500 with every cost, constraint and limit; others get the weights alone."""
    given = cases.bars(2_520, 500, seed=5)
    weights = cases.monthly(given, 50)
    weights *= np.where(np.arange(500) % 5 == 0, -0.5, 1.0)
    panel, rng = given.panel(), np.random.default_rng(7)
    market = Market(
        dividends=np.where(rng.random(given.close.shape) < 0.004, 0.1, 0.0),
        cash_flows=np.where(np.arange(2_520) % 250 == 0, 500.0, 0.0),
        borrow_fee=rng.uniform(0.002, 0.05, 500),
        sectors=np.arange(500) % 11,
    )
    rebalance = ~np.isnan(weights[:, 0])
    wanted = np.where(rebalance[:, None], weights, 0.0)
    works = {
        HAND: cpu(lambda: hand.portfolio(given.open, given.close, wanted, rebalance, cases.CASH, 1e-3)),
        KERNEL: inside(kernel, lambda: ours(panel, weights, EVERYTHING, market)),
        OURS: cpu(lambda: ours(panel, weights, EVERYTHING, market)),
    }
    own = {"commission": 1e-3}
    works |= peers.works(
        {},
        "weights",
        given.arrays() | {"weights": weights},
        vectorbt_numba=own | {"engine": "numba"},
        vectorbt_rust=own | {"engine": "rust"},
    )
    return Case("all realism, 500 × 2,520, monthly", interleaved(works, rounds=5), Goal(10, 1))


EVERYTHING = Settings(
    commission_bps=1.0,
    commission_per_share=0.005,
    commission_per_order=0.1,
    commission_minimum=1.0,
    commission_maximum_bps=100.0,
    commission_tiers=((1e6, 0.8), (1e7, 0.5)),
    half_spread_bps=2.0,
    slippage="square_root",
    slippage_coefficient=0.8,
    participation=0.1,
    rest="carry",
    lot=1.0,
    tick=0.01,
    delay=1,
    cash_interest=0.02,
    debit_interest=0.06,
    borrow_fee=0.01,
    leverage=2.0,
    maintenance=0.25,
    delisting="exchange",
    limit_gross=1.5,
    limit_net=1.0,
    limit_name=0.1,
    limit_sector=0.5,
    limit_loss=0.9,
)
CASES: dict[str, Callable[[Peers], Case]] = {
    "single long": lambda peers: single(peers, 500_000, Goal(3, 10)),
    "single short": lambda peers: single(peers, 2_520, Goal(None, 50)),
    "portfolio": portfolio,
    "dense": dense,
    "stop and target": lambda peers: brackets(peers, "stop and target, 500,000 bars", stop=0.01, target=0.02),
    "trailing": lambda peers: brackets(peers, "trailing stop, 500,000 bars", trail=0.01),
    "realism": realism,
}


def measured(words: list[str]) -> Iterator[Case]:
    with ExitStack() as stack:
        peers = Peers(stack)
        for name, case in CASES.items():
            if not words or any(word in name for word in words):
                yield case(peers)


def main() -> None:
    found = []
    for case in measured([word for word in sys.argv[1:] if not word.startswith("--")]):
        found.append(case)
        print(table([case]), flush=True)
    report("backtest", table(found))


if __name__ == "__main__":
    main()
