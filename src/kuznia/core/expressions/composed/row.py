"""Rows of the tables of composed functions, and the parameters that they share."""

from __future__ import annotations

from kuznia.core.expressions.function import Family, Function, Kind, Parameter, Takes

X, Y, Z = (Parameter(name) for name in "xyz")
OPEN, HIGH, LOW, CLOSE, VOLUME = (Parameter(name) for name in ("open", "high", "low", "close", "volume"))
GROUP = Parameter("group", Takes.GROUP)
CONDITION = Parameter("condition", Takes.CONDITION)
D = Parameter("d", Takes.WINDOW)

STRICT = "Not known where an argument is not known; a result that is not finite is not known."
SKIPS = "Skips cells that are not known; not known when too few are left."
PAIRS = "Uses cells known in every argument; not known when too few are left."


def window(default: float, name: str = "d") -> Parameter:
    """A window with a default."""
    return Parameter(name, Takes.WINDOW, default)


def number(name: str, default: float | None = None, least: float | None = None) -> Parameter:
    """A literal number."""
    return Parameter(name, Takes.NUMBER, default, least)


def composed(
    family: Family,
    name: str,
    aliases: tuple[str, ...],
    parameters: tuple[Parameter, ...],
    doc: str,
    expansion: str,
    example: str,
    rule: str = SKIPS,
    returns: Kind = Kind.PANEL,
) -> Function:
    """A function that stands for an expression over its parameters."""
    return Function(
        name, aliases, family, parameters, doc, rule, example, returns=returns, expansion=expansion
    )
