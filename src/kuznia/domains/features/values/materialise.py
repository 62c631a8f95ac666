"""Computing the values of features in chunks, and only those that no run has computed before.

Each chunk becomes one file with the rows of the universe's bars and a column for each feature. The index
says in which file, and in which column, the values of an expression stand already; they are copied from
there, or the whole file is taken when it holds just what is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from kuznia.core.expressions import Checked
from kuznia.core.features import FeatureError, feature_frame, feature_values
from kuznia.core.features.chunks import Chunk, Period, Source, chunk_key, chunks_of, touched
from kuznia.core.frames.panel import KEYS, Panel
from kuznia.core.typing import Float
from kuznia.domains.datasets.service import PinnedVersion
from kuznia.domains.features.values.context import ContextDigests
from kuznia.store import Store
from kuznia.store.store import Stored

ROLE = "values/"
"""Begins the role of a run's files of values; the chunk's label follows."""
ROW = ("instrument", "ts")
MOST_CELLS = 100_000_000
"""Values that are computed at once and held in memory: 800 MB."""

Known = Mapping[str, tuple[str, str, int]]
"""File, column and rows by key, as the index has them."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What values are wanted of.

    Parameters
    ----------
    checked : mapping of str to Checked
        Features by name, in the order of their columns.
    expressions : mapping of str to str
        By name the digest under which the index looks for a feature: that of its pinned version.
    panel : Panel
        Bars of the universe with all the context.
    bars : PinnedVersion
        Where they came from.
    context : sequence of PinnedVersion
    universe : str
        Digest of the universe's version.
    instruments : sequence of str
        Of the universe.
    decision_lag_minutes : int
    """

    checked: Mapping[str, Checked]
    expressions: Mapping[str, str]
    panel: Panel
    bars: PinnedVersion
    context: Sequence[PinnedVersion]
    universe: str
    instruments: Sequence[str]
    decision_lag_minutes: int


@dataclass(frozen=True, slots=True)
class NewValues:
    """Values that this run computed: a row of the index."""

    key: str
    expression: str
    source: str
    digest: str
    name: str
    rows: int


@dataclass(frozen=True, slots=True)
class Materialised:
    """Every chunk's file by role, and how much of them was there before.

    Parameters
    ----------
    files : mapping of str to Stored
        By role, in the order of time.
    made : tuple of NewValues
        For the index.
    chunks, reused : int
        Values are counted by feature and chunk: how many there are, and how many were found made.
    """

    files: Mapping[str, Stored]
    made: tuple[NewValues, ...]
    chunks: int
    reused: int

    @property
    def rows(self) -> int:
        return sum(one.rows or 0 for one in self.files.values())

    @property
    def facts(self) -> dict[str, int]:
        """What a run tells of it."""
        return {
            "values_chunks": self.chunks,
            "values_computed": self.chunks - self.reused,
            "values_reused": self.reused,
        }


@dataclass(frozen=True, slots=True)
class _Planned:
    """One chunk: the key of each feature, and which of them have to be computed."""

    chunk: Chunk
    source: str
    keys: Mapping[str, str]
    missing: tuple[str, ...]


def materialise(
    asked: Asked, known: Known, store: Store, report: Callable[[float, str], None]
) -> Materialised:
    """Bring every chunk's file into the store, computing what is not known.

    Parameters
    ----------
    asked : Asked
    known : mapping of key to file, column and rows
        From the index; what is missing in the store is computed again.
    store : Store
    report : (fraction, message) -> None
        Called before each computation.
    """
    planned = _plan(asked, known, store)
    files: dict[str, Stored] = {}
    made: list[NewValues] = []
    done, every = 0, sum(len(one.keys) for one in planned)
    for group in _groups(planned, len(asked.panel.instruments)):
        values: dict[str, Float] = {}
        if group[0].missing:
            span = f"{group[0].chunk.label} to {group[-1].chunk.label}"
            report(done / every, f"Computing {len(group[0].missing)} features, {span}")
            wanted = {name: asked.checked[name] for name in group[0].missing}
            values = feature_values(wanted, asked.panel, group[0].chunk.start, group[-1].chunk.stop)
        for one in group:
            cut = slice(one.chunk.start - group[0].chunk.start, one.chunk.stop - group[0].chunk.start)
            stored = _stored(
                asked, one, {name: array[:, cut] for name, array in values.items()}, known, store
            )
            files[f"{ROLE}{one.chunk.label}"] = stored
            made += [
                NewValues(
                    one.keys[name], asked.expressions[name], one.source, stored.digest, name, stored.rows or 0
                )
                for name in one.missing
            ]
            done += len(one.keys)
    return Materialised(files, tuple(made), every, every - sum(len(one.missing) for one in planned))


def _plan(asked: Asked, known: Known, store: Store) -> list[_Planned]:
    panel, period = asked.panel, _period(asked.bars)
    sources, context = _sources(store, asked.bars), ContextDigests(store, asked.context, asked.instruments)
    there = {digest: store.has(digest) for digest in {one[0] for one in known.values()}}
    planned = []
    for chunk in chunks_of(panel.ts, period):
        decision = int(panel.decision[chunk.stop - 1])
        keys = {
            name: chunk_key(
                expression,
                touched(sources, panel.ts, chunk, expression.lookback),
                label=chunk.label,
                universe=asked.universe,
                decision_lag_minutes=asked.decision_lag_minutes,
                context=context.of(expression, decision),
            )
            for name, expression in asked.checked.items()
        }
        missing = tuple(name for name, key in keys.items() if key not in known or not there[known[key][0]])
        planned.append(_Planned(chunk, touched(sources, panel.ts, chunk, 0)[-1], keys, missing))
    return planned


def _period(bars: PinnedVersion) -> Period:
    return "month" if bars.frequency in ("minute", "hour") else "year"


def _sources(store: Store, bars: PinnedVersion) -> list[Source]:
    """Each file of bars with the times it spans."""
    found = []
    for digest in bars.digests:
        at = pl.col("ts").dt.epoch("us")
        first, last = store.scan([digest]).select(first=at.min(), last=at.max()).collect().row(0)
        if first is not None:
            found.append(Source(digest, first, last))
    return found


def _groups(planned: Sequence[_Planned], instruments: int) -> Iterator[list[_Planned]]:
    """Neighbouring chunks that lack the same features, as many as memory holds: look-backs count once."""
    group: list[_Planned] = []
    for one in planned:
        columns = one.chunk.stop - (group[0].chunk.start if group else one.chunk.start)
        cells = columns * instruments * max(len(one.missing), 1)
        if group and (one.missing != group[0].missing or cells > MOST_CELLS):
            yield group
            group = []
        group.append(one)
    if group:
        yield group


def _stored(asked: Asked, one: _Planned, values: Mapping[str, Float], known: Known, store: Store) -> Stored:
    """The chunk's file: as it is when one holds just this, else put together."""
    names = list(one.keys)
    reused = {name: known[key] for name, key in one.keys.items() if name not in one.missing}
    whole = {digest for digest, _, _ in reused.values()}
    if not one.missing and len(whole) == 1 and all(name == column for name, (_, column, _) in reused.items()):
        digest, _, rows = next(iter(reused.values()))
        if store.scan([digest]).collect_schema().names() == [*KEYS, *names]:
            return Stored(digest, "frame", store.path(digest).stat().st_size, rows)
    part = asked.panel.between(one.chunk.start, one.chunk.stop)
    frame = feature_frame(values, part).sort(ROW)
    for digest in sorted(whole):
        columns = {name: column for name, (file, column, _) in reused.items() if file == digest}
        frame = _with_columns(frame, store.frame(digest, [*ROW, *dict.fromkeys(columns.values())]), columns)
    return store.put_frame(frame.select(*KEYS, *names), ROW)


def _with_columns(frame: pl.DataFrame, kept: pl.DataFrame, columns: Mapping[str, str]) -> pl.DataFrame:
    kept = kept.sort(ROW)
    if not kept.select(ROW).equals(frame.select(ROW)):
        raise FeatureError(
            "Kept values belong to other rows than the bars.", "Report this: a key does not say enough."
        )
    return frame.with_columns(kept[column].alias(name) for name, column in columns.items())


def arrays(store: Store, digests: Sequence[str], names: Sequence[str], panel: Panel) -> dict[str, Float]:
    """Kept values laid out on the panel's instruments and columns, NaN where there is no row. (N, T)"""
    found = {name: np.full(panel.shape, np.nan) for name in names}
    instruments = pl.Series(panel.instruments, dtype=pl.String)
    for digest in digests:
        frame = store.frame(digest, [*ROW, *names])
        rows = instruments.search_sorted(frame["instrument"]).to_numpy()
        columns = np.searchsorted(panel.ts, frame["ts"].dt.epoch("us").to_numpy())
        for name in names:
            found[name][rows, columns] = frame[name].fill_null(np.nan).to_numpy()
    return found
