"""What a function of the language is: one declarative row that check, canonical form and docs read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """Type of an expression."""

    SCALAR = "scalar"
    """One literal number."""
    SERIES = "series"
    """One value for each time (macro)."""
    PANEL = "panel"
    """One value for each instrument and time."""
    BOOL = "bool"
    """0, 1 or not known, for each instrument and time."""
    GROUP = "group"
    """A group code for each instrument and time."""
    EVENTS = "events"
    """Any number of values for each instrument between two times."""
    TEXT = "text"
    """A literal text, an option."""


class Takes(StrEnum):
    """What a parameter accepts."""

    VALUES = "values"
    """Anything numeric: panel, series, bool or number."""
    CONDITION = "condition"
    """A bool."""
    GROUP = "group"
    """A group."""
    EVENTS = "events"
    """Events, by name."""
    WINDOW = "window"
    """A literal count of bars, at least 1, the current one included."""
    LAG = "lag"
    """A literal count of bars back; negative only in a label."""
    NUMBER = "number"
    """A literal number."""
    TEXT = "text"
    """A literal text."""


class Family(StrEnum):
    """Where a function looks, and so how it is computed."""

    ELEMENTWISE = "elementwise"
    TIME_SERIES = "time series"
    CROSS_SECTION = "cross-section"
    GROUP = "group"
    EVENTS = "events"
    TECHNICAL = "technical analysis"
    RISK = "volatility and liquidity"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: name, what it takes, default (None: required), bounds of a number, form of a text."""

    name: str
    takes: Takes = Takes.VALUES
    default: float | str | None = None
    least: float | None = None
    most: float | None = None
    pattern: str = ".*"


Literals = Mapping[str, float]
"""Values of a call's literal parameters by name."""


def no_memory(_: Literals) -> int:
    """Looks at the current bar only."""
    return 0


def window_memory(literals: Literals) -> int:
    """Looks at a window of ``d`` bars."""
    return int(literals["d"]) - 1


def lag_memory(literals: Literals) -> int:
    """Looks ``d`` bars back."""
    return max(int(literals["d"]), 0)


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the language.

    Parameters
    ----------
    name : str
        Canonical name.
    aliases : tuple of str
        Other spellings, of BRAIN, Qlib and published alphas.
    family : Family
        How it is computed.
    parameters : tuple of Parameter
        In order; those with a default may be left out or named.
    doc : str
        Meaning in one sentence.
    nan_rule : str
        What becomes of values that are not known.
    example : str
        An expression that uses it.
    returns : Kind
        ``PANEL`` follows the arguments (a series stays a series); BOOL and GROUP are fixed.
    memory : callable
        Bars it looks back beyond the current one, from its literals.
    weight : float
        Operations for each cell, or for each cell of the window.
    expansion : str
        For a function written in others: the expression that it stands for, over its parameters.
    """

    name: str
    aliases: tuple[str, ...]
    family: Family
    parameters: tuple[Parameter, ...]
    doc: str
    nan_rule: str
    example: str
    returns: Kind = Kind.PANEL
    memory: Callable[[Literals], int] = no_memory
    weight: float = 1.0
    expansion: str = ""

    @property
    def signature(self) -> str:
        """The call as it is written, with defaults."""
        parts = [p.name if p.default is None else f"{p.name}={_spelled(p.default)}" for p in self.parameters]
        return f"{self.name}({', '.join(parts)})"


def _spelled(default: float | str) -> str:
    return repr(default) if isinstance(default, str) else f"{default:g}"
