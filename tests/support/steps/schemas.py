"""The kinds: a short one, a long one, and what each does."""

from __future__ import annotations

from typing import Literal

from kuznia.queue.kinds import JobInput, JobKind, Ref

Act = Literal["sleep", "svd", "mistake", "bug", "unavailable", "crash", "memory"]


class StepInput(JobInput):
    """What to do, for how long, and what it reads from other steps."""

    act: Act = "sleep"
    seconds: float = 0.0
    number: int = 0
    reads: tuple[Ref, ...] = ()


SHORT = JobKind("steps.short", StepInput, "interactive", "A short step", ("run",))
LONG = JobKind("steps.long", StepInput, "heavy", "A long step", ("run",))
JOB_KINDS = (SHORT, LONG)
