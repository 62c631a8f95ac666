"""Run the tests: ``python -m tests.support.suite fast|all|peers [--everything] [pytest's own words]``.

Lint, types and the web interface side by side, and one run of pytest: beside them in ``fast``, which so
keeps both cores busy to its end; after them in ``all``, whose tests measure times. Pytest's closing lines
are the last thing printed. What this machine lacks a program or a peer for is left out and named;
``--everything`` makes that an error. ``peers`` is the cross-check with other people's engines alone.
"""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from bench._peers import INSTALL, not_installed
from kuznia.cli.libraries import library_path
from tests.support.programs import ALL, Needed

ROOT = Path(__file__).resolve().parents[2]
FAST = ("tests/contracts", "tests/unit", "src/kuznia/core")
SLOW = ("tests/service", "tests/faults", "tests/browser")
PEERS = "tests/peers"
TORCH = 'make install EXTRAS="torch"'
NPM = ("deploy/scripts/install.py", "npm", "--silent", "run")


@dataclass(frozen=True)
class Part:
    """A command beside pytest."""

    name: str
    commands: tuple[tuple[str, ...], ...]


PARTS = (
    Part("lint", (("-m", "ruff", "check", "."), ("-m", "ruff", "format", "--check", "."))),
    Part("types", (("-m", "mypy"),)),
    Part("web", ((*NPM, "check"), (*NPM, "test"))),
)


def main(words: Sequence[str]) -> int:
    """Run the parts and pytest; return 0 only if all passed."""
    kind, *rest = words or ["all"]
    everything = "--everything" in rest
    rest = [word for word in rest if word != "--everything"]
    missing = [needed for needed in ALL if needed.path is None] if kind == "all" else list(ALL)
    lacking = not_installed()
    if everything and missing:
        return _refuse(missing)
    if lacking and (everything or kind == "peers"):
        print(f"These peers are needed and missing: {', '.join(lacking)}. Run: {INSTALL}", flush=True)
        return 1
    if kind == "peers":
        return run_pytest(kind, [], rest)
    running = start_parts()
    if kind == "fast":
        code, closing = watch_pytest(kind, missing, rest)
        failed = finish_parts(running)
        print(closing, flush=True)
    else:
        failed = finish_parts(running)
        code = run_pytest(kind, missing, rest)
    return 1 if failed or code else 0


def _refuse(missing: Sequence[Needed]) -> int:
    packages = " ".join(needed.package for needed in missing)
    print(f"These are needed and missing: {packages}. Install them: apt install {packages}", flush=True)
    return 1


Running = list[tuple[Part, float, "list[subprocess.Popen[str]]"]]


def start_parts() -> Running:
    """Start lint, types and web at the same time."""
    return [(part, time.monotonic(), [_start(command) for command in part.commands]) for part in PARTS]


def finish_parts(running: Running) -> list[str]:
    """Print each part's result; return those that failed."""
    failed = []
    for part, started, processes in running:
        results = [(process.communicate()[0], process.returncode) for process in processes]
        good = all(code == 0 for _, code in results)
        took = time.monotonic() - started
        print(f"{part.name}: {'passed' if good else 'FAILED'} (by {took:.0f} s)", flush=True)
        if not good:
            failed.append(part.name)
            print("\n".join(said.rstrip() for said, code in results if code), flush=True)
    return failed


def _start(command: Sequence[str]) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, *command], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def run_pytest(kind: str, missing: Sequence[Needed], words: Sequence[str]) -> int:
    """Run pytest on the folders of ``kind``, without the tests whose programs are missing."""
    command, environment = pytest_command(kind, missing, words)
    return subprocess.call(command, cwd=ROOT, env=environment)


def watch_pytest(kind: str, missing: Sequence[Needed], words: Sequence[str]) -> tuple[int, str]:
    """The same with its last line kept, to be said again when all else has been said."""
    command, environment = pytest_command(kind, missing, words)
    closing = ""
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            closing = line.strip() or closing
    return process.returncode, closing


def pytest_command(
    kind: str, missing: Sequence[Needed], words: Sequence[str]
) -> tuple[list[str], dict[str, str]]:
    lacking = not_installed()
    folders = {"fast": FAST, "peers": (PEERS,)}.get(kind, (*FAST, *SLOW, *(() if lacking else (PEERS,))))
    command = [sys.executable, "-m", "pytest", "--doctest-modules", "-q", "-n", processes(kind)]
    command += ["--dist", "loadscope"]  # by the groups of tests/conftest.py
    command += ["--durations", "40", "--durations-min", "2"]
    # PyTorch is gigabytes on most machines, so that no run insists on it.
    torch = find_spec("torch") is not None
    left_out = [needed.marker for needed in missing] + ([] if torch else ["torch"])
    if kind == "fast":
        left_out.append("long")
    if left_out:
        command += ["-m", " and ".join(f"not {marker}" for marker in left_out)]
    if kind == "all":
        if not torch:
            print(f"left out: tests marked torch; to get them: {TORCH}", flush=True)
        for needed in missing:
            print(
                f"left out: tests marked {needed.marker}; to get them: apt install {needed.package}",
                flush=True,
            )
        if lacking:
            print(f"left out: {PEERS}, for want of {', '.join(lacking)}; to get them: {INSTALL}", flush=True)
    environment = dict(os.environ)
    path = library_path(ROOT / ".tools" / "lib")
    if path:
        environment["LD_LIBRARY_PATH"] = path
    return [*command, *words, *folders], environment


def processes(kind: str) -> str:
    """How many processes run tests: for two cores, and one more where tests wait for servers."""
    return os.environ.get("KUZNIA_TEST_PROCESSES", "2" if kind == "fast" else "3")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
