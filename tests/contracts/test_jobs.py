"""Every kind of job that can be posted can be done, and the other way round."""

from __future__ import annotations

import re
from importlib import import_module
from importlib.util import find_spec

import pytest

from kuznia.api.slices import SLICES, job_kinds
from kuznia.queue.kinds import JobInput, JobKind
from tests.support.source import ROOT

KINDS = job_kinds()


def handled() -> dict[str, str]:
    """The kinds that have a handler, and the slice it is in."""
    found: dict[str, str] = {}
    for one in SLICES:
        module = f"kuznia.domains.{one}.tasks"
        if find_spec(module) is None:
            continue
        for handler in import_module(module).HANDLERS:
            assert handler.kind not in found, f"{handler.kind} has two handlers"
            found[handler.kind] = one
    return found


def test_every_slice_is_mounted() -> None:
    folders = {path.parent.name for path in (ROOT / "src/kuznia/domains").glob("*/__init__.py")}
    assert folders == set(SLICES)


def test_each_kind_has_one_handler_in_its_own_slice() -> None:
    assert {kind: kind.partition(".")[0] for kind in KINDS} == handled()


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_a_kind_is_whole(kind: JobKind) -> None:
    assert re.fullmatch(r"[a-z]+\.[a-z_]+", kind.name)
    assert kind.title[0].isupper()
    assert issubclass(kind.input, JobInput) and kind.input.model_config.get("extra") == "forbid"
    assert len(set(kind.outputs)) == len(kind.outputs)
    assert kind.input.model_json_schema()
