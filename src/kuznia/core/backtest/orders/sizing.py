"""How many shares an entry is for: every rule comes down to units, a value, or a fraction of the equity.

Sources: volatility target after Moreira and Muir (2017); risk per trade after Van Tharp's fixed
fractional rule; Kelly (1956) in Thorp's continuous form, mean over variance.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

import numpy as np

from kuznia.core.errors import BacktestError
from kuznia.core.typing import Float

SizingRule = Literal["units", "value", "fraction", "volatility_target", "risk_per_trade", "kelly"]
RULES: tuple[SizingRule, ...] = (
    "units",
    "value",
    "fraction",
    "volatility_target",
    "risk_per_trade",
    "kelly",
)
MOST = 1e18
KERNEL_RULES = ("units", "value", "fraction")


@dataclass(frozen=True, slots=True)
class Sizing:
    """A rule that counts the shares of an entry, at the close it is decided on.

    Parameters
    ----------
    rule : {"units", "value", "fraction", "volatility_target", "risk_per_trade", "kelly"}
        What `amount` is.
    amount : float
        Shares; cash of the account's currency; fraction of the equity; yearly volatility that the
        position has as a fraction of the equity; fraction of the equity that is lost when the stop is
        hit; multiple of the Kelly fraction (0.5 is half Kelly).
    window : int
        Bars of returns up to the decision, for ``volatility_target`` and ``kelly``.
    cap : float
        Largest fraction of the equity that those three rules may ask for.
    periods_per_year : float
        Bars of a year, for ``volatility_target``.

    Examples
    --------
    >>> Sizing("risk_per_trade", 0.01).amount
    0.01
    """

    rule: SizingRule = "fraction"
    amount: float = 1.0
    window: int = 60
    cap: float = 1.0
    periods_per_year: float = 252.0

    def __post_init__(self) -> None:
        if self.rule not in RULES:
            raise BacktestError(f"The sizing rule is {self.rule!r}.", f"Use one of {list(RULES)}.")
        for name in ("amount", "cap", "periods_per_year"):
            value = getattr(self, name)
            if not isinstance(value, int | float | np.number) or not 0 < value <= MOST:
                raise BacktestError(f"Sizing has {name} {value!r:.60}.", f"Give a number from 0 to {MOST:g}.")
        if isinstance(self.window, float | str) or not 2 <= self.window <= MOST:
            raise BacktestError(f"Sizing has window {self.window!r:.60}.", "Use two bars at least.")

    @classmethod
    def from_spec(cls, spec: dict[str, Any]) -> Sizing:
        """Read a rule from plain data; an unknown name is an error."""
        unknown = sorted(set(spec) - {f.name for f in fields(cls)})
        if unknown:
            raise BacktestError(f"Unknown sizing {unknown}.", f"Use {[f.name for f in fields(cls)]}.")
        return cls(**spec)

    def to_spec(self) -> dict[str, Any]:
        """Plain data that `from_spec` reads back."""
        return asdict(self)


def amounts(sizing: Sizing, close: Float, stop: Float | None, *, fractional_stop: bool) -> tuple[int, Float]:
    """The kernel's rule and its amount for each bar and instrument.

    Parameters
    ----------
    sizing : Sizing
        The rule.
    close : float64 (T, N)
        Closes; row ``t`` of the answer uses rows up to ``t``.
    stop : float64 broadcast to (T, N), optional
        Distance of the stop, needed by ``risk_per_trade``.
    fractional_stop : bool
        Whether `stop` is a fraction of the price; else it is a price difference.

    Returns
    -------
    tuple of int and float64 (T, N) or (1, 1)
        Place in ``KERNEL_RULES``, and amounts; NaN where the window is not full.

    Examples
    --------
    Risking 1 % with a stop 4 % away buys a quarter of the equity:

    >>> rule, each = amounts(Sizing("risk_per_trade", 0.01), np.full((2, 1), 50.0), np.array([[0.04]]),
    ...                      fractional_stop=True)
    >>> KERNEL_RULES[rule], each.tolist()
    ('fraction', [[0.25], [0.25]])
    """
    if sizing.rule in KERNEL_RULES:
        return KERNEL_RULES.index(sizing.rule), np.full((1, 1), float(sizing.amount))
    if sizing.rule == "risk_per_trade":
        if stop is None:
            raise BacktestError(
                "risk_per_trade has no stop to count from.", "Give a stop_loss or a trailing."
            )
        away = stop if fractional_stop else stop / close
        fraction = sizing.amount / np.where(away > 0, away, np.nan)
    else:
        from kuznia.core.backtest.orders._sizing_kernels import return_moments

        mean, deviation = return_moments(np.ascontiguousarray(close), int(sizing.window))
        deviation = np.where(deviation > 0, deviation, np.nan)
        if sizing.rule == "volatility_target":
            fraction = sizing.amount / (deviation * np.sqrt(sizing.periods_per_year))
        else:
            fraction = sizing.amount * np.maximum(mean, 0.0) / deviation**2
    shape = np.broadcast_shapes(fraction.shape, close.shape)
    return 2, np.array(np.broadcast_to(np.minimum(fraction, sizing.cap), shape), order="C")
