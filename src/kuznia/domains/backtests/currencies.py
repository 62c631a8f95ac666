"""Instruments that trade in another currency than the account's, and the rates that convert them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kuznia.domains.backtests.errors import NoRate, UnusableBacktest
from kuznia.errors import Fault

if TYPE_CHECKING:
    import polars as pl

    from kuznia.core.frames.panel import Panel
    from kuznia.core.typing import Float

NONE = "XXX"
"""ISO 4217: no currency; such an instrument trades in that of the account."""
STALE_DAYS = 10.0
"""Age from which a rate of a dataset that says nothing of its own counts as missing."""


def foreign(currencies: Mapping[str, str], account: str | None) -> dict[str, str]:
    """Instruments to convert, with their currencies.

    Without a choice the account is in the one currency of its instruments.

    >>> foreign({"XNYS:A": "USD", "XLON:B": "GBP"}, "USD")
    {'XLON:B': 'GBP'}
    """
    known = {key: found for key, found in currencies.items() if found != NONE}
    if account is None and len(set(known.values())) > 1:
        first = {found: key for key, found in reversed(known.items())}
        said = ", ".join(f"{key} in {found}" for found, key in sorted(first.items()))
        raise UnusableBacktest(
            f"Its instruments trade in several currencies: {said}.",
            [Fault("/body/settings/currency", "Say which one the account is in.")],
        )
    return {key: found for key, found in known.items() if account not in (None, found)}


def pairs(currencies: Collection[str], account: str) -> dict[str, tuple[str, str]]:
    """Names of the rate of each currency: account's units for one of it, and the other way round.

    >>> pairs(["GBP"], "USD")
    {'GBP': ('GBPUSD', 'USDGBP')}
    """
    return {one: (f"{one}{account}", f"{account}{one}") for one in sorted(set(currencies))}


def pair_of(name: str) -> str:
    """What a series or an instrument is a rate of, by its name.

    >>> pair_of("fx.gbpusd"), pair_of("XOFF:GBPUSD"), pair_of("GBP/USD")
    ('GBPUSD', 'GBPUSD', 'GBPUSD')
    """
    last = name.replace(":", ".").rsplit(".", 1)[-1]
    return "".join(letter for letter in last if letter.isalpha()).upper()


def lacking(names: Collection[str], wanted: Mapping[str, tuple[str, str]]) -> list[str]:
    """Currencies that none of these series or instruments is a rate of."""
    held = {pair_of(name) for name in names}
    return [one for one, both in wanted.items() if held.isdisjoint(both)]


@dataclass(frozen=True, slots=True)
class Conversion:
    """Rates that convert instruments' currencies.

    Parameters
    ----------
    account : str
        Currency of the account.
    foreign : mapping of instrument to currency
        What is converted.
    rates : DataFrame
        Columns ``series`` (any name of a pair), ``ts``, ``value``, ``available_at``.
    max_staleness_days : float or None
        Age beyond which a rate counts as missing.
    """

    account: str
    foreign: Mapping[str, str]
    rates: pl.DataFrame
    max_staleness_days: float | None

    def on(self, panel: Panel, start: int) -> Float | None:
        """Account currency for one unit of each instrument's, known by each bar's close. (T, N)

        One rate for each bar: it converts the bar's fills, its dividends and its mark. Bars before `start`
        are not traded and need none; after an instrument's last price its last rate stays.

        Raises
        ------
        NoRate
            A bar with a price has no rate that was known and fresh.
        """
        if not any(one in self.foreign for one in panel.instruments):
            return None
        fx = np.ones((panel.shape[1], panel.shape[0]))
        known: dict[str, Float] = {}
        for n, instrument in enumerate(panel.instruments):
            currency = self.foreign.get(instrument)
            if currency is None:
                continue
            if currency not in known:
                known[currency] = self._rate(currency, panel)
            rate = known[currency]
            priced = np.flatnonzero(~np.isnan(panel.fields["close"][n, start:])) + start
            missing = priced[~(rate[priced] > 0)]
            if len(missing):
                raise self._missing(instrument, currency, panel, int(missing[0]))
            if len(priced):
                held = np.maximum.accumulate(np.where(rate > 0, np.arange(len(rate)), -1))
                fx[:, n] = np.where(held >= 0, rate[np.maximum(held, 0)], 1.0)
        return fx

    def _rate(self, currency: str, panel: Panel) -> Float:
        from kuznia.core.frames.known import series_histories

        direct, inverse = pairs([currency], self.account)[currency]
        found = {pair_of(name): name for name in self.rates["series"].unique().sort()}
        name = found.get(direct, found.get(inverse))
        if name is None:
            return np.full(panel.shape[1], np.nan)
        rows = self.rates.filter(self.rates["series"] == name)
        stale = STALE_DAYS if self.max_staleness_days is None else self.max_staleness_days
        history = series_histories(rows, max_staleness_days=stale)[name]
        values = history.last(panel.ts, 1)[:, 0]
        with np.errstate(divide="ignore"):
            return values if direct in found else 1.0 / values

    def _missing(self, instrument: str, currency: str, panel: Panel, t: int) -> NoRate:
        when = f"{np.datetime64(int(panel.ts[t]), 'us').astype('datetime64[s]')}Z"
        direct, inverse = pairs([currency], self.account)[currency]
        return NoRate(
            f"{instrument} trades in {currency}, and no rate to {self.account} was known at {when}.",
            [Fault("/fx", f"Load {direct} or {inverse} from before then, or start later.")],
        )
