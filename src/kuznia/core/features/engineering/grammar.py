"""The grammar of candidates: leaves with units, and templates that make numbers without units of them.

A price in dollars or a volume in shares says nothing across instruments, so a template takes it only
where it is divided by its own past. Every candidate is a pure number: multiplying an instrument's
prices or volumes by a constant changes none of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

from kuznia.core.expressions.catalogue import BAR_FIELDS, MACRO


class Unit(StrEnum):
    """What a leaf is measured in."""

    PRICE = "price"
    """Money for a share; positive."""
    SIZE = "size"
    """Shares, money, or anything else with a scale of its own."""
    RATIO = "ratio"
    """A pure number."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """Something to start from: its expression, its unit, the fields that it reads."""

    expression: str
    unit: Unit
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """A formula with holes.

    Parameters
    ----------
    family : str
        What it measures; people choose families.
    text : str
        ``{x}`` and ``{y}`` take leaves, ``{d}`` a window, ``{e}`` a shorter one, ``{m}`` a macro series.
    units : tuple of Unit
        Of the leaves that ``{x}`` (and ``{y}``) take.
    """

    family: str
    text: str
    units: tuple[Unit, ...]


P, S, R = Unit.PRICE, Unit.SIZE, Unit.RATIO

LEAVES = (
    Leaf("close", P, ("close",)),
    Leaf("high", P, ("high",)),
    Leaf("low", P, ("low",)),
    Leaf("volume", S, ("volume",)),
    Leaf("close * volume", S, ("close", "volume")),
    Leaf("abs(returns) / (close * volume)", S, ("close", "volume")),
    Leaf("returns", R, ("close",)),
    Leaf("high / low - 1", R, ("high", "low")),
    Leaf("close / open - 1", R, ("close", "open")),
    Leaf("open / ts_delay(close, 1) - 1", R, ("close", "open")),
    Leaf("(close - low) / (high - low)", R, ("close", "high", "low")),
    Leaf("close / vwap - 1", R, ("close", "vwap")),
)
"""What the fields of bars give; other fields of a panel are leaves of the unit SIZE."""

TEMPLATES = (
    Template("momentum", "ts_returns({x}, {d})", (P, S)),
    Template("momentum", "ts_delay({x}, {e}) / ts_delay({x}, {d}) - 1", (P,)),
    Template("momentum", "ts_mean({x}, {d})", (R,)),
    Template("momentum", "ts_decay_linear({x}, {d})", (R,)),
    Template("momentum", "ts_ir({x}, {d})", (R,)),
    Template("momentum", "ts_slope({x}, {d}) / ts_mean({x}, {d})", (P, S)),
    Template("level", "{x} / ts_mean({x}, {d}) - 1", (P, S)),
    Template("level", "ts_mean({x}, {e}) / ts_mean({x}, {d}) - 1", (P, S)),
    Template("level", "ts_zscore({x}, {d})", (P, S, R)),
    Template("level", "ts_rank({x}, {d})", (P, S, R)),
    Template("level", "ts_scale({x}, {d})", (P, S, R)),
    Template("level", "ts_delta({x}, {d})", (R,)),
    Template("level", "{x} / ts_max({x}, {d}) - 1", (P,)),
    Template("level", "{x} / ts_min({x}, {d}) - 1", (P,)),
    Template("level", "ts_arg_max({x}, {d})", (P, S)),
    Template("level", "ts_arg_min({x}, {d})", (P, S)),
    Template("volatility", "ts_std_dev({x}, {d})", (R,)),
    Template("volatility", "ts_std_dev({x}, {e}) / ts_std_dev({x}, {d})", (R,)),
    Template("volatility", "ts_std_dev({x}, {d}) / ts_mean({x}, {d})", (S,)),
    Template("volatility", "ts_mean(abs({x}), {d})", (R,)),
    Template("volatility", "ts_max({x}, {d})", (R,)),
    Template("volatility", "ts_min({x}, {d})", (R,)),
    Template("shape", "ts_skewness({x}, {d})", (R,)),
    Template("shape", "ts_kurtosis({x}, {d})", (R,)),
    Template("shape", "ts_rsquare({x}, {d})", (P, S)),
    Template("comovement", "ts_corr({x}, {y}, {d})", (R, R)),
    Template("comovement", "ts_corr({x}, ts_returns({y}, 1), {d})", (R, S)),
    Template("macro", "ts_corr({x}, ts_delta({m}, 1), {d})", (R,)),
)

RELATIVE = ("group_neutralize({c}, {g})", "group_rank({c}, {g})")
"""What a candidate becomes inside a group."""

FAMILIES = (*dict.fromkeys(template.family for template in TEMPLATES), "relative")
"""Families of templates; ``relative`` puts the others inside groups."""

LEAST_WINDOW = {"ts_skewness": 10, "ts_kurtosis": 10, "ts_corr": 10, "ts_rsquare": 5}
"""Bars below which a function says nothing but noise."""


def leaves_of(fields: Collection[str]) -> tuple[Leaf, ...]:
    """The leaves that these fields of a panel allow.

    Examples
    --------
    >>> [leaf.expression for leaf in leaves_of({"close", "earnings"})]
    ['close', 'returns', 'earnings']
    """
    known = tuple(leaf for leaf in LEAVES if set(leaf.fields) <= set(fields))
    others = sorted(set(fields) - set(BAR_FIELDS))
    return (*known, *(Leaf(name, Unit.SIZE, (name,)) for name in others))


def fillings(
    template: Template, leaves: Collection[Leaf], windows: Collection[int], series: Collection[str]
) -> Iterator[str]:
    """Every well-typed filling of a template's holes.

    Parameters
    ----------
    template : Template
    leaves : collection of Leaf
        What ``{x}`` and ``{y}`` may be.
    windows : collection of int
        Bars of ``{d}``; ``{e}`` is at most half of it.
    series : collection of str
        Macro series, without their prefix.

    Examples
    --------
    >>> trend = Template("level", "ts_mean({x}, {e}) / ts_mean({x}, {d}) - 1", (Unit.PRICE,))
    >>> list(fillings(trend, leaves_of({"close"}), (5, 20), ()))
    ['ts_mean(close, 5) / ts_mean(close, 20) - 1']
    """
    least = max((most for name, most in LEAST_WINDOW.items() if name in template.text), default=2)
    for holes in _leaf_holes(template, leaves):
        for d in sorted(windows):
            if d < least:
                continue
            shorter = [e for e in sorted(windows) if 2 * e <= d] if "{e}" in template.text else [d]
            named = [f"{MACRO}{one}" for one in sorted(series)] if "{m}" in template.text else [""]
            for e in shorter:
                for m in named:
                    yield template.text.format(**holes, d=d, e=e, m=m)


def _leaf_holes(template: Template, leaves: Collection[Leaf]) -> Iterator[dict[str, str]]:
    if "{y}" not in template.text:
        for leaf in leaves:
            if leaf.unit in template.units:
                yield {"x": _operand(leaf)}
        return
    first, second = template.units
    if first == second:
        for x, y in combinations([one for one in leaves if one.unit == first], 2):
            yield {"x": _operand(x), "y": _operand(y)}
        return
    for x in leaves:
        for y in leaves:
            if x.unit == first and y.unit == second:
                yield {"x": _operand(x), "y": _operand(y)}


def _operand(leaf: Leaf) -> str:
    return leaf.expression if leaf.expression.isidentifier() else f"({leaf.expression})"
