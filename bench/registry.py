"""The registry beside MLflow's as a library, both on one PostgreSQL: ``python -m bench.registry``.

Wall time as one caller waits, a commit to the disk included; each engine in turn, the shortest of all calls,
because other work beside lengthens the rest.

Ours writes more with a version: its run, what that read, the files, and the lock that numbers it. So the goal
of creating one is read where MLflow's client is told the same by the calls that its users make (a run, its
parameters, results and inputs, its end, the version); less even then, as the importance of the features,
which its users put into a file, is left out. The row beside it is MLflow's bare version, which knows nothing
of how it was made.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, create_engine, make_url, text

from bench._measure import duration, report, times
from bench._peers import Peer, missing
from kuznia.core.models.spec import ModelSpec
from kuznia.db.access import new_object
from kuznia.db.migrate import migrate
from kuznia.db.session import ReadSession, WriteSession, make_engine
from kuznia.db.tables import (
    Account,
    FeatureSet,
    FeatureSetVersion,
    Job,
    Model,
    Universe,
    UniverseVersion,
)
from kuznia.domains.jobs.service import Pin, record_run
from kuznia.domains.models import service
from kuznia.domains.models.listing import repository
from kuznia.domains.models.schemas import AliasMove
from kuznia.rest.principal import Principal
from kuznia.store.store import Stored
from tests.support.postgres import postgres_server

VERSIONS, ROUNDS, EACH = 200, 9, 20
RESULT, OTHER = "sha256:" + "a" * 64, "sha256:" + "b" * 64
IC = {"mean": 0.05, "standard_error": 0.01, "bars": 500}
SUMMARY = {
    "rank_ic": IC,
    "per_seed": [{"seed": 1, "rank_ic": IC}],
    "folds": [],
    "importance": [[f"feature {n}", 0.01] for n in range(100)],
    "verdict": {"key": "unproven", "probability": 0.9, "trials": 8, "reasons": ["trials"]},
    "labels": [],
    "predictions": 1000,
    "span": ["2020-01-01", "2021-01-01"],
}


@dataclass(frozen=True)
class Act:
    """One row: a method of `Registry`, a task of the peer's driver, how many times faster it should be."""

    name: str
    ours: str
    theirs: str
    goal: float | None


ACTS = (
    Act("create a version with its run, parameters, results and inputs", "create", "record", 3.0),
    Act("the same, MLflow a bare version", "create", "create", None),
    Act("get a version by its alias", "by_alias", "by_alias", 10.0),
    Act("list 100 versions", "list", "list", 10.0),
)


@dataclass(frozen=True)
class Registry:
    """A model in a database of its own, with what its versions refer to."""

    engine: Engine
    account: UUID
    job: UUID
    model: UUID
    universe: UUID
    feature_set: UUID

    def create(self) -> UUID:
        """A version with its run and pins, in a transaction, as a training records it."""
        spec = ModelSpec().to_spec()
        with WriteSession(self.engine) as session:
            job = session.get_one(Job, self.job)
            run = record_run(
                session,
                job,
                kind="models.train",
                code="0",
                environment="0",
                parameters=spec,
                seed=1,
                result_digest=RESULT,
                started_at=datetime.now(UTC),
                inputs=[
                    Pin(role="universe", universe_version_id=self.universe),
                    Pin(role="feature_set", feature_set_version_id=self.feature_set),
                ],
                files={
                    "bundle": Stored(RESULT, "bundle", 1, None),
                    "predictions": Stored(OTHER, "frame", 1, 1),
                },
            )
            new = service.NewVersion(
                model_id=self.model,
                run_id=run,
                spec=spec,
                digest=RESULT,
                bundle=RESULT,
                predictions=OTHER,
                feature_set_version_id=self.feature_set,
                trained_until=datetime.now(UTC),
                summary=SUMMARY,
            )
            version = service.add_version(session, job, new)
            session.commit()
            return version

    def by_alias(self) -> UUID:
        """The version that an alias is on."""
        with ReadSession(self.engine) as session:
            row = repository.version_by_alias(session, self.model, "challenger")
            assert row is not None
            return service.show_listed(row).id

    def list(self) -> int:
        """A page of 100 versions, as the API shows them."""
        with ReadSession(self.engine) as session:
            rows = repository.versions(session, self.model, limit=100)
            shown = [service.show_listed(row) for row in rows[:100]]
            assert len(shown) == 100
            return len(shown)


def registry(url: str) -> Registry:
    """An installation's tables with one model of many versions, the last one under an alias."""
    migrate(url)
    engine = make_engine(url, application="bench")
    with WriteSession(engine) as session:
        account = Account(email="bench@kuznia.example", name="Bench", role="admin", password_hash="x")
        session.add(account)
        session.flush()
        job = Job(
            id=new_object(session, "job", account.id),
            kind="models.train",
            name="Train",
            pool="heavy",
            owner_id=account.id,
            input={},
            state="done",
        )
        model = Model(id=new_object(session, "model", account.id), name="Ranker")
        universe = Universe(id=new_object(session, "universe", account.id), name="All")
        features = FeatureSet(id=new_object(session, "feature_set", account.id), name="All")
        session.add_all([job, model, universe, features])
        session.flush()
        by = {"seq": 1, "digest": "sha256:" + "c" * 64, "created_by": account.id, "spec": {}}
        over = UniverseVersion(universe_id=universe.id, biased=False, bias_reason=None, **by)
        of = FeatureSetVersion(feature_set_id=features.id, **by)
        session.add_all([over, of])
        session.flush()
        made = Registry(engine, account.id, job.id, model.id, over.id, of.id)
        session.commit()
    last = [made.create() for _ in range(VERSIONS)][-1]
    principal = Principal(made.account, "admin", frozenset({"read", "write", "admin"}))
    with WriteSession(engine) as session:
        service.move_alias(
            session, principal, made.model, "challenger", AliasMove(version=last, reason="Bench"), None
        )
        session.commit()
    return made


def shortest(work: Callable[[], object]) -> float:
    """Least seconds of one round."""
    taken = []
    for _ in range(EACH):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return min(taken)


def told(ours: Registry) -> dict[str, dict[str, Any]]:
    """What `Registry.create` writes, in MLflow's words: those of a version's results that are numbers."""
    spec = ModelSpec().to_spec()
    return {
        "tags": {
            "mlflow.user": "bench",
            "kind": "models.train",
            "code": "0",
            "environment": "0",
            "result": RESULT,
            "seed": "1",
        },
        "parameters": {name: str(value) for name, value in spec.items()},
        "metrics": {
            **{f"rank_ic.{name}": float(value) for name, value in IC.items()},
            **{f"seed.1.rank_ic.{name}": float(value) for name, value in IC.items()},
            "verdict.probability": 0.9,
            "verdict.trials": 8.0,
            "predictions": 1000.0,
        },
        "inputs": {"universe": ours.universe.hex, "feature_set": ours.feature_set.hex},
        "files": {"bundle": RESULT, "predictions": OTHER},
    }


def measure(url: str, rounds: int) -> tuple[str, dict[str, tuple[float, float | None]]]:
    """Seconds of each act, ours and theirs, taken in turn."""
    ours = registry(url)
    theirs = make_url(url).set(database="mlflow", drivername="postgresql")
    with create_engine(url, isolation_level="AUTOCOMMIT").connect() as connection:
        connection.execute(text("CREATE DATABASE mlflow"))
    alone = bool(missing(["mlflow"]))
    options = {
        "url": theirs.render_as_string(hide_password=False),
        "versions": VERSIONS,
        "times": EACH,
        "record": told(ours),
    }
    found: dict[str, tuple[float, float | None]] = {}
    if alone:
        return "", {act.name: (shortest(getattr(ours, act.ours)), None) for act in ACTS}
    with Peer("mlflow") as peer:
        version = peer.version()
        for act in ACTS:
            mine, other = [], []
            for _ in range(rounds):
                mine.append(shortest(getattr(ours, act.ours)))
                other.append(peer.ask(act.theirs, {}, **options).values["shortest"])
            found[act.name] = (min(mine), min(other))
    return version, found


def _ratio(mine: float, other: float | None, goal: float | None) -> str:
    """How many times faster ours is, with its goal if it has one."""
    if other is None:
        return times(None)
    if goal is None:
        return times(other / mine)
    met = "met" if other / mine >= goal else "**not met**"
    return f"{times(other / mine)} (≥ {goal:g}: {met})"


def main() -> None:
    rounds = 2 if "--quick" in sys.argv else ROUNDS
    with (
        tempfile.TemporaryDirectory(prefix="kuznia-bench-") as folder,
        postgres_server(Path(folder), durable=True) as url,
    ):
        version, found = measure(url, rounds)
    lines = [f"| what | ours | MLflow {version} | faster (goal) |", "|---|---|---|---|"]
    for act in ACTS:
        mine, other = found[act.name]
        theirs = "–" if other is None else duration(other)
        lines.append(f"| {act.name} | {duration(mine)} | {theirs} | {_ratio(mine, other, act.goal)} |")
    report("registry", "\n".join(lines))


if __name__ == "__main__":
    main()
