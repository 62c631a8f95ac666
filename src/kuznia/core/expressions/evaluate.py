"""Checked expressions computed on a panel, common parts once.

Time-series functions get contiguous ``(N, T)`` arrays, functions across instruments their
transpose. A function over macro series alone runs in the series' own periods inside the vintage
known at each decision: each decision becomes a row of its newest periods, the same kernels run
along it, and its last value counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np

from kuznia.core.expressions.arguments import Bound, bind
from kuznia.core.expressions.arithmetic import ARITHMETIC
from kuznia.core.expressions.catalogue import FUNCTIONS, MACRO, MARKET
from kuznia.core.expressions.check import Checked
from kuznia.core.expressions.crosssection.codes import dense_codes
from kuznia.core.expressions.errors import ExpressionError, refuse
from kuznia.core.expressions.function import Family, Takes
from kuznia.core.expressions.nodes import Call, Name, Node, Number, Speller, Text
from kuznia.core.frames.events import PlacedEvents
from kuznia.core.frames.panel import Panel
from kuznia.core.typing import Float, Int

_COUNTS = (Takes.WINDOW, Takes.LAG)
_LITERALS = (*_COUNTS, Takes.NUMBER, Takes.TEXT)


def evaluate(expressions: Mapping[str, Checked], panel: Panel) -> dict[str, Float]:
    """Compute expressions on a panel.

    Parameters
    ----------
    expressions : mapping of str to Checked
        What to compute, by name.
    panel : Panel
        Fields, groups and series they use.

    Returns
    -------
    dict of str to float64 (N, T)
        Values by name; NaN where not known. The value at a column depends on no later column and on
        no column more than ``lookback`` before it, to the bit.

    Raises
    ------
    ExpressionError
        When the panel lacks a field.
    """
    engine = _Engine(_PanelLeaves(panel), panel.shape)
    for checked in expressions.values():
        engine.expect(checked.tree)
    with np.errstate(all="ignore"):
        return {name: engine.root(checked.tree) for name, checked in expressions.items()}


@cache
def _kernels() -> Mapping[Family, Mapping[str, Callable[..., Any]]]:
    # Imported on first use: the API checks expressions and must not load numba.
    from kuznia.core.expressions.crosssection.compute import KERNELS as across
    from kuznia.core.expressions.events.compute import KERNELS as inside
    from kuznia.core.expressions.timeseries.compute import KERNELS as along

    return {
        Family.ELEMENTWISE: ARITHMETIC,
        Family.TIME_SERIES: along,
        Family.CROSS_SECTION: across,
        Family.GROUP: across,
        Family.EVENTS: inside,
    }


class _PanelLeaves:
    """Names and series windows of a panel."""

    def __init__(self, panel: Panel) -> None:
        self.panel = panel

    def name(self, node: Name) -> Float | Int | PlacedEvents:
        name, panel = node.name, self.panel
        if name.startswith(MACRO) and name.removeprefix(MACRO) in panel.series:
            return panel.series[name.removeprefix(MACRO)]
        if name in panel.fields:
            return panel.fields[name]
        if name in panel.groups:
            return panel.groups[name]
        if name in panel.events:
            return panel.events[name].placed(panel.decision)
        if name == MARKET:
            return np.zeros(panel.shape, dtype=np.int64)
        raise _missing(node)

    def series(self, node: Call, spans: int) -> Float:
        """A function over one series, in the series' own periods."""
        engine = _Engine(_VintageLeaves(self.panel, spans), (len(self.panel.ts), spans))
        engine.expect(node)
        return np.ascontiguousarray(engine.root(node)[:, -1])


class _VintageLeaves:
    """The newest periods of each series, one row for each decision."""

    def __init__(self, panel: Panel, spans: int) -> None:
        self.panel, self.spans = panel, spans

    def name(self, node: Name) -> Float:
        history = self.panel.histories.get(node.name.removeprefix(MACRO))
        if history is None:
            raise _missing(node)
        return history.last(self.panel.decision, self.spans)

    def series(self, node: Call, spans: int) -> Float | None:
        """Nothing: here series are rows like any other."""


def _missing(node: Name) -> ExpressionError:
    message = f"The data has no {node.name}."
    return refuse(node.span.position, node.span.length, message, "Choose a dataset that has it.")


class _Engine:
    """Values of parts by their canonical text, kept while something still needs them."""

    def __init__(self, leaves: _PanelLeaves | _VintageLeaves, shape: tuple[int, int]) -> None:
        self.leaves = leaves
        self.shape = shape
        self.speller = Speller()
        self.uses: Counter[str] = Counter()
        self.values: dict[str, Any] = {}

    def expect(self, node: Node) -> None:
        """Count what will be needed, so that nothing is kept longer."""
        text = self.speller.text(node)
        self.uses[text] += 1
        if self.uses[text] == 1 and isinstance(node, Call) and not self._own_periods(node):
            for argument in node.arguments:
                self.expect(argument)

    def root(self, node: Node) -> Float:
        """The value of a whole expression, on every cell."""
        value = self._take(node)
        return np.array(np.broadcast_to(value, self.shape), dtype=np.float64, order="C")

    def _take(self, node: Node) -> Any:
        text = self.speller.text(node)
        if text not in self.values:
            self.values[text] = self._compute(node)
        self.uses[text] -= 1
        return self.values[text] if self.uses[text] > 0 else self.values.pop(text)

    def _own_periods(self, node: Call) -> bool:
        along = FUNCTIONS[node.function].family is Family.TIME_SERIES
        return along and isinstance(self.leaves, _PanelLeaves) and _is_series(node)

    def _compute(self, node: Node) -> Any:
        if isinstance(node, Number):
            return np.float64(node.value)
        if isinstance(node, Text):
            return node.value
        if isinstance(node, Name):
            return self.leaves.name(node)
        if self._own_periods(node):
            return self.leaves.series(node, _periods(node) + 1)
        bound = bind(FUNCTIONS[node.function], node)
        return _finite(self._call(bound, [self._take(argument) for argument in node.arguments]))

    def _call(self, bound: Bound, inputs: list[Any]) -> Any:
        function = bound.function
        kernel = _kernels()[function.family][function.name]
        across = function.family in (Family.CROSS_SECTION, Family.GROUP)
        arguments = []
        for parameter, value in zip(function.parameters, inputs, strict=True):
            if parameter.takes in _LITERALS:
                arguments.append(int(value) if parameter.takes in _COUNTS else value)
            elif function.family in (Family.ELEMENTWISE, Family.EVENTS):
                arguments.append(value)
            else:
                whole = np.broadcast_to(value, self.shape)
                if parameter.takes is Takes.GROUP:
                    whole = dense_codes(whole)
                arguments.append(np.require(whole.T if across else whole, requirements=["C", "W"]))
        result = kernel(*arguments)
        return np.ascontiguousarray(result.T) if across else result


def _finite(value: Any) -> Any:
    if value.dtype != np.float64:
        return value
    return np.where(np.isfinite(value), value, np.nan)


def _is_series(node: Node) -> bool:
    """Whether a part has one value for each time: macro series and numbers, at least one series."""
    if isinstance(node, Name):
        return node.name.startswith(MACRO)
    if isinstance(node, Call):
        parts = [a for a in node.arguments if not isinstance(a, Number | Text)]
        return bool(parts) and all(_is_series(a) for a in parts)
    return False


def _periods(node: Node) -> int:
    """Periods before the newest that a function over a series depends on."""
    if not isinstance(node, Call):
        return 0
    function = FUNCTIONS[node.function]
    memory = function.memory(bind(function, node).literals) if function.family is Family.TIME_SERIES else 0
    return memory + max((_periods(a) for a in node.arguments), default=0)
