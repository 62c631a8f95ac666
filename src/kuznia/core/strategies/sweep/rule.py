"""A rule on one instrument, taken apart into comparisons of rows that combinations share.

``ts_mean(close, $fast) > ts_mean(close, $slow)`` over 90 windows has 4,005 combinations, but only 90
rows of values. Each distinct operand is checked and computed once by the expression language.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from kuznia.core.backtest.sweep.path import reason_against
from kuznia.core.backtest.sweep.signals import AND, OR, Sign, Signals
from kuznia.core.errors import CoreError, StrategyError
from kuznia.core.expressions import Checked, check, context_of, evaluate, parse
from kuznia.core.expressions.nodes import OPERATORS, PREFIXES, Call, Name, Node, Number, Text, number_text
from kuznia.core.frames.panel import Panel
from kuznia.core.strategies.spec import Rule
from kuznia.core.strategies.sweep.accounts import Ground, named
from kuznia.core.strategies.sweep.search import values_at
from kuznia.core.strategies.sweep.spec import SweepSpec, Value
from kuznia.core.typing import Float, Int

ROW_BYTES = 64_000_000
"""Memory for rows of values at one time; more combinations than fit are done one batch after another."""

_COMPARED: dict[str, tuple[Sign, bool]] = {
    "greater": (">", False),
    "less": (">", True),
    "greater_equal": (">=", False),
    "less_equal": (">=", True),
    "equal": ("==", False),
    "not_equal": ("!=", False),
}
"""Sign of each comparison, and whether its sides change places."""
_NEGATED: dict[Sign, tuple[Sign, bool]] = {
    ">": (">=", True),
    ">=": (">", True),
    "==": ("!=", False),
    "!=": ("==", False),
}


@dataclass(frozen=True)
class RulePlan:
    """What a rule's combinations compare.

    Parameters
    ----------
    texts : tuple of str
        The distinct operands, by row number.
    checked : mapping of str to Checked
        Those that are not plain numbers.
    left, right : int64 (K, A)
        Rows that each atom of each combination compares.
    signs, entries, exits
        As in `Signals`.
    known_entries, known_exits : int64 (K,)
        Bars that each condition looks back.
    weight : float
        Fraction of the equity while it holds.
    """

    texts: tuple[str, ...]
    checked: dict[str, Checked]
    left: Int
    right: Int
    signs: tuple[Sign, ...]
    entries: tuple[int, ...]
    exits: tuple[int, ...]
    known_entries: Int
    known_exits: Int
    weight: float

    def order(self, length: int) -> Int:
        """Combinations in an order that lets neighbours share rows, where not all rows fit. (K,)"""
        room = max(2 * self.left.shape[1], ROW_BYTES // (8 * length))
        if len(self.texts) <= room:
            return np.arange(len(self.left), dtype=np.int64)
        group = max(1, room // (2 * self.left.shape[1]))
        return np.lexsort((self.right[:, 0] // group, self.left[:, 0] // group))

    def ordered(self, order: Int) -> RulePlan:
        """The same plan with its combinations in another order."""
        return replace(
            self,
            left=np.ascontiguousarray(self.left[order]),
            right=np.ascontiguousarray(self.right[order]),
            known_entries=self.known_entries[order],
            known_exits=self.known_exits[order],
        )

    def batches(self, length: int) -> Iterator[tuple[int, int]]:
        """Runs of combinations whose rows fit into `ROW_BYTES`."""
        room = max(2 * self.left.shape[1], ROW_BYTES // (8 * length))
        count = len(self.left)
        if len(self.texts) <= room:
            yield 0, count
            return
        used = np.concatenate((self.left, self.right), axis=1).tolist()
        begin, held = 0, set[int]()
        for k, needed in enumerate(used):
            if len(held.union(needed)) > room:
                yield begin, k
                begin, held = k, set()
            held.update(needed)
        yield begin, count

    def signals(
        self, panel: Panel, begin: int, end: int, kept: dict[str, Float]
    ) -> tuple[Signals, dict[str, Float]]:
        """Conditions of some combinations, and their rows; those in `kept` are not computed again."""
        used, places = np.unique(np.stack((self.left[begin:end], self.right[begin:end])), return_inverse=True)
        texts = [self.texts[at] for at in used]
        rows = np.empty((len(texts), panel.shape[1]))
        missing = {text: self.checked[text] for text in texts if text in self.checked and text not in kept}
        for row, text in zip(rows, texts, strict=True):
            if text in kept:
                row[:] = kept[text]
            elif text not in self.checked:
                row[:] = float(text)
        kept.clear()
        found = evaluate(missing, panel) if missing else {}
        for row, text in zip(rows, texts, strict=True):
            if text in missing:
                row[:] = found.pop(text)[0]
        left, right = places.reshape(2, end - begin, -1).astype(np.int64)
        own = Signals(
            rows,
            left,
            right,
            self.signs,
            self.entries,
            self.exits,
            self.known_entries[begin:end],
            self.known_exits[begin:end],
        )
        return own, dict(zip(texts, rows, strict=True))


def rule_plan(spec: SweepSpec, places: Int, ground: Ground) -> RulePlan | None:
    """The plan of a sweep that the segment kernel can hold; None if the event engine has to.

    Raises
    ------
    StrategyError
        An expression that cannot be read, named by the combination that has it.
    """
    rule = spec.strategy(values_at(spec, places[0].tolist()))
    if not isinstance(rule, Rule) or ground.panel.shape[0] != 1 or _market_beyond_dividends(ground):
        return None
    if rule != replace(Rule(entries=rule.entries), exits=rule.exits, weight=rule.weight):
        return None
    template = {name: spec.template.get(name) for name in ("entries", "exits", "weight")}
    if isinstance(template["weight"], str):
        return None
    weight = 1.0 if rule.weight is None else float(rule.weight)
    prices = [ground.panel.fields[name][0] for name in ("open", "close") if name in ground.panel.fields]
    if weight == 0 or len(prices) < 2:
        return None
    known = np.flatnonzero(~np.isnan(prices[0] + prices[1]))
    at = int(known[0]) if len(known) else 0
    if reason_against(prices[0][at:], prices[1][at:], ground.settings, weight) is not None:
        return None
    for text in (rule.entries, rule.exits):
        if text is not None:
            _checked(text, ground.panel, spec, places[0])
    return _Compiler(spec, places, ground.panel).plan(
        str(template["entries"]), None if rule.exits is None else str(template["exits"]), weight
    )


def _market_beyond_dividends(ground: Ground) -> bool:
    market = ground.market
    if market is None:
        return False
    others = (market.cash_flows, market.fx, market.borrow_fee)
    return any(one is not None for one in others)


def _checked(text: str, panel: Panel, spec: SweepSpec, place: Int) -> Checked:
    try:
        return check(text, context_of(panel))
    except CoreError as error:
        raise StrategyError(
            f"With {named(values_at(spec, place.tolist()))}, in {text!r}: {error.what}", error.remedy
        ) from None


class _Compiler:
    """Collects the atoms of the conditions and the distinct operands of all combinations."""

    def __init__(self, spec: SweepSpec, places: Int, panel: Panel) -> None:
        self.spec, self.places, self.panel = spec, places, panel
        self.numbers: dict[str, int] = {}
        self.checked: dict[str, Checked] = {}
        self.lookback: list[int] = []
        self.signs: list[Sign] = []
        self.left: list[Int] = []
        self.right: list[Int] = []

    def plan(self, entries: str, exits: str | None, weight: float) -> RulePlan:
        steps = self.steps(parse(entries), False)
        own = len(self.signs)
        out = self.steps(parse(exits), False) if exits is not None else []
        left, right = np.stack(self.left, axis=1), np.stack(self.right, axis=1)
        looks = np.array(self.lookback, dtype=np.int64)
        known = np.maximum(looks[left], looks[right])
        late = known[:, own:].max(axis=1) if exits is not None else np.zeros(len(left), dtype=np.int64)
        return RulePlan(
            tuple(self.numbers),
            self.checked,
            np.ascontiguousarray(left),
            np.ascontiguousarray(right),
            tuple(self.signs),
            tuple(steps),
            tuple(out),
            known[:, :own].max(axis=1),
            late,
            weight,
        )

    def steps(self, node: Node, negated: bool) -> list[int]:
        """Postfix steps of a condition, with `not` pushed down to the comparisons."""
        if isinstance(node, Call) and node.function == "not" and len(node.arguments) == 1:
            return self.steps(node.arguments[0], not negated)
        if isinstance(node, Call) and node.function in ("and", "or") and len(node.arguments) == 2:
            first, second = (self.steps(part, negated) for part in node.arguments)
            return [*first, *second, AND if (node.function == "and") != negated else OR]
        if isinstance(node, Call) and node.function in _COMPARED and len(node.arguments) == 2:
            sign, swap = _COMPARED[node.function]
            left, right = reversed(node.arguments) if swap else node.arguments
        else:
            sign, left, right = "!=", node, Number(0.0, node.span)
        if negated:
            sign, swap = _NEGATED[sign]
            left, right = (right, left) if swap else (left, right)
        self.signs.append(sign)
        self.left.append(self.operand(left))
        self.right.append(self.operand(right))
        return [len(self.signs) - 1]

    def operand(self, node: Node) -> Int:
        """Row number of an operand in each combination."""
        names = [name for name in self.spec.parameters if name in _names(node)]
        if not names:
            return np.full(len(self.places), self.row(node, {}, self.places[0]), dtype=np.int64)
        columns = [list(self.spec.parameters).index(name) for name in names]
        distinct, first, inverse = np.unique(
            self.places[:, columns], axis=0, return_index=True, return_inverse=True
        )
        rows = []
        for places, k in zip(distinct.tolist(), first.tolist(), strict=True):
            values = {name: self.spec.parameters[name][at] for name, at in zip(names, places, strict=True)}
            rows.append(self.row(node, values, self.places[k]))
        return np.array(rows, dtype=np.int64)[inverse.ravel()]

    def row(self, node: Node, values: dict[str, Value], place: Int) -> int:
        number = constant(node, values)
        text = spelled(node, values) if number is None else repr(number)
        if text not in self.numbers:
            self.numbers[text] = len(self.numbers)
            if number is None:
                self.checked[text] = _checked(text, self.panel, self.spec, place)
            self.lookback.append(0 if number is not None else self.checked[text].lookback)
        return self.numbers[text]


_ARITHMETIC: dict[str, Callable[..., float]] = {
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "divide": np.divide,
    "power": np.power,
    "negate": np.negative,
}


def constant(node: Node, values: dict[str, Value]) -> float | None:
    """The number that a part is, or None if it is more than arithmetic of numbers.

    Examples
    --------
    >>> constant(parse("1 - 2 * x"), {"x": 0.25}), constant(parse("close * x"), {"x": 1})
    (0.5, None)
    """
    if isinstance(node, Number):
        return node.value
    if isinstance(node, Name):
        return float(values[node.name]) if node.name in values else None
    if isinstance(node, Call) and node.function in _ARITHMETIC and not node.named:
        parts = [constant(part, values) for part in node.arguments]
        if all(part is not None for part in parts):
            with np.errstate(all="ignore"):
                found = float(_ARITHMETIC[node.function](*map(np.float64, parts)))
            return found if np.isfinite(found) else float("nan")
    return None


def _names(node: Node) -> set[str]:
    if isinstance(node, Name):
        return {node.name}
    if isinstance(node, Call):
        parts = [*node.arguments, *(value for _, value in node.named)]
        return set().union(*(_names(part) for part in parts))
    return set()


def spelled(node: Node, values: dict[str, Value]) -> str:
    """A tree as text, with numbers in the place of its parameters; read again it is the same tree.

    Examples
    --------
    >>> spelled(parse("close - ts_mean(close, $n)"), {"n": 20})
    '(close - ts_mean(close, 20))'
    """
    if isinstance(node, Number):
        return number_text(node.value)
    if isinstance(node, Text):
        return f'"{node.value}"'
    if isinstance(node, Name):
        return number_text(float(values[node.name])) if node.name in values else node.name
    parts = [spelled(part, values) for part in node.arguments]
    if node.function in PREFIXES and len(parts) == 1:
        return f"({PREFIXES[node.function][0]}{parts[0]})"
    if node.function in OPERATORS and len(parts) == 2:
        parts = [f"({part})" if part.startswith("-") else part for part in parts]
        return f"({parts[0]} {OPERATORS[node.function][0]} {parts[1]})"
    parts += [f"{name}={spelled(value, values)}" for name, value in node.named]
    return f"{node.function}({', '.join(parts)})"
