"""Results as JSON can hold them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, is_dataclass
from typing import Any

import numpy as np


def json_values(value: Any) -> Any:
    """Dataclasses, arrays and numbers as plain JSON values; what is not finite is null.

    Parameters
    ----------
    value : object
        Mappings, sequences and dataclasses are gone through; what is none of these stays as it is.

    Examples
    --------
    >>> json_values({"mean": float("nan"), "at": np.array([1.0, np.inf]), "rows": np.int64(3)})
    {'mean': None, 'at': [1.0, None], 'rows': 3}
    """
    if is_dataclass(value) and not isinstance(value, type):
        return json_values(asdict(value))
    if isinstance(value, Mapping):
        return {str(name): json_values(one) for name, one in value.items()}
    if isinstance(value, np.ndarray):
        return json_values(value.tolist())
    if isinstance(value, bool | str | bytes) or value is None:
        return value
    if isinstance(value, Sequence):
        return [json_values(one) for one in value]
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return float(value) if np.isfinite(value) else None
    return value
