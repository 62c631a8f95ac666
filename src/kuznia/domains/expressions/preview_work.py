"""What goes to the process that computes previews, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from kuznia.core.expressions import Context, Problem
from kuznia.domains.datasets.service import PinnedVersion
from kuznia.domains.expressions.schemas import PreviewValues

IDLE_SECONDS = 900.0
"""After so long without work the process ends."""


@dataclass(frozen=True, slots=True)
class Work:
    """One preview, everything resolved."""

    expression: str
    digest: str
    within: Context
    instruments: tuple[str, ...]
    bars: PinnedVersion
    context: tuple[PinnedVersion, ...]
    names: frozenset[str]
    shown: tuple[str, ...] | None
    span: int
    at: date | None
    decision_lag_minutes: int

    @property
    def read(self) -> tuple[object, ...]:
        """What its panel is read from."""
        context = tuple(one.digest for one in self.context)
        held = self.names if context else frozenset[str]()
        return self.bars.digest, self.instruments, context, held, self.decision_lag_minutes

    @property
    def key(self) -> tuple[object, ...]:
        """All that its values depend on."""
        return self.digest, self.read, self.shown, self.span, self.at


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing was computed, and how to mend it."""

    reason: str
    remedy: str


Outcome = PreviewValues | Refusal | tuple[Problem, ...]
