"""Is a series what its name says? One series under many names, and rows that contradict what is there."""

from __future__ import annotations

import polars as pl

from kuznia.core.frames.findings import Checked, parted, passed

DIGITS = 6
ENOUGH = 30
"""Moves that two series must share before they can be called one."""
ALIKE = 0.9
DISAGREE = 0.01
"""Relative difference from which two closes of one bar contradict each other."""


def _moves(bars: pl.DataFrame) -> pl.DataFrame:
    """Non-zero returns by instrument and session, rounded; a rescaled copy has the same ones."""
    change = pl.col("close") / pl.col("close").shift().over("instrument") - 1
    return (
        bars.select("instrument", "ts", "close")
        .sort("instrument", "ts")
        .with_columns(change.round(DIGITS).alias("move"))
        .filter(pl.col("move").is_not_null() & (pl.col("move") != 0))
        .select("instrument", "ts", "move")
    )


def twins(new: pl.DataFrame, old: pl.DataFrame) -> pl.DataFrame:
    """Pairs of instruments that move alike bar by bar.

    Parameters
    ----------
    new, old : DataFrame
        Bars of the file, and bars that the dataset has.

    Returns
    -------
    DataFrame
        ``instrument`` of the file, ``other``, ``shared`` moves, and whether the other is ``known``.
    """
    ours, theirs = _moves(new), _moves(old)
    theirs = theirs.join(ours.select("instrument").unique(), on="instrument", how="anti")
    everyone = pl.concat(
        [
            ours.with_columns(pl.lit(value=False).alias("known")),
            theirs.with_columns(pl.lit(value=True).alias("known")),
        ]
    )
    if everyone["instrument"].n_unique() < 2:
        return _no_twins()
    pairs = ours.join(everyone, on=["ts", "move"], suffix="_2").filter(
        pl.col("instrument") != pl.col("instrument_2")
    )
    alike = (
        pairs.group_by("instrument", "instrument_2", "known")
        .len("shared")
        .filter(pl.col("shared") >= ENOUGH)
        .rename({"instrument_2": "other"})
    )
    if alike.is_empty():
        return _no_twins()
    overlap = (
        ours.join(everyone, on="ts", suffix="_2")
        .join(alike, left_on=["instrument", "instrument_2"], right_on=["instrument", "other"], how="semi")
        .group_by("instrument", pl.col("instrument_2").alias("other"))
        .len("common")
    )
    found = alike.join(overlap, on=["instrument", "other"]).filter(
        pl.col("shared") >= ALIKE * pl.col("common")
    )
    return found.select(*_no_twins().columns).sort("instrument", "other")


def _no_twins() -> pl.DataFrame:
    return pl.DataFrame(
        schema={"instrument": pl.String, "other": pl.String, "shared": pl.UInt32, "known": pl.Boolean}
    )


def one_under_many_names(new: pl.DataFrame, old: pl.DataFrame) -> Checked:
    """Keep out instruments whose prices are another's.

    What the dataset has already is believed; of two that come together neither is, because nothing says
    whose prices they are.
    """
    found = twins(new, old)
    if found.is_empty():
        return passed(new)
    named = (
        found.sort("known", descending=True)
        .group_by("instrument", maintain_order=True)
        .agg(pl.col("other"), pl.col("shared").max(), pl.col("known").any())
        .with_columns(pl.col("other").list.sort().list.join(", "))
    )
    marked = new.join(named, on="instrument", how="left", maintain_order="left")
    where = pl.when("known").then(pl.lit("in the dataset")).otherwise(pl.lit("in this file"))
    step = parted(
        marked,
        pl.col("other").is_not_null(),
        "same_series",
        pl.format("it moves as {} {} in {} bars: one series under many names", "other", where, "shared"),
        "Find out whose prices these are and upload them under that name alone.",
    )
    extra = ["other", "shared", "known"]
    return Checked(step.good.drop(extra), step.bad.drop(extra))


def contradicting(new: pl.DataFrame, old: pl.DataFrame) -> Checked:
    """Keep out instruments of which most closes differ from those the dataset has for the same bars."""
    both = new.join(old.select("instrument", "ts", "close"), on=["instrument", "ts"], suffix="_2")
    if both.is_empty():
        return passed(new)
    differs = ((pl.col("close") / pl.col("close_2") - 1).abs() > DISAGREE).alias("differs")
    counted = both.group_by("instrument").agg(pl.len().alias("common"), differs.sum())
    wrong = counted.filter((pl.col("common") >= 5) & (pl.col("differs") > pl.col("common") / 2))
    marked = new.join(wrong, on="instrument", how="left", maintain_order="left")
    step = parted(
        marked,
        pl.col("differs").is_not_null(),
        "mislabelled",
        pl.format("{} of {} bars that the dataset has too differ by more than 1 %", "differs", "common"),
        "They are another instrument's, or adjusted in another way: check the name and the adjustment.",
    )
    return Checked(step.good.drop("common", "differs"), step.bad.drop("common", "differs"))
