"""The tone of headlines, from −1 to 1, scored when events are read.

VADER (Hutto & Gilbert 2014) is a lexicon with rules for negation, degree and capitals: one text has one
score whatever else is there, so nothing is fitted and nothing can look ahead.
"""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

import polars as pl

from kuznia.domains.context.errors import UnusableContext

PACKAGE = "vaderSentiment"


def scorer() -> str:
    """What scores, with its version: a part of what a run was made with."""
    try:
        return f"{PACKAGE} {version(PACKAGE)}"
    except PackageNotFoundError:
        raise UnusableContext(
            f"Headlines cannot be scored: {PACKAGE} is not installed. Install Kuznia with its extra 'ml'."
        ) from None


def tone(headlines: pl.Series) -> pl.Series:
    """Score of each headline, its compound value; each distinct text is read once."""
    scorer()
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    reader = SentimentIntensityAnalyzer()
    texts = headlines.drop_nulls().unique()
    scores = [float(reader.polarity_scores(text)["compound"]) for text in texts]
    return headlines.replace_strict(texts, pl.Series(scores, dtype=pl.Float64), default=None)
