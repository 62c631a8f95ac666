"""The 101 formulaic alphas as a feature set."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import cache
from types import MappingProxyType

from kuznia.core.expressions.catalogue import MARKET
from kuznia.core.features.feature_set import Feature, FeatureSet
from kuznia.core.features.ready_made.formulaic_text import FORMULAS

_ENTRY = re.compile(r"^(\d+): ", re.MULTILINE)
_CLASS = re.compile(r"IndClass\.(\w+)")


@cache
def formulas() -> Mapping[int, str]:
    """Every formula by its number, as printed.

    Examples
    --------
    >>> formulas()[101]
    '((close - open) / ((high - low) + .001))'
    """
    _, *parts = _ENTRY.split(FORMULAS)
    pairs = zip(parts[::2], parts[1::2], strict=True)
    return MappingProxyType({int(number): " ".join(text.split()) for number, text in pairs})


def nearest_classes(available: Collection[str]) -> Mapping[str, str]:
    """The group to use for each class of the paper.

    Parameters
    ----------
    available : collection of str
        Classifications that the data has.

    Returns
    -------
    mapping of str to str
        The class itself, else the next broader one that is there, else ``market``.

    Examples
    --------
    >>> dict(nearest_classes({"industry"}))
    {'sector': 'market', 'industry': 'industry', 'subindustry': 'industry'}
    """
    chosen: dict[str, str] = {}
    broader = MARKET
    for name in ("sector", "industry", "subindustry"):
        broader = name if name in available else broader
        chosen[name] = broader
    return chosen


def formulaic_alphas(groups: Mapping[str, str] | None = None) -> FeatureSet:
    """The set ``alpha001`` to ``alpha101``.

    Windows that are no whole numbers count down to the next, as the paper says. It needs bars, ``cap``
    (from ``fundamentals.market_cap``) and classifications; ``vwap`` is (high + low + close) / 3 where
    the data has none.

    Parameters
    ----------
    groups : mapping of str to str, optional
        Group to use for ``sector``, ``industry`` and ``subindustry``, for example what
        :func:`nearest_classes` gives; each stands for itself where it is left out.

    Returns
    -------
    FeatureSet

    Examples
    --------
    >>> formulaic_alphas({"sector": "market"}).features[57].expression[:66]
    '(-1 * Ts_Rank(decay_linear(correlation(IndNeutralize(vwap, market)'
    """
    chosen = groups or {}

    def group(match: re.Match[str]) -> str:
        return chosen.get(match.group(1), match.group())

    return FeatureSet(
        tuple(Feature(f"alpha{number:03}", _CLASS.sub(group, text)) for number, text in formulas().items())
    )
