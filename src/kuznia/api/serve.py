"""Serve the API until a signal comes; open event streams end within a moment then."""

from __future__ import annotations

from types import FrameType

import uvicorn
from fastapi import FastAPI

from kuznia.api.app import make_app
from kuznia.settings import Settings
from kuznia.telemetry.logs import configure

# Event streams never end by themselves, so a stop does not wait for them longer than this.
GRACE_SECONDS = 3
KEEP_ALIVE_SECONDS = 75


class Server(uvicorn.Server):
    """uvicorn, which ends event streams as soon as it is asked to stop: it waits for open connections."""

    def __init__(self, config: uvicorn.Config, app: FastAPI) -> None:
        super().__init__(config)
        self._app = app

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._app.state.job_events.close()
        super().handle_exit(sig, frame)


def serve(settings: Settings) -> int:
    """Run the server.

    Parameters
    ----------
    settings : Settings
        Where to listen, and everything the application is built from.
    """
    configure("api", settings.logs.level)
    app = make_app(settings)
    config = uvicorn.Config(
        app,
        host=settings.api.host,
        port=settings.api.port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=settings.api.trusted_proxies,
        timeout_graceful_shutdown=GRACE_SECONDS,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
    )
    server = Server(config, app)
    server.run()
    return 0 if server.started else 1
