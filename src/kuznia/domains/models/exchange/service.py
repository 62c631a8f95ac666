"""What is known of a bundle before a worker looks into its numbers, and what may leave."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from kuznia.core.errors import CoreError
from kuznia.core.models.archive import Opened, open_archive
from kuznia.db.session import WriteSession
from kuznia.db.tables import Job
from kuznia.domains.accounts.service import audit
from kuznia.domains.jobs.service import register_files
from kuznia.domains.models import pinning, repository
from kuznia.domains.models.errors import (
    BundleFeaturesDiffer,
    BundleKnown,
    BundleRefused,
    ModelMissing,
    ModelNameTaken,
    OnnxMissing,
)
from kuznia.domains.models.exchange.schemas import EXPORT, IMPORT, ImportInput, ImportOptions
from kuznia.domains.models.lookup import get_version
from kuznia.domains.models.pinning import PinnedValues
from kuznia.errors import Fault
from kuznia.queue.enqueue import enqueue
from kuznia.rest.principal import Principal
from kuznia.store import Store


def submit_import(
    session: WriteSession,
    store: Store,
    principal: Principal,
    content: bytes,
    filename: str,
    options: ImportOptions,
    idempotency_key: str | None = None,
) -> Job:
    """Refuse what is no bundle, or none for here; keep it as it came and enqueue a closer look."""
    owner, admin = principal.account_id, principal.is_admin
    name = destination(session, options.model, options.name, owner, is_admin=admin)
    opened = opened_archive(content)
    if options.digest not in (None, opened.digest):
        detail = f"The bundle has the digest {opened.digest} and {options.digest} was to come."
        raise BundleRefused(detail, [Fault("/body/options/digest", "Compare where the bundle came from.")])
    values = pinning.pin_values(session, options.features, owner, is_admin=admin)
    same_features(opened, values)
    refuse_known(session, opened.digest, owner, is_admin=admin)
    stored = store.put_bytes(content, "upload")
    register_files(session, [stored])
    wanted = ImportInput(
        upload=stored.digest, filename=filename[:255], **options.model_dump(exclude={"digest"})
    )
    job = enqueue(
        session,
        IMPORT,
        wanted,
        owner_id=owner,
        name=f"Import {filename[:80]} into {name}",
        idempotency_key=idempotency_key,
        request_id=principal.request_id,
    )
    after = {"file": wanted.filename, "upload": stored.digest, "digest": opened.digest, "job": str(job.id)}
    audit(session, principal, "model_version.upload", options.model, after=after)
    return job


def destination(
    session: Session, model_id: UUID | None, name: str | None, owner: UUID, *, is_admin: bool
) -> str:
    """Name of the model that a bundle goes to, if the owner may put one there."""
    if model_id is not None:
        row = repository.model(session, model_id, owner, is_admin, "edit")
        if row is None:
            raise ModelMissing("There is no such model, or it is not shared with you.")
        return row[0].name
    assert name is not None, "the options hold one of them"
    if repository.named(session, owner, name):
        fault = Fault("/body/options/name", "Choose another, or import into that model.")
        raise ModelNameTaken(f"You have a model named {name!r}.", [fault])
    return name


def opened_archive(content: bytes) -> Opened:
    """What an archive holds, its manifest and digests checked."""
    try:
        return open_archive(content)
    except CoreError as error:
        raise BundleRefused(str(error), [Fault("/body/file", error.what)]) from error


def same_features(opened: Opened, values: PinnedValues) -> None:
    """Refuse values of another feature set than the bundle's, by digest."""
    try:
        wanted = opened.feature_set
    except CoreError as error:
        raise BundleRefused(str(error), [Fault("/body/file", error.what)]) from error
    if wanted != values.feature_set:
        raise BundleFeaturesDiffer(
            f"The bundle reads the feature set {wanted} and the run computed {values.feature_set}. A bundle"
            " carries no expressions: define the same features here, in the same order, and compute them.",
            [Fault("/body/options/features", "Choose a run of the bundle's own feature set.")],
        )


def refuse_known(session: Session, digest: str, owner: UUID, *, is_admin: bool) -> None:
    """Refuse a bundle that a version is made of already, and say which."""
    found = repository.version_of_digest(session, digest, owner, is_admin)
    if found is not None:
        version, model = found
        raise BundleKnown(
            f"{model.name!r} v{version.seq} is this very bundle; use that, or share it.",
            [Fault("/body/file", "It is here already.")],
            version_id=str(version.id),
            model_id=str(model.id),
            seq=version.seq,
        )


def onnx_of(session: Session, principal: Principal, version_id: UUID) -> tuple[str, str]:
    """Digest of a version's newest ONNX file, and a name for it."""
    (version, _), (model, *_) = get_version(session, principal, version_id)
    digest = repository.file_of_version(session, version_id, EXPORT.name, "onnx")
    if digest is None:
        raise OnnxMissing(f"Post the job {EXPORT.name!r} for {model.name!r} v{version.seq} and wait for it.")
    return digest, f"{model.name}_v{version.seq}.onnx"
