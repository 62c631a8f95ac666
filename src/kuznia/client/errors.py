"""What calls raise: the server's problem, in its own words, or that nobody answered."""

from __future__ import annotations

from typing import Any


class ProblemError(Exception):
    """The server refused; ``problem`` is what it said (RFC 9457).

    Parameters
    ----------
    problem : dict
        ``title``, ``status``, ``detail``, ``code``, ``trace_id`` and ``errors``.
    """

    def __init__(self, problem: dict[str, Any]) -> None:
        self.problem = problem
        self.status = int(problem.get("status", 0))
        self.code = str(problem.get("code", "unknown"))
        super().__init__(self._text())

    def _text(self) -> str:
        lines = [f"{self.problem.get('title', 'Refused')}: {self.problem.get('detail', '')}".strip(": ")]
        faults = self.problem.get("errors") or ()
        lines.extend(f"  {fault.get('pointer', '')}: {fault.get('detail', '')}" for fault in faults)
        if self.status >= 500 and self.problem.get("trace_id"):
            lines.append(f"  trace id {self.problem['trace_id']}")
        return "\n".join(lines)


class JobFailed(ProblemError):
    """A job that was followed did not end well; ``job`` is its last state."""

    def __init__(self, job: dict[str, Any]) -> None:
        self.job = job
        cancelled = {"title": "The job was cancelled", "detail": job.get("name", ""), "code": "cancelled"}
        super().__init__(job.get("error") or cancelled)


class NoAnswer(Exception):
    """The server did not answer, after several tries."""
