"""What expressions call data: a name from a file as the language can spell it."""

from __future__ import annotations

import re

FUNDAMENTALS = "fundamentals."
"""Prefix of items of fundamentals."""

MEMBERSHIP = "membership."
"""Prefix of indexes: 1 for their members."""

_STRANGE = re.compile(r"[^A-Za-z0-9_.]+")
_PART = re.compile(r"(?<![^.])(?=[0-9.]|$)")


def spelled(name: str) -> str:
    """A name as expressions write it: what they cannot spell becomes an underscore.

    Examples
    --------
    >>> spelled("VIXCLS"), spelled("US.GDP"), spelled("S&P 500"), spelled("10Y")
    ('VIXCLS', 'US.GDP', 'S_P_500', '_10Y')
    """
    return _PART.sub("_", _STRANGE.sub("_", name))
