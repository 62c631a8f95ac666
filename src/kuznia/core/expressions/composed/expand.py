"""What a composed function stands for, with its arguments put in."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from types import MappingProxyType

from kuznia.core.expressions.function import Function
from kuznia.core.expressions.nodes import Call, Name, Node, Number, Span
from kuznia.core.expressions.parse import parse

_FOLDED: Mapping[str, Callable[[float, float], float]] = MappingProxyType(
    {"add": operator.add, "subtract": operator.sub, "multiply": operator.mul}
)
"""Arithmetic between literals, such as a window of ``2 * d - 1`` bars."""


def expand(function: Function, arguments: Sequence[Node], span: Span) -> Node:
    """The expansion of a composed function.

    Parameters
    ----------
    function : Function
        With an `expansion`.
    arguments : sequence of Node
        One for each parameter; they stand in the tree as they are.
    span : Span
        Where the call was written; every new node stands there.

    Returns
    -------
    Node
        Arithmetic between literals is done.
    """
    given = dict(zip((p.name for p in function.parameters), arguments, strict=True))
    return _put(_template(function.expansion), given, span)


@cache
def _template(expansion: str) -> Node:
    return parse(expansion)


def _put(node: Node, given: Mapping[str, Node], span: Span) -> Node:
    if isinstance(node, Name):
        return given.get(node.name) or Name(node.name, span)
    if isinstance(node, Number):
        return Number(node.value, span)
    if not isinstance(node, Call):
        return node
    arguments = tuple(_put(argument, given, span) for argument in node.arguments)
    match node.function, arguments:
        case function, (Number(first), Number(second)) if function in _FOLDED:
            return Number(_FOLDED[function](first, second), span)
    return Call(node.function, arguments, span)
