"""The scoring service asked for 500 instruments, and the library alone beside LightGBM's own prediction.

Run it with ``python -m bench.scoring``; it starts the real process on a store of its own.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import httpx
import numpy as np
import polars as pl

from kuznia.core.models.bundle import Bundle, load_bundle
from kuznia.core.models.routes import FILE, Route, Routes
from kuznia.core.models.score import member_scores, score
from kuznia.core.models.training import train
from kuznia.store import Store
from kuznia.store.published import publish
from tests.support.markets import small_spec, world
from tests.support.postgres import free_port
from tests.support.processes import service

INSTRUMENTS, REQUESTS = 500, 400
SET = "sha256:" + "0" * 64


def milliseconds(work: Callable[[], object], times: int) -> tuple[float, float]:
    """Median and 99th percentile."""
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        taken.append((time.perf_counter() - started) * 1000)
    return float(np.median(taken)), float(np.quantile(taken, 0.99))


def main() -> None:
    frame, panel = world(200, signal=0.2, instruments=INSTRUMENTS)
    bundle = train(frame, panel, small_spec(seeds=tuple(range(1, 9))), feature_set=SET).bundle
    values = frame.filter(pl.col("ts") == pl.col("ts").max())
    x = values.select(bundle.features).to_numpy()
    loaded = load_bundle(bundle.archive(), bundle.digest)
    alone = milliseconds(lambda: [member.predict(x) for member in bundle.members], 100)
    library = milliseconds(lambda: score(loaded, values), 100)
    row = np.ascontiguousarray(bundle.scaler.apply(x[:1]))
    one = milliseconds(lambda: [member.predict(row) for member in bundle.members], 300)
    ours = milliseconds(lambda: [member.predict(row) for member in loaded.members], 3000)
    largest = float(np.abs(member_scores(loaded, x) - member_scores(bundle, x)).max())
    with tempfile.TemporaryDirectory() as folder:
        served = over_http(Path(folder), bundle, values)
    print(f"{INSTRUMENTS} instruments, eight seeds; milliseconds, median and p99")
    for name, (median, last) in (
        ("LightGBM's prediction alone", alone),
        ("kuznia.core.models.score", library),
        ("POST /score", served),
    ):
        print(f"{name:<30}{median:8.2f}{last:8.2f}")
    print("one row, eight seeds; milliseconds, median and p99")
    for name, (median, last) in (("LightGBM", one), ("the bundle's own trees", ours)):
        print(f"{name:<30}{median:8.4f}{last:8.4f}")
    print(f"{one[0] / ours[0]:.1f} times faster; largest difference of a score {largest:.1e}")
    for name, seconds, megabytes in starts():
        print(f"{name:<40}{seconds:8.2f} s{megabytes:8.0f} MB")


API = "from kuznia.starting import importing\nwith importing():\n from kuznia.api import serve\n"
LIBRARIES = " import numba, sklearn.ensemble, optuna, lightgbm\n"
HANDLERS = " from kuznia.worker.slices import tasks_modules\n list(tasks_modules())\n"
PROGRAMS = {
    "start of the API": API,
    "the same with the libraries that learn": API + LIBRARIES,
    "the same and all handlers of jobs": API + LIBRARIES + HANDLERS,
    "start of scoring": "from kuznia.scoring import __main__",
}


def starts() -> list[tuple[str, float, float]]:
    """Seconds and peak memory of importing each process, the best of five."""
    # Not getrusage, which counts this process until the other one takes its place.
    tail = "\nprint(open('/proc/self/status').read().partition('VmHWM:')[2].split()[0])"
    found = []
    for name, code in PROGRAMS.items():
        taken, memory = [], 0.0
        for _ in range(5):
            began = time.perf_counter()
            told = subprocess.run([sys.executable, "-c", code + tail], capture_output=True, check=True)
            taken.append(time.perf_counter() - began)
            memory = float(told.stdout) / 1024
        found.append((name, min(taken), memory))
    return found


def over_http(folder: Path, bundle: Bundle, values: pl.DataFrame) -> tuple[float, float]:
    """The same through the service, one request after the other."""
    store = Store(folder / "store")
    bundle_file = store.put_bytes(bundle.archive(), "bundle").digest
    kept = store.put_frame(values, ["instrument", "ts"]).digest
    ids = str(uuid4()), str(uuid4())
    route = Route(ids[0], "champion", ids[1], bundle_file, bundle.digest, SET, kept)
    publish(store, FILE, Routes(1, (route,)).to_json(), lambda _: True)
    url = f"http://127.0.0.1:{(port := free_port())}"
    env = {
        "KUZNIA_DATA": str(folder),
        "KUZNIA_SCORING_PORT": str(port),
        "KUZNIA_SECURITY_INTERNAL_TOKEN": "bench",
    }
    wanted = {"alias": "champion", "instruments": values["instrument"].to_list()}
    headers = {"Authorization": "Bearer bench"}
    with (
        service("kuznia.scoring", env, folder / "scoring.log", f"{url}/health/ready"),
        httpx.Client(base_url=url, headers=headers) as client,
    ):
        answer = client.post("/score", json=wanted)
        assert len(answer.json()["scores"]) == INSTRUMENTS
        return milliseconds(lambda: client.post("/score", json=wanted), REQUESTS)


if __name__ == "__main__":
    main()
