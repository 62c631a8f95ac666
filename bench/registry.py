"""The registry beside MLflow's as a library, both on one PostgreSQL: ``python -m bench.registry``.

Wall time as one caller waits, a commit to the disk included; each engine in turn, the shortest of all calls,
because other work beside lengthens the rest. Ours writes more with a version: its run, what that read, the
files, and the lock that numbers it.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
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
GOALS = {"create": 3.0, "by_alias": 10.0, "list": 10.0}
NAMES = {"create": "create a version", "by_alias": "get a version by its alias", "list": "list 100 versions"}
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
        digest, other = "sha256:" + "a" * 64, "sha256:" + "b" * 64
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
                result_digest=digest,
                started_at=datetime.now(UTC),
                inputs=[
                    Pin(role="universe", universe_version_id=self.universe),
                    Pin(role="feature_set", feature_set_version_id=self.feature_set),
                ],
                files={
                    "bundle": Stored(digest, "bundle", 1, None),
                    "predictions": Stored(other, "frame", 1, 1),
                },
            )
            new = service.NewVersion(
                model_id=self.model,
                run_id=run,
                spec=spec,
                digest=digest,
                bundle=digest,
                predictions=other,
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
    }
    found: dict[str, tuple[float, float | None]] = {}
    if alone:
        return "", {act: (shortest(getattr(ours, act)), None) for act in GOALS}
    with Peer("mlflow") as peer:
        version = peer.version()
        for act in GOALS:
            mine, other = [], []
            for _ in range(rounds):
                mine.append(shortest(getattr(ours, act)))
                other.append(peer.ask(act, {}, **options).values["shortest"])
            found[act] = (min(mine), min(other))
    return version, found


def main() -> None:
    rounds = 2 if "--quick" in sys.argv else ROUNDS
    with (
        tempfile.TemporaryDirectory(prefix="kuznia-bench-") as folder,
        postgres_server(Path(folder), durable=True) as url,
    ):
        version, found = measure(url, rounds)
    lines = [f"| what | ours | MLflow {version} | faster (goal) |", "|---|---|---|---|"]
    for act, (mine, other) in found.items():
        ratio = other / mine if other is not None else None
        met = "–" if ratio is None else "met" if ratio >= GOALS[act] else "**not met**"
        theirs = "–" if other is None else duration(other)
        goal = f"{times(ratio)} (≥ {GOALS[act]:g}: {met})"
        lines.append(f"| {NAMES[act]} | {duration(mine)} | {theirs} | {goal} |")
    report("registry", "\n".join(lines))


if __name__ == "__main__":
    main()
