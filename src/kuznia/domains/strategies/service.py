"""Rules of strategies: they are named, and each change is a new version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from kuznia.core.errors import StrategyError
from kuznia.core.expressions import Context, parse
from kuznia.core.expressions.catalogue import BAR_FIELDS, MARKET
from kuznia.core.expressions.nodes import names
from kuznia.core.frames.digest import json_digest
from kuznia.core.strategies.spec import (
    Ranked,
    Rule,
    expressions_of,
    groups_of,
    strategy_from_spec,
    strategy_to_spec,
)
from kuznia.db.access import new_object
from kuznia.db.session import WriteSession
from kuznia.db.tables import Strategy, StrategyVersion
from kuznia.domains.accounts.service import audit
from kuznia.domains.features import service as features
from kuznia.domains.strategies import repository
from kuznia.domains.strategies.errors import StrategyMissing, StrategyNameTaken, UnusableStrategy
from kuznia.domains.strategies.repository import StrategyRow
from kuznia.domains.strategies.schemas import StrategyCreate, StrategyVersionCreate
from kuznia.errors import Fault
from kuznia.rest.principal import Principal


def check(
    session: Session,
    account_id: UUID,
    spec: Mapping[str, Any],
    *,
    has_model: bool,
    pointer: str = "/body/spec",
) -> dict[str, Any]:
    """The spec in full: defaults filled in, expressions in their one spelling with the account's own
    features put in, so that it means the same for ever. Refused with the place that is wrong.
    """
    return check_within(features.context(session, account_id), spec, has_model=has_model, pointer=pointer)


def check_within(
    within: Context, spec: Mapping[str, Any], *, has_model: bool, pointer: str = "/body/spec"
) -> dict[str, Any]:
    """`check` for who has the account's context already, and many specs."""
    try:
        strategy = strategy_from_spec(spec)
    except StrategyError as error:
        at = f"{pointer}/{error.field}" if error.field else pointer
        raise UnusableStrategy(error.what, [Fault(at, error.remedy)]) from None
    if isinstance(strategy, Ranked) and (strategy.score is None) != has_model:
        missing = "Write an expression or choose a model." if not has_model else "Leave out one of both."
        raise UnusableStrategy("It is ranked by one score.", [Fault(f"{pointer}/score", missing)])
    spelled = {
        role: features.checked(source, within, f"{pointer}/{role}").canonical
        for role, source in expressions_of(strategy).items()
    }
    return strategy_to_spec(strategy) | spelled


def by_orders(spec: Mapping[str, Any]) -> bool:
    """Whether a checked spec trades by orders of its own and not by target weights."""
    strategy = strategy_from_spec(spec)
    return isinstance(strategy, Rule) and strategy.by_orders


def reads(spec: Mapping[str, Any]) -> set[str]:
    """Names that a checked spec reads beside bars."""
    strategy = strategy_from_spec(spec)
    found = set(groups_of(strategy))
    for source in expressions_of(strategy).values():
        found.update(names(parse(source)))
    return found - {*BAR_FIELDS, MARKET}


def create(session: WriteSession, principal: Principal, new: StrategyCreate) -> StrategyRow:
    repository.lock_account(session, principal.account_id)
    if repository.named(session, principal.account_id, new.name):
        raise StrategyNameTaken(
            f"You have a strategy named {new.name!r}.",
            [Fault("/body/name", "Add a version to it, or choose another name.")],
        )
    spec = check(
        session, principal.account_id, new.spec.model_dump(), has_model=new.model_version is not None
    )
    version = ensure_version(
        session, principal.account_id, new.name, spec, new.model_version, description=new.description
    )
    audit(session, principal, "strategy.create", version.strategy_id, after=new.model_dump(mode="json"))
    return get(session, principal, version.strategy_id)


def add_version(
    session: WriteSession, principal: Principal, strategy_id: UUID, new: StrategyVersionCreate
) -> StrategyVersion:
    row = repository.strategy(session, strategy_id, principal.account_id, principal.is_admin, "edit")
    if row is None:
        raise StrategyMissing("There is no such strategy, or it is not yours to change.")
    spec = check(
        session, principal.account_id, new.spec.model_dump(), has_model=new.model_version is not None
    )
    version = _version(session, strategy_id, principal.account_id, spec, new.model_version)
    audit(session, principal, "strategy.version", strategy_id, after={"seq": version.seq, "spec": spec})
    return version


def ensure_version(
    session: Session,
    account_id: UUID,
    name: str,
    spec: dict[str, Any],
    model_version_id: UUID | None,
    *,
    description: str = "",
) -> StrategyVersion:
    """The account's strategy of this name with this spec: found, or written as its next version."""
    repository.lock_account(session, account_id)
    strategy = repository.named(session, account_id, name)
    if strategy is None:
        strategy = Strategy(
            id=new_object(session, "strategy", account_id), name=name, description=description
        )
        session.add(strategy)
        session.flush()
    return _version(session, strategy.id, account_id, spec, model_version_id)


def _version(
    session: Session, strategy_id: UUID, account_id: UUID, spec: dict[str, Any], model_version_id: UUID | None
) -> StrategyVersion:
    digest = json_digest({"spec": spec, "model_version": str(model_version_id) if model_version_id else None})
    for version in repository.versions(session, strategy_id):
        if version.digest == digest:
            return version
    row = StrategyVersion(
        strategy_id=strategy_id,
        spec=spec,
        digest=digest,
        model_version_id=model_version_id,
        created_by=account_id,
    )
    return repository.add_version(session, row)


def get(session: Session, principal: Principal, strategy_id: UUID) -> StrategyRow:
    row = repository.strategy(session, strategy_id, principal.account_id, principal.is_admin)
    if row is None:
        raise StrategyMissing("There is no such strategy, or it is not shared with you.")
    return row


def pinned(session: Session, version_id: UUID, account_id: UUID, is_admin: bool) -> StrategyVersion:
    """A version to compute from, with the rights of the account."""
    row = repository.version(session, version_id, account_id, is_admin)
    if row is None:
        raise StrategyMissing(f"There is no strategy version {version_id}, or it is not shared with you.")
    return row
