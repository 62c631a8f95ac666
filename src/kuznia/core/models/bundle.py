"""The bundle: all that scoring needs of a trained model, in one archive that is data and never code.

An archive holds ``manifest.json`` and the learner's native files. The digest of a bundle is the
digest of its manifest, which names the digest of every other file, so it says what is inside and
not how it was packed.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from kuznia.core.errors import CoreError, ModelError
from kuznia.core.frames.digest import canonical_json, json_digest
from kuznia.core.models.archive import BUNDLE_FORMAT, FORECAST, MANIFEST, STEPS, sha256
from kuznia.core.models.forecast import Forecaster
from kuznia.core.models.learners import Fitted, read, suffix
from kuznia.core.models.scaling import Scaler
from kuznia.core.models.spec import ModelSpec
from kuznia.core.models.steps import Chain

_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Bundle:
    """A loaded model.

    Parameters
    ----------
    spec : ModelSpec
        What it was asked to be.
    features : tuple of str
        Names of its inputs, in order; those of earlier bars as in :mod:`kuznia.core.models.history`.
    feature_set : str
        Digest of the feature set; values of another set are refused.
    trained_until : datetime
        End of the last training label: scores of later times were not seen in training.
    scaler : Scaler
        Fitted on all training rows, its steps too.
    members : tuple of Fitted
        One for each seed.
    forecaster : Forecaster, optional
        States what a score says of the return to come; learned from what the version said out of sample.
    """

    spec: ModelSpec
    features: tuple[str, ...]
    feature_set: str
    trained_until: datetime
    scaler: Scaler
    members: tuple[Fitted, ...]
    forecaster: Forecaster | None = None

    @property
    def digest(self) -> str:
        """Canonical digest, equal for equal content."""
        return json_digest(self._manifest(self._files()))

    def archive(self) -> bytes:
        """The bundle as bytes, the same for the same content."""
        files = self._files()
        return pack(self._manifest(files), files)

    def _files(self) -> dict[str, bytes]:
        files = {
            f"member_{seed}.{suffix(self.spec.learner)}": member.content()
            for seed, member in zip(self.spec.seeds, self.members, strict=True)
        }
        if self.scaler.steps.fitted:
            files[STEPS] = canonical_json(self.scaler.steps.state()).encode()
        return files | forecast_file(self.forecaster)

    def _manifest(self, files: Mapping[str, bytes]) -> dict[str, Any]:
        return {
            "format": BUNDLE_FORMAT,
            "spec": self.spec.to_spec(),
            "features": list(self.features),
            "feature_set": self.feature_set,
            "trained_until": self.trained_until.isoformat(),
            "mean": self.scaler.mean.tolist(),
            "scale": self.scaler.scale.tolist(),
            "files": {name: sha256(content) for name, content in files.items()},
        }


def forecast_file(forecaster: Forecaster | None) -> dict[str, bytes]:
    """The file of an archive that holds the forecaster, when there is one."""
    return {} if forecaster is None else {FORECAST: canonical_json(forecaster.state()).encode()}


def forecaster_in(files: Mapping[str, bytes]) -> Forecaster | None:
    """What :func:`forecast_file` wrote."""
    return Forecaster.read(json.loads(files[FORECAST])) if FORECAST in files else None


def pack(manifest: Mapping[str, Any], files: Mapping[str, bytes]) -> bytes:
    """A manifest and its files in one archive, the same bytes for the same content."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in {MANIFEST: canonical_json(manifest).encode(), **files}.items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content, compresslevel=6)
    return target.getvalue()


def load_bundle(archive: bytes, digest: str) -> Bundle:
    """Read an archive and refuse it unless every file in it is the one its digest promises.

    Parameters
    ----------
    archive : bytes
        What `Bundle.archive` wrote.
    digest : str
        The digest it must have.

    Returns
    -------
    Bundle
    """
    manifest, files = unpack(archive, digest)
    if manifest["format"] != BUNDLE_FORMAT:
        raise refused(f"has the unknown format {manifest['format']!r}")
    return _assembled(manifest, files)


def unpack(archive: bytes, digest: str) -> tuple[dict[str, Any], dict[str, bytes]]:
    """Manifest and files of an archive, each of them what the digest promises."""
    files = _unpack(archive)
    try:
        manifest = json.loads(files.pop(MANIFEST))
    except (KeyError, ValueError) as error:
        raise refused("holds no readable manifest") from error
    if json_digest(manifest) != digest:
        raise refused(f"does not have the digest {digest}")
    if {name: sha256(content) for name, content in files.items()} != manifest["files"]:
        raise refused("holds a file that its manifest does not describe")
    return manifest, files


def _assembled(manifest: Mapping[str, Any], files: Mapping[str, bytes]) -> Bundle:
    spec = ModelSpec.from_spec(manifest["spec"])
    steps = Chain.read(json.loads(files[STEPS])) if STEPS in files else Chain()
    contents = [content for name, content in files.items() if name not in (STEPS, FORECAST)]
    if len(contents) != len(spec.seeds):
        raise refused(f"holds {len(contents)} members for {len(spec.seeds)} seeds")
    return Bundle(
        spec,
        tuple(manifest["features"]),
        manifest["feature_set"],
        datetime.fromisoformat(manifest["trained_until"]),
        Scaler(
            np.array(manifest["mean"], dtype=np.float64), np.array(manifest["scale"], dtype=np.float64), steps
        ),
        tuple(read(spec.learner, content) for content in contents),
        forecaster_in(files),
    )


def _unpack(archive: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as packed:
            return {name: packed.read(name) for name in packed.namelist()}
    except (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, EOFError, NotImplementedError) as error:
        raise refused("is no readable archive") from error


def refused(why: str) -> CoreError:
    """What is said of an archive that cannot be trusted."""
    return ModelError(f"The bundle {why}.", "Train the model again or restore the file from a backup.")
