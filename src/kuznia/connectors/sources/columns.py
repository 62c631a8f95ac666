"""Which column of a file is which column of a kind: declared, or recognised by its header."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from kuznia.connectors.sources.tables import LINE
from kuznia.core.frames.findings import WrongFile

Reading = Literal["text", "number", "flag", "day", "moment"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A column that a kind's file may bring.

    Parameters
    ----------
    reads : {"text", "number", "flag", "day", "moment"}
        How its cells are read.
    headers : tuple of str
        Recognised headers, best first, in lower case without punctuation.
    needed : bool
        The file is refused without it.
    """

    reads: Reading
    headers: tuple[str, ...]
    needed: bool = True


INSTRUMENT = Wanted("text", ("instrument", "symbol", "ticker", "code", "name"), needed=False)
TIME_HEADERS = ("ts", "date", "datetime", "timestamp", "time", "day", "session", "period", "observationdate")
DAY = Wanted("day", TIME_HEADERS)
MOMENT = Wanted("moment", TIME_HEADERS)
PRICES = {
    "open": Wanted("number", ("open", "o", "openprice")),
    "high": Wanted("number", ("high", "h", "highprice", "max")),
    "low": Wanted("number", ("low", "l", "lowprice", "min")),
    "close": Wanted("number", ("close", "c", "closeprice", "last", "price")),
    "volume": Wanted("number", ("volume", "vol", "v"), needed=False),
}

WANTED: Mapping[str, Mapping[str, Wanted]] = {
    "bars": {"instrument": INSTRUMENT, "time": MOMENT, **PRICES},
    "series": {
        "series": Wanted("text", ("series", "seriesid", "indicator", "symbol", "name"), needed=False),
        "time": MOMENT,
        "value": Wanted("number", ("value", "val", "observation", "obsvalue"), needed=False),
    },
    "events": {
        "instrument": INSTRUMENT,
        "time": Wanted("moment", ("ts", "publishedat", "published", "time", "datetime", "date")),
        "headline": Wanted("text", ("headline", "title", "text")),
        "source": Wanted("text", ("source", "publisher", "feed"), needed=False),
        "score": Wanted("number", ("score", "sentiment", "sentimentscore", "tone"), needed=False),
    },
    "fundamentals": {
        "instrument": INSTRUMENT,
        "time": Wanted("moment", ("ts", "snapshotat", "periodend", "date", "period", "asof")),
        "field": Wanted("text", ("field", "item", "measure"), needed=False),
        "value": Wanted("number", ("value", "val"), needed=False),
        "share_basis": Wanted("text", ("sharebasis",), needed=False),
    },
    "actions": {
        "instrument": INSTRUMENT,
        "time": Wanted("day", ("lastcumsession", "lastcumdate")),
        "action": Wanted("text", ("action", "type", "event")),
        "value": Wanted("number", ("value", "amount", "ratio")),
        "ref_price": Wanted("number", ("refprice", "referenceprice"), needed=False),
        "applied": Wanted("flag", ("applied",), needed=False),
    },
    "classification": {
        "instrument": INSTRUMENT,
        "label": Wanted("text", ("label", "sector", "group", "class")),
        "scheme": Wanted("text", ("scheme",), needed=False),
        "time": Wanted("moment", ("ts", "since", "asof"), needed=False),
    },
    "membership": {
        "instrument": INSTRUMENT,
        "index": Wanted("text", ("index",), needed=False),
        "time": Wanted("day", ("startdate", "start", "from", "ts", "date")),
        "until": Wanted("day", ("enddate", "end", "until", "to"), needed=False),
        "member": Wanted("flag", ("member", "ismember"), needed=False),
    },
}


def plain(header: str) -> str:
    """A header without case and punctuation.

    Examples
    --------
    >>> plain("Adj Close*")
    'adjclose'
    """
    return re.sub(r"[^a-z0-9]", "", header.lower())


def matched(
    kind: str, headers: Sequence[str], declared: Mapping[str, str], constants: Mapping[str, object]
) -> dict[str, str]:
    """The kind's column → the file's column.

    Raises
    ------
    WrongFile
        A declared column is not there, or a needed one is not recognised.
    """
    wanted = WANTED[kind]
    own = [header for header in headers if header != LINE]
    for name, header in declared.items():
        if header not in own:
            raise WrongFile(
                "missing_column",
                f"The file has no column {header!r}, declared as {name!r}; it has {', '.join(own)}.",
                "Correct 'columns'.",
            )
    found = {name: header for name, header in declared.items() if name in wanted}
    taken = set(found.values())
    by_plain: dict[str, str] = {}
    for header in own:
        by_plain.setdefault(plain(header), header)
    for name, want in wanted.items():
        if name in found or name in constants:
            continue
        free = [by_plain[one] for one in want.headers if by_plain.get(one) not in (None, *taken)]
        if free:
            found[name] = free[0]
            taken.add(free[0])
    missing = [n for n, want in wanted.items() if want.needed and n not in found and n not in constants]
    if missing:
        raise WrongFile(
            "missing_column",
            f"Line 1 names no column for {', '.join(missing)}; it names {', '.join(own)}.",
            "Say in 'columns' which column of the file is meant.",
        )
    return found
