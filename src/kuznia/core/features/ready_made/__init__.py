"""Published feature sets, ready to use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from kuznia.core.features.feature_set import FeatureSet
from kuznia.core.features.ready_made.formulaic import formulaic_alphas, formulas
from kuznia.core.features.ready_made.qlib import alpha158, alpha360

READY_MADE: Mapping[str, Callable[[], FeatureSet]] = MappingProxyType(
    {"Alpha158": alpha158, "Alpha360": alpha360, "101 alphas": formulaic_alphas}
)
"""Each set by its name."""

__all__ = ["READY_MADE", "alpha158", "alpha360", "formulaic_alphas", "formulas"]
