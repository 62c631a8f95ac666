"""From text to a tree: Python's grammar by ``ast``, our own nodes, never anything evaluated.

The text is cut into tokens first (:mod:`kuznia.core.expressions.tokens`), so that size, depth and
characters are bounded before Python's parser sees it.
"""

from __future__ import annotations

import ast
import warnings

from kuznia.core.expressions.errors import refuse
from kuznia.core.expressions.nodes import Call, Name, Node, Number, Span, Text
from kuznia.core.expressions.tokens import Rewritten, rewrite

MAX_DEPTH = 150

_BINARY: dict[type[ast.operator], str] = {
    ast.Add: "add",
    ast.Sub: "subtract",
    ast.Mult: "multiply",
    ast.Div: "divide",
    ast.Pow: "power",
    ast.BitAnd: "and",
    ast.BitOr: "or",
}
_COMPARE: dict[type[ast.cmpop], str] = {
    ast.Lt: "less",
    ast.LtE: "less_equal",
    ast.Gt: "greater",
    ast.GtE: "greater_equal",
    ast.Eq: "equal",
    ast.NotEq: "not_equal",
}
_CONSTANTS = {"true": 1.0, "True": 1.0, "false": 0.0, "False": 0.0, "nan": float("nan"), "NaN": float("nan")}


def parse(source: str) -> Node:
    """Read an expression into a tree, without looking at the meaning of its names.

    Parameters
    ----------
    source : str
        At most 10,000 characters.

    Returns
    -------
    Node
        The tree as written.

    Raises
    ------
    ExpressionError
        With position and remedy, for whatever is not an expression of the language.

    Examples
    --------
    >>> parse("Mean($close, 20) - 1") == parse("Mean(close, 20)-1")
    True
    """
    rewritten = rewrite(source)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(rewritten.text, mode="eval")
    except SyntaxError as error:
        at = rewritten.place((error.offset or 1) - 1, error.lineno or 1)
        raise refuse(
            at, 1, "The expression cannot be read here.", "Look for a missing operand, comma or bracket."
        ) from None
    except (ValueError, MemoryError, RecursionError):
        raise refuse(
            0, len(source), "The expression is nested too deeply.", "Split it into features."
        ) from None
    return _Converter(rewritten).convert(tree.body, 0)


class _Converter:
    """Python's tree to ours; whatever is not in the language is refused with its place."""

    def __init__(self, rewritten: Rewritten) -> None:
        self.rewritten = rewritten

    def span(self, node: ast.expr | ast.keyword) -> Span:
        start = self.rewritten.place(node.col_offset)
        end = self.rewritten.place((node.end_col_offset or node.col_offset + 1) - 1) + 1
        return Span(start, max(end - start, 1))

    def convert(self, node: ast.expr, depth: int) -> Node:
        span = self.span(node)
        if depth > MAX_DEPTH:
            raise span.refuse("The expression is nested too deeply.", "Split it into features.")
        match node:
            case ast.Constant():
                return self._constant(node, span)
            case ast.Name() | ast.Attribute():
                return self._name(node, span)
            case ast.UnaryOp():
                return self._unary(node, span, depth)
            case ast.BinOp():
                function = _BINARY.get(type(node.op))
                if function is None:
                    raise span.refuse(
                        "This operator is not in the language.", "Use + - * / ** and comparisons."
                    )
                return Call(function, self._all([node.left, node.right], depth), span)
            case ast.BoolOp():
                return self._boolean(node, span, depth)
            case ast.Compare():
                if len(node.ops) != 1 or type(node.ops[0]) not in _COMPARE:
                    raise span.refuse("Only one comparison at a time.", "Write a < b and b < c.")
                function = _COMPARE[type(node.ops[0])]
                return Call(function, self._all([node.left, node.comparators[0]], depth), span)
            case ast.IfExp():
                return Call("if_else", self._all([node.test, node.body, node.orelse], depth), span)
            case ast.Call():
                return self._call(node, span, depth)
        raise span.refuse("This is not in the language.", "Use fields, numbers, operators and functions.")

    def _all(self, nodes: list[ast.expr], depth: int) -> tuple[Node, ...]:
        return tuple(self.convert(node, depth + 1) for node in nodes)

    def _constant(self, node: ast.Constant, span: Span) -> Node:
        if isinstance(node.value, str):
            return Text(node.value, span)
        if isinstance(node.value, bool):
            return Number(float(node.value), span)
        if isinstance(node.value, int | float):
            value = float(node.value)
            if abs(value) < 1e300:
                return Number(value, span)
        raise span.refuse("This number cannot be used.", "Use a finite number below 1e300.")

    def _name(self, node: ast.expr, span: Span) -> Node:
        parts: list[str] = []
        at = node
        while isinstance(at, ast.Attribute):
            parts.append(at.attr)
            at = at.value
        if not isinstance(at, ast.Name):
            raise span.refuse("A dot may follow a name only.", "Write for example macro.VIX.")
        name = ".".join([at.id, *reversed(parts)])
        return Number(_CONSTANTS[name], span) if name in _CONSTANTS else Name(name, span)

    def _unary(self, node: ast.UnaryOp, span: Span, depth: int) -> Node:
        inner = self.convert(node.operand, depth + 1)
        match node.op:
            case ast.USub():
                return (
                    Number(-inner.value, span)
                    if isinstance(inner, Number)
                    else Call("negate", (inner,), span)
                )
            case ast.UAdd():
                return inner
        return Call("not", (inner,), span)

    def _boolean(self, node: ast.BoolOp, span: Span, depth: int) -> Node:
        function = "and" if isinstance(node.op, ast.And) else "or"
        if len(node.values) > MAX_DEPTH:
            raise span.refuse("Too many conditions in a row.", "Split them into features.")
        first, *rest = self._all(node.values, depth)
        for value in rest:
            first = Call(function, (first, value), span)
        return first

    def _call(self, node: ast.Call, span: Span, depth: int) -> Node:
        target = (
            self._name(node.func, self.span(node.func))
            if isinstance(node.func, ast.Name | ast.Attribute)
            else None
        )
        if not isinstance(target, Name):
            raise span.refuse("Only a function can be called.", "Put an operator before the bracket.")
        named = []
        for keyword in node.keywords:
            if keyword.arg is None:
                raise self.span(keyword).refuse("Arguments cannot be unpacked.", "Write them out.")
            named.append((keyword.arg, self.convert(keyword.value, depth + 1)))
        return Call(target.name, self._all(node.args, depth), span, tuple(named))
