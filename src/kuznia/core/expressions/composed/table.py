"""Every composed function."""

from __future__ import annotations

from kuznia.core.expressions.composed.across import ACROSS
from kuznia.core.expressions.composed.cells import CELLS
from kuznia.core.expressions.composed.risk import RISK
from kuznia.core.expressions.composed.technical import TECHNICAL
from kuznia.core.expressions.composed.windows import WINDOWS

COMPOSED = (*CELLS, *WINDOWS, *TECHNICAL, *RISK, *ACROSS)
