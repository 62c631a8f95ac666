"""Other people's engines, each in a process and an environment of its own, driven by `bench/peers`.

A driver reads one request a line and answers one line; inputs and outputs are ``.npz`` files. It counts its
own CPU time, from frames in memory to metrics, so that neither starting nor the transfer is measured.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / ".tools" / "peers"
ALL = ("vectorbt", "backtesting", "bt", "zipline", "backtrader", "metrics", "feast", "qlib", "mlflow")
INSTALL = "make peers"


@dataclass(frozen=True)
class Answer:
    """What a peer did: its CPU seconds, the most memory it had, its figures and, if asked, its arrays."""

    cpu: float
    wall: float
    peak_bytes: int
    values: dict[str, float]
    arrays: dict[str, np.ndarray]


class PeerFailed(Exception):
    """The peer's own words."""


def interpreter(name: str) -> Path:
    """The Python of a peer's environment, whether it exists or not."""
    return FOLDER / name / "bin" / "python"


class Peer:
    """One running driver; leave the context to end it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._folder = tempfile.TemporaryDirectory()
        self._inputs: dict[int, tuple[Mapping[str, np.ndarray], str]] = {}
        script = Path(__file__).parent / "peers" / f"drive_{name}.py"
        self._process = subprocess.Popen(
            [str(interpreter(name)), "-W", "ignore", str(script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def __enter__(self) -> Peer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process; it holds nothing worth keeping."""
        self._process.kill()
        self._process.communicate()
        self._folder.cleanup()

    def version(self) -> str:
        """The version that answers."""
        return str(self._say({"task": "version"})["version"])

    def ask(
        self, task: str, arrays: Mapping[str, np.ndarray], *, full: bool = False, **options: Any
    ) -> Answer:
        """Do ``task`` once; with ``full`` its arrays come too."""
        output = str(Path(self._folder.name) / "output.npz") if full else None
        said = self._say({"task": task, "input": self._file(arrays), "output": output, "options": options})
        found: dict[str, np.ndarray] = {}
        if output:
            with np.load(output) as file:
                found = {name: file[name] for name in file.files}
        return Answer(said["cpu"], said["wall"], said["peak_bytes"], said["values"], found)

    def _file(self, arrays: Mapping[str, np.ndarray]) -> str:
        """Where these arrays are written; the same mapping is written once."""
        key = id(arrays)
        if key not in self._inputs:
            path = str(Path(self._folder.name) / f"input{len(self._inputs)}.npz")
            np.savez(path, **arrays)
            self._inputs[key] = (arrays, path)  # holding the mapping keeps its id its own
        return self._inputs[key][1]

    def _say(self, request: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        answer: dict[str, Any] = json.loads(line) if line else {"error": "it ended"}
        if "error" in answer:
            raise PeerFailed(f"{self.name}: {answer['error']}")
        return answer


def not_installed(names: Sequence[str] = ALL) -> list[str]:
    """Those of the peers that cannot be asked."""
    return [name for name in names if not interpreter(name).exists()]


def missing(names: Sequence[str]) -> list[str]:
    """The same, said on stderr."""
    lacking = not_installed(names)
    if lacking:
        sys.stderr.write(f"left out: {', '.join(lacking)}; to get them: {INSTALL}\n")
    return lacking
