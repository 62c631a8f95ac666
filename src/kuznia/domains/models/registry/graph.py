"""Lineage of a version as a graph: data, feature set, training, version, and everything that uses it."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from kuznia.db.tables import ModelVersion, Run, RunInput
from kuznia.domains.models import repository
from kuznia.domains.models.lookup import get_version
from kuznia.domains.models.registry import repository as registry
from kuznia.domains.models.registry.schemas import GraphRead, NodeKind, VersionEdgeRead, VersionNodeRead
from kuznia.rest.principal import Principal


def lineage(session: Session, principal: Principal, version_id: UUID) -> GraphRead:
    """The graph around a version, with the users that are shared with the caller."""
    (version, _), (model, *_) = get_version(session, principal, version_id)
    run = repository.run(session, version.run_id)
    assert run is not None, "a foreign key holds it"
    made = _Graph()
    root = made.node("model_version", model.name, version.id, model.id, version.seq)
    training = made.node("run", run.kind, run.job_id)
    made.edge(training, root)
    _made_from(session, made, run, training)
    hidden = _used_by(session, principal, made, version, root)
    return GraphRead(
        version=root,
        nodes=list(made.nodes.values()),
        edges=[VersionEdgeRead(source=source, target=target) for source, target in made.edges],
        hidden=hidden,
    )


class _Graph:
    """Nodes and edges as they are found, one of each."""

    def __init__(self) -> None:
        self.nodes: dict[str, VersionNodeRead] = {}
        self.edges: dict[tuple[str, str], None] = {}

    def node(
        self,
        kind: NodeKind,
        name: str,
        key: UUID | None = None,
        parent: UUID | None = None,
        seq: int | None = None,
    ) -> str:
        made = VersionNodeRead(
            key=f"{kind}:{key or name}", kind=kind, id=key, parent=parent, name=name, seq=seq
        )
        return self.nodes.setdefault(made.key, made).key

    def edge(self, source: str, target: str) -> None:
        self.edges[source, target] = None


def _made_from(session: Session, made: _Graph, run: Run, training: str) -> None:
    """Pins of the training, and what the values of its features were computed from."""
    pins = repository.run_inputs(session, run.id)
    source = next((pin.source_run_id for pin in pins if pin.source_run_id), None)
    below = repository.run_inputs(session, source) if source else ()
    nouns = registry.pinned_nouns(session, [*pins, *below])
    own = _nodes(made, pins, nouns)
    for key in own:
        made.edge(key, training)
    sets = [key for key in own if made.nodes[key].kind == "feature_set_version"]
    for key in _nodes(made, below, nouns):
        for one in sets:
            if made.nodes[key].kind == "dataset_version":
                made.edge(key, one)


def _nodes(made: _Graph, pins: Sequence[RunInput], nouns: dict[UUID, registry.Noun]) -> list[str]:
    found = []
    for pin in pins:
        key = pin.dataset_version_id or pin.universe_version_id or pin.feature_set_version_id
        if key is not None and key in nouns:
            kind, parent, name, seq = nouns[key]
            found.append(made.node(kind, name, key, parent, seq))  # type: ignore[arg-type]  # of three kinds
    return found


def _used_by(session: Session, principal: Principal, made: _Graph, version: ModelVersion, root: str) -> int:
    """Aliases, strategies, backtests and sweeps; gives the number of those that are not shared."""
    for name in registry.aliases_on(session, version.id):
        made.edge(root, made.node("alias", name))
    used = [*registry.strategies_on(session, [version.id]), *registry.results_on(session, [version.id])]
    ids = [key for _, key, _ in used]
    seen = registry.shared(session, ids, principal.account_id, principal.is_admin)
    for kind, key, name in used:
        if key in seen:
            made.edge(root, made.node(kind, name, key))  # type: ignore[arg-type]  # of three kinds
    return len(set(ids) - seen)
