"""Rules with stops, time limits and sizes of their own, as signals for the order engine."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from kuznia.core.backtest.orders.signals import Signals, from_signals
from kuznia.core.backtest.orders.sizing import Sizing
from kuznia.core.frames.panel import Panel
from kuznia.core.strategies.construction import YEAR
from kuznia.core.strategies.scores import truths, values
from kuznia.core.strategies.spec import Rule
from kuznia.core.typing import Float

NO_CAP = 1e12


@dataclass(frozen=True, slots=True)
class SizedSignals(Signals):
    """Signals whose positions were sized over all history, so that cutting its start off changes none."""

    sized: tuple[int, Float]

    def amounts(self, close: Float) -> tuple[int, Float]:  # noqa: ARG002 (sized already)
        """The kernel's sizing rule, and its amounts by bar and instrument."""
        return self.sized

    def since(self, first: int) -> SizedSignals:
        """The signals from a bar on."""
        cut: dict[str, Any] = {}
        for one in fields(Signals):
            value = getattr(self, one.name)
            if isinstance(value, np.ndarray):
                cut[one.name] = _since(value, first, len(self.codes))
        rule, each = self.sized
        return replace(self, **cut, sized=(rule, _since(each, first, len(self.codes))))


def _since(values: Float, first: int, length: int) -> Float:
    return np.ascontiguousarray(values[first:]) if len(values) == length else values


def rule_signals(strategy: Rule, panel: Panel, start: int) -> tuple[SizedSignals, int]:
    """Signals of a rule that trades by orders, and the row of its first decision.

    The row is the number of bars when nothing is ever known.
    """
    entries, known = truths(strategy.entries, panel)
    exits = ~entries if strategy.exits is None else truths(strategy.exits, panel)[0]
    seen = known.any(axis=0)
    first = max(int(np.argmax(seen)), start) if seen.any() else panel.shape[1]
    unit = average_true_range(panel, strategy.atr_window).T if strategy.distance == "atr" else None

    def away(size: float | None) -> float | Float | None:
        return size if size is None or unit is None else size * unit

    signals = from_signals(
        panel,
        np.ascontiguousarray(entries.T),
        np.ascontiguousarray(exits.T),
        side="short" if strategy.weight is not None and strategy.weight < 0 else "long",
        sizing=_sizing(strategy, panel.shape[0]),
        stop_loss=away(strategy.stop_loss),
        take_profit=away(strategy.take_profit),
        trailing=away(strategy.trailing),
        max_bars=strategy.maximum_bars,
        cooldown=strategy.cooldown,
        reentry="new_signal",
    )
    rule, each = signals.amounts(np.ascontiguousarray(panel.fields["close"].T))
    if strategy.sizing == "volatility":
        each = _yearly(each, panel, strategy)
    given = {one.name: getattr(signals, one.name) for one in fields(Signals)}
    return SizedSignals(**given, sized=(rule, np.array(each, order="C"))), first


def average_true_range(panel: Panel, window: int) -> Float:
    """Mean of the true ranges of the last bars (Wilder 1978), NaN until they are known. (N, T)"""
    reach = "max(high, delay(close, 1)) - min(low, delay(close, 1))"
    found = values(f"ts_mean({reach}, {window})", panel)
    return np.where(found > 0, found, np.nan)


def _sizing(strategy: Rule, count: int) -> Sizing:
    cap = 1.0 if strategy.truncation is None else strategy.truncation
    if strategy.sizing == "risk":
        return Sizing("risk_per_trade", strategy.risk, cap=cap)
    if strategy.sizing == "volatility":
        # Counted per bar here, and brought to a year by the time that passed.
        return Sizing(
            "volatility_target",
            strategy.volatility_target,
            window=strategy.volatility_window,
            cap=NO_CAP,
            periods_per_year=1.0,
        )
    return Sizing("fraction", 1.0 / count if strategy.weight is None else abs(strategy.weight))


def _yearly(each: Float, panel: Panel, strategy: Rule) -> Float:
    """Fractions for a volatility a year, from those for a volatility a bar. (T, N)"""
    window = strategy.volatility_window
    passed = np.full(panel.shape[1], np.nan)
    passed[window:] = (panel.ts[window:] - panel.ts[:-window]) / YEAR
    found = each * np.sqrt(passed / window)[:, None]
    return np.minimum(found, 1.0 if strategy.truncation is None else strategy.truncation)
