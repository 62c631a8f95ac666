"""Context: what computations read beside bars, and how expressions call it.

The one place where datasets of other kinds meet a panel. A name that is read stands in one dataset alone:
two that hold it are refused, as nobody could say which was meant. Events are the exception: those of
several datasets are one stream.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from difflib import get_close_matches
from functools import lru_cache
from typing import Any
from uuid import UUID

import polars as pl
from sqlalchemy.orm import Session

from kuznia.core.expressions import Context
from kuznia.core.expressions.catalogue import MACRO
from kuznia.core.frames.adjust import in_bar_units
from kuznia.core.frames.names import FUNDAMENTALS, MEMBERSHIP, spelled
from kuznia.core.frames.panel import Panel
from kuznia.domains.context.errors import UnusableContext
from kuznia.domains.context.sentiment import scorer, tone
from kuznia.domains.datasets import service as datasets
from kuznia.domains.datasets.service import PinnedVersion
from kuznia.errors import Fault
from kuznia.store import Store

NAMED = {
    "series": ("series", MACRO),
    "classification": ("scheme", ""),
    "fundamentals": ("field", FUNDAMENTALS),
    "membership": ("index", MEMBERSHIP),
}
"""Of each kind the column whose values are names, and what expressions write before them."""

NEWS, TONE = "news", "sentiment"
VADER = "sentiment.vader"
EVENTS = ("news.headline", VADER, "sentiment.score")
"""What expressions may read of events: that there is one, the tone of its headline, the file's own score."""

KINDS = (*NAMED, "events", "actions")
"""Kinds that may be context; actions put per-share fundamentals into the units of the bars."""

__all__ = [
    "facts",
    "joined",
    "kinds_of",
    "missing_from",
    "names_of",
    "pinned_context",
    "require_context",
    "scorer",
    "vocabulary",
]

AS_PRINTED = "as_printed"


def pinned_context(
    session: Session, versions: Iterable[UUID], account_id: UUID, *, is_admin: bool
) -> tuple[PinnedVersion, ...]:
    """Versions to compute from, each once; refused when one is of a kind that is no context."""
    found = {
        one: datasets.pinned(session, one, account_id, is_admin=is_admin) for one in dict.fromkeys(versions)
    }
    require_context(found.values())
    return tuple(found.values())


def require_context(versions: Iterable[PinnedVersion], pointer: str = "/context") -> None:
    """Refuse what cannot be read beside bars."""
    for n, one in enumerate(versions):
        if one.kind not in KINDS:
            raise UnusableContext(
                f"{one.name!r} holds {one.kind}, which is no context.",
                [Fault(f"{pointer}/{n}", f"Give datasets of the kinds {', '.join(KINDS)}.")],
            )


def kinds_of(names: Iterable[str]) -> list[str]:
    """Kinds of datasets that may hold these names."""
    found = {
        "series"
        if name.startswith(MACRO)
        else "fundamentals"
        if name.startswith(FUNDAMENTALS)
        else "membership"
        if name.startswith(MEMBERSHIP)
        else "events"
        if "." in name
        else "classification"
        for name in names
    }
    return sorted(found)


def names_of(store: Store, version: PinnedVersion) -> frozenset[str]:
    """Names that a dataset adds to expressions, as they write them."""
    if version.kind == "events":
        return frozenset(EVENTS)
    if version.kind not in NAMED:
        return frozenset()
    prefix = NAMED[version.kind][1]
    return frozenset(prefix + spelled(name) for name in _values(store, version.kind, version.digests))


def vocabulary(
    store: Store, versions: Iterable[PinnedVersion], fields: Collection[str], base: Context | None = None
) -> Context:
    """What expressions over bars with these fields and this context may use, and nothing else."""
    held: dict[str, set[str]] = {}
    for one in versions:
        held.setdefault(one.kind, set()).update(names_of(store, one))
    given = base or Context()
    return Context(
        fields=frozenset({*fields, *held.get("fundamentals", ()), *held.get("membership", ())}),
        series=frozenset(name.removeprefix(MACRO) for name in held.get("series", ())),
        groups=frozenset(held.get("classification", ())),
        events=frozenset(held.get("events", ())),
        features=given.features,
        label=given.label,
        any_item=False,
    )


def joined(
    store: Store,
    panel: Panel,
    versions: Sequence[PinnedVersion],
    bars: PinnedVersion,
    wanted: Collection[str] | None = None,
    factors: pl.DataFrame | None = None,
) -> Panel:
    """The panel with what it reads of the context, as known at each decision.

    Parameters
    ----------
    store : Store
    panel : Panel
        Bars of `bars`.
    versions : sequence of PinnedVersion
        Of the kinds in `KINDS`.
    bars : PinnedVersion
        Says which actions its prices hold.
    wanted : collection of str or None
        Names to read, others are left out; None reads all there are.
    factors : DataFrame or None
        What put the bars into the units of their first, when something did.
    """
    read = _read(store, versions, wanted)
    actions = _actions(store, versions, panel)
    for one, names in read:
        if one.kind == "events" or not names:
            continue
        rows = _rows(store, one, panel, names)
        if one.kind == "series":
            panel = panel.with_series(rows, max_staleness_days=one.max_staleness_days)
        elif one.kind == "classification":
            panel = panel.with_groups(rows)
        elif one.kind == "membership":
            panel = panel.with_membership(rows)
        else:
            if actions is not None and bars.last_ts is not None:
                rows = in_bar_units(
                    rows, actions, adjusted_for=bars.adjusted_for, until=bars.last_ts, factors=factors
                )
            panel = panel.with_fundamentals(rows, max_staleness_days=one.max_staleness_days)
    return _with_events(store, panel, read)


def facts(
    store: Store, versions: Sequence[PinnedVersion], wanted: Collection[str] | None = None
) -> dict[str, Any]:
    """What a run tells of its context.

    Datasets that were backfilled, those with amounts for one share in unknown units, who scored headlines.
    """
    told: dict[str, Any] = {"backfilled": [one.name for one in versions if one.known_from == "listing"]}
    read = _read(store, versions, wanted)
    if not any(one.kind == "actions" for one in versions):
        per_share = [one.name for one, names in read if names and _has_printed(store, one, names)]
        told |= {"unconverted": per_share} if per_share else {}
    if any(VADER in names for _, names in read):
        told["sentiment"] = scorer()
    return told


def missing_from(wanted: Collection[str], held: Iterable[str], pointer: str) -> UnusableContext:
    """Names that no dataset holds, with the names that may have been meant."""
    everything = sorted(set(held))
    faults = []
    for name in sorted(wanted):
        close = get_close_matches(name, everything, n=1)
        meant = f"Did you mean {close[0]}?" if close else "Load it on the Data page, or leave it out."
        faults.append(Fault(pointer, f"{name}: {meant}"))
    return UnusableContext(f"No dataset holds {', '.join(sorted(wanted))}.", faults)


def _read(
    store: Store, versions: Sequence[PinnedVersion], wanted: Collection[str] | None
) -> list[tuple[PinnedVersion, frozenset[str]]]:
    """Each dataset with the names that are read of it."""
    found: list[tuple[PinnedVersion, frozenset[str]]] = []
    owner: dict[str, PinnedVersion] = {}
    for one in versions:
        held = names_of(store, one)
        names = held if wanted is None else held & frozenset(wanted)
        for name in sorted(names) if one.kind != "events" else ():
            if owner.setdefault(name, one).version_id != one.version_id:
                raise UnusableContext(
                    f"{name} is in {owner[name].name!r} and in {one.name!r}.",
                    [Fault("/context", "Give the one that is meant.")],
                )
        found.append((one, names))
    return found


def _rows(store: Store, version: PinnedVersion, panel: Panel, names: frozenset[str]) -> pl.DataFrame:
    """The rows behind some names of a dataset, of the panel's instruments."""
    column, prefix = NAMED[version.kind]
    values = [one for one in _values(store, version.kind, version.digests) if prefix + spelled(one) in names]
    if version.kind == "membership":  # other instruments say since when the index is known
        return datasets.read(store, version).filter(pl.col(column).is_in(values))
    entities = values if version.kind == "series" else panel.instruments
    return datasets.read(store, version, entities=entities).filter(pl.col(column).is_in(values))


def _with_events(store: Store, panel: Panel, read: Sequence[tuple[PinnedVersion, frozenset[str]]]) -> Panel:
    names = frozenset(name for one, held in read if one.kind == "events" for name in held)
    if not names:
        return panel
    rows = pl.concat(
        datasets.read(store, one, entities=panel.instruments) for one, _ in read if one.kind == "events"
    ).unique(["instrument", "ts", "headline", "source", "available_at"], keep="first", maintain_order=True)
    if "news.headline" in names:
        panel = panel.with_events(rows, NEWS)
    measures = [name.removeprefix(f"{TONE}.") for name in sorted(names) if name.startswith(TONE)]
    if "vader" in measures:
        rows = rows.with_columns(tone(rows["headline"]).alias("vader"))
    return panel.with_events(rows, TONE, measures) if measures else panel


def _actions(store: Store, versions: Sequence[PinnedVersion], panel: Panel) -> pl.DataFrame | None:
    frames = [
        datasets.read(store, one, entities=panel.instruments) for one in versions if one.kind == "actions"
    ]
    return pl.concat(frames) if frames else None


def _has_printed(store: Store, version: PinnedVersion, names: frozenset[str]) -> bool:
    """Whether amounts for one share are read that stand on the shares of their day."""
    if version.kind != "fundamentals":
        return False
    printed = datasets.scan(store, version).filter(pl.col("share_basis") == AS_PRINTED)
    fields = printed.select(pl.col("field").unique()).collect()["field"]
    return any(FUNDAMENTALS + spelled(field) in names for field in fields)


@lru_cache(maxsize=1_000)
def _values(store: Store, kind: str, digests: tuple[str, ...]) -> tuple[str, ...]:
    # Files never change, so what they hold is read once.
    if not digests:
        return ()
    column = NAMED[kind][0]
    return tuple(store.scan(digests).select(pl.col(column).unique()).collect()[column].sort())
