"""Routes of what is read beside bars."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter, Request

from kuznia.domains.context import service
from kuznia.domains.context.schemas import NamesRead
from kuznia.domains.datasets import service as datasets
from kuznia.rest.principal import Reader
from kuznia.rest.session import Reading

router = APIRouter(tags=["datasets"])


@router.get(
    "/datasets/{dataset_id}/names",
    operation_id="list_dataset_names",
    summary="What expressions call the contents of a dataset, in its newest version",
)
def list_dataset_names(request: Request, session: Reading, principal: Reader, dataset_id: UUID) -> NamesRead:
    version = datasets.latest(session, dataset_id, principal.account_id, is_admin=principal.is_admin)
    names = service.names_of(request.app.state.store, version)
    return NamesRead(version_id=version.version_id, names=sorted(names))
