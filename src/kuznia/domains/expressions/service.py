"""Rules of expressions that are not kept: what is wrong with one, and what it is worth on real data."""

from __future__ import annotations

from collections.abc import Sequence

from kuznia.core.expressions import Context, ExpressionError, Problem, check
from kuznia.core.expressions.check import Checked
from kuznia.core.expressions.nodes import names
from kuznia.domains.datasets.service import PinnedVersion
from kuznia.domains.expressions.errors import PreviewTooCostly
from kuznia.domains.expressions.names import holding
from kuznia.domains.expressions.preview_data import PreviewData
from kuznia.domains.expressions.preview_work import Refusal, Work
from kuznia.domains.expressions.previews import Previews
from kuznia.domains.expressions.schemas import (
    CheckRead,
    PreviewRead,
    PreviewRequest,
    PreviewSource,
    PreviewSources,
    ProblemRead,
)
from kuznia.errors import Fault
from kuznia.rest.principal import Principal
from kuznia.store import Store


def checked(source: str, within: Context) -> Checked | CheckRead:
    """A checked expression, or what is wrong with it."""
    try:
        return check(source, within)
    except ExpressionError as error:
        return refused(error.problems)


def refused(problems: Sequence[Problem]) -> CheckRead:
    """The answer for an expression with problems."""
    return CheckRead(
        ok=False,
        errors=[
            ProblemRead(
                position=one.position, length=one.length, message=one.message, suggestion=one.suggestion
            )
            for one in problems
        ],
    )


def accepted(found: Checked, warnings: Sequence[str] = ()) -> CheckRead:
    """The answer for a sound expression, with what works and had better be changed."""
    return CheckRead(
        ok=True,
        warnings=list(warnings),
        kind=found.kind,
        canonical=found.canonical,
        digest=found.digest,
        fields=list(found.fields),
        series=list(found.series),
        groups=list(found.groups),
        lookback=found.lookback,
        horizon=found.horizon,
        cost=found.cost,
    )


def preview(
    previews: Previews, store: Store, principal: Principal, data: PreviewData, wanted: PreviewRequest
) -> PreviewRead:
    """Check an expression and compute it on the chosen data. Holds no session."""
    found = checked(wanted.expression, data.within)
    if isinstance(found, CheckRead):
        return PreviewRead(check=found, data=shown(data, ()), values=None)
    context = tuple(holding(store, data.context, names(found.tree)))
    work = Work(
        expression=wanted.expression,
        digest=found.digest,
        within=data.within,
        instruments=data.universe.instruments,
        bars=data.bars,
        context=context,
        names=frozenset(names(found.tree)),
        shown=None if wanted.instruments is None else tuple(wanted.instruments),
        span=wanted.span,
        at=wanted.at,
        decision_lag_minutes=wanted.decision_lag_minutes,
    )
    outcome = previews.compute(principal.account_id, work)
    if isinstance(outcome, Refusal):
        raise PreviewTooCostly(f"{outcome.reason} {outcome.remedy}", [Fault("/body", outcome.remedy)])
    if isinstance(outcome, tuple):
        return PreviewRead(check=refused(outcome), data=shown(data, context), values=None)
    return PreviewRead(check=accepted(found), data=shown(data, context), values=outcome)


def shown(data: PreviewData, context: Sequence[PinnedVersion]) -> PreviewSources:
    """The data that a preview read, by name."""
    universe = data.universe
    return PreviewSources(
        universe=PreviewSource(id=universe.universe_id, version_id=universe.version_id, name=universe.name),
        bars=_chosen(data.bars),
        context=[_chosen(one) for one in context],
    )


def _chosen(version: PinnedVersion) -> PreviewSource:
    return PreviewSource(id=version.dataset_id, version_id=version.version_id, name=version.name)
