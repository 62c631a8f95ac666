"""Tests that belong in one process get there: a group that nobody obeys is slow and seldom seen."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.conftest import TOGETHER, group_of
from tests.support.source import ROOT


def test_the_groups_name_what_there_is() -> None:
    assert all((ROOT / path).exists() for path in TOGETHER)
    assert group_of("tests/browser/test_demo.py::test_x[a]") == group_of("tests/faults/test_up.py::test_y")
    assert group_of("tests/unit/a.py::test_x") != group_of("tests/unit/a.py::test_y")


def test_one_process_runs_a_group_and_both_run_the_rest(tmp_path: Path) -> None:
    """A tree with names of its own under our conftest."""
    (tmp_path / "tests" / "faults").mkdir(parents=True)
    (tmp_path / "tests" / "unit").mkdir()
    (tmp_path / "conftest.py").write_text(
        "from tests_conftest import pytest_xdist_make_scheduler  # noqa: F401\n"
    )
    (tmp_path / "tests_conftest.py").write_text(
        (ROOT / "tests" / "conftest.py")
        .read_text()
        .replace('pytest_plugins = ("tests.support.postgres",)', "")
    )
    told = """
import os
import time


def test_it():
    time.sleep(0.2)
    with open(os.environ["TOLD"], "a") as report:
        report.write(KIND + os.environ["PYTEST_XDIST_WORKER"] + " ")
"""
    for kind in ("faults", "unit"):
        for n in range(4):
            path = tmp_path / "tests" / kind / f"test_{kind}_{n}.py"
            path.write_text(f"KIND = {kind!r}\n{told}")
    report = tmp_path / "told"
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadscope", "-p", "no:randomly"]
    environment = {**os.environ, "TOLD": str(report), "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    environment.pop("PYTEST_XDIST_WORKER", None)
    done = subprocess.run(
        [*command, "tests"], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    workers = {one for one in report.read_text().split() if one.startswith("faults")}
    assert len(workers) == 1
    assert len(report.read_text().split()) == 8
