"""What this slice refuses."""

from __future__ import annotations

from kuznia.errors import Conflict, Invalid, NotFound


class UniverseMissing(NotFound):
    code, title = "universe_missing", "There is no such universe, or it is not shared with you"


class UniverseNameTaken(Conflict):
    code, title = "universe_name_taken", "You have a universe of this name"


class UnknownInstruments(Invalid):
    code, title = "unknown_instruments", "Some instruments are not registered"
