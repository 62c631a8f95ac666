"""Settings of a simulation and, as data, the conventions that they imply."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

import numpy as np

from kuznia.core.errors import BacktestError
from kuznia.core.typing import Float

Fill = Literal["next_open", "same_close"]


@dataclass(frozen=True, slots=True)
class Settings:
    """How an account trades.

    Parameters
    ----------
    initial_cash : float
        Cash at the start, in the account's currency.
    commission_bps : float
        Commission in basis points of an order's value.
    commission_per_share, commission_minimum : float
        Commission per share on top, and the least commission of an order.
    half_spread_bps : float
        Half of the bid-ask spread, paid on every fill, in basis points of its value.
    fill : {"next_open", "same_close"}
        ``same_close`` trades at the very price that the decision was made on: optimistic.
    cash_interest, borrow_fee : float
        Yearly rates on cash and on the value of what is short, actual/360.
    stale_bars : int
        Bars without a price after which a holding is liquidated at its last price.

    Examples
    --------
    >>> Settings(commission_bps=10.0).doubled().commission_bps
    20.0
    """

    initial_cash: float = 100_000.0
    commission_bps: float = 0.0
    commission_per_share: float = 0.0
    commission_minimum: float = 0.0
    half_spread_bps: float = 0.0
    fill: Fill = "next_open"
    cash_interest: float = 0.0
    borrow_fee: float = 0.0
    stale_bars: int = 10

    def __post_init__(self) -> None:
        if self.fill not in ("next_open", "same_close"):
            raise BacktestError(f"fill is {self.fill!r}.", "Use 'next_open' or 'same_close'.")
        if not self.initial_cash > 0:
            raise BacktestError(f"initial_cash is {self.initial_cash}.", "Start with some cash.")
        for name in ("commission_bps", "commission_per_share", "commission_minimum", "half_spread_bps"):
            if not 0 <= getattr(self, name) < 10_000:
                raise BacktestError(f"{name} is {getattr(self, name)}.", "Costs lie from 0 to below 10000.")
        if self.stale_bars < 1:
            raise BacktestError(f"stale_bars is {self.stale_bars}.", "Wait one bar at least.")

    @classmethod
    def from_spec(cls, spec: Mapping[str, Any]) -> Settings:
        """Read settings from plain data; an unknown name is an error."""
        unknown = sorted(set(spec) - {f.name for f in fields(cls)})
        if unknown:
            raise BacktestError(f"Unknown settings {unknown}.", f"Use {[f.name for f in fields(cls)]}.")
        return cls(**spec)

    def to_spec(self) -> dict[str, Any]:
        """Plain data that `from_spec` reads back."""
        return asdict(self)

    def doubled(self) -> Settings:
        """The same account with every cost of trading doubled."""
        return self._times(2.0)

    def free(self) -> Settings:
        """The same account without any cost of trading."""
        return self._times(0.0)

    def _times(self, factor: float) -> Settings:
        costs = (
            "commission_bps",
            "commission_per_share",
            "commission_minimum",
            "half_spread_bps",
            "borrow_fee",
        )
        return Settings(**(asdict(self) | {name: getattr(self, name) * factor for name in costs}))

    def vector(self) -> Float:
        """The settings as the kernels read them."""
        return np.array(
            [
                self.initial_cash,
                self.commission_bps / 10_000,
                self.commission_per_share,
                self.commission_minimum,
                self.half_spread_bps / 10_000,
                self.cash_interest,
                self.borrow_fee,
                float(self.stale_bars),
                float(self.fill == "same_close"),
            ]
        )


def conventions(settings: Settings, *, dividends: bool, splits: bool = False) -> list[dict[str, str]]:
    """What a reader must know to do the same simulation by hand, as keys with sentences.

    Parameters
    ----------
    settings : Settings
        The account.
    dividends : bool
        Whether cash dividends were given.
    splits : bool
        Whether prices were put into one share unit over splits and spin-offs.

    Examples
    --------
    >>> [line["key"] for line in conventions(Settings(), dividends=False)][:2]
    ['fill', 'sizing']
    """
    late = settings.fill == "next_open"
    fill = (
        "An order decided after a bar's close fills at the next bar's open, or not at all."
        if late
        else "Orders fill at the close they were decided on, which nobody can trade: optimistic."
    )
    paid = (
        "Dividends are paid in cash on the ex-date on what was held the close before; shorts pay them."
        if dividends
        else "No dividends: every return is a price return."
    )
    costs = (
        f"Commission {settings.commission_bps:g} bps of value, {settings.commission_per_share:g} per share,"
        f" at least {settings.commission_minimum:g} an order; half spread {settings.half_spread_bps:g} bps."
    )
    lines = {
        "fill": fill,
        "sizing": "Shares are counted at the decision's close from the equity then; fractions are allowed.",
        "order": "Sells before buys; when cash is short, all buys shrink by one factor, fees included.",
        "costs": costs,
        "short": f"Short proceeds are cash; borrowing costs {settings.borrow_fee:g} a year, actual/360.",
        "cash": f"Cash earns {settings.cash_interest:g} a year, actual/360.",
        "dividends": paid,
        "marks": "Positions are valued at the last close.",
        "missing": "Without a price at its fill an order is reported as unfilled and the position is kept.",
        "delisting": f"After {settings.stale_bars} bars without a price a position ends at its last price.",
        "trades": "Trades pair fills first in, first out; prices are before spread, costs are split by kind.",
        "sharpe": "Sharpe: mean over standard deviation (ddof 1), times the root of the periods per year.",
        "cagr": "CAGR by calendar days / 365.25; drawdown includes the starting capital.",
    }
    if splits:
        lines["splits"] = (
            "Splits and spin-offs: shares are counted in units of the first bar, fees per share too;"
            " trades are shown in the units of their opening."
        )
    return [{"key": key, "text": text} for key, text in lines.items()]
