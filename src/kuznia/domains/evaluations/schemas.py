"""What the evaluations API reads and answers, and the kinds of job of this slice."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from kuznia.domains.evaluations.result_schemas import AblationResult, EvaluationResult, LeakResult, View
from kuznia.domains.models.schemas import LabelSpec, Person
from kuznia.queue.kinds import JobInput, JobKind, Ref

Kind = Literal["evaluation", "leaks", "ablation"]


class EvaluateInput(JobInput):
    """Measure a version's out-of-fold scores, explain them, and learn from more and less history."""

    version: Annotated[Ref, Field(description="A model version")]
    sectors: Annotated[
        Ref | None,
        Field(
            description="A version of a classification; null: the one that the features read, or the newest"
        ),
    ] = None
    scheme: Annotated[str, Field(max_length=100, description="Which of its schemes")] = "sector"
    cost_bps: Annotated[float, Field(ge=0.0, le=1_000.0, description="On the value of every trade")] = 5.0
    coverage: Annotated[float, Field(gt=0.0, lt=1.0, description="Share that intervals are to cover")] = 0.9
    history: Annotated[bool, Field(description="Train on more and less history; each is a trial")] = True


class LeakInput(JobInput):
    """Ask a version, or a feature set's values with a label, whether they knew too much."""

    version: Annotated[Ref | None, Field(description="A model version")] = None
    features: Annotated[Ref | None, Field(description="Or a run of feature values")] = None
    label: Annotated[LabelSpec, Field(description="Beside values; a version has its own")] = LabelSpec()

    @model_validator(mode="after")
    def _one_of_both(self) -> LeakInput:
        if (self.version is None) == (self.features is None):
            raise ValueError("Give a version, or a run of feature values: one of both.")
        return self


class AblateInput(JobInput):
    """Train a version's specification on prices, then with each further kind of data."""

    version: Annotated[Ref, Field(description="A model version")]


EVALUATE = JobKind(
    "evaluations.run", EvaluateInput, "heavy", "Evaluate a model version", ("evaluation", "run")
)
CHECK = JobKind("evaluations.check_leaks", LeakInput, "heavy", "Check for leaks", ("evaluation", "run"))
ABLATE = JobKind("evaluations.ablate", AblateInput, "heavy", "Compare kinds of data", ("evaluation", "run"))
JOB_KINDS: tuple[JobKind, ...] = (EVALUATE, CHECK, ABLATE)


class EvaluationSummary(BaseModel):
    """A row of the list."""

    id: UUID
    kind: Kind
    version: UUID | None
    features_run: UUID
    created_at: datetime
    created_by: Person
    job_id: UUID
    status: Annotated[str | None, Field(description="Of a check for leaks: its worst answer")]


class EvaluationRead(EvaluationSummary):
    """One evaluation; the part that its kind names is filled."""

    question_id: UUID
    duration_s: float
    result_digest: str
    evaluation: EvaluationResult | None
    leaks: LeakResult | None
    ablation: AblationResult | None


class FeatureViewRead(BaseModel):
    """Features that read one kind of data, and could not be computed without it."""

    view: View
    features: list[str]
