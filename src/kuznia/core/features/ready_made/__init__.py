"""Published feature sets, ready to use."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType

from kuznia.core.features.feature_set import FeatureSet
from kuznia.core.features.ready_made.formulaic import formulaic_alphas, formulas, nearest_classes
from kuznia.core.features.ready_made.qlib import alpha158, alpha360

READY_MADE: Mapping[str, Callable[[Collection[str]], FeatureSet]] = MappingProxyType(
    {
        "Alpha158": lambda _: alpha158(),
        "Alpha360": lambda _: alpha360(),
        "101 alphas": lambda groups: formulaic_alphas(nearest_classes(groups)),
    }
)
"""Each set by its name, made for data that has some classifications."""

__all__ = ["READY_MADE", "alpha158", "alpha360", "formulaic_alphas", "formulas", "nearest_classes"]
