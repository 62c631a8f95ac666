"""What can be wrong with sweeps."""

from kuznia.errors import Invalid, NotFound


class SweepMissing(NotFound):
    code, title = "sweep_missing", "There is no such sweep"


class PointMissing(NotFound):
    code, title = "sweep_point_missing", "The sweep has no such combination"


class UnusableSweep(Invalid):
    code, title = "unusable_sweep", "The sweep cannot be run as it is"


class TooManyCombinations(Invalid):
    code, title = "too_many_combinations", "The sweep has more combinations than one job tries"


class UnknownMeasure(Invalid):
    code, title = "unknown_measure", "A sweep has no such parameter or measure"
