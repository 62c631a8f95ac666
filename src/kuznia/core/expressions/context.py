"""What the names of an expression may stand for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from kuznia.core.expressions.catalogue import (
    BAR_FIELDS,
    COUNT,
    DERIVED_FIELDS,
    EVENT_FIELDS,
    HEADLINE,
    MACRO,
    MARKET,
    PUBLISHED_FIELDS,
)
from kuznia.core.frames.names import FUNDAMENTALS, MEMBERSHIP
from kuznia.core.frames.panel import Panel

APPROXIMATED = frozenset({"vwap"})
"""Derived fields that only stand for what the data lacks."""

_AVERAGE_VOLUME = re.compile(r"adv([1-9][0-9]{0,3})", re.ASCII)
_CLASS = "IndClass."


@dataclass(frozen=True, slots=True)
class Context:
    """What an expression may use, and its limits.

    Parameters
    ----------
    fields : frozenset of str
        Bar fields of the dataset, and dotted ones of other data (``fundamentals.eps``).
    series : frozenset of str or None
        Names after ``macro.``; None allows any.
    groups : frozenset of str
        Classification schemes.
    features : mapping of str to str
        Expressions of features that may be used by name.
    events : frozenset of str
        Events by dotted name (``news.headline``).
    any_item : bool
        Whether any name after ``fundamentals.`` and ``membership.`` is a field, whatever `fields` holds.
    label : bool
        Whether the expression is a label, the only place where a lag may be negative.
    max_lookback : int
        Bars (or periods of a series) it may look back.
    max_cost : float
        Operations for each cell.
    max_nodes : int
        Distinct parts after features are put in.
    """

    fields: frozenset[str] = frozenset(BAR_FIELDS)
    series: frozenset[str] | None = None
    groups: frozenset[str] = frozenset({"sector"})
    features: Mapping[str, str] = field(default_factory=dict)
    events: frozenset[str] = frozenset(EVENT_FIELDS)
    any_item: bool = True
    label: bool = False
    max_lookback: int = 5_000
    max_cost: float = 1_000_000.0
    max_nodes: int = 3_000

    def has_field(self, name: str) -> bool:
        """Whether a name is one value for each instrument and time."""
        return name in self.fields or (self.any_item and name.startswith((FUNDAMENTALS, MEMBERSHIP)))


def context_of(panel: Panel) -> Context:
    """What expressions on this panel may use, and nothing else."""
    return Context(
        fields=frozenset(panel.fields),
        series=frozenset(panel.series),
        groups=frozenset(panel.groups),
        events=frozenset(panel.events),
        any_item=False,
    )


def derived(name: str, context: Context) -> str | None:
    """The expression behind a built-in field, unless a field or feature has its name.

    Examples
    --------
    >>> derived("adv20", Context()), derived("news.count", Context())
    ('ts_mean(volume, 20)', 'vec_count(news.headline, 1)')
    """
    if name in context.fields or name in context.features:
        return None
    built_in = DERIVED_FIELDS.get(name) or PUBLISHED_FIELDS.get(name)
    if built_in:
        return built_in
    if name in _counts(context.events):
        return f"vec_count({name.removesuffix(COUNT)}{HEADLINE}, 1)"
    days = _AVERAGE_VOLUME.fullmatch(name)
    return f"ts_mean(volume, {days.group(1)})" if days else None


def class_group(name: str) -> str:
    """``IndClass.sector``, as published alphas write it, is the group ``sector``."""
    return name.removeprefix(_CLASS)


def unknown(name: str, context: Context) -> tuple[str, str]:
    """What to say of a name that stands for nothing, and how to mend it."""
    if name.startswith(_CLASS):
        groups = ", ".join(sorted({*context.groups, MARKET}))
        return f"The data has no classification {class_group(name)}.", f"Its groups are {groups}."
    source, dot, _ = name.partition(".")
    every = names_of(context)
    if dot and not any(one.startswith(source + dot) for one in every):
        close = did_you_mean(name, every, "")
        remedy = close if close.startswith("Did") else f"Choose data that has {name}."
        return f"There is no field or feature {name}; no data of {source!r} is given.", remedy
    return f"There is no field or feature {name}.", did_you_mean(name, every, "close")


def names_of(context: Context) -> list[str]:
    """Every name that an expression may use, sorted."""
    series = {f"{MACRO}{name}" for name in context.series or ()}
    own = {*context.fields, *context.groups, *context.features, *context.events}
    return sorted({*own, MARKET, *DERIVED_FIELDS, *series, *_counts(context.events)})


def did_you_mean(name: str, known: Iterable[str], example: str) -> str:
    """The known name nearest to a mistyped one, else an example."""
    close = get_close_matches(name, sorted(known), n=1, cutoff=0.6)
    return f"Did you mean {close[0]}?" if close else f"For example {example}."


def _counts(events: frozenset[str]) -> list[str]:
    return [name.removesuffix(HEADLINE) + COUNT for name in events if name.endswith(HEADLINE)]
