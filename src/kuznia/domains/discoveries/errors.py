"""What can be wrong with discoveries."""

from kuznia.errors import Invalid, NotFound


class DiscoveryMissing(NotFound):
    code, title = "discovery_missing", "There is no such discovery"


class CandidateMissing(NotFound):
    code, title = "candidate_missing", "The discovery has no such candidate"


class CandidateFell(Invalid):
    code, title = "candidate_fell", "Only candidates that were kept can be adopted"


class UnusableDiscovery(Invalid):
    code, title = "unusable_discovery", "The discovery cannot be run as it is"


class UnknownColumn(Invalid):
    code, title = "unknown_column", "Candidates cannot be sorted by this"
