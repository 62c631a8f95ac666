"""What a sweep will try, read and checked before anything is computed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kuznia.core.errors import StrategyError
from kuznia.domains.sweeps.errors import TooManyCombinations, UnusableSweep
from kuznia.domains.sweeps.schemas import MEASURES, MOST, SweepOf, Value
from kuznia.errors import Fault

if TYPE_CHECKING:
    from kuznia.core.strategies.sweep.spec import SweepSpec


SAMPLES = 100
"""Combinations that are read in full before a sweep is taken."""

Sample = tuple[str, Mapping[str, Value]]
"""A parameter, and a combination that is looked at for one of its values."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A sweep that can be run.

    Parameters
    ----------
    given : SweepOf
        As it was asked for, with the account's own features put in.
    spec : SweepSpec
        The same for the core.
    count : int
        Combinations.
    samples : list of (parameter, mapping)
        Combinations that hold each value of each parameter, thinned to `SAMPLES`; the first is the sweep's
        own first.
    """

    given: SweepOf
    spec: SweepSpec
    count: int
    samples: list[Sample]

    @property
    def name(self) -> str:
        """A name for those who give none."""
        entry = next((v for k, v in self.given.template.items() if k in ("entries", "score") and v), "")
        return f"{self.count:,} × {entry or self.given.template.get('kind')}"[:120]


def plan(given: SweepOf, features: Mapping[str, str], pointer: str = "/body") -> Plan:
    """Read a sweep.

    Parameters
    ----------
    features : mapping
        The account's own features by name: their formulas are put in, so that the sweep means the
        same for ever.
    """
    given = given.model_copy(update={"template": expanded(given.template, features)})
    _check_names(given, pointer)
    _check_condition(given, pointer)
    spec = core_spec(given, pointer)
    return Plan(given, spec, *_count_and_samples(given, spec, pointer))


def core_spec(given: SweepOf, pointer: str = "/body") -> SweepSpec:
    """The sweep as the core reads it."""
    from kuznia.core.strategies.sweep.spec import SweepSpec

    try:
        return SweepSpec.from_spec(given.model_dump())
    except StrategyError as error:
        named = next((name for name in given.parameters if repr(name) in error.what), None)
        where = f"parameters/{named}" if named else "count" if "count" in error.what else "template"
        raise UnusableSweep(error.what, [Fault(f"{pointer}/{where}", error.remedy)]) from None


def _check_names(given: SweepOf, pointer: str) -> None:
    for name in given.parameters:
        if name in MEASURES:
            fault = Fault(f"{pointer}/parameters/{name}", "Choose another name.")
            raise UnusableSweep(f"{name!r} is the name of a measure.", [fault])


def _check_condition(given: SweepOf, pointer: str) -> None:
    from kuznia.core.strategies.sweep.where import holds

    if given.where is None:
        return
    try:
        holds(given.where, {name: values[:1] for name, values in given.parameters.items()})
    except StrategyError as error:
        raise UnusableSweep(error.what, [Fault(f"{pointer}/where", error.remedy)]) from None


def _count_and_samples(given: SweepOf, spec: SweepSpec, pointer: str) -> tuple[int, list[Sample]]:
    """How many combinations are tried, and some that hold each parameter's values; the grid is not made."""
    from kuznia.core.strategies.sweep.search import (
        chosen_places,
        covering,
        valid_chunks,
        valid_count,
        values_at,
    )

    try:
        if spec.search == "optuna":
            wanted = min(spec.count or MOST, MOST)
            count = min(valid_count(spec, wanted), wanted)
            found = covering(spec, valid_chunks(spec))
        else:
            places = chosen_places(spec, MOST)
            count, found = len(places), covering(spec, [places])
    except StrategyError as error:
        over = "over the limit" in error.what
        kind = TooManyCombinations if over else UnusableSweep
        where = "parameters" if over or given.where is None else "where"
        raise kind(error.what, [Fault(f"{pointer}/{where}", error.remedy)]) from None
    kept = {round(n * (len(found) - 1) / (SAMPLES - 1)) for n in range(SAMPLES)}
    chosen = found if len(found) <= SAMPLES else [found[n] for n in sorted(kept)]
    return count, [(name, values_at(spec, row.tolist())) for name, row in chosen]


def expanded(template: Mapping[str, Any], features: Mapping[str, str]) -> dict[str, Any]:
    """The template with the account's features as the formulas that they are.

    >>> expanded({"kind": "rule", "entries": "calm > $n"}, {"calm": "ts_std(returns, 20)"})
    {'kind': 'rule', 'entries': '(ts_std(returns, 20)) > $n'}
    """
    if not features:
        return dict(template)
    names = "|".join(re.escape(name) for name in sorted(features, key=len, reverse=True))
    word = re.compile(rf"(?<![\w.$])({names})(?![\w(])")

    def put_in(role: str, value: Any) -> Any:
        if not isinstance(value, str) or role not in ("entries", "exits", "score"):
            return value
        return word.sub(lambda match: f"({features[match[1]]})", value)

    return {role: put_in(role, value) for role, value in template.items()}
