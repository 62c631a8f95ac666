"""Adjustment as a view: prices in the units of a date, from what was known by that date.

Raw prices are stored where they are to be had. Each action multiplies the prices before it by a
factor: a split of *r* for one by 1/r, a spin-off by its price factor, a dividend *v* on a reference
price *p* by 1 − v/p. Factors accumulate **forward** from the first bar, so a bar's cumulated factor
never changes when later actions arrive; the view divides by the factor at its date. Actions that the
bars already carry are not applied again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Literal

import polars as pl

from kuznia.core.errors import FrameError

Adjustment = Literal["splits", "spin_offs", "dividends"]

ACTIONS: dict[str, Adjustment] = {
    "split": "splits",
    "spinoff_price_factor": "spin_offs",
    "dividend": "dividends",
}
"""What each action is adjusted for."""

PRICES = ("open", "high", "low", "close")

SHARE_BASES = ("as_printed", "as_adjusted")
"""What an amount for one share stands on: the shares when it was printed, or those of the bars."""


def adjusted(
    bars: pl.DataFrame,
    actions: pl.DataFrame,
    *,
    as_of: datetime,
    wanted: Collection[Adjustment] = ("splits", "spin_offs"),
    adjusted_for: Collection[str] = (),
) -> pl.DataFrame:
    """Bars in the units of a moment.

    Parameters
    ----------
    bars : DataFrame
        Frame of kind ``bars``.
    actions : DataFrame
        Frame of kind ``actions``; of several rows of one action the last known by `as_of` counts.
    as_of : datetime
        Actions known later, or still with the right then, do not exist yet.
    wanted : collection of {"splits", "spin_offs", "dividends"}
        What the view is adjusted for.
    adjusted_for : collection of the same
        What the bars carry already.

    Returns
    -------
    DataFrame
        The bars with prices adjusted, and volume for splits only: a spin-off or dividend changes no
        number of shares, so dollar volume is kept by splits and never raised by the others.
    """
    factors = price_factors(actions, as_of=as_of, wanted=wanted, adjusted_for=adjusted_for)
    if factors.is_empty():
        return bars
    last = (
        factors.sort("instrument", "ts")
        .group_by("instrument")
        .agg(pl.col("price", "shares").product().name.suffix("_last"))
    )
    joined = _cumulated(bars, factors).join(last, on="instrument", how="left", maintain_order="left")
    price = pl.col("price_last").fill_null(1.0) / pl.col("price")
    shares = pl.col("shares_last").fill_null(1.0) / pl.col("shares")
    present = [name for name in PRICES if name in bars.columns]
    changes = [(pl.col(name) * price).alias(name) for name in present]
    if "volume" in bars.columns:
        changes.append((pl.col("volume") * shares).alias("volume"))
    return joined.with_columns(changes).select(bars.columns)


def forward_factors(
    bars: pl.DataFrame, actions: pl.DataFrame, *, adjusted_for: Collection[str] = ()
) -> pl.DataFrame:
    """Factors of the splits and spin-offs that the bars go through and do not carry.

    Parameters
    ----------
    bars : DataFrame
        Frame of kind ``bars``; what happened before an instrument's first bar is left out.
    actions : DataFrame
        Frame of kind ``actions``.
    adjusted_for : collection of {"splits", "spin_offs", "dividends"}
        What the bars carry already.

    Returns
    -------
    DataFrame
        As `price_factors` gives them, for `in_first_units`.
    """
    wanted: tuple[Adjustment, ...] = ("splits", "spin_offs")
    as_of = bars.select(pl.col("ts").max()).item()
    factors = price_factors(actions, as_of=as_of, wanted=wanted, adjusted_for=adjusted_for)
    first = bars.group_by("instrument").agg(pl.col("ts").min().alias("__first"))
    held = factors.join(first, on="instrument").filter(pl.col("ts") >= pl.col("__first"))
    return held.drop("__first").sort("instrument", "ts")


def in_first_units(
    rows: pl.DataFrame, factors: pl.DataFrame, columns: Sequence[str] = PRICES
) -> pl.DataFrame:
    """Rows in the share units of each instrument's first bar, so that no later action changes them.

    Returns are those of who keeps all that a share became. A price is multiplied by what one share of
    the first bar has become, a volume divided by the number of shares alone.

    Parameters
    ----------
    rows : DataFrame
        With ``instrument`` and ``ts``: bars, or dividends, each in the units of its own time.
    factors : DataFrame
        From `forward_factors`.
    columns : sequence of str
        What is an amount for one share.

    Returns
    -------
    DataFrame
        The rows and ``units``, which the amounts were multiplied by.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> days = [datetime(2024, 1, n, 21, tzinfo=UTC) for n in (2, 3)]
    >>> bars = pl.DataFrame({"instrument": "XNAS:A", "ts": days, "close": [10.0, 5.5]})
    >>> split = pl.DataFrame({"instrument": "XNAS:A", "ts": days[:1], "price": [0.5], "shares": [2.0]})
    >>> in_first_units(bars, split)["close"].to_list()
    [10.0, 11.0]
    """
    joined = _cumulated(rows, factors).with_columns(units=1.0 / pl.col("price"))
    changes = [(pl.col(name) * pl.col("units")).alias(name) for name in columns if name in rows.columns]
    if "volume" in rows.columns:
        changes.append((pl.col("volume") / pl.col("shares")).alias("volume"))
    return joined.with_columns(changes).select(*rows.columns, "units")


def in_bar_units(
    fundamentals: pl.DataFrame,
    actions: pl.DataFrame,
    *,
    adjusted_for: Collection[str],
    until: datetime,
    factors: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Fundamentals with amounts for one share in the share units that the bars are in.

    An amount printed as of its known time stands on the shares of that time. Bars that hold an action
    count all earlier prices in later shares, and so must the amount: it is multiplied by the factors of
    the held actions that came after it. Bars that the reader put into the units of their first bar take
    it through the factors that came before it. Like the adjustment of the bars themselves this changes
    the unit of a level and no ratio of a price and an amount.

    Parameters
    ----------
    fundamentals : DataFrame
        Frame of kind ``fundamentals``; rows of ``share_basis`` ``as_printed`` are converted.
    actions : DataFrame
        Frame of kind ``actions``.
    adjusted_for : collection of {"splits", "spin_offs", "dividends"}
        What the bars hold already.
    until : datetime
        Last bar: the bars hold no later action.
    factors : DataFrame or None
        What `forward_factors` gave when the bars went through `in_first_units`.

    Returns
    -------
    DataFrame
        The same rows.

    Raises
    ------
    FrameError
        When a share basis is neither blank nor one of `SHARE_BASES`.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> at = [datetime(2014, n, 1, tzinfo=UTC) for n in (5, 6, 7)]
    >>> eps = pl.DataFrame({"instrument": "XNAS:AAPL", "field": "eps", "ts": [at[0], at[2]],
    ...                     "value": [42.0, 6.2], "available_at": [at[0], at[2]],
    ...                     "share_basis": "as_printed"})
    >>> split = pl.DataFrame({"instrument": ["XNAS:AAPL"], "ts": [at[1]], "action": ["split"], "value": [7.0],
    ...                       "ref_price": [None], "applied": [True], "available_at": [at[1]]})
    >>> in_bar_units(eps, split, adjusted_for=["splits"], until=at[2])["value"].to_list()
    [6.0, 6.2]
    """
    strange = set(fundamentals["share_basis"].drop_nulls().unique()) - set(SHARE_BASES)
    if strange:
        what = f"The share basis {min(strange)!r} has no meaning here."
        raise FrameError(what, f"Use {', '.join(SHARE_BASES)}, or leave it blank.")
    rows = fundamentals.rename({"ts": "__event"}).with_columns(pl.col("available_at").alias("ts"))
    kinds = [name for name, kind in ACTIONS.items() if kind in adjusted_for]
    held = actions.filter(pl.col("applied") | pl.col("action").is_in(kinds))
    later = price_factors(
        held.with_columns(applied=False), as_of=until, wanted=tuple(ACTIONS.values()), adjusted_for=()
    )
    value = pl.col("value")
    whole = later.group_by("instrument").agg(pl.col("price").product().alias("__whole"))
    step = _cumulated(rows, later).join(whole, on="instrument", how="left", maintain_order="left")
    rows = step.with_columns(converted=value * pl.col("__whole").fill_null(1.0) / pl.col("price"))
    if factors is not None:
        forward = in_first_units(rows.drop("price", "shares"), factors, ["converted"])
        rows = rows.with_columns(forward["converted"])
    printed = pl.col("share_basis").eq_missing(SHARE_BASES[0])
    rows = rows.with_columns(pl.when(printed).then(pl.col("converted")).otherwise(value).alias("value"))
    return rows.drop("ts").rename({"__event": "ts"}).select(fundamentals.columns)


def _cumulated(rows: pl.DataFrame, factors: pl.DataFrame) -> pl.DataFrame:
    """The rows, in their order, with the product of ``price`` and of ``shares`` before each."""
    until = factors.sort("instrument", "ts").select(
        "instrument",
        pl.col("ts").alias("__from"),
        pl.col("price", "shares").cum_prod().over("instrument"),
    )
    return (
        rows.with_row_index("__row")
        .sort("ts", maintain_order=True)
        .join_asof(
            until.sort("__from"),
            left_on="ts",
            right_on="__from",
            by="instrument",
            strategy="backward",
            allow_exact_matches=False,
            check_sortedness=False,
        )
        .sort("__row")
        .drop("__row", "__from", strict=False)
        .with_columns(pl.col("price", "shares").fill_null(1.0))
    )


def price_factors(
    actions: pl.DataFrame,
    *,
    as_of: datetime,
    wanted: Collection[Adjustment],
    adjusted_for: Collection[str],
) -> pl.DataFrame:
    """What each action multiplies earlier prices and share counts by.

    Returns
    -------
    DataFrame
        ``instrument``, ``ts`` (the last moment with the right), ``price``, ``shares``; one row for each
        instrument and moment, sorted.
    """
    unknown = sorted(set(actions["action"].unique()) - ACTIONS.keys())
    if unknown:
        raise FrameError(f"The actions {unknown} have no meaning here.", f"Use {sorted(ACTIONS)}.")
    kinds = [name for name, kind in ACTIONS.items() if kind in wanted and kind not in adjusted_for]
    value = pl.col("value")
    is_dividend, is_split = pl.col("action") == "dividend", pl.col("action") == "split"
    price = pl.when(is_split).then(1.0 / value).when(is_dividend).then(1.0 - value / pl.col("ref_price"))
    known = (
        actions.filter((pl.col("available_at") <= as_of) & (pl.col("ts") < as_of))
        .sort("instrument", "ts", "action", "available_at")
        .unique(["instrument", "ts", "action"], keep="last", maintain_order=True)
        .filter(pl.col("action").is_in(kinds) & ~pl.col("applied"))
        .with_columns(price=price.otherwise(value), shares=pl.when(is_split).then(value).otherwise(1.0))
    )
    wrong = known.filter(~(pl.col("price") > 0.0) | pl.col("price").is_null())
    if not wrong.is_empty():
        row = wrong.row(0, named=True)
        what = f"The {row['action']} of {row['instrument']} at {row['ts']} gives no factor."
        raise FrameError(what, "A dividend needs a reference price above it; a split a positive ratio.")
    return (
        known.group_by("instrument", "ts").agg(pl.col("price", "shares").product()).sort("instrument", "ts")
    )
