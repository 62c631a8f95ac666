"""Errors of the library: each says what is wrong, where, and how to mend it."""

from __future__ import annotations


class CoreError(ValueError):
    """Input that the library refuses.

    Parameters
    ----------
    what : str
        What is wrong, with the place (instrument, time, position).
    remedy : str
        How to mend it.
    """

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what} {remedy}")
        self.what = what
        self.remedy = remedy


class FrameError(CoreError):
    """A frame or panel that breaks its schema: missing column, unsorted time, duplicate key."""


class BacktestError(CoreError):
    """A simulation that cannot be run as asked: bad prices, weights or settings."""


class StrategyError(CoreError):
    """A strategy that cannot be read or applied.

    Parameters
    ----------
    what, remedy : str
        As of every error.
    field : str
        The field of the specification that is wrong; empty when it is none in particular.
    """

    def __init__(self, what: str, remedy: str, field: str = "") -> None:
        super().__init__(what, remedy)
        self.field = field


class ModelError(CoreError):
    """A model specification, training frame or bundle that cannot be used."""
