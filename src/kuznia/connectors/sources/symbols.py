"""Symbols of a file → instrument keys, at the time of each row: an instrument is not its ticker."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from kuznia.core.frames.findings import Checked, parted

KEY = r"^[A-Z0-9]{4}:[A-Z0-9.\-]+(~\d)?$"
Interval = tuple[str, str, date | None, date | None]
"""(symbol, instrument, valid from, valid until)"""


def resolved(
    rows: pl.DataFrame, known: Sequence[Interval], exchange: str | None
) -> tuple[Checked, dict[str, str]]:
    """Replace the column ``symbol`` by ``instrument``.

    Parameters
    ----------
    rows : DataFrame
        Columns ``symbol``, ``day`` (null where a row has no date) and others.
    known : sequence of (symbol, instrument, valid from, valid until)
        Registered symbols.
    exchange : str or None
        MIC of symbols that nobody registered.

    Returns
    -------
    (Checked, dict)
        Rows with their instrument, rows that have none, and the instruments to be registered (key → symbol).
    """
    table = pl.DataFrame(
        list(known),
        schema={"symbol": pl.String, "found": pl.String, "since": pl.Date, "until": pl.Date},
        orient="row",
    )
    marked = rows.with_columns(pl.col("symbol").str.strip_chars()).with_row_index("row")
    inside = (pl.col("since").is_null() | pl.col("day").is_null() | (pl.col("day") >= pl.col("since"))) & (
        pl.col("until").is_null() | pl.col("day").is_null() | (pl.col("day") < pl.col("until"))
    )
    owners = (
        marked.select("row", "symbol", "day")
        .join(table, on="symbol")
        .filter(inside)
        .group_by("row")
        .agg(pl.col("found").unique().sort())
    )
    registered = pl.col("symbol").is_in(table["symbol"].unique().implode())
    is_key = pl.col("symbol").str.contains(KEY)
    fresh_key = pl.lit(f"{exchange}:") + pl.col("symbol").str.to_uppercase()
    usable = ~registered & fresh_key.str.contains(KEY) if exchange else pl.lit(value=False)
    fallback = pl.when(usable).then(fresh_key)
    joined = (
        marked.join(owners, on="row", how="left", maintain_order="left")
        .with_columns(
            instrument=pl.when(is_key)
            .then(pl.col("symbol"))
            .when(pl.col("found").list.len() == 1)
            .then(pl.col("found").list.first())
            .otherwise(fallback),
            registered=registered,
        )
        .drop("row")
    )
    checked = _without_owner(joined)
    known_keys = set(table["found"])
    pairs = checked.good.select("instrument", "symbol").unique().rows()
    fresh = {key: symbol for key, symbol in pairs if key not in known_keys}
    return Checked(checked.good.drop("symbol", "found", "registered"), checked.bad, checked.findings), fresh


def _without_owner(joined: pl.DataFrame) -> Checked:
    homeless = pl.col("instrument").is_null()
    several = homeless & (pl.col("found").list.len() > 1)
    first = parted(
        joined,
        several,
        "ambiguous_symbol",
        pl.format("{} stands for {} then", "symbol", pl.col("found").list.join(" and ")),
        "Write the instrument's key, such as XNYS:A, in place of the symbol.",
    )
    second = parted(
        first.good,
        homeless & pl.col("registered"),
        "earlier_owner",
        pl.format("{} did not belong to a registered instrument on {}", "symbol", "day"),
        "If it had another owner then, register it as a key of its own (~2) and upload again.",
    )
    third = parted(
        second.good,
        homeless,
        "unknown_symbol",
        pl.format("Nobody registered the symbol {}", pl.col("symbol").fill_null("(blank)")),
        "Name the exchange in the upload's options, or register the instrument first.",
    )
    return first.then(second).then(third)
