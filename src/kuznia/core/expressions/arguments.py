"""Arguments of a call put in their places, defaults filled in, literals read and bounded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from math import floor, inf

from kuznia.core.expressions.errors import Problem
from kuznia.core.expressions.function import Function, Parameter, Takes
from kuznia.core.expressions.nodes import Call, Node, Number, Span, Text

MAX_WINDOW = 100_000


@dataclass(frozen=True, slots=True)
class Bound:
    """A call whose arguments stand in the order of the parameters.

    Parameters
    ----------
    function : Function
        What is called.
    values : tuple of Node
        One for each parameter.
    spans : tuple of Span
        Where each was written; the whole call for defaults.
    span : Span
        The call.
    """

    function: Function
    values: tuple[Node, ...]
    spans: tuple[Span, ...]
    span: Span

    @property
    def literals(self) -> dict[str, float]:
        """Literal numbers by parameter."""
        pairs = zip(self.function.parameters, self.values, strict=True)
        return {p.name: v.value for p, v in pairs if isinstance(v, Number) and p.takes in _LITERAL}


_LITERAL = (Takes.WINDOW, Takes.LAG, Takes.NUMBER)


def bind(function: Function, call: Call) -> Bound:
    """Put the arguments of `call` in the order of the function's parameters.

    Raises
    ------
    ExpressionError
        When there are too many, too few, unknown or repeated ones.
    """
    parameters = function.parameters
    usage = f"It is written {function.signature}."
    if len(call.arguments) > len(parameters):
        plural = "" if len(parameters) == 1 else "s"
        count = f"{call.function} takes {len(parameters)} argument{plural}, not {len(call.arguments)}."
        raise call.span.refuse(count, usage)
    given: dict[str, Node] = {p.name: a for p, a in zip(parameters, call.arguments, strict=False)}
    for name, value in call.named:
        if name not in {p.name for p in parameters}:
            raise value.span.refuse(f"{call.function} has no argument {name}.", usage)
        if name in given:
            raise value.span.refuse(f"The argument {name} is given twice.", usage)
        given[name] = value
    missing = [p.name for p in parameters if p.name not in given and p.default is None]
    if missing:
        raise call.span.refuse(f"{call.function} lacks {', '.join(missing)}.", usage)
    values = tuple(
        _whole(p, given[p.name]) if p.name in given else _default(p, call.span) for p in parameters
    )
    return Bound(function, values, tuple(v.span for v in values), call.span)


def _whole(parameter: Parameter, value: Node) -> Node:
    """A window or lag of 3.92 bars has 3, as published alphas have it (Kakushadze 2016)."""
    if parameter.takes in (Takes.WINDOW, Takes.LAG) and isinstance(value, Number) and 1 <= value.value < inf:
        return Number(float(floor(value.value)), value.span)
    return value


def _default(parameter: Parameter, span: Span) -> Node:
    default = parameter.default
    return Text(default, span) if isinstance(default, str) else Number(float(default or 0.0), span)


def literals_of(bound: Bound, label: bool) -> Iterator[Problem]:
    """Problems of the literal numbers: whole, within bounds, no look ahead outside a label."""
    for parameter, value, span in zip(bound.function.parameters, bound.values, bound.spans, strict=True):
        if isinstance(value, Text) and not re.fullmatch(parameter.pattern, value.value):
            usage = f"It is written {bound.function.example}."
            yield Problem(span.position, span.length, f"{parameter.name} cannot be {value.value!r}.", usage)
        if not isinstance(value, Number) or parameter.takes not in _LITERAL:
            continue
        problem = _literal_problem(parameter, value.value, label)
        if problem:
            yield Problem(span.position, span.length, *problem)


def _literal_problem(parameter: Parameter, value: float, label: bool) -> tuple[str, str] | None:
    if value != value:
        return f"{parameter.name} must be a number.", "Write it out."
    whole = parameter.takes in (Takes.WINDOW, Takes.LAG)
    if whole and (not value.is_integer() or abs(value) > MAX_WINDOW):
        return f"{parameter.name} must be a whole number of bars below {MAX_WINDOW:,}.", "For example 20."
    if parameter.takes is Takes.WINDOW and value < 1:
        return f"{parameter.name} must be at least 1.", "For example 20."
    if parameter.takes is Takes.LAG and value < 0 and not label:
        return "A negative lag looks into the future; only a label may.", f"Write {-value:g} for the past."
    if parameter.least is not None and value < parameter.least:
        return f"{parameter.name} must be at least {parameter.least:g}.", "Raise it."
    if parameter.most is not None and value > parameter.most:
        return f"{parameter.name} must be at most {parameter.most:g}.", "Lower it."
    return None
