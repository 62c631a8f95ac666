"""Lineage of a feature as a graph: data and features that it reads, and everything made from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from sqlalchemy.orm import Session

from kuznia.db.tables import Feature, FeatureSet, FeatureVersion
from kuznia.domains.features.catalogue import repository
from kuznia.domains.features.catalogue.schemas import EdgeRead, LineageRead, NodeKind, NodeRead

MOST_DEPTH = 20
"""Features on features are followed this far; the language allows no more."""


def lineage(
    session: Session, feature: Feature, version: FeatureVersion, account_id: UUID, is_admin: bool
) -> LineageRead:
    """The graph around the newest version of a feature, with what an account may see of it."""
    made = _Lineage(session, feature, version, (account_id, is_admin))
    made.reads()
    made.found_by()
    made.stands_on()
    made.used_by()
    return LineageRead(
        feature=made.root,
        nodes=list(made.nodes.values()),
        edges=[EdgeRead(source=source, target=target) for source, target in made.edges],
        hidden=made.hidden,
        truncated=made.truncated,
    )


class _Lineage:
    """Nodes and edges as they are found, one of each, in the order of finding."""

    def __init__(
        self, session: Session, feature: Feature, version: FeatureVersion, who: tuple[UUID, bool]
    ) -> None:
        self.session, self.feature, self.version, self.who = session, feature, version, who
        self.nodes: dict[str, NodeRead] = {}
        self.edges: dict[tuple[str, str], None] = {}
        self.hidden, self.truncated = 0, False
        self.root = self.node("feature", feature.name, feature.id, version.seq)

    def node(self, kind: NodeKind, name: str, key: UUID | None = None, seq: int | None = None) -> str:
        made = NodeRead(key=f"{kind}:{key or name}", kind=kind, id=key, name=name, seq=seq)
        return self.nodes.setdefault(made.key, made).key

    def edge(self, source: str, target: str) -> None:
        self.edges[source, target] = None

    def reads(self) -> None:
        """Fields, and the datasets that the newest measurement took them from."""
        found = repository.measured(self.session, self.version.id, *self.who)
        data = repository.run_datasets(self.session, found[0].id, *self.who) if found else ()
        sources: dict[str, list[str]] = {}
        fields = _fields(self.version)
        for dataset, version in data:
            if dataset.kind in fields:
                key = self.node("dataset", dataset.name, dataset.id, version.seq)
                sources.setdefault(dataset.kind, []).append(key)
        for kind, names in fields.items():
            for name in names:
                key = self.node("field", name)
                self.edge(key, self.root)
                for source in sources.get(kind, ()):
                    self.edge(source, key)

    def found_by(self) -> None:
        """Discoveries that kept it."""
        for key, name in repository.discoveries_of(self.session, self.feature.id, *self.who):
            self.edge(self.node("discovery", name, key), self.root)

    def stands_on(self) -> None:
        """Features that it names, and those that they name, each in the version that it was then."""
        standing = {self.version.id: self.root}
        for _ in range(MOST_DEPTH):
            found = repository.uses(self.session, list(standing), *self.who)
            users, standing = standing, {}
            for user_id, feature, used, newest in found:
                key = self.node("feature", feature.name, feature.id, used.seq)
                if newest > used.seq:
                    self.nodes[key].newest = newest
                self.edge(key, users[user_id])
                standing[used.id] = key

    def used_by(self) -> None:
        """Features and sets, the models trained on these, the strategies that follow them, backtests."""
        built = self._seen(
            repository.seen(self.session, repository.built_on(self.feature.id), Feature, *self.who)
        )
        for key, name, seq in built:
            self.edge(self.root, self.node("feature", name, key, seq))
        sets = {}
        found = repository.seen(self.session, repository.sets_of(self.feature.id), FeatureSet, *self.who)
        for key, name, seq in self._seen(found):
            sets[key] = self.node("feature_set", name, key, seq)
            self.edge(self.root, sets[key])
        models = self._below("model", sets, repository.models_of(self.session, list(sets), *self.who))
        followed = repository.strategies_of(self.session, list(models), *self.who)
        strategies = self._below("strategy", models, followed)
        canonical = str(self.version.spec["canonical"])
        # A bare field stands in nearly every strategy and says nothing.
        if "(" in canonical:
            for key, name, seq in repository.strategies_spelling(self.session, canonical, *self.who):
                strategies[key] = self.node("strategy", name, key, seq)
                self.edge(self.root, strategies[key])
        made = repository.backtests_of(self.session, list(strategies), *self.who)
        self._below("backtest", strategies, made)

    def _seen(self, found: tuple[list[repository.Named], int]) -> list[repository.Named]:
        rows, hidden = found
        self.hidden += hidden
        self.truncated |= len(rows) > repository.MOST
        return rows[: repository.MOST]

    def _below(
        self,
        kind: NodeKind,
        above: Mapping[UUID, str],
        rows: Iterable[tuple[UUID, UUID, str, int | None]],
    ) -> dict[UUID, str]:
        """Nodes made from others: each row is the other's id, then id, name and version."""
        found = list(rows)
        self.truncated |= len(found) > repository.MOST
        keys = {}
        for source, key, name, seq in found[: repository.MOST]:
            keys[key] = self.node(kind, name, key, seq)
            self.edge(above[source], keys[key])
        return keys


def _fields(version: FeatureVersion) -> dict[str, list[str]]:
    """Names that a version reads, by the kind of dataset they come from."""
    spec = version.spec
    found: dict[str, list[str]] = {}
    for name in spec["fields"]:
        found.setdefault(name.partition(".")[0] if "." in name else "bars", []).append(name)
    for name in spec["series"]:
        found.setdefault("series", []).append(f"macro.{name}")
    for name in spec["groups"]:
        found.setdefault("classification", []).append(name)
    return found
