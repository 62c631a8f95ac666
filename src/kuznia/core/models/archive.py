"""An archive that a stranger packed: read within bounds, and refused unless it is wholly what it says.

Nothing of it is trusted: neither the sizes it declares nor its names, order or digests. It holds text,
numbers in JSON and archives of the same kind; that the numbers make a model is for
:mod:`kuznia.core.models.inspection` to say.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from kuznia.core.errors import ModelError
from kuznia.core.frames.digest import json_digest

BUNDLE_FORMAT, ENSEMBLE_FORMAT = "kuznia-bundle/1", "kuznia-ensemble/1"
"""Formats of an archive: one learner, or several archives of one learner each."""

MANIFEST = "manifest.json"
STEPS = "steps.json"
FORECAST = "forecast.json"
"""Of what states chances and returns; an archive from before there were any has none."""
ENTRIES: Mapping[str, Mapping[str, type]] = {
    BUNDLE_FORMAT: {
        "format": str,
        "spec": dict,
        "features": list,
        "feature_set": str,
        "trained_until": str,
        "mean": list,
        "scale": list,
        "files": dict,
    },
    ENSEMBLE_FORMAT: {"format": str, "blend": str, "members": list, "parts": list, "files": dict},
}
"""What a manifest of each format holds, and nothing else."""

MOST_BYTES = 64 * 2**20
"""Of an archive."""
MOST_UNPACKED = 256 * 2**20
"""Of all that an archive holds, unpacked."""
MOST_OF_ONE = 32 * 2**20
"""Of one of its files, unpacked; its manifest has a limit of its own."""
MOST_OF_MANIFEST = 4 * 2**20
MOST_FILES = 80

NAME = re.compile(r"[a-z]{1,16}(?:_[0-9]{1,20})?\.(?:json|txt|zip)")
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Opened:
    """What an archive holds.

    Parameters
    ----------
    manifest : mapping
        As it stands there.
    files : mapping of str to bytes
        In the order of the archive, each with the digest that the manifest names.
    digest : str
        Digest of the manifest, which is the bundle's.
    """

    manifest: Mapping[str, Any]
    files: Mapping[str, bytes]
    digest: str

    @property
    def feature_set(self) -> str:
        """Digest of the feature set that it reads; of an ensemble that of its first member."""
        if self.manifest["format"] == BUNDLE_FORMAT:
            return str(self.manifest["feature_set"])
        first = next(iter(self.files.values()), b"")
        inner = open_archive(first)
        if inner.manifest["format"] != BUNDLE_FORMAT:
            refuse("holds an ensemble inside an ensemble")
        return inner.feature_set


def open_archive(archive: bytes) -> Opened:
    """Read an archive from anywhere.

    Parameters
    ----------
    archive : bytes
        What somebody gave.

    Returns
    -------
    Opened

    Examples
    --------
    >>> open_archive(b"no archive")
    Traceback (most recent call last):
    ...
    kuznia.core.errors.ModelError: The file is no readable archive. Download the bundle again ...
    """
    if len(archive) > MOST_BYTES:
        refuse(f"has {len(archive):,} bytes and {MOST_BYTES:,} are the most")
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as packed:
            _check_list(packed.infolist())
            files = {one.filename: packed.read(one) for one in packed.infolist()}
    except ModelError:
        raise
    except (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, OSError, EOFError) as error:
        raise _refusal("is no readable archive") from error
    # What zipfile raises of passwords, methods it does not know, and sizes or dates that cannot be.
    except (NotImplementedError, RuntimeError, ValueError, OverflowError) as error:
        raise _refusal("is an archive of a kind that no bundle is: encrypted, split or damaged") from error
    manifest = read_json(files.pop(MANIFEST), MANIFEST)
    _check_manifest(manifest)
    if {name: sha256(content) for name, content in files.items()} != manifest["files"]:
        refuse("holds other files than its manifest describes")
    try:
        return Opened(manifest, files, json_digest(manifest))
    except RecursionError as error:
        raise _refusal(f"nests {MANIFEST} too deeply") from error


def read_json(content: bytes, name: str) -> Any:
    """A file of JSON without a number that is none, without a name twice, and not endlessly nested."""
    try:
        return json.loads(content.decode(), parse_constant=_no_number, object_pairs_hook=_once)
    except ModelError:
        raise
    except RecursionError as error:
        raise _refusal(f"nests {name} too deeply") from error
    except ValueError as error:
        raise _refusal(f"holds no readable {name}") from error


def _check_list(entries: list[zipfile.ZipInfo]) -> None:
    """Judge the list of contents before anything is unpacked."""
    if len(entries) > MOST_FILES:
        refuse(f"lists {len(entries)} files and {MOST_FILES} are the most")
    names = [one.filename for one in entries]
    for name in names:
        if not NAME.fullmatch(name):
            refuse(f"holds a file of the name {name[:80]!r}, which no bundle has")
    if len(set(names)) != len(names):
        refuse("holds a name twice")
    if MANIFEST not in names:
        refuse(f"holds no {MANIFEST}")
    for one in entries:
        most = MOST_OF_MANIFEST if one.filename == MANIFEST else MOST_OF_ONE
        if one.file_size > most:
            refuse(f"holds {one.filename} of {one.file_size:,} bytes and {most:,} are the most")
        if one.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            refuse(f"packs {one.filename} in another way than bundles are packed")
    if sum(one.file_size for one in entries) > MOST_UNPACKED:
        refuse(f"unpacks to more than {MOST_UNPACKED:,} bytes")


def _check_manifest(manifest: Any) -> None:
    if not isinstance(manifest, dict) or not isinstance(manifest.get("format"), str):
        refuse("has a manifest that names no format")
    wanted = ENTRIES.get(manifest["format"])
    if wanted is None:
        refuse(f"has the unknown format {manifest['format'][:40]!r}; known are {', '.join(ENTRIES)}")
    if manifest.keys() != wanted.keys():
        odd = sorted(manifest.keys() ^ wanted.keys())
        refuse(f"has a manifest that differs from its format in {', '.join(map(repr, odd[:5]))}")
    for name, kind in wanted.items():
        if not isinstance(manifest[name], kind):
            refuse(f"has a manifest whose {name!r} is no {kind.__name__}")
    if manifest["format"] == BUNDLE_FORMAT and not DIGEST.fullmatch(manifest["feature_set"]):
        refuse("names no digest of a feature set")


def refuse(why: str) -> NoReturn:
    """Say why an archive is not taken."""
    raise _refusal(why)


def _refusal(why: str) -> ModelError:
    return ModelError(f"The file {why}.", "Download the bundle again where it was made, and upload that.")


def _no_number(text: str) -> NoReturn:
    refuse(f"holds {text} where a number belongs")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        refuse("holds an object of JSON with a name twice")
    return found


def sha256(content: bytes) -> str:
    """Digest of bytes."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
