"""The API: settings in, an application out. Everything is built here and passed down."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from urllib.parse import unquote, urlsplit

from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

from kuznia.api import slices, system
from kuznia.api.identify import Identified, Identities
from kuznia.api.limits import BodyLimit
from kuznia.api.observe import Observed
from kuznia.api.pages import FOLDER, Pages
from kuznia.api.permissions import declared
from kuznia.api.replay import Replayed
from kuznia.api.specification import operation_id, specification
from kuznia.db.idempotency import forget_old
from kuznia.db.session import make_engine
from kuznia.domains.accounts.attempts import Attempts
from kuznia.domains.accounts.tokens import AccessTokens
from kuznia.domains.expressions.previews import Previews
from kuznia.domains.jobs.events import JobEvents
from kuznia.queue.broker import Broker
from kuznia.rest import problem
from kuznia.rest.allowance import Allowance
from kuznia.settings import Settings
from kuznia.store import Store

PREFIX = "/api/v1"


def make_app(settings: Settings, *, pages: Path = FOLDER) -> FastAPI:
    """Build the application.

    Parameters
    ----------
    settings : Settings
        Read by the shell; nothing below reads them.
    pages : Path
        The folder of the built web interface; none is served when it is missing.
    """
    app = FastAPI(
        title="Kuznia",
        version=version("kuznia"),
        docs_url=None,
        redoc_url=None,
        openapi_url=f"{PREFIX}/openapi.json",
        redirect_slashes=False,
        generate_unique_id_function=operation_id,
        lifespan=_lifespan,
    )
    app.openapi = _specified(app)  # type: ignore[method-assign]  # FastAPI's documented way to extend it
    _wire(app, settings)
    problem.install(app)
    of_slices = [*slices.routers(), system.system]
    app.state.declared = [*declared([system.health], ""), *declared(of_slices, PREFIX)]
    app.include_router(system.health)
    for router in of_slices:
        app.include_router(router, prefix=PREFIX)
    if pages.is_dir():
        app.mount("/", Pages(directory=pages, html=True))
    # The first is the outermost.
    app.user_middleware = [
        Middleware(Observed),
        Middleware(GZipMiddleware, minimum_size=1024, compresslevel=5),
        Middleware(BodyLimit, settings.limits.body_bytes, settings.limits.upload_bytes),
        Middleware(Identified, Identities(app), Allowance(settings.limits.requests_per_minute)),
        Middleware(Replayed, app),
    ]
    return app


def _specified(app: FastAPI) -> Callable[[], dict[str, object]]:
    return lambda: specification(app)


def _wire(app: FastAPI, settings: Settings) -> None:
    """Build what endpoints use; nothing connects yet."""
    state = app.state
    state.database_url = settings.database_url()
    state.database = make_engine(
        state.database_url, application="kuznia api", pool_size=settings.database.pool_size
    )
    state.job_events = JobEvents(state.database_url, state.database)
    state.broker = Broker(settings.broker_url())
    state.store = Store(Path(unquote(urlsplit(settings.store_url()).path)))
    state.previews = Previews(state.store.root, Allowance(settings.limits.previews_per_minute))
    state.job_kinds = slices.job_kinds()
    state.limits = settings.limits
    state.access_tokens = AccessTokens(settings.jwt_key(), settings.security.access_minutes)
    state.attempts = Attempts(settings.limits.logins_per_minute)
    state.refresh_days = settings.security.refresh_days
    state.secure_cookies = settings.api.secure_cookies


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    with suppress(SQLAlchemyError):  # not there yet: /health/ready says so
        forget_old(app.state.database)
    app.state.job_events.start()
    yield
    app.state.job_events.close()
    app.state.previews.close()
    app.state.broker.close()
    app.state.database.dispose()
