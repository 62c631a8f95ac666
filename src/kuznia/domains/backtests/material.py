"""What a backtest is computed on: pinned frames aligned into a panel, with the market around it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import polars as pl

from kuznia.core.backtest.market import Market
from kuznia.core.frames.adjust import forward_factors, in_first_units
from kuznia.core.frames.panel import PRICE_FIELDS, Panel, panel_from_bars
from kuznia.core.typing import Float
from kuznia.domains.backtests.currencies import Conversion
from kuznia.domains.backtests.errors import NoBars, UnusableBacktest
from kuznia.domains.backtests.market import market_of, sectors_at
from kuznia.domains.backtests.settings import BacktestSettings
from kuznia.errors import Fault

UNITS = "units"
Joined = Callable[[Panel, pl.DataFrame | None], Panel]
NOTHING = Market()


@dataclass(frozen=True, slots=True)
class Material:
    """What is simulated on.

    Parameters
    ----------
    panel : Panel
        The universe's instruments, with all history up to the end.
    context : Panel or None
        The benchmark instrument on the same bars.
    market, context_market : Market
        Dividends, deposits, own fees and delistings, on the same bars; sectors come with `market_from`.
    scores : float64 (N, T) or None
        A model's out-of-sample scores.
    start : int
        First row that may decide.
    units : float64 (N, T) or None
        What prices were multiplied by to hold splits and spin-offs; None when nothing was.
    scheme, sector_names : str, tuple of str
        Group field that sectors are read from, and what its codes mean.
    told : mapping
        What is to be said of the data beside the bars.
    """

    panel: Panel
    context: Panel | None = None
    market: Market = NOTHING
    context_market: Market = NOTHING
    scores: Float | None = None
    start: int = 0
    units: Float | None = None
    scheme: str = "sector"
    sector_names: tuple[str, ...] = ()
    told: Mapping[str, Any] = field(default_factory=dict)

    def market_from(self, first: int) -> Market:
        """The market of an account that decides first at this row, with sectors as known then."""
        return replace(self.market, sectors=sectors_at(self.panel, self.scheme, first))


def material(
    bars: pl.DataFrame,
    instruments: Sequence[str],
    settings: BacktestSettings,
    *,
    actions: pl.DataFrame | None,
    joined: Joined | None = None,
    sectors: pl.DataFrame | None = None,
    predictions: pl.DataFrame | None = None,
    adjusted_for: Collection[str] = ("splits", "spin_offs"),
    conversion: Conversion | None = None,
) -> Material:
    """Align what was read.

    Parameters
    ----------
    bars : DataFrame
        Bars of the universe and the benchmark.
    settings : BacktestSettings
        The span, the benchmark, and what is the account's own.
    actions : DataFrame or None
        Dividends, splits and spin-offs; what the bars hold already is left alone.
    joined : function or None
        Gives a panel with what is read beside bars, from one without and from the factors that put the bars
        into the units of their first.
    sectors : DataFrame or None
        Frame of kind ``classification``, of the scheme that limits and attribution read.
    predictions : DataFrame or None
        Out-of-sample scores; the span ends with the last of them.
    adjusted_for : collection of {"splits", "spin_offs", "dividends"}
        What is in the bars already.
    conversion : Conversion or None
        Rates of what trades in another currency than the account's.
    """
    benchmark, end = settings.benchmark, settings.end
    bars, cash, factors = in_one_unit(bars, actions, adjusted_for)
    whole = panel_from_bars(bars, fields=(*PRICE_FIELDS, UNITS))
    missing = sorted({*instruments, *([benchmark] if benchmark else [])} - set(whole.instruments))
    if missing:
        raise NoBars(
            f"There are no bars of {', '.join(missing[:5])}.",
            [Fault("/bars", "Choose a dataset that holds the universe and its benchmark.")],
        )
    if end is not None:
        whole = whole.until(int(np.searchsorted(whole.session, np.datetime64(end), side="right")))
    panel = chosen(whole, sorted(instruments))
    if joined is not None:
        panel = joined(panel, factors)
    if sectors is not None:
        panel = panel.with_groups(sectors)
    scores = None
    if predictions is not None:
        scores = aligned_scores(predictions, panel)
        known = np.flatnonzero(~np.isnan(scores).all(axis=0))
        if len(known) == 0:
            raise UnusableBacktest(
                "The model has no out-of-sample scores on these bars.",
                [Fault("/model_version", "Train it on this universe and these bars.")],
            )
        panel, scores = panel.until(int(known[-1]) + 1), np.ascontiguousarray(scores[:, : known[-1] + 1])
    whole = whole.until(panel.shape[1])
    context = without_units(chosen(whole, [benchmark])) if benchmark else None
    units = panel.fields[UNITS]
    panel = without_units(panel)
    start = int(np.searchsorted(panel.session, np.datetime64(settings.start))) if settings.start else 0

    def around(one: Panel) -> Market:
        fx = conversion.on(one, start) if conversion else None
        return market_of(one, settings, paid_dividends(cash, one), fx)

    return Material(
        panel,
        context,
        around(panel),
        around(context) if context else NOTHING,
        scores,
        start,
        units if (units != 1.0).any(where=~np.isnan(units)) else None,
        settings.sectors,
        () if sectors is None else tuple(sectors["label"].drop_nulls().unique().sort()),
    )


def in_one_unit(
    bars: pl.DataFrame, actions: pl.DataFrame | None, adjusted_for: Collection[str]
) -> tuple[pl.DataFrame, pl.DataFrame | None, pl.DataFrame | None]:
    """Bars, the dividends they do not hold, and the factors, in units that no split or spin-off changes.

    These are the units of each instrument's first bar, so that an action of tomorrow changes nothing
    that was computed today.
    """
    if actions is None or bars.is_empty():
        return bars.with_columns(pl.lit(1.0).alias(UNITS)), None, None
    factors = forward_factors(bars, actions, adjusted_for=adjusted_for)
    cash = None
    if "dividends" not in adjusted_for:
        paid = actions.filter((pl.col("action") == "dividend") & ~pl.col("applied"))
        latest = paid.sort("available_at").unique(["instrument", "ts"], keep="last", maintain_order=True)
        cash = in_first_units(latest.sort("instrument", "ts"), factors, ("value",))
    return in_first_units(bars, factors), cash, factors


def without_units(panel: Panel) -> Panel:
    """The panel with the fields that strategies may name."""
    return replace(panel, fields={name: value for name, value in panel.fields.items() if name != UNITS})


def chosen(panel: Panel, instruments: Sequence[str]) -> Panel:
    """The panel of some of its instruments."""
    rows = [panel.instruments.index(one) for one in instruments]
    return replace(
        panel,
        instruments=tuple(instruments),
        fields={name: np.ascontiguousarray(values[rows]) for name, values in panel.fields.items()},
        groups={name: np.ascontiguousarray(values[rows]) for name, values in panel.groups.items()},
    )


def aligned_scores(predictions: pl.DataFrame, panel: Panel) -> Float:
    """Scores on the panel's bars; one that was not known at its decision does not count. (N, T)"""
    scores = np.full(panel.shape, np.nan)
    place = {key: n for n, key in enumerate(panel.instruments)}
    held = predictions.filter(pl.col("instrument").is_in(list(place)))
    rows = np.array([place[key] for key in held["instrument"]], dtype=np.int64)
    ts = held["ts"].dt.epoch("us").to_numpy()
    known = held["available_at"].dt.epoch("us").to_numpy()
    columns = np.minimum(np.searchsorted(panel.ts, ts), panel.shape[1] - 1)
    usable = (panel.ts[columns] == ts) & (known <= panel.decision[columns])
    values = held["score"].cast(pl.Float64).fill_null(np.nan).to_numpy()
    scores[rows[usable], columns[usable]] = values[usable]
    return scores


def paid_dividends(cash: pl.DataFrame | None, panel: Panel) -> Float | None:
    """Dividends on the session after the last day with the right. (T, N)"""
    if cash is None:
        return None
    paid = np.zeros((panel.shape[1], panel.shape[0]))
    mine = cash.filter(pl.col("instrument").is_in(list(panel.instruments)))
    for instrument, session, value in mine.select("instrument", "last_cum_session", "value").iter_rows():
        t = int(np.searchsorted(panel.session, np.datetime64(session), side="right"))
        if 0 < t < panel.shape[1]:
            paid[t, panel.instruments.index(instrument)] += value
    return paid if paid.any() else None
