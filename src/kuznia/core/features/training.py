"""Training frames: features as known at each decision, beside the label that came of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import numpy as np
import polars as pl

from kuznia.core.expressions import Checked
from kuznia.core.features.feature_set import FeatureError, feature_frame, feature_values
from kuznia.core.features.labels import label_values
from kuznia.core.frames.known import asof_join
from kuznia.core.frames.panel import KEYS, Panel

LABEL_COLUMNS = LABEL, LABEL_KNOWN_AT = "label", "label_known_at"
MOMENT = pl.Datetime("us", "UTC")


def training_frame(
    features: Mapping[str, Checked],
    panel: Panel,
    label: Checked | None = None,
    *,
    entities: pl.DataFrame | None = None,
    max_staleness: timedelta | None = None,
) -> pl.DataFrame:
    """Features over all kinds of data, as known at each decision or at moments of your own.

    Whatever the panel was joined with (bars, vintages of macro series, fundamentals, memberships, events)
    counts as it was known then: a row written or revised later is not in it.

    Parameters
    ----------
    features : mapping of str to Checked
        None of them looks ahead.
    panel : Panel
        With all that they and the label read.
    label : Checked or None
        What is to be predicted.
    entities : DataFrame or None
        Columns ``instrument`` and ``at``, times in UTC: the rows that are wanted, in this order, each with
        the newest decision that was taken by then. None gives every decision on a bar that was known.
    max_staleness : timedelta or None
        With `entities`: age of a bar beyond which its row is null.

    Returns
    -------
    DataFrame
        ``instrument``, ``ts``, ``session``, ``available_at`` (the decision, when the features were known),
        the features, and with a label ``label`` and ``label_known_at``, when it was; null where not known.
        With `entities` their columns first.

    Raises
    ------
    FeatureError
        When a feature looks ahead, or bears the name of a column.

    Examples
    --------
    >>> from kuznia.core.expressions import check
    >>> from kuznia.core.features import forward_return
    >>> day = np.arange(4, dtype=np.int64) * 86_400_000_000
    >>> prices = {name: np.array([[10.0, 11.0, 12.1, 12.1]]) for name in ("open", "close")}
    >>> panel = Panel(("XNAS:A",), day, day.astype("M8[us]").astype("M8[D]"), day, prices)
    >>> frame = training_frame({"gain": check("returns")}, panel, forward_return(1))
    >>> frame.select(pl.col("gain", "label").round(3), pl.col("label_known_at").dt.day()).rows()
    [(None, 0.1, 3), (0.1, 0.0, 4), (0.1, None, None), (0.0, None, None)]
    """
    taken = sorted({*KEYS, "at", *LABEL_COLUMNS} & set(features))
    if taken:
        raise FeatureError(f"The names {taken} are those of other columns.", "Name the features differently.")
    frame = feature_frame(feature_values(features, panel), panel)
    if label is not None:
        frame = frame.hstack(label_frame(label, panel).select(LABEL_COLUMNS))
    if entities is None:
        return frame
    values_of = [name for name in frame.columns if name != "instrument"]
    return asof_join(
        entities, frame, by=["instrument"], at="at", values=values_of, max_staleness=max_staleness
    )


def label_frame(label: Checked, panel: Panel) -> pl.DataFrame:
    """What is to be predicted, and since when it is known.

    Parameters
    ----------
    label : Checked
        May look ahead.
    panel : Panel
        With all that it reads.

    Returns
    -------
    DataFrame
        ``instrument``, ``ts``, ``label`` and ``label_known_at``, the decision by which the last bar that
        the label reads was known; the rows of :func:`training_frame`.

    Examples
    --------
    >>> from kuznia.core.features import forward_return
    >>> day = np.arange(4, dtype=np.int64) * 86_400_000_000
    >>> prices = {name: np.array([[10.0, 11.0, 12.1, 12.1]]) for name in ("open", "close")}
    >>> panel = Panel(("XNAS:A",), day, day.astype("M8[us]").astype("M8[D]"), day, prices)
    >>> label_frame(forward_return(1), panel)["label_known_at"].dt.day().to_list()
    [3, 4, None, None]
    """
    frame = feature_frame({LABEL: label_values(label, panel)}, panel)
    frame = frame.join(_known_at(label, panel), on="ts", how="left", maintain_order="left")
    known = pl.when(pl.col(LABEL).is_not_null()).then(pl.col(LABEL_KNOWN_AT))
    return frame.select("instrument", "ts", LABEL, known.alias(LABEL_KNOWN_AT))


def _known_at(label: Checked, panel: Panel) -> pl.DataFrame:
    """The decision by which the last bar of each label was known."""
    ends = np.full(len(panel.ts), -1, dtype=np.int64)
    ends[: len(panel.ts) - label.horizon] = panel.decision[label.horizon :]
    known = pl.Series(LABEL_KNOWN_AT, ends)
    at = pl.select(pl.when(known >= 0).then(known).cast(MOMENT)).to_series()
    return pl.DataFrame([pl.Series("ts", panel.ts).cast(MOMENT), at.alias(LABEL_KNOWN_AT)])
