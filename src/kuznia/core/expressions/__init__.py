"""The expression language: one formula language for features, labels, rules, filters and alerts.

``check`` reads and checks a formula, ``evaluate`` computes checked ones on a panel,
``stream`` does so span by span.

Semantics. A cell that is not known, or not finite, is NaN. Time-series functions skip NaN cells and
use what the window has (two values at least for spreads, as pandas); a window at the start of the
data uses what there is, so leave out the first ``lookback`` bars where that matters. Standard
deviations have ddof 1. Conditions are 0, 1 or not known. Functions over macro series alone run in the
series' own periods.

Laws. The value at a time depends on no later data (prefix law) and on no data more than ``lookback``
bars earlier (increment law), to the bit: every window is computed from its own content alone.

Examples
--------
>>> import numpy as np
>>> from kuznia.core.frames.panel import Panel
>>> ts = np.arange(3, dtype=np.int64)
>>> panel = Panel(("A",), ts, ts.astype("M8[D]"), ts, {"close": np.array([[1.0, 2.0, 4.0]])})
>>> evaluate({"momentum": check("$close / Ref($close, 1) - 1")}, panel)["momentum"].tolist()
[[nan, 1.0, 1.0]]
"""

from kuznia.core.expressions.catalogue import FUNCTIONS
from kuznia.core.expressions.check import Checked, check
from kuznia.core.expressions.context import Context, context_of
from kuznia.core.expressions.errors import ExpressionError, Problem
from kuznia.core.expressions.evaluate import evaluate, stream
from kuznia.core.expressions.parse import parse

__all__ = [
    "FUNCTIONS",
    "Checked",
    "Context",
    "ExpressionError",
    "Problem",
    "check",
    "context_of",
    "evaluate",
    "parse",
    "stream",
]
