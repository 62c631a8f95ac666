"""The bundle: all that scoring needs of a trained model, in one archive that is data and never code.

An archive holds ``manifest.json`` and the learner's native files. The digest of a bundle is the
digest of its manifest, which names the digest of every other file, so it says what is inside and
not how it was packed.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from kuznia.core.errors import CoreError, ModelError
from kuznia.core.frames.digest import canonical_json, json_digest
from kuznia.core.models.learners import Fitted, read, suffix
from kuznia.core.models.scaling import Scaler
from kuznia.core.models.spec import ModelSpec

FORMAT = "kuznia-bundle/1"
MANIFEST = "manifest.json"
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Bundle:
    """A loaded model.

    Parameters
    ----------
    spec : ModelSpec
        What it was asked to be.
    features : tuple of str
        Names of its inputs, in order.
    feature_set : str
        Digest of the feature set; values of another set are refused.
    trained_until : datetime
        End of the last training label: scores of later times were not seen in training.
    scaler : Scaler
        Fitted on all training rows.
    members : tuple of Fitted
        One for each seed.
    """

    spec: ModelSpec
    features: tuple[str, ...]
    feature_set: str
    trained_until: datetime
    scaler: Scaler
    members: tuple[Fitted, ...]

    @property
    def digest(self) -> str:
        """Canonical digest, equal for equal content."""
        return json_digest(self._manifest(self._files()))

    def archive(self) -> bytes:
        """The bundle as bytes, the same for the same content."""
        files = self._files()
        packed = {MANIFEST: canonical_json(self._manifest(files)).encode(), **files}
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w") as archive:
            for name, content in packed.items():
                entry = zipfile.ZipInfo(name, _EPOCH)
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, content, compresslevel=6)
        return target.getvalue()

    def _files(self) -> dict[str, bytes]:
        return {
            f"member_{seed}.{suffix(self.spec.learner)}": member.content()
            for seed, member in zip(self.spec.seeds, self.members, strict=True)
        }

    def _manifest(self, files: Mapping[str, bytes]) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "spec": self.spec.to_spec(),
            "features": list(self.features),
            "feature_set": self.feature_set,
            "trained_until": self.trained_until.isoformat(),
            "mean": self.scaler.mean.tolist(),
            "scale": self.scaler.scale.tolist(),
            "files": {name: _sha256(content) for name, content in files.items()},
        }


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
    files = _unpack(archive)
    try:
        manifest = json.loads(files.pop(MANIFEST))
    except (KeyError, ValueError) as error:
        raise _refused("holds no readable manifest") from error
    if json_digest(manifest) != digest:
        raise _refused(f"does not have the digest {digest}")
    if manifest["format"] != FORMAT:
        raise _refused(f"has the unknown format {manifest['format']!r}")
    if {name: _sha256(content) for name, content in files.items()} != manifest["files"]:
        raise _refused("holds a file that its manifest does not describe")
    return _assembled(manifest, list(files.values()))


def _assembled(manifest: Mapping[str, Any], contents: Sequence[bytes]) -> Bundle:
    spec = ModelSpec.from_spec(manifest["spec"])
    if len(contents) != len(spec.seeds):
        raise _refused(f"holds {len(contents)} members for {len(spec.seeds)} seeds")
    return Bundle(
        spec,
        tuple(manifest["features"]),
        manifest["feature_set"],
        datetime.fromisoformat(manifest["trained_until"]),
        Scaler(np.array(manifest["mean"], dtype=np.float64), np.array(manifest["scale"], dtype=np.float64)),
        tuple(read(spec.learner, content) for content in contents),
    )


def _unpack(archive: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as packed:
            return {name: packed.read(name) for name in packed.namelist()}
    except (zipfile.BadZipFile, zipfile.LargeZipFile, OSError, EOFError, NotImplementedError) as error:
        raise _refused("is no readable archive") from error


def _refused(why: str) -> CoreError:
    return ModelError(f"The bundle {why}.", "Train the model again or restore the file from a backup.")


def _sha256(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
