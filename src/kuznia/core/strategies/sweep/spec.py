"""Specifications of sweeps: a strategy with holes, the values that fill them, and how they are searched."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal

from kuznia.core.errors import StrategyError
from kuznia.core.expressions.catalogue import BAR_FIELDS, DERIVED_FIELDS
from kuznia.core.expressions.nodes import number_text
from kuznia.core.strategies.spec import Strategy, strategy_from_spec
from kuznia.core.strategies.sweep.where import holds

Search = Literal["grid", "random", "optuna"]
SEARCHES: tuple[Search, ...] = ("grid", "random", "optuna")
Objective = Literal["sharpe", "cagr", "calmar", "max_drawdown", "volatility"]
OBJECTIVES: tuple[Objective, ...] = ("sharpe", "cagr", "calmar", "max_drawdown", "volatility")
Value = int | float

MAX_COMBINATIONS = 100_000
"""Combinations of one sweep."""

MAX_GUIDED = 2_000
"""Combinations that Optuna may choose: each choice looks at all before it."""

HOLE = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)")
_FIELDS = frozenset({*BAR_FIELDS, *DERIVED_FIELDS})
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True)
class SweepSpec:
    """Many strategies: one template, filled with the values of its parameters.

    Parameters
    ----------
    template : mapping
        Specification of a strategy in which texts may hold ``$name``; a text that is ``$name`` and
        nothing else becomes the number itself. ``$close`` and other fields stay what they are.
    parameters : mapping of str to tuple of int or float
        Values of each parameter.
    where : str or None
        Which combinations count, as in ``"fast < slow"``.
    search : {"grid", "random", "optuna"}
        All combinations, `count` of them drawn without repetition, or `count` that Optuna chooses, some
        at a time, by the `objective` of those before (needs the extra ``ml``).
    count : int or None
        How many, unless all.
    seed : int
        Of what is drawn.
    objective : {"sharpe", "cagr", "calmar", "max_drawdown", "volatility"}
        What Optuna looks for the best of; of a drawdown and a volatility that is the least.

    Examples
    --------
    >>> spec = SweepSpec({"kind": "rule", "entries": "ts_mean(close, $fast) > ts_mean(close, $slow)"},
    ...                  {"fast": (5, 10), "slow": (10, 50)}, where="fast < slow")
    >>> spec.strategy({"fast": 5, "slow": 50}).entries
    'ts_mean(close, 5) > ts_mean(close, 50)'
    """

    template: Mapping[str, Any]
    parameters: Mapping[str, tuple[Value, ...]]
    where: str | None = None
    search: Search = "grid"
    count: int | None = None
    seed: int = 0
    objective: Objective = "sharpe"

    def __post_init__(self) -> None:
        for name, values in self.parameters.items():
            if not isinstance(values, list | tuple):
                raise StrategyError(f"{name!r} has the values {values!r:.40}.", "Give a list of numbers.")
        object.__setattr__(self, "parameters", {name: tuple(v) for name, v in self.parameters.items()})
        for name, whole in (("count", self.count), ("seed", self.seed)):
            if whole is not None and (type(whole) is not int or whole < 0):
                raise StrategyError(f"{name} is {whole!r:.40}.", "Use a whole number.")
        self._check_parameters()
        self._check_holes()
        if self.search not in SEARCHES:
            raise StrategyError(f"search is {self.search!r}.", f"Use one of {list(SEARCHES)}.")
        if self.objective not in OBJECTIVES:
            raise StrategyError(f"objective is {self.objective!r}.", f"Use one of {list(OBJECTIVES)}.")
        if self.search != "grid" and (self.count is None or self.count < 1):
            raise StrategyError(f"A {self.search} search has no count.", "Say how many combinations to try.")
        if self.count is not None and self.count > MAX_COMBINATIONS:
            raise StrategyError(
                f"{self.count:,} combinations are over the limit of {MAX_COMBINATIONS:,}.", "Lower count."
            )
        if self.search == "optuna" and (self.count or 0) > MAX_GUIDED:
            raise StrategyError(
                f"A count of {self.count:,} is over the limit of {MAX_GUIDED:,} for Optuna.",
                "Lower count, or search at random.",
            )
        if self.where is not None:
            holds(self.where, {name: [values[0]] for name, values in self.parameters.items()})
        self.strategy({name: values[0] for name, values in self.parameters.items()})

    def _check_parameters(self) -> None:
        if not self.parameters:
            raise StrategyError("The sweep has no parameters.", 'Give some, for example {"fast": (5, 10)}.')
        for name, values in self.parameters.items():
            if not _NAME.fullmatch(name):
                raise StrategyError(
                    f"{name!r} cannot name a parameter.", "Use small letters, digits and underscores."
                )
            if name in _FIELDS:
                raise StrategyError(f"The parameter {name!r} is a field's name too.", "Name it otherwise.")
            if not values:
                raise StrategyError(f"The parameter {name!r} has no values.", "Give it at least one.")
            for value in values:
                number = isinstance(value, int | float) and not isinstance(value, bool)
                if not number or not abs(value) <= sys.float_info.max:
                    raise StrategyError(f"{name!r} has the value {value!r:.40}.", "Use finite numbers.")
            if len(set(values)) < len(values):
                raise StrategyError(f"{name!r} has a value twice.", "Give each value once.")

    def _check_holes(self) -> None:
        if not isinstance(self.template, Mapping):
            raise StrategyError("The template is no specification.", "Give the names of a strategy's parts.")
        for name, value in self.template.items():
            if value is not None and not isinstance(value, str | int | float):
                raise StrategyError(
                    f"The template's {name!r} is a {type(value).__name__}.", "Use a text or a number."
                )
        used = _holes(self.template)
        unknown = sorted(used - set(self.parameters) - _FIELDS)
        if unknown:
            raise StrategyError(
                f"The template uses ${unknown[0]}, which is no parameter.",
                f"Use {[f'${name}' for name in self.parameters]} or add it to the parameters.",
            )
        idle = sorted(set(self.parameters) - used)
        if idle:
            raise StrategyError(
                f"The parameter {idle[0]!r} is not in the template.", f"Write ${idle[0]} where it belongs."
            )

    @classmethod
    def from_spec(cls, spec: Mapping[str, Any]) -> SweepSpec:
        """Read a sweep from plain data; an unknown name is an error."""
        known = [f.name for f in fields(cls)]
        unknown = sorted(set(spec) - set(known))
        if unknown:
            raise StrategyError(f"A sweep has no {unknown}.", f"Use {known}.")
        return cls(**spec)

    def to_spec(self) -> dict[str, Any]:
        """Plain data that `from_spec` reads back."""
        return {
            "template": dict(self.template),
            "parameters": {name: list(values) for name, values in self.parameters.items()},
            "where": self.where,
            "search": self.search,
            "count": self.count,
            "seed": self.seed,
            "objective": self.objective,
        }

    def filled(self, values: Mapping[str, Value]) -> dict[str, Any]:
        """The template with these values in it, as plain data."""
        found = _fill(self.template, values)
        assert isinstance(found, dict)
        return found

    def strategy(self, values: Mapping[str, Value]) -> Strategy:
        """The strategy with these values."""
        return strategy_from_spec(self.filled(values))


def _holes(part: Any) -> set[str]:
    if isinstance(part, str):
        return set(HOLE.findall(part))
    if isinstance(part, Mapping):
        return set().union(*(_holes(value) for value in part.values()))
    if isinstance(part, list | tuple):
        return set().union(*(_holes(value) for value in part))
    return set()


def _fill(part: Any, values: Mapping[str, Value]) -> Any:
    if isinstance(part, str):
        whole = HOLE.fullmatch(part)
        return values[whole[1]] if whole and whole[1] in values else fill_text(part, values)
    if isinstance(part, Mapping):
        return {name: _fill(value, values) for name, value in part.items()}
    if isinstance(part, list | tuple):
        return [_fill(value, values) for value in part]
    return part


def fill_text(text: str, values: Mapping[str, Value]) -> str:
    """A text with numbers in the place of its parameters; negative ones in brackets.

    Examples
    --------
    >>> fill_text("ts_mean($close, $n) > $low", {"n": 20, "low": -0.5})
    'ts_mean($close, 20) > (-0.5)'
    """

    def number(match: re.Match[str]) -> str:
        if match[1] not in values:
            return match[0]
        written = number_text(float(values[match[1]]))
        return f"({written})" if written.startswith("-") else written

    return HOLE.sub(number, text)
