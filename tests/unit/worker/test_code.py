"""The digests of code: the commit, what is not committed, or the sources without git."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from kuznia.worker.code import code_digest, environment_digest


def git(folder: Path, *arguments: str) -> None:
    who = {
        f"GIT_{role}_{what}": "t@example.org"
        for role in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    subprocess.run(
        ["git", "-C", str(folder), *arguments], check=True, capture_output=True, env={**os.environ, **who}
    )


@pytest.fixture
def package(tmp_path: Path) -> Path:
    made = tmp_path / "package"
    made.mkdir()
    (made / "__init__.py").write_text("x = 1\n")
    return made


def test_committed_code_is_its_commit_and_changes_add_a_digest(package: Path) -> None:
    git(package.parent, "init", "-q")
    git(package.parent, "add", ".")
    git(package.parent, "commit", "-q", "-m", "one")
    clean = code_digest(package)
    assert clean.startswith("git:") and "+" not in clean
    (package / "__init__.py").write_text("x = 2\n")
    changed = code_digest(package)
    (package / "new.py").write_text("y = 1\n")
    grown = code_digest(package)
    assert changed.startswith(f"{clean}+sha256:") and grown.startswith(f"{clean}+sha256:")
    assert changed != grown
    (package / "new.py").unlink()
    assert code_digest(package) == changed


def test_without_git_the_sources_count(package: Path) -> None:
    first = code_digest(package)
    assert "+sha256:" in first and not first.startswith("git:")
    (package / "__init__.py").write_text("x = 2\n")
    assert code_digest(package) != first


def test_the_environment_has_one_digest() -> None:
    assert environment_digest() == environment_digest()
    assert environment_digest().startswith("sha256:")
