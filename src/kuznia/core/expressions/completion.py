"""What may be typed at a place of an expression: functions and names, as plain data for an editor."""

from __future__ import annotations

from dataclasses import dataclass

from kuznia.core.expressions.catalogue import FUNCTIONS, MACRO, MARKET
from kuznia.core.expressions.context import APPROXIMATED, Context, derived, names_of


@dataclass(frozen=True, slots=True)
class Completion:
    """One thing to type.

    Parameters
    ----------
    text : str
        What is typed.
    kind : str
        ``function``, ``field``, ``derived``, ``feature``, ``series``, ``group`` or ``events``.
    detail : str
        Signature of a function; expression behind a derived field or feature.
    doc : str
        Meaning in one sentence; empty for names that say it themselves.
    """

    text: str
    kind: str
    detail: str = ""
    doc: str = ""


def completions(context: Context | None = None) -> list[Completion]:
    """Everything that an expression may use, functions under every spelling, sorted by text.

    Parameters
    ----------
    context : Context, optional
        What the data and the account have.

    Returns
    -------
    list of Completion

    Examples
    --------
    >>> [c.text for c in completions(Context(features={"momentum": "ts_delta(close, 5)"}))
    ...  if c.text.startswith("mo")]
    ['momentum']
    """
    chosen = context or Context()
    functions = [
        Completion(spelling, "function", function.signature, function.doc)
        for function in FUNCTIONS.values()
        for spelling in (function.name, *function.aliases)
        if spelling.isidentifier()
    ]
    return sorted([*functions, *(_name(name, chosen) for name in names_of(chosen))], key=lambda c: c.text)


def _name(name: str, context: Context) -> Completion:
    if name in context.fields:
        return Completion(name, "field")
    if name in context.groups or name == MARKET:
        return Completion(name, "group", doc="The group of all instruments." if name == MARKET else "")
    if name in context.events:
        return Completion(name, "events", f"vec_mean({name}, 1)")
    if name in context.features:
        return Completion(name, "feature", context.features[name])
    if name.startswith(MACRO):
        return Completion(name, "series", doc="Functions over time run in its own periods.")
    doc = "Stands for what the data lacks." if name in APPROXIMATED else ""
    return Completion(name, "derived", derived(name, context) or "", doc)
