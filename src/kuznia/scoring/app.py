"""The scoring service: stateless, without a database; it knows the store and an internal token."""

from __future__ import annotations

import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from fastapi import Depends, FastAPI, Request, Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)

from kuznia.errors import KuzniaError
from kuznia.scoring.board import Answering, Board, Keeper, Refused
from kuznia.scoring.errors import (
    AliasAmbiguous,
    BundleRefused,
    ModelExpired,
    NotReady,
    RouteMissing,
    TokenRefused,
    install,
)
from kuznia.scoring.schemas import ScoreAnswer, ScoreRequest
from kuznia.store import Store

BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5)


class Metrics:
    """Counts of this process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "kuznia_scoring_requests", "Score requests by outcome", ["outcome"], registry=self.registry
        )
        self.seconds = Histogram(
            "kuznia_scoring_seconds", "Time of a score request", buckets=BUCKETS, registry=self.registry
        )
        self.revision = Gauge("kuznia_scoring_revision", "Revision of the routes", registry=self.registry)
        self.refused = Gauge("kuznia_scoring_refused", "Routes that cannot answer", registry=self.registry)
        self.expired = Gauge(
            "kuznia_scoring_expired", "Routes older than their limit", registry=self.registry
        )


def make_app(store: Store, token: str, pause: float = 1.0) -> FastAPI:
    """Wire the service.

    Parameters
    ----------
    store : Store
        Where routes, bundles and values are.
    token : str
        Internal token of the installation.
    pause : float
        Seconds between two looks at the routes.
    """
    keeper, metrics = Keeper(store, pause), Metrics()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:  # noqa: ARG001 (FastAPI gives it)
        keeper.start()
        yield
        keeper.stop()

    def internal(request: Request) -> None:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), token.encode()):
            raise TokenRefused("Send 'Authorization: Bearer <internal token>'.")

    app = FastAPI(title="Kuznia scoring", lifespan=lifespan, docs_url=None, redoc_url=None)
    install(app)

    @app.post("/score", dependencies=[Depends(internal)], operation_id="score")
    async def score(wanted: ScoreRequest) -> ScoreAnswer:
        with metrics.seconds.time():
            try:
                answer = answer_from(keeper.board, wanted)
            except KuzniaError as error:
                metrics.requests.labels(error.code).inc()
                raise
        metrics.requests.labels("scored").inc()
        return answer

    @app.get("/health/live", operation_id="live")
    async def live() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/health/ready", operation_id="ready")
    async def ready() -> dict[str, Any]:
        if not keeper.looked.is_set():
            raise NotReady("Ask again in a second.")
        lines, now = keeper.board.lines, datetime.now(UTC)
        return {
            "status": "ok",
            "revision": keeper.board.revision,
            "refused": [line.route.alias for line in lines if isinstance(line, Refused)],
            "expired": [
                line.route.alias for line in lines if isinstance(line, Answering) and line.expired(now)
            ],
        }

    @app.get("/metrics", operation_id="metrics")
    async def show_metrics() -> Response:
        metrics.revision.set(keeper.board.revision)
        lines, now = keeper.board.lines, datetime.now(UTC)
        metrics.refused.set(sum(isinstance(line, Refused) for line in lines))
        metrics.expired.set(sum(isinstance(line, Answering) and line.expired(now) for line in lines))
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    return app


def answer_from(board: Board, wanted: ScoreRequest) -> ScoreAnswer:
    """Scores of the wanted route, all from one state of the board."""
    line = _line(board, wanted)
    if isinstance(line, Refused):
        raise BundleRefused(line.why)
    expired = line.expired(datetime.now(UTC))
    if expired and line.route.refuse_expired:
        raise ModelExpired(f"It was to be used until {line.route.expires_at}; train it anew.")
    names = line.scores.keys() if wanted.instruments is None else wanted.instruments
    route = line.route
    return ScoreAnswer.model_validate(
        {
            "model": route.model,
            "alias": route.alias,
            "model_version": route.model_version,
            "bundle": route.bundle,
            "feature_set": route.feature_set,
            "revision": board.revision,
            "trained_until": line.trained_until,
            "forecast": line.forecast,
            "expires_at": line.expires_at,
            "expired": expired,
            "scores": [line.scores[name] for name in names if name in line.scores],
            "missing": [name for name in names if name not in line.scores],
        }
    )


def _line(board: Board, wanted: ScoreRequest) -> Answering | Refused:
    if wanted.model_version is not None:
        found = [line for line in board.lines if line.route.model_version == str(wanted.model_version)]
    else:
        found = [
            line
            for line in board.lines
            if line.route.alias == wanted.alias and wanted.model in (None, UUID(line.route.model))
        ]
        if len({line.route.model for line in found}) > 1:
            raise AliasAmbiguous(f"{len(found)} models have the alias {wanted.alias!r}; name the model too.")
    if not found:
        raise RouteMissing("Put an alias on a version first; it is served within seconds.")
    return found[0]
