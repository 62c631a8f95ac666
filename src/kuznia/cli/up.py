"""`kuznia up`: everything on one data folder, started in order and stopped in order, PostgreSQL last."""

import http.client
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kuznia.cli.errors import StartError
from kuznia.cli.folder import DataFolder
from kuznia.cli.leftovers import TOKEN, end_leftovers
from kuznia.cli.libraries import library_path, missing_openmp
from kuznia.cli.ports import choose_port
from kuznia.cli.postgres import Cluster
from kuznia.cli.privileges import dies_with_parent
from kuznia.cli.supervisor import Program, Running, Supervisor
from kuznia.settings import Settings, socket_folder

READY_SECONDS = 60.0
STAGGER_SECONDS = 0.5
POSTGRES = "postgres"
SERVICES = ("demo", "scoring", "worker", "api")


@dataclass
class Up:
    """One installation from its start to its stop."""

    settings: Settings
    demo: bool
    say: Callable[[str], None]
    started: float = field(default_factory=time.time)
    admin: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder = DataFolder(self.settings.data)

    def run(self) -> None:
        """Start everything, keep it running, and stop it when asked."""
        self.folder.prepare()
        lock = self.folder.lock()
        try:
            self._end_leftovers()
            self.token = secrets.token_hex(16)
            self._choose_ports()
            self.supervisor = Supervisor(self.folder.logs, self.say, self._write_state)
            try:
                self._start()
                self.supervisor.run()
            finally:
                self._stop()
        finally:
            os.close(lock)

    def _end_leftovers(self) -> None:
        token = self.folder.state().get("token")
        ended = end_leftovers(token) if token else 0
        if ended:
            self.say(f"ended {ended} processes that an earlier start had left behind")

    def _choose_ports(self) -> None:
        api, scoring = self.settings.api, self.settings.scoring
        self.port = choose_port(api.host, api.port, asked="port" in api.model_fields_set)
        self.scoring_port = choose_port(
            scoring.host,
            scoring.port,
            asked="port" in scoring.model_fields_set,
            taken=frozenset((self.port,)),
        )
        host = "127.0.0.1" if api.host in ("0.0.0.0", "::") else api.host
        self.host, self.address = host, f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    def _start(self) -> None:
        if self.settings.database.url is None:
            self._start_postgres()
        for step in (
            self._migrate,
            self._start_api,
            self._create_admin,
            self._wait_for_api,
            self._start_rest,
        ):
            if not self.supervisor.stopping:
                step()

    def _start_postgres(self) -> None:
        cluster = Cluster.at(self.folder.path / POSTGRES, socket_folder(self.folder.path))
        if not (cluster.folder / "PG_VERSION").exists():
            self.say(f"making the database (PostgreSQL {cluster.binaries.major})")
        cluster.initialise(self.settings.secret("database_password"))
        running = self.supervisor.start(
            Program(
                POSTGRES,
                cluster.command(),
                self._environment(),
                stop_signal=signal.SIGINT,
                stop_seconds=60.0,
                prepare=cluster.prepare_start,
            )
        )
        self.supervisor.wait_for(
            lambda: running.pid is not None and cluster.ready(running.pid),
            READY_SECONDS,
            "PostgreSQL was not ready",
        )

    def _migrate(self) -> None:
        url = self.settings.database_url()
        self._once("migrate", "kuznia.db.migrate", KUZNIA_DATABASE_URL=url)

    def _create_admin(self) -> None:
        """Make the first account in a process of the API's, which answers with one line of JSON."""
        done = subprocess.run(
            [sys.executable, "-m", "kuznia.api", "create-admin"],
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
            start_new_session=True,
        )
        if done.returncode != 0:
            last = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise StartError(f"The administrator's account could not be made: {last}")
        self.admin = json.loads(done.stdout.strip().splitlines()[-1])

    def _start_api(self) -> None:
        self._serve("api")

    def _wait_for_api(self) -> None:
        api = self.supervisor.running["api"]
        self.supervisor.wait_for(
            lambda: self._api_ready() or (api.process is None and api.restarts >= 2),
            READY_SECONDS,
            "The API was not ready",
        )
        if api.process is None and not self.supervisor.stopping:
            raise StartError("The API does not start: " + " ".join(api.log.tail(1)))
        self._tell()

    def _api_ready(self) -> bool:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=2.0)
        try:
            connection.request("GET", "/health/ready")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _start_rest(self) -> None:
        missing = missing_openmp()
        if missing:
            self.say(f"training and scoring will fail: {missing}")
        path = library_path(self.folder.run / "lib")
        library = {"LD_LIBRARY_PATH": path} if path else {}
        for name in ("worker", "scoring"):
            if not self.supervisor.stopping:
                self._serve(name, **library)
                self._pause(STAGGER_SECONDS)
        if self.demo and not self.supervisor.stopping:
            self._start_demo()

    def _start_demo(self) -> None:
        command = [*dies_with_parent("TERM"), sys.executable, "-m", "kuznia.cli.demo"]
        environment = self._environment(KUZNIA_ADDRESS=self.address, KUZNIA_TOKEN=self.admin["access_token"])
        self.supervisor.start(Program("demo", command, environment, once=True, ended=self._demo_ended))

    def _demo_ended(self, code: int) -> None:
        if code == 0:
            self.say(f"the demo is done: its results are at {self.address}/backtests")
        else:
            self.say(" ".join(self.supervisor.running["demo"].log.tail(1)) or "the demo stopped")

    def _pause(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self.supervisor.stopping:
            self.supervisor.turn(end - time.monotonic())

    def _serve(self, name: str, **environment: str) -> Running:
        command = [*dies_with_parent("TERM"), sys.executable, "-m", f"kuznia.{name}"]
        return self.supervisor.start(Program(name, command, self._environment(**environment)))

    def _once(self, name: str, module: str, **environment: str) -> None:
        one = self.supervisor.run_once(
            Program(name, [sys.executable, "-m", module], self._environment(**environment), once=True)
        )
        if one.code != 0 and not self.supervisor.stopping:
            raise StartError(f"The step {name} failed: " + " ".join(one.log.tail(1)))

    def _environment(self, **more: str) -> Mapping[str, str]:
        return {
            **os.environ,
            "PYTHONUNBUFFERED": "1",
            "KUZNIA_DATA": str(self.folder.path),
            "KUZNIA_API_PORT": str(self.port),
            "KUZNIA_SCORING_PORT": str(self.scoring_port),
            TOKEN: self.token,
            **more,
        }

    def _tell(self) -> None:
        took = time.time() - self.started
        self.say(f"ready in {took:.1f} s at {self.address}")
        if self.admin.get("password"):
            self.say(f"sign in as {self.admin['email']} with the password {self.admin['password']}")
            self.say("this password is shown once: keep it, or change it on your account's page")
        elif self.admin.get("email"):
            self.say(f"sign in as {self.admin['email']}")
        if self.demo:
            self.say("the demo's progress is on the Jobs page; then type an idea into Simulate")
        else:
            self.say("upload bars on the Data page, then type an idea into Simulate")
        self.say(f"data and logs are in {self.folder.path}; Ctrl-C stops everything")

    def _write_state(self) -> None:
        self.folder.write_state(
            {
                "pid": os.getpid(),
                "token": self.token,
                "address": self.address,
                "started": self.started,
                "services": {name: self._service(one) for name, one in self.supervisor.running.items()},
            }
        )

    def _service(self, one: Running) -> dict[str, Any]:
        listening = {
            "api": self.address,
            "scoring": f"http://{self.settings.scoring.host}:{self.scoring_port}",
        }
        return {
            "state": one.state,
            "pid": one.pid,
            "restarts": one.restarts,
            "code": one.code,
            "address": listening.get(one.program.name),
            "log": str(one.log.file),
        }

    def _stop(self) -> None:
        self.supervisor.stopping = True
        if any(one.process for one in self.supervisor.running.values()):
            self.say("stopping")
        self.supervisor.stop_together([name for name in SERVICES if name in self.supervisor.running])
        self.supervisor.stop_together([POSTGRES])
        self.folder.write_state({})


def status(data: Path) -> dict[str, Any]:
    """Return what runs on a data folder, as `kuznia status --json` prints it."""
    folder = DataFolder(data)
    running = folder.locked()
    state = folder.state() if running else {}
    services = state.get("services", {})
    return {
        "running": running,
        "data": str(data),
        "address": state.get("address"),
        "pid": state.get("pid"),
        "ready": running and _answers(state.get("address")),
        "services": services,
    }


def _answers(address: str | None) -> bool:
    if not address:
        return False
    host, _, port = address.removeprefix("http://").rpartition(":")
    connection = http.client.HTTPConnection(host.strip("[]"), int(port), timeout=3.0)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
