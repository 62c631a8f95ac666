"""The supervisor on real processes: restart, order, logs, and nothing left of a killed group."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest

PREAMBLE = """
import os, signal, sys, time
from pathlib import Path
from kuznia.cli.supervisor import Program, Supervisor
logs = Path(sys.argv[1])
supervisor = Supervisor(logs, lambda text: print(text, flush=True))
def program(name, code, **more):
    return Program(name, [sys.executable, "-c", code], dict(os.environ), **more)
"""


def run(script: str, logs: Path) -> "subprocess.Popen[str]":
    code = PREAMBLE + textwrap.dedent(script)
    return subprocess.Popen([sys.executable, "-c", code, str(logs)], stdout=subprocess.PIPE, text=True)


def finish(process: "subprocess.Popen[str]") -> str:
    said, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    return said


def test_what_ends_is_started_again_and_its_words_are_in_the_log(tmp_path: Path) -> None:
    said = finish(
        run(
            """
            one = supervisor.start(program("short", "print('hello')"))
            supervisor.wait_for(lambda: one.restarts == 2, 20, "no restart")
            supervisor.stop_together(["short"])
            """,
            tmp_path,
        )
    )
    assert said.count("short ended with code 0; it starts again in") >= 2
    assert (tmp_path / "short.log").read_text().startswith("hello\nhello\n")


def test_a_child_of_a_killed_program_is_killed_with_it(tmp_path: Path) -> None:
    nested = (
        "import subprocess,time; print(subprocess.Popen(['sleep','600']).pid, flush=True); time.sleep(600)"
    )
    said = finish(
        run(
            f"""
            one = supervisor.start(program("parent", {nested!r}, once=True))
            supervisor.wait_for(lambda: one.log.tail(1), 20, "silent")
            os.kill(one.pid, signal.SIGKILL)
            supervisor.wait_for(lambda: one.process is None, 20, "not reaped")
            print(one.log.tail(1)[0], one.code)
            """,
            tmp_path,
        )
    )
    pid, code = map(int, said.split())
    assert code == -signal.SIGKILL
    assert gone(pid)


def test_a_program_that_does_not_stop_is_killed(tmp_path: Path) -> None:
    stubborn = (
        "import signal,time; signal.signal(15, signal.SIG_IGN); print('on', flush=True); time.sleep(600)"
    )
    said = finish(
        run(
            f"""
            one = supervisor.start(program("stubborn", {stubborn!r}, stop_seconds=0.3))
            supervisor.wait_for(lambda: one.log.tail(1), 20, "silent")
            supervisor.stop_together(["stubborn"])
            print(one.code)
            """,
            tmp_path,
        )
    )
    assert "stubborn does not stop; it is killed" in said
    assert said.strip().endswith("-9")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_waiting(tmp_path: Path, number: signal.Signals) -> None:
    process = run("print('up', flush=True)\nsupervisor.run()\nprint('down', flush=True)", tmp_path)
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    process.send_signal(number)
    assert finish(process) == "down\n"


def test_no_zombie_is_left_by_many_restarts(tmp_path: Path) -> None:
    said = finish(
        run(
            """
            import psutil
            for n in range(20):
                supervisor.run_once(program(f"p{n}", "pass", once=True))
            print(len(psutil.Process().children()), flush=True)
            """,
            tmp_path,
        )
    )
    assert said == "0\n"


def gone(pid: int, seconds: float = 5.0) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    return False
