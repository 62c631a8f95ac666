"""Write the news feed of the sample, which is invented: ``python deploy/scripts/write_news.py FILE``.

Every headline says that it is invented. Companies, days and tones are drawn by a seeded generator that
knows no price, so that whatever a feature on them seems to predict is luck. The times are like those of a
real feed: most inside the session, many before the open or after the close, some with a date alone, which
count as known when that day is over in New York; rows arrive minutes after they were published.
"""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from kuznia.cli.sample import load

SEED, ROWS = 20_180_207, 1_800
FIRST, LAST = date(2013, 2, 11), date(2018, 2, 6)
ZONE = ZoneInfo("America/New_York")
DATE_ONLY = 0.15
HOURS = ((9, 16, 0.5), (6, 9, 0.25), (16, 20, 0.25))
"""From, until, and the share of headlines in between, in New York."""
SOURCES = ("Made-up Wire", "The Imaginary Post", "Nowhere News")
TONES = {
    "good": (
        "{} reports strong growth and a great quarter",
        "{} wins a large order, analysts are impressed",
        "{} raises its outlook on excellent demand",
        "customers love the new products of {}",
        "{} celebrates record sales and a happy workforce",
        "{} succeeds with a brilliant and profitable launch",
    ),
    "bad": (
        "{} disappoints with weak sales and a loss",
        "{} cuts its outlook as demand is poor",
        "{} suffers a painful delay of its new products",
        "analysts worry about {} after a terrible quarter",
        "{} warns of falling margins, investors are nervous",
        "{} fails to win an important order",
    ),
    "plain": (
        "{} will present at a conference next week",
        "{} names a date for its annual meeting",
        "{} opens an office in another town",
        "{} publishes the agenda of its investor day",
        "{} appoints a new member of its board",
    ),
}
SHARES = (0.34, 0.28, 0.38)


def feed(rng: np.random.Generator) -> pl.DataFrame:
    """All rows, in the order of their publication."""
    sample = load()
    names = {one["key"]: one["name"] for one in sample.instruments}
    held = next(one for one in sample.universes if one.key == "large_caps").instruments
    rows = []
    for _ in range(ROWS):
        key = held[int(rng.integers(len(held)))]
        tone = TONES[list(TONES)[int(rng.choice(3, p=SHARES))]]
        text = tone[int(rng.integers(len(tone)))].format(_short(names[key]))
        day = FIRST + timedelta(days=int(rng.integers((LAST - FIRST).days + 1)))
        published, known = _times(rng, day)
        source = SOURCES[int(rng.integers(len(SOURCES)))]
        rows.append((published, key.partition(":")[2], f"Invented: {text}", source, known))
    columns = ["published_at", "symbol", "headline", "source", "available_at"]
    frame = pl.DataFrame(rows, schema=columns, orient="row")
    moment = pl.Datetime("us", "UTC")
    typed = frame.with_columns(pl.col("published_at", "available_at").cast(moment))
    return typed.unique(["published_at", "symbol", "headline"], maintain_order=True).sort(
        "published_at", "symbol", "headline"
    )


def _times(rng: np.random.Generator, day: date) -> tuple[datetime, datetime]:
    """When a headline was published and when it arrived, in UTC."""
    if rng.random() < DATE_ONLY:
        over = datetime.combine(day + timedelta(days=1), time(), ZONE)
        return datetime.combine(day, time(), UTC), over.astimezone(UTC)
    first, last, _ = HOURS[int(rng.choice(len(HOURS), p=[share for *_, share in HOURS]))]
    minute = int(rng.integers(first * 60, last * 60))
    published = datetime.combine(day, time(*divmod(minute, 60)), ZONE).astimezone(UTC)
    return published, published + timedelta(minutes=int(rng.integers(0, 11)))


def _short(name: str) -> str:
    """A company's name without its legal form."""
    forms = ("inc", "corp", "company", "co", "&")
    words = [word for word in name.split() if word.rstrip(".,").lower() not in forms]
    return " ".join(words)


if __name__ == "__main__":
    feed(np.random.default_rng(SEED)).write_parquet(Path(sys.argv[1]), compression="zstd")
