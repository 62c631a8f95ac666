"""From pinned files to arrays: values, prices, sectors, and features on a history that ends early."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from kuznia.core.expressions import Checked, ExpressionError, check
from kuznia.core.expressions.nodes import names
from kuznia.core.features import feature_values
from kuznia.core.frames.names import spelled
from kuznia.core.frames.panel import KEYS, Panel, panel_from_bars
from kuznia.core.typing import Float, Int
from kuznia.domains.context import service as contexts
from kuznia.domains.datasets import service as datasets
from kuznia.domains.evaluations.pinning import Material
from kuznia.store import Store

COMPARED = 5
"""Newest bars of an early end whose values are compared."""
MOMENT = pl.Datetime("us", "UTC")


@dataclass(frozen=True, slots=True)
class Sectors:
    """Sectors as they were known at each decision.

    Parameters
    ----------
    codes : int64 (N, T)
        Places in `names`; −1 where not known.
    """

    scheme: str
    dataset: str
    backfilled: bool
    codes: Int
    names: tuple[str, ...]


def values_of(given: Material, store: Store) -> pl.DataFrame:
    """All parts in one frame, its features in the set's order, as a training reads them."""
    values = store.scan(given.values)
    if given.names:
        values = values.select(*KEYS, *given.names)
    return values.sort("instrument", "ts").collect()


def prices(given: Material, store: Store) -> Panel:
    """Prices as a training reads them."""
    bars = datasets.read(store, given.bars, entities=given.universe.instruments)
    return panel_from_bars(bars, fields=("open", "high", "low", "close"))


def sectors_of(
    panel: Panel, version: datasets.PinnedVersion | None, scheme: str, store: Store
) -> Sectors | None:
    """Codes of a scheme; None when the dataset has none or tells nothing of these instruments."""
    if version is None:
        return None
    rows = datasets.read(store, version, entities=panel.instruments).filter(pl.col("scheme") == scheme)
    if rows.is_empty():
        return None
    codes = panel.with_groups(rows).groups[spelled(scheme)]
    labels = rows["label"].drop_nulls().unique().sort().to_list()
    return Sectors(scheme, version.name, version.known_from == "listing", codes, tuple(labels))


def expressions_of(given: Material) -> dict[str, str]:
    """Each feature's expression, with the features that it uses written out."""
    return {one.name: one.canonical for one in given.feature_set.members}


def cut_bars(panel: Panel, parts: Sequence[float] = (0.6, 0.8, 0.95)) -> list[int]:
    """Bars after which a history is made to end, as shares of its length."""
    length = panel.shape[1]
    return sorted({round(length * part) for part in parts if COMPARED < round(length * part) <= length})


def cut_values(given: Material, store: Store, cuts: Sequence[int]) -> list[Mapping[str, Float] | None]:
    """Features computed anew, on bars that were known when each history ends. (N, COMPARED) each

    None where the set keeps no expressions, or they no longer fit the data.
    """
    bars = datasets.read(store, given.bars, entities=given.universe.instruments)
    whole = panel_from_bars(bars, decision_lag_minutes=given.lag)
    checked = _checked(given, store, whole)
    if checked is None:
        return [None for _ in cuts]
    read = {name for one in checked.values() for name in names(one.tree)}
    told: list[Mapping[str, Float] | None] = []
    for cut in cuts:
        last, decision = (
            pl.lit(int(at), dtype=pl.Int64).cast(MOMENT)
            for at in (whole.ts[cut - 1], whole.decision[cut - 1])
        )
        early = bars.filter((pl.col("ts") <= last) & (pl.col("available_at") <= decision))
        panel = panel_from_bars(early, decision_lag_minutes=given.lag)
        panel = contexts.joined(store, panel, given.context, given.bars, read)
        values = feature_values(checked, panel, panel.shape[1] - COMPARED, panel.shape[1])
        present = ~np.isnan(panel.fields["close"][:, -COMPARED:])
        told.append(_on(whole, panel, {name: np.where(present, one, np.nan) for name, one in values.items()}))
    return told


def _checked(given: Material, store: Store, panel: Panel) -> dict[str, Checked] | None:
    within = contexts.vocabulary(store, given.context, panel.fields)
    try:
        found = {name: check(text, within) for name, text in expressions_of(given).items()}
    except ExpressionError:
        return None
    return found or None


def _on(whole: Panel, part: Panel, values: Mapping[str, Float]) -> dict[str, Float]:
    """Rows of the whole panel's instruments; those that the part does not know yet have no value."""
    place = {name: n for n, name in enumerate(whole.instruments)}
    rows = [place[name] for name in part.instruments]
    told = {}
    for name, found in values.items():
        told[name] = np.full((len(whole.instruments), COMPARED), np.nan)
        told[name][rows] = found
    return told


def kept_values(values: pl.DataFrame, panel: Panel, features: Sequence[str], cut: int) -> dict[str, Float]:
    """Kept values of the last bars before a cut, laid out on the panel. (N, COMPARED)"""
    times = panel.ts[cut - COMPARED : cut]
    part = values.filter(pl.col("ts").is_in(pl.Series(times).cast(MOMENT).implode()))
    place = {name: n for n, name in enumerate(panel.instruments)}
    rows = np.array([place[name] for name in part["instrument"]], dtype=np.int64)
    columns = np.searchsorted(times, part["ts"].dt.epoch("us").to_numpy())
    told = {}
    for name in features:
        told[name] = np.full((len(panel.instruments), COMPARED), np.nan)
        told[name][rows, columns] = part[name].cast(pl.Float64).fill_null(np.nan).to_numpy()
    return told
