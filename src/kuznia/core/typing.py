"""Array types of the library. Shapes are in the names: ``N`` instruments, ``T`` times."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]
"""Float64 values; NaN means not known."""

Bool = NDArray[np.bool_]
Int = NDArray[np.int64]

Codes = NDArray[np.uint32]
"""Codes of entities, or indexes of rows."""

Microseconds = NDArray[np.int64]
"""Times as microseconds since 1970-01-01 UTC, strictly increasing."""

Sessions = NDArray[np.datetime64]
"""Trading dates, ``datetime64[D]``."""
