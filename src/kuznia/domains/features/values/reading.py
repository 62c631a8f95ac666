"""Reading: the panel that a set is computed on, and the set checked against what it holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from kuznia.core.expressions import Checked, Context, ExpressionError, check
from kuznia.core.expressions.nodes import names
from kuznia.core.frames.panel import Panel, panel_from_bars
from kuznia.domains.context import service as contexts
from kuznia.domains.datasets import service as datasets
from kuznia.domains.features.errors import UnusableExpression, UnusableFeatureSet
from kuznia.domains.features.service import PinnedFeatureSet
from kuznia.domains.universes.service import PinnedUniverse
from kuznia.store import Store


class Wanted(Protocol):
    """What is pinned for a computation."""

    @property
    def feature_set(self) -> PinnedFeatureSet: ...
    @property
    def universe(self) -> PinnedUniverse: ...
    @property
    def bars(self) -> datasets.PinnedVersion: ...
    @property
    def context(self) -> Sequence[datasets.PinnedVersion]: ...
    @property
    def decision_lag_minutes(self) -> int: ...


def panel_of(wanted: Wanted, store: Store) -> tuple[Panel, dict[str, Checked]]:
    """The bars with all that the set reads beside them, and the set's expressions."""
    bars = datasets.read(store, wanted.bars, entities=wanted.universe.instruments)
    if bars.is_empty():
        raise UnusableFeatureSet(f"{wanted.bars.name!r} has no bars of {wanted.universe.name!r}.")
    panel = panel_from_bars(bars, decision_lag_minutes=wanted.decision_lag_minutes)
    checked = _checked(wanted.feature_set, contexts.vocabulary(store, wanted.context, panel.fields))
    return contexts.joined(store, panel, wanted.context, wanted.bars, _read(checked)), checked


def facts(wanted: Wanted, checked: Mapping[str, Checked], store: Store) -> Mapping[str, Any]:
    """What a run tells of the data beside its bars."""
    return contexts.facts(store, wanted.context, _read(checked))


def _checked(feature_set: PinnedFeatureSet, within: Context) -> dict[str, Checked]:
    checked = {}
    for member in feature_set.members:
        try:
            checked[member.name] = check(member.canonical, within)
        except ExpressionError as error:
            raise UnusableExpression(f"The feature {member.name} does not fit the data. {error}") from None
    return checked


def _read(checked: Mapping[str, Checked]) -> set[str]:
    return {name for one in checked.values() for name in names(one.tree)}
