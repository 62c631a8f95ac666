"""Rules of features: expressions are checked before they are kept, and each change is a new version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy.orm import Session

from kuznia.core.expressions import Checked, Context, ExpressionError, check
from kuznia.core.expressions.nodes import names
from kuznia.core.expressions.parse import parse
from kuznia.core.features import set_digest
from kuznia.db import access
from kuznia.db.access import Level, new_object
from kuznia.db.session import WriteSession
from kuznia.db.tables import Feature, FeatureSet, FeatureSetMember, FeatureSetVersion, FeatureVersion
from kuznia.domains.accounts.service import audit
from kuznia.domains.features import repository
from kuznia.domains.features.errors import (
    FeatureMissing,
    FeatureNameTaken,
    FeatureSetMissing,
    FeatureSetNameTaken,
    UnusableExpression,
    UnusableFeatureSet,
)
from kuznia.domains.features.repository import FeatureRow, SetRow
from kuznia.domains.features.schemas import CheckContext, FeatureCreate, FeatureSetCreate
from kuznia.domains.features.values import repository as index
from kuznia.errors import Fault
from kuznia.rest.principal import Principal

VALUES, LATEST = "values", "latest"
"""What begins the roles of a run's files of values, one for each chunk of time; the newest rows of them."""

Members = Sequence[UUID | FeatureCreate]


@dataclass(frozen=True, slots=True)
class PinnedFeature:
    """A member of a set as a computation needs it."""

    name: str
    version_id: UUID
    canonical: str
    digest: str


@dataclass(frozen=True, slots=True)
class PinnedFeatureSet:
    """One version of a feature set. Holds no session."""

    version_id: UUID
    name: str
    seq: int
    digest: str
    members: tuple[PinnedFeature, ...]


@dataclass(frozen=True, slots=True)
class OwnFeature:
    """A feature that its owner's expressions may use by name."""

    name: str
    expression: str
    description: str
    is_retired: bool


def own(session: Session, account_id: UUID) -> dict[str, OwnFeature]:
    """The account's features by name."""
    return {
        name: OwnFeature(name, newest.spec["expression"], feature.description, feature.retired_at is not None)
        for name, (feature, _, _, newest) in repository.own_features(session, account_id).items()
    }


@dataclass(frozen=True, slots=True)
class ComputedValues:
    """Files of the values that a run computed, in the order of time, and of the newest decision's rows."""

    files: tuple[str, ...]
    latest: str | None


def values_of(session: Session, run_id: UUID) -> ComputedValues | None:
    """What a run computed; None when it made no feature values. Rights on it are the caller's to check."""
    files = tuple(index.of_run(session, run_id, VALUES).values())
    latest = index.of_run(session, run_id, LATEST).get(LATEST)
    return ComputedValues(files, latest) if files else None


def newest_values(session: Session, run_id: UUID) -> ComputedValues | None:
    """The newest values made as a run's were: same set, universe, datasets and lag, newest data first."""
    newest = newest_run(session, run_id)
    return values_of(session, newest) if newest is not None else None


def newest_run(session: Session, run_id: UUID) -> UUID | None:
    """The run that made them."""
    return index.newest_like(session, run_id)


def context(session: Session, account_id: UUID, given: CheckContext | None = None) -> Context:
    """What the account's expressions may use: bars, series, groups, and its features by name."""
    chosen = given or CheckContext()
    return Context(
        series=None if chosen.series is None else frozenset(chosen.series),
        groups=frozenset(chosen.groups),
        features={n: r[3].spec["canonical"] for n, r in repository.own_features(session, account_id).items()},
        label=chosen.label,
    )


def checked(source: str, within: Context, pointer: str) -> Checked:
    """A usable expression, or an error that names each problem with its place."""
    try:
        return check(source, within)
    except ExpressionError as error:
        faults = [Fault(pointer, f"{one.message} {one.suggestion}") for one in error.problems]
        raise UnusableExpression(str(error), faults) from None


def create(session: WriteSession, principal: Principal, new: FeatureCreate) -> FeatureRow:
    """Make a feature with its first version."""
    repository.lock_account(session, principal.account_id)
    if new.name in repository.own_features(session, principal.account_id):
        fault = Fault("/body/name", "Add a version to it, or choose another name.")
        raise FeatureNameTaken(f"You have a feature named {new.name!r}.", [fault])
    within = context(session, principal.account_id)
    expression = checked(new.expression, within, "/body/expression")
    version = _new_feature(session, principal, new, expression, _newest(session, principal.account_id))
    return get(session, principal, version.feature_id)


def add_version(
    session: WriteSession, principal: Principal, feature_id: UUID, expression: str
) -> FeatureVersion:
    """Give a feature another expression; one of the same meaning is no new version."""
    row = get(session, principal, feature_id, "edit")
    repository.lock_account(session, row[2].id)
    within = context(session, row[2].id)
    own = {name: text for name, text in within.features.items() if name != row[0].name}
    within = replace(within, features=own)
    found = checked(expression, within, "/body/expression")
    return _next_version(session, principal, row[0], found, _newest(session, row[2].id))


def named(source: str) -> frozenset[str]:
    """Names that an expression uses, before anything is put in for them."""
    return frozenset(names(parse(source)))


def warnings(session: Session, account_id: UUID, source: str) -> list[str]:
    """What a sound expression had better not use: retired features."""
    own = repository.own_features(session, account_id)
    return [
        f"The feature {name} is retired; it still computes, and may be deleted."
        for name in sorted(named(source) & own.keys())
        if own[name][0].retired_at is not None
    ]


def _newest(session: Session, account_id: UUID) -> dict[str, UUID]:
    return {name: row[3].id for name, row in repository.own_features(session, account_id).items()}


def _add_version(session: WriteSession, version: FeatureVersion, versions: Mapping[str, UUID]) -> None:
    """Insert a version, with the versions of other features that its expression names now."""
    session.add(version)
    session.flush()
    used = named(version.spec["expression"]) & versions.keys()
    repository.add_uses(session, version.id, {versions[name] for name in used})


def get(session: Session, principal: Principal, feature_id: UUID, level: Level = "read") -> FeatureRow:
    row = repository.feature(session, feature_id, principal.account_id, principal.is_admin, level)
    if row is None:
        raise FeatureMissing("There is no such feature, or it is not shared with you.")
    return row


def _new_feature(
    session: WriteSession,
    principal: Principal,
    new: FeatureCreate,
    expression: Checked,
    versions: Mapping[str, UUID],
) -> FeatureVersion:
    row = Feature(
        id=new_object(session, "feature", principal.account_id),
        name=new.name,
        description=new.description,
        tags=new.tags,
    )
    session.add(row)
    session.flush()
    version = _version(row.id, 1, principal.account_id, expression)
    _add_version(session, version, versions)
    audit(session, principal, "feature.create", row.id, after=new.model_dump(mode="json"))
    return version


def _next_version(
    session: WriteSession,
    principal: Principal,
    feature: Feature,
    expression: Checked,
    versions: Mapping[str, UUID],
) -> FeatureVersion:
    newest = repository.feature_versions(session, feature.id)[0]
    if newest.digest == expression.digest:
        return newest
    version = _version(feature.id, newest.seq + 1, principal.account_id, expression)
    _add_version(session, version, versions)
    after = {"seq": version.seq, "expression": expression.source}
    audit(session, principal, "feature.version", feature.id, before=newest.spec, after=after)
    return version


def _version(feature_id: UUID, seq: int, account_id: UUID, expression: Checked) -> FeatureVersion:
    spec = {
        "expression": expression.source,
        "canonical": expression.canonical,
        "fields": list(expression.fields),
        "series": list(expression.series),
        "groups": list(expression.groups),
        "lookback": expression.lookback,
        "cost": expression.cost,
    }
    return FeatureVersion(
        feature_id=feature_id, seq=seq, spec=spec, digest=expression.digest, created_by=account_id
    )


def create_set(session: WriteSession, principal: Principal, new: FeatureSetCreate) -> SetRow:
    """Make a feature set with its first version."""
    repository.lock_account(session, principal.account_id)
    if repository.set_named(session, principal.account_id, new.name):
        fault = Fault("/body/name", "Add a version to it, or choose another name.")
        raise FeatureSetNameTaken(f"You have a feature set named {new.name!r}.", [fault])
    members = _members(session, principal, new.members)
    row = FeatureSet(
        id=new_object(session, "feature_set", principal.account_id),
        name=new.name,
        description=new.description,
    )
    session.add(row)
    session.flush()
    version = _add_set_version(session, principal, row.id, 1, members)
    after = {"name": new.name, "digest": version.digest, "members": [name for name, _ in members]}
    audit(session, principal, "feature_set.create", row.id, after=after)
    return get_set(session, principal, row.id)


def add_set_version(
    session: WriteSession, principal: Principal, set_id: UUID, members: Members
) -> FeatureSetVersion:
    """Give a set other members; the same ones in the same order are no new version."""
    get_set(session, principal, set_id, "edit")
    repository.lock_account(session, principal.account_id)
    found = _members(session, principal, members)
    newest = repository.set_versions(session, set_id)[0]
    if newest.digest == _digest(found):
        return newest
    version = _add_set_version(session, principal, set_id, newest.seq + 1, found)
    after = {"seq": version.seq, "digest": version.digest}
    audit(session, principal, "feature_set.version", set_id, before={"digest": newest.digest}, after=after)
    return version


def get_set(session: Session, principal: Principal, set_id: UUID, level: Level = "read") -> SetRow:
    row = repository.feature_set(session, set_id, principal.account_id, principal.is_admin, level)
    if row is None:
        raise FeatureSetMissing("There is no such feature set, or it is not shared with you.")
    return row


def own_set(session: Session, account_id: UUID, name: str) -> UUID | None:
    """The account's own set of this name."""
    found = repository.set_named(session, account_id, name)
    return found.id if found else None


def pinned(
    session: Session, version_id: UUID, account_id: UUID, *, is_admin: bool | None = None
) -> PinnedFeatureSet:
    """A version to compute from; for ``load`` functions, with the rights of the job's owner.

    `is_admin` is looked up when it is not given.
    """
    admin = access.is_admin(session, account_id) if is_admin is None else is_admin
    version = repository.set_version(session, version_id)
    row = repository.feature_set(session, version.feature_set_id, account_id, admin) if version else None
    if version is None or row is None:
        raise FeatureSetMissing(
            f"There is no feature set version {version_id}, or it is not shared with you."
        )
    members = tuple(
        PinnedFeature(feature.name, one.id, one.spec["canonical"], one.digest)
        for _, one, feature in repository.members(session, version_id)
    )
    return PinnedFeatureSet(version.id, row[0].name, version.seq, version.digest, members)


def _members(
    session: WriteSession, principal: Principal, wanted: Members
) -> list[tuple[str, FeatureVersion]]:
    """Name and version of each member, features written out made or given a new version."""
    ids = [one for one in wanted if isinstance(one, UUID)]
    known = repository.visible_feature_versions(session, ids, principal.account_id, principal.is_admin)
    own = repository.own_features(session, principal.account_id)
    within = context(session, principal.account_id)
    texts, versions = dict(within.features), {name: row[3].id for name, row in own.items()}
    found: list[tuple[str, FeatureVersion]] = []
    for n, one in enumerate(wanted):
        pointer = f"/body/members/{n}"
        if isinstance(one, UUID):
            if one not in known:
                raise FeatureMissing(
                    f"There is no feature version {one}.", [Fault(pointer, "Choose another.")]
                )
            found.append((known[one][1].name, known[one][0]))
            continue
        others = {name: text for name, text in texts.items() if name != one.name}
        usable = replace(within, features=others)
        expression = checked(one.expression, usable, f"{pointer}/expression")
        texts[one.name] = expression.canonical
        version = (
            _next_version(session, principal, own[one.name][0], expression, versions)
            if one.name in own
            else _new_feature(session, principal, one, expression, versions)
        )
        versions[one.name] = version.id
        found.append((one.name, version))
    chosen = [name for name, _ in found]
    twice = sorted({name for name in chosen if chosen.count(name) > 1})
    if twice:
        faults = [Fault("/body/members", f"{name} is there more than once.") for name in twice]
        raise UnusableFeatureSet("A set holds each feature once.", faults)
    return found


def _digest(members: Sequence[tuple[str, FeatureVersion]]) -> str:
    return set_digest({name: version.digest for name, version in members})


def _add_set_version(
    session: WriteSession,
    principal: Principal,
    set_id: UUID,
    seq: int,
    members: Sequence[tuple[str, FeatureVersion]],
) -> FeatureSetVersion:
    specs: list[Mapping[str, object]] = [version.spec for _, version in members]
    version = FeatureSetVersion(
        feature_set_id=set_id,
        seq=seq,
        spec={
            "features": [
                {"name": name, "expression": one.spec["canonical"], "digest": one.digest}
                for name, one in members
            ],
            "lookback": max(int(str(spec["lookback"])) for spec in specs),
            "cost": sum(float(str(spec["cost"])) for spec in specs),
        },
        digest=_digest(members),
        created_by=principal.account_id,
    )
    session.add(version)
    session.flush()
    session.add_all(
        FeatureSetMember(version_id=version.id, position=n, feature_version_id=one.id)
        for n, (_, one) in enumerate(members)
    )
    session.flush()
    return version
