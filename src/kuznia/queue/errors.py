"""What can be wrong with a job, as problems; and the signal that a job is no longer ours."""

from __future__ import annotations

from kuznia.errors import Conflict, Invalid, KuzniaError


class FenceLost(Exception):
    """A write was refused because the job's token moved or it was cancelled; stop without a trace."""


class InputMissing(Conflict):
    code, title = "input_missing", "A job this one reads from did not produce what is needed"


class InputFailed(Conflict):
    code, title = "input_failed", "A job this one reads from did not finish"


class BadChain(Invalid):
    code, title = "bad_chain", "The chain of jobs cannot run as it is"


class KeyReused(Conflict):
    code, title = "idempotency_key_reused", "This idempotency key was used for something else"


class NotRetryable(Conflict):
    code, title = "not_retryable", "Only a failed or cancelled job can be tried again"


class WorkerLost(KuzniaError):
    code, title = "worker_lost", "The job's process died too often"


class OutOfMemory(KuzniaError):
    code, title = "out_of_memory", "The job needs more memory than it may use"


class TriesExhausted(KuzniaError):
    code, title = "tries_exhausted", "The job failed every time it was tried"
