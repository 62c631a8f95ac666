"""What values depend on beside bars: digests of the context's rows as known by a chunk's end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import polars as pl

from kuznia.core.expressions import Checked
from kuznia.core.expressions.catalogue import MACRO
from kuznia.core.expressions.nodes import names
from kuznia.core.frames.digest import frame_digest
from kuznia.core.frames.kinds import KINDS
from kuznia.domains.context.service import VADER, scorer
from kuznia.domains.datasets import service as datasets
from kuznia.domains.datasets.service import PinnedVersion
from kuznia.store import Store

EPOCH = pl.datetime(1970, 1, 1, time_unit="us", time_zone="UTC")
NARROWED = {"series": "series", "classification": "scheme"}
"""Column by whose values an expression's names choose rows; of other kinds it may read every row."""


class ContextDigests:
    """Digests of the rows of context datasets that an expression reads, each computed once.

    A row that became known after the chunk's last decision changes no value of the chunk, so it is left
    out; a later revision of what was known by then is in.

    Parameters
    ----------
    store : Store
    context : sequence of PinnedVersion
        The datasets, in the order in which the panel got them.
    instruments : sequence of str
        Of the universe; rows of others are left out.
    """

    def __init__(self, store: Store, context: Sequence[PinnedVersion], instruments: Sequence[str]) -> None:
        self.store, self.context, self.instruments = store, context, list(instruments)
        self.rows: dict[int, pl.DataFrame] = {}
        self.digests: dict[tuple[int, str | None, int], str | None] = {}

    def of(self, expression: Checked, decision: int) -> dict[str, list[str]]:
        """By kind and name, at the last decision of a chunk in microseconds UTC.

        The order of the datasets counts only among those that have the same name.
        """
        used = names(expression.tree)
        found: dict[str, list[str]] = {}
        for n, one in enumerate(self.context):
            for name in self._chosen(one, list(used)):
                digest = self._digest(n, name, decision)
                if digest is not None:
                    rows = f"{digest} for {one.max_staleness_days} days"
                    found.setdefault(f"{one.kind}/{name or '*'}", []).append(rows)
        if VADER in used:
            found[VADER] = [scorer()]
        return found

    @staticmethod
    def _chosen(one: PinnedVersion, used: Sequence[str]) -> list[str | None]:
        """Names whose rows count; None stands for all rows of the dataset."""
        if one.kind == "series":
            return [name.removeprefix(MACRO) for name in sorted(used) if name.startswith(MACRO)]
        if one.kind == "classification":
            return [name for name in sorted(used) if "." not in name]
        return [None] if any("." in name and not name.startswith(MACRO) for name in used) else []

    def _digest(self, n: int, name: str | None, decision: int) -> str | None:
        key = (n, name, decision)
        if key not in self.digests:
            one = self.context[n]
            rows = self._rows(n)
            if one.kind != "actions":  # the bars hold later ones too, and fundamentals go by the bars
                rows = rows.filter(pl.col("available_at") <= EPOCH + timedelta(microseconds=decision))
            if name is not None:
                rows = rows.filter(pl.col(NARROWED[one.kind]) == name)
            empty = name is not None and rows.is_empty()
            self.digests[key] = None if empty else frame_digest(rows, KINDS[one.kind].key)
        return self.digests[key]

    def _rows(self, n: int) -> pl.DataFrame:
        if n not in self.rows:
            one = self.context[n]
            entities = self.instruments if KINDS[one.kind].entity == "instrument" else None
            self.rows[n] = datasets.read(self.store, one, entities=entities)
        return self.rows[n]
