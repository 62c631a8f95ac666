"""The strategies of a sweep in their one spelling, each as a backtest of it would store it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from kuznia.core.expressions import Context, ExpressionError, check
from kuznia.core.expressions.nodes import number_text
from kuznia.core.strategies.spec import expressions_of, strategy_to_spec
from kuznia.core.strategies.sweep.spec import HOLE, SweepSpec

Values = Mapping[str, int | float]
STAND_INS = (233, 239, 241, 251, 257, 263, 269, 271)
"""Numbers that stand for parameters while a template is spelled; as windows they are sound."""
SAMPLES = 16


def strategies(spec: SweepSpec, combinations: Sequence[Values], within: Context) -> list[dict[str, Any]]:
    """Every combination's strategy with all its defaults and its expressions in their one spelling.

    Reading thousands of expressions takes seconds. Where parameters are in expressions alone, the
    template is read once with numbers in their place; a sample is read in full, and unless both agree
    all are.
    """

    quick = _template(spec, in_full(spec, combinations[0], within), within)
    step = max(1, len(combinations) // SAMPLES)
    sample = [*combinations[::step], combinations[-1]]
    if quick is None or any(_filled(*quick, values) != in_full(spec, values, within) for values in sample):
        return [in_full(spec, values, within) for values in combinations]
    return [_filled(*quick, values) for values in combinations]


def in_full(spec: SweepSpec, values: Values, within: Context) -> dict[str, Any]:
    """One combination's strategy, read in full."""
    strategy = spec.strategy(values)
    formulas = expressions_of(strategy)
    return strategy_to_spec(strategy) | {
        role: check(text, within).canonical for role, text in formulas.items()
    }


def _template(
    spec: SweepSpec, first: Mapping[str, Any], within: Context
) -> tuple[Mapping[str, Any], dict[str, str]] | None:
    """The first strategy, and the spelled expressions with ``$name`` in them; None when that is not so."""
    names = list(spec.parameters)
    texts = {role: text for role, text in spec.template.items() if isinstance(text, str)}
    whole = str(spec.template)
    if len(names) > len(STAND_INS) or any(str(number) in whole for number in STAND_INS):
        return None
    numbers = dict(zip(names, STAND_INS, strict=False))
    spelled: dict[str, str] = {}
    for role, text in texts.items():
        holes = [name for name in HOLE.findall(text) if name in numbers]
        if not holes:
            continue
        if role not in ("entries", "exits", "score"):
            return None
        try:
            found = check(spec.filled(numbers)[role], within).canonical
        except ExpressionError:
            return None
        for name in names:
            found = re.sub(rf"(?<![\w.]){numbers[name]}(?![\w.])", f"${name}", found)
        spelled[role] = found
    return first, spelled


def _filled(first: Mapping[str, Any], spelled: Mapping[str, str], values: Values) -> dict[str, Any]:
    written = {name: number_text(float(value)) for name, value in values.items()}
    return dict(first) | {
        role: HOLE.sub(lambda match: written.get(match[1], match[0]), text) for role, text in spelled.items()
    }
