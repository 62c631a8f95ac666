"""A small supervisor: starts programs, keeps their logs, restarts what ends, stops all in order.

One thread, the main one: a child's signal at its parent's death follows the thread that started it.
Each program leads a session and process group of its own, and what is left of a group is killed before its
leader is reaped, so that a number used again is never signalled.
"""

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from kuznia.cli.errors import StartError

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
STEADY = 60.0  # after this many seconds up, the next pause is short again
LOG_BYTES = 10 * 1024 * 1024
LOG_FILES = 5


@dataclass(frozen=True)
class Program:
    """What to run. ``prepare`` runs before each start; ``once`` is not started again, and ``ended`` hears
    the code it ended with.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 20.0
    once: bool = False
    prepare: Callable[[], None] | None = None
    ended: Callable[[int], None] | None = None


class RotatedLog:
    """A log file that moves aside at ten megabytes; five are kept."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._target: BinaryIO = file.open("ab")

    def write(self, data: bytes) -> None:
        # A full disk must not stop the supervisor: what cannot be written is lost.
        with contextlib.suppress(OSError):
            self._target.write(data)
            self._target.flush()
            if self._target.tell() > LOG_BYTES:
                self._rotate()

    def _rotate(self) -> None:
        self._target.close()
        for number in range(LOG_FILES - 1, 0, -1):
            older = self.file.with_name(f"{self.file.name}.{number}")
            newer = self.file.with_name(f"{self.file.name}.{number - 1}") if number > 1 else self.file
            if newer.exists():
                newer.replace(older)
        self._target = self.file.open("ab")

    def close(self) -> None:
        self._target.close()

    def tail(self, lines: int = 3) -> list[str]:
        """Return the last lines that hold something."""
        try:
            said = self.file.read_bytes()[-8192:].decode(errors="replace").splitlines()
        except OSError:
            return []
        return [line for line in said if line.strip()][-lines:]


@dataclass
class Running:
    """One program and its present process."""

    program: Program
    log: RotatedLog
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    restarts: int = 0
    pause: float = FIRST_PAUSE
    due: float | None = None
    code: int | None = None
    wanted: bool = True

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process else None

    @property
    def state(self) -> str:
        if self.process:
            return "running"
        return "waiting" if self.due is not None else "stopped"


@dataclass
class Supervisor:
    """Keeps programs running until a signal asks it to stop.

    Parameters
    ----------
    logs
        Folder of the log files, one for each program.
    say
        Writes one short line for people.
    changed
        Called whenever a process started or ended.
    """

    logs: Path
    say: Callable[[str], None]
    changed: Callable[[], None] = lambda: None
    running: dict[str, Running] = field(default_factory=dict)
    stopping: bool = False

    def __post_init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._wake, self._waker = (
            os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC) if hasattr(os, "pipe2") else os.pipe()
        )
        os.set_blocking(self._wake, False)
        os.set_blocking(self._waker, False)
        signal.set_wakeup_fd(self._waker, warn_on_full_buffer=False)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._asked_to_stop)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._selector.register(self._wake, selectors.EVENT_READ, None)

    def _asked_to_stop(self, *_: object) -> None:
        self.stopping = True

    def start(self, program: Program) -> Running:
        """Start a program now; it is kept running unless it runs once."""
        one = Running(program, RotatedLog(self.logs / f"{program.name}.log"))
        self.running[program.name] = one
        self._spawn(one)
        return one

    def _spawn(self, one: Running) -> None:
        one.due = None
        if one.program.prepare:
            one.program.prepare()
        try:
            process = subprocess.Popen(
                list(one.program.command),
                env=dict(one.program.environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            raise StartError(f"{one.program.name} cannot be started: {error}.") from error
        assert process.stdout is not None
        os.set_blocking(process.stdout.fileno(), False)
        self._selector.register(process.stdout, selectors.EVENT_READ, one)
        one.process, one.started, one.code = process, time.monotonic(), None
        self.changed()

    def turn(self, seconds: float) -> None:
        """Wait up to ``seconds`` for something to happen, and deal with it."""
        dues = [one.due for one in self.running.values() if one.due is not None]
        until = min([seconds, *(max(0.0, due - time.monotonic()) for due in dues)])
        for key, _ in self._selector.select(until):
            if key.data is None:
                with contextlib.suppress(BlockingIOError):
                    os.read(self._wake, 4096)
            else:
                self._read(key.data)
        self._reap()
        for one in self.running.values():
            if one.due is not None and one.due <= time.monotonic() and not self.stopping:
                self._restart(one)

    def run(self) -> None:
        """Keep everything running until asked to stop."""
        while not self.stopping:
            self.turn(3600.0)

    def wait_for(self, met: Callable[[], bool], seconds: float, what: str) -> None:
        """Keep turning until ``met``; raise when it takes too long, return early when asked to stop."""
        end = time.monotonic() + seconds
        while not self.stopping and not met():
            if time.monotonic() > end:
                raise StartError(f"{what} within {seconds:.0f} s: see the logs in {self.logs}.")
            self.turn(0.02)

    def run_once(self, program: Program, seconds: float = 600.0) -> Running:
        """Run a program to its end and return it; its ``code`` says how it went."""
        one = self.start(program)
        self.wait_for(lambda: one.process is None, seconds, f"{program.name} did not end")
        return one

    def _read(self, one: Running) -> bool:
        process = one.process
        if process is None or process.stdout is None:
            return False
        try:
            data = os.read(process.stdout.fileno(), 65536)
        except BlockingIOError:
            return False
        if data:
            one.log.write(data)
        else:
            self._selector.unregister(process.stdout)
            process.stdout.close()
            process.stdout = None
        return bool(data)

    def _reap(self) -> None:
        for one in list(self.running.values()):
            if one.process and _has_ended(one.process.pid):
                self._ended(one)

    def _ended(self, one: Running) -> None:
        process = one.process
        assert process is not None
        # Its children first, while the unreaped leader keeps the group's number from being used again.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        while self._read(one):
            pass
        if process.stdout is not None:
            self._selector.unregister(process.stdout)
            process.stdout.close()
        one.code = process.wait()
        one.process = None
        if one.wanted and not one.program.once and not self.stopping:
            self._plan_restart(one)
        if one.program.ended and not self.stopping:
            one.program.ended(one.code)
        self.changed()

    def _plan_restart(self, one: Running) -> None:
        if time.monotonic() - one.started > STEADY:
            one.pause = FIRST_PAUSE
        one.due = time.monotonic() + one.pause
        how = f"by signal {-one.code}" if one.code is not None and one.code < 0 else f"with code {one.code}"
        self.say(f"{one.program.name} ended {how}; it starts again in {one.pause:.1f} s")
        one.pause = min(LONGEST_PAUSE, one.pause * 2)

    def _restart(self, one: Running) -> None:
        one.restarts += 1
        try:
            self._spawn(one)
        except StartError as error:
            self.say(str(error))
            one.due = time.monotonic() + one.pause

    def stop(self, name: str) -> None:
        """Stop one program: its signal first, and force when its patience is over."""
        one = self.running[name]
        one.wanted, one.due = False, None
        self.stop_together([name])

    def stop_together(self, names: Sequence[str]) -> None:
        """Stop some programs at once and wait for all of them."""
        some = [self.running[name] for name in names if name in self.running]
        for one in some:
            one.wanted, one.due = False, None
            if one.process:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(one.process.pid, one.program.stop_signal)
        end = time.monotonic() + max((one.program.stop_seconds for one in some), default=0.0)
        while any(one.process for one in some) and time.monotonic() < end:
            self.turn(0.1)
        for one in some:
            if one.process:
                self.say(f"{one.program.name} does not stop; it is killed")
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(one.process.pid, signal.SIGKILL)
        while any(one.process for one in some):
            self.turn(0.1)


def _has_ended(pid: int) -> bool:
    """Tell whether a child has ended, without reaping it."""
    try:
        return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:
        return True
