"""The board: what answers to which alias now. Replaced whole, so a request sees one state of it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from kuznia.core.errors import CoreError, ModelError
from kuznia.core.models.routes import FILE, Route, Routes
from kuznia.core.models.score import routed_scores
from kuznia.errors import KuzniaError
from kuznia.scoring.schemas import ForecastTerms, InstrumentScore
from kuznia.store import Store
from kuznia.store.published import published

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answering:
    """A route whose bundle and values were loaded and fit together."""

    route: Route
    trained_until: datetime
    forecast: ForecastTerms | None
    scores: Mapping[str, InstrumentScore]

    @property
    def expires_at(self) -> datetime | None:
        """When the version becomes too old."""
        return datetime.fromisoformat(self.route.expires_at) if self.route.expires_at else None

    def expired(self, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now


@dataclass(frozen=True, slots=True)
class Refused:
    """A route that cannot answer, and why."""

    route: Route
    why: str


@dataclass(frozen=True, slots=True)
class Board:
    """All routes at one revision."""

    revision: int
    lines: tuple[Answering | Refused, ...]


EMPTY = Board(0, ())


def _made(route: Route) -> tuple[str, str, str, str]:
    """What decides the scores of a route, whichever alias leads to it."""
    return route.bundle_file, route.bundle, route.feature_set, route.values


class Keeper:
    """Reads the routes of a store each second and keeps the board.

    Parameters
    ----------
    store : Store
        Where routes, bundles and values are.
    pause : float
        Seconds between two looks.
    """

    def __init__(self, store: Store, pause: float = 1.0) -> None:
        self._store = store
        self._pause = pause
        self._seen: bytes | None = None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="routes", daemon=True)
        self.board = EMPTY
        self.looked = threading.Event()

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def look(self) -> None:
        """Read the routes once; what cannot be read leaves the board as it was."""
        content = published(self._store, FILE)
        if content is not None and content != self._seen:
            try:
                routes = Routes.from_json(content)
            except ModelError as error:
                log.error("%s The routes in use stay.", error)
            else:
                known = {_made(line.route): line for line in self.board.lines if isinstance(line, Answering)}
                lines = tuple(self._kept(known.get(_made(route)), route) for route in routes.routes)
                self.board = Board(routes.revision, lines)
                log.info("Revision %d: %d routes.", routes.revision, len(lines))
            self._seen = content
        self.looked.set()

    def _kept(self, line: Answering | None, route: Route) -> Answering | Refused:
        """What is loaded already, on its new route, or what is loaded now."""
        return self._line(route) if line is None else replace(line, route=route)

    def _line(self, route: Route) -> Answering | Refused:
        try:
            return self._load(route)
        except (CoreError, KuzniaError, OSError) as error:
            log.error("%s of model %s is refused: %s", route.alias, route.model, error)
            return Refused(route, str(error))

    def _load(self, route: Route) -> Answering:
        archive = self._store.bytes(route.bundle_file)
        bundle, values = routed_scores(archive, route, self._store.frame(route.values))
        scores = {row["instrument"]: InstrumentScore(**row) for row in values.iter_rows(named=True)}
        made = bundle.forecaster
        terms = None if made is None else ForecastTerms.model_validate(made.facts())
        return Answering(route, bundle.trained_until, terms, scores)

    def _watch(self) -> None:
        while not self._stop.is_set():
            try:
                self.look()
            except OSError as error:
                log.error("The store cannot be read (%s); the routes in use stay.", error)
            self._stop.wait(self._pause)
