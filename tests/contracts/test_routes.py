"""What each route owes: one permission, a model of its answer, a tag, a summary, a name of its own."""

from __future__ import annotations

from collections import Counter

import pytest
from fastapi import APIRouter
from fastapi.params import Depends

from kuznia.api import slices, system
from kuznia.api.app import PREFIX
from kuznia.api.openapi import specification_text
from kuznia.api.permissions import Declared, declared
from kuznia.rest.session import reading, writing
from tests.support.source import ROOT

ROUTERS: list[APIRouter] = [*slices.routers(), system.system]
ROUTES = [*declared([system.health], ""), *declared(ROUTERS, PREFIX)]
PUBLIC = {
    "/health/live",
    "/health/ready",
    "/metrics",
    "/api/v1/auth/login",
    "/api/v1/auth/refresh",
    "/api/v1/auth/logout",
}
NO_MODEL = {
    "/metrics",
    "/api/v1/jobs/events",
    "/api/v1/model-versions/{version_id}/bundle",
    "/api/v1/model-versions/{version_id}/onnx",
    "/api/v1/training-frames/{training_frame_id}/rows",
}
CHANGES = {"POST", "PUT", "PATCH", "DELETE"}
# Changing oneself, and asking whether an expression is sound, changes nothing that others see.
CHANGES_FOR_READERS = {
    "/api/v1/me",
    "/api/v1/me/tokens",
    "/api/v1/me/tokens/{token_id}",
    "/api/v1/expressions/check",
    "/api/v1/expressions/preview",
    "/api/v1/sweeps/check",
}


def name(one: Declared) -> str:
    return f"{'/'.join(sorted(one.route.methods))} {one.path}"


@pytest.mark.parametrize("one", ROUTES, ids=name)
def test_a_route_declares_exactly_one_permission(one: Declared) -> None:
    assert len(one.permissions) == 1
    assert one.is_public == (one.path in PUBLIC)


@pytest.mark.parametrize("one", ROUTES, ids=name)
def test_a_route_that_changes_something_needs_more_than_reading(one: Declared) -> None:
    if one.route.methods & CHANGES and not one.is_public:
        assert (one.permissions == ("read",)) == (one.path in CHANGES_FOR_READERS)


@pytest.mark.parametrize("one", ROUTES, ids=name)
def test_a_route_describes_itself(one: Declared) -> None:
    route = one.route
    assert route.tags and route.summary
    assert not route.summary.endswith(".")
    has_model = route.response_model is not None or route.status_code == 204 or one.path in NO_MODEL
    assert has_model, "its answer has no model"


@pytest.mark.parametrize("one", ROUTES, ids=name)
def test_a_change_takes_a_writing_session_and_a_reading_does_not(one: Declared) -> None:
    calls = {dependency.call for dependency in one.route.dependant.dependencies}
    if not one.route.methods & CHANGES:
        assert writing not in calls
    assert not {reading, writing} <= calls


def test_names_are_unique() -> None:
    names = Counter(one.route.unique_id for one in ROUTES)
    addresses = Counter(name(one) for one in ROUTES)
    assert {key for key, count in (names + addresses).items() if count > 1} == set()


def test_dependencies_with_a_session_end_before_the_answer_is_sent() -> None:
    for one in ROUTES:
        for dependency in one.route.dependant.dependencies:
            if dependency.call in (reading, writing):
                assert dependency.scope == "function", name(one)


def test_the_specification_is_committed() -> None:
    assert (ROOT / "docs" / "openapi.json").read_text() == specification_text(), "make openapi"


def test_no_router_hides_dependencies_for_all_its_routes() -> None:
    for router in ROUTERS:
        assert not [one for one in router.dependencies if isinstance(one, Depends)]
