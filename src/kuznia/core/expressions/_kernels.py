"""One kernel for every function's result."""

from __future__ import annotations

import numba as nb
import numpy as np

from kuznia.core.typing import Float


@nb.njit("void(f8[::1])", cache=True, nogil=True)
def keep_finite(values: Float) -> None:
    """What is infinite is not known."""
    for j in range(values.shape[0]):
        v = values[j]
        values[j] = v if v - v == 0.0 else np.nan
