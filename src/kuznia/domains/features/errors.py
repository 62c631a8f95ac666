"""What can be wrong with features, feature sets and expressions."""

from __future__ import annotations

from kuznia.errors import Conflict, Invalid, NotFound


class FeatureMissing(NotFound):
    code, title = "feature_missing", "There is no such feature, or it is not shared with you"


class FeatureSetMissing(NotFound):
    code, title = "feature_set_missing", "There is no such feature set, or it is not shared with you"


class FeatureNameTaken(Conflict):
    code, title = "feature_name_taken", "You have a feature of this name"


class FeatureSetNameTaken(Conflict):
    code, title = "feature_set_name_taken", "You have a feature set of this name"


class UnusableExpression(Invalid):
    code, title = "unusable_expression", "The expression cannot be used as it is"


class UnusableFeatureSet(Invalid):
    code, title = "unusable_feature_set", "The feature set cannot be used as it is"


class FeatureVersionMissing(NotFound):
    code, title = "feature_version_missing", "The feature has no such version"


class FeatureInUse(Conflict):
    code, title = "feature_in_use", "Something uses this feature"


class ValuesMissing(Invalid):
    code, title = "values_missing", "The run has no feature values"


class TrainingFrameMissing(NotFound):
    code, title = "training_frame_missing", "There is no such training frame, or it is not shared with you"
