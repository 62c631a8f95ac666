"""How functions of a window's shape and of joint moments are computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from kuznia.core.expressions.timeseries import _content_kernels as content
from kuznia.core.expressions.timeseries import _joint_kernels as joint
from kuznia.core.typing import Float


def difference_weights(order: float, d: int) -> Float:
    """Weights of ``(1 − B)^order`` on the newest `d` values (Hosking 1981). (d,)

    ``w[k] = −w[k − 1] (order − k + 1) / k`` with ``w[0] = 1``.

    Examples
    --------
    >>> difference_weights(0.5, 5).tolist()
    [1.0, -0.5, -0.125, -0.0625, -0.0390625]
    """
    weights = np.ones(d)
    for k in range(1, d):
        weights[k] = -weights[k - 1] * (order - k + 1) / k
    return weights


SHAPES: Mapping[str, Callable[..., Float]] = MappingProxyType(
    {
        "ts_moment": lambda x, d, k: content.central_moment(x, d, int(k)),
        "ts_entropy": lambda x, d, buckets: content.entropy(x, d, int(buckets)),
        "kth_element": lambda x, d, k: content.kth_newest(x, d, int(k)),
        "last_diff_value": content.last_different,
        "ts_max_drawdown": content.max_drawdown,
        "ts_frac_diff": lambda x, order, d: content.weighted_sum(x, difference_weights(order, d)),
        "ts_co_skewness": lambda y, x, d: joint.co_moment(y, x, d, 2),
        "ts_co_kurtosis": lambda y, x, d: joint.co_moment(y, x, d, 3),
        "ts_partial_corr": joint.partial_correlation,
    }
)
"""Computation of each, by canonical name."""
