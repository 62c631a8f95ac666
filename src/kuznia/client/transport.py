"""Requests with sign-in, refresh and retries. Only what is never done twice is sent again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO
from uuid import uuid4

import httpx
import stamina

from kuznia.client.errors import NoAnswer, ProblemError

PREFIX = "/api/v1"
IDEMPOTENT = {"GET", "HEAD", "PUT", "DELETE", "OPTIONS"}
PASSING = {429, 502, 503, 504}
Json = Any


class _Passing(Exception):
    """An answer that may be another one soon."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__(response.status_code)
        self.response = response


def _backoff(error: Exception) -> bool | float:
    """Whether to try again, and after how many seconds if the server said."""
    if isinstance(error, _Passing):
        said = error.response.headers.get("retry-after", "")
        return float(said) if said.isdigit() else True
    return isinstance(error, httpx.TransportError)


def _not_sent(error: Exception) -> bool:
    return isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)


class Transport:
    """One server, and who we are there.

    Parameters
    ----------
    base_url : str
        For example ``http://127.0.0.1:8600``.
    token : str, optional
        An API token or an access token; else `login`.
    timeout : float
        Seconds until an answer is given up.
    patience : float
        Seconds over which a request that may be sent again is sent again.
    """

    def __init__(self, base_url: str, token: str | None, timeout: float, patience: float) -> None:
        self.http = httpx.Client(base_url=base_url.rstrip("/") + PREFIX, timeout=timeout)
        self.patience = patience
        self._token = token
        self._can_refresh = False

    def login(self, email: str, password: str) -> Json:
        """Sign in; the session then refreshes itself."""
        answer = self.request("POST", "/auth/login", json={"email": email, "password": password})
        self._token, self._can_refresh = answer["access_token"], True
        return answer["account"]

    def logout(self) -> None:
        self.request("POST", "/auth/logout")
        self._token, self._can_refresh = None, False

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Json = None,
        key: str | None = None,
        if_match: str | None = None,
        files: Callable[[], Mapping[str, Any]] | None = None,
        data: Mapping[str, str] | None = None,
    ) -> Json:
        """Send one request and give its JSON; None when the answer has none.

        Parameters
        ----------
        method, path : str
            The path begins after ``/api/v1``.
        params : mapping, optional
            The query; what is None is left out.
        json : any, optional
            The body.
        key : str, optional
            ``Idempotency-Key``; posts get one of their own, so that they may be sent again.
        if_match : str, optional
            The ETag that was read, for edits.
        files : callable, optional
            Opens the files of a form; called for each try.
        data : mapping, optional
            The other fields of a form.
        """
        headers = {"If-Match": if_match} if if_match else {}
        if method == "POST" and not path.startswith("/auth/"):
            headers["Idempotency-Key"] = key or str(uuid4())
        query = {name: value for name, value in (params or {}).items() if value is not None}
        again = method in IDEMPOTENT or "Idempotency-Key" in headers or if_match is not None

        def send() -> httpx.Response:
            form = files() if files else None
            try:
                return self.http.request(
                    method,
                    path,
                    params=query,
                    json=json,
                    data=data,
                    files=form,
                    headers=headers | self.authorization(),
                )
            finally:
                _close(form)

        return _json(self._answered(send, path, again=again))

    def download(self, path: str) -> bytes:
        """The content of a file."""
        response = self._answered(lambda: self.http.get(path, headers=self.authorization()), path, again=True)
        if response.status_code >= 400:
            _json(response)
        return response.content

    @contextmanager
    def stream(
        self, path: str, params: Mapping[str, Any], headers: Mapping[str, str]
    ) -> Iterator[httpx.Response]:
        """An answer that is read as it comes; its connection may stay silent for a while."""
        silence = httpx.Timeout(self.http.timeout.connect, read=60.0)
        query = {name: value for name, value in params.items() if value is not None}
        sent = dict(headers) | self.authorization()
        with self.http.stream("GET", path, params=query, headers=sent, timeout=silence) as response:
            if response.status_code >= 400:
                response.read()
                _json(response)
            yield response

    def authorization(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._token}"} if self._token else {}

    def refresh(self) -> bool:
        """Get a new access token with the session's cookie; false if there is no session any more."""
        if not self._can_refresh:
            return False
        response = self._patiently(lambda: self.http.post("/auth/refresh"), again=True)
        if response.status_code != 200:
            self._can_refresh = False
            return False
        self._token = response.json()["access_token"]
        return True

    def _answered(self, send: Callable[[], httpx.Response], path: str, *, again: bool) -> httpx.Response:
        """The answer to a request, sent once more when the session had to be refreshed."""
        response = self._patiently(send, again=again)
        if response.status_code == 401 and not path.startswith("/auth/") and self.refresh():
            response = self._patiently(send, again=again)
        return response

    def _patiently(self, send: Callable[[], httpx.Response], *, again: bool) -> httpx.Response:
        def on(error: Exception) -> bool | float:
            return _backoff(error) if again or _not_sent(error) else False

        try:
            for attempt in stamina.retry_context(on=on, attempts=None, timeout=self.patience, wait_max=3.0):
                with attempt:
                    response = send()
                    if response.status_code in PASSING:
                        raise _Passing(response)
        except _Passing as passing:
            return passing.response
        except httpx.TransportError as error:
            address = self.http.base_url.copy_with(path="/")
            raise NoAnswer(f"{address} did not answer: {error}") from error
        return response


def _close(form: Mapping[str, Any] | None) -> None:
    for part in (form or {}).values():
        part[1].close()


def _json(response: httpx.Response) -> Json:
    is_json = "json" in response.headers.get("content-type", "")
    if response.status_code >= 400:
        found = response.json() if is_json else {}
        raise ProblemError({"title": f"HTTP {response.status_code}", "status": response.status_code} | found)
    return response.json() if is_json and response.content else None


def opened(path: Path) -> BinaryIO:
    return path.open("rb")
