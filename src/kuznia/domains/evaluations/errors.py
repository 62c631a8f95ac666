"""What can be wrong with evaluations."""

from __future__ import annotations

from kuznia.errors import Invalid, NotFound


class EvaluationMissing(NotFound):
    code, title = "evaluation_missing", "There is no such evaluation, or it is not shared with you"


class NothingToEvaluate(Invalid):
    code, title = "nothing_to_evaluate", "The version does not keep what an evaluation reads"


class NothingToAblate(Invalid):
    code, title = "nothing_to_ablate", "The features of the version read one kind of data alone"


class UnusableFeatures(Invalid):
    code, title = "unusable_features", "The run holds no feature values that can be checked"
