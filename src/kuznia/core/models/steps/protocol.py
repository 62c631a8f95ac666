"""What a fitted step can do."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from kuznia.core.typing import Bool, Float


class FittedStep(Protocol):
    """One step, with what it learned from training rows."""

    def apply(self, x: Float) -> Float:
        """Rows as the next step takes them, (R, G); each depends on itself alone."""

    def refused(self, x: Float) -> Bool:
        """Rows that are neither learned from nor scored, (R,)."""

    def trace(self, shares: Float) -> Float:
        """Shares of the columns that it gives as shares of those that it takes."""

    def state(self) -> dict[str, Any]:
        """Plain JSON values that read back to the same bits."""


def none_refused(x: Float) -> Bool:
    """No row is refused."""
    return np.zeros(len(x), dtype=bool)
