"""What a rollback would bring back, shown before anybody presses: the version and all that it pins."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.orm import Session

from kuznia.domains.models import repository, service
from kuznia.domains.models.errors import AliasMissing
from kuznia.domains.models.lookup import get
from kuznia.domains.models.registry import repository as registry
from kuznia.domains.models.registry.schemas import RollbackRead
from kuznia.domains.models.schemas import Person, PinRead
from kuznia.rest.principal import Principal


def preview(session: Session, principal: Principal, model_id: UUID, name: str) -> RollbackRead | None:
    """The version that an alias is on, the one before, and what both were made from; None without one."""
    get(session, principal, model_id)
    alias = repository.alias(session, model_id, name)
    if alias is None:
        raise AliasMissing(f"The model has no alias {name!r}.")
    event = registry.standing_move(session, model_id, name)
    if event is None or event.before is None:
        return None
    now, before = (repository.version(session, one) for one in (alias.version_id, event.before))
    if now is None or before is None:
        return None
    account = registry.account(session, event.account_id)
    on = [one for one, _ in repository.aliases(session, [model_id])]
    return RollbackRead(
        alias=name,
        revision=alias.revision,
        undoes=event.n,
        moved_at=event.at,
        moved_by=Person(id=account.id, name=account.name),
        moved_why=event.reason,
        now=service.show_version(now, on),
        back=service.show_version(before, on),
        pins_now=_pins(session, now[0].run_id),
        pins_back=_pins(session, before[0].run_id),
    )


def _pins(session: Session, run_id: UUID) -> list[PinRead]:
    run = repository.run(session, run_id)
    assert run is not None, "a foreign key holds it"
    return service.pins_of(session, run)
