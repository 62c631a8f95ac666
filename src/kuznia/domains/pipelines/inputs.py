"""What a pipeline reads, pinned, with the steps that are finished."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from kuznia.domains.datasets.service import PinnedVersion
from kuznia.domains.models.service import LAG, PinnedValues
from kuznia.domains.pipelines.schemas import PipelineOf
from kuznia.domains.universes.service import PinnedUniverse


@dataclass(frozen=True, slots=True)
class Kept:
    """A finished step as it stands in the database."""

    facts: Mapping[str, Any]
    files: Mapping[str, str]
    code: str
    environment: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """Everything that is computed from, pinned, with the steps that are finished.

    ``given`` are the features that were named, ``made`` those with what was generated beside them.
    """

    pipeline_id: UUID
    name: str
    question_id: UUID
    model_id: UUID
    owner_id: UUID
    spec: PipelineOf
    universe: PinnedUniverse
    bars: PinnedVersion
    given: PinnedValues | None
    made: PinnedValues | None
    done: Mapping[str, Kept]

    @property
    def decision_lag_minutes(self) -> int:
        """From a bar's close to its decision: the given features' own, so that rows are known alike."""
        return LAG if self.given is None else self.given.decision_lag_minutes

    @property
    def data(self) -> PinnedValues:
        """What the steps after the candidates read."""
        data = self.made if self.spec.generate else self.given
        assert data is not None, "candidates are the first step"
        return data

    @property
    def made_with(self) -> dict[str, Any]:
        """Everything but what a trial chose."""
        return {
            "feature_set": self.data.feature_set,
            "universe": self.universe.digest,
            "bars": self.bars.digest,
        }
