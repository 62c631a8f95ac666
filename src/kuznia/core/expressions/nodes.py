"""The tree of an expression: four kinds of node, frozen, compared without their positions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kuznia.core.expressions.errors import ExpressionError, refuse

OPERATORS = {
    "or": ("or", 1),
    "and": ("and", 2),
    "less": ("<", 4),
    "less_equal": ("<=", 4),
    "greater": (">", 4),
    "greater_equal": (">=", 4),
    "equal": ("==", 4),
    "not_equal": ("!=", 4),
    "add": ("+", 5),
    "subtract": ("-", 5),
    "multiply": ("*", 6),
    "divide": ("/", 6),
    "power": ("**", 8),
}
"""Functions written as binary operators, with their sign and binding strength."""

PREFIXES = {"not": ("not ", 3), "negate": ("-", 7)}
"""Functions written as prefix operators."""

_ATOM = 9
_COMPARISON = 4


@dataclass(frozen=True, slots=True)
class Span:
    """Characters of the source: first and how many."""

    position: int
    length: int

    def refuse(self, message: str, suggestion: str) -> ExpressionError:
        """An error about these characters."""
        return refuse(self.position, self.length, message, suggestion)


@dataclass(frozen=True, slots=True)
class Number:
    """A literal number."""

    value: float
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Text:
    """A literal text, an option of a function."""

    value: str
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Name:
    """A field, group, macro series or feature."""

    name: str
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A function or operator with its arguments.

    Before the check `function` is as written and `named` holds keyword arguments; afterwards it is
    the canonical name and every argument is positional with defaults filled in.
    """

    function: str
    arguments: tuple[Node, ...]
    span: Span = field(compare=False)
    named: tuple[tuple[str, Node], ...] = ()


Node = Number | Text | Name | Call


def number_text(value: float) -> str:
    """The shortest text that reads back as `value`.

    Examples
    --------
    >>> number_text(20.0), number_text(0.1), number_text(1e-9)
    ('20', '0.1', '1e-09')
    """
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def canonical_text(node: Node) -> str:
    """The canonical spelling of a checked tree; reading it again gives the same tree."""
    return Speller().text(node)


class Speller:
    """Spells trees canonically, each shared part once; keeps the parts it has seen alive."""

    def __init__(self) -> None:
        self._seen: dict[int, tuple[Node, str, int]] = {}

    def text(self, node: Node) -> str:
        """The canonical spelling of a part."""
        return self.spell(node)[0]

    def spell(self, node: Node) -> tuple[str, int]:
        """The spelling of a part and how strongly it binds."""
        if id(node) not in self._seen:
            self._seen[id(node)] = (node, *self._spell(node))
        _, text, strength = self._seen[id(node)]
        return text, strength

    def _spell(self, node: Node) -> tuple[str, int]:
        if isinstance(node, Number):
            return number_text(node.value), _ATOM if node.value >= 0 else PREFIXES["negate"][1]
        if isinstance(node, Text):
            return f'"{node.value}"', _ATOM
        if isinstance(node, Name):
            return node.name, _ATOM
        if node.function in PREFIXES:
            sign, strength = PREFIXES[node.function]
            return f"{sign}{self._operand(node.arguments[0], strength + 1)}", strength
        if node.function in OPERATORS and len(node.arguments) == 2:
            return self._binary(node)
        return f"{node.function}({', '.join(self.spell(a)[0] for a in node.arguments)})", _ATOM

    def _binary(self, node: Call) -> tuple[str, int]:
        sign, strength = OPERATORS[node.function]
        left, right = strength, strength + 1
        if strength == _COMPARISON or node.function == "power":
            left = strength + 1
        first, second = node.arguments
        return f"{self._operand(first, left)} {sign} {self._operand(second, right)}", strength

    def _operand(self, node: Node, least: int) -> str:
        text, strength = self.spell(node)
        return text if strength >= least else f"({text})"


def names(node: Node) -> Mapping[str, Span]:
    """Each name used in the tree, with the first place that uses it."""
    found: dict[str, Span] = {}
    seen: set[int] = set()
    stack: list[Node] = [node]
    while stack:
        at = stack.pop()
        if id(at) in seen:
            continue
        seen.add(id(at))
        if isinstance(at, Name):
            found.setdefault(at.name, at.span)
        elif isinstance(at, Call):
            stack.extend(reversed([*at.arguments, *(value for _, value in at.named)]))
    return found
