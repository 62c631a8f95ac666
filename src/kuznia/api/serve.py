"""Serve the API until a signal comes; open event streams end within a moment then."""

from __future__ import annotations

import uvicorn

from kuznia.api.app import make_app
from kuznia.settings import Settings
from kuznia.telemetry.logs import configure

# Event streams never end by themselves, so a stop does not wait for them longer than this.
GRACE_SECONDS = 3
KEEP_ALIVE_SECONDS = 75


def serve(settings: Settings) -> int:
    """Run the server.

    Parameters
    ----------
    settings : Settings
        Where to listen, and everything the application is built from.
    """
    configure("api", settings.logs.level)
    config = uvicorn.Config(
        make_app(settings),
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
    server = uvicorn.Server(config)
    server.run()
    return 0 if server.started else 1
