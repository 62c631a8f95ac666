"""What this slice refuses."""

from __future__ import annotations

from kuznia.errors import Conflict, Invalid, NotFound


class ModelMissing(NotFound):
    code, title = "model_missing", "There is no such model, or it is not shared with you"


class ModelVersionMissing(NotFound):
    code, title = "model_version_missing", "There is no such model version, or it is not shared with you"


class ModelNameTaken(Conflict):
    code, title = "model_name_taken", "You have a model of this name"


class NoFeatureValues(Invalid):
    code, title = "no_feature_values", "The run holds no feature values to train on"


class NoQuestion(Invalid):
    code, title = "no_question", "A training belongs to a question"


class AliasUnchanged(Conflict):
    code, title = "alias_unchanged", "The alias is on this version already"
