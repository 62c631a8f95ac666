"""Processes of an earlier start are known by their token, strangers are left alone."""

import os
import subprocess
from pathlib import Path

import psutil

from kuznia.cli.leftovers import TOKEN, end_leftovers
from kuznia.cli.libraries import library_path, missing_openmp


def test_only_processes_with_the_token_end() -> None:
    ours = subprocess.Popen(["sleep", "60"], env={**os.environ, TOKEN: "this-test"})
    other = subprocess.Popen(["sleep", "60"], env={**os.environ, TOKEN: "another"})
    try:
        assert end_leftovers("this-test") == 1
        assert not psutil.pid_exists(ours.pid)
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()
        ours.wait()


def test_openmp_is_there_from_system_or_wheel(tmp_path: Path) -> None:
    assert missing_openmp() is None
    path = library_path(tmp_path)
    assert path is None or (Path(path) / "libgomp.so.1").exists()
