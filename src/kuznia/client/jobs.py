"""Jobs: post chains, follow them until they end."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import httpx

from kuznia.client.errors import JobFailed, NoAnswer, ProblemError
from kuznia.client.transport import Transport

ENDED = {"done", "failed", "cancelled"}
PAUSE = 0.5
Job = dict[str, Any]
OnChange = Callable[[Job], None]


class Jobs:
    """Background work of the server."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get(self, job_id: str) -> Job:
        found: Job = self._transport.request("GET", f"/jobs/{job_id}")
        return found

    def post_chain(
        self, jobs: Sequence[Mapping[str, Any]], question: str | None = None, key: str | None = None
    ) -> dict[str, Any]:
        """Post jobs together, all or none.

        Parameters
        ----------
        jobs : sequence of mapping
            Each with ``key``, ``kind``, ``input`` and perhaps ``name``; an input may hold
            ``{"job": "<key of another>", "output": "<name>"}``.
        question : str, optional
            The question that what they try belongs to.
        key : str, optional
            Idempotency key: the same one never posts the chain twice.

        Returns
        -------
        dict
            ``id`` of the chain, its ``jobs``, and ``keys``: the id of each key's job.
        """
        body = {"jobs": [dict(job) for job in jobs]} | ({"question": question} if question else {})
        posted: dict[str, Any] = self._transport.request("POST", "/jobs", json=body, key=key)
        return posted

    def cancel(self, job_id: str) -> Job:
        found: Job = self._transport.request("POST", f"/jobs/{job_id}/cancel")
        return found

    def retry(self, job_id: str) -> Job:
        found: Job = self._transport.request("POST", f"/jobs/{job_id}/retry")
        return found

    def log(self, job_id: str) -> list[dict[str, Any]]:
        """The newest lines of a job's log."""
        page = self._transport.request("GET", f"/jobs/{job_id}/log", params={"limit": 500})
        lines: list[dict[str, Any]] = page["items"]
        return lines

    def follow(
        self,
        job_ids: str | Iterable[str],
        on_change: OnChange | None = None,
        *,
        timeout: float | None = None,
        check: bool = True,
    ) -> dict[str, Job]:
        """Watch jobs until all have ended; connections that break are made again.

        Parameters
        ----------
        job_ids : str or iterable of str
            One job or several.
        on_change : callable, optional
            Called with each new state of a job: ``state``, ``progress``, ``message``.
        timeout : float, optional
            Seconds until `TimeoutError`; none when left out.
        check : bool
            Raise `JobFailed` for a job that failed or was cancelled.

        Returns
        -------
        dict
            The last state of each job, by its id.
        """
        wanted = [job_ids] if isinstance(job_ids, str) else list(job_ids)
        watch = _Watch(set(wanted), on_change)
        until = None if timeout is None else time.monotonic() + timeout
        only = wanted[0] if len(wanted) == 1 else None
        while not watch.ended():
            try:
                for job in self._events(only, watch):
                    if job is not None:
                        watch.take(job)
                    if watch.ended() or (until is not None and time.monotonic() > until):
                        break
                else:
                    time.sleep(PAUSE)  # the stream ended: the server stops, or starts anew
            except (httpx.TransportError, NoAnswer):
                time.sleep(PAUSE)
            except ProblemError as error:
                if error.status != 401 or not self._transport.refresh():
                    raise
            if until is not None and time.monotonic() > until and not watch.ended():
                raise TimeoutError(f"{len(watch.open())} jobs had not ended after {timeout:g} s")
        if check:
            for job in watch.last.values():
                if job["state"] != "done":
                    raise JobFailed(job)
        return {job_id: watch.last[job_id] for job_id in wanted}

    def _read_all(self, watch: _Watch) -> None:
        """States that may have changed while no stream was open."""
        for job_id in watch.open():
            watch.take(self.get(job_id))

    def _events(self, only: str | None, watch: _Watch) -> Iterator[Job | None]:
        """Changes as they come, and None for each other line: a sign of life."""
        with self._transport.stream("/jobs/events", {"job": only}, {"Accept": "text/event-stream"}) as answer:
            data: list[str] = []
            for n, line in enumerate(answer.iter_lines()):
                if n == 0:  # from now on nothing is missed
                    self._read_all(watch)
                yield None
                if line.startswith("data:"):
                    data.append(line[5:].lstrip())
                elif not line and data:
                    yield json.loads("\n".join(data))
                    data = []


class _Watch:
    """The last known state of each job that is followed."""

    def __init__(self, wanted: set[str], on_change: OnChange | None) -> None:
        self.wanted, self.on_change = wanted, on_change
        self.last: dict[str, Job] = {}

    def take(self, job: Job) -> None:
        known = self.last.get(job["id"])
        if job["id"] not in self.wanted or (known and known["revision"] >= job["revision"]):
            return
        self.last[job["id"]] = job
        if self.on_change:
            self.on_change(job)

    def open(self) -> list[str]:
        known = self.last
        return [key for key in self.wanted if key not in known or known[key]["state"] not in ENDED]

    def ended(self) -> bool:
        return not self.open()
