"""How an account trades, as the API reads it: core's settings field by field, with span and market."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema, model_validator

Group = Literal["span", "fills", "costs", "financing", "limits", "delisting", "evaluation"]
InstrumentKey = Annotated[str, Field(pattern=r"^[A-Z0-9]{4}:[A-Z0-9.\-]{1,30}(~[2-9])?$")]
Bps = Annotated[float, Field(ge=0, lt=1000)]
Cash = Annotated[float, Field(ge=0, le=1e9)]
Rate = Annotated[float, Field(ge=0, le=1)]
Tier = Annotated[
    tuple[Annotated[float, Field(ge=0, le=1e15)], Bps],
    WithJsonSchema({"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}),
]

OUTSIDE = (
    *("start", "end", "benchmark", "seed", "currency", "cash_flows"),
    *("delisting_returns", "borrow_fees", "sectors"),
)
"""Settings of the span, the market and the evaluation; the rest is the account's, as core names it."""


def _about(group: Group, description: str, unit: str | None = None) -> Any:
    """Description, unit and the group of the form, as the specification carries them."""
    extra: dict[str, Any] = {"x-group": group} | ({"x-unit": unit} if unit else {})
    return Field(description=description, json_schema_extra=extra)


class CashFlow(BaseModel):
    """Money put in, or taken out when negative, before the fills of the first bar from its date on."""

    model_config = ConfigDict(extra="forbid")

    date: date
    amount: Annotated[float, Field(ge=-1e15, le=1e15)]


class BacktestSettings(BaseModel):
    """How the account trades, and over which span."""

    model_config = ConfigDict(extra="forbid")

    start: Annotated[date | None, _about("span", "Session of the first decision")] = None
    end: Annotated[date | None, _about("span", "Session of the last bar")] = None
    initial_cash: Annotated[float, Field(gt=0, le=1e15), _about("span", "Cash at the start")] = 100_000.0
    currency: Annotated[
        Annotated[str, Field(pattern=r"^[A-Z]{3,5}$")] | None,
        _about("span", "Currency of the account; null: the one that its instruments trade in"),
    ] = None
    cash_flows: Annotated[
        list[CashFlow], Field(max_length=2000), _about("span", "Deposits and withdrawals")
    ] = []

    fill: Annotated[
        Literal["next_open", "next_close", "same_close"],
        _about("fills", "Which price fills an order; same_close is optimistic: nobody can trade it"),
    ] = "next_open"
    delay: Annotated[
        int, Field(ge=1, le=250), _about("fills", "Bars from the decision to its fill", "bars")
    ] = 1
    size_at: Annotated[
        Literal["decision", "fill"], _about("fills", "The price that shares are counted at")
    ] = "decision"
    participation: Annotated[
        Annotated[float, Field(gt=0, le=1)] | None,
        _about("fills", "Largest share of a bar's volume; null: no limit", "fraction"),
    ] = None
    rest: Annotated[
        Literal["carry", "cancel"],
        _about("fills", "What happens to what the volume did not allow: carried until filled, or cancelled"),
    ] = "carry"
    lot: Annotated[
        float, Field(ge=0, le=1e9), _about("fills", "Shares come in multiples of it; 0: fractions", "shares")
    ] = 0.0
    tick: Annotated[
        float, Field(ge=0, le=1e6), _about("fills", "Prices come in steps of it, against the trader", "cash")
    ] = 0.0

    commission_bps: Annotated[Bps, _about("costs", "Commission of an order's value", "bps")] = 5.0
    commission_per_share: Annotated[Cash, _about("costs", "Commission per share", "cash")] = 0.0
    commission_per_order: Annotated[Cash, _about("costs", "Commission per order", "cash")] = 0.0
    commission_minimum: Annotated[Cash, _about("costs", "Least commission of an order", "cash")] = 0.0
    commission_maximum_bps: Annotated[
        Annotated[float, Field(gt=0, lt=10_000)] | None,
        _about("costs", "Most commission of an order, of its value; null: no cap", "bps"),
    ] = None
    commission_tiers: Annotated[
        tuple[Tier, ...],
        Field(max_length=20),
        _about("costs", "From a value traded this calendar month on, these bps replace commission_bps"),
    ] = ()
    half_spread_bps: Annotated[Bps, _about("costs", "Half of the bid-ask spread, on each fill", "bps")] = 0.0
    slippage: Annotated[
        Literal["none", "fixed", "volatility", "volume_share", "square_root"],
        _about("costs", "How the price moves against a fill, from what was known at the decision"),
    ] = "none"
    slippage_coefficient: Annotated[
        float,
        Field(ge=0, lt=1000),
        _about(
            "costs",
            "fixed: bps; volatility: multiples of a bar's sigma; volume_share: impact times squared share"
            " (0.1 is usual); square_root: Y of Y·σ·√(Q/ADV) (about 1)",
        ),
    ] = 0.0
    impact_window: Annotated[
        int, Field(ge=2, le=1000), _about("costs", "Bars behind volatility and average volume", "bars")
    ] = 20

    cash_interest: Annotated[Rate, _about("financing", "Yearly rate on cash, actual/360", "fraction")] = 0.0
    debit_interest: Annotated[
        Rate | None,
        _about("financing", "Yearly rate on negative cash; null: as cash_interest", "fraction"),
    ] = None
    borrow_fee: Annotated[
        Rate, _about("financing", "Yearly fee on what is short, actual/360", "fraction")
    ] = 0.0
    borrow_fees: Annotated[
        dict[InstrumentKey, Rate],
        Field(max_length=5000),
        _about("financing", "Instruments' own borrowing fees, in place of borrow_fee", "fraction"),
    ] = {}
    leverage: Annotated[
        Annotated[float, Field(gt=0, le=100)] | None,
        _about("financing", "Gross value that may be held, in equities; null: a cash account", "times"),
    ] = None
    maintenance: Annotated[
        Annotated[float, Field(gt=0, lt=1)] | None,
        _about("financing", "Equity below this part of the gross value is a margin call", "fraction"),
    ] = None

    limit_gross: Annotated[
        Annotated[float, Field(gt=0, le=100)] | None,
        _about("limits", "Most gross value at a decision, in equities", "times"),
    ] = None
    limit_net: Annotated[
        Annotated[float, Field(ge=0, le=100)] | None,
        _about("limits", "Most net value at a decision, long or short, in equities", "times"),
    ] = None
    limit_name: Annotated[
        Annotated[float, Field(gt=0, le=100)] | None,
        _about("limits", "Most of one instrument, long or short", "fraction"),
    ] = None
    limit_sector: Annotated[
        Annotated[float, Field(gt=0, le=100)] | None,
        _about("limits", "Most gross value of one sector; needs a classification", "fraction"),
    ] = None
    limit_loss: Annotated[
        Annotated[float, Field(gt=0, lt=1)] | None,
        _about("limits", "Drawdown from the peak at which all is sold and nothing opened", "fraction"),
    ] = None

    stale_bars: Annotated[
        int,
        Field(ge=1, le=1000),
        _about("delisting", "Bars without a price after which a holding ends", "bars"),
    ] = 10
    delisting: Annotated[
        Literal["last", "exchange"],
        _about("delisting", "last: at the last price; exchange: −30 % on NYSE, −55 % on Nasdaq"),
    ] = "last"
    delisting_returns: Annotated[
        dict[InstrumentKey, Annotated[float, Field(ge=-1, le=10)]],
        Field(max_length=5000),
        _about("delisting", "Instruments' own returns from the last price to what was paid", "fraction"),
    ] = {}

    sectors: Annotated[
        str,
        Field(min_length=1, max_length=60),
        _about("evaluation", "Scheme of the classification that limits and attribution read"),
    ] = "sector"
    benchmark: Annotated[InstrumentKey | None, _about("evaluation", "Bought and held, for context")] = None
    seed: Annotated[int, Field(ge=0, lt=2**63), _about("evaluation", "Of all drawings")] = 0

    @model_validator(mode="after")
    def tiers_rise(self) -> BacktestSettings:
        starts = [value for value, _ in self.commission_tiers]
        if any(after <= before for before, after in pairwise(starts)):
            raise ValueError("The values that commission_tiers start from must rise.")
        return self

    def account(self) -> dict[str, Any]:
        """What core's `Settings` reads."""
        return self.model_dump(exclude=set(OUTSIDE))
