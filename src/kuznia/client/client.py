"""The Python client: what the browser can do, from a notebook or a script.

client = Client("http://127.0.0.1:8600")
client.login("me@example.org", "…")
chain = client.jobs.post_chain([{"key": "a", "kind": "backtests.run", "input": {…}}])
client.jobs.follow(chain["keys"].values(), on_change=print)
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from kuznia.client.jobs import Jobs
from kuznia.client.transport import Transport, opened

if TYPE_CHECKING:
    import polars as pl

Record = dict[str, Any]


class Client:
    """One installation of Kuznia.

    Parameters
    ----------
    base_url : str
        Its address, for example ``http://127.0.0.1:8600``.
    token : str, optional
        A personal API token (``kz_…``); else call `login`.
    timeout : float
        Seconds until an answer is given up.
    patience : float
        Seconds over which a request is tried again while the server does not answer.
    """

    def __init__(
        self, base_url: str, token: str | None = None, *, timeout: float = 60.0, patience: float = 45.0
    ) -> None:
        self.transport = Transport(base_url, token, timeout, patience)
        self.jobs = Jobs(self.transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.transport.http.close()

    def login(self, email: str, password: str) -> Record:
        """Sign in and return the account."""
        account: Record = self.transport.login(email, password)
        return account

    def get(self, path: str, **params: Any) -> Any:
        """Read; the path begins after ``/api/v1``, the rest is the query."""
        return self.transport.request("GET", path, params=params)

    def post(self, path: str, body: Any = None, *, key: str | None = None) -> Any:
        """Make or start something. The same `key` never does it twice."""
        return self.transport.request("POST", path, json=body, key=key)

    def put(self, path: str, body: Any = None) -> Any:
        return self.transport.request("PUT", path, json=body)

    def patch(self, path: str, body: Any, *, if_match: str | None = None) -> Any:
        return self.transport.request("PATCH", path, json=body, if_match=if_match)

    def delete(self, path: str) -> None:
        self.transport.request("DELETE", path)

    def pages(self, path: str, **params: Any) -> Iterator[Record]:
        """Every row of a list, page after page."""
        cursor = None
        while True:
            page = self.get(path, **params, cursor=cursor)
            yield from page["items"]
            cursor = page["next"]
            if cursor is None:
                return

    def upload(
        self,
        path: str,
        content: Path | bytes,
        *,
        name: str | None = None,
        options: Mapping[str, Any] | None = None,
        key: str | None = None,
    ) -> Any:
        """Send a file as a form with one file and its options.

        Parameters
        ----------
        path : str
            For example ``/datasets/{id}/uploads``.
        content : Path or bytes
            The file.
        name : str, optional
            The file's name; a path has one.
        options : mapping, optional
            Sent as JSON in the field ``options``.
        key : str, optional
            Idempotency key.
        """
        named = name or (content.name if isinstance(content, Path) else "upload")

        def files() -> Record:
            opening = opened(content) if isinstance(content, Path) else io.BytesIO(content)
            return {"file": (named, opening)}

        data = {"options": json.dumps(dict(options))} if options is not None else None
        return self.transport.request("POST", path, files=files, data=data, key=key)

    def frame(self, path: str, **params: Any) -> pl.DataFrame:
        """Read a table as a Polars frame: columns (``{"ts": […], …}``) or a list, all pages of it."""
        from kuznia.client.frames import columns_frame, rows_frame

        first = self.get(path, **params)
        if isinstance(first, list):
            return rows_frame(first)
        if "items" in first and "next" in first:
            return rows_frame(list(self.pages(path, **params)))
        return columns_frame(first)

    # One call for each thing that is made most often.

    def create_dataset(self, name: str, kind: str, known_rule: Mapping[str, Any], **more: Any) -> Record:
        body = {"name": name, "kind": kind, "known_rule": dict(known_rule), **more}
        made: Record = self.post("/datasets", body)
        return made

    def upload_dataset(self, dataset_id: str, content: Path | bytes, **options: Any) -> Record:
        """Upload a file into a dataset and give the job that reads it."""
        job: Record = self.upload(f"/datasets/{dataset_id}/uploads", content, options=options)
        return job

    def create_universe(self, name: str, instruments: list[str], description: str = "") -> Record:
        spec = {"instruments": instruments}
        made: Record = self.post("/universes", {"name": name, "description": description, "spec": spec})
        return made

    def create_strategy(self, name: str, spec: Mapping[str, Any], **more: Any) -> Record:
        made: Record = self.post("/strategies", {"name": name, "spec": dict(spec), **more})
        return made

    def create_question(self, name: str, **more: Any) -> Record:
        made: Record = self.post("/questions", {"name": name, **more})
        return made

    def simulate(self, **wanted: Any) -> Record:
        """Run a backtest to its end and give it; raises `JobFailed` with the reason if it cannot."""
        job = self.post("/backtests", wanted)["job"]
        done = self.jobs.follow(job["id"])[job["id"]]
        return self.backtest(done["outputs"]["backtest"])

    def backtest(self, backtest_id: str) -> Record:
        found: Record = self.get(f"/backtests/{backtest_id}")
        return found

    def automate(self, **wanted: Any) -> Record:
        """Run an automated pipeline to its end; ``features`` is a run of computed values.

        The answer holds its ``steps``, ``selection``, ``versions`` and ``leader_board``; raises `JobFailed`
        with the reason if it cannot.
        """
        made = self.post("/pipelines", wanted)
        self.jobs.follow(made["job"]["id"])
        pipeline: Record = self.get(f"/pipelines/{made['id']}")
        return {**pipeline, "leader_board": self.get(f"/pipelines/{made['id']}/leader-board")}

    def scores(self, model_version_id: str) -> pl.DataFrame:
        """The newest scores of a version, the highest first; no rows if no alias was ever on it.

        Beside each score ``chance`` to beat the middle of the cross-section, return ``expected`` over its
        mean, and ``low`` and ``high`` around that; null where the version states nothing.
        """
        from kuznia.client.frames import rows_frame

        found = self.get(f"/model-versions/{model_version_id}/scores")
        return rows_frame(found["items"] if found else [])

    def bundle(self, model_version_id: str) -> bytes:
        """The trained bundle of a model version, to be kept or imported elsewhere."""
        return self.transport.download(f"/model-versions/{model_version_id}/bundle")

    def import_bundle(
        self,
        content: Path | bytes,
        features: str,
        *,
        model: str | None = None,
        name: str | None = None,
        digest: str | None = None,
    ) -> Record:
        """Make a bundle of another installation a version and give it; raises `JobFailed` with the reason.

        Parameters
        ----------
        content : Path or bytes
            The bundle.
        features : str
            A run of ``features.compute`` of the bundle's feature set, that it is scored on here.
        model, name : str, optional
            The model that gets the version, or the name of a new one.
        digest : str, optional
            What the bundle has to be.
        """
        given = {"features": features, "model": model, "name": name, "digest": digest}
        options = {key: value for key, value in given.items() if value is not None}
        job = self.upload("/model-imports", content, options=options)
        done = self.jobs.follow(job["id"])[job["id"]]
        made: Record = self.get(f"/model-versions/{done['outputs']['model_version']}")
        return made

    def onnx(self, model_version_id: str) -> bytes:
        """A model version as ONNX; raises `JobFailed` with what of it does not map."""
        wanted = {"key": "onnx", "kind": "models.export_onnx", "input": {"version": model_version_id}}
        self.jobs.follow(self.jobs.post_chain([wanted])["keys"].values())
        return self.transport.download(f"/model-versions/{model_version_id}/onnx")

    def trades(self, backtest_id: str, **filters: Any) -> pl.DataFrame:
        return self.frame(f"/backtests/{backtest_id}/trades", limit=500, **filters)

    def training_frame(
        self, features: str, *, label: str | None = None, horizon: int | None = None
    ) -> pl.DataFrame:
        """Feature values of a run beside a label, each row with the times when it was known.

        Parameters
        ----------
        features : str
            The run of feature values: ``outputs["feature_values"]`` of the job that computed a set.
        label : str, optional
            An expression that may look ahead.
        horizon : int, optional
            Without a label: the return over so many bars from the next open. With neither the frame holds
            features alone.
        """
        given = {"features": features, "label": label, "horizon": horizon}
        kept = {name: value for name, value in given.items() if value is not None}
        chain = self.jobs.post_chain([{"key": "frame", "kind": "features.frame", "input": kept}])
        job = chain["keys"]["frame"]
        return self.read_training_frame(self.jobs.follow(job)[job]["outputs"]["training_frame"])

    def read_training_frame(self, training_frame_id: str) -> pl.DataFrame:
        """The rows of a training frame that was made before, in order of ``ts`` and ``instrument``."""
        import polars as pl

        return pl.read_ipc_stream(self.transport.download(f"/training-frames/{training_frame_id}/rows"))

    def series(self, backtest_id: str, points: int = 5000) -> pl.DataFrame:
        """Equity, drawdown and benchmarks over time."""
        return self.frame(f"/backtests/{backtest_id}/series", points=points)
