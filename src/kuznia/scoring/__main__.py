"""Run the scoring service: ``python -m kuznia.scoring``, with the settings of the installation."""

from __future__ import annotations

import logging
from pathlib import Path
from urllib.parse import unquote, urlsplit

from kuznia.starting import importing

with importing():
    import uvicorn

    from kuznia.scoring.app import make_app
    from kuznia.settings import load_settings
    from kuznia.store import Store


def main() -> None:
    settings = load_settings()
    logging.basicConfig(level=settings.logs.level.upper(), format="%(levelname)s %(name)s %(message)s")
    root = Path(unquote(urlsplit(settings.store_url()).path))
    app = make_app(Store(root), settings.internal_token())
    uvicorn.run(
        app,
        host=settings.scoring.host,
        port=settings.scoring.port,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=5,
    )


if __name__ == "__main__":
    main()
