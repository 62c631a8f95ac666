"""Settings of a simulation: one flat value that is plain data outside and a vector inside kernels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from numbers import Real
from typing import Any, Literal

import numpy as np

from kuznia.core.backtest import places
from kuznia.core.errors import BacktestError
from kuznia.core.typing import Float

Fill = Literal["next_open", "next_close", "same_close"]
Slippage = Literal["none", "fixed", "volatility", "volume_share", "square_root"]

COSTS = (
    "commission_bps",
    "commission_per_share",
    "commission_per_order",
    "commission_minimum",
    "half_spread_bps",
    "slippage_coefficient",
    "tick",
    "borrow_fee",
)
"""What a doubled account pays twice, with the tiers and the cap of the commission."""
BPS = ("commission_bps", "half_spread_bps")
CHOICES = {
    "fill": places.FILLS,
    "size_at": ("decision", "fill"),
    "slippage": places.SLIPPAGES,
    "rest": ("carry", "cancel"),
    "delisting": ("last", "exchange"),
}
POSITIVE = ("initial_cash", "participation", "leverage", "commission_maximum_bps", "limit_loss")
AT_LEAST_ONE = ("delay", "stale_bars")
NOT_NEGATIVE = (
    "commission_per_share",
    "commission_per_order",
    "commission_minimum",
    "slippage_coefficient",
    "lot",
    "tick",
    "maintenance",
    "borrow_fee",
    "limit_gross",
    "limit_net",
    "limit_name",
    "limit_sector",
)
WHOLE = ("delay", "impact_window", "stale_bars")
RATES = ("cash_interest", "debit_interest", "borrow_fee")
MAY_BE_NONE = ("commission_maximum_bps", "participation", "debit_interest", "leverage", "maintenance")


@dataclass(frozen=True, slots=True)
class Settings:
    """How an account trades. Fractions are fractions; rates are yearly and actual/360.

    Parameters
    ----------
    initial_cash : float
        Cash at the start, in the account's currency.
    commission_bps, commission_per_share, commission_per_order : float
        Commission of an order: basis points of its value, an amount per share, an amount per order.
    commission_minimum : float
        Least commission of an order.
    commission_maximum_bps : float, optional
        Most that an order's commission may be, in basis points of its value; it wins over the minimum.
    commission_tiers : tuple of (float, float)
        Value traded in the calendar month from which, and the basis points that then replace
        `commission_bps`; rates may only fall.
    half_spread_bps : float
        Half of the bid-ask spread, paid on every fill, in basis points of its value.
    fill : {"next_open", "next_close", "same_close"}
        ``same_close`` trades at the very price that the decision was made on: optimistic.
    delay : int
        Bars from the decision to the fill; ``same_close`` ignores it.
    size_at : {"decision", "fill"}
        Whether shares are counted at the decision's close or at the price of the fill.
    slippage : {"none", "fixed", "volatility", "volume_share", "square_root"}
        Model of the price impact, in fractions of the price: the coefficient as basis points, times the
        standard deviation of a bar's return, times the squared share of the bar's volume, or times
        deviation and root of quantity over mean volume.
    slippage_coefficient : float
        The model's coefficient; zipline's volume share has 0.1, the square root law about 1.
    impact_window : int
        Bars up to the decision from which deviation and mean volume are taken.
    participation : float, optional
        Largest share of a bar's volume that one order takes.
    rest : {"carry", "cancel"}
        Whether what volume left over is tried again at each bar until it is decided anew, or dropped.
    lot, tick : float
        Smallest number of shares and smallest step of a price; 0 for fractions of any size. The price
        that is paid is rounded against the trader.
    cash_interest, debit_interest, borrow_fee : float
        Yearly rates on cash, on negative cash (None: as on cash), and on the value of what is short.
    leverage : float, optional
        Largest gross value over equity that may be opened on credit. None: a cash account, in which
        buys are limited by the cash.
    maintenance : float, optional
        Equity below this share of the gross value at a close cuts positions at the next fill.
    stale_bars : int
        Bars without a price after which a holding is liquidated at its last price.
    delisting : {"last", "exchange"}
        ``exchange`` takes 30 % off the last price on XNYS and XASE and 55 % on XNAS.
    limit_gross, limit_net, limit_name, limit_sector : float, optional
        Largest targets, as fractions of the equity; what is above is cut.
    limit_loss : float, optional
        Fall from the peak, as a fraction, after which everything is sold and nothing opened.

    Examples
    --------
    >>> Settings(commission_bps=10.0, slippage="fixed", slippage_coefficient=2.0).doubled().commission_bps
    20.0
    >>> Settings.from_spec({"commission_tiers": [[0.0, 10.0], [1e6, 5.0]]}).commission_tiers
    ((0.0, 10.0), (1000000.0, 5.0))
    """

    initial_cash: float = 100_000.0
    commission_bps: float = 0.0
    commission_per_share: float = 0.0
    commission_per_order: float = 0.0
    commission_minimum: float = 0.0
    commission_maximum_bps: float | None = None
    commission_tiers: tuple[tuple[float, float], ...] = ()
    half_spread_bps: float = 0.0
    fill: Fill = "next_open"
    delay: int = 1
    size_at: Literal["decision", "fill"] = "decision"
    slippage: Slippage = "none"
    slippage_coefficient: float = 0.0
    impact_window: int = 20
    participation: float | None = None
    rest: Literal["carry", "cancel"] = "carry"
    lot: float = 0.0
    tick: float = 0.0
    cash_interest: float = 0.0
    debit_interest: float | None = None
    borrow_fee: float = 0.0
    leverage: float | None = None
    maintenance: float | None = None
    stale_bars: int = 10
    delisting: Literal["last", "exchange"] = "last"
    limit_gross: float | None = None
    limit_net: float | None = None
    limit_name: float | None = None
    limit_sector: float | None = None
    limit_loss: float | None = None

    def __post_init__(self) -> None:
        try:
            tiers = tuple((float(start), float(bps)) for start, bps in self.commission_tiers)
        except (TypeError, ValueError):
            raise BacktestError(
                f"commission_tiers are {self.commission_tiers!r:.60}.",
                "Give pairs of a value and basis points.",
            ) from None
        object.__setattr__(self, "commission_tiers", tiers)
        self._check_types()
        for name, choices in CHOICES.items():
            if getattr(self, name) not in choices:
                raise BacktestError(f"{name} is {getattr(self, name)!r}.", f"Use one of {list(choices)}.")
        for rule, names, remedy in (
            (lambda x: 0 < x < np.inf, POSITIVE, "Give a positive number."),
            (lambda x: 1 <= x < np.inf, AT_LEAST_ONE, "Use one bar at least."),
            (lambda x: 2 <= x < np.inf, ("impact_window",), "Use two bars at least."),
            (lambda x: 0 <= x < np.inf, NOT_NEGATIVE, "Give a number of at least 0."),
            (lambda x: 0 <= x < 10_000, BPS, "Costs lie from 0 to below 10000."),
            (lambda x: -1 < x < 10, RATES, "Give a yearly rate as a fraction, 0.05 for 5 %."),
            (lambda x: x == int(x), WHOLE, "Give a whole number of bars."),
            (lambda x: x <= 1, ("participation", "limit_loss"), "Give a fraction of at most 1."),
        ):
            self._require(rule, names, remedy)
        self._check_tiers()

    def _check_types(self) -> None:
        for one in fields(self):
            value = getattr(self, one.name)
            if type(value) in (float, int) or one.name in CHOICES or one.name == "commission_tiers":
                continue
            if value is None and (one.name in MAY_BE_NONE or one.name.startswith("limit_")):
                continue
            if isinstance(value, bool) or not isinstance(value, Real):
                raise BacktestError(f"{one.name} is {value!r:.60}.", "Give a number.")

    def _require(self, rule: Any, names: tuple[str, ...], remedy: str) -> None:
        for name in names:
            value = getattr(self, name)
            if value is not None and not rule(value):
                raise BacktestError(f"{name} is {value}.", remedy)

    def _check_tiers(self) -> None:
        starts = [start for start, _ in self.commission_tiers]
        rates = [bps for _, bps in self.commission_tiers]
        if starts != sorted(set(starts)) or (starts and starts[0] < 0):
            raise BacktestError(f"commission_tiers start at {starts}.", "Let them start at rising values.")
        if any(not 0 <= bps < 10_000 for bps in rates):
            raise BacktestError(f"commission_tiers have rates {rates}.", "Costs lie from 0 to below 10000.")
        if rates != sorted(rates, reverse=True):
            raise BacktestError(f"commission_tiers have rates {rates}.", "Let rates fall from tier to tier.")
        if rates and starts[0] > 0 and rates[0] > self.commission_bps:
            raise BacktestError(
                f"The first tier's {rates[0]} bps are above commission_bps of {self.commission_bps}.",
                "Let rates fall from tier to tier, or start the first tier at 0.",
            )
        if self.slippage == "fixed" and self.slippage_coefficient >= 10_000:
            raise BacktestError(
                f"slippage_coefficient is {self.slippage_coefficient} bps.",
                "Costs lie from 0 to below 10000.",
            )
        if self.maintenance is not None and self.maintenance * (self.leverage or 1.0) > 1:
            raise BacktestError(
                f"maintenance is {self.maintenance} with a leverage of {self.leverage or 1.0}.",
                "Let maintenance be at most 1 / leverage, or every new position is cut at once.",
            )

    @classmethod
    def from_spec(cls, spec: Mapping[str, Any]) -> Settings:
        """Read settings from plain data; an unknown name is an error."""
        unknown = sorted(set(spec) - {f.name for f in fields(cls)})
        if unknown:
            raise BacktestError(f"Unknown settings {unknown}.", f"Use {[f.name for f in fields(cls)]}.")
        return cls(**spec)

    def to_spec(self) -> dict[str, Any]:
        """Plain data that `from_spec` reads back."""
        return asdict(self) | {"commission_tiers": [list(tier) for tier in self.commission_tiers]}

    def doubled(self) -> Settings:
        """The same account with every cost of trading doubled."""
        return self._times(2.0)

    def free(self) -> Settings:
        """The same account without any cost of trading."""
        return self._times(0.0)

    def _times(self, factor: float) -> Settings:
        changed: dict[str, Any] = {name: getattr(self, name) * factor for name in COSTS}
        changed["commission_tiers"] = tuple((start, bps * factor) for start, bps in self.commission_tiers)
        cap = self.commission_maximum_bps
        changed["commission_maximum_bps"] = cap * factor if cap is not None and factor > 0 else None
        return replace(self, **changed)

    def vector(self) -> Float:
        """The settings as the kernels read them; `kuznia.core.backtest.places` names the places."""
        bps, none = 1e-4, float("inf")
        cap = self.commission_maximum_bps
        debit = self.cash_interest if self.debit_interest is None else self.debit_interest
        scale = bps if self.slippage == "fixed" else 1.0
        limits = (self.limit_gross, self.limit_net, self.limit_name, self.limit_sector, self.limit_loss)
        values = [
            self.initial_cash,
            self.commission_bps / 10_000,
            self.commission_per_share,
            self.commission_per_order,
            self.commission_minimum,
            none if cap is None else cap / 10_000,
            self.half_spread_bps / 10_000,
            places.FILLS.index(self.fill),
            self.delay,
            self.size_at == "fill",
            places.SLIPPAGES.index(self.slippage),
            self.slippage_coefficient * scale,
            self.impact_window,
            self.tick,
            self.participation or 0.0,
            self.rest == "carry",
            self.lot,
            self.cash_interest,
            debit,
            self.borrow_fee,
            self.leverage or 0.0,
            self.maintenance or 0.0,
            self.stale_bars,
            *(none if limit is None else limit for limit in limits),
            len(self.commission_tiers),
        ]
        for start, rate in self.commission_tiers:
            values += [start, rate / 10_000]
        return np.array(values, dtype=np.float64)
