"""Models of different learners that answer with one score, kept in one archive.

Each member's score is put on the scale of a normal distribution whose mean and spread were measured out of
fold, and the members are added up by their weights. A rank inside the cross-section would depend on who
else is asked for; this scale orders nearly as ranks do and lets a row's score depend on that row alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import numpy as np
from scipy.special import ndtr

from kuznia.core.errors import ModelError
from kuznia.core.frames.digest import json_digest
from kuznia.core.models.archive import BUNDLE_FORMAT, ENSEMBLE_FORMAT, FORECAST, sha256
from kuznia.core.models.bundle import (
    Bundle,
    forecast_file,
    forecaster_in,
    load_bundle,
    pack,
    refused,
    unpack,
)
from kuznia.core.models.forecast import Forecaster
from kuznia.core.models.offered import ENSEMBLE
from kuznia.core.models.spec import Label, ModelSpec, WalkForward
from kuznia.core.typing import Float


@dataclass(frozen=True, slots=True)
class Member:
    """One member's part.

    Parameters
    ----------
    learner : str
        Its learner.
    weight : float
        Its share of the sum.
    centre, spread : float
        Mean and standard deviation of its scores out of fold.
    """

    learner: str
    weight: float
    centre: float
    spread: float

    def unit(self, scores: Float) -> Float:
        """Scores on the scale of a normal distribution, −½ to ½.

        Examples
        --------
        >>> Member("ridge", 1.0, centre=2.0, spread=1.0).unit(np.array([1.0, 2.0, 3.0])).round(3).tolist()
        [-0.341, 0.0, 0.341]
        """
        on_scale: Float = ndtr((scores - self.centre) / self.spread) - 0.5
        return on_scale


def combine(members: Sequence[Member], scores: Sequence[Float]) -> Float:
    """Weighted sum of the members' scores on their common scale, added up in one order."""
    total = np.zeros_like(scores[0])
    for member, own in zip(members, scores, strict=True):
        total = total + member.weight * member.unit(own)
    return total


@dataclass(frozen=True, slots=True)
class EnsembleSpec:
    """What an ensemble is made of, shaped as a model's specification where both say the same.

    Parameters
    ----------
    blend : str
        How the weights were found.
    members : tuple of Member
        In order.
    specs : tuple of mapping
        Specification of each member.
    """

    blend: str
    members: tuple[Member, ...]
    specs: tuple[Mapping[str, Any], ...]
    learner: str = ENSEMBLE

    @property
    def seeds(self) -> tuple[int, ...]:
        """Seeds that all members share."""
        return tuple(self.specs[0]["seeds"])

    @property
    def label(self) -> Label:
        """What all members learned."""
        return Label(**self.specs[0]["label"])

    @property
    def validation(self) -> WalkForward:
        """How all members were proven."""
        return WalkForward(**self.specs[0]["validation"])

    @property
    def ranked(self) -> bool:
        """Whether a member ranks its features in their bar."""
        return any(ModelSpec.from_spec(one).ranked for one in self.specs)

    @property
    def history(self) -> int:
        """Bars in a row, the same for all members."""
        return int(self.specs[0].get("history", 1))

    def to_spec(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "learner": self.learner,
            "parameters": {},
            "blend": self.blend,
            "seeds": list(self.seeds),
            "label": asdict(self.label),
            "validation": asdict(self.validation),
            "members": [
                {**asdict(member), "parameters": dict(spec["parameters"])}
                for member, spec in zip(self.members, self.specs, strict=True)
            ],
        }


@dataclass(frozen=True, slots=True)
class Ensemble:
    """Loaded models with their weights.

    Parameters
    ----------
    blend : str
        How the weights were found.
    members : tuple of Member
        In order.
    parts : tuple of Bundle
        The model of each member, all of the same features, label and seeds.
    forecaster : Forecaster, optional
        States what the combined score says; those of the members are not asked.
    """

    blend: str
    members: tuple[Member, ...]
    parts: tuple[Bundle, ...]
    forecaster: Forecaster | None = None

    def __post_init__(self) -> None:
        if not self.parts or len(self.parts) != len(self.members):
            raise ModelError("An ensemble needs one model for each member.", "Give one or more of both.")
        first = self.parts[0]
        for part in self.parts:
            if (part.features, part.feature_set, part.spec.seeds, part.spec.label) != (
                first.features,
                first.feature_set,
                first.spec.seeds,
                first.spec.label,
            ):
                raise ModelError(
                    "The members differ in features, label or seeds.", "Train them on the same ones."
                )

    @property
    def spec(self) -> EnsembleSpec:
        """What it is made of."""
        return EnsembleSpec(self.blend, self.members, tuple(part.spec.to_spec() for part in self.parts))

    @property
    def features(self) -> tuple[str, ...]:
        """Names of its inputs, in order."""
        return self.parts[0].features

    @property
    def feature_set(self) -> str:
        """Digest of the feature set that all members read."""
        return self.parts[0].feature_set

    @property
    def trained_until(self) -> datetime:
        """End of the last training label of any member."""
        return max(part.trained_until for part in self.parts)

    @property
    def digest(self) -> str:
        """Canonical digest, equal for equal content."""
        return json_digest(self._manifest(self._files()))

    def archive(self) -> bytes:
        """The ensemble as bytes, the same for the same content."""
        files = self._files()
        return pack(self._manifest(files), files)

    def combined(self, scores: Sequence[Float]) -> Float:
        """One score from the members' own, each (R, S)."""
        return combine(self.members, scores)

    def _files(self) -> dict[str, bytes]:
        parts = {f"part_{n:02d}.zip": part.archive() for n, part in enumerate(self.parts)}
        return parts | forecast_file(self.forecaster)

    def _manifest(self, files: Mapping[str, bytes]) -> dict[str, Any]:
        return {
            "format": ENSEMBLE_FORMAT,
            "blend": self.blend,
            "members": [asdict(member) for member in self.members],
            "parts": [part.digest for part in self.parts],
            "files": {name: sha256(content) for name, content in files.items()},
        }


def load_model(archive: bytes, digest: str) -> Bundle | Ensemble:
    """Read a bundle or an ensemble, refused unless every file in it is the one its digest promises.

    Parameters
    ----------
    archive : bytes
        What ``archive()`` wrote.
    digest : str
        The digest it must have.

    Returns
    -------
    Bundle or Ensemble
    """
    manifest, files = unpack(archive, digest)
    if manifest["format"] == BUNDLE_FORMAT:
        return load_bundle(archive, digest)
    if manifest["format"] != ENSEMBLE_FORMAT:
        raise refused(f"has the unknown format {manifest['format']!r}")
    inner = [content for name, content in files.items() if name != FORECAST]
    if len(inner) != len(manifest["parts"]):
        raise refused(f"holds {len(inner)} models for {len(manifest['parts'])} members")
    parts = tuple(load_bundle(*pair) for pair in zip(inner, manifest["parts"], strict=True))
    members = tuple(Member(**one) for one in manifest["members"])
    return Ensemble(manifest["blend"], members, parts, forecaster_in(files))
