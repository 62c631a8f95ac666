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
        "cap": "fundamentals.market_cap",
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

_ROWS = (*ELEMENTWISE, *TIME_SERIES, *CROSS_SECTION, *GROUPED, *EVENTS, *COMPOSED)

FUNCTIONS: Mapping[str, Function] = MappingProxyType({function.name: function for function in _ROWS})
"""Every function by its canonical name."""

SPELLINGS: Mapping[str, Function] = MappingProxyType(
    {spelling: function for function in FUNCTIONS.values() for spelling in (function.name, *function.aliases)}
)
"""Every function by every spelling."""
