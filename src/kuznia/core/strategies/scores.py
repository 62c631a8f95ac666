"""Values of a strategy's expressions over a panel.

A window at the start of the data uses what there is; a strategy must not trade on that, so the bars
of an expression's look-back count as not known.
"""

from __future__ import annotations

import numpy as np

from kuznia.core.errors import StrategyError
from kuznia.core.expressions import Checked, ExpressionError, check, context_of, evaluate
from kuznia.core.frames.panel import Panel
from kuznia.core.typing import Bool, Float


def values(source: str, panel: Panel) -> Float:
    """Values of an expression, NaN inside its look-back and where they are not known. (N, T)

    Examples
    --------
    >>> ts = np.arange(3, dtype=np.int64)
    >>> panel = Panel(("A",), ts, ts.astype("M8[D]"), ts, {"close": np.array([[1.0, 2.0, 4.0]])})
    >>> values("ts_mean(close, 2)", panel).tolist()
    [[nan, 1.5, 3.0]]
    """
    checked = _checked(source, panel)
    found = np.broadcast_to(evaluate({"value": checked}, panel)["value"], panel.shape).copy()
    found[:, : min(checked.lookback, panel.shape[1])] = np.nan
    return found


def truths(source: str, panel: Panel) -> tuple[Bool, Bool]:
    """Where a condition holds, and where it is known; what is not known does not hold. Both (N, T)."""
    found = values(source, panel)
    known = ~np.isnan(found)
    return np.asarray(known & (found != 0.0)), np.asarray(known)


def _checked(source: str, panel: Panel) -> Checked:
    try:
        return check(source, context_of(panel))
    except ExpressionError as error:
        first = error.problems[0]
        raise StrategyError(f"In {source!r}: {first.message}", first.suggestion) from None
