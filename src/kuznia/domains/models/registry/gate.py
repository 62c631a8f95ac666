"""The promotion gate: what a version has to reach before an alias such as champion moves to it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from kuznia.db.session import WriteSession
from kuznia.db.tables import ModelVersion, PromotionGate
from kuznia.domains.accounts.service import audit
from kuznia.domains.models.errors import OverrideForbidden, PromotionRefused
from kuznia.domains.models.lookup import get_version
from kuznia.domains.models.registry import repository
from kuznia.domains.models.registry.repository import GateRow
from kuznia.domains.models.registry.schemas import (
    GateChange,
    GateRead,
    GateSpec,
    PromotionCheck,
    PromotionRead,
)
from kuznia.domains.models.schemas import Person
from kuznia.errors import Fault, StaleEdit
from kuznia.rest.principal import Principal

SAID = {
    "ratio": ("The rank IC over its standard error", "at least"),
    "probability": ("The probability that it is not luck, after all trials,", "at least"),
    "positive_folds": ("The share of folds with a rank IC above 0", "at least"),
    "age": ("The age of its training data in days", "at most"),
}
IMPORTED = (
    "It was trained elsewhere and nothing of it was measured here, so no threshold can be said to be reached."
    " Train its specification here, or watch it as the challenger and override with what that showed."
)
BIASED = "Its universe holds survivors only, and the gate allows no biased universe."
UNKNOWN_UNIVERSE = "Its universe is not known here, and the gate allows no biased universe."


def current(session: Session) -> GateRead:
    """The gate as it stands; Kuznia comes with the defaults of `GateSpec`."""
    row = repository.gate(session)
    return show(row) if row else GateRead(n=0, spec=GateSpec(), reason="", account=None, at=None)


def show(row: GateRow) -> GateRead:
    gate, account = row
    return GateRead(
        n=gate.n,
        spec=GateSpec.model_validate(gate.spec),
        reason=gate.reason,
        account=Person(id=account.id, name=account.name),
        at=gate.at,
    )


def change(session: WriteSession, principal: Principal, wanted: GateChange, expected: int) -> GateRead:
    """Set the thresholds anew; what was before stays, with who and why."""
    repository.lock_gate(session)
    before = current(session)
    if before.n != expected:
        raise StaleEdit("The gate was changed since you read it; read it again.")
    spec = wanted.spec.model_dump()
    session.add(PromotionGate(spec=spec, reason=wanted.reason, account_id=principal.account_id))
    session.flush()
    audit(
        session,
        principal,
        "promotion_gate.change",
        before=before.spec.model_dump(),
        after={**spec, "reason": wanted.reason},
    )
    return current(session)


def examine(session: Session, principal: Principal, version_id: UUID, alias: str) -> PromotionRead:
    """What the gate would say to a move, before anybody makes it."""
    (version, _), (_, owned, _) = get_version(session, principal, version_id)
    gate = current(session)
    gated = alias in gate.spec.aliases
    found = checks(version, gate.spec, datetime.now(UTC))
    return PromotionRead(
        alias=alias,
        version_id=version_id,
        gate=gate.n,
        gated=gated,
        passed=not gated or all(one.passed for one in found),
        may_override=principal.is_admin or owned.owner_id == principal.account_id,
        checks=found,
    )


def allow(
    session: Session, principal: Principal, version_id: UUID, alias: str, override: str | None
) -> PromotionRead:
    """Let a move through, or refuse it with every threshold that it fails."""
    found = examine(session, principal, version_id, alias)
    if found.passed:
        return found
    if override is None:
        raise _refused(found)
    if not found.may_override:
        raise OverrideForbidden(
            "Only an administrator or the model's owner may override the gate.",
            [Fault("/body/override", "Leave it out, or ask one of them.")],
        )
    return found


def checks(version: ModelVersion, spec: GateSpec, now: datetime) -> list[PromotionCheck]:
    """Each threshold that is asked for beside what the version has."""
    summary = version.summary
    imported = "imported" in summary
    ic = summary["rank_ic"]
    mean, error = ic["mean"], ic["standard_error"]
    means = [fold["rank_ic"]["mean"] for fold in summary["folds"]]
    found = [
        _measured(not imported),
        _least("ratio", spec.least_ratio, mean / error if mean is not None and error else None),
        _least("probability", spec.least_probability, summary["verdict"]["probability"]),
        _least(
            "positive_folds",
            spec.least_positive_folds,
            sum((one or 0.0) > 0 for one in means) / len(means) if means else None,
        ),
        _unbiased(spec.biased, None if imported else "biased" in summary["labels"]),
    ]
    if spec.most_age_days is not None:
        days = (now - version.trained_until).total_seconds() / 86_400
        found.append(
            PromotionCheck(
                key="age", threshold=float(spec.most_age_days), value=days, passed=days <= spec.most_age_days
            )
        )
    return [one for one in found if one is not None]


def _least(key: str, threshold: float | None, value: float | None) -> PromotionCheck | None:
    if threshold is None:
        return None
    passed = value is not None and value >= threshold
    return PromotionCheck.model_validate(
        {"key": key, "threshold": float(threshold), "value": value, "passed": passed}
    )


def _measured(is_so: bool) -> PromotionCheck | None:
    """Stands in the way of an imported version even where the gate asks for nothing else."""
    return None if is_so else PromotionCheck(key="measured", threshold=True, value=False, passed=False)


def _unbiased(allowed: bool, biased: bool | None) -> PromotionCheck:
    """The universe of an imported version is not known, which is no reason to trust it."""
    return PromotionCheck(key="biased", threshold=allowed, value=biased, passed=allowed or biased is False)


def _refused(found: PromotionRead) -> PromotionRefused:
    failed = [one for one in found.checks if not one.passed]
    count = f"{len(failed)} of {len(found.checks)} thresholds"
    return PromotionRefused(
        f"The gate of {found.alias!r} asks for more: the version fails {count}. Choose another version, or"
        " override with a reason.",
        [Fault("/body/version", sentence(one)) for one in failed],
        checks=[one.model_dump() for one in found.checks],
        gate=found.gate,
    )


def sentence(check: PromotionCheck) -> str:
    """A failed check in words.

    Examples
    --------
    >>> sentence(PromotionCheck(key="ratio", threshold=2.0, value=1.25, passed=False))
    'The rank IC over its standard error is 1.25; the gate wants at least 2.'
    """
    if check.key == "biased":
        return BIASED if check.value else UNKNOWN_UNIVERSE
    if check.key == "measured":
        return IMPORTED
    name, bound = SAID[check.key]
    value = "not known" if check.value is None else f"{check.value:.4g}"
    return f"{name} is {value}; the gate wants {bound} {check.threshold:.4g}."


def as_json(found: Sequence[PromotionCheck]) -> list[dict[str, object]]:
    return [one.model_dump() for one in found]
