"""Finished steps in the database and the store: what a killed worker had done is not done again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Generic, TypeVar

import polars as pl
from sqlalchemy.orm import Session

from kuznia.core.metrics.calendar import periods_per_year
from kuznia.core.models.pipeline.book import Step, plainly
from kuznia.core.models.pipeline.plan import CANDIDATES
from kuznia.db.tables import Job, PipelineStep
from kuznia.domains.jobs.service import register_files
from kuznia.domains.models import service as models
from kuznia.domains.models.service import PinnedValues
from kuznia.domains.pipelines import repository
from kuznia.domains.pipelines.generating import adopt, tried
from kuznia.domains.pipelines.inputs import Kept, Loaded
from kuznia.domains.trials import service as trials
from kuznia.domains.trials.service import NewTrial
from kuznia.queue.handlers import Resources
from kuznia.store.store import Stored

Content = TypeVar("Content")

KEYS_OF = {"predictions": ["instrument", "ts"], "values": ["instrument", "ts"], "scores": ["n"]}
"""Key of each table's role; of returns it is the time."""


class Files(Mapping[str, Content], Generic[Content]):
    """Contents by role, read from the store when they are asked for."""

    def __init__(self, digests: Mapping[str, str], read: Callable[[str], Content]) -> None:
        self._digests, self._read = digests, read

    def __getitem__(self, role: str) -> Content:
        return self._read(self._digests[role])

    def __iter__(self) -> Iterator[str]:
        return iter(self._digests)

    def __len__(self) -> int:
        return len(self._digests)


class StepBook:
    """The book of a running pipeline: each step is one fenced transaction, with its trials and files.

    Steps of another code or environment are not gone by: their numbers may not be these.
    """

    def __init__(self, loaded: Loaded, resources: Resources) -> None:
        self.loaded, self._resources = loaded, resources
        here = (resources.code, resources.environment)
        same = all((one.code, one.environment) == here for one in loaded.done.values())
        self.done: dict[str, Kept] = dict(loaded.done) if same else {}

    def step(self, name: str, make: Callable[[], Step]) -> Step:
        """As of :class:`kuznia.core.models.pipeline.book.Book`."""
        if name in self.done:
            return self._again(self.done[name])
        started_at = self._resources.now()
        made = make()
        rows, facts = self._trials(name, made)
        step = plainly(replace(made, facts=facts))
        stored = self._put(step)
        self._write(name, step, stored, rows, started_at)
        self._resources.log(f"{name.capitalize()}: done.")
        return step

    def _again(self, kept: Kept) -> Step:
        store = self._resources.store
        blobs = {role: digest for role, digest in kept.files.items() if role == "bundle"}
        frames = {role: digest for role, digest in kept.files.items() if role != "bundle"}
        return Step(kept.facts, Files[pl.DataFrame](frames, store.frame), Files[bytes](blobs, store.bytes))

    def _put(self, step: Step) -> dict[str, Stored]:
        store = self._resources.store
        stored = {role: store.put_frame(one, KEYS_OF.get(role, ["ts"])) for role, one in step.frames.items()}
        return stored | {role: store.put_bytes(one, "bundle") for role, one in step.blobs.items()}

    def _write(
        self,
        name: str,
        step: Step,
        stored: Mapping[str, Stored],
        rows: list[NewTrial],
        started_at: datetime,
    ) -> None:
        digests = {role: one.digest for role, one in stored.items()}
        code, environment = self._resources.code, self._resources.environment
        made: list[PinnedValues] = []

        def write(session: Session, job: Job) -> None:
            register_files(session, list(stored.values()))
            if rows:
                trials.record_trials(session, self.loaded.question_id, rows)
            row = PipelineStep(
                pipeline_id=self.loaded.pipeline_id,
                name=name,
                attempt=job.attempt,
                code=code,
                environment=environment,
                facts=dict(step.facts),
                started_at=started_at,
            )
            repository.put_step(session, row, digests)
            if name == CANDIDATES:
                made.append(
                    adopt(session, job, self.loaded, step, stored["values"], self._resources, started_at)
                )

        self._resources.keep(write)
        if made:
            self.loaded = replace(self.loaded, made=made[-1])
        self.done[name] = Kept(step.facts, digests, code, environment)

    def _trials(self, name: str, made: Step) -> tuple[list[NewTrial], dict[str, Any]]:
        """The trials of a step, and its facts with what is said of an evaluated model."""
        facts = dict(made.facts)
        if name == CANDIDATES:
            return tried(self.loaded, made, self._periods), facts
        if name.startswith("tune "):
            return [self._tried(name.removeprefix("tune "), one) for one in facts["trials"]], facts
        if made.training is None:
            return [], facts | ({"biased": self.loaded.data.universe.biased} if "entries" in facts else {})
        data, training = self.loaded.data, made.training
        facts["summary"] = models.evidence(training, biased=data.universe.biased, backfilled=data.backfilled)
        made_with = {**self.loaded.made_with, "spec": training.bundle.spec.to_spec()}
        made_with["features"] = list(training.bundle.features)
        store = self._resources.store
        rows = [
            models.seed_trial(
                training.of_seed(n),
                made_with,
                store.put_frame(held, ["ts"]),
                self._periods,
                self.loaded.owner_id,
                None,
                data.universe.version_id,
            )
            for n, held in enumerate(training.returns)
        ]
        return rows, facts

    @property
    def _periods(self) -> float:
        bars = self.loaded.bars
        return periods_per_year(bars.frequency or "day", bars.calendar or "24/7")

    def _tried(self, learner: str, one: Mapping[str, Any]) -> NewTrial:
        kept = self.done["select"].facts["kept"]
        spec = self.loaded.spec.to_core()
        config = {
            **self.loaded.made_with,
            "tuning": {
                "learner": learner,
                "parameters": one["parameters"],
                "features": kept,
                "seed": spec.seeds[0],
                **{name: getattr(spec, name) for name in ("evaluated", "folds", "embargo", "stride")},
                "label": spec.to_spec()["label"],
            },
        }
        return NewTrial(
            kind="model",
            name=f"{learner}, tuning {one['number'] + 1}{', pruned' if one['pruned'] else ''}",
            config=config,
            account_id=self.loaded.owner_id,
            run_id=None,
            universe_version_id=self.loaded.data.universe.version_id,
            observations=0,
            periods_per_year=self._periods,
            statistics={"rank_ic": one["rank_ic"], "sharpe": None},
        )
