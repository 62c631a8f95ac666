"""Features: sets of named expressions, their values and statistics, and the labels they predict."""

from kuznia.core.features.feature_set import (
    Feature,
    FeatureError,
    FeatureSet,
    feature_frame,
    feature_values,
    set_digest,
)
from kuznia.core.features.labels import check_label, forward_return, label_values
from kuznia.core.features.training import LABEL_COLUMNS, label_frame, training_frame

__all__ = [
    "LABEL_COLUMNS",
    "Feature",
    "FeatureError",
    "FeatureSet",
    "check_label",
    "feature_frame",
    "feature_values",
    "forward_return",
    "label_frame",
    "label_values",
    "set_digest",
    "training_frame",
]
