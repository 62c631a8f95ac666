"""Checks of series and fundamentals: zeros that mean missing, jumps, changes of unit."""

from __future__ import annotations

from math import log

import numpy as np
import polars as pl

from kuznia.core.frames.findings import Checked, Finding, passed
from kuznia.core.typing import Bool, Float

DEVIATIONS = 12.0
UNIT = 50.0
MAD_TO_DEVIATION = 1.4826
NEAR = 12
USUAL = 0.2
"""Share of the median of its neighbours below which a value has come near zero."""


def newest(rows: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Of each event the row known last, in order."""
    return rows.sort(*keys, "ts", "available_at").unique([*keys, "ts"], keep="last", maintain_order=True)


def zeros_that_mean_missing(rows: pl.DataFrame, keys: list[str]) -> Checked:
    """Keep out runs of zeros in a series that is positive otherwise and never comes near zero.

    A rate may truly be zero, but it comes near it first. Two zeros or more in a row, beside values of the
    usual size, are blanks that were filled in.
    """
    step = passed(rows)
    for _, one in rows.group_by(keys, maintain_order=True):
        ordered = newest(one, keys)
        wrong = _filled_in(ordered["value"].to_numpy())
        if not wrong.any():
            continue
        lines = ordered.filter(wrong).select(*keys, "ts")
        bad = one.join(lines, on=[*keys, "ts"], how="semi", maintain_order="left").with_columns(
            pl.lit("zero_means_missing").alias("check"),
            pl.lit("zero in a series that never comes near it: the value is missing").alias("reason"),
            pl.lit("Leave it out until it is published; release it if zero is true.").alias("remedy"),
        )
        good = step.good.join(lines, on=[*keys, "ts"], how="anti", maintain_order="left")
        step = Checked(good, pl.concat([step.bad, bad]), step.findings)
    return step


def _filled_in(values: Float) -> Bool:
    zero = values == 0
    nothing = np.zeros(values.size, dtype=np.bool_)
    if zero.sum() < 2 or (~zero).sum() < 10 or (values < 0).any():
        return nothing
    wrong = nothing.copy()
    edges = np.flatnonzero(np.diff(np.concatenate(([0], zero.astype(np.int8), [0]))))
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        before, after = values[:start][-NEAR:], values[end:][:NEAR]
        sides = [(side, edge) for side, edge in ((before, -1), (after, 0)) if side.size]
        abrupt = all(_is_far_from_zero(side, edge) for side, edge in sides if side.any())
        if end - start >= 2 and abrupt:
            wrong[start:end] = True
    return wrong


def _is_far_from_zero(side: Float, edge: int) -> bool:
    """Whether the value beside the zeros is of the usual size, and further from zero than values move."""
    others = side[side > 0]
    moves = np.abs(np.diff(others))
    step = float(moves.max()) if moves.size else 0.0
    return bool(side[edge] >= USUAL * np.median(others) and side[edge] > 3 * step)


def jumps(rows: pl.DataFrame, keys: list[str]) -> list[Finding]:
    """Changes far beyond the usual; kept, because a price of −36.98 for oil is true."""
    findings = []
    for names, one in rows.group_by(keys, maintain_order=True):
        ordered = newest(one, keys)
        values = ordered["value"].to_numpy()
        if values.size < 20:
            continue
        moves = np.diff(values)
        moved = moves[moves != 0]
        if moved.size < 20:
            continue
        scale = MAD_TO_DEVIATION * float(np.median(np.abs(moved - np.median(moved))))
        far = np.abs(moves) > max(DEVIATIONS * scale, 0.25 * float(np.median(np.abs(values))))
        if far.any():
            at = np.flatnonzero(far) + 1
            worst = int(at[np.argmax(np.abs(moves[at - 1]))])
            findings.append(
                Finding(
                    "jump",
                    "warning",
                    ".".join(str(name) for name in names),
                    f"{at.size} changes are far beyond the usual; the largest is "
                    f"from {values[worst - 1]:g} to {values[worst]:g}.",
                    "Compare with the source; the values are kept.",
                    ordered["ts"][int(at[0])],
                    ordered["ts"][int(at[-1])],
                    int(at.size),
                    {"from": float(values[worst - 1]), "to": float(values[worst])},
                )
            )
    return findings


def unit_changes(rows: pl.DataFrame, keys: list[str]) -> list[Finding]:
    """Values that change 50-fold or more and stay there: percent for fractions, thousands for units."""
    findings = []
    for names, one in rows.group_by(keys, maintain_order=True):
        ordered = newest(one, keys)
        values = ordered["value"].to_numpy()
        if values.size < 6 or (values <= 0).any():
            continue
        level = np.log(values)
        steps = np.abs(np.diff(level))
        at = int(np.argmax(steps)) + 1
        lasting = abs(float(np.median(level[at:]) - np.median(level[:at]))) > log(UNIT) * 0.8
        if steps[at - 1] > log(UNIT) and lasting and min(at, values.size - at) >= 2:
            findings.append(
                Finding(
                    "unit_change",
                    "error",
                    ".".join(str(name) for name in names),
                    f"Values go from {values[at - 1]:g} to {values[at]:g} and stay there: the unit changed.",
                    "Convert one part to the unit of the other and upload it again.",
                    ordered["ts"][at],
                    ordered["ts"][-1],
                    int(values.size - at),
                    {"factor": float(np.exp(level[at] - level[at - 1]))},
                )
            )
    return findings
