"""Views: which kinds of data the features of a set read, so that what each kind adds can be told.

A feature belongs to the last of the views that its expression reads, because it cannot be computed
without that one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kuznia.core.expressions import parse
from kuznia.core.expressions.catalogue import MACRO
from kuznia.core.expressions.nodes import names
from kuznia.core.frames.names import FUNDAMENTALS

PREFIXES: Mapping[str, tuple[str, ...]] = {
    "prices": (),
    "macro": (MACRO,),
    "fundamentals": (FUNDAMENTALS,),
    "sentiment": ("news.", "sentiment."),
}
"""Views in the order in which they are added, with what their names begin with. Groups of instruments and
memberships belong to prices: they say who trades and not what is known of a company."""


@dataclass(frozen=True, slots=True)
class Step:
    """A view added to those before it: a set of features that can be trained by itself.

    Parameters
    ----------
    view : str
        What was added last.
    added, features : tuple of str
        New in this step, and all of it, in the order of the feature set.
    """

    view: str
    added: tuple[str, ...]
    features: tuple[str, ...]


def view_of(expression: str) -> str:
    """The last of the views that an expression reads.

    Examples
    --------
    >>> view_of("rank(close)"), view_of("close * macro.vix"), view_of("ts_mean(sentiment.vader, 5) / close")
    ('prices', 'macro', 'sentiment')
    """
    read = names(parse(expression))
    found = [
        view
        for view, prefixes in PREFIXES.items()
        if prefixes and any(name.startswith(prefixes) for name in read)
    ]
    return found[-1] if found else "prices"


def steps(expressions: Mapping[str, str]) -> list[Step]:
    """Views that a feature set reads, one added to the other.

    Parameters
    ----------
    expressions : mapping of str to str
        By feature, in the order of the set, with the features that they use written out.

    Returns
    -------
    list of Step
        One for each view that has a feature; the last one holds the whole set.

    Examples
    --------
    >>> [(one.view, one.features) for one in steps({"vix": "macro.vix", "move": "returns"})]
    [('prices', ('move',)), ('macro', ('vix', 'move'))]
    """
    views = {name: view_of(expression) for name, expression in expressions.items()}
    told: list[Step] = []
    for view in PREFIXES:
        added = tuple(name for name, one in views.items() if one == view)
        if added:
            before = set(told[-1].features) if told else set()
            told.append(Step(view, added, tuple(name for name in views if name in before | {*added})))
    return told
