"""Static checks: names, arguments, types, leaks and limits, before anything is computed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace

from kuznia.core.expressions.arguments import Bound, bind, literals_of
from kuznia.core.expressions.catalogue import ELSEWHERE, MACRO, MARKET, MORE_ARGUMENTS, SPELLINGS
from kuznia.core.expressions.composed.expand import expand
from kuznia.core.expressions.context import APPROXIMATED, Context, class_group, derived, did_you_mean, unknown
from kuznia.core.expressions.errors import ExpressionError, Problem
from kuznia.core.expressions.function import Family, Kind, Takes
from kuznia.core.expressions.nodes import Call, Name, Node, Number, Span, Speller, Text, names
from kuznia.core.expressions.parse import MAX_DEPTH, parse

LANGUAGE = "kuznia/1"
"""Version of the language's meaning; part of every digest."""

MAX_NESTED_FEATURES = 20
MAX_TEXT = 100_000
_PANEL = 2
_INPUTS = (Takes.VALUES, Takes.CONDITION, Takes.GROUP, Takes.EVENTS)


@dataclass(frozen=True, slots=True)
class Checked:
    """An expression that may be computed, and what can be said of it beforehand.

    Parameters
    ----------
    tree : Node
        Canonical tree, features put in.
    kind : Kind
        Its type.
    canonical, digest : str
        Its one spelling, and the digest of that under this version of the language.
    fields, series, groups, events : tuple of str
        What it reads, sorted.
    lookback : int
        Bars before the current one that a value depends on.
    horizon : int
        Bars after the current one; above 0 for labels only.
    cost : float
        Operations for each cell.
    approximated : tuple of str
        Fields that stand for data which is not there: ``vwap`` as (high + low + close) / 3.
    """

    source: str
    tree: Node = field(repr=False)
    kind: Kind
    canonical: str
    digest: str
    fields: tuple[str, ...]
    series: tuple[str, ...]
    groups: tuple[str, ...]
    events: tuple[str, ...]
    lookback: int
    horizon: int
    cost: float
    approximated: tuple[str, ...] = ()


def check(source: str, context: Context | None = None) -> Checked:
    """Check an expression.

    Parameters
    ----------
    source : str
        The expression.
    context : Context, optional
        What it may use.

    Returns
    -------
    Checked

    Raises
    ------
    ExpressionError
        With every problem found.

    Examples
    --------
    >>> checked = check("Mean($close, 20) / close - 1")
    >>> checked.canonical, checked.lookback, checked.fields
    ('ts_mean(close, 20) / close - 1', 19, ('close',))
    >>> try:
    ...     check("ts_mea(close, 20)")
    ... except ExpressionError as error:
    ...     print(error)
    At character 1: There is no function ts_mea. Did you mean ts_mean?
    """
    context = context or Context()
    checker = _Checker(context)
    facts = checker.resolve(parse(source), 0)
    if facts is None or checker.problems:
        raise ExpressionError(sorted(set(checker.problems), key=lambda p: p.position))
    whole = Span(0, max(len(source), 1))
    if facts.kind is Kind.EVENTS:
        raise whole.refuse(*_events_as_values(facts.node))
    if facts.kind not in (Kind.PANEL, Kind.BOOL, Kind.GROUP):
        raise whole.refuse("This is a text, not values.", "Use it as an option of a function.")
    if facts.shape == 0:
        raise whole.refuse("This is one number, not values over time.", "Use a field such as close.")
    text = checker.speller.text(facts.node)
    used = names(facts.node)
    cost = sum(checker.costs.values())
    if cost > context.max_cost:
        raise whole.refuse(
            f"It costs {cost:,.0f} operations a cell, over {context.max_cost:,.0f}.", "Shorten its windows."
        )
    return Checked(
        source=source,
        tree=facts.node,
        kind=Kind.SERIES if facts.shape == 1 and facts.kind == Kind.PANEL else facts.kind,
        canonical=text,
        digest=f"sha256:{hashlib.sha256(f'{LANGUAGE} {text}'.encode()).hexdigest()}",
        fields=tuple(sorted(n for n in used if context.has_field(n))),
        series=tuple(sorted(n.removeprefix(MACRO) for n in used if n.startswith(MACRO))),
        groups=tuple(sorted(n for n in used if n in context.groups)),
        events=tuple(sorted(n for n in used if n in context.events)),
        lookback=facts.lookback,
        horizon=facts.horizon,
        cost=cost,
        approximated=tuple(sorted(checker.approximated)),
    )


@dataclass(frozen=True, slots=True)
class _Facts:
    """What is known of a resolved part; shape 0 scalar, 1 series, 2 panel."""

    node: Node
    kind: Kind
    shape: int
    lookback: int = 0
    periods: int = 0
    horizon: int = 0
    depth: int = 0
    series: frozenset[str] = frozenset()


class _Checker:
    def __init__(self, context: Context) -> None:
        self.context = context
        self.problems: list[Problem] = []
        self.costs: dict[str, float] = {}
        self.open: list[str] = []
        self.known: dict[str, _Facts | None] = {}
        self.resolved: dict[int, _Facts] = {}
        self.approximated: set[str] = set()
        self.speller = Speller()

    def problem(self, span: Span, message: str, suggestion: str) -> None:
        self.problems.append(Problem(span.position, span.length, message, suggestion))

    def resolve(self, node: Node, depth: int) -> _Facts | None:
        if id(node) in self.resolved:
            return self.resolved[id(node)]
        if isinstance(node, Number):
            return _Facts(node, Kind.PANEL, 0)
        if isinstance(node, Text):
            return _Facts(node, Kind.TEXT, 0)
        if isinstance(node, Name):
            return self._name(node)
        return self._call(node, depth)

    def _name(self, node: Name) -> _Facts | None:
        name, context = node.name, self.context
        if context.has_field(name):
            return _Facts(node, Kind.PANEL, _PANEL)
        if name in context.groups or name == MARKET:
            return _Facts(node, Kind.GROUP, _PANEL)
        if name.startswith(MACRO) and (context.series is None or name.removeprefix(MACRO) in context.series):
            return _Facts(node, Kind.PANEL, 1, series=frozenset({name}))
        if name in context.events:
            return _Facts(node, Kind.EVENTS, _PANEL)
        if derived(name, context) or name in context.features:
            return self._feature(node)
        if class_group(name) in context.groups:
            return _Facts(Name(class_group(name), node.span), Kind.GROUP, _PANEL)
        self.problem(node.span, *unknown(name, context))
        return None

    def _feature(self, node: Name) -> _Facts | None:
        name = node.name
        if name in self.open:
            self.problem(node.span, f"The feature {name} uses itself.", "Write the value out.")
            return None
        if len(self.open) >= MAX_NESTED_FEATURES:
            self.problem(node.span, "Features stand on features too deeply.", "Write some of them out.")
            return None
        if name not in self.known:
            source = derived(name, self.context) or self.context.features[name]
            self.approximated.update({name} & APPROXIMATED)
            before = len(self.problems)
            self.open.append(name)
            try:
                self.known[name] = self.resolve(parse(source), len(self.open))
            except ExpressionError as error:
                self.known[name] = None
                self.problems.extend(error.problems)
            self.open.pop()
            inner = self.problems[before:]
            if inner:
                del self.problems[before:]
                self.problem(node.span, f"In the feature {name}: {inner[0].message}", inner[0].suggestion)
        return self.known[name]

    def _call(self, node: Call, depth: int) -> _Facts | None:
        function = SPELLINGS.get(node.function)
        if function is None:
            guess = did_you_mean(node.function, SPELLINGS, "ts_mean(close, 20)")
            suggestion = ELSEWHERE.get(node.function, guess)
            self.problem(node.span, f"There is no function {node.function}.", suggestion)
            return None
        try:
            bound = bind(function, node)
        except ExpressionError as error:
            more = MORE_ARGUMENTS.get(function.name, "")
            given = len(node.arguments) > len(function.parameters) and more
            usage = [replace(one, suggestion=f"{one.suggestion} {more}") for one in error.problems]
            self.problems.extend(usage if given else error.problems)
            return None
        parts = [self.resolve(value, depth + 1) for value in bound.values]
        if any(part is None for part in parts):
            return None
        return self._resolved(bound, [part for part in parts if part is not None])

    def _resolved(self, bound: Bound, parts: list[_Facts]) -> _Facts | None:
        before = len(self.problems)
        for parameter, part, span in zip(bound.function.parameters, parts, bound.spans, strict=True):
            self._accepts(parameter.takes, part, span)
        for problem in literals_of(bound, self.context.label):
            self.problems.append(problem)
        depth = 1 + max((part.depth for part in parts), default=0)
        if depth > MAX_DEPTH:
            self.problem(bound.span, "The expression is nested too deeply.", "Split it.")
        if len(self.problems) > before:
            return None
        return self._composed(bound, parts) if bound.function.expansion else self._facts(bound, parts, depth)

    def _composed(self, bound: Bound, parts: list[_Facts]) -> _Facts | None:
        """What a function means that is written in others; its arguments are resolved once."""
        before = len(self.problems)
        self.resolved.update((id(part.node), part) for part in parts)
        facts = self.resolve(expand(bound.function, [part.node for part in parts], bound.span), 0)
        inner = self.problems[before:]
        if inner:
            del self.problems[before:]
            message = f"In {bound.function.name}: {inner[0].message}"
            self.problem(bound.span, message, inner[0].suggestion)
        return facts

    def _facts(self, bound: Bound, parts: list[_Facts], depth: int) -> _Facts | None:
        function = bound.function
        inputs = [p for p, q in zip(parts, function.parameters, strict=True) if q.takes in _INPUTS]
        shape = max(p.shape for p in inputs)
        series = frozenset().union(*(p.series for p in inputs))
        memory = function.memory(bound.literals)
        lag = int(bound.literals.get("d", 0)) if _takes_lag(bound) else 0
        own_periods = function.family is Family.TIME_SERIES and shape == 1
        if not self._fits(bound, inputs, shape, series, lag):
            return None
        lookback = max(p.lookback for p in inputs) + (0 if own_periods else memory)
        periods = max(p.periods for p in inputs) + (memory if own_periods else 0)
        if max(lookback, periods) > self.context.max_lookback:
            limit = self.context.max_lookback
            self.problem(bound.span, f"It looks back over {limit} bars.", "Shorten its windows.")
            return None
        node: Node = Call(function.name, tuple(p.node for p in parts), bound.span)
        if function.name == "negate" and isinstance(parts[0].node, Number):
            node = Number(-parts[0].node.value, bound.span)
        self._count(node, function.weight * (memory + 1))
        return _Facts(
            node,
            function.returns,
            shape,
            lookback,
            periods,
            max(p.horizon for p in inputs) + max(-lag, 0),
            depth,
            series,
        )

    def _count(self, node: Node, cost: float) -> None:
        if len(self.costs) >= self.context.max_nodes:
            raise ExpressionError(
                [Problem(0, 1, "The expression has too many parts.", "Split it into features.")]
            )
        text = self.speller.text(node)
        if len(text) > MAX_TEXT:
            raise ExpressionError(
                [Problem(0, 1, "The expression has too many parts.", "Split it into features.")]
            )
        self.costs[text] = cost

    def _fits(self, bound: Bound, inputs: list[_Facts], shape: int, series: frozenset[str], lag: int) -> bool:
        function, before = bound.function, len(self.problems)
        if function.family is Family.TIME_SERIES and shape == 0:
            self.problem(
                bound.span,
                f"{function.name} needs values over time, not a number.",
                "Use a field such as close.",
            )
        if function.family in (Family.CROSS_SECTION, Family.GROUP) and any(p.shape < _PANEL for p in inputs):
            what = f"{function.name} compares instruments; this has one value for all of them."
            self.problem(bound.span, what, "Use a field of the bars, such as close.")
        if function.family is Family.TIME_SERIES and shape == 1 and len(series) > 1:
            what = "Two series have periods of their own, so a window over both has no meaning."
            self.problem(bound.span, what, f"Apply {function.name} to each.")
        if shape == 1 and lag < 0:
            self.problem(
                bound.span,
                "A label looks ahead in bars, not in a series' periods.",
                "Use a field of the bars.",
            )
        return len(self.problems) == before

    def _accepts(self, takes: Takes, part: _Facts, span: Span) -> None:
        literal = isinstance(part.node, Number)
        if part.kind is Kind.EVENTS and takes is not Takes.EVENTS:
            self.problem(span, *_events_as_values(part.node))
        elif takes is Takes.EVENTS and part.kind is not Kind.EVENTS:
            suggestion = "For example news.headline; a window over bars is ts_mean(x, d)."
            self.problem(span, "Here the name of events must stand.", suggestion)
        elif takes in (Takes.WINDOW, Takes.LAG, Takes.NUMBER) and not literal:
            self.problem(span, "Here a plain number must stand.", "Write it out, for example 20.")
        elif takes is Takes.TEXT and part.kind is not Kind.TEXT:
            self.problem(span, "Here a text in quotes must stand.", 'For example "gaussian".')
        elif takes is Takes.GROUP and part.kind is not Kind.GROUP:
            self.problem(span, "Here a group must stand.", "For example sector.")
        elif takes is Takes.CONDITION and not (part.kind is Kind.BOOL or literal):
            self.problem(span, "Here a condition must stand.", "Compare with something, for example > 0.")
        elif takes is Takes.VALUES and part.kind not in (Kind.PANEL, Kind.BOOL):
            self.problem(span, f"Here values must stand, not a {part.kind}.", "For example close.")


def _events_as_values(node: Node) -> tuple[str, str]:
    name = node.name if isinstance(node, Name) else "news.headline"
    return f"{name} are events, any number in a bar.", f"Make one value of them: vec_mean({name}, 1)."


def _takes_lag(bound: Bound) -> bool:
    return any(parameter.takes is Takes.LAG for parameter in bound.function.parameters)
