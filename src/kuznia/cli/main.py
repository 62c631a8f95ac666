"""The command line. It starts the other programs as processes and imports none of them."""

import json
import os
import sys
from importlib.metadata import version as distribution_version
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from pydantic import ValidationError

from kuznia.cli.errors import StartError
from kuznia.settings import Settings, load_settings

app = typer.Typer(
    name="kuznia",
    help="Kuznia: features, models and backtests that a person can trust, compare and reproduce.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

Data = Annotated[Path | None, typer.Option("--data", help="Data folder.", envvar="KUZNIA_DATA")]
SHELL = {"ignore_unknown_options": True, "allow_extra_args": True}


def say(text: str) -> None:
    """Print one short line for people."""
    print(f"kuznia: {text}", flush=True)


def fail(error: Exception) -> NoReturn:
    print(f"kuznia: {error}", file=sys.stderr, flush=True)
    raise typer.Exit(1)


def settings_of(data: Path | None, port: int | None = None) -> Settings:
    """Read the settings; a wrong one is told in one line."""
    given: dict[str, Any] = {}
    if data is not None:
        given["data"] = data
    if port is not None:
        given["api"] = {"port": port}
    try:
        return load_settings(**given)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"]))
        fail(StartError(f"The setting {name} is wrong: {first['msg']}."))
    except (OSError, ValueError) as error:
        fail(StartError(f"The settings cannot be read: {error}."))


@app.command()
def up(
    data: Data = None,
    port: Annotated[int | None, typer.Option(help="Port of the address; else the next free one.")] = None,
    demo: Annotated[bool, typer.Option("--demo/--no-demo", help="Load the sample and run the demo.")] = True,
) -> None:
    """Start PostgreSQL, API, worker and scoring on one data folder; Ctrl-C stops them."""
    from kuznia.cli.up import Up

    try:
        Up(settings_of(data, port), demo, say).run()
    except StartError as error:
        fail(error)


@app.command()
def status(
    data: Data = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Tell what runs where; the exit code is 0 when it is ready."""
    from kuznia.cli.up import status as status_of

    found = status_of(settings_of(data).data)
    if as_json:
        print(json.dumps(found, indent=2))
    elif not found["running"]:
        say(f"nothing runs on {found['data']}")
    else:
        say(f"{'ready' if found['ready'] else 'not ready'} at {found['address']} ({found['data']})")
        for name, service in found["services"].items():
            say(f"  {name}: {service['state']}, process {service['pid']}, restarts {service['restarts']}")
    raise typer.Exit(0 if found["ready"] else 1)


@app.command(context_settings=SHELL)
def api(context: typer.Context) -> None:
    """Run the API alone, in the foreground."""
    _exec("kuznia.api", context)


@app.command(context_settings=SHELL)
def worker(context: typer.Context) -> None:
    """Run a worker alone, in the foreground."""
    _exec("kuznia.worker", context)


@app.command(context_settings=SHELL)
def scoring(context: typer.Context) -> None:
    """Run the scoring service alone, in the foreground."""
    _exec("kuznia.scoring", context)


@app.command()
def version() -> None:
    """Print the version."""
    print(distribution_version("kuznia"))


def _exec(module: str, context: typer.Context) -> None:
    os.execv(sys.executable, [sys.executable, "-m", module, *context.args])


if __name__ == "__main__":
    app()
