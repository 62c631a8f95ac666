"""Trainings that were made for an evaluation, as the ledger counts them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kuznia.core.frames.panel import Panel
from kuznia.core.models.rows import Rows
from kuznia.core.models.spec import ModelSpec
from kuznia.core.models.training import SeedResult, seed_result
from kuznia.core.typing import Float
from kuznia.domains.evaluations.pinning import Material
from kuznia.store import Store
from kuznia.store.store import Stored


@dataclass(frozen=True, slots=True)
class Tried:
    """A configuration that was trained by one seed, with the returns that the ledger keeps."""

    made: SeedResult
    config: Mapping[str, Any]
    returns: Stored


def tried(
    given: Material, spec: ModelSpec, seed: int, rows: Rows, scores: Float, panel: Panel, store: Store
) -> Tried:
    """A training of `spec` by one seed, as its own training would have been counted."""
    made = seed_result(rows, scores, spec, seed, panel)
    config = {**given.made_with, "spec": spec.to_spec()}
    return Tried(made, config, store.put_frame(made.returns, ["ts"]))
