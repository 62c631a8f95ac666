"""What computes: a digest of this code, and one of the interpreter with all that is installed."""

from __future__ import annotations

import hashlib
import json
import platform
import subprocess
from importlib.metadata import distributions
from importlib.metadata import version as distribution_version
from pathlib import Path

import kuznia

PACKAGE = Path(kuznia.__file__).parent


def code_digest(package: Path = PACKAGE) -> str:
    """The commit, with a digest of what is not committed; without git, version and digest of sources."""
    try:
        return _commit(package)
    except (OSError, subprocess.SubprocessError):
        return f"{distribution_version('kuznia')}+{_digest_of(sorted(package.rglob('*.py')), package)}"


def _commit(package: Path) -> str:
    _git(package, "ls-files", "--error-unmatch", "__init__.py")
    commit = _git(package, "rev-parse", "HEAD").decode().strip()
    changes = _git(package, "diff", "HEAD", "--binary", "--", ".")
    names = _git(package, "ls-files", "--others", "--exclude-standard", "-z", "--", ".")
    untracked = sorted(package / name for name in names.decode().split("\0") if name)
    if not changes and not untracked:
        return f"git:{commit}"
    changed = hashlib.sha256(changes).hexdigest()
    whole = hashlib.sha256(f"{changed} {_digest_of(untracked, package)}".encode()).hexdigest()
    return f"git:{commit}+sha256:{whole}"


def _git(folder: Path, *arguments: str) -> bytes:
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, check=True, timeout=30).stdout


def _digest_of(files: list[Path], base: Path) -> str:
    whole = hashlib.sha256()
    for file in files:
        whole.update(str(file.relative_to(base)).encode() + b"\0")
        whole.update(hashlib.sha256(file.read_bytes()).digest() if file.is_file() else b"")
    return f"sha256:{whole.hexdigest()}"


def environment_digest() -> str:
    """Digest of the interpreter, the machine's kind and every installed distribution's version."""
    installed = sorted({(one.name.lower(), one.version) for one in distributions() if one.name})
    content = [platform.python_implementation(), platform.python_version(), platform.machine(), installed]
    return "sha256:" + hashlib.sha256(json.dumps(content).encode()).hexdigest()
