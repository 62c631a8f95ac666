"""The data folder: everything one installation keeps, and the lock that says who runs on it."""

import fcntl
import json
import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kuznia.cli.errors import StartError

VERSION = 1
SECRETS = ("jwt_key", "internal_token", "database_password")
FOLDERS = ("secrets", "store", "broker", "run", "logs")
SPACE_NEEDED = 512 * 1024 * 1024

CONFIG = """\
# Settings of this installation; a variable such as KUZNIA_API_PORT wins over this file.
# [api]
# port = 8000
# [database]
# url = "postgresql+psycopg://user:password@host/name"
"""


@dataclass(frozen=True)
class DataFolder:
    """``{VERSION, config.toml, secrets/, postgres/, store/, broker/, run/, logs/}``."""

    path: Path

    @property
    def run(self) -> Path:
        return self.path / "run"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    def prepare(self) -> None:
        """Make what is missing; refuse a folder that a newer Kuznia wrote, or a full disk."""
        try:
            self._prepare()
        except PermissionError as error:
            raise StartError(
                f"{error.filename} is not yours to write: choose a folder with --data."
            ) from error
        except OSError as error:
            raise StartError(f"The data folder {self.path} cannot be used: {error.strerror}.") from error

    def _prepare(self) -> None:
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._check_version()
        free = shutil.disk_usage(self.path).free
        if free < SPACE_NEEDED:
            raise StartError(
                f"{free // 1024**2} MB are left on the disk of {self.path} and "
                f"{SPACE_NEEDED // 1024**2} MB are needed: free some, or choose another disk with --data."
            )
        for name in FOLDERS:
            (self.path / name).mkdir(exist_ok=True, mode=0o700)
        for name in SECRETS:
            self._make_secret(name)
        if not (self.path / "config.toml").exists():
            write_atomically(self.path / "config.toml", CONFIG)

    def _check_version(self) -> None:
        file = self.path / "VERSION"
        if not file.exists():
            if any(self.path.iterdir()) and not (self.path / "secrets").exists():
                raise StartError(f"{self.path} holds other files: choose an empty folder with --data.")
            write_atomically(file, f"{VERSION}\n")
        found = file.read_text().strip()
        if not found.isdigit() or int(found) > VERSION:
            raise StartError(
                f"{self.path} was written by a newer Kuznia (folder version {found}, this one knows "
                f"{VERSION}): start that one, or choose another folder with --data."
            )

    def _make_secret(self, name: str) -> None:
        file = self.path / "secrets" / name
        if not file.exists():
            write_atomically(file, secrets.token_urlsafe(32) + "\n", mode=0o600)

    def lock(self) -> int:
        """Take the folder for this process and return the lock; refuse while another process has it."""
        descriptor = os.open(self.run / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            running = self.state().get("address", "at an address that it is still choosing")
            raise StartError(
                f"Kuznia already runs on {self.path} ({running}): stop it there with Ctrl-C, "
                "or choose another folder with --data."
            ) from None
        return descriptor

    def locked(self) -> bool:
        """Tell whether some process runs on this folder."""
        try:
            descriptor = os.open(self.run / "lock", os.O_RDWR | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(descriptor)
        return False

    def state(self) -> dict[str, Any]:
        """Return what the supervisor last wrote about itself, empty if nothing."""
        try:
            state: dict[str, Any] = json.loads((self.run / "state.json").read_text())
        except (OSError, ValueError):
            return {}
        return state

    def write_state(self, state: dict[str, Any]) -> None:
        write_atomically(self.run / "state.json", json.dumps(state, indent=1))


def write_atomically(file: Path, text: str, mode: int = 0o600) -> None:
    """Write a file that is there whole or not at all."""
    draft = file.with_name(f"{file.name}.{os.getpid()}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "w") as target:
        target.write(text)
    draft.replace(file)
