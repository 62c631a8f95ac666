"""When a strategy decides anew."""

from __future__ import annotations

import numpy as np

from kuznia.core.strategies.spec import Rebalance
from kuznia.core.typing import Bool, Sessions


def decisions(session: Sessions, rebalance: Rebalance) -> Bool:
    """Rows at which a period ends. (T,)

    That a period has ended is seen at its last bar because the next bar's date is on the calendar; the
    last bar of all decides nothing for a week or a month, as no fill could follow it.

    Examples
    --------
    >>> days = np.array(["2024-01-30", "2024-01-31", "2024-02-01"], dtype="datetime64[D]")
    >>> decisions(days, "monthly").tolist()
    [False, True, False]
    """
    if rebalance == "daily":
        return np.ones(len(session), dtype=bool)
    days = session.astype("datetime64[D]").astype(np.int64)
    periods = (days + 3) // 7 if rebalance == "weekly" else session.astype("datetime64[M]").astype(np.int64)
    return np.concatenate((periods[1:] != periods[:-1], [False]))
