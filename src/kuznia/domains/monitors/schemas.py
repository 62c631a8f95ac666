"""What the monitors API reads and answers, and the kinds of job of this slice."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from kuznia.domains.jobs.schemas import JobRead
from kuznia.domains.models.schemas import AliasName, Person, RankICRead
from kuznia.queue.kinds import JobInput, JobKind, Ref

AlertKind = Literal["feature_drift", "missing_values", "score_drift", "live_rank_ic", "expired"]
Cause = Literal["schedule", "drift", "asked"]
State = Literal["open", "accepted", "declined"]
Bound = Annotated[float | None, Field(gt=0, le=100)]
Reason = Annotated[str, Field(min_length=3, max_length=500, description="Why; kept for good")]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Policy(Strict):
    """How an alias is watched. A bound that is null is not looked at."""

    check_days: Annotated[int, Field(ge=1, le=365, description="Days between two checks")] = 1
    recent_bars: Annotated[int, Field(ge=5, le=2000, description="Newest bars, compared with training")] = 60
    feature_psi: Bound = 0.25
    feature_share: Annotated[
        float, Field(ge=0, le=1, description="Share of features beyond the bound that counts as drift")
    ] = 0.2
    missing: Annotated[
        float | None, Field(gt=0, le=1, description="Rise of the share of values that are not known")
    ] = 0.1
    score_psi: Bound = 0.25
    score_ks: Annotated[float | None, Field(gt=0, le=1)] = None
    live_rank_ic: Annotated[
        float | None, Field(ge=-1, le=1, description="Alert when the mean after training is below it")
    ] = None
    least_bars: Annotated[
        int, Field(ge=20, le=2000, description="Bars after training that a judgement needs")
    ] = 60
    level: Annotated[
        float, Field(gt=0, le=0.5, description="How often chance alone may propose a promotion")
    ] = 0.05
    retrain_days: Annotated[int | None, Field(ge=1, le=3650, description="Days between two trainings")] = None
    retrain_on_drift: bool = False
    rest_days: Annotated[int, Field(ge=0, le=365, description="Least days between two trainings")] = 5
    expires_days: Annotated[
        int | None, Field(ge=1, le=3650, description="Days after training when a version is too old")
    ] = None
    refuse_expired: Annotated[bool, Field(description="Scoring refuses what is too old, or marks it")] = False

    @model_validator(mode="after")
    def _refuses_by_a_limit(self) -> Policy:
        if self.refuse_expired and self.expires_days is None:
            raise ValueError("refuse_expired needs expires_days: after how many days?")
        return self


class CheckInput(JobInput):
    """Compare what a model version meets with what it was trained on."""

    version: UUID
    alias: Annotated[
        AliasName | None, Field(description="Whose policy is followed; the usual bounds when null")
    ] = None
    values: Annotated[Ref | None, Field(description="A run of feature values that has to be there first")] = (
        None
    )
    challenger_values: Annotated[
        Ref | None, Field(description="The same of a challenger that has other features")
    ] = None


class ChallengeInput(JobInput):
    """Put a newly trained version beside the one that an alias is on."""

    model: UUID
    alias: AliasName
    version: Ref


CHECK = JobKind("monitors.check", CheckInput, "heavy", "Check a model for drift", ("report", "run"))
CHALLENGE = JobKind(
    "monitors.challenge", ChallengeInput, "interactive", "Put a challenger beside the champion", ("version",)
)
JOB_KINDS: tuple[JobKind, ...] = (CHECK, CHALLENGE)


class MonitorRead(BaseModel):
    """``expires_at`` is of the version that the alias is on."""

    model_id: UUID
    alias: str
    policy: Policy
    revision: int
    account: Person
    next_check_at: datetime | None
    version_id: UUID | None
    expires_at: datetime | None
    expired: bool


class AlertRead(BaseModel):
    kind: AlertKind
    subject: Annotated[str, Field(description="The feature, or score, or empty")]
    value: float
    bound: float


class SpanRead(BaseModel):
    start: datetime
    end: datetime
    bars: int
    rows: int


class ColumnRead(BaseModel):
    """``shares``: of the recent values in each tenth of the earlier ones."""

    name: str
    psi: float | None
    ks: float | None
    missing_before: float | None
    missing_after: float | None
    shares: list[float]


class DifferenceRead(BaseModel):
    """Mean of challenger less champion, bar by bar, with a 95 % interval."""

    mean: float | None
    low: float | None
    high: float | None
    p: float | None
    bars: int


class ChallengerRead(BaseModel):
    """``why_not``: why the two cannot be compared; ``look`` counts tests, ``level`` is that of this one."""

    version_id: UUID
    seq: int
    alias: str
    live: RankICRead
    champion: RankICRead
    difference: DifferenceRead | None
    look: int | None
    level: float | None
    why_not: Literal["other_universe", "other_bars", "other_horizon"] | None


class DriftReportSummary(BaseModel):
    id: UUID
    version_id: UUID
    alias: str | None
    created_at: datetime
    alerts: int
    drifted: Annotated[int, Field(description="Features beyond the bound")]
    features: int
    worst_psi: float | None
    score_psi: float | None
    live: RankICRead


class DriftReportRead(DriftReportSummary):
    reference: SpanRead
    recent: SpanRead
    unseen_bars: Annotated[int, Field(description="Of the recent bars, those after the training's end")]
    columns: Annotated[list[ColumnRead], Field(description="Features, the most moved first")]
    score: ColumnRead
    expected: Annotated[RankICRead, Field(description="What walk-forward said before")]
    challenger: ChallengerRead | None
    policy: Policy
    found: list[AlertRead]
    run_id: UUID


class RetrainingRead(BaseModel):
    id: UUID
    alias: str
    cause: Cause
    from_seq: int
    job: JobRead
    at: datetime


class ProposalRead(BaseModel):
    id: UUID
    alias: str
    champion_id: UUID
    champion_seq: int
    challenger_id: UUID
    challenger_seq: int
    difference: DifferenceRead
    level: float
    state: State
    reason: str | None
    decided_by: Person | None
    decided_at: datetime | None
    created_at: datetime


class Decision(Strict):
    """Accepting moves the alias, with this reason; declining keeps it."""

    accept: bool
    reason: Reason
    override: Annotated[
        str | None,
        Field(min_length=3, max_length=500, description="Why the gate is passed by, if it has to be"),
    ] = None


Summary = dict[str, Any]
