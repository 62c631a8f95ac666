"""What each route declares: read from the routes themselves, for the specification and the contract test."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from kuznia.rest.principal import Public, Requires


@dataclass(frozen=True, slots=True)
class Declared:
    """One route with its permissions: a sound route has exactly one."""

    route: APIRoute
    path: str
    permissions: tuple[str, ...]

    @property
    def is_public(self) -> bool:
        return self.permissions == ("public",)


def declared(routers: Iterable[APIRouter], prefix: str) -> Iterator[Declared]:
    """Every route of the routers, with what it declares."""
    for router in routers:
        for route in router.routes:
            if not isinstance(route, APIRoute):
                raise TypeError(f"{route} is no plain route; slices mount nothing and nest no routers.")
            found = tuple(sorted(set(_permissions(route.dependant))))
            yield Declared(route, prefix + route.path, found)


def _permissions(dependant: Dependant) -> Iterator[str]:
    for one in dependant.dependencies:
        if isinstance(one.call, Requires):
            yield one.call.permission
        elif isinstance(one.call, Public):
            yield "public"
        yield from _permissions(one)
