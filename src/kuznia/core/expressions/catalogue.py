"""All functions, groups and built-in fields of the language, by every spelling."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from kuznia.core.expressions.composed.table import COMPOSED
from kuznia.core.expressions.crosssection.table import CROSS_SECTION, GROUPED
from kuznia.core.expressions.elementwise import ELEMENTWISE
from kuznia.core.expressions.events.table import EVENTS
from kuznia.core.expressions.function import Function
from kuznia.core.expressions.timeseries.table import TIME_SERIES

BAR_FIELDS = ("open", "high", "low", "close", "volume")
"""Fields of a bars dataset."""

DERIVED_FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "returns": "ts_returns(close, 1)",
        "vwap": "(high + low + close) / 3",
    }
)
"""Fields that are an expression of others where the data has none of that name."""

EVENT_FIELDS = ("news.headline", "sentiment.vader", "sentiment.score")
"""What a dataset of events adds: that there was a headline, its tone, and the score that the file gave it."""

COUNT, HEADLINE = ".count", ".headline"
"""``news.count`` stands for the number of ``news.headline`` since the bar before."""

MACRO = "macro."
"""Prefix of series that belong to no instrument."""

MARKET = "market"
"""The group of all instruments."""

PUBLISHED_FIELDS: Mapping[str, str] = MappingProxyType({"cap": "fundamentals.market_cap"})
"""Names of published alphas for fields of other data."""

_ROWS = (*ELEMENTWISE, *TIME_SERIES, *CROSS_SECTION, *GROUPED, *EVENTS, *COMPOSED)

FUNCTIONS: Mapping[str, Function] = MappingProxyType({function.name: function for function in _ROWS})
"""Every function by its canonical name."""

SPELLINGS: Mapping[str, Function] = MappingProxyType(
    {spelling: function for function in FUNCTIONS.values() for spelling in (function.name, *function.aliases)}
)
"""Every function by every spelling."""

ELSEWHERE: Mapping[str, str] = MappingProxyType(
    {
        "adv": "Write adv20 for the mean volume of 20 bars.",
        "ts_step": "Its value depends on where the data begins; use bars_since(condition, d).",
        "hump_decay": "Use hump(x, hump, d).",
        "ts_theilsen": "Use ts_regression(y, x, d, 0, 2).",
        "group_extra": "Use group_backfill(x, group, d).",
        "Mask": "Another instrument cannot be named; use a series such as macro.VIX.",
        "ChangeInstrument": "Another instrument cannot be named; use a series such as macro.VIX.",
        "TResample": "Choose a dataset of the other frequency.",
        "SMA": "Use ts_mean(x, d), or ts_wilder(x, d) for Wilder's.",
    }
)
"""What to write instead of functions that others have."""

MORE_ARGUMENTS: Mapping[str, str] = MappingProxyType(
    {
        "group_mean": "With weights it is group_weighted_mean(x, weight, group).",
        "rank": "Over time it is ts_rank(x, d), or Qlib's Rank(x, d).",
        "max": "Over time it is ts_max(x, d); of three values max(x, max(y, z)).",
        "min": "Over time it is ts_min(x, d); of three values min(x, min(y, z)).",
        "quantile": "Over time it is ts_quantile(x, d), or Qlib's Quantile(x, d, fraction).",
        "zscore": "Over time it is ts_zscore(x, d).",
    }
)
"""What somebody may mean who gives these functions more arguments than they take."""
