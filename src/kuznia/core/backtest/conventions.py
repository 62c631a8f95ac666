"""The conventions that settings imply, as data: what a reader must know to do a simulation by hand."""

from __future__ import annotations

from dataclasses import fields

from kuznia.core.backtest.settings import Settings

FILL = {
    "next_open": "An order decided after a bar's close fills at the open of {bar}, or not at all.",
    "next_close": "An order decided after a bar's close fills at the close of {bar}, or not at all.",
    "same_close": "Orders fill at the close they were decided on, which nobody can trade: optimistic.",
}
SLIPPAGE = {
    "fixed": "Slippage: {c:g} bps of the value of each fill.",
    "volatility": "Slippage: {c:g} times the standard deviation of a bar's return, over {w} bars up to the"
    " decision.",
    "volume_share": "Slippage: {c:g} times the squared share of the bar's volume, of the price (zipline).",
    "square_root": "Slippage: {c:g} times deviation times root of quantity over mean volume, both over {w}"
    " bars up to the decision (the square root law).",
}
CUT = "Targets are cut at the decision; what is cut is reported as limited."


def conventions(settings: Settings, *, dividends: bool, splits: bool = False) -> list[dict[str, str]]:
    """Sentences for everything that a reader must know, one at least for each setting that is not default.

    Parameters
    ----------
    settings : Settings
        The account.
    dividends : bool
        Whether cash dividends were given.
    splits : bool
        Whether prices were put into one share unit over splits and spin-offs.

    Returns
    -------
    list of dict
        ``key``, ``text``.

    Examples
    --------
    >>> [line["key"] for line in conventions(Settings(), dividends=False)][:2]
    ['fill', 'sizing']
    """
    lines = {
        "fill": _fill(settings),
        "sizing": _sizing(settings),
        "order": _order(settings),
        "costs": _costs(settings),
        **_fills(settings),
        "short": f"Short proceeds are cash; borrowing costs {settings.borrow_fee:g} a year, actual/360.",
        "cash": _cash(settings),
        "ruin": "An account worth less than nothing at a close closes everything at the next fill, whatever"
        " the cash (margin); what it wanted before is dropped.",
        **_margin(settings),
        **_limits(settings),
        "dividends": _dividends(dividends),
        "marks": "Positions are valued at the last close.",
        "missing": "Without a price at its fill an order is reported as unfilled and the position is kept.",
        "delisting": _delisting(settings),
        "trades": "Trades pair fills first in, first out; prices are before spread and slippage, costs are"
        " split by kind.",
        "sharpe": "Sharpe: mean over standard deviation (ddof 1), times the root of the periods per year.",
        "cagr": "CAGR by calendar days / 365.25; drawdown includes the starting capital.",
    }
    if splits:
        lines["splits"] = (
            "Splits and spin-offs: shares are counted in units of the first bar, fees per share too;"
            " trades are shown in the units of their opening."
        )
    return [{"key": key, "text": text} for key, text in lines.items()]


def changed(settings: Settings) -> dict[str, object]:
    """The settings that are not the default ones.

    Examples
    --------
    >>> changed(Settings(lot=1.0))
    {'lot': 1.0}
    """
    return {
        one.name: getattr(settings, one.name)
        for one in fields(settings)
        if getattr(settings, one.name) != one.default
    }


def _fill(settings: Settings) -> str:
    bar = "the next bar" if settings.delay == 1 else f"the bar {settings.delay} bars later"
    return FILL[settings.fill].format(bar=bar)


def _sizing(settings: Settings) -> str:
    if settings.size_at == "fill":
        where = "Shares are counted at the price of the fill from the equity at those prices"
    else:
        where = "Shares are counted at the decision's close from the equity then"
    lot = "fractions are allowed" if settings.lot == 0 else f"orders are cut to lots of {settings.lot:g}"
    return f"{where}; {lot}."


def _order(settings: Settings) -> str:
    if settings.leverage is None:
        return "Sells before buys; when cash is short, all buys shrink by one factor, fees included."
    return (
        f"Sells before buys; when gross value would pass {settings.leverage:g} times the equity after costs,"
        " all that opens or adds shrinks by one factor."
    )


def _costs(settings: Settings) -> str:
    parts = [
        f"Commission {settings.commission_bps:g} bps of value, {settings.commission_per_share:g} per share"
    ]
    if settings.commission_per_order:
        parts.append(f"{settings.commission_per_order:g} per order")
    parts.append(f"at least {settings.commission_minimum:g} an order")
    if settings.commission_maximum_bps is not None:
        parts.append(f"at most {settings.commission_maximum_bps:g} bps")
    text = ", ".join(parts) + f"; half spread {settings.half_spread_bps:g} bps."
    for start, bps in settings.commission_tiers:
        text += f" From {start:g} traded in the calendar month: {bps:g} bps."
    return text


def _fills(settings: Settings) -> dict[str, str]:
    lines = {}
    if settings.slippage != "none":
        text = SLIPPAGE[settings.slippage]
        lines["slippage"] = text.format(c=settings.slippage_coefficient, w=settings.impact_window)
    if settings.participation is not None:
        rest = {"carry": "is tried again until decided anew", "cancel": "is cancelled"}[settings.rest]
        lines["participation"] = (
            f"An order takes at most {settings.participation:g} of the bar's volume; the rest {rest}."
        )
    if settings.tick:
        lines["tick"] = (
            f"Prices paid are rounded against the trader to {settings.tick:g}; it counts as slippage."
        )
    return lines


def _cash(settings: Settings) -> str:
    text = f"Cash earns {settings.cash_interest:g} a year, actual/360"
    if settings.debit_interest is not None:
        text += f"; negative cash pays {settings.debit_interest:g}"
    if settings.leverage is None and settings.limit_gross is None:
        text += "; cash limits what is bought, not what is sold short"
    return text + "."


def _margin(settings: Settings) -> dict[str, str]:
    if settings.maintenance is None:
        return {}
    most = settings.leverage if settings.leverage is not None else 1.0
    return {
        "margin": f"Equity below {settings.maintenance:g} of the gross value at a close cuts positions at the"
        f" next fill to {most:g} times the equity; what rests of orders is dropped."
    }


def _limits(settings: Settings) -> dict[str, str]:
    said = {
        "limit_gross": "gross",
        "limit_net": "net",
        "limit_name": "one instrument",
        "limit_sector": "one sector",
    }
    found = [
        f"{word} {getattr(settings, n):g}" for n, word in said.items() if getattr(settings, n) is not None
    ]
    lines = {"limits": f"At most {', '.join(found)} of the equity. {CUT}"} if found else {}
    if settings.limit_loss is not None:
        lines["loss"] = (
            f"After a fall of {settings.limit_loss:g} from the peak everything is sold and nothing opened."
        )
    return lines


def _dividends(paid: bool) -> str:
    if paid:
        return "Dividends are paid in cash on the ex-date on what was held the close before; shorts pay them."
    return "No dividends: every return is a price return."


def _delisting(settings: Settings) -> str:
    text = f"After {settings.stale_bars} bars without a price a position ends at its last price"
    if settings.delisting == "exchange":
        text += ", less 30 % on XNYS and XASE and 55 % on XNAS (Shumway 1997; Shumway and Warther 1999)"
    return text + "."
