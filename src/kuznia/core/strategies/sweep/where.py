"""The condition of a sweep: a comparison of parameters, read by `ast` and computed on whole columns.

Nothing is evaluated as Python: what is not in the small grammar below is refused with its place.
"""

from __future__ import annotations

import ast
import operator
import sys
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from kuznia.core.errors import StrategyError
from kuznia.core.typing import Bool

_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
}
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_EXAMPLE = "Write a comparison of parameters such as 'fast < slow'."
_LONGEST = 500


def holds(condition: str, columns: Mapping[str, Any]) -> Bool:
    """Where a condition holds.

    Parameters
    ----------
    condition : str
        Comparisons (chains too) of parameters and numbers with ``+ - * / // %``, joined by ``and``,
        ``or``, ``not``.
    columns : mapping of str to array (K,)
        Values of each parameter.

    Returns
    -------
    bool (K,)

    Raises
    ------
    StrategyError
        The condition cannot be read, names no parameter, or is not a comparison.

    Examples
    --------
    >>> columns = {"fast": np.array([5, 10, 20]), "slow": np.array([10, 10, 50])}
    >>> holds("fast < slow and slow - fast <= 20", columns).tolist()
    [True, False, False]
    """
    if len(condition) > _LONGEST:
        raise StrategyError(f"The where clause has over {_LONGEST} characters.", "Shorten it.")
    try:
        tree = ast.parse(condition.strip(), mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise StrategyError(f"The where clause {condition!r} cannot be read.", _EXAMPLE) from None
    length = len(next(iter(columns.values()))) if columns else 0
    try:
        with np.errstate(all="ignore"):
            found = _condition(tree, columns, condition)
    except RecursionError:
        raise StrategyError("The where clause is nested too deeply.", _EXAMPLE) from None
    return np.array(np.broadcast_to(found, (length,)), dtype=bool)


def _condition(node: ast.expr, columns: Mapping[str, Any], source: str) -> Any:
    if isinstance(node, ast.BoolOp):
        parts = [_condition(value, columns, source) for value in node.values]
        join = np.logical_and if isinstance(node.op, ast.And) else np.logical_or
        return join.reduce(np.broadcast_arrays(*parts))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return np.logical_not(_condition(node.operand, columns, source))
    if isinstance(node, ast.Compare):
        values = [_number(value, columns, source) for value in (node.left, *node.comparators)]
        found: Any = np.True_
        for sign, left, right in zip(node.ops, values[:-1], values[1:], strict=True):
            if type(sign) not in _COMPARE:
                raise _refused(node, source)
            found = found & np.asarray(_COMPARE[type(sign)](left, right))
        return found
    raise _refused(node, source)


def _number(node: ast.expr, columns: Mapping[str, Any], source: str) -> Any:
    if isinstance(node, ast.Constant):
        if isinstance(node.value, bool) or not isinstance(node.value, int | float):
            raise _refused(node, source)
        if isinstance(node.value, int) and abs(node.value) > sys.float_info.max:
            raise StrategyError("The where clause has a number beyond all others.", "Use a smaller one.")
        return np.float64(node.value)
    if isinstance(node, ast.Name):
        if node.id not in columns:
            raise StrategyError(
                f"The where clause names {node.id!r}, which is no parameter.", f"Use {sorted(columns)}."
            )
        return np.asarray(columns[node.id], dtype=np.float64)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
        inner = _number(node.operand, columns, source)
        return -inner if isinstance(node.op, ast.USub) else inner
    if isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
        left, right = _number(node.left, columns, source), _number(node.right, columns, source)
        return _ARITHMETIC[type(node.op)](left, right)
    raise _refused(node, source)


def _refused(node: ast.expr, source: str) -> StrategyError:
    part = ast.get_source_segment(source.strip(), node) or source
    return StrategyError(f"In the where clause {source!r}, {part!r} cannot be used here.", _EXAMPLE)
