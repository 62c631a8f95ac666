"""The strategies of a sweep in their one spelling, each as a backtest of it would store it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from kuznia.core.expressions import Context, ExpressionError, check
from kuznia.core.expressions.nodes import number_text
from kuznia.core.strategies.spec import expressions_of, strategy_to_spec
from kuznia.core.strategies.sweep.spec import HOLE, SweepSpec, fill_text

Values = Mapping[str, int | float]
STAND_INS = (233, 239, 241, 251, 257, 263, 269, 271)
"""Numbers that stand for parameters while a template is spelled; as windows they are sound."""
SAMPLES = 16
FORMULAS = ("entries", "exits", "score")


def strategies(spec: SweepSpec, combinations: Sequence[Values], within: Context) -> list[dict[str, Any]]:
    """Every combination's strategy with all its defaults and its expressions in their one spelling.

    Reading thousands of expressions takes seconds. The template's are read once with numbers in the place
    of parameters; a sample is read in full, and unless both agree all are.
    """

    first = in_full(spec, combinations[0], within)
    beside = any(_holes(spec, text) for role, text in spec.template.items() if role not in FORMULAS)

    def filled(spelled: Mapping[str, str], values: Values) -> dict[str, Any]:
        written = {name: number_text(float(value)) for name, value in values.items()}
        rest = strategy_to_spec(spec.strategy(values)) if beside else first
        return rest | {
            role: HOLE.sub(lambda match: written.get(match[1], match[0]), text)
            for role, text in spelled.items()
        }

    quick = _template(spec, first, within)
    step = max(1, len(combinations) // SAMPLES)
    sample = [*combinations[::step], combinations[-1]]
    if quick is None or any(filled(quick, values) != in_full(spec, values, within) for values in sample):
        return [in_full(spec, values, within) for values in combinations]
    return [filled(quick, values) for values in combinations]


def in_full(spec: SweepSpec, values: Values, within: Context) -> dict[str, Any]:
    """One combination's strategy, read in full."""
    strategy = spec.strategy(values)
    formulas = expressions_of(strategy)
    return strategy_to_spec(strategy) | {
        role: check(text, within).canonical for role, text in formulas.items()
    }


def _template(spec: SweepSpec, first: Mapping[str, Any], within: Context) -> dict[str, str] | None:
    """The spelled expressions with ``$name`` in them; None when they cannot be told from numbers."""
    names = list(spec.parameters)
    whole = str(spec.template)
    if len(names) > len(STAND_INS) or any(str(number) in whole for number in STAND_INS):
        return None
    numbers = dict(zip(names, STAND_INS, strict=False))
    spelled = {role: first[role] for role in FORMULAS if first.get(role)}
    for role in spelled:
        text = spec.template[role]
        if not _holes(spec, text):
            continue
        try:
            found = check(fill_text(text, numbers), within).canonical
        except ExpressionError:
            return None
        for name in names:
            found = re.sub(rf"(?<![\w.]){numbers[name]}(?![\w.])", f"${name}", found)
        spelled[role] = found
    return spelled


def _holes(spec: SweepSpec, text: Any) -> bool:
    return isinstance(text, str) and any(name in spec.parameters for name in HOLE.findall(text))
