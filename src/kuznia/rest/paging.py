"""Cursor pages: a list that grows while it is read neither repeats nor skips a row."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel

from kuznia.errors import Fault, Invalid

T = TypeVar("T")
Row = TypeVar("Row")


class Page(BaseModel, Generic[T]):
    """One page and the cursor of the next; ``next`` is null on the last."""

    items: list[T]
    next: str | None = None


class BadCursor(Invalid):
    code, title = "bad_cursor", "The cursor is not one that a page gave"


Limit = Annotated[int, Query(ge=1, le=500, description="Rows on a page")]
Cursor = Annotated[str | None, Query(description="`next` of the page before")]


def write_cursor(*values: Any) -> str:
    """An opaque cursor that holds the sort values of a page's last row."""
    text = json.dumps(values, separators=(",", ":"), default=str)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(cursor: str | None, size: int, *types: Callable[[Any], Any]) -> tuple[Any, ...] | None:
    """The values of a cursor, or None for the first page.

    Parameters
    ----------
    cursor : str or None
        What a page gave as ``next``.
    size : int
        How many values it holds.
    *types : callable
        What makes each value from its JSON: ``UUID``, ``int``, ``datetime.fromisoformat``. A cursor that
        somebody wrote by hand then fails here and not in the database.
    """
    if cursor is None:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(values, list) or len(values) != size:
            raise ValueError("another cursor")
        return (
            tuple(make(value) for make, value in zip(types, values, strict=True)) if types else tuple(values)
        )
    except (
        binascii.Error,
        UnicodeError,
        ValueError,
        TypeError,
        AttributeError,
        OverflowError,
        RecursionError,
    ):
        fault = Fault("/query/cursor", "Leave it out for the first page.")
        raise BadCursor("This cursor cannot be read.", [fault]) from None


def page_of(
    rows: Sequence[Row], limit: int, show: Callable[[Row], T], cursor: Callable[[Row], str]
) -> Page[T]:
    """Make a page from up to ``limit + 1`` rows: the extra one tells that there are more."""
    shown = rows[:limit]
    return Page(items=[show(row) for row in shown], next=cursor(shown[-1]) if len(rows) > limit else None)
