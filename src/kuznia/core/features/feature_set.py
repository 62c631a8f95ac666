"""Feature sets: named expressions in order, computed together on a panel."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from kuznia.core.errors import CoreError
from kuznia.core.expressions import Checked, Context, check, evaluate
from kuznia.core.frames.digest import json_digest
from kuznia.core.frames.panel import Panel
from kuznia.core.typing import Float

_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")


class FeatureError(CoreError):
    """A feature set that cannot be computed."""


@dataclass(frozen=True, slots=True)
class Feature:
    """A named expression.

    Parameters
    ----------
    name : str
        Small letters, digits and underscores; other features of the set may use it.
    expression : str
        In the expression language.
    """

    name: str
    expression: str

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise FeatureError(
                f"{self.name!r} is no name of a feature.",
                "Use small letters, digits and underscores, at most 60, first a letter.",
            )


@dataclass(frozen=True, slots=True)
class FeatureSet:
    """An ordered list of features.

    Examples
    --------
    >>> features = FeatureSet.from_spec({"features": [
    ...     {"name": "momentum", "expression": "close / Ref(close, 20) - 1"},
    ...     {"name": "strength", "expression": "rank(momentum)"}]})
    >>> features.checked()["strength"].canonical
    'rank(close / ts_delay(close, 20) - 1)'
    """

    features: tuple[Feature, ...]

    def __post_init__(self) -> None:
        names = [feature.name for feature in self.features]
        twice = sorted({name for name in names if names.count(name) > 1})
        if not names:
            raise FeatureError("The set has no feature.", "Give it one at least.")
        if twice:
            raise FeatureError(f"The names {twice} are given twice.", "Name each feature differently.")

    @classmethod
    def from_spec(cls, spec: Mapping[str, Any]) -> FeatureSet:
        """Read a plain specification: ``{"features": [{"name", "expression"}, ...]}``."""
        return cls(tuple(Feature(str(f["name"]), str(f["expression"])) for f in spec["features"]))

    def to_spec(self) -> dict[str, Any]:
        """The plain specification."""
        return {"features": [{"name": f.name, "expression": f.expression} for f in self.features]}

    def checked(self, context: Context | None = None) -> dict[str, Checked]:
        """Every feature checked, by name and in order; each may use those before and after it.

        Raises
        ------
        ExpressionError
            Of the first feature that is wrong.
        """
        own = {feature.name: feature.expression for feature in self.features}
        context = context or Context()
        within = replace(context, features={**context.features, **own})
        return {feature.name: check(feature.expression, within) for feature in self.features}

    def digest(self, context: Context | None = None) -> str:
        """Digest of the names and of what each expression means."""
        return set_digest({name: one.digest for name, one in self.checked(context).items()})


def set_digest(digests: Mapping[str, str]) -> str:
    """Digest of a set from the digest of each expression, by name and in order."""
    return json_digest([[name, digest] for name, digest in digests.items()])


def feature_values(
    checked: Mapping[str, Checked], panel: Panel, start: int = 0, stop: int | None = None
) -> dict[str, Float]:
    """Values of each feature, NaN while its look-back reaches before the panel.

    Parameters
    ----------
    checked : mapping of str to Checked
        What :meth:`FeatureSet.checked` gave; none may look ahead.
    panel : Panel
        Bars, groups and series they use: the whole history.
    start, stop : int
        Columns wanted, all by default. They are computed from these and their look-back alone, and are
        equal to the bit to the same columns of all.

    Returns
    -------
    dict of str to float64 (N, stop − start)

    Raises
    ------
    FeatureError
        When an expression looks into the future.
    """
    ahead = [name for name, expression in checked.items() if expression.horizon > 0]
    if ahead:
        raise FeatureError(f"{ahead} look into the future.", "Only a label may; use a positive lag.")
    stop = panel.shape[1] if stop is None else stop
    before = max((one.lookback for one in checked.values()), default=0)
    first = max(start - before, 0)
    part = panel if (first, stop) == (0, panel.shape[1]) else panel.between(first, stop)
    found = {}
    for name, values in evaluate(checked, part).items():
        cut = np.ascontiguousarray(values[:, start - first :])
        cut[:, : max(checked[name].lookback - start, 0)] = np.nan
        found[name] = cut
    return found


def feature_frame(values: Mapping[str, Float], panel: Panel, present: str = "close") -> pl.DataFrame:
    """Lay values out as rows of one instrument at one decision.

    Parameters
    ----------
    values : mapping of str to float64 (N, T)
        By feature.
    panel : Panel
        What they were computed on.
    present : str
        Field whose known cells are the rows.

    Returns
    -------
    DataFrame
        ``instrument``, ``ts``, ``session``, ``available_at`` (the decision), then the features, null
        where not known; sorted by ``ts`` and ``instrument``.
    """
    t, n = np.nonzero(~np.isnan(panel.fields[present].T))
    moments = pl.Datetime("us", "UTC")
    keys = [
        pl.Series("instrument", panel.instruments, dtype=pl.String).gather(n),
        pl.Series("ts", panel.ts[t]).cast(moments),
        pl.Series("session", panel.session[t]),
        pl.Series("available_at", panel.decision[t]).cast(moments),
    ]
    columns = [pl.Series(name, array[n, t]).fill_nan(None) for name, array in values.items()]
    return pl.DataFrame([*keys, *columns])
