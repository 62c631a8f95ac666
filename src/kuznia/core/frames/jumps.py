"""Jumps of a price: what was undone at once, what is a change of unit or of owner, what looks like a split.

The bound is robust: so many median absolute deviations of the log returns, never below a floor that an
ordinary share crosses a few times in a decade. Only what cannot be a market's work is kept out: a jump by
half or more that is undone within days, prices in two units, prices of another firm under one ticker.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log

import numpy as np
import polars as pl
from numpy.typing import NDArray

from kuznia.core.frames.findings import Checked, Finding, passed
from kuznia.core.typing import Bool, Float

DEVIATIONS = 10.0
FLOOR = log(1.2)
CEILING = log(3)
SPIKE = log(1.5)
SPIKE_ROWS = 5
OTHER_FIRM = 60.0
UNITS = (100.0, 1000.0)
FEW = 0.1
"""Share of rows up to which the odd unit is taken for the wrong one."""
SPLITS = {
    2.0: "2 for 1",
    3.0: "3 for 1",
    4.0: "4 for 1",
    5.0: "5 for 1",
    7.0: "7 for 1",
    10.0: "10 for 1",
} | {
    1.5: "3 for 2",
    15.0: "15 for 1",
    20.0: "20 for 1",
    25.0: "25 for 1",
    50.0: "50 for 1",
}
MAD_TO_DEVIATION = 1.4826


@dataclass(frozen=True, slots=True)
class Jump:
    """A step of the log price at row ``at`` (from ``at - 1``) beyond the bound; up to ``until`` if undone."""

    at: int
    size: float
    until: int | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why rows of one instrument are kept out."""

    rows: Bool
    check: str
    reason: str
    remedy: str


def bound(returns: Float) -> tuple[float, float]:
    """The scale of ordinary returns, and the size from which one is a jump."""
    moved = returns[returns != 0]
    if moved.size == 0:
        return 0.0, FLOOR
    scale = MAD_TO_DEVIATION * float(np.median(np.abs(moved - np.median(moved))))
    return scale, min(max(DEVIATIONS * scale, FLOOR), CEILING)


def jumps(close: Float) -> list[Jump]:
    """Steps beyond the bound, in order; those undone within a few rows say where.

    Examples
    --------
    >>> found = jumps(np.array([10.0, 10.1, 10.0, 5.0, 10.0, 10.1, 10.0]))
    >>> [(jump.at, jump.until) for jump in found]
    [(3, 4)]
    """
    level = np.log(close)
    steps = np.diff(level)
    scale, limit = bound(steps)
    found: list[Jump] = []
    n = 0
    while n < steps.size:
        size = float(steps[n])
        if abs(size) <= limit:
            n += 1
            continue
        until = _undone(level, n + 1, size, scale)
        found.append(Jump(n + 1, size, until))
        n = until if until is not None else n + 1
    return found


def _undone(level: Float, at: int, size: float, scale: float) -> int | None:
    """The row at which the price is back where it was, if it comes back soon."""
    for until in range(at + 1, min(at + SPIKE_ROWS + 1, level.size)):
        back = abs(level[until] - level[at - 1])
        if back < max(0.2 * abs(size), 3 * scale * np.sqrt(until - at + 1)) and back < abs(size) / 2:
            return until
    return None


def ratio_name(size: float, scale: float) -> str | None:
    """The split that a step looks like, or None."""
    ratio = float(np.exp(abs(size)))
    for known, name in SPLITS.items():
        # An ordinary day's move adds to the split's; near 3 for 2 that would take in too much.
        slack = max(0.03, min(3 * scale, 0.06)) if known >= 2 else 0.02
        if abs(log(ratio / known)) < slack:
            return name if size < 0 else f"{name} reversed"
    return None


def unit_of(size: float) -> float | None:
    """100 or 1000 where a step is a change of unit (pence for pounds), else None."""
    return next((unit for unit in UNITS if abs(abs(size) - log(unit)) < 0.15), None)


def check_jumps(rows: pl.DataFrame, adjusted_for: tuple[str, ...], present: pl.DataFrame) -> Checked:
    """Judge the closes of every instrument of a bars frame.

    Parameters
    ----------
    rows : DataFrame
        Bars with positive prices, no repeated key, and ``line``.
    adjusted_for : tuple of str
        What the dataset says is taken out already; a split is expected in bars that are not.
    present : DataFrame
        ``instrument``, ``ts`` and ``close`` of what the dataset has: new rows are judged beside it, and it
        stays as it is.
    """
    step = passed(rows)
    beside = _beside(rows, present)
    for (_,), bars in beside.sort("instrument", "ts").group_by(["instrument"], maintain_order=True):
        step = _merged(step, _check_one(bars, adjusted_for))
    return step


def _beside(rows: pl.DataFrame, present: pl.DataFrame) -> pl.DataFrame:
    """The rows and what the dataset has of the same instruments; that has no ``line``."""
    known = present.join(rows.select("instrument").unique(), on="instrument", how="semi").join(
        rows.select("instrument", "ts"), on=["instrument", "ts"], how="anti"
    )
    prices = [pl.col("close").alias(name) for name in ("open", "high", "low", "close")]
    return pl.concat([rows, known.select("instrument", "ts", *prices)], how="diagonal")


def _merged(whole: Checked, one: Checked) -> Checked:
    if one.bad.is_empty():
        return Checked(whole.good, whole.bad, (*whole.findings, *one.findings))
    lines = one.bad.select("instrument", "ts")
    good = whole.good.join(lines, on=["instrument", "ts"], how="anti", maintain_order="left")
    return Checked(good, pl.concat([whole.bad, one.bad]), (*whole.findings, *one.findings))


def _check_one(bars: pl.DataFrame, adjusted_for: tuple[str, ...]) -> Checked:
    close = bars["close"].to_numpy()
    if close.size < 3:
        return passed(bars)
    found = jumps(close)
    if not found:
        return passed(bars)
    verdicts = _spikes(bars, close, found)
    kept = np.ones(close.size, dtype=np.bool_)
    for verdict in verdicts:
        kept &= ~verdict.rows
    lasting = [jump for jump in found if kept[jump.at]]
    whole = _unit_change(close, kept, lasting) or _other_firm(close, kept, lasting)
    if whole is not None:
        verdicts.insert(0, whole)
        kept &= ~whole.rows
        lasting = [jump for jump in lasting if kept[jump.at] and kept[jump.at - 1]]
    scale, _ = bound(np.diff(np.log(close)))
    new = bars["line"].is_not_null().to_numpy()
    told = [jump for jump in lasting if kept[jump.at] and (new[jump.at] or new[jump.at - 1])]
    findings = [_finding(bars, close, jump, scale, adjusted_for) for jump in told]
    return Checked(bars.filter(kept), _bad(bars, verdicts), tuple(findings))


def _bad(bars: pl.DataFrame, verdicts: list[Verdict]) -> pl.DataFrame:
    parts = [passed(bars.clear()).bad]
    taken = np.zeros(bars.height, dtype=np.bool_)
    for verdict in verdicts:
        parts.append(
            bars.filter(pl.lit(pl.Series(verdict.rows & ~taken)) & pl.col("line").is_not_null()).with_columns(
                pl.lit(verdict.check).alias("check"),
                pl.lit(verdict.reason).alias("reason"),
                pl.lit(verdict.remedy).alias("remedy"),
            )
        )
        taken |= verdict.rows
    return pl.concat(parts)


def _spikes(bars: pl.DataFrame, close: Float, found: list[Jump]) -> list[Verdict]:
    verdicts = []
    scale, _ = bound(np.diff(np.log(close)))
    for jump in found:
        if jump.until is None or abs(jump.size) < SPIKE or _traded_through(bars, close, jump):
            continue
        rows: NDArray[np.bool_] = np.zeros(close.size, dtype=np.bool_)
        rows[jump.at : jump.until] = True
        change = (
            f"close goes from {close[jump.at - 1]:g} to {close[jump.at]:g} and back to {close[jump.until]:g}"
        )
        split, unit = ratio_name(jump.size, scale), unit_of(jump.size)
        if unit is not None:
            check, why = "unit_change", f"{change}: {unit:g} times, so another unit"
        elif split is not None:
            check, why = "split_undone", f"{change}: a split ({split}) applied and taken back"
        else:
            check, why = "spike", f"{change}: a jump undone within {jump.until - jump.at} rows"
        verdicts.append(Verdict(rows, check, why, "Compare with another source; release it if it is true."))
    return verdicts


def _traded_through(bars: pl.DataFrame, close: Float, jump: Jump) -> bool:
    """Whether the bar itself spans half the jump: then a market made it, not a typing error."""
    half = close[jump.at - 1] * np.exp(jump.size / 2)
    return bool(bars["low"][jump.at] <= half <= bars["high"][jump.at])


def _unit_change(close: Float, kept: Bool, lasting: list[Jump]) -> Verdict | None:
    """Prices that lie for a while in another unit. The rarer unit is wrong only if it is rare."""
    turns = [jump for jump in lasting if unit_of(jump.size) is not None]
    if not turns:
        return None
    level = np.zeros(close.size)
    for jump in turns:
        unit = unit_of(jump.size) or 1.0
        level[jump.at :] += np.sign(jump.size) * log(unit)
    high = level > level.min() + 1
    share = float(high[kept].mean())
    unit = unit_of(turns[0].size) or 1.0
    span = f"{turns[0].at + 1} of {close.size}"
    if FEW < share < 1 - FEW:
        return Verdict(
            np.ones(close.size, dtype=np.bool_),
            "unit_change",
            f"prices are in two units, {unit:g} times apart, from row {span}: {int(high.sum())} rows in one "
            f"and {int((~high).sum())} in the other, and nothing says which is right",
            "Convert the file to one unit and upload it again.",
        )
    return Verdict(
        high if share <= FEW else ~high,
        "unit_change",
        f"the price is {unit:g} times off its neighbours: another unit",
        "Convert these rows to the unit of the others and upload them again.",
    )


def _other_firm(close: Float, kept: Bool, lasting: list[Jump]) -> Verdict | None:
    """Prices before a lasting step of another order of magnitude belong to the ticker's earlier owner."""
    for jump in reversed(lasting):
        before, after = close[: jump.at][kept[: jump.at]], close[jump.at :][kept[jump.at :]]
        if before.size == 0 or after.size == 0:
            continue
        ratio = float(np.median(after) / np.median(before))
        if abs(log(ratio)) > log(OTHER_FIRM) and abs(jump.size) > log(OTHER_FIRM):
            rows = np.zeros(close.size, dtype=np.bool_)
            rows[: jump.at] = True
            return Verdict(
                rows,
                "ticker_reuse",
                f"prices lie near {np.median(before):g} up to here and near {np.median(after):g} afterwards: "
                "the ticker belonged to another firm",
                "Register the earlier owner as a key of its own (~2) and upload its rows under that.",
            )
    return None


def _finding(
    bars: pl.DataFrame, close: Float, jump: Jump, scale: float, adjusted_for: tuple[str, ...]
) -> Finding:
    split = ratio_name(jump.size, scale) if jump.until is None else None
    before, after = float(close[jump.at - 1]), float(close[jump.at])
    change = after / before - 1
    expected = split is not None and "splits" not in adjusted_for
    check = "split_like" if split else "jump"
    if split:
        message = f"The close goes from {before:g} to {after:g}: like a split {split}."
        remedy = (
            "Load the split into an actions dataset; these bars are said to be unadjusted."
            if expected
            else "The bars are said to be adjusted for splits: ask the source, or correct the rows before it."
        )
    else:
        back = "" if jump.until is None else f", and is back after {jump.until - jump.at} rows"
        message = f"The close goes from {before:g} to {after:g} ({change:+.1%}) in one bar{back}."
        remedy = "If a spin-off or a special dividend did it, load that as an action; else compare sources."
    severe = abs(jump.size) > SPIKE and jump.until is None and not expected
    return Finding(
        check,
        "error" if severe else "info" if expected else "warning",
        str(bars["instrument"][0]),
        message,
        remedy,
        bars["ts"][jump.at],
        bars["ts"][jump.at],
        1,
        {"line": bars["line"][jump.at], "change": round(change, 6), "before": before, "after": after},
    )
