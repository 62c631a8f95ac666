"""Checked expressions computed on a panel, common parts once.

A function over macro series alone runs in the series' own periods inside the vintage
known at each decision: each decision becomes a row of its newest periods, the same kernels run
along it, and its last value counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from kuznia.core.errors import CoreError
from kuznia.core.expressions.arguments import bind
from kuznia.core.expressions.catalogue import FUNCTIONS, MACRO, MARKET
from kuznia.core.expressions.check import Checked
from kuznia.core.expressions.errors import ExpressionError, refuse
from kuznia.core.expressions.function import Family
from kuznia.core.expressions.nodes import Call, Name, Node, Number, Text
from kuznia.core.expressions.plan import Plan
from kuznia.core.frames.events import PlacedEvents
from kuznia.core.frames.panel import Panel
from kuznia.core.typing import Float, Int


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
    return _evaluate(expressions, panel, {})


def stream(
    expressions: Mapping[str, Checked], panel: Panel, bars: int
) -> Iterator[tuple[int, dict[str, Float]]]:
    """Compute expressions a span of bars after another, in memory that does not grow with the panel.

    Parameters
    ----------
    expressions : mapping of str to Checked
        What to compute, by name; none may look ahead.
    panel : Panel
        Fields, groups and series they use.
    bars : int
        Columns at a time. Each span is computed from itself and the look-back before it.

    Yields
    ------
    int, dict of str to float64 (N, columns)
        First column of the span, and its values: equal to the bit to those columns of :func:`evaluate`.
        They are views that the next span overwrites. The first span is longer by the look-back.

    Raises
    ------
    ExpressionError
        When the panel lacks a field.
    CoreError
        When an expression looks ahead, or a span would be empty.

    Examples
    --------
    >>> from kuznia.core.expressions import check
    >>> ts = np.arange(5, dtype=np.int64)
    >>> close = np.array([[1.0, 2.0, 3.0, 5.0, 8.0]])
    >>> panel = Panel(("A",), ts, ts.astype("M8[D]"), ts, {"close": close})
    >>> for first, values in stream({"change": check("ts_delta(close, 1)")}, panel, 2):
    ...     print(first, values["change"].tolist())
    0 [[nan, 1.0, 1.0]]
    3 [[2.0, 3.0]]
    """
    ahead = [name for name, checked in expressions.items() if checked.horizon > 0]
    if ahead or bars < 1:
        raise CoreError(f"{ahead or bars} cannot be computed span by span.", "Use positive lags and spans.")
    before = max((checked.lookback for checked in expressions.values()), default=0)
    length, done = panel.shape[1], 0
    room: dict[str, Float] = {}
    span = min(length, before + bars)
    while done < length:
        stop = min(length, max(done + bars, span))
        first = stop - span  # spans of one length, so that each finds the memory of the one before
        values = _evaluate(expressions, panel.between(first, stop), room)
        yield done, {name: value[:, done - first :] for name, value in values.items()}
        done = stop


def _evaluate(expressions: Mapping[str, Checked], panel: Panel, room: dict[str, Float]) -> dict[str, Float]:
    with np.errstate(all="ignore"):
        plan, places = Plan.of(_PanelLeaves(panel), [checked.tree for checked in expressions.values()])
        return plan.run(dict(zip(expressions, places, strict=True)), panel.shape, room)


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

    def given(self, node: Call) -> Float | None:
        """A function over one series, in the series' own periods."""
        if FUNCTIONS[node.function].family is not Family.TIME_SERIES or not _is_series(node):
            return None
        spans = _periods(node) + 1
        plan, (place,) = Plan.of(_VintageLeaves(self.panel, spans), [node])
        values = plan.run({"series": place}, (len(self.panel.ts), spans))["series"]
        return np.ascontiguousarray(values[:, -1])


class _VintageLeaves:
    """The newest periods of each series, one row for each decision."""

    def __init__(self, panel: Panel, spans: int) -> None:
        self.panel, self.spans = panel, spans

    def name(self, node: Name) -> Float:
        history = self.panel.histories.get(node.name.removeprefix(MACRO))
        if history is None:
            raise _missing(node)
        return history.last(self.panel.decision, self.spans)

    def given(self, node: Call) -> None:
        """Nothing: here series are rows like any other."""


def _missing(node: Name) -> ExpressionError:
    message = f"The data has no {node.name}."
    return refuse(node.span.position, node.span.length, message, "Choose a dataset that has it.")


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
