"""What the documents name exists: paths, links, make targets, commands."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.source import ROOT, tracked

DOCUMENTS = [path for path in tracked("*.md") if "locales" not in path.parts]
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)\s#]+)")
CODE_PATH = re.compile(r"`((?:src|tests|docs|web|deploy|bench|requirements|explore|\.ci)/[\w./-]*[\w/])`")
TARGET = re.compile(r"\bmake ([a-z-]+)\b")
COMMAND = re.compile(r"\bkuznia (up|status|api|worker|scoring|version|[a-z]+)(?= |`|$)", re.MULTILINE)


def code(text: str) -> str:
    """Return what is set as code, inline and in blocks."""
    blocks = re.findall(r"```(?:sh|bash|console)\n(.*?)```", text, re.DOTALL)
    return "\n".join([*blocks, *re.findall(r"`([^`\n]+)`", text)])


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_and_paths_exist(document: Path) -> None:
    text = document.read_text()
    links = [link for link in LINK.findall(text) if not (document.parent / link).exists()]
    bases = (ROOT, document.parent)
    paths = [path for path in CODE_PATH.findall(text) if not any((base / path).exists() for base in bases)]
    assert (links, paths) == ([], [])


def test_make_targets_that_documents_name_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {(name, path.name) for path in DOCUMENTS for name in TARGET.findall(code(path.read_text()))}
    assert {(name, path) for name, path in named if name not in targets} == set()


def test_make_help_explains_every_target() -> None:
    said = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for target in ("up", "test", "check", "bench", "openapi", "lock", "clean", "format"):
        assert re.search(rf"make {target} +\w", said), target


def test_commands_that_documents_name_run() -> None:
    named = {name for path in DOCUMENTS for name in COMMAND.findall(code(path.read_text()))}
    for name in sorted(named | {"up", "status", "version"}):
        done = subprocess.run(
            [sys.executable, "-m", "kuznia.cli.main", name, "--help"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "COLUMNS": "100"},
        )
        assert done.returncode == 0, f"kuznia {name}: {done.stderr}"


@pytest.mark.parametrize(
    "name", ["README.md", "AGENTS.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE", "docs/architecture.md"]
)
def test_the_documents_every_reader_looks_for_are_there(name: str) -> None:
    assert len((ROOT / name).read_text()) > 500
