"""Routes: which model version answers to which alias, as the worker tells the scoring service.

One JSON file in the store. Its revision only grows, so a late writer cannot bring an old file back.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from kuznia.core.errors import ModelError
from kuznia.core.frames.digest import canonical_json

FORMAT = "kuznia-routes/1"
FILE = "routes.json"


@dataclass(frozen=True, slots=True)
class Route:
    """An alias of a model and all that is needed to answer for it.

    Parameters
    ----------
    model : str
        Id of the model.
    alias : str
        Name on it.
    model_version : str
        Id of the version the alias is on.
    bundle_file, bundle : str
        The archive's name in the store, and the digest its content must have.
    feature_set : str
        Digest of the feature set that made the values; the bundle's must be the same.
    values : str
        The latest values, a frame of the store.
    expires_at : str, optional
        ISO time after which the version is too old; None when it has no limit.
    refuse_expired : bool
        Whether it is then refused, or answers and says so.
    """

    model: str
    alias: str
    model_version: str
    bundle_file: str
    bundle: str
    feature_set: str
    values: str
    expires_at: str | None = None
    refuse_expired: bool = False


@dataclass(frozen=True, slots=True)
class Routes:
    """All routes of an installation at one revision.

    Examples
    --------
    >>> routes = Routes(3, (Route("m", "champion", "v", "f", "b", "s", "w"),))
    >>> Routes.from_json(routes.to_json()) == routes
    True
    """

    revision: int
    routes: tuple[Route, ...]

    @classmethod
    def from_json(cls, content: bytes) -> Routes:
        """Read what `to_json` wrote."""
        try:
            plain: Mapping[str, Any] = json.loads(content)
            if plain["format"] != FORMAT:
                raise ModelError(
                    f"Routes have the unknown format {plain['format']!r}.", "Publish them again."
                )
            routes = tuple(Route(**route) for route in plain["routes"])
            for route in routes:
                if route.expires_at and datetime.fromisoformat(route.expires_at).tzinfo is None:
                    raise ValueError(f"{route.expires_at} has no time zone")
            return cls(int(plain["revision"]), routes)
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(f"Routes cannot be read ({error!r}).", "Publish them again.") from error

    def to_json(self) -> bytes:
        """Canonical JSON."""
        plain = {"format": FORMAT, "revision": self.revision, "routes": [asdict(one) for one in self.routes]}
        return canonical_json(plain).encode()
