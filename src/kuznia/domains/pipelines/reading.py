"""From stored rows to what the API answers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from kuznia.core.models.pipeline.plan import CANDIDATES, step_names
from kuznia.db.tables import Job, Pipeline, PipelineStep
from kuznia.domains.backtests.schemas import Named
from kuznia.domains.jobs.service import shown
from kuznia.domains.models import service as models
from kuznia.domains.models.schemas import RankICRead
from kuznia.domains.pipelines import repository
from kuznia.domains.pipelines.errors import NoLeaderBoard
from kuznia.domains.pipelines.repository import PipelineRow
from kuznia.domains.pipelines.schemas import (
    RUN,
    ChosenClusterRead,
    EntryDifferenceRead,
    GenerationRead,
    ImportanceOf,
    LeaderBoardRead,
    LeaderRead,
    PipelineInput,
    PipelineOf,
    PipelineRead,
    PipelineStepRead,
    PipelineSummary,
    PipelineVersion,
    SelectionRead,
)
from kuznia.domains.trials import service as trials
from kuznia.queue.errors import InputMissing
from kuznia.queue.inputs import resolved


def summaries(session: Session, rows: Sequence[PipelineRow]) -> list[PipelineSummary]:
    boards = repository.boards(session, [row[0].id for row in rows])
    return [PipelineSummary(**_summary(row, boards.get(row[0].id))) for row in rows]


def _summary(row: PipelineRow, board: PipelineStep | None) -> dict[str, Any]:
    found, owned, account, question, model, job = row
    recommended = board.facts["recommended"] if board else None
    entries = board.facts["entries"] if board else []
    ic = next((one["evaluation"] for one in entries if one["name"] == recommended), None)
    spec = PipelineOf.model_validate(found.spec)
    return {
        "id": found.id,
        "name": found.name,
        "created_at": owned.created_at,
        "owner": Named(id=account.id, name=account.name),
        "question": Named(id=question.id, name=question.name),
        "model": Named(id=model.id, name=model.name),
        "preset": spec.preset,
        "horizon": spec.label.horizon,
        "learners": len(spec.to_core().learners),
        "state": job.state,
        "progress": job.progress,
        "recommended": recommended,
        "rank_ic": RankICRead(**ic) if ic else None,
    }


def detail(session: Session, row: PipelineRow) -> PipelineRead:
    found, job = row[0], row[5]
    done = {one.name: one for one in repository.steps(session, found.id)}
    run_of, versions = _made(session, row)
    generation = _generation(session, found, done)
    selection, explained = done.get("select"), done.get("explain")
    return PipelineRead(
        **_summary(row, done.get(repository.BOARD)),
        spec=PipelineOf.model_validate(found.spec),
        features_run=_features_run(session, job),
        job=shown(session, [job])[0],
        steps=_steps(found, done, running=job.state == "running"),
        generation=generation,
        selection=SelectionRead(**selection.facts) if selection else None,
        importance=_importance(explained.facts) if explained else None,
        versions=versions,
        result_digest=run_of,
    )


def _features_run(session: Session, job: Job) -> UUID | None:
    """The values that were given; None where there are none, or another job still makes them."""
    try:
        given = resolved(session, job, PipelineInput).features
    except InputMissing:
        return None
    return UUID(str(given)) if given else None


def _generation(session: Session, found: Pipeline, done: Mapping[str, PipelineStep]) -> GenerationRead | None:
    """The funnel from templates to what selection picked of them."""
    step, selection = done.get(CANDIDATES), done.get("select")
    if step is None:
        return None
    reasons = [one["reason"] for one in step.facts["candidates"] if one["reason"] is not None]
    made = set(step.facts["made"])
    run_id = repository.generated_run(session, found.job_id)
    return GenerationRead(
        generated=step.facts["generated"],
        screened=len(made),
        selected=len(made & set(selection.facts["kept"])) if selection else None,
        fell={one: reasons.count(one) for one in dict.fromkeys(reasons)},
        feature_set=repository.set_of(session, run_id) if run_id else None,
    )


def _importance(facts: Mapping[str, Any]) -> ImportanceOf:
    return ImportanceOf(
        learner=facts["learner"], clusters=[ChosenClusterRead(**one) for one in facts["clusters"]]
    )


def _made(session: Session, row: PipelineRow) -> tuple[str | None, list[PipelineVersion]]:
    """Digest of the whole result, and the versions that were made, by entry."""
    digest, versions = None, []
    for run, version in repository.runs(session, row[5].id, RUN.name):
        if version is None:
            digest = run.result_digest
        else:
            entry = run.parameters["entry"]
            versions.append(PipelineVersion(entry=entry, id=version.id, seq=version.seq))
    return digest, versions


def _steps(found: Pipeline, done: Mapping[str, PipelineStep], *, running: bool) -> list[PipelineStepRead]:
    steps = []
    spec = PipelineOf.model_validate(found.spec).to_core()
    for name in step_names(spec.learners, generate=spec.generate is not None):
        one = done.get(name)
        state = "done" if one else "running" if running else "waiting"
        running = running and one is not None
        steps.append(
            PipelineStepRead(
                name=name,
                state=state,  # type: ignore[arg-type]  # one of the three
                attempt=one.attempt if one else None,
                seconds=(one.finished_at - one.started_at).total_seconds() if one else None,
                found=_found(one.facts) if one else {},
            )
        )
    return steps


def _found(facts: Mapping[str, Any]) -> dict[str, Any]:
    """A few figures of a step, for a line of the page."""
    if "made" in facts:
        return {"candidates": facts["generated"], "kept": len(facts["made"])}
    if "kept" in facts:
        return {"candidates": len(facts["features"]), "kept": len(facts["kept"])}
    if "best" in facts and "trials" in facts:
        tried = facts["trials"]
        return {
            "trials": len(tried),
            "pruned": sum(one["pruned"] for one in tried),
            "rank_ic": facts["rank_ic"],
            "parameters": facts["best"],
        }
    if "rank_ic" in facts:
        return {"rank_ic": facts["rank_ic"]["mean"], "standard_error": facts["rank_ic"]["standard_error"]}
    if "blends" in facts:
        return {"blends": len(facts["blends"]), "chosen": facts["chosen"]}
    return {"clusters": len(facts["clusters"])} if "clusters" in facts else {"entries": len(facts["entries"])}


def leader_board(session: Session, row: PipelineRow) -> LeaderBoardRead:
    """Entries in the order of the evaluation, with what may be said of the recommended one."""
    board = repository.boards(session, [row[0].id]).get(row[0].id)
    if board is None:
        state = row[5].state
        words = "It ended before" if state in ("failed", "cancelled") else "Wait for"
        raise NoLeaderBoard(f"The pipeline is {state}. {words} its last step.")
    facts = board.facts
    versions = {one.entry: one for one in _made(session, row)[1]}
    count = trials.counts(session, [row[3].id])[row[3].id]
    recommended = next(one for one in facts["entries"] if one["name"] == facts["recommended"])
    ic = recommended["evaluation"]
    mean, error = (math.nan if ic[one] is None else ic[one] for one in ("mean", "standard_error"))
    verdict = models.judge(mean, error, count, biased=facts["biased"])
    return LeaderBoardRead(
        entries=[
            LeaderRead(
                **{**one, "difference": EntryDifferenceRead(**one["difference"])},
                recommended=one["name"] == facts["recommended"],
                version=versions.get(one["name"]),
            )
            for one in facts["entries"]
        ],
        best=facts["best"],
        blend=facts["blend"],
        recommended=facts["recommended"],
        verdict=verdict,
        trials=count,
    )
