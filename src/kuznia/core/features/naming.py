"""How a formula that was found becomes the name of a feature."""

from __future__ import annotations

import re


def feature_name(expression: str, digest: str) -> str:
    """A name that says the formula and belongs to one meaning alone.

    Parameters
    ----------
    expression : str
        Canonical.
    digest : str
        Of the expression; its beginning ends the name.

    Examples
    --------
    >>> feature_name("ts_mean(close / open - 1, 5)", "sha256:0123456789abcdef")
    'ts_mean_close_open_1_5_01234567'
    """
    words = re.sub(r"[^a-z0-9]+", "_", expression.lower()).lstrip("_0123456789")
    return f"{words[:48].strip('_') or 'feature'}_{digest.removeprefix('sha256:')[:8]}"
