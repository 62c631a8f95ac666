"""What this slice refuses."""

from __future__ import annotations

from kuznia.errors import Conflict, Forbidden, Invalid, NotFound, TooLarge


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


class AliasMissing(NotFound):
    code, title = "alias_missing", "The model has no such alias"


class PromotionRefused(Conflict):
    code, title = "promotion_refused", "The version does not pass the promotion gate"


class OverrideForbidden(Forbidden):
    code, title = "override_forbidden", "You may not override the promotion gate"


class NothingToRollBack(Conflict):
    code, title = "nothing_to_roll_back", "There is no version to go back to"


class ModelInUse(Conflict):
    code, title = "model_in_use", "Something uses it, so it cannot be deleted"


class NotComparable(Invalid):
    code, title = "not_comparable", "Name between two and six different versions"


class BadImportOptions(Invalid):
    code, title = "bad_import_options", "The options of the import cannot be used"


class BundleTooLarge(TooLarge):
    code, title = "bundle_too_large", "The bundle is larger than the limit"


class BundleRefused(Invalid):
    code, title = "bundle_unfit", "The file is no bundle that can be taken"


class BundleFeaturesDiffer(Invalid):
    code, title = "bundle_features_differ", "The bundle reads other features than the run computed"


class BundleKnown(Conflict):
    code, title = "bundle_known", "A version of this very bundle is here already"


class NotMeasured(Invalid):
    code, title = "not_measured", "An imported version has no out-of-sample scores of this installation"


class OnnxMissing(NotFound):
    code, title = "onnx_missing", "The version was not exported as ONNX yet"
