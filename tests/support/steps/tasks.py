"""The handlers: each job that is done leaves exactly one run, whose inputs are the runs it read.

NumPy is loaded by the acts that need it, so that a process is there within moments of a kill.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from kuznia.db.tables import Job
from kuznia.domains.jobs.service import Pin, record_run
from kuznia.errors import Invalid, Unavailable
from kuznia.queue.handlers import Handler, Resources
from kuznia.queue.inputs import resolved
from tests.support.steps.schemas import LONG, SHORT, StepInput


@dataclass(frozen=True)
class Made:
    wanted: StepInput
    started_at: datetime
    code: str
    environment: str


def load(session: Session, job: Job) -> StepInput:
    return resolved(session, job, StepInput)


def compute(wanted: StepInput, resources: Resources) -> Made:
    started_at = resources.now()
    resources.log(f"process {os.getpid()}")
    ACTS[wanted.act](wanted, resources)
    return Made(wanted, started_at, resources.code, resources.environment)


def record(session: Session, job: Job, made: Made) -> Mapping[str, UUID]:
    run_id = record_run(
        session,
        job,
        kind=job.kind,
        code=made.code,
        environment=made.environment,
        parameters={"number": made.wanted.number},
        seed=None,
        result_digest=f"sha256:{made.wanted.number:064x}",
        started_at=made.started_at,
        inputs=[
            Pin(role="read", position=n, source_run_id=UUID(str(one)))
            for n, one in enumerate(made.wanted.reads)
        ],
        files={},
    )
    return {"run": run_id}


def _sleep(wanted: StepInput, resources: Resources) -> None:
    end = time.monotonic() + wanted.seconds
    while (left := end - time.monotonic()) > 0:
        resources.report(1 - left / wanted.seconds, f"{left:.1f} s to go")
        time.sleep(min(left, 0.05))


def _svd(wanted: StepInput, resources: Resources) -> None:
    """One call deep in C code; nothing of Python runs before it is over."""
    import numpy as np

    matrix = np.random.default_rng(wanted.number).normal(size=(3_000, 3_000))
    end = time.monotonic() + wanted.seconds
    while time.monotonic() < end:
        np.linalg.svd(matrix)


def _mistake(wanted: StepInput, resources: Resources) -> None:
    raise Invalid("The step was told to fail.")


def _bug(wanted: StepInput, resources: Resources) -> None:
    raise ZeroDivisionError("a secret in a message")


def _unavailable(wanted: StepInput, resources: Resources) -> None:
    raise Unavailable("The source sleeps.")


def _crash(wanted: StepInput, resources: Resources) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _memory(wanted: StepInput, resources: Resources) -> None:
    import numpy as np

    np.ones((10**13,))


ACTS: Mapping[str, Callable[[StepInput, Resources], None]] = {
    "sleep": _sleep,
    "svd": _svd,
    "mistake": _mistake,
    "bug": _bug,
    "unavailable": _unavailable,
    "crash": _crash,
    "memory": _memory,
}

HANDLERS = (Handler(SHORT.name, load, compute, record), Handler(LONG.name, load, compute, record))
