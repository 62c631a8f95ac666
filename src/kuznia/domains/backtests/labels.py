"""What is shown beside a result because of what it was computed on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kuznia.domains.backtests.settings import BacktestSettings
from kuznia.domains.datasets.service import PinnedVersion

if TYPE_CHECKING:
    from kuznia.domains.backtests.material import Material
    from kuznia.domains.backtests.service import PinnedData

WITHOUT_SPLITS = ("24/5", "24/7")
"""Calendars of currencies and coins."""

TEXTS = {
    "biased": "The universe holds survivors only: those that failed are missing, so returns are too high.",
    "price_return": "Price returns: dividends are left out, here and in the benchmarks.",
    "optimistic": "Fills at the close that was decided on: nobody can trade these prices.",
    "partial_dividends": "Dividends are known for some of the instruments only; comparisons favour those.",
    "unadjusted": "Prices are not adjusted for splits and no splits are given: one looks like a loss.",
    "share_basis": "Amounts for one share stand as printed, beside adjusted prices and without known splits.",
    "backfilled": "A classification known from a later snapshot is used as if it had been known before.",
}


def label_keys(
    data: PinnedData, context: Sequence[PinnedVersion], settings: BacktestSettings, given: Material
) -> list[str]:
    """Which labels a result on this material carries, in the order of `TEXTS`."""
    total = "dividends" in data.bars.adjusted_for
    paid = given.market.dividends
    some = paid is not None and not (paid > 0).any(axis=0).all()
    limited = settings.limit_sector is not None and data.sectors is not None
    read = [*context, *([data.sectors] if limited and data.sectors else [])]
    rules = {
        "biased": data.universe.biased,
        "price_return": not total and paid is None,
        "partial_dividends": not total and some,
        "unadjusted": _is_unadjusted(data),
        "optimistic": settings.fill == "same_close",
        "share_basis": "unconverted" in given.told,
        "backfilled": any(one.known_from == "listing" for one in read),
    }
    return [key for key in TEXTS if rules[key]]


def _is_unadjusted(data: PinnedData) -> bool:
    """Whether a split would look like a loss."""
    known = "splits" in data.bars.adjusted_for or data.actions is not None
    return not known and data.bars.calendar not in WITHOUT_SPLITS


def worded(keys: Sequence[str]) -> list[dict[str, str]]:
    """Keys with their words, in the order of `TEXTS`."""
    return [{"key": key, "text": text} for key, text in TEXTS.items() if key in keys]
